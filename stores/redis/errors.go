package redisstore

import (
	"context"
	"errors"
	"strings"

	"github.com/redis/go-redis/v9"
)

var (
	// ErrUnavailable is what an [*Error] is, for errors.Is, if the command
	// could not be carried out for now: the server was not reached, or is
	// loading, failing over, or a replica.
	ErrUnavailable = errors.New("redisstore: the server is unavailable")

	// ErrClosed is returned after [Store.Close], or if the client was closed.
	ErrClosed = errors.New("redisstore: the store is closed")
)

// An Error is a failed command. Its text, and that of whatever it wraps, has
// neither the key nor the record, though go-redis and servers may print both.
type Error struct {
	// Command is the Redis command that failed, such as "getex".
	Command string
	// Err is the cause.
	Err error

	unavailable bool
}

func (e *Error) Error() string {
	text := "redisstore: " + e.Command + ": "
	if e.unavailable {
		text += "the server is unavailable: "
	}
	return text + e.Err.Error()
}

// Unwrap returns the cause.
func (e *Error) Unwrap() error { return e.Err }

// Is makes the error of a server that was not reached an [ErrUnavailable].
func (e *Error) Is(target error) bool { return e.unavailable && target == ErrUnavailable }

// Unavailable reports whether the server was not reached, or said that it
// cannot serve now: the same command may do better later. Whether it was
// carried out is not known.
func (e *Error) Unavailable() bool { return e.unavailable }

// A reply is an error that the server sent. It is a redis.Error, so that
// go-redis's own tests, such as redis.HasErrorPrefix, work on it.
type reply string

func (r reply) Error() string { return string(r) }

// RedisError marks the type as a redis.Error.
func (reply) RedisError() {}

// maxCause is how much of a cause's text is kept.
const maxCause = 200

// redacted returns an error like err whose text does not give the key away,
// nor a record. Both are quoted where go-redis and servers print what they
// were sent ("ERR unknown command 'X', with args beginning with: 'key'", "can't
// parse reply"), so that the text is cut at the first quote.
func redacted(err error, key string) error {
	var refusal redis.Error
	isReply := errors.As(err, &refusal)
	text := err.Error()
	clean := text
	if i := strings.IndexAny(clean, "'\"`"); i >= 0 {
		clean = clean[:i] + "…"
	}
	if key != "" {
		clean = strings.ReplaceAll(clean, key, "…")
	}
	if len(clean) > maxCause {
		clean = strings.ToValidUTF8(clean[:maxCause], "") + "…"
	}
	switch {
	case isReply:
		return reply(clean)
	case clean != text:
		return errors.New(clean)
	}
	return err
}

// unsupported reports whether err is a server's reply to something that it
// cannot do or may not be asked to, and whether that will stay so.
func unsupported(err error) (now, always bool) {
	var refusal reply
	if !errors.As(err, &refusal) || !refusedAs(err, "ERR", "NOPERM") || errors.Is(err, ErrUnavailable) {
		return false, false
	}
	text := strings.ToLower(string(refusal))
	return true, refusedAs(err, "NOPERM") || strings.Contains(text, "syntax error") || strings.Contains(text, "unknown command")
}

// refusedAs reports whether err is a server's reply with one of these codes.
func refusedAs(err error, codes ...string) bool {
	var refusal reply
	if !errors.As(err, &refusal) {
		return false
	}
	code, _, _ := strings.Cut(string(refusal), " ")
	for _, c := range codes {
		if code == c {
			return true
		}
	}
	return false
}

// ended is the error of a call whose caller's context ended it. A deadline
// may reach the socket before it reaches the context.
func ended(ctx context.Context, command string) error {
	err := ctx.Err()
	if err == nil {
		err = context.DeadlineExceeded
	}
	return &Error{Command: command, Err: err}
}
