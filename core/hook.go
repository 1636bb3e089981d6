package core

// hook runs user code that is given the session: with a handle of its own, so
// that a Load or Save in it is told from one in another goroutine, which is to
// wait. If the code panics, the save that has asked for it fails, and the next
// one tries again.
func (s *Session) hook(call func(inside *Session)) {
	handle := &Session{state: s.state, inside: true}
	defer handle.leave()
	s.asHook(func() { call(handle) })
}

// leave makes the handle of a hook that is done, which user code may have kept,
// one as any other.
func (s *Session) leave() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.inside = false
}

// asHook runs user code that is given no session, but may have one.
func (s *Session) asHook(call func()) {
	s.io.setHook(true)
	defer s.io.setHook(false)
	call()
}

// withCarrier runs what reads or sends the id, as a hook where the application
// has brought code for that.
func (s *Session) withCarrier(call func()) {
	if s.engine.opts.SessionIDStore == nil {
		call()
		return
	}
	s.asHook(call)
}

func (s *Session) isInside() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.inside
}
