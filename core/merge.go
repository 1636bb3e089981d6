package core

import (
	"bytes"
	"encoding/json"
	"slices"
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
	for done := (mergedChanges{}); ; {
		c, base, more := s.rebase(d.id, &now, done)
		if !more {
			break
		}
		var raw []byte
		var err error
		merge := func() { raw, err = s.mergeChange(c, base, &now) }
		if c.updates != nil || s.engine.opts.OnConflict != nil {
			s.hook(merge)
		} else {
			merge()
		}
		if err != nil {
			return d, err
		}
		done[c.key] = mergedChange{change: c, result: raw}
	}
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
// been merged. If not it returns one that has not, and the value from which
// this request made it: merging runs user code without the lock, which may
// change the session, as may other goroutines.
func (s *Session) rebase(id string, now *document, done mergedChanges) (c change, base []byte, more bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.id != id {
		return change{}, nil, false
	}
	for _, c := range s.changes.list {
		if m, ok := done[c.key]; ok && same(m.raw, c.raw) && len(m.updates) == len(c.updates) {
			continue
		}
		base, _ := s.base.get(c.key)
		if c.updates != nil || c.firm || s.cleared || s.doubted(&c) || !same(c.raw, base) {
			return c, base, true
		}
		theirs, _ := now.get(c.key) // to set a value to what it was is no change
		done[c.key] = mergedChange{change: c, result: theirs, idle: true}
	}
	for i := range s.changes.list {
		c := &s.changes.list[i]
		merged := done[c.key]
		c.raw, c.firm = merged.result, !merged.idle
	}
	s.base.parse(now.raw)
	s.mergeCookie()
	return change{}, nil, false
}

// doubted reports whether a write without an answer may have given the key
// another value.
func (s *Session) doubted(c *change) bool {
	return slices.ContainsFunc(s.doubts, func(d draft) bool {
		var written document
		if !written.parse(d.next) {
			return false
		}
		raw, _ := written.get(c.key)
		return !same(raw, c.raw)
	})
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
		mine := decodeCookie(merged, s.engine.opts.Cookie)
		s.cookie = &mine
	}
}

func (s *Session) mergeChange(c change, base []byte, now *document) (raw []byte, err error) {
	theirs, _ := now.get(c.key)
	if c.updates != nil {
		raw = theirs
		for _, step := range c.updates {
			if raw, err = step.run(raw); err != nil {
				return nil, err
			}
		}
		return raw, nil
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
