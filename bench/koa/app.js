'use strict';

// The workloads on Koa: koa-generic-session at its defaults, its memory store or koa-redis, and `defer` where a handler
// may not ask for the session. Without a store the answers are the bare framework's.

const http = require('http');
const Koa = require('koa');
const session = require('koa-generic-session');
const redisStore = require('koa-redis');

const { address, store, redis, key, payload } = JSON.parse(process.argv[2]);
const [host, port] = address.split(':');

function openStore() {
  if (store === 'memory') return new session.MemoryStore();
  const [redisHost, redisPort] = redis.split(':');
  return redisStore({ host: redisHost, port: Number(redisPort) });
}

function read(ctx) {
  const { session: s } = ctx;
  if (s.user_id !== payload.user_id) ctx.throw(401, '0');
  ctx.body = String(s.count);
}

const handlers = {
  '/w0': (ctx) => {
    ctx.body = '0';
  },
  '/w1': read,
  '/w2': (ctx) => {
    ctx.session.count += 1;
    read(ctx);
  },
  '/w3': (ctx) => {
    Object.assign(ctx.session, payload);
    ctx.body = '1';
  },
  '/w4': read,
  '/w5': (ctx) => {
    ctx.body = '0';
  },
};

function app(handler, options) {
  const koa = new Koa();
  koa.silent = true;
  koa.keys = [key];
  if (options) koa.use(session(options));
  koa.use(handler);
  return koa.callback();
}

const kept = store && openStore();
const routes = {};
for (const [path, handler] of Object.entries(handlers)) {
  const options = { store: kept, defer: path === '/w0' || path === '/w5', rolling: path === '/w4' };
  routes[path] = store ? app(handler, options) : app(handlers['/w0'], null);
}

http.createServer((req, res) => routes[req.url](req, res)).listen(Number(port), host);
process.stdin.resume().on('end', () => process.exit(0));
