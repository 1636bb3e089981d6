package core

import (
	"context"
	"errors"
	"math"
	"time"
)

// Commit is for adapters. It saves what the session has become, and sets or
// clears its cookies. An adapter calls it right before the response headers
// leave; the error is to be the request's, in place of what the handler would
// write. A second call does nothing. Inside one of the engine's hooks it
// fails.
func (s *Session) Commit() error {
	if err := s.awaitIO(); err != nil {
		return onlyInsideHook(err)
	}
	more, err := s.commitIfIdle()
	if more {
		return s.conclude(false)
	}
	s.io.Unlock()
	return onlyInsideHook(err)
}

// onlyInsideHook drops the other errors of a session that cannot be saved:
// there is nothing to commit.
func onlyInsideHook(err error) error {
	if err == ErrInsideHook {
		return err
	}
	return nil
}

// commitIfIdle commits a session of which nothing is to be saved, as that of
// most requests, and reports whether there is more to do than that. It looks
// whether the session can be saved, too, so as to take the lock once.
func (s *Session) commitIfIdle() (more bool, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	switch err = s.savable(); {
	case err != nil, s.committed:
		return false, err
	case !s.idle():
		return true, nil
	}
	s.committed, s.committedAt = true, s.gen
	return false, nil
}

// End is for adapters. It commits what has not been committed and seals the
// session. An adapter calls it when the request is over, however it ended. It
// returns an error only if the response headers have not gone out, so that the
// error can still be answered; others it reports. It waits for a hook that is
// under way, however long; on what a hook was given it fails.
func (s *Session) End() error {
	if !s.io.TryLock() {
		if s.isInside() {
			return ErrInsideHook
		}
		s.io.Lock()
	}
	if s.sealIfDone() {
		s.io.Unlock()
		return nil
	}
	return s.conclude(true)
}

// sealIfDone seals a session of which nothing is left to be saved.
func (s *Session) sealIfDone() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.savable() == nil && !s.idle() {
		return false
	}
	s.seal()
	return true
}

// idle reports whether a commit would do nothing at all, as that of most
// requests. It asks for all that commitOnce looks at.
func (s *Session) idle() bool {
	w := s.work
	switch {
	case w == nil:
		return s.committed
	case s.committed:
		return w.gen == w.committedAt && w.bindings == nil && !w.forced
	}
	return w.gen == 0 && w.bindings == nil && w.unsavable == nil && w.own.id == "" && w.owed == cookieLeave && s.facts().plan() == (plan{})
}

// Save saves the session now, as the commit would, which then sends the
// cookie. What changes afterwards is still saved at the end. Its error has not
// been given to Options.ErrorHandler; it is ErrGone, ErrSuperseded or
// ErrUnsaved where a commit would report that. If a hook panics in it nothing is
// saved, and the next one, or the end, tries again.
func (s *Session) Save(ctx context.Context) error {
	if err := s.Load(); err != nil {
		return err
	}
	if err := s.enterCommit(); err != nil {
		return err
	}
	defer s.io.Unlock()
	if s.failed != nil {
		return s.failed
	}
	if s.isSpoiled() {
		return ErrSpoiled
	}
	saved := false
	defer func() { s.settle(saved) }() // a hook may panic
	err := s.commit(func(bool) context.Context { return ctx })
	saved = err == nil
	return plainly(err)
}

// settle has what a save that failed has looked at saved at the end.
func (s *Session) settle(saved bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if !saved {
		s.committedAt = unsettled
	}
}

// isSpoiled reports whether a Save could save nothing, see spoil.
func (s *Session) isSpoiled() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.spoiled && !s.destroyed
}

// unsettled is no generation: what a save has looked at is not saved.
const unsettled = math.MaxUint64

// plainly returns the outcome of a save as its caller knows it.
func plainly(err error) error {
	if lost, ok := err.(*lostError); ok {
		return lost.reason
	}
	if err == errVanished {
		return nil
	}
	return err
}

// conclude commits, lets go of s.io, and then gives the error to whom it
// concerns: an ErrorHandler may answer the request, which commits again.
func (s *Session) conclude(seal bool) error {
	res := s.res
	req, late, intended, err := s.commitOnce(seal)
	lost, isLost := err.(*lostError)
	switch {
	case err == nil, err == errVanished:
		return nil
	case isLost:
		s.engine.report(req, lost.reason)
		return nil
	case late:
		s.engine.report(req, err)
		return nil
	}
	if answer := s.engine.answer(req, res, err); answer != nil || !intended {
		return answer
	}
	return err // that a sign-out or a sign-in was not carried out is not to be passed over
}

// commitOnce commits, in a way that a save which failed is not tried again
// behind the error page.
func (s *Session) commitOnce(seal bool) (req Request, late, intended bool, err error) {
	defer s.io.Unlock()
	defer s.setCommitted(seal)
	defer s.release()
	returned := false
	defer func() { s.spoil(!returned) }()
	late = s.isLate()
	err = s.commit(s.detached)
	for range goroutineRounds {
		if err != nil && err != errVanished || !seal || s.settled() {
			break
		}
		err = s.commit(s.detached)
	}
	if err != nil && err != errVanished {
		s.mu.Lock()
		s.spoiled, s.spoiledAt, s.failed = true, s.gen, plainly(err)
		s.mu.Unlock()
	}
	if s.own.id != "" {
		_ = s.disown(s.detached(true)) // an earlier Save has failed, and its error counts
	}
	if s.owed != cookieLeave {
		_, lost := err.(*lostError)
		if unpaid := s.pay(late, lost); unpaid != nil {
			if err = errors.Join(err, unpaid); s.aborted {
				err = &lostError{err}
			}
		}
	}
	if err == nil && seal && !s.settled() {
		err = &lostError{ErrTooLate} // somebody changes it faster than it can be saved
	}
	returned = true
	return s.req, s.res.Started(), s.intends(), err
}

// goroutineRounds is how often the end of a request saves again what
// goroutines changed while it was saving.
const goroutineRounds = 3

// spoil has nothing saved any more after a hook has panicked in a commit, which
// gives the error page to whoever recovers. Only an end is still carried out.
func (s *Session) spoil(panicked bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if panicked && !s.sealed {
		s.spoiled = true
	}
}

// intends reports whether the handler has asked for an end, or for another id.
func (s *Session) intends() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.work != nil && (s.destroyed || s.replaces)
}

// settled reports whether nothing has changed since the commit looked.
func (s *Session) settled() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.gen == s.committedAt
}

// isLate reports whether it is too late for a cookie: once the commit has run
// the headers are leaving, if they are not gone.
func (s *Session) isLate() bool { return s.committed || s.res.Started() }

// Overruled is for adapters. It tells of an error that Commit or End returned,
// and that will not be answered since the handler failed too and its own error
// goes first.
func (s *Session) Overruled(req Request, err error) {
	if s.engine.opts.ErrorHandler == nil {
		logUnanswered(req.Context(), err)
	}
}

// awaitIO takes s.io, unless there is nothing to wait for: no session to save,
// or a hook of it that asks.
func (s *Session) awaitIO() error {
	if s.io.TryLock() {
		return nil
	}
	if err := s.lockedSavable(); err != nil {
		return err
	}
	return s.io.lockWithin(hookBound)
}

// enterCommit takes s.io, if there is a session to save.
func (s *Session) enterCommit() error {
	if err := s.awaitIO(); err != nil {
		return err
	}
	if err := s.lockedSavable(); err != nil {
		s.io.Unlock()
		return err
	}
	return nil
}

func (s *Session) lockedSavable() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.savable()
}

func (s *Session) savable() error {
	switch {
	case s.sealed:
		return ErrSealed
	case s.inside:
		return ErrInsideHook
	case s.stage != loaded:
		return ErrNoSession
	}
	return nil
}

func (s *Session) setCommitted(seal bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.committed = true
	if seal {
		s.seal()
	}
}

// seal ends all use of the session, and lets go of what it holds.
func (s *Session) seal() {
	s.sealed = true
	s.req, s.res = endedRequest{}, nil
	if used := s.work; used != nil {
		s.work = nil
		if !s.stored || s.id != used.carried.id {
			used.carried.place.forget(used.carried.key)
		}
		used.changes.reset()
		changes := used.changes
		*used = work{} // not work{changes: changes}, which is made elsewhere and copied
		used.changes = changes
		s.engine.works.Put(used)
	}
}

// commit carries out what the session's state asks for.
func (s *Session) commit(ctx func(ends bool) context.Context) error {
	p, err := s.prepare()
	if err == nil && p.store == storeWrite && s.engine.opts.BeforeSave != nil {
		if err = s.beforeSave(); err == nil {
			p, err = s.prepare()
		}
	}
	if err != nil || p == (plan{storeNothing, cookieLeave}) {
		return err
	}
	return s.carryOut(ctx(p.store == storeDestroy), p)
}

func (s *Session) beforeSave() error {
	var err error
	s.hook(func(inside *Session) { err = s.engine.opts.BeforeSave(s.req, inside) })
	if err != nil {
		return &HookError{Hook: "BeforeSave", Err: err}
	}
	return nil
}

// carryOut does a plan: the store first, then, if that worked, the cookies.
// Of a session that is destroyed the cookies go in any case.
func (s *Session) carryOut(ctx context.Context, p plan) error {
	late := s.isLate()
	err := s.toStore(ctx, &p, late)
	if err == errMoved {
		return nil
	}
	if err == errExpired {
		s.Destroy() // or a second commit would take what is left for a new session
		p, err = plan{storeDestroy, cookieClear}, s.remove(ctx)
	}
	if late {
		if err == nil && p.store == storeDestroy {
			err = ErrTooLate
		}
		return err
	}
	if p.cookie != cookieLeave && (err == nil || p.store == storeDestroy) {
		s.owed, s.owedWeakly = p.cookie, s.owed == cookieLeave && p.keepsAlive() && !s.destroyed
	}
	return err
}

func (s *Session) toStore(ctx context.Context, p *plan, late bool) error {
	if p.store != storeNothing && s.engine.isClosed() {
		return ErrClosed
	}
	sends := p.cookie == cookieSend && !late
	defer s.waited()
	switch p.store {
	case storeWrite:
		return s.write(ctx, p, late)
	case storeExtend:
		return s.extend(ctx, p, late)
	case storeDestroy:
		return s.remove(ctx)
	}
	if err := s.admit(s.cookieNow(), sends); err != nil || !sends {
		return err
	}
	return s.stillAlive(ctx)
}

// waited has the clock read again after a call of a store that requests may
// have waited for: the cookie is to live as long as the record.
func (s *Session) waited() {
	if s.engine.backend.goesAway() {
		s.mu.Lock()
		s.moment = time.Time{}
		s.mu.Unlock()
	}
}
