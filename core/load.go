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
	if err = s.engine.answer(req, s.res, err); err == nil {
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
	if err := s.io.lockWithin(hookBound); err != nil {
		return nil, err
	}
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
	case s.inside:
		return true, ErrInsideHook
	}
	return false, nil
}

func (s *Session) load() error {
	e := s.engine
	if e.isClosed() {
		return s.unloadable(ErrClosed)
	}
	ctx := s.req.Context()
	var c carried
	s.withCarrier(func() { c = e.read(s.req) })
	result, err := s.seek(ctx, c)
	if err != nil {
		return s.unloadable(err)
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

// seek looks for the session of a request. Of several ids that a client may
// have, which differ in path, domain or partition, the first that is alive
// counts; if none is, one that was replaced or ended a moment ago.
func (s *Session) seek(ctx context.Context, c carried) (loadResult, error) {
	if c.id == "" {
		return s.take(c, nil, false), nil
	}
	result, err := s.lookUp(ctx, c)
	if err != nil || result == taken || c.byWithID {
		return result, err
	}
	for _, other := range s.engine.carrier.others(s.req, c.id) {
		now, err := s.lookUp(ctx, other)
		switch {
		case err != nil || now == taken:
			return now, err
		case result != superseded && now == superseded:
			c, result = other, now
		}
	}
	s.lock()
	defer s.mu.Unlock()
	s.carried = c
	return result, nil
}

func (s *Session) lookUp(ctx context.Context, c carried) (loadResult, error) {
	if c.key == "" {
		c.key = s.engine.backend.key(c.id)
	}
	data, found, err := s.engine.backend.get(ctx, c.key)
	if err != nil {
		return noID, err
	}
	result := s.take(c, data, found)
	if result == unknown && found && !isTombstone(data) { // over, see Session.over
		_ = s.engine.backend.removeIf(ctx, c.key, data) // what stays expires
	}
	return result, nil
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
func (s *Session) take(c carried, data []byte, found bool) loadResult {
	s.lock()
	defer s.mu.Unlock()
	s.carried, s.lastKey = c, c.key
	switch {
	case c.id == "":
		return noID
	case !found:
		return unknown
	case isTombstone(data):
		return s.takeTombstone(c, data)
	case !s.index(data):
		return corrupt
	case s.over(data):
		return unknown
	}
	s.id, s.sig, s.stored, s.tomb, s.unsavable = c.id, c.sig, true, replacedRecord{}, nil
	return taken
}

// takeTombstone takes a request for a late one, if it came within the grace.
// After that the id is a stranger's: whoever still sends it has lost the answer
// that replaced it.
func (s *Session) takeTombstone(c carried, data []byte) loadResult {
	t := decodeTombstone(data)
	arrived := time.Now()
	if s.arrived != 0 {
		arrived = time.UnixMilli(s.arrived)
	}
	if arrived.Sub(t.made) > s.engine.opts.SupersededGrace {
		return unknown
	}
	if s.unsavable == nil {
		s.unsavable, s.tomb = ErrSuperseded, replacedRecord{id: c.id, raw: data}
	}
	return superseded
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
	returned := false
	defer func() { s.forgetUnless(returned) }()
	s.hook(func(inside *Session) { ok = s.engine.opts.Valid(s.req, inside) })
	returned = true
	return ok
}

// forgetUnless drops what a Valid that has panicked made of the session: the next
// load begins anew.
func (s *Session) forgetUnless(returned bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if !returned {
		s.forget()
	}
}

// forget makes s a new session.
func (s *Session) forget() {
	s.base.parse(nil)
	s.id, s.idErr, s.sig, s.stored = "", nil, "", false
	s.changes.reset()
	s.bindings, s.cleared, s.cookie = nil, false, nil
	s.dirty, s.destroyed = false, false
}
