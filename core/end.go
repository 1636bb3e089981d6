package core

import (
	"context"
	"errors"
	"time"
)

// remove ends the session, the one that it was to replace, and, if a handler
// has asked for that, all others that the request's cookies name.
func (s *Session) remove(ctx context.Context) error {
	s.mu.Lock()
	destroyed := s.destroyed
	var records []replacedRecord
	if s.stored {
		records = append(records, replacedRecord{s.id, s.base.raw})
	}
	if s.replaced != nil {
		records = append(records, *s.replaced)
	}
	if destroyed && s.tomb.id != "" {
		records = append(records, s.tomb)
	}
	s.mu.Unlock()
	var errs []error
	for _, r := range records {
		errs = append(errs, s.end(ctx, r, destroyed, 0))
	}
	if destroyed {
		errs = append(errs, s.endOthers(ctx))
	}
	if err := errors.Join(errs...); err != nil {
		return err
	}
	s.mu.Lock()
	s.stored, s.replaced, s.tomb = false, nil, replacedRecord{}
	s.mu.Unlock()
	return nil
}

// end ends one session, whatever others have made of it meanwhile, and with
// follow all that took its place. It leaves a tombstone for the grace: a late
// request with the id must not clear the cookie of who has signed in again.
func (s *Session) end(ctx context.Context, r replacedRecord, follow bool, steps int) error {
	for attempt := range mergeAttempts {
		t := tombstone{}
		if isTombstone(r.raw) {
			if t = decodeTombstone(r.raw); !follow {
				return nil
			}
		}
		if t.ended && len(t.successors) == 0 {
			return nil
		}
		known := t.successors
		t.ended, t.made = true, time.Now()
		swap, err := s.engine.backend.compareAndSwap(ctx, "destroy", s.engine.backend.key(r.id), r.raw, t.encode(), t.ttl(s.engine.opts.SupersededGrace))
		switch {
		case err != nil:
			return err
		case !swap.supported:
			return s.engine.backend.destroy(ctx, s.engine.backend.key(r.id))
		case swap.swapped:
			return s.endSuccessors(ctx, known, steps)
		case swap.current == nil:
			return nil
		}
		r.raw = swap.current
		pause(ctx, attempt)
	}
	return ErrConflict
}

func (s *Session) endSuccessors(ctx context.Context, successors []successor, steps int) error {
	if steps == maxSteps {
		return nil
	}
	var errs []error
	for _, next := range successors {
		data, found, err := s.engine.backend.get(ctx, s.engine.backend.key(next.id))
		if err == nil && found {
			err = s.end(ctx, replacedRecord{next.id, data}, true, steps+1)
		}
		errs = append(errs, err)
	}
	return errors.Join(errs...)
}

// endOthers ends the sessions of the cookies beside the one that counts, which
// differ from it in path, domain or partition.
func (s *Session) endOthers(ctx context.Context) error {
	if s.carried.id == "" || s.carried.byWithID {
		return nil
	}
	var errs []error
	for _, other := range s.engine.carrier.others(s.req, s.carried.id) {
		data, found, err := s.engine.backend.get(ctx, s.engine.backend.key(other.id))
		if err == nil && found && !isTombstone(data) {
			err = s.end(ctx, replacedRecord{other.id, data}, true, 0)
		}
		errs = append(errs, err)
	}
	return errors.Join(errs...)
}
