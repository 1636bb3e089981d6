package core

import (
	"strings"
	"sync"
	"time"
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
	c := &cookieCarrier{name: e.opts.Key, sigName: e.opts.Key + ".sig", shape: e.shape, usual: &e.opts.Cookie}
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
// of a middleware with another cookie around this one, or nil.
func (e *Engine) LoadInto(s *Session, req Request, res Response, outer *Session) error {
	s.engine, s.req, s.res, s.outer = e, req, res, outer
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

func (e *Engine) isClosed() bool {
	select {
	case <-e.closed:
		return true
	default:
		return false
	}
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

// extendOnLoad returns the TTL that a rolling load may give a record before
// it is known, or zero.
func (e *Engine) extendOnLoad() time.Duration {
	if !e.opts.Rolling || e.opts.TTLFunc != nil {
		return 0
	}
	return e.ttl(&e.opts.Cookie, 0)
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
