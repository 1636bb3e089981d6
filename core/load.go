package core

import (
	"context"
	"time"
)

// Load loads a session that Options.Defer has put off, and returns the error
// of the load. A session that is loaded, or could not be, is left as it is.
// After the request's end the error is ErrSealed. Handlers need not call it:
// the adapters' Session and FromContext do.
func (s *Session) Load() error {
	if s == nil {
		return ErrNoSession
	}
	return s.tell(s.loadOnce())
}

// tell gives the error of a load to whom it concerns: nobody if another call
// has loaded, which a nil request says.
func (s *Session) tell(req Request, err error) error {
	switch {
	case err == nil || req == nil:
		return err
	case err == ErrCorruptRecord:
		s.engine.report(req, err)
		return nil
	}
	if err = s.engine.fail(req, err); err == nil {
		s.setLoaded(nil)
	}
	return err
}

// loadOnce loads, unless that has been done. The request is that of this
// load, nil if it was another one's: nobody is told of an error before s.io
// is free, since an ErrorHandler may ask for the session.
func (s *Session) loadOnce() (req Request, err error) {
	if done, err := s.loadState(); done {
		return nil, err
	}
	s.io.Lock()
	defer s.io.Unlock()
	if done, err := s.loadState(); done {
		return nil, err
	}
	return s.loadNow()
}

// loadFirst loads a session that is not loaded, as nobody has it yet.
func (s *Session) loadFirst() (req Request, err error) {
	s.io.Lock()
	defer s.io.Unlock()
	return s.loadNow()
}

func (s *Session) loadNow() (req Request, err error) {
	err = s.load()
	s.setLoaded(err)
	return s.req, err
}

func (s *Session) setLoaded(err error) {
	s.lock()
	defer s.mu.Unlock()
	if s.stage, s.loadErr = loaded, nil; err != nil && err != ErrCorruptRecord {
		s.stage, s.loadErr = failed, err
	}
}

func (s *Session) loadState() (done bool, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	switch {
	case s.sealed:
		return true, ErrSealed
	case s.stage == loaded:
		return true, nil
	case s.stage == failed:
		return true, s.loadErr
	case s.stage == outside:
		return true, ErrOutsidePath
	case s.inHook:
		return true, ErrInsideHook
	}
	return false, nil
}

func (s *Session) load() error {
	e := s.engine
	if e.isClosed() {
		return s.unloadable(ErrClosed)
	}
	c := e.read(s.req)
	ctx := s.req.Context()
	var data []byte
	var found bool
	var extended time.Duration
	var err error
	if c.id != "" {
		if c.key == "" {
			c.key = e.backend.key(c.id)
		}
		if data, found, extended, err = e.backend.get(ctx, c.key, e.extendOnLoad()); err != nil {
			return s.unloadable(err)
		}
	}
	result := s.take(c, data, found, extended)
	if extended > 0 {
		if result, err = s.settle(ctx, result, data); err != nil {
			s.lock()
			s.forget()
			s.mu.Unlock()
			return s.unloadable(err)
		}
	}
	if result == taken && !s.valid() {
		result = unknown
	}
	if result > taken {
		s.mu.Lock()
		s.forget()
		s.forced = false
		s.mu.Unlock()
	}
	if result >= unknown && forcedID(ctx) == "" {
		s.mu.Lock()
		s.carried.dead = true
		s.mu.Unlock()
	}
	if result == corrupt {
		return ErrCorruptRecord
	}
	return nil
}

// settle takes back what a rolling load has given a record, before it was
// known, beyond its due. A record that is over by its own attributes is
// unknown.
func (s *Session) settle(ctx context.Context, result loadResult, data []byte) (loadResult, error) {
	s.mu.Lock()
	key, extended, cookie := s.key(s.carried.id), s.extended, s.attributes()
	s.mu.Unlock()
	store := s.engine.backend
	if result == superseded {
		_ = store.rebury(ctx, key, data) // what fails is tried again by the next load
	}
	ttl := s.engine.ttl(cookie, 0)
	if result != taken || cookie == &s.engine.opts.Cookie || ttl >= extended {
		return result, nil
	}
	if ttl <= 0 {
		return unknown, store.removeIf(ctx, key, data)
	}
	now, found, again, err := store.getExtended(ctx, "touch", key, ttl)
	switch {
	case err != nil || again == 0:
		return taken, err
	case !found:
		return unknown, nil
	case isTombstone(now): // another request has regenerated it since
		_ = store.rebury(ctx, key, now)
		s.mu.Lock()
		s.unsavable = ErrSuperseded
		s.mu.Unlock()
		return superseded, nil
	}
	s.mu.Lock()
	s.extended = ttl
	s.mu.Unlock()
	return taken, nil
}

// unloadable makes s a session that will not be saved, lest a store that was
// away for a moment costs anybody their session.
func (s *Session) unloadable(err error) error {
	s.lock()
	s.unsavable = ErrUnsaved
	s.mu.Unlock()
	return err
}

// A loadResult is what a load found.
type loadResult uint8

const (
	noID loadResult = iota
	taken
	superseded
	unknown
	corrupt
)

// take takes over what the store had.
func (s *Session) take(c carried, data []byte, found bool, extended time.Duration) loadResult {
	s.lock()
	defer s.mu.Unlock()
	s.carried, s.lastKey = c, c.key
	switch {
	case c.id == "":
		return noID
	case !found:
		return unknown
	case isTombstone(data):
		s.unsavable = ErrSuperseded
		return superseded
	case !s.index(data):
		return corrupt
	}
	s.id, s.sig, s.stored, s.extended = c.id, c.sig, true, extended
	return taken
}

// index makes a record the base, unless it is none.
func (s *Session) index(record []byte) bool {
	key, place := s.carried.key, s.carried.place
	if place.recall(key, record, &s.base) {
		return true
	}
	if !s.base.parseAfter(record, s.engine.known) {
		return false
	}
	place.remember(key, &s.base)
	return true
}

// valid asks the Valid hook.
func (s *Session) valid() (ok bool) {
	if s.engine.opts.Valid == nil {
		return true
	}
	s.hook(func() { ok = s.engine.opts.Valid(s.req, s) })
	return ok
}

// hook runs user code that is given the session. If it panics nothing of the
// session will be saved.
func (s *Session) hook(call func()) {
	s.setHook(true, false)
	returned := false
	defer func() { s.setHook(false, !returned) }()
	call()
	returned = true
}

func (s *Session) setHook(inside, panicked bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.inHook = inside
	s.prevented = s.prevented || panicked
}

// forget makes s a new session.
func (s *Session) forget() {
	s.base.parse(nil)
	s.id, s.idErr, s.sig, s.stored = "", nil, "", false
	s.changes.reset()
	s.bindings, s.cleared, s.cookie = nil, false, nil
	s.dirty, s.destroyed, s.extended = false, false, 0
}
