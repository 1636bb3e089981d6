package core

import (
	"reflect"
	"slices"
	"strings"
	"sync"
	"time"

	memorystore "github.com/go-holdall/holdall/stores/memory"
)

// An Engine loads and saves the sessions of one cookie. It is safe for
// several goroutines; one engine may serve several frameworks at once.
type Engine struct {
	opts      Options
	carrier   carrier
	shape     func(id string) bool
	backend   *backend
	newCookie []byte    // the stored form of opts.Cookie
	known     string    // what nearly every record begins with
	works     sync.Pool // of *work, empty
	inMemory  bool      // the store answers at once

	closed     chan struct{}
	closeOnce  sync.Once
	closeStore func() error
}

// New returns an engine with these options. Its error joins an *OptionError
// for every option that is wrong. It does not talk to the store.
func New(opts Options) (*Engine, error) {
	e := &Engine{opts: opts.withDefaults(), closed: make(chan struct{})}
	if err := e.opts.validate(); err != nil {
		return nil, err
	}
	store, closeStore, err := e.opts.openStore()
	if err != nil {
		return nil, err
	}
	e.closeStore = closeStore
	e.backend = newBackend(store, e.opts.Prefix, e.opts.ReconnectTimeout, e.closed)
	_, e.inMemory = store.(*memorystore.Store)
	e.newCookie = e.opts.Cookie.encodeNew(&e.opts.Cookie)
	e.known = `{"` + cookieMember + `":` + string(e.newCookie[:len(e.newCookie)-1])
	e.shape = defaultShape
	if e.opts.GenSID != nil {
		e.shape = widerShape
	}
	e.carrier = e.newCarrier()
	e.works.New = func() any { return new(work) }
	return e, nil
}

func (e *Engine) newCarrier() carrier {
	if ids := e.opts.SessionIDStore; ids != nil {
		return storeCarrier{ids: ids, shape: e.shape}
	}
	c := &cookieCarrier{name: e.opts.Key, sigName: e.opts.Key + ".sig", shape: e.shape, usual: &e.opts.Cookie, rolling: e.opts.Rolling}
	if !e.opts.Cookie.DisableSigning {
		c.signer, c.recent = newSigner(e.opts.SigningKeys), newRecent(e.backend.key)
	}
	return c
}

// newKey makes an id and returns its key in the store, of which the id is the
// end: one string for both. random is scratch space.
func (e *Engine) newKey(random *[idBytes]byte) (string, error) {
	if e.opts.GenSID == nil {
		var room [96]byte
		return string(appendNewID(append(room[:0], e.opts.Prefix...), random)), nil
	}
	id, err := e.opts.GenSID()
	if err != nil {
		return "", &HookError{Hook: "GenSID", Err: err}
	}
	if !e.shape(id) {
		return "", ErrBadID
	}
	return e.backend.key(id), nil
}

func (e *Engine) newID() (string, error) {
	key, err := e.newKey(new([idBytes]byte))
	if err != nil {
		return "", err
	}
	return e.backend.id(key), nil
}

// Name returns the name of the engine's cookie, Options.Key.
func (e *Engine) Name() string { return e.opts.Key }

// Load begins a session for one request. Unless Options.Defer is set it also
// loads it, and returns the error if that fails and the ErrorHandler does not
// swallow it. The caller must call Session.Commit right before the response
// headers leave and Session.End when the request is over, also after an
// error.
func (e *Engine) Load(req Request, res Response) (*Session, error) {
	s := new(Session)
	return s, e.LoadInto(s, req, res, nil)
}

// LoadInto is Load for an adapter that keeps the session inside an object of
// its own, which must not be used for another request. outer is the session
// of a middleware with another cookie around this one, or nil; if it is one of
// another engine with the same Key, the error is ErrTwoEngines, which no
// ErrorHandler swallows.
func (e *Engine) LoadInto(s *Session, req Request, res Response, outer *Session) error {
	s.state = &s.home
	s.engine, s.req, s.res, s.outer = e, req, res, outer
	if e.opts.Defer || !e.inMemory { // it may be a while until it is loaded
		s.arrived = time.Now().UnixMilli()
	}
	if same := outer.find(e.Name()); same != nil && !same.engine.shares(e) {
		s.setLoaded(ErrTwoEngines)
		return ErrTwoEngines
	}
	if path := e.opts.Cookie.Path; path != "/" && !pathMatches(req.Path(), path) {
		s.stage = outside
		return nil
	}
	if e.opts.Defer {
		return nil
	}
	return s.tell(s.loadFirst())
}

// Close wakes all requests that wait for the store, closes the store if the
// engine has made it, and makes later loads and saves fail with ErrClosed. It
// may be called more than once.
func (e *Engine) Close() (err error) {
	e.closeOnce.Do(func() {
		close(e.closed)
		err = e.closeStore()
	})
	return err
}

// shares reports whether two engines of one Key have the same sessions.
func (e *Engine) shares(other *Engine) bool {
	if e == other {
		return true
	}
	a, b := &e.opts, &other.opts
	return a.Prefix == b.Prefix && a.Cookie.DisableSigning == b.Cookie.DisableSigning && slices.Equal(a.SigningKeys, b.SigningKeys) &&
		identical(e.backend.store, other.backend.store) && identical(a.SessionIDStore, b.SessionIDStore)
}

// identical is a == b, and false for what cannot be compared.
func identical(a, b any) bool {
	return a == nil && b == nil || reflect.ValueOf(a).Comparable() && reflect.ValueOf(b).Comparable() && a == b
}

func (e *Engine) isClosed() bool {
	select {
	case <-e.closed:
		return true
	default:
		return false
	}
}

// answer asks the ErrorHandler what becomes of an error that can still be
// answered, and says when it may be worth to try again.
func (e *Engine) answer(req Request, res Response, err error) error {
	if err = e.fail(req, err); err != nil && StatusCode(err) == 503 && !res.Started() {
		res.SetHeader("Retry-After", "1")
	}
	return err
}

// fail asks the ErrorHandler what becomes of an error that can still be
// answered.
func (e *Engine) fail(req Request, err error) error {
	if e.opts.ErrorHandler == nil {
		return err
	}
	return e.opts.ErrorHandler(req, err)
}

// report tells of an error that nobody will be answered with.
func (e *Engine) report(req Request, err error) {
	if e.opts.ErrorHandler == nil {
		logUnanswered(req.Context(), err)
		return
	}
	_ = e.opts.ErrorHandler(req, err)
}

// secure reports whether a request came over TLS, as far as the engine may
// believe it.
func (e *Engine) secure(req Request) bool {
	if req.Secure() || !e.opts.TrustProxy {
		return req.Secure()
	}
	values := req.HeaderValues("X-Forwarded-Proto")
	return len(values) == 1 && strings.EqualFold(strings.TrimSpace(values[0]), "https")
}

// ttl returns how long a record is to live, given what TTLFunc said.
func (e *Engine) ttl(c *Cookie, fromFunc time.Duration) time.Duration {
	ttl := defaultTTL
	switch {
	case e.opts.TTL != 0:
		ttl = e.opts.TTL
	case fromFunc != 0:
		ttl = fromFunc
	case !c.Expires.IsZero():
		ttl = time.Until(c.Expires)
	case c.MaxAge != BrowserSession:
		ttl = c.MaxAge
	}
	return time.Duration(milliseconds(ttl)) * time.Millisecond
}

// life returns for how long a record is written: with Rolling beyond its TTL,
// until its next renewal must have come.
func (e *Engine) life(c *Cookie, fromFunc time.Duration) time.Duration {
	ttl := e.ttl(c, fromFunc)
	if e.opts.Rolling && e.prolongs(c, fromFunc) {
		return time.Duration(milliseconds(prolonged(ttl))) * time.Millisecond
	}
	return ttl
}

// prolongs reports whether writing a record again makes it live longer: not if
// it ends on a fixed date.
func (e *Engine) prolongs(c *Cookie, fromFunc time.Duration) bool {
	return e.opts.TTL != 0 || fromFunc != 0 || c.Expires.IsZero()
}

// read returns the id of a request: the one that WithID forces, or the one
// that the client sent.
func (e *Engine) read(req Request) carried {
	if id := forcedID(req.Context()); id != "" {
		if e.shape(id) {
			return carried{id: id, byWithID: true}
		}
		return carried{}
	}
	return e.carrier.read(req)
}

// Must returns the engine of New, or panics with its error. It suits
// start-up code: echo.Use(echoadapter.Middleware(core.Must(core.New(opts)))).
func Must(e *Engine, err error) *Engine {
	if err != nil {
		panic(err)
	}
	return e
}
