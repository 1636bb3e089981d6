'use strict';

// The Koa side of the interop test: real koa-generic-session and koa-redis
// over the Redis of the test, once for each variant, on free loopback ports.
// It prints the ports, and ends when its standard input does.

const http = require('http');
const path = require('path');
const Koa = require('koa');
const session = require('koa-generic-session');
const redisStore = require('koa-redis');
const casStore = require(path.join(__dirname, '../../../../examples/koa-store/cas-store.js'));

const { redis, variants } = JSON.parse(process.argv[2]);

// pause waits for the test's gate, if there is one, between a load and its save.
function pause(url) {
  if (!url) return undefined;
  return new Promise((resolve, reject) => {
    http.get(url, (res) => res.resume().on('end', resolve)).on('error', reject);
  });
}

// Under defer ctx.session is a promise, else the session itself.
const acts = {
  '/read': () => {},
  '/set': async (ctx) => {
    (await ctx.session)[ctx.query.key] = JSON.parse(ctx.query.value);
  },
  '/count': async (ctx) => {
    const session = await ctx.session;
    session[ctx.query.key] = (session[ctx.query.key] || 0) + 1;
  },
  '/replace': (ctx) => {
    ctx.session = { [ctx.query.key]: JSON.parse(ctx.query.value) };
  },
  '/text': async (ctx) => {
    (await ctx.session)[ctx.query.key] = ctx.query.value;
  },
  '/unset': async (ctx) => {
    delete (await ctx.session)[ctx.query.key];
  },
  '/regenerate': async (ctx) => {
    await ctx.regenerateSession();
    (await ctx.session)[ctx.query.key] = JSON.parse(ctx.query.value);
  },
  '/keep': async (ctx) => {
    const session = await ctx.session;
    await ctx.regenerateSession();
    ctx.session = session;
    if (ctx.query.value) session[ctx.query.key] = JSON.parse(ctx.query.value);
  },
  '/destroy': (ctx) => {
    ctx.session = null;
  },
  // Saves, waits, saves again, and leaves one more change to the end.
  '/thrice': async (ctx) => {
    const session = await ctx.session;
    session.first = 1;
    await ctx.saveSession();
    await pause(ctx.query.gate);
    session.second = 2;
    await ctx.saveSession();
    session.third = 3;
  },
  '/maxage': async (ctx) => {
    (await ctx.session).cookie.maxAge = JSON.parse(ctx.query.value);
  },
  '/expires': async (ctx) => {
    (await ctx.session).cookie.expires = new Date(Number(ctx.query.value));
  },
};

async function answer(ctx) {
  const act = acts[ctx.path];
  if (!act) return;
  await ctx.session;
  if (ctx.path !== '/thrice') await pause(ctx.query.gate);
  await act(ctx);
  const session = await ctx.session;
  const value = session && session[ctx.query.key];
  ctx.body = value === undefined ? '' : JSON.stringify(value);
}

function start(variant) {
  const app = new Koa();
  app.silent = true;
  app.keys = variant.keys;
  const { key, prefix, ttl, rolling, defer } = variant;
  const options = { key, prefix, ttl, rolling, defer, store: redisStore({ host: '127.0.0.1', port: redis }) };
  if (variant.cas) {
    options.store = casStore(options.store);
    options.errorHandler = casStore.errorHandler;
  }
  app.use(session(options));
  app.use(answer);
  return new Promise((resolve) => {
    const server = app.listen(0, '127.0.0.1', () => resolve(server.address().port));
  });
}

Promise.all(variants.map(start)).then((ports) => console.log(JSON.stringify(ports)));
process.stdin.resume().on('end', () => process.exit(0));
