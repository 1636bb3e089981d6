package core

import (
	"bytes"
	"context"
	"errors"
	"math/rand/v2"
	"time"
)

const (
	// mergeAttempts and mergePause bound how long a commit tries to get its
	// changes into a record that others keep changing.
	mergeAttempts = 256
	mergePause    = time.Millisecond
)

// key returns the store's key of an id. Most requests ask for one and the
// same.
func (s *Session) key(id string) string {
	if store := s.engine.backend; s.lastKey == "" || store.id(s.lastKey) != id {
		s.lastKey = store.key(id)
	}
	return s.lastKey
}

// askTTL asks the TTLFunc hook, zero without one.
func (s *Session) askTTL() (ttl time.Duration) {
	if ask := s.engine.opts.TTLFunc; ask != nil {
		s.hook(func(inside *Session) { ttl = ask(inside) })
	}
	return ttl
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
	unknown  bool // the client does not have that cookie, or not as it is
	marked   bool // next is told from any other request's
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
	if d.ttl = s.engine.life(d.cookie, asked); d.ttl <= 0 {
		return d, errExpired
	}
	return d, nil
}

func (s *Session) drawUp(sends bool) (draft, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.syncBindings()
	if key := s.makeID(); key != "" {
		s.lastKey = key
	}
	if s.idErr != nil {
		return draft{}, s.idErr
	}
	d := draft{id: s.id, next: s.encode(sends), cookie: s.attributes(), gen: s.gen, stored: s.stored, sends: sends}
	if s.stored {
		d.base = s.base.raw
	}
	d.unknown = !s.stored || s.attributesChanged()
	for i := range s.changes.list {
		d.notTwice = d.notTwice || s.changes.list[i].updates != nil || s.engine.opts.OnConflict != nil
	}
	undoes := len(s.doubts) > 0 && string(d.next) == string(d.base) // a write that arrives late would find the old record
	if d.marked = undoes || d.notTwice && s.engine.backend.goesAway(); d.marked {
		d.next = mark(d.next)
	}
	return d, nil
}

func (s *Session) write(ctx context.Context, p *plan, late bool) error {
	d, err := s.draft(p.cookie == cookieSend && !late)
	if err == nil && d.unknown && !d.sends && !late {
		p.cookie = cookieSend // a goroutine or a hook has changed it since the plan was made
		d, err = s.draft(true)
	}
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
		if undecided(err) {
			return err // it may be needed yet
		}
		left := s.disown(ctx)
		if err == errMoved || err == errExpired {
			return err // and what is left is tried again
		}
		if s.own = (ownRecord{}); left != nil {
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
	s.doubts, s.own = nil, ownRecord{}
	if s.id != d.id { // regenerated since
		s.replaced = &replacedRecord{id: d.id, raw: d.next}
		return
	}
	s.stored, s.replaced, s.rolled, s.forced = true, nil, true, false
	s.adopt(d)
	s.cookieFrom = d.cookie
	s.changes.dropUntil(d.gen)
	s.cleared = s.cleared && s.clearedAt > d.gen
	s.dirty = s.dirty && s.gen != d.gen
}

// adopt makes a draft that is written the base. Where its members lie is known
// if it is the record that was drawn up last, whose mark is behind it.
func (s *Session) adopt(d draft) {
	if s.drawn.raw == nil || !bytes.HasPrefix(d.next, s.drawn.raw) {
		s.base.hold(d.next)
		return
	}
	s.base.adopt(d.next, s.drawn.members)
	s.carried.place.remember(s.key(d.id), &s.base)
}

// writeChanged swaps a changed record for the one that was loaded, merging
// what others made of it meanwhile.
func (s *Session) writeChanged(ctx context.Context, d draft) error {
	for attempt := range mergeAttempts {
		r, err := s.engine.backend.compareAndSwap(ctx, "set", s.key(d.id), d.base, d.next, d.ttl)
		switch {
		case err != nil:
			if r.sent && (undecided(err) || !s.engine.backend.goesAway()) {
				s.doubts = append(s.doubts, d)
			}
			return err
		case !r.supported:
			if err = s.engine.backend.set(ctx, s.key(d.id), d.next, d.ttl); err == nil {
				s.written(d)
			}
			return err
		case r.swapped:
			s.written(d)
			return nil
		case r.current == nil:
			return s.lose(ErrGone)
		case isTombstone(r.current):
			return s.superseded(ctx, d, r.current)
		}
		if r.unsure {
			s.doubts = append(s.doubts, d)
		}
		mine, err := s.recognise(d.id, r.current)
		switch {
		case err != nil:
			return err
		case mine == nil:
			pause(ctx, attempt)
			d, err = s.merge(d, r.current)
		default:
			s.written(*mine)
			if mine.gen == s.generation() {
				return nil
			}
			id := d.id
			if d, err = s.draft(d.sends); err == nil && d.id != id {
				err = errMoved
			}
		}
		if err != nil {
			return err
		}
	}
	return ErrConflict
}

// recognise returns the draft of a write without an answer that is what the
// store has now, nil if that is somebody else's. The error is ErrAmbiguous if
// that write may have been carried out before, and must not be twice.
func (s *Session) recognise(id string, current []byte) (*draft, error) {
	ambiguous := false
	for i := range s.doubts {
		switch d := &s.doubts[i]; {
		case d.id != id:
		case string(d.next) == string(current) && (d.marked || !d.notTwice):
			return d, nil
		case d.notTwice:
			ambiguous = true
		}
	}
	if ambiguous {
		return nil, ErrAmbiguous
	}
	return nil, nil
}

func (s *Session) generation() uint64 {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.gen
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
