package core

import (
	"context"
	"errors"
	"math/rand/v2"
	"time"
)

const (
	// tombstoneTTL outlives the requests that were under way, with the old
	// id, when a session was regenerated.
	tombstoneTTL = time.Minute

	// mergeAttempts and mergePause bound how long a commit tries to get its
	// changes into a record that others keep changing.
	mergeAttempts = 256
	mergePause    = time.Millisecond

	// createAttempts is how many ids are tried that turn out to be taken.
	createAttempts = 4
)

// key returns the store's key of an id. Most requests ask for one and the
// same.
func (s *Session) key(id string) string {
	if prefix := s.engine.opts.Prefix; len(s.lastKey) != len(prefix)+len(id) || s.lastKey[len(prefix):] != id {
		s.lastKey = prefix + id
	}
	return s.lastKey
}

// askTTL asks the TTLFunc hook, zero without one.
func (s *Session) askTTL() (ttl time.Duration) {
	if ask := s.engine.opts.TTLFunc; ask != nil {
		s.hook(func() { ttl = ask(s) })
	}
	return ttl
}

// extend has the record live longer.
func (s *Session) extend(ctx context.Context, sends bool) (err error) {
	asked := s.askTTL()
	cookie := s.cookieNow()
	if err := s.admit(cookie, sends); err != nil {
		return err
	}
	ttl := s.engine.ttl(cookie, asked, time.Now())
	if ttl <= 0 {
		return errExpired
	}
	s.mu.Lock()
	id, raw, done, stored := s.id, s.base.raw, s.extended == ttl, s.stored
	s.mu.Unlock()
	if !stored {
		return errMoved
	}
	if !done {
		found, failure := s.engine.backend.extend(ctx, s.key(id), raw, ttl)
		if failure != nil {
			return failure
		}
		if !found {
			err = errVanished
		}
	}
	s.setRolled()
	return err
}

func (s *Session) setRolled() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.rolled = true
}

// remove destroys the record, and the one that it was to replace.
func (s *Session) remove(ctx context.Context) error {
	s.mu.Lock()
	var ids []string
	if s.stored {
		ids = append(ids, s.id)
	}
	if s.replaced != nil {
		ids = append(ids, s.replaced.id)
	}
	s.mu.Unlock()
	var errs []error
	for _, id := range ids {
		errs = append(errs, s.engine.backend.destroy(ctx, s.key(id)))
	}
	if err := errors.Join(errs...); err != nil {
		return err
	}
	s.mu.Lock()
	s.stored, s.replaced = false, nil
	s.mu.Unlock()
	return nil
}

// A draft is a record about to be written, and what it was made of.
type draft struct {
	id       string
	next     []byte
	base     []byte // what the store has under id, as far as we know; nil: nothing
	cookie   *Cookie
	ttl      time.Duration
	gen      uint64
	stored   bool
	sends    bool // the client is given the cookie with it
	notTwice bool // there is an Update among the changes, or OnConflict to ask: not to be applied twice
}

// draft draws up the record as the session is now.
func (s *Session) draft(sends bool) (draft, error) {
	asked := s.askTTL()
	d, err := s.drawUp(sends)
	if err != nil {
		return d, err
	}
	if err := s.admit(d.cookie, sends); err != nil {
		return d, err
	}
	if d.ttl = s.engine.ttl(d.cookie, asked, time.Now()); d.ttl <= 0 {
		return d, errExpired
	}
	return d, nil
}

func (s *Session) drawUp(sends bool) (draft, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.syncBindings()
	if s.makeID(); s.idErr != nil {
		return draft{}, s.idErr
	}
	d := draft{id: s.id, next: s.encode(sends), cookie: s.attributes(), gen: s.gen, stored: s.stored, sends: sends}
	if s.stored {
		d.base = s.base.raw
	}
	for i := range s.changes.list {
		c := &s.changes.list[i]
		c.drafted = len(c.updates)
		d.notTwice = d.notTwice || c.updates != nil || s.engine.opts.OnConflict != nil
	}
	if d.notTwice {
		d.next = s.engine.backend.mark(d.next)
	}
	return d, nil
}

func (s *Session) write(ctx context.Context, sends, late bool) error {
	d, err := s.draft(sends)
	switch {
	case err != nil:
		return err
	case d.stored:
		return s.writeChanged(ctx, d)
	case late:
		// Nobody would have the new id. The old one goes all the same.
		return errors.Join(s.remove(ctx), ErrTooLate)
	}
	if d, err = s.create(ctx, d); err != nil {
		return err
	}
	if err = s.retire(ctx, &d); err != nil {
		// The new id was told to nobody, so its record is of no use.
		if left := s.engine.backend.destroy(context.WithoutCancel(ctx), s.key(d.id)); left != nil {
			return errors.Join(err, left)
		}
		return err
	}
	s.written(d)
	return nil
}

// written makes the draft the base of what changes from now on, and of what
// other goroutines changed while it was being written.
func (s *Session) written(d draft) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.id != d.id { // regenerated since
		s.replaced = &replacedRecord{d.id, d.next}
		return
	}
	s.stored, s.replaced, s.rolled, s.forced = true, nil, true, false
	s.base.hold(d.next)
	s.cookieFrom = d.cookie
	if s.gen == d.gen {
		s.dirty, s.cleared = false, false
		s.changes.reset()
		return
	}
	for i := range s.changes.list {
		c := &s.changes.list[i]
		if c.updates = c.updates[c.drafted:]; len(c.updates) == 0 {
			c.updates = nil
		}
		c.drafted = 0
	}
}

// create writes a new record, where there is none.
func (s *Session) create(ctx context.Context, d draft) (draft, error) {
	for range createAttempts {
		r, err := s.engine.backend.compareAndSwap(ctx, s.key(d.id), nil, d.next, d.ttl)
		switch {
		case err != nil:
			return d, err
		case !r.supported:
			return d, s.engine.backend.set(ctx, s.key(d.id), d.next, d.ttl)
		case r.swapped, r.unsure && string(r.current) == string(d.next):
			return d, nil
		}
		id, err := s.engine.generate()
		if err != nil {
			return d, err
		}
		if !s.rename(d.id, id) {
			return d, errMoved
		}
		d.id = id
	}
	return d, ErrBadID
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

// writeChanged swaps a changed record for the one that was loaded, merging
// what others made of it meanwhile.
func (s *Session) writeChanged(ctx context.Context, d draft) error {
	for attempt := range mergeAttempts {
		r, err := s.engine.backend.compareAndSwap(ctx, s.key(d.id), d.base, d.next, d.ttl)
		switch {
		case err != nil:
			return err
		case !r.supported:
			err = s.engine.backend.set(ctx, s.key(d.id), d.next, d.ttl)
		case r.swapped:
		case r.current == nil:
			return s.lose(ErrGone)
		case isTombstone(r.current):
			return s.lose(ErrSuperseded)
		case r.unsure && string(r.current) == string(d.next):
			// The answer was lost, the write was not.
		case r.unsure && d.notTwice:
			return ErrAmbiguous
		default:
			pause(ctx, attempt)
			if d, err = s.merge(d, r.current); err != nil {
				return err
			}
			continue
		}
		if err == nil {
			s.written(d)
		}
		return err
	}
	return ErrConflict
}

// pause waits a random moment after every other attempt, longer each time, so
// that those who change one record at once get out of each other's way. What
// the next attempt then has as the record is out of date; it fails, learns
// what is there now, and the one after it follows without a pause.
func pause(ctx context.Context, attempt int) {
	if attempt%2 == 0 {
		return
	}
	timer := time.NewTimer(rand.N(mergePause << min(attempt/2, 6)))
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-ctx.Done():
	}
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
	raw, mine := old.raw, s.engine.backend.mark([]byte(tombstone))
	for attempt := range mergeAttempts {
		r, err := s.engine.backend.compareAndSwap(ctx, s.key(old.id), raw, mine, tombstoneTTL)
		switch {
		case err != nil:
			return err
		case !r.supported:
			return s.engine.backend.destroy(ctx, s.key(old.id))
		case r.swapped, r.unsure && string(r.current) == string(mine):
			return nil
		case r.current == nil:
			return s.lose(ErrGone)
		case isTombstone(r.current):
			return s.lose(ErrSuperseded)
		}
		raw = r.current
		if carries {
			if err := s.carryOver(ctx, d, raw); err != nil {
				return err
			}
		}
		pause(ctx, attempt)
	}
	return ErrConflict
}

// carryOver puts what others wrote into the old record since it was loaded
// into the new one, which nobody else knows of yet.
func (s *Session) carryOver(ctx context.Context, d *draft, theirs []byte) error {
	again, err := s.merge(*d, theirs)
	if err != nil {
		return err
	}
	*d = again
	return s.engine.backend.set(ctx, s.key(d.id), d.next, d.ttl)
}
