package core

import (
	"context"
	"errors"
)

// An ownRecord is one under an id that nobody has been told yet.
type ownRecord struct {
	id  string
	raw []byte
}

// undecided reports whether what was asked of the store may be done, or may
// yet be.
func undecided(err error) bool {
	return unavailable(err) || errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded)
}

// disown removes a record whose id nobody will be told.
func (s *Session) disown(ctx context.Context) error {
	own := s.own
	if own.id == "" {
		return nil
	}
	s.own = ownRecord{}
	return s.engine.backend.destroy(context.WithoutCancel(ctx), s.key(own.id))
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
		if err == nil && r.swapped || err != nil && r.sent && undecided(err) {
			s.own = ownRecord{d.id, d.next}
		}
		switch {
		case err != nil, r.swapped:
			return d, err
		case string(r.current) == string(d.next) && (r.unsure || s.owns(d.id, r.current)):
			s.own = ownRecord{d.id, d.next}
			return d, nil
		case r.current == nil, s.owns(d.id, r.current):
			old = r.current
			continue
		}
		id, err := s.engine.generate()
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
	return s.own.id == id && string(s.own.raw) == string(record)
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
