'use strict';

// A store for koa-generic-session over one of koa-redis: the same records
// under the same keys, but a save compares what the request has loaded with
// what is there now. What others changed meanwhile stays, and a session that
// was destroyed or regenerated meanwhile is not brought back.

const SWAP = `
local now = redis.call('GET', KEYS[1]) or ''
if now ~= ARGV[1] then return now end
redis.call('SET', KEYS[1], ARGV[2], 'PX', ARGV[3])
return false`;
const NOTHING = Buffer.alloc(0);
const DAY = 24 * 60 * 60 * 1000;
const ATTEMPTS = 64;

// session object => what it is to be compared with (base), and what the server
// had when this request last asked (now).
const loaded = new WeakMap();

// A TTL that says nothing is a day, as on the Go side: no record lives for ever.
const milliseconds = (ttl) => Math.max(1, Math.ceil(ttl || DAY));

// A record that is no JSON object is no session: Go leaves 'null' under an
// id that it has regenerated or ended, for a while.
function parse(raw) {
  try {
    const value = JSON.parse(raw.toString());
    return value && typeof value === 'object' && !Array.isArray(value) ? value : null;
  } catch (err) {
    return null;
  }
}

// Lays what this request changed, key by key, onto what is there now. Where it
// changed nothing the bytes stay: Node would round a 64-bit integer.
function merge(from, session, now) {
  const base = parse(from);
  const mine = JSON.parse(JSON.stringify(session));
  const keys = Object.keys({ ...base, ...mine }).filter((key) => JSON.stringify(base[key]) !== JSON.stringify(mine[key]));
  if (keys.length === 0) return now;
  const merged = parse(now);
  for (const key of keys) {
    if (key in mine) merged[key] = mine[key];
    else delete merged[key];
  }
  return Buffer.from(JSON.stringify(merged));
}

function lost(code, text) {
  return Object.assign(new Error(text), { code });
}

module.exports = function casStore(store) {
  const client = store.client;
  return {
    on: store.on.bind(store),
    destroy: store.destroy.bind(store),

    async get(sid) {
      const raw = await client.getBuffer(sid);
      const session = raw && parse(raw);
      if (session) loaded.set(session, { sid, base: raw, now: raw });
      return session;
    },

    async set(sid, session, ttl) {
      const from = loaded.get(session);
      const known = from && from.sid === sid;
      let now = known ? from.now : NOTHING;
      for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
        const mine = Buffer.from(JSON.stringify(session));
        const next = known ? merge(from.base, session, now) : mine;
        const found = await client.evalBuffer(SWAP, 1, sid, now, next, milliseconds(ttl));
        if (found === null) {
          // What others added to the record is not in the session: a second
          // save of this request must not take it for deleted.
          loaded.set(session, { sid, base: mine, now: next });
          return;
        }
        if (!known) throw lost('SESSION_EXISTS', 'a session that was not loaded is in the way');
        if (!parse(found)) throw lost('SESSION_GONE', 'the session was destroyed or regenerated meanwhile');
        now = found;
      }
      throw lost('SESSION_CONFLICT', 'the session kept changing');
    },
  };
};

// An errorHandler for koa-generic-session: the change of a session that is
// gone is dropped and no cookie is sent, as on the Go side.
module.exports.errorHandler = function errorHandler(err) {
  if (err.code !== 'SESSION_GONE') throw err;
};
