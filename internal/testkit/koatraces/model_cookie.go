package koatraces

import (
	"crypto/hmac"
	"crypto/sha1"
	"encoding/base64"
	"slices"
	"strings"
)

// sign is keygrip's rule.
func sign(key, name, value string) string {
	mac := hmac.New(sha1.New, []byte(key))
	mac.Write([]byte(name + "=" + value))
	return base64.RawURLEncoding.EncodeToString(mac.Sum(nil))
}

func (w *world) sigName() string { return w.opts.Key + ".sig" }
func (w *world) signed() bool    { return w.opts.Cookie["signed"] == true }

// readID is sessionIdStore.get: the id that the client sent and signed.
func (x *exchange) readID() string {
	if x.opts.HeaderIDs {
		return x.sent.session
	}
	cookies := map[string]string{}
	for pair := range strings.SplitSeq(x.cookies, "; ") {
		name, value, _ := strings.Cut(pair, "=")
		cookies[name] = value
	}
	id, sig := cookies[x.opts.Key], cookies[x.sigName()]
	if id == "" || !x.signed() {
		return id
	}
	if sig == "" {
		return ""
	}
	if slices.ContainsFunc(x.opts.Keys, func(key string) bool { return sig == sign(key, x.opts.Key, id) }) {
		return id
	}
	if x.has[D20] {
		x.dead = true
		x.reset()
	} else {
		x.add(Cookie{Name: x.sigName(), Path: "/", Expires: new(Epoch), HTTPOnly: true})
	}
	return ""
}

// reset is sessionIdStore.reset: it clears the client's cookies, unless they
// are set later.
func (x *exchange) reset() {
	if !x.has[D27] {
		x.clear()
	}
}

func (x *exchange) clear() {
	switch {
	case x.opts.HeaderIDs:
		x.out.SessionID = new("")
	case x.has[D1]:
		attributes := x.own
		if attributes == nil {
			attributes = x.attributes()
		}
		for _, name := range []string{x.opts.Key, x.sigName()} {
			c := line(name, "", attributes)
			c.Expires = new(Epoch)
			x.put(c)
		}
	default:
		c := Cookie{Name: x.opts.Key, Path: "/", Expires: new(Epoch), HTTPOnly: true}
		x.add(c)
		c.Name, c.Value = x.sigName(), sign(x.opts.Keys[0], x.opts.Key, "")
		x.add(c)
	}
}

// sendID is sessionIdStore.set.
func (x *exchange) sendID() {
	if x.opts.HeaderIDs {
		x.out.SessionID = new(x.id)
		return
	}
	attributes, ok := x.session["cookie"].(object)
	if !ok { // an assigned session without attributes: see D4
		c := Cookie{Name: x.opts.Key, Value: x.id, Path: "/", HTTPOnly: true}
		if x.id == "" {
			c.Expires = new(Epoch)
		}
		x.add(c)
		return
	}
	x.put(x.living(line(x.opts.Key, x.id, attributes)))
	switch {
	case x.signed():
		x.put(x.living(line(x.sigName(), sign(x.opts.Keys[0], x.opts.Key, x.id), attributes)))
	case x.has[D1]: // there, a .sig that was cleared before stays cleared beside the unsigned id
		x.take(x.sigName())
	}
}

// living gives the cookie of a rolling session its longer life.
func (x *exchange) living(c Cookie) Cookie {
	if c.Expires != nil {
		c.Expires = new(Expiry(x.prolonged(float64(*c.Expires))))
	}
	return c
}

// clientHasCookie reports whether the id would be sent to a client that has it
// (D21). No cookie of a trace is old.
func (x *exchange) clientHasCookie() bool {
	return x.has[D21] && !x.isNew && (!x.opts.Rolling || x.has[D22] && !x.rolls()) && !x.forced && x.query.Get("force_sid") == "" &&
		x.original != nil && equalValues(x.session["cookie"], x.original["cookie"])
}

// sentNow stands in a record for the time when it was written.
const sentNow = "now"

// stamp notes in the record when the cookie was sent (D21).
func (x *exchange) stamp() {
	attributes, ok := x.session["cookie"].(object)
	_, dated := attributes["maxAge"].(float64)
	dated = dated && !x.opts.HeaderIDs || x.opts.Rolling && x.has[D22] // and the record is
	if ok && dated && x.has[D21] {
		attributes["sent"] = sentNow
	}
}

// line is the Set-Cookie line that the attributes ask for.
func line(name, value string, attributes object) Cookie {
	c := Cookie{Name: name, Value: value}
	c.Path, _ = attributes["path"].(string)
	c.Domain, _ = attributes["domain"].(string)
	c.Priority, _ = attributes["priority"].(string)
	c.SameSite, _ = attributes["sameSite"].(string)
	c.Secure, _ = attributes["secure"].(bool)
	c.HTTPOnly, _ = attributes["httpOnly"].(bool)
	c.Partitioned, _ = attributes["partitioned"].(bool)
	if maxAge, ok := attributes["maxAge"].(float64); ok {
		c.Expires = new(Expiry(maxAge / 1000))
	}
	return c
}

// add adds a line beside those of the same cookie, as what has no overwrite
// does. Where clears have attributes (D1) they have that one too.
func (x *exchange) add(c Cookie) {
	if x.has[D1] {
		x.take(c.Name)
	}
	x.out.SetCookie = append(x.out.SetCookie, c)
}

// put adds a line in place of those of the same cookie.
func (x *exchange) put(c Cookie) {
	x.take(c.Name)
	x.out.SetCookie = append(x.out.SetCookie, c)
}

func (x *exchange) take(name string) {
	x.out.SetCookie = slices.DeleteFunc(x.out.SetCookie, func(c Cookie) bool { return c.Name == name })
}
