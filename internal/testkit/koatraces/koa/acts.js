'use strict';

// The routes of the traces, as a Koa program has them. `use` gets the session
// as a handler does, which under defer is a promise.

const FAR = 120000;

async function increment(ctx) {
  const session = await ctx.session;
  session.count = (session.count || 0) + 1;
  ctx.body = String(session.count);
}

async function regenerate(ctx) {
  await ctx.session;
  await ctx.regenerateSession();
  ctx.body = ctx.sessionId;
  return ctx.session;
}

async function regenerateFoo(ctx) {
  const session = await regenerate(ctx);
  session.data = 'foo';
  return session;
}

function oops() {
  throw new Error('oops');
}

const acts = {
  untouched: () => 'untouched',
  incr: increment,
  read: async (ctx) => String((await ctx.session).count || 0),
  set: async (ctx) => {
    (await ctx.session)[ctx.query.k] = ctx.query.v;
  },
  del: async (ctx) => {
    delete (await ctx.session)[ctx.query.k];
  },
  same: async (ctx) => {
    const session = await ctx.session;
    const { count } = session;
    session.count = count;
  },
  undo: async (ctx) => {
    const session = await ctx.session;
    session.tmp = 'x';
    delete session.tmp;
  },
  push: async (ctx) => {
    const session = await ctx.session;
    session.list = session.list || [];
    session.list.push(ctx.query.v);
    return String(session.list.length);
  },
  clearall: async (ctx) => {
    const session = await ctx.session;
    for (const key of Object.keys(session)) if (key !== 'cookie') delete session[key];
  },
  remove: (ctx) => {
    ctx.session = null;
    return '0';
  },
  readremove: async (ctx) => {
    const count = (await ctx.session).count || 0;
    ctx.session = null;
    return String(count);
  },
  rewrite: (ctx) => {
    ctx.session = { foo: 'bar' };
  },
  removerewrite: async (ctx) => {
    await ctx.session;
    ctx.session = null;
    ctx.session = { foo: 'bar' };
  },
  rewriteremove: async (ctx) => {
    await ctx.session;
    ctx.session = { foo: 'bar' };
    ctx.session = null;
  },
  removefail: async (ctx) => {
    await ctx.session;
    ctx.session = null;
    oops();
  },
  regenerate: regenerateFoo,
  regenerateonly: regenerate,
  regtwice: async (ctx) => {
    await regenerate(ctx);
    await regenerateFoo(ctx);
  },
  regenfail: async (ctx) => {
    await regenerateFoo(ctx);
    oops();
  },
  regremove: async (ctx) => {
    await regenerate(ctx);
    ctx.session = null;
    return '0';
  },
  removereg: async (ctx) => {
    await ctx.session;
    ctx.session = null;
    await regenerateFoo(ctx);
  },
  regcookie: async (ctx) => {
    (await regenerateFoo(ctx)).cookie.maxAge = FAR;
  },
  cookiereg: async (ctx) => {
    const { cookie } = await ctx.session;
    if (cookie) cookie.maxAge = FAR;
    await regenerate(ctx);
  },
  carry: async (ctx) => {
    const { count } = await ctx.session;
    await ctx.regenerateSession();
    (await ctx.session).count = count;
    return String(count);
  },
  cookie: async (ctx) => {
    const { cookie } = await ctx.session;
    const { maxAge, httpOnly, sameSite } = ctx.query;
    if (maxAge) cookie.maxAge = maxAge === 'null' ? null : Number(maxAge);
    if (httpOnly) cookie.httpOnly = httpOnly !== 'false';
    if (sameSite) cookie.sameSite = sameSite;
  },
  id: async (ctx) => {
    await ctx.session;
    return ctx.sessionId;
  },
  flip: async (ctx) => {
    ctx.sessionSave = false;
    await increment(ctx);
    ctx.sessionSave = true;
  },
  flop: async (ctx) => {
    ctx.sessionSave = true;
    await increment(ctx);
    ctx.sessionSave = false;
  },
  fail: async (ctx) => {
    await increment(ctx);
    oops();
  },
  failread: async (ctx) => {
    await ctx.session;
    oops();
  },
  redirect: async (ctx) => {
    await increment(ctx);
    ctx.redirect('/app/read');
  },
  nocontent: async (ctx) => {
    await increment(ctx);
    ctx.status = 204;
  },
};

// answer is the handler of every route.
async function answer(ctx) {
  const name = ctx.path.slice(ctx.path.lastIndexOf('/') + 1);
  if (name !== 'untouched' && !('session' in ctx)) {
    ctx.body = 'no session';
    return;
  }
  if (name !== 'untouched' && ctx.query.save) ctx.sessionSave = ctx.query.save === 'force';
  const body = await acts[name](ctx);
  if (typeof body === 'string') ctx.body = body;
  else if (ctx.body === undefined && ctx.status !== 204) ctx.body = 'ok';
}

module.exports = answer;
