package core

import "errors"

// How a save can end besides with success and with an error of the store.
var (
	// errExpired: the session is over by its own attributes.
	errExpired = errors.New("session: expired")

	// errMoved: another goroutine has regenerated the session meanwhile. What
	// it has become is for the next commit.
	errMoved = errors.New("session: regenerated while it was saved")

	// errVanished: there was nothing to be saved but a longer life, and the
	// record is gone, or the changes were carried into the session that has taken
	// its place. Nothing is lost, but the client is sent no cookie.
	errVanished = errors.New("session: gone, and was not changed")
)

// A lostError says that the session has been ended by somebody else, and that
// this request's changes of it are dropped: they are reported, not answered.
type lostError struct{ reason error }

func (e *lostError) Error() string { return e.reason.Error() }
func (e *lostError) Unwrap() error { return e.reason }

// lose has nothing of the session saved any more.
func (s *Session) lose(reason error) error {
	s.mu.Lock()
	s.unsavable = reason
	s.mu.Unlock()
	return &lostError{reason}
}
