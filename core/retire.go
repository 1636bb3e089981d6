package core

import (
	"context"
	"errors"
	"time"
)

// A replacedRecord is one that the session has left behind.
type replacedRecord struct {
	id   string
	raw  []byte
	tomb []byte // what is to take its place, nil until it is tried
}

// retire ends the record that the draft replaces: with a tombstone, so that
// requests which still have its id can tell, or where the store has no Swap
// by removing it.
func (s *Session) retire(ctx context.Context, d *draft) error {
	s.mu.Lock()
	old, carries := s.replaced, s.base.raw != nil
	s.mu.Unlock()
	if old == nil {
		return nil
	}
	if old.tomb == nil {
		old.tomb = newTombstone(time.Now())
	}
	for attempt := range mergeAttempts {
		r, err := s.engine.backend.compareAndSwap(ctx, "set", s.key(old.id), old.raw, old.tomb, tombstoneTTL)
		switch {
		case err != nil:
			return s.unlessRetired(ctx, old, err)
		case !r.supported:
			return s.engine.backend.destroy(ctx, s.key(old.id))
		case r.swapped, string(r.current) == string(old.tomb):
			return nil
		case r.current == nil:
			return s.lose(ErrGone)
		case isTombstone(r.current):
			return s.lose(ErrSuperseded)
		}
		old.raw = r.current
		if carries {
			mine, err := s.recognise(old.id, r.current)
			if err == nil && mine == nil {
				err = s.carryOver(ctx, d, r.current)
			}
			if err != nil {
				return err
			}
		}
		pause(ctx, attempt)
	}
	return ErrConflict
}

// unlessRetired looks whether a tombstone is there whose writing had no answer.
func (s *Session) unlessRetired(ctx context.Context, old *replacedRecord, err error) error {
	if !undecided(err) {
		return err
	}
	now, _, _, failure := s.engine.backend.get(context.WithoutCancel(ctx), s.key(old.id), 0)
	if failure == nil && string(now) == string(old.tomb) {
		return nil
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

// remove destroys the record, and the one that it was to replace.
func (s *Session) remove(ctx context.Context) error {
	s.mu.Lock()
	var records []replacedRecord
	if s.stored {
		records = append(records, replacedRecord{id: s.id, raw: s.base.raw})
	}
	if s.replaced != nil {
		records = append(records, *s.replaced)
	}
	s.mu.Unlock()
	var lost error
	var errs []error
	for _, r := range records {
		switch err := s.removeOne(ctx, r); {
		case err == ErrSuperseded:
			lost = &lostError{err}
		case err != nil:
			errs = append(errs, err)
		}
	}
	if err := errors.Join(errs...); err != nil {
		return err
	}
	s.mu.Lock()
	s.stored, s.replaced = false, nil
	s.mu.Unlock()
	return lost
}

// removeOne destroys a record, whatever others have made of it meanwhile, but
// for a tombstone: then the session goes on under an id that nobody here knows.
func (s *Session) removeOne(ctx context.Context, r replacedRecord) error {
	for attempt := range mergeAttempts {
		swap, err := s.engine.backend.compareAndSwap(ctx, "destroy", s.key(r.id), r.raw, nil, 0)
		switch {
		case err != nil:
			return err
		case !swap.supported:
			return s.engine.backend.destroy(ctx, s.key(r.id))
		case swap.swapped, swap.current == nil, r.tomb != nil && string(swap.current) == string(r.tomb):
			return nil
		case isTombstone(swap.current):
			return ErrSuperseded
		}
		r.raw = swap.current
		pause(ctx, attempt)
	}
	return ErrConflict
}
