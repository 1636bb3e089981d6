package core

import (
	"context"
	"errors"
	"time"
)

// extend renews the record, and so knows that its id is alive: by swapping it
// for itself with a new stamp, or where the store has no Swap by a Touch.
func (s *Session) extend(ctx context.Context, p *plan, late bool) error {
	asked := s.askTTL()
	s.mu.Lock()
	cookie, due, base, stored := s.attributes(), s.renewalDue(asked), s.base.raw, s.stored
	s.mu.Unlock()
	sends := p.cookie == cookieSend && !late
	switch {
	case s.engine.ttl(cookie, asked) <= 0:
		return errExpired
	case !stored:
		return errMoved
	case !due:
		p.cookie = cookieLeave
		return nil
	}
	if err := s.admit(cookie, sends); err != nil {
		return err
	}
	err := s.renew(ctx, base, asked)
	if err == nil || err == errVanished {
		s.setRolled()
	}
	return err
}

// renew gives a record its life anew.
func (s *Session) renew(ctx context.Context, base []byte, asked time.Duration) error {
	for attempt := range mergeAttempts {
		d, err := s.drawUp(true)
		if err != nil {
			return err
		}
		d.ttl = s.engine.life(d.cookie, asked)
		r, err := s.engine.backend.compareAndSwap(ctx, "touch", s.key(d.id), base, d.next, d.ttl)
		switch {
		case err != nil:
			return err
		case !r.supported:
			return s.renewWithoutSwap(ctx, d)
		case r.swapped, string(r.current) == string(d.next):
			s.written(d)
			return nil
		case r.current == nil || isTombstone(r.current) || !s.rebaseTo(r.current):
			return errVanished
		}
		base = r.current
		pause(ctx, attempt)
	}
	return ErrConflict
}

// rebaseTo takes over a record that another request has changed, of which this
// one has changed nothing.
func (s *Session) rebaseTo(record []byte) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.base.parse(record) {
		return false
	}
	s.mergeCookie()
	return true
}

// renewWithoutSwap touches the record, or writes it where it is still what was
// loaded: never where there is none, or another.
func (s *Session) renewWithoutSwap(ctx context.Context, d draft) error {
	found, err := s.engine.backend.touchRecord(ctx, s.key(d.id), d.ttl)
	if !errors.Is(err, errors.ErrUnsupported) {
		if err == nil && !found {
			return errVanished
		}
		return err
	}
	now, found, err := s.engine.backend.get(ctx, s.key(d.id))
	if err != nil {
		return err
	}
	if !found || string(now) != string(d.base) {
		return errVanished
	}
	if err := s.engine.backend.set(ctx, s.key(d.id), d.next, d.ttl); err != nil {
		return err
	}
	s.written(d)
	return nil
}

func (s *Session) setRolled() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.rolled = true
}
