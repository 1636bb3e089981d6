'use strict';

// Records what the real koa-generic-session does. Standard input has walks, a
// JSON array of {name, options, steps: [{request}]}; the same comes back with
// an outcome in each step. The format is that of the testdata.

const http = require('http');
const Koa = require('koa');
const session = require('koa-generic-session');
const answer = require('./acts.js');
const Browser = require('./browser.js');

const START = Date.UTC(2026, 0, 1);
let clock = START;
Date.now = () => clock; // all that the library and its cookies ask

class Store {
  constructor() {
    this.records = new Map();
    this.calls = [];
    this.fail = {};
  }

  begin({ drop, fail }) {
    this.records.delete(drop);
    this.calls = [];
    this.fail = fail || {};
  }

  call(entry) {
    this.calls.push(entry);
    if (this.fail[entry.op]) throw new Error(`mock ${entry.op} error`);
  }

  async get(key) {
    this.call({ op: 'get', key });
    const record = this.records.get(key);
    return record && JSON.parse(record);
  }

  async set(key, value, ttl) {
    const record = JSON.stringify(value);
    this.call({ op: 'set', key, doc: JSON.parse(record), ttl: ttl === undefined ? null : ttl });
    this.records.set(key, record);
  }

  async destroy(key) {
    this.call({ op: 'destroy', key });
    this.records.delete(key);
  }
}

const headerIDs = {
  get() {
    return this.get('x-session-id');
  },
  set(id) {
    this.set('x-session-id', id);
  },
  reset() {
    this.set('x-session-id', '');
  },
};

function libraryOptions({ keys, ttlFn, validQuery, beforeSavePath, swallowErrors, headerIds, ...options }, store) {
  let ids = 0;
  const all = { ...options, store, genSid: async () => `sid-${String(++ids).padStart(20, '0')}` };
  if (ttlFn) all.ttl = (s) => (s.cookie && s.cookie.maxAge === null ? 3600000 : 0);
  if (validQuery) all.valid = (ctx) => ctx.query.valid !== 'false';
  if (swallowErrors) all.errorHandler = () => {};
  if (headerIds) all.sessionIdStore = headerIDs;
  if (beforeSavePath) {
    all.beforeSave = (ctx, s) => {
      s.path = ctx.path;
    };
  }
  return all;
}

function application(options, store) {
  const app = new Koa();
  app.silent = true;
  app.keys = options.keys || ['keys', 'keykeys'];
  app.use(async (ctx, next) => {
    if (ctx.query.force_sid) ctx.sessionId = ctx.query.force_sid;
    try {
      await next();
    } catch (err) {
      ctx.status = 500;
      ctx.body = err.message;
    }
  });
  app.use(session(libraryOptions(options, store)));
  app.use(answer);
  return app;
}

function exchange(port, { path, headers }) {
  return new Promise((resolve, reject) => {
    const request = http.get({ host: '127.0.0.1', port, path, headers, agent: false }, (res) => {
      const chunks = [];
      res.on('data', (chunk) => chunks.push(chunk));
      res.on('end', () => resolve({ res, body: Buffer.concat(chunks).toString() }));
    });
    request.on('error', reject);
  });
}

async function walk({ name, options, steps }) {
  clock = START;
  const store = new Store();
  const browser = new Browser();
  const server = application(options, store).listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const recorded = [];
  for (const { request } of steps) {
    clock += request.advance || 0;
    store.begin(request);
    const { res, body } = await exchange(server.address().port, browser.send(request));
    const step = { request, status: res.statusCode, body, set_cookie: browser.receive(res, clock), store: store.calls };
    if ('x-session-id' in res.headers) step.session_id_header = res.headers['x-session-id'];
    recorded.push(step);
  }
  await new Promise((resolve) => server.close(resolve));
  return { name, options, steps: recorded };
}

async function main() {
  let input = '';
  for await (const chunk of process.stdin) input += chunk;
  const walks = [];
  for (const each of JSON.parse(input)) walks.push(await walk(each));
  process.stdout.write(JSON.stringify(walks));
}

main();
