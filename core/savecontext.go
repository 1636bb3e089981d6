package core

import (
	"context"
	"time"
)

// detached returns the context of a save: the request's without its
// cancellation, since a save must not fail because the client has gone, but with
// its deadline, or SaveTimeout from now if it has none. An end has that long in
// any case. What it holds is let go of by release.
func (s *Session) detached(ends bool) context.Context {
	ctx := s.req.Context()
	deadline, limited := ctx.Deadline()
	if ctx.Done() != nil {
		ctx = context.WithoutCancel(ctx)
	}
	if s.engine.inMemory {
		return ctx
	}
	if least := time.Now().Add(s.engine.opts.SaveTimeout); !limited || ends && deadline.Before(least) {
		deadline = least
	}
	ctx, cancel := context.WithDeadline(ctx, deadline)
	s.releases = append(s.releases, cancel)
	return ctx
}

// release lets go of the contexts that detached has made.
func (s *Session) release() {
	for _, cancel := range s.releases {
		cancel()
	}
	s.releases = nil
}
