'use strict';

// The client of the traces. It keeps cookies as a browser does, but for path
// and domain, which it ignores, and the x-session-id that it is given in the
// place of one.

function parse(line, now) {
  const [pair, ...attributes] = line.split('; ');
  const at = pair.indexOf('=');
  const cookie = { name: pair.slice(0, at), value: pair.slice(at + 1) };
  for (const attribute of attributes) {
    const [name, value = true] = attribute.split('=');
    if (name !== 'expires') cookie[name] = value;
    else if (Date.parse(value) === 0) cookie.expires_in_s = 'epoch';
    else cookie.expires_in_s = Math.round((Date.parse(value) - now) / 1000);
  }
  return cookie;
}

class Browser {
  constructor() {
    this.forget();
  }

  forget() {
    this.jar = new Map();
    this.id = undefined;
  }

  send({ get, forget, nocookies, rawcookie, tamper }) {
    if (forget) this.forget();
    if (tamper) this.jar.set(tamper.name, tamper.value);
    const headers = {};
    if (!nocookies) {
      const cookies = [...this.jar].map(([name, value]) => `${name}=${value}`).join('; ');
      if (rawcookie || cookies) headers.cookie = rawcookie === undefined ? cookies : rawcookie;
      if (this.id) headers['x-session-id'] = this.id;
    }
    return { path: get, headers };
  }

  receive(res, now) {
    const cookies = (res.headers['set-cookie'] || []).map((line) => parse(line, now));
    for (const { name, value, expires_in_s: left } of cookies) {
      if (left === 'epoch' || left <= 0) this.jar.delete(name);
      else this.jar.set(name, value);
    }
    if ('x-session-id' in res.headers) this.id = res.headers['x-session-id'];
    return cookies;
  }
}

module.exports = Browser;
