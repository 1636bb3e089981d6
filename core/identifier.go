package core

import (
	"context"
	"crypto/rand"
	"encoding/base64"
	"net/textproto"
	"slices"
	"strings"
	"sync/atomic"
	"time"
)

// The default ids are 24 random bytes in base64url, 32 characters, as those
// of koa-generic-session. Those of a GenSID of one's own may have any length
// up to maxIDLen, in the same alphabet: it means nothing to a store, a header
// or a log.
const (
	idBytes  = 24
	idLen    = 32
	maxIDLen = 128
)

func appendNewID(b []byte, random *[idBytes]byte) []byte {
	_, _ = rand.Read(random[:]) // ends the program rather than fail
	return base64.RawURLEncoding.AppendEncode(b, random[:])
}

// wellFormed reports whether an id consists of letters, digits, '-' and '_'.
func wellFormed(id string) bool {
	for i := 0; i < len(id); i++ {
		if !inIDs[id[i]] {
			return false
		}
	}
	return id != ""
}

// inIDs are the characters of ids. A table, since of a random character the
// processor cannot guess which kind it is.
var inIDs = func() (in [256]bool) {
	for _, c := range []byte("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_") {
		in[c] = true
	}
	return in
}()

func defaultShape(id string) bool { return len(id) == idLen && wellFormed(id) }

func widerShape(id string) bool { return len(id) <= maxIDLen && wellFormed(id) }

type forcedIDContext struct {
	context.Context
	id string
}

type forcedIDKey struct{}

func (c *forcedIDContext) Value(key any) any {
	if key == (forcedIDKey{}) {
		return c.id
	}
	return c.Context.Value(key)
}

// WithID returns a context under which a session is loaded by this id, not by
// what the client sent: put it into the request before the session is loaded.
// The id is trusted, so it must not come from the client.
func WithID(ctx context.Context, id string) context.Context {
	return &forcedIDContext{ctx, id}
}

func forcedID(ctx context.Context) string {
	id, _ := ctx.Value(forcedIDKey{}).(string)
	return id
}

// A SessionIDStore carries the session id between client and server in a way
// of its own, in place of the cookie. Its ids are not signed; the engine
// checks their shape. It must be safe for several goroutines.
type SessionIDStore interface {
	// Get returns the id that a request carries, or "".
	Get(req Request) string
	// Set makes the client use this id from now on.
	Set(res Response, id string)
	// Reset makes the client forget its id.
	Reset(res Response)
}

// HeaderIDs returns a SessionIDStore that takes ids from a request header,
// such as "X-Session-Id", and gives them in the response header of the same
// name. It suits clients without cookies. An empty response header tells the
// client to forget its id.
func HeaderIDs(name string) SessionIDStore {
	return headerIDs(textproto.CanonicalMIMEHeaderKey(name))
}

type headerIDs string

func (h headerIDs) Get(req Request) string {
	if values := req.HeaderValues(string(h)); len(values) > 0 {
		return strings.TrimSpace(values[0])
	}
	return ""
}

func (h headerIDs) Set(res Response, id string) { res.SetHeader(string(h), id) }
func (h headerIDs) Reset(res Response)          { res.SetHeader(string(h), "") }

// carried is what a request brought along.
type carried struct {
	id       string // of possible shape, and signed if it has to be
	sig      string // a signature of id under the newest key, if it came with one
	byWithID bool   // the client need not have it
	outdated bool   // the signature is that of an older key
	dead     bool   // the client holds cookies that are of no use

	key   string       // of the record, where it is known already
	place *recentPlace // nil for what is not to be remembered
}

// A carrier is the way that ids take between client and server.
type carrier interface {
	read(req Request) carried
	// others returns what else a request carries that might be its id.
	others(req Request, id string) []carried
	// send gives the client an id. sig is its signature, if known already.
	send(res Response, id, sig string, c *Cookie, now time.Time)
	clear(res Response, c *Cookie)
	// refuses returns the error of sending this cookie on this request.
	refuses(secure bool, c *Cookie) error
}

// storeCarrier is the carrier over a SessionIDStore.
type storeCarrier struct {
	ids   SessionIDStore
	shape func(id string) bool
}

func (s storeCarrier) read(req Request) carried {
	if id := strings.Clone(s.ids.Get(req)); s.shape(id) {
		return carried{id: id}
	}
	return carried{}
}

func (s storeCarrier) others(Request, string) []carried { return nil }

func (s storeCarrier) send(res Response, id, _ string, _ *Cookie, _ time.Time) { s.ids.Set(res, id) }
func (s storeCarrier) clear(res Response, _ *Cookie)                           { s.ids.Reset(res) }
func (s storeCarrier) refuses(bool, *Cookie) error                             { return nil }

// cookieCarrier is the carrier over a cookie and the cookie with its
// signature.
type cookieCarrier struct {
	name, sigName string
	signer        *signer // nil: unsigned
	recent        *recent // with a signer
	shape         func(id string) bool
	usual         *Cookie // the attributes of most
	rolling       bool    // cookies live a little longer, see renewals
	last          atomic.Pointer[tail]
}

func (cc *cookieCarrier) read(req Request) carried {
	var found candidates
	found.collect(req.HeaderValues("Cookie"), cc.name, cc.sigName)
	var c carried
	for _, id := range found.ids[:found.idCount] {
		sigs := found.sigs[:found.sigCount]
		if known, ok := cc.recent.find(id, sigs); ok {
			return known
		}
		if !cc.shape(id) {
			continue
		}
		if cc.signer == nil {
			return carried{id: id}
		}
		if len(sigs) == 0 {
			return carried{}
		}
		key, sig := cc.signer.verify(cc.name, id, sigs)
		switch {
		case key == 0:
			return cc.recent.add(id, sig)
		case key > 0:
			return carried{id: id, outdated: true}
		}
		c.dead = true
	}
	return c
}

func (cc *cookieCarrier) others(req Request, id string) (others []carried) {
	var found candidates
	found.collect(req.HeaderValues("Cookie"), cc.name, cc.sigName)
	for _, other := range found.ids[:found.idCount] {
		known := other == id || slices.ContainsFunc(others, func(c carried) bool { return c.id == other })
		if known || !cc.shape(other) {
			continue
		}
		if cc.signer == nil {
			others = append(others, carried{id: other})
			continue
		}
		if key, sig := cc.signer.verify(cc.name, other, found.sigs[:found.sigCount]); key == 0 {
			others = append(others, carried{id: other, sig: sig})
		} else if key > 0 {
			others = append(others, carried{id: other, outdated: true})
		}
	}
	return others
}

func (cc *cookieCarrier) send(res Response, id, sig string, c *Cookie, now time.Time) {
	// Both lines in one string: they end alike.
	var room [512]byte
	b := append(append(append(room[:0], cc.name...), '='), id...)
	value := len(b)
	expires := c.expiry(now)
	if cc.rolling && c.Expires.IsZero() && c.MaxAge != BrowserSession {
		expires = now.Add(prolonged(c.MaxAge))
	}
	b = cc.appendAttributes(b, c, expires)
	line := len(b)
	if cc.signer != nil {
		b = append(append(b, cc.sigName...), '=')
		if sig != "" {
			b = append(b, sig...)
		} else {
			b = cc.signer.appendSignature(b, cc.name, id)
		}
		b = append(b, b[value:line]...)
	}
	lines := string(b)
	res.SetCookie(cc.name, lines[:line])
	if cc.signer != nil {
		res.SetCookie(cc.sigName, lines[line:])
	}
}

// A tail is what stands behind the value of a usual cookie for one second.
type tail struct {
	second int64
	text   string
}

// appendAttributes is that of the cookie, remembered for the usual ones: all
// that are sent within a second are equal.
func (cc *cookieCarrier) appendAttributes(b []byte, c *Cookie, expires time.Time) []byte {
	if c != cc.usual {
		return c.appendAttributes(b, expires)
	}
	last := cc.last.Load()
	if last == nil || last.second != expires.Unix() {
		last = &tail{expires.Unix(), string(c.appendAttributes(nil, expires))}
		cc.last.Store(last)
	}
	return append(b, last.text...)
}

func (cc *cookieCarrier) clear(res Response, c *Cookie) {
	res.SetCookie(cc.name, c.line(cc.name, "", epoch))
	res.SetCookie(cc.sigName, c.line(cc.sigName, "", epoch))
}

func (cc *cookieCarrier) refuses(secure bool, c *Cookie) error {
	if c.Secure && !secure {
		return ErrInsecureCookie
	}
	return nil
}
