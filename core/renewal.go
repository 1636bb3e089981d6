package core

import (
	"bytes"
	"strconv"
	"time"
)

// renewals is how often, in the life of a cookie, a session that keeps
// changing sends it again, and one that is Rolling is renewed: by default once an
// hour.
//
// Koa sends it with each changed save, so as not to have an active session's
// cookie expire. But a response that saved before a Regenerate of the same
// session may reach the browser after that one's, and puts the old id back:
// the user who has just signed in is signed out.
const renewals = 24

// prolonged returns a life with the time added in which it need not be renewed.
func prolonged(life time.Duration) time.Duration { return life + life/renewals }

// attrSent is the member of the stored cookie object that says when the
// client was given the cookie, in seconds since 1970; with Rolling and a cookie
// that no sending prolongs, when the record was written. Koa keeps it, unread.
const attrSent = "sent"

// holdsCookie reports whether the client has the cookie as it would be sent,
// but for a small part of its life.
func (s *Session) holdsCookie() bool {
	if s.carried.byWithID || s.carried.outdated || s.id != s.carried.id {
		return false
	}
	life := s.attributes().MaxAge
	return !s.dated() || !s.due(life)
}

// due reports whether a twenty-fourth of a life is over since the client was
// given the cookie, or the record was renewed.
func (s *Session) due(life time.Duration) bool {
	age, most := s.now().Sub(time.Unix(s.sent, 0)), life/renewals
	return most <= time.Second || age <= -most || most <= age
}

// renewable reports whether Rolling has anything to do: cookie or record are to
// be renewed, as far as it can be said without asking TTLFunc.
func (s *Session) renewable() bool {
	if !s.engine.opts.Rolling || s.rolled || !s.stored || s.id != s.carried.id {
		return false
	}
	return s.engine.opts.TTLFunc != nil || s.renewalDue(0)
}

// renewalDue is renewable once TTLFunc has been asked.
func (s *Session) renewalDue(asked time.Duration) bool {
	cookie := s.attributes()
	record := s.engine.ttl(cookie, asked)
	return record <= 0 || s.engine.prolongs(cookie, asked) && s.due(record) || s.dated() && s.due(cookie.MaxAge)
}

// now returns the time of this commit. The clock is read once for all that a
// commit wants to know of it: on some machines that costs half a signature.
func (s *Session) now() time.Time {
	if s.moment.IsZero() {
		s.moment = time.Now()
	}
	return s.moment
}

// dated reports whether the client's cookie expires a while after it is sent.
func (s *Session) dated() bool {
	c := s.attributes()
	return s.engine.opts.SessionIDStore == nil && c.Expires.IsZero() && c.MaxAge != BrowserSession
}

// prolongs reports whether to send the cookie makes it live longer.
func (s *Session) prolongs() bool { return s.dated() || s.engine.opts.SessionIDStore != nil }

// attributes returns those of the session's cookie, decoded when they are
// first needed.
func (s *Session) attributes() *Cookie {
	if s.cookie == nil {
		s.cookie, s.sent = &s.engine.opts.Cookie, 0
		if raw, ok := s.base.get(cookieMember); ok {
			s.decodeAttributes(raw)
		}
		s.cookieFrom = s.cookie
	}
	return s.cookie
}

func (s *Session) decodeAttributes(raw []byte) {
	var usual bool
	if s.sent, usual = s.engine.usual(raw); usual {
		return
	}
	own := s.engine.storedCookie(raw)
	s.cookie = &own
	var d document
	d.parse(raw)
	at, _ := d.get(attrSent)
	s.sent, _ = decodeInt(at)
}

var sentMember = []byte(`,"` + attrSent + `":`)

// usual reports whether a stored object is that of a new session of this
// engine, with or without the moment of sending behind it. Nearly all are, and
// need no decoding.
func (e *Engine) usual(raw []byte) (sent int64, ok bool) {
	rest, ok := bytes.CutPrefix(raw, e.newCookie[:len(e.newCookie)-1])
	if !ok || len(rest) == 1 {
		return 0, ok
	}
	at, ok := bytes.CutPrefix(rest, sentMember)
	if !ok {
		return 0, false
	}
	return decodeInt(at[:len(at)-1])
}

// stamp notes in the stored attributes that the client is given the cookie
// now. What it returns is good until it is called again.
func (s *Session) stamp(raw []byte) []byte {
	if _, usual := s.engine.usual(raw); !usual {
		var d document
		d.parse(raw)
		return d.rewrite([]edit{{attrSent, strconv.AppendInt(nil, s.now().Unix(), 10)}}, false, "")
	}
	base := s.engine.newCookie
	out := append(append(s.stamped[:0], base[:len(base)-1]...), sentMember...)
	return append(strconv.AppendInt(out, s.now().Unix(), 10), '}')
}
