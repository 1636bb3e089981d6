package core

import (
	"fmt"
	"io"
)

// Format writes the name of the session's cookie for package fmt, and so for
// most loggers: ids and values are not for logs. It may be called from several
// goroutines.
func (s *Session) Format(f fmt.State, _ rune) {
	if s == nil || s.state == nil {
		_, _ = io.WriteString(f, "no session")
		return
	}
	_, _ = io.WriteString(f, "session "+s.engine.Name())
}

// Format keeps the id of WithID out of logs.
func (c *forcedIDContext) Format(f fmt.State, _ rune) {
	_, _ = fmt.Fprintf(f, "%v with a session id", c.Context)
}

// Format writes the name of the engine's cookie for package fmt: signing keys
// are not for logs. It may be called from several goroutines.
func (e *Engine) Format(f fmt.State, _ rune) {
	_, _ = io.WriteString(f, "session engine "+e.Name())
}
