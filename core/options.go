package core

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"time"

	memorystore "github.com/go-holdall/holdall/stores/memory"
)

// Options configures an Engine. One value serves every framework. Its zero
// value works but for SigningKeys; every zero field means the default that is
// documented with it.
//
// The hooks may be called from several goroutines at once, one call at a time
// for each session. They may use the session that they are given, but for its
// Load, Save, Commit and End, which return ErrInsideHook. Other goroutines of
// the request that load or save it meanwhile wait for the hook; so would the
// hook itself if it used the session of the request's context, until they are
// told ErrInsideHook after 5 s.
type Options struct {
	// SigningKeys sign the cookie, newest first: the first one signs, all of
	// them are accepted, so that a key can be rotated. Required, unless
	// Cookie.DisableSigning or a SessionIDStore is set. 32 random bytes make
	// a good key; one under 16 bytes is refused.
	SigningKeys []string

	// AllowWeakKeys accepts signing keys that are too short or too simple,
	// such as those that an existing Koa app signs with.
	AllowWeakKeys bool

	// Key is the name of the cookie. Empty means "koa.sid".
	Key string

	// Prefix is put before an id to make its key in the store. Empty means
	// "koa:sess:".
	Prefix string

	// TTL is how long a record lives in the store after it was last written,
	// or, with Rolling, last used. Zero means as long as the cookie, and a
	// day for a BrowserSession.
	TTL time.Duration

	// TTLFunc gives the TTL for one session, which it should only read. If it
	// returns zero the default of TTL holds; less than zero ends the session.
	// Not together with TTL.
	TTLFunc func(*Session) time.Duration

	// Rolling extends the life of record and cookie with the requests that use
	// the session, once in a twenty-fourth of that life. Both live for that much
	// longer, so that nobody is out before the time that was said. A cookie that
	// no sending prolongs, with an Expires or for a BrowserSession, is not sent
	// again. Without Rolling only a change extends: the record's life at once,
	// the cookie's if a twenty-fourth of it is over.
	Rolling bool

	// SupersededGrace is for how long requests with an id that another request
	// has replaced or ended are taken for late ones, which must not speak to the
	// browser: see Session.IsSuperseded. After it they are a stranger's, who
	// gets a new session. It counts from the replacing to the arrival of the
	// request, by the clocks of the processes, which should differ by much less.
	// Zero means 2 s; a minute is the most. It needs a store with Swap.
	SupersededGrace time.Duration

	// GenSID makes the ids of new sessions: up to 128 letters, digits, '-'
	// and '_', which nobody must be able to guess. Nil means 24 random bytes
	// in base64url.
	GenSID func() (string, error)

	// Defer loads the session when a handler first asks for it, not at the
	// beginning of each request.
	Defer bool

	// AllowEmpty stores new sessions that have no values.
	AllowEmpty bool

	// ErrorHandler is told of every error that this package meets while it
	// loads or saves, but for those that Session.Save returns. What it returns becomes the request's error; nil
	// swallows it, and the request goes on: without the save, or with an
	// empty session that will not be saved. For an error that comes too late
	// to be answered, such as ErrTooLate, ErrGone or ErrCorruptRecord, the
	// result counts for nothing.
	//
	// Nil returns every error, and gives those that nobody will be answered
	// with to slog.Default.
	ErrorHandler func(req Request, err error) error

	// ReconnectTimeout is how long requests wait for a store that is down.
	// Zero means 10 s. It needs a store with Availability.
	ReconnectTimeout time.Duration

	// SaveTimeout is how long a save may take in a request without a deadline,
	// and how long an end has even in one whose deadline is nearer. Zero means
	// 5 s more than ReconnectTimeout.
	SaveTimeout time.Duration

	// SessionIDStore carries the id in place of the cookie. See HeaderIDs.
	SessionIDStore SessionIDStore

	// Valid is asked after each load whether the request may have this
	// session. If not it gets a new one; the record stays.
	Valid func(req Request, s *Session) bool

	// BeforeSave runs before each save of a session that is to be written. It
	// may change the session, or refuse with an error, which fails the request
	// as a *HookError. What other requests have saved meanwhile is merged after
	// it, and is not shown to it.
	BeforeSave func(req Request, s *Session) error

	// OnConflict decides when this request and another one have changed the
	// same value: base is what both found, mine and theirs what they made of
	// it, as JSON, nil where it is missing. It returns what to store, nil to
	// remove the value, or an error that fails the request. Nil means that
	// the later save wins. Update needs no decision: it is run again.
	OnConflict func(key string, base, mine, theirs []byte) ([]byte, error)

	// Store keeps the records. Nil means a memory store of the engine's own,
	// with its default bounds, which Engine.Close closes.
	Store Store

	// Cookie is the attributes of new sessions' cookies.
	Cookie Cookie

	// TrustProxy takes a request for secure if its X-Forwarded-Proto header
	// is "https". Set it only behind a proxy that sets or removes that
	// header on every request.
	TrustProxy bool
}

// The defaults of koa-generic-session.
const (
	defaultKey       = "koa.sid"
	defaultPrefix    = "koa:sess:"
	defaultReconnect = 10 * time.Second
	defaultTTL       = 24 * time.Hour
)

// withDefaults returns a copy with every zero field filled in, but for the
// store.
func (o Options) withDefaults() Options {
	if o.Key == "" {
		o.Key = defaultKey
	}
	if o.Prefix == "" {
		o.Prefix = defaultPrefix
	}
	if o.ReconnectTimeout == 0 {
		o.ReconnectTimeout = defaultReconnect
	}
	if o.SaveTimeout == 0 {
		o.SaveTimeout = o.ReconnectTimeout + 5*time.Second
	}
	if o.SupersededGrace == 0 {
		o.SupersededGrace = defaultGrace
	}
	o.Cookie = o.Cookie.normal()
	return o
}

func (o *Options) openStore() (store Store, closeStore func() error, err error) {
	if o.Store != nil {
		return o.Store, func() error { return nil }, nil
	}
	memory, err := memorystore.New(memorystore.Options{})
	if err != nil {
		return nil, nil, fmt.Errorf("session: %w", err)
	}
	return memory, memory.Close, nil
}

func logUnanswered(ctx context.Context, err error) {
	slog.Default().ErrorContext(ctx, "session error that could not be answered", "error", err)
}

// validate returns every fault of the options at once.
func (o *Options) validate() error {
	var f faults
	f.check(o.TTL >= 0, "TTL", "is negative")
	f.check(o.TTL == 0 || o.TTLFunc == nil, "TTLFunc", "excludes TTL")
	f.check(o.ReconnectTimeout >= 0, "ReconnectTimeout", "is negative")
	f.check(o.SaveTimeout >= 0, "SaveTimeout", "is negative")
	f.check(o.SupersededGrace >= 0 && o.SupersededGrace <= tombstoneTTL, "SupersededGrace", "is negative, or longer than a minute")
	f.check(printable(o.Prefix), "Prefix", "has a space or a control character")
	f.check(validToken(o.Key), "Key", "is not a cookie name: it has a character that RFC 6265 section 4.1.1 does not allow")
	f.check(len(o.Key) <= maxNameLen, "Key", "is longer than 256 bytes")
	o.validateKeys(&f)
	o.Cookie.validate(&f, "Cookie.")
	f.prefixRules(o.Key, &o.Cookie)
	return errors.Join(f.found...)
}

func (o *Options) validateKeys(f *faults) {
	if o.Cookie.DisableSigning || o.SessionIDStore != nil {
		return
	}
	f.check(len(o.SigningKeys) > 0, "SigningKeys", "is empty; set Cookie.DisableSigning to send unsigned cookies")
	for i, key := range o.SigningKeys {
		name := fmt.Sprintf("SigningKeys[%d]", i)
		f.check(key != "", name, "is empty")
		f.check(key == "" || o.AllowWeakKeys || !weak(key), name, "is weak: under 16 bytes, or under 5 different ones")
	}
}

func weak(key string) bool {
	different := map[byte]bool{}
	for i := range len(key) {
		different[key[i]] = true
	}
	return len(key) < 16 || len(different) < 5
}

func (c *Cookie) validate(f *faults, prefix string) {
	f.check(validPath(c.Path), prefix+"Path", "does not begin with '/', has a ';' or a control character, or is too long")
	f.check(c.Domain == "" || validDomain(c.Domain), prefix+"Domain", "is not a host name")
	f.check(c.MaxAge >= 0 || c.MaxAge == BrowserSession, prefix+"MaxAge", "is negative; set BrowserSession for a cookie without expiry")
	f.check(c.SameSite <= SameSiteOmit, prefix+"SameSite", "is unknown")
	f.needsSecure(c, prefix)
	f.check(c.Priority <= PriorityHigh, prefix+"Priority", "is unknown")
	f.check(c.Expires.IsZero() || c.Expires.Year() >= 1601 && c.Expires.Year() <= 9999, prefix+"Expires", "is a year that no cookie can have")
}

func (f *faults) needsSecure(c *Cookie, prefix string) {
	f.check(c.SameSite != SameSiteNone || c.Secure, prefix+"SameSite", "None needs Secure")
	f.check(!c.Partitioned || c.Secure, prefix+"Partitioned", "needs Secure")
}

// prefixRules checks what browsers demand of a cookie with one of the
// prefixes of RFC 6265bis section 4.1.3, which they match in any case.
func (f *faults) prefixRules(key string, c *Cookie) {
	name := strings.ToLower(key)
	host := strings.HasPrefix(name, "__host-")
	http := strings.HasPrefix(name, "__http-") || strings.HasPrefix(name, "__host-http-")
	if host || http || strings.HasPrefix(name, "__secure-") {
		f.check(c.Secure, "Key", "has a prefix that needs Cookie.Secure")
	}
	if host {
		f.check(c.Path == "/", "Key", "has a prefix that needs Cookie.Path \"/\"")
		f.check(c.Domain == "", "Key", "has a prefix that excludes Cookie.Domain")
	}
	if http {
		f.check(!c.DisableHTTPOnly, "Key", "has a prefix that excludes Cookie.DisableHTTPOnly")
	}
}

// faults collects what is wrong.
type faults struct{ found []error }

func (f *faults) check(ok bool, option, reason string) {
	if !ok {
		f.found = append(f.found, &OptionError{Option: option, Reason: reason})
	}
}

// The limits of RFC 6265bis section 5.6: 4096 bytes for name and value, of
// which the longest signed id leaves plenty, and 1024 for an attribute.
const (
	maxNameLen = 256
	maxAttrLen = 1024
)

// validToken reports whether s is a token of RFC 9110 section 5.6.2.
func validToken(s string) bool {
	for i := 0; i < len(s); i++ {
		if c := s[i]; c <= ' ' || c >= 0x7f || strings.IndexByte(`()<>@,;:\"/[]?={}`, c) >= 0 {
			return false
		}
	}
	return s != ""
}

func printable(s string) bool {
	for i := 0; i < len(s); i++ {
		if s[i] <= ' ' || s[i] == 0x7f {
			return false
		}
	}
	return true
}

func validPath(s string) bool {
	for i := 0; i < len(s); i++ {
		if s[i] < ' ' || s[i] >= 0x7f || s[i] == ';' {
			return false
		}
	}
	return s != "" && s[0] == '/' && len(s) <= maxAttrLen
}

func validDomain(s string) bool {
	s = strings.TrimPrefix(s, ".")
	if s == "" || len(s) > 253 {
		return false
	}
	for label := range strings.SplitSeq(s, ".") {
		if label == "" || len(label) > 63 || label[0] == '-' || label[len(label)-1] == '-' || !wellFormed(label) {
			return false
		}
	}
	return true
}
