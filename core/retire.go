package core

import (
	"context"
	"time"
)

// A replacedRecord is one that the session has left behind. Its bytes may be a
// tombstone, where others have left it before.
type replacedRecord struct {
	id  string
	raw []byte
}

// retire leaves a tombstone in place of the record that the draft replaces, so
// that requests which still have its id can tell, and names the draft's session
// in it. Where the store has no Swap it removes the record.
//
// Two sign-ins at once both have their way: the second one finds the tombstone
// of the first, is named in it too, and goes on.
func (s *Session) retire(ctx context.Context, d *draft) error {
	s.mu.Lock()
	old, keeps := s.replaced, s.keeps && s.base.raw != nil
	s.mu.Unlock()
	if old == nil {
		return nil
	}
	for attempt := range mergeAttempts {
		t := s.succession(old.raw, successor{d.id, keeps})
		if len(t.successors) > maxSuccessors {
			return ErrConflict
		}
		r, err := s.engine.backend.compareAndSwap(ctx, "set", s.key(old.id), old.raw, t.encode(), tombstoneTTL)
		switch {
		case err != nil:
			return s.unlessRetired(ctx, old.id, d.id, err)
		case !r.supported:
			return s.engine.backend.destroy(ctx, s.key(old.id))
		case r.swapped:
			return nil
		case r.current == nil:
			return s.strip(ctx, d, keeps)
		}
		if keeps, err = s.follow(ctx, d, old.id, r.current, keeps); err != nil {
			return err
		}
		if isTombstone(r.current) {
			if t := decodeTombstone(r.current); t.names(d.id) {
				return nil
			}
		}
		old.raw = r.current
		pause(ctx, attempt)
	}
	return ErrConflict
}

// succession returns the tombstone that is to take the place of a record, or of
// another tombstone.
func (s *Session) succession(raw []byte, next successor) tombstone {
	var t tombstone
	if isTombstone(raw) {
		t = decodeTombstone(raw)
	}
	t.made = time.Now()
	t.successors = append(t.successors, next)
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.cleared {
		t.touched, t.touchedAll = nil, true
	}
	for i := range s.changes.list {
		if c := &s.changes.list[i]; c.updates == nil {
			t.touch(c.key)
		}
	}
	return t
}

// follow has the draft go with what became of the record that it replaces since
// that was loaded, and reports whether it still keeps its values.
func (s *Session) follow(ctx context.Context, d *draft, id string, current []byte, keeps bool) (bool, error) {
	if !keeps {
		return false, nil
	}
	if isTombstone(current) {
		t := decodeTombstone(current)
		if t.names(d.id) {
			return true, nil
		}
		lives, err := s.livesOn(ctx, &t, 0)
		if err != nil || lives {
			return lives, err
		}
		return false, s.strip(ctx, d, true)
	}
	mine, err := s.recognise(id, current)
	if err == nil && mine == nil {
		err = s.carryOver(ctx, d, current)
	}
	return true, err
}

// maxSteps is how many tombstones are followed, each of which names the next: one
// that is older than a minute is gone.
const maxSteps = 100

// livesOn reports whether a session that was replaced lives on in one of those
// that kept its values. Of one that does not, nothing may be carried into a
// new session: a rotation must not undo a sign-out.
func (s *Session) livesOn(ctx context.Context, t *tombstone, steps int) (bool, error) {
	if t.ended || steps == maxSteps {
		return false, nil
	}
	for _, next := range t.successors {
		if !next.kept {
			continue
		}
		data, found, err := s.engine.backend.get(ctx, s.engine.backend.key(next.id))
		if err != nil {
			return false, err
		}
		lives := found
		if found && isTombstone(data) {
			further := decodeTombstone(data)
			lives, err = s.livesOn(ctx, &further, steps+1)
		}
		if err != nil || lives {
			return lives, err
		}
	}
	return false, nil
}

// unlessRetired looks whether the draft's session is named in a tombstone whose
// writing had no answer.
func (s *Session) unlessRetired(ctx context.Context, old, id string, err error) error {
	if !undecided(err) {
		return err
	}
	now, found, failure := s.engine.backend.get(context.WithoutCancel(ctx), s.key(old))
	if failure == nil && found && isTombstone(now) {
		if t := decodeTombstone(now); t.names(id) {
			return nil
		}
	}
	return err
}

// carryOver puts what others wrote into the old record since it was loaded
// into the new one, which nobody else knows of yet.
func (s *Session) carryOver(ctx context.Context, d *draft, theirs []byte) error {
	again, err := s.merge(*d, theirs)
	if err != nil {
		return err
	}
	return s.redraft(ctx, d, again)
}

// strip leaves in the new record what this request itself has set, since the
// session that it replaces was ended meanwhile.
func (s *Session) strip(ctx context.Context, d *draft, keeps bool) error {
	if !keeps {
		return nil
	}
	if err := s.restart(); err != nil {
		return err
	}
	again, err := s.draft(d.sends)
	if err == nil && again.id != d.id {
		err = errMoved
	}
	if err != nil {
		return err
	}
	return s.redraft(ctx, d, again)
}

// restart drops what was loaded, and makes the updates of this request begin
// with nothing.
func (s *Session) restart() error {
	results := map[string][]byte{}
	for _, c := range s.changesNow() {
		if c.updates == nil {
			continue
		}
		var raw []byte
		var err error
		s.asHook(func() { raw, err = c.rerun(nil) })
		if err != nil {
			return err
		}
		results[c.key] = raw
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	for i := range s.changes.list {
		if raw, ok := results[s.changes.list[i].key]; ok {
			s.changes.list[i].raw = raw
		}
	}
	s.base.parse(nil)
	s.keeps, s.cleared = false, false
	s.mergeCookie()
	return nil
}

// redraft writes the draft again as it is now.
func (s *Session) redraft(ctx context.Context, d *draft, again draft) error {
	r, err := s.engine.backend.compareAndSwap(ctx, "set", s.key(d.id), d.next, again.next, again.ttl)
	switch {
	case err != nil:
		if undecided(err) {
			s.own.note(again, false)
		}
		return err
	case !r.swapped && string(r.current) != string(again.next):
		return ErrConflict
	}
	*d = again
	s.own.note(again, true)
	return nil
}
