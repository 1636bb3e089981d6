package core

import (
	"bytes"
	"time"
)

// over reports whether a record has ended on the date that its own attributes
// say, though the store still has it. A maxAge tells nothing here: a Koa app
// that shares the record may have renewed it since, and does not say when.
func (s *Session) over(record []byte) bool {
	if s.engine.opts.Cookie.Expires.IsZero() && s.engine.beginsUsually(record) {
		return false
	}
	expires := s.attributes().Expires
	return !expires.IsZero() && !time.Now().Before(expires)
}

// beginsUsually reports whether the attributes at the beginning of a record are
// the usual ones, as those of nearly all, which then need not be decoded.
func (e *Engine) beginsUsually(record []byte) bool {
	rest, ok := bytes.CutPrefix(record, []byte(e.known))
	if !ok {
		return false
	}
	rest, stamped := bytes.CutPrefix(rest, sentMember)
	for stamped && len(rest) > 0 && '0' <= rest[0] && rest[0] <= '9' {
		rest = rest[1:]
	}
	return len(rest) > 0 && rest[0] == '}'
}
