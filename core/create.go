package core

import (
	"context"
	"errors"
	"slices"
)

// An ownRecord is one under an id that nobody has been told yet, in each form
// in which it may be there: answers can be lost.
type ownRecord struct {
	id     string
	raw    []byte
	others [][]byte
}

// note remembers a draft that is written, or may be.
func (o *ownRecord) note(d draft, certain bool) {
	if o.id != d.id || certain {
		*o = ownRecord{id: d.id, raw: d.next}
		return
	}
	o.others = append(o.others, d.next)
}

func (o *ownRecord) forms() [][]byte { return append(o.others, o.raw) }

// undecided reports whether what was asked of the store may be done, or may
// yet be.
func undecided(err error) bool {
	var e *StoreError
	return errors.As(err, &e) && e.retried || unavailable(err) || errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded)
}

// disown removes a record whose id nobody will be told.
func (s *Session) disown(ctx context.Context) error {
	own := s.own
	if own.id == "" {
		return nil
	}
	s.own = ownRecord{}
	var errs []error
	for _, raw := range own.forms() {
		errs = append(errs, s.engine.backend.removeIf(context.WithoutCancel(ctx), s.key(own.id), raw))
	}
	err := errors.Join(errs...)
	if err != nil {
		s.own = own // the end of the commit tries again
	}
	return err
}

// createAttempts is how many ids are tried that turn out to be taken.
const createAttempts = 4

// create writes a new record, where there is none, or in place of one of this
// request's own, from a Save that failed.
func (s *Session) create(ctx context.Context, d draft) (draft, error) {
	if s.own.id != d.id {
		_ = s.disown(ctx) // regenerated since; what stays expires
	}
	var old []byte
	for range createAttempts {
		r, err := s.engine.backend.compareAndSwap(ctx, "set", s.key(d.id), old, d.next, d.ttl)
		if !r.supported && err == nil {
			err = s.engine.backend.set(ctx, s.key(d.id), d.next, d.ttl)
			r = swapResult{swapped: true, sent: true}
		}
		if certain := err == nil && r.swapped; certain || err != nil && r.sent && undecided(err) {
			s.own.note(d, certain)
		}
		switch {
		case err != nil, r.swapped:
			return d, err
		case string(r.current) == string(d.next) && (r.unsure || s.owns(d.id, r.current)):
			s.own.note(d, true)
			return d, nil
		case r.current == nil, s.owns(d.id, r.current):
			old = r.current
			continue
		}
		id, err := s.engine.newID()
		if err != nil {
			return d, err
		}
		if !s.rename(d.id, id) {
			return d, errMoved
		}
		d.id, old = id, nil
	}
	return d, ErrBadID
}

func (s *Session) owns(id string, record []byte) bool {
	return s.own.id == id && slices.ContainsFunc(s.own.forms(), func(raw []byte) bool { return string(raw) == string(record) })
}

func (s *Session) rename(from, to string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.id != from {
		return false
	}
	s.id = to
	return true
}
