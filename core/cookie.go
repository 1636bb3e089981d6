package core

import (
	"encoding/json"
	"math"
	"strconv"
	"strings"
	"time"
)

// BrowserSession as a Cookie's MaxAge makes a cookie that the browser forgets
// when it is closed.
const BrowserSession time.Duration = -1

// defaultMaxAge is how long a cookie lives unless told otherwise.
const defaultMaxAge = 24 * time.Hour

// A Cookie is the attributes of a session's cookie. In Options it is what new
// sessions start with; each session has its own, stored with it, which
// Session.Cookie and Session.SetCookie get and set. The zero value is the
// default: path "/", one day, HTTP-only, signed, SameSite=Lax.
type Cookie struct {
	// Path limits the cookie to this path and what is below it. Empty means
	// "/". As part of Options it also limits the session to those requests
	// (RFC 6265 section 5.1.4).
	Path string

	// Domain lets the cookie go to subdomains of this domain too. Empty
	// means the host that set it, and no other.
	Domain string

	// MaxAge is how long the cookie lives. Zero means one day, BrowserSession
	// until the browser is closed. It is sent as a date, the only form that
	// koa-generic-session uses.
	MaxAge time.Duration

	// Expires is when the cookie expires. If set it goes before MaxAge, for
	// the cookie as for the record.
	Expires time.Time

	// Secure keeps the cookie off connections without TLS. To set such a
	// cookie on one is an error, see ErrInsecureCookie.
	Secure bool

	// DisableHTTPOnly shows the cookie to the page's scripts.
	DisableHTTPOnly bool

	// DisableSigning sends the id without a signature, and accepts it without
	// one. The id alone, 192 random bits, then protects the session. It holds
	// for all sessions of an engine, since an id is checked before its
	// session is known.
	DisableSigning bool

	// SameSite limits the cookie on requests that other sites cause.
	SameSite SameSite

	// Partitioned gives the cookie a jar of its own under each top-level
	// site (CHIPS). It needs Secure.
	Partitioned bool

	// Priority tells Chromium which cookies to evict last.
	Priority Priority
}

// SameSite is the SameSite attribute of a cookie (RFC 6265bis section 5.6.7).
type SameSite uint8

// The zero value, SameSiteDefault, means SameSiteLax. SameSiteOmit sends no
// attribute at all, and SameSiteNone needs Secure.
const (
	SameSiteDefault SameSite = iota
	SameSiteLax
	SameSiteStrict
	SameSiteNone
	SameSiteOmit
)

// Priority is the Priority attribute of a cookie. The zero value sends none.
type Priority uint8

// The priorities that Chromium knows.
const (
	PriorityDefault Priority = iota
	PriorityLow
	PriorityMedium
	PriorityHigh
)

// The names of the attributes' values on the wire and in the record.
var (
	sameSiteNames = [...]string{SameSiteLax: "lax", SameSiteStrict: "strict", SameSiteNone: "none"}
	priorityNames = [...]string{PriorityLow: "low", PriorityMedium: "medium", PriorityHigh: "high"}
)

// normal returns the attributes with every default filled in, so that equal
// attributes are equal values.
func (c Cookie) normal() Cookie {
	if c.Path == "" {
		c.Path = "/"
	}
	if c.MaxAge == 0 {
		c.MaxAge = defaultMaxAge
	}
	if c.SameSite == SameSiteDefault {
		c.SameSite = SameSiteLax
	}
	if !c.Expires.IsZero() {
		c.Expires = c.Expires.UTC().Round(0).Truncate(time.Millisecond)
	}
	return c
}

// expiry returns when the browser is to drop the cookie, zero for when it is
// closed.
func (c *Cookie) expiry(now time.Time) time.Time {
	switch {
	case !c.Expires.IsZero():
		return c.Expires
	case c.MaxAge == BrowserSession:
		return time.Time{}
	}
	return now.Add(c.MaxAge)
}

// epoch is the expiry that clears a cookie.
var epoch = time.Unix(0, 0).UTC()

// line returns the value of a Set-Cookie header, in the form and order that
// the cookies package of Node writes.
func (c *Cookie) line(name, value string, expires time.Time) string {
	var room [256]byte
	return string(c.appendAttributes(append(append(append(room[:0], name...), '='), value...), expires))
}

func (c *Cookie) appendAttributes(b []byte, expires time.Time) []byte {
	b = append(append(b, "; path="...), c.Path...)
	if !expires.IsZero() {
		b = expires.UTC().AppendFormat(append(b, "; expires="...), "Mon, 02 Jan 2006 15:04:05 GMT")
	}
	if c.Domain != "" {
		b = append(append(b, "; domain="...), c.Domain...)
	}
	if c.Priority != PriorityDefault {
		b = append(append(b, "; priority="...), priorityNames[c.Priority]...)
	}
	if c.SameSite != SameSiteOmit {
		b = append(append(b, "; samesite="...), sameSiteNames[c.SameSite]...)
	}
	if c.Secure {
		b = append(b, "; secure"...)
	}
	if !c.DisableHTTPOnly {
		b = append(b, "; httponly"...)
	}
	if c.Partitioned {
		b = append(b, "; partitioned"...)
	}
	return b
}

// The members of the stored cookie object.
const (
	attrHTTPOnly    = "httpOnly"
	attrPath        = "path"
	attrOverwrite   = "overwrite"
	attrSigned      = "signed"
	attrMaxAge      = "maxAge"
	attrExpires     = "expires"
	attrDomain      = "domain"
	attrSecure      = "secure"
	attrSameSite    = "sameSite"
	attrPartitioned = "partitioned"
	attrPriority    = "priority"
)

// encodeNew returns the stored form of the attributes of a new session. Its
// first five members are those that koa-generic-session always writes. The
// others follow where they are not what their absence means: nothing to Koa,
// the defaults to us.
func (c Cookie) encodeNew(defaults *Cookie) []byte {
	bare := Cookie{SameSite: SameSiteOmit}
	edits := []edit{
		{attrHTTPOnly, boolean(!c.DisableHTTPOnly)},
		{attrPath, quoted(c.Path)},
		{attrOverwrite, boolean(true)},
		{attrSigned, boolean(!c.DisableSigning)},
		{attrMaxAge, c.maxAgeJSON()},
	}
	var d document
	d.parse(d.rewrite(append(edits, c.edits(&bare, true)...), false, ""))
	return d.rewrite(c.edits(defaults, true), false, "")
}

// edits returns what has to be changed in the stored form of from to make it
// that of c. With extra, only the attributes that encodeNew does not list.
// What c no longer has becomes null, since absence means the default.
func (c *Cookie) edits(from *Cookie, extra bool) (edits []edit) {
	add := func(differs bool, key string, raw []byte) {
		if differs {
			edits = append(edits, edit{key, raw})
		}
	}
	if !extra {
		add(c.DisableHTTPOnly != from.DisableHTTPOnly, attrHTTPOnly, boolean(!c.DisableHTTPOnly))
		add(c.Path != from.Path, attrPath, quoted(c.Path))
		add(c.MaxAge != from.MaxAge, attrMaxAge, c.maxAgeJSON())
	}
	add(!c.Expires.Equal(from.Expires), attrExpires, c.expiresJSON())
	add(c.Domain != from.Domain, attrDomain, quotedOrNull(c.Domain))
	add(c.Secure != from.Secure, attrSecure, boolean(c.Secure))
	add(c.SameSite != from.SameSite, attrSameSite, c.sameSiteJSON())
	add(c.Partitioned != from.Partitioned, attrPartitioned, boolean(c.Partitioned))
	add(c.Priority != from.Priority, attrPriority, quotedOrNull(priorityNames[c.Priority]))
	return edits
}

func boolean(b bool) []byte { return strconv.AppendBool(nil, b) }

func quoted(s string) []byte { return appendString(nil, s) }

func quotedOrNull(s string) []byte {
	if s == "" {
		return []byte("null")
	}
	return quoted(s)
}

func (c *Cookie) maxAgeJSON() []byte {
	if c.MaxAge == BrowserSession {
		return []byte("null")
	}
	return strconv.AppendInt(nil, milliseconds(c.MaxAge), 10)
}

// maxMilliseconds is the longest time.Duration, but for a fraction.
const maxMilliseconds = int64(math.MaxInt64 / time.Millisecond)

// milliseconds rounds up: a session must not end before its time.
func milliseconds(d time.Duration) int64 {
	ms := d.Milliseconds()
	if d > time.Duration(ms)*time.Millisecond && ms < maxMilliseconds {
		ms++
	}
	return ms
}

func (c *Cookie) expiresJSON() []byte {
	if c.Expires.IsZero() {
		return []byte("null")
	}
	return quoted(c.Expires.UTC().Format("2006-01-02T15:04:05.000Z"))
}

func (c *Cookie) sameSiteJSON() []byte {
	if c.SameSite == SameSiteOmit {
		return boolean(false) // what the cookies package takes for 'send none'
	}
	return quoted(sameSiteNames[c.SameSite])
}

// decodeCookie reads stored attributes. What the record does not have, or has
// in a form that could not be sent, is as in defaults. See storedCookie for those
// that could not be sent together.
func decodeCookie(raw []byte, defaults Cookie) Cookie {
	c := defaults
	var d document
	if !d.parse(raw) {
		return c
	}
	for i := range d.members {
		m := &d.members[i]
		c.decode(d.key(m), d.raw[m.val:m.valEnd])
	}
	return c
}

func (c *Cookie) decode(key string, raw []byte) {
	switch key {
	case attrHTTPOnly:
		c.DisableHTTPOnly = string(raw) == "false"
	case attrSecure:
		c.Secure = string(raw) == "true"
	case attrPartitioned:
		c.Partitioned = string(raw) == "true"
	case attrMaxAge:
		c.decodeMaxAge(raw)
	case attrExpires:
		c.decodeExpires(raw)
	case attrPath:
		if s, ok := decodeString(raw); ok && validPath(s) {
			c.Path = s
		}
	case attrDomain:
		if s, ok := decodeString(raw); ok && validDomain(s) || string(raw) == "null" {
			c.Domain = s
		}
	case attrSameSite:
		c.decodeSameSite(raw)
	case attrPriority:
		c.decodePriority(raw)
	}
}

func decodeString(raw []byte) (s string, ok bool) {
	return s, json.Unmarshal(raw, &s) == nil && len(raw) > 0 && raw[0] == '"'
}

func indexFold(names []string, s string) int {
	for i, name := range names {
		if strings.EqualFold(name, s) {
			return i
		}
	}
	return -1
}

func (c *Cookie) decodeMaxAge(raw []byte) {
	ms, err := strconv.ParseFloat(string(raw), 64)
	switch {
	case string(raw) == "null" || err == nil && ms == 0:
		c.MaxAge = BrowserSession
	case err == nil && math.Abs(ms) <= float64(maxMilliseconds):
		// Away from zero: one below it is over, and is not BrowserSession.
		c.MaxAge = time.Duration(math.Copysign(math.Ceil(math.Abs(ms)), ms)) * time.Millisecond
	}
}

func (c *Cookie) decodeExpires(raw []byte) {
	s, ok := decodeString(raw)
	if t, err := time.Parse(time.RFC3339Nano, s); ok && err == nil {
		c.Expires = t.UTC().Truncate(time.Millisecond)
	} else if string(raw) == "null" {
		c.Expires = time.Time{}
	}
}

func (c *Cookie) decodePriority(raw []byte) {
	s, ok := decodeString(raw)
	if i := indexFold(priorityNames[1:], s); ok && i >= 0 {
		c.Priority = Priority(i + 1)
	} else if string(raw) == "null" {
		c.Priority = PriorityDefault
	}
}

func (c *Cookie) decodeSameSite(raw []byte) {
	switch string(raw) {
	case "false":
		c.SameSite = SameSiteOmit
		return
	case "true":
		c.SameSite = SameSiteStrict // so it is for the cookies package
		return
	}
	if s, ok := decodeString(raw); ok {
		if i := indexFold(sameSiteNames[1:], s); i >= 0 {
			c.SameSite = SameSite(i + 1)
		}
	}
}
