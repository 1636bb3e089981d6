package core

import "bytes"

// tombstone is the record that Regenerate leaves under the old id for a
// while. A Koa app takes it for no session, as does JSON.parse.
const tombstone = "null"

func isTombstone(data []byte) bool { return string(bytes.TrimSpace(data)) == tombstone }

// update runs a step on the current value, and remembers it so that it can
// be run again on another one. The step runs without the lock: it is user
// code, and may use the session.
func (s *Session) update(key string, step update) error {
	switch {
	case s == nil:
		return ErrNoSession
	case reserved(key):
		return ErrReservedKey
	}
	for {
		s.mu.Lock()
		if err := s.changeable(); err != nil {
			s.mu.Unlock()
			return s.refuse(err)
		}
		raw, _ := s.current(key)
		gen := s.gen
		s.mu.Unlock()

		next, err := step(raw)
		if err != nil {
			return err
		}
		if s.putUpdate(key, next, step, gen) {
			return nil
		}
	}
}

// putUpdate records an update, unless the session has changed since gen.
func (s *Session) putUpdate(key string, raw []byte, step update, gen uint64) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.gen != gen || s.sealed {
		return false
	}
	c := change{key: key, raw: raw}
	// On top of a value of this request's own there is nothing to run again.
	mine := s.change(key)
	if mine == nil && !s.cleared {
		c.updates = []update{step}
	} else if mine != nil && mine.updates != nil {
		c.updates = append(mine.updates, step)
	}
	s.put(c, false)
	return true
}

// merge lays this request's changes onto the record as another one has left
// it. It runs updates and OnConflict without the lock.
func (s *Session) merge(theirs []byte) error {
	var d document
	if !d.parse(theirs) {
		return ErrCorruptRecord
	}
	for {
		s.mu.Lock()
		gen, changes := s.gen, append([]change(nil), s.changes...)
		s.mu.Unlock()

		for i := range changes {
			if err := s.mergeChange(&changes[i], &d); err != nil {
				return err
			}
		}

		s.mu.Lock()
		if s.gen == gen {
			s.base.parse(theirs)
			s.changes = changes
			s.mu.Unlock()
			return nil
		}
		s.mu.Unlock()
	}
}

func (s *Session) mergeChange(c *change, theirs *document) (err error) {
	now, _ := theirs.get(c.key)
	if c.updates != nil {
		c.raw = now
		for _, step := range c.updates {
			if c.raw, err = step(c.raw); err != nil {
				return err
			}
		}
		return nil
	}
	base, _ := s.base.get(c.key)
	if s.engine.opts.OnConflict == nil || bytes.Equal(base, now) && (base == nil) == (now == nil) {
		return nil
	}
	c.raw, err = s.engine.opts.OnConflict(c.key, base, c.raw, now)
	return err
}
