package core

import (
	"context"
	"errors"
)

// admit returns the error of a cookie that is to be sent and must not be.
func (s *Session) admit(cookie *Cookie, sends bool) error {
	if !sends {
		return nil
	}
	return s.engine.carrier.refuses(s.engine.secure(s.req), cookie)
}

// stillAlive asks the store once more before a cookie is sent for its new
// signature alone: a page that has taken long must not put an id back that
// another request has replaced.
func (s *Session) stillAlive(ctx context.Context) error {
	s.mu.Lock()
	id := s.id
	s.mu.Unlock()
	data, found, err := s.engine.backend.get(ctx, s.key(id))
	if err == nil && (!found || isTombstone(data)) {
		return errVanished
	}
	return err
}

// cookieNow returns the attributes as they are.
func (s *Session) cookieNow() *Cookie {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.attributes()
}

// pay sets the cookies that the commit, or an earlier Save, has found to be
// due. The id of a session that is lost is not sent. If the headers went out
// meanwhile, past the adapter, a record goes again that the client has no id of.
func (s *Session) pay(late, lost bool) error {
	act := s.owed
	s.owed = cookieLeave
	s.mu.Lock()
	s.attributes()
	id, sig, cookie, stored, told, now := s.id, s.sig, s.cookieFrom, s.stored, s.id == s.carried.id, s.now()
	lost = lost || s.unsavable != nil
	replaces := s.replaces
	if !stored && s.replaced != nil && !isTombstone(s.replaced.raw) {
		// Regenerated since, by another goroutine or before a PreventSave: until
		// that is carried out, if it ever is, this is the session that there is.
		id, sig, stored = s.replaced.id, "", true
	}
	s.mu.Unlock()
	switch {
	case lost && act == cookieSend, act == cookieSend && !stored:
		return nil
	case late && act == cookieSend && !told:
		return errors.Join(s.remove(s.detached(true)), ErrTooLate)
	case late:
		return ErrTooLate
	case s.owedWeakly && s.res.HasCookie(s.engine.Name()): // somebody else's, who means it
		return nil
	case s.aborted && act == cookieSend && !told && !replaces: // of a Save before the handler died
		return errors.Join(s.remove(s.detached(true)), ErrAborted)
	case act == cookieSend:
		s.withCarrier(func() { s.engine.carrier.send(s.res, id, sig, cookie, now) })
	case act == cookieClear:
		s.withCarrier(func() { s.engine.carrier.clear(s.res, cookie) })
	}
	return nil
}
