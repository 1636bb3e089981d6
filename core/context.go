package core

import "context"

// ContextKey is the key under which adapters keep the session in the request's
// context or their framework's own, and FromContext finds it in any.
const ContextKey = "holdall.session"

// A SessionContext is for adapters, which keep it in an object of their own: the
// context that it is made of, and the session that it carries. It must not be
// changed once it is in use. The zero value cannot be used.
type SessionContext struct {
	context.Context
	Session *Session
}

// Value returns the session under ContextKey, and else what the context has.
func (c *SessionContext) Value(key any) any {
	if key == ContextKey {
		return c.Session
	}
	return c.Context.Value(key)
}

// NewContext returns a context that carries a session, for code that knows of
// no framework.
func NewContext(ctx context.Context, s *Session) context.Context {
	return &SessionContext{ctx, s}
}

// FromContext returns the session that a context carries: one from
// NewContext, that of the *http.Request behind nethttpadapter, echoadapter or
// ginadapter, a *gin.Context, or a *fasthttp.RequestCtx behind fiberadapter; the
// user context of a Fiber request, which is left alone, has none. It loads the session under Options.Defer. With a name it returns the
// session of that cookie, without one that of the outermost middleware. The
// error is ErrNoSession, ErrOutsidePath, or that of the load.
func FromContext(ctx context.Context, name ...string) (*Session, error) {
	s, _ := ctx.Value(ContextKey).(*Session)
	return s.Find(name...)
}

// Find is for adapters, which call it on the innermost session; that may be
// nil. It returns the session of the cookie with that name, or without a name
// that of the outermost middleware, loaded.
func (s *Session) Find(name ...string) (*Session, error) {
	found := s.find(name...)
	if found == nil {
		return nil, ErrNoSession
	}
	if err := found.Load(); err != nil {
		return nil, err
	}
	return found, nil
}

// Has is for adapters. It reports whether s or a session around it is an
// engine's, or that of another one with the same Key, keys and store, so that a
// second middleware has nothing to do. For one that has only the Key in common
// LoadInto returns ErrTwoEngines.
func (s *Session) Has(e *Engine) bool {
	same := s.find(e.Name())
	return same != nil && same.engine.shares(e)
}

// RequestOf is for adapters. It returns the request for which the session that
// Has finds was loaded, so that an adapter which meets it again has its own
// object, or nil.
func (s *Session) RequestOf(e *Engine) Request {
	same := s.find(e.Name())
	if same == nil {
		return nil
	}
	same.mu.Lock()
	defer same.mu.Unlock()
	return same.req
}

// Open is for adapters. It returns s or the nearest session around it that has
// not ended, or nil: a middleware that is run again for the same request, as by
// a retry, has to begin anew.
func (s *Session) Open() *Session {
	for s != nil && s.ended() {
		s = s.outer
	}
	return s
}

func (s *Session) ended() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.sealed
}

func (s *Session) find(name ...string) *Session {
	for ; s != nil; s = s.outer {
		if len(name) == 0 && s.outer == nil || len(name) > 0 && s.engine.Name() == name[0] {
			return s
		}
	}
	return nil
}
