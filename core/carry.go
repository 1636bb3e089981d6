package core

import (
	"context"
	"slices"
	"time"
)

// superseded deals with a change of a session that another request has replaced
// or ended since it was loaded. Beside an end, or a plain Regenerate, it is
// dropped, as if it had come first. Beside a RegenerateKeep it is carried into
// the newest successor, by the server alone: this request's client is told
// nothing of it.
func (s *Session) superseded(ctx context.Context, d draft, tomb []byte) error {
	t := decodeTombstone(tomb)
	carried, err := s.carry(ctx, &t, s.changesToCarry(), 0)
	switch {
	case err != nil:
		return err
	case carried:
		s.mu.Lock()
		defer s.mu.Unlock()
		s.unsavable, s.lostAt = ErrSuperseded, d.gen
		return errVanished
	case t.ended:
		return s.lose(ErrGone)
	}
	return s.lose(ErrSuperseded)
}

// changesNow returns a copy of the changes, with room of its own.
func (s *Session) changesNow() []change {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.changes.list)
}

// changesToCarry returns what this request has made of the values, those that a
// Clear has removed among them.
func (s *Session) changesToCarry() (carried []basedChange) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, c := range s.changes.list {
		base, _ := s.base.get(c.key)
		if c.updates != nil || !same(base, c.raw) {
			carried = append(carried, basedChange{c, base})
		}
	}
	if !s.cleared {
		return carried
	}
	for _, key := range s.base.keys() {
		if key != cookieMember && s.changes.find(key) == nil {
			base, _ := s.base.get(key)
			carried = append(carried, basedChange{change{key: key}, base})
		}
	}
	return carried
}

// carry lays the changes onto the newest successor that is alive. What a
// replacing request itself has set or deleted stays as it is.
func (s *Session) carry(ctx context.Context, t *tombstone, changes []basedChange, steps int) (done bool, err error) {
	if t.ended || steps == maxSteps {
		return false, nil
	}
	changes = slices.DeleteFunc(slices.Clone(changes), func(c basedChange) bool { return t.touches(c.key) })
	for _, next := range slices.Backward(t.successors) {
		if !next.kept {
			continue
		}
		if done, err = s.carryInto(ctx, next.id, changes, steps); err != nil || done {
			return done, err
		}
	}
	return false, nil
}

func (s *Session) carryInto(ctx context.Context, id string, changes []basedChange, steps int) (bool, error) {
	key := s.engine.backend.key(id)
	data, found, err := s.engine.backend.get(ctx, key)
	if err != nil {
		return false, err
	}
	unsure := false
	for attempt := range mergeAttempts {
		if !found {
			return false, nil
		}
		if isTombstone(data) {
			further := decodeTombstone(data)
			return s.carry(ctx, &further, changes, steps+1)
		}
		next, ttl, again, err := s.lay(changes, data)
		switch {
		case err != nil:
			return false, err
		case string(next) == string(data) || ttl <= 0:
			return true, nil
		case unsure && again:
			return false, ErrAmbiguous
		}
		if again && s.engine.backend.goesAway() {
			next = mark(next)
		}
		r, err := s.engine.backend.compareAndSwap(ctx, "set", key, data, next, ttl)
		if err != nil || r.swapped || r.unsure && string(r.current) == string(next) {
			return err == nil, err
		}
		data, found, unsure = r.current, r.current != nil, unsure || r.unsure
		pause(ctx, attempt)
	}
	return false, ErrConflict
}

// lay returns a record with the changes laid onto it, how long it is to live,
// and whether that is not to be done twice.
func (s *Session) lay(changes []basedChange, data []byte) (next []byte, ttl time.Duration, notTwice bool, err error) {
	var now document
	if !now.parse(data) {
		return nil, 0, false, ErrCorruptRecord
	}
	edits := make([]edit, 0, len(changes))
	for _, c := range changes {
		raw, err := s.mergeOne(c, &now)
		if err != nil {
			return nil, 0, false, err
		}
		notTwice = notTwice || c.updates != nil || s.engine.opts.OnConflict != nil
		edits = append(edits, edit{c.key, raw})
	}
	cookie := s.engine.opts.Cookie
	if raw, ok := now.get(cookieMember); ok {
		cookie = decodeCookie(raw, cookie)
	}
	return now.rewrite(edits, false, ""), s.engine.life(&cookie, s.askTTL()), notTwice, nil
}
