package core

// Abandon is for adapters. It is End for a request whose handler has panicked,
// or ended its goroutine. What the client's session needs is done, an end among
// it. What would need a cookie, a new session or a regenerated one, is not if
// nothing has been sent: probably nobody will send the cookie, and the record
// that the client has must not go for one that nobody knows of. ErrAborted is
// reported then.
func (s *Session) Abandon() error {
	s.mu.Lock()
	s.aborted = !s.sealed && !s.committed && !s.res.Started()
	s.mu.Unlock()
	return s.End()
}

// unanswerable reports whether a plan is of no use without its cookie, which
// nobody will send.
func (s *Session) unanswerable(p plan) bool {
	return s.aborted && !s.destroyed && !s.stored && p.store != storeNothing
}
