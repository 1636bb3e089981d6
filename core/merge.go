package core

import (
	"bytes"
	"encoding/json"
)

// updatable returns the value that an update begins with, nil for none. The
// update runs without the lock: it is user code, and may use the session.
func (s *Session) updatable(key string) (raw []byte, err error) {
	switch {
	case s == nil:
		return nil, ErrNoSession
	case reserved(key):
		return nil, ErrReservedKey
	}
	if raw, err = s.currentToChange(key); err != nil {
		return nil, s.refuse(err)
	}
	return raw, nil
}

func (s *Session) currentToChange(key string) (raw []byte, err error) {
	s.lock()
	defer s.mu.Unlock() // MarshalJSON of a bound value may panic
	if err = s.changeable(); err == nil {
		raw, _ = s.current(key)
	}
	return raw, err
}

// putUpdate records an update, and how to run it again on another value,
// unless the value is not the one any more that it was made of.
func (s *Session) putUpdate(key string, from, to []byte, again update) bool {
	s.lock()
	defer s.mu.Unlock()
	if s.changeable() != nil {
		return false
	}
	if now, _ := s.current(key); !same(now, from) {
		return false
	}
	// On top of a value of this request's own there is nothing to run again.
	var updates []step
	firm := false
	mine := s.changes.find(key)
	if mine == nil && !s.cleared {
		updates = append(s.roomForUpdate(), step{again, s.gen + 1})
	} else if mine != nil && mine.updates != nil {
		updates, firm = append(mine.updates, step{again, s.gen + 1}), mine.firm
	}
	c := s.change(key, false)
	c.raw, c.updates, c.firm = to, updates, firm
	return true
}

func (s *Session) roomForUpdate() []step {
	if s.first[0].run != nil {
		return nil
	}
	return s.first[:0]
}

// same reports whether two values are equal, or both missing.
func same(a, b []byte) bool { return bytes.Equal(a, b) && (a == nil) == (b == nil) }

// merge lays this request's changes onto the record as another one has left
// it, and returns the draft of that.
func (s *Session) merge(d draft, theirs []byte) (draft, error) {
	var now document
	if !now.parse(theirs) {
		return d, ErrCorruptRecord
	}
	done := mergedChanges{}
	for range updateAttempts {
		pending := s.rebase(d.id, &now, done)
		if len(pending) == 0 {
			return s.drawUpAgain(d)
		}
		for _, c := range pending {
			raw, err := s.mergeOne(c, &now)
			if err != nil {
				return d, err
			}
			done[c.key] = mergedChange{change: c.change, result: raw}
		}
	}
	return d, ErrConflict // what merges changes it
}

// drawUpAgain returns the draft of what has been merged.
func (s *Session) drawUpAgain(d draft) (draft, error) {
	again, err := s.draft(d.sends)
	if err == nil && again.id != d.id {
		err = errMoved
	}
	return again, err
}

// mergedChanges is the changes that have been laid onto another record, and
// the values that they make of it, by key.
type mergedChanges map[string]mergedChange

type mergedChange struct {
	change
	result []byte
	idle   bool // it was no change
}

// rebase makes the record of another request the base, if every change has
// been merged. If not it returns those that have not, with the values from which
// this request made them: merging runs user code without the lock, which may
// change the session, as may other goroutines.
func (s *Session) rebase(id string, now *document, done mergedChanges) (pending []basedChange) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.id != id {
		return nil
	}
	written := s.inDoubt()
	for _, c := range s.changes.list {
		if m, ok := done[c.key]; ok && same(m.raw, c.raw) && len(m.updates) == len(c.updates) {
			continue
		}
		base, _ := s.base.get(c.key)
		if c.updates != nil || c.firm || s.cleared || doubted(&c, written) || !same(c.raw, base) {
			pending = append(pending, basedChange{c, base})
			continue
		}
		theirs, _ := now.get(c.key) // to set a value to what it was is no change
		done[c.key] = mergedChange{change: c, result: theirs, idle: true}
	}
	if len(pending) > 0 {
		return pending
	}
	for i := range s.changes.list {
		c := &s.changes.list[i]
		merged := done[c.key]
		c.raw, c.firm = merged.result, !merged.idle
	}
	s.base.parse(now.raw)
	s.mergeCookie()
	return nil
}

// A basedChange is a change and the value that it was made of.
type basedChange struct {
	change
	base []byte
}

// mergeOne merges a change, as a hook where it runs user code.
func (s *Session) mergeOne(c basedChange, now *document) (raw []byte, err error) {
	merge := func() { raw, err = s.mergeChange(c.change, c.base, now) }
	if c.updates != nil || s.engine.opts.OnConflict != nil {
		s.asHook(merge)
	} else {
		merge()
	}
	return raw, err
}

// inDoubt returns the records whose writing had no answer.
func (s *Session) inDoubt() (written []document) {
	for _, d := range s.doubts {
		var w document
		if w.parse(d.next) {
			written = append(written, w)
		}
	}
	return written
}

// doubted reports whether a write without an answer may have given the key
// another value.
func doubted(c *change, written []document) bool {
	for i := range written {
		if raw, _ := written[i].get(c.key); !same(raw, c.raw) {
			return true
		}
	}
	return false
}

// mergeCookie lays the attributes that this request changed onto the base's.
func (s *Session) mergeCookie() {
	var merged []byte
	if s.attributesChanged() {
		merged = s.encodeCookie(false)
	}
	s.cookie = nil
	s.attributes()
	if merged != nil {
		mine := s.engine.storedCookie(merged)
		s.cookie = &mine
	}
}

func (s *Session) mergeChange(c change, base []byte, now *document) (raw []byte, err error) {
	theirs, _ := now.get(c.key)
	if c.updates != nil {
		return c.rerun(theirs)
	}
	if s.engine.opts.OnConflict == nil || same(base, theirs) {
		return c.raw, nil
	}
	raw, err = s.engine.opts.OnConflict(c.key, bytes.Clone(base), bytes.Clone(c.raw), bytes.Clone(theirs))
	if err != nil || raw == nil {
		return nil, err
	}
	if raw, err = encode(json.RawMessage(raw)); err != nil {
		return nil, encodeError(c.key, json.RawMessage(nil), err)
	}
	return raw, nil
}
