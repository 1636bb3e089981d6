package redisstore

import (
	"context"
	"errors"
	"net"
	"time"

	"github.com/redis/go-redis/v9"
)

// A verdict is what the outcome of a command says about the server.
type verdict uint8

const (
	served  verdict = iota // it did what it was asked to, or found nothing
	refused                // it answered, with an error about this command only
	away                   // no answer, or "not now"
	crowded                // no connection was free in time: a server that hangs, or much load
	gaveUp                 // the caller's context ended first, which says nothing
	closed                 // the client was closed
)

// deadlineSlack is how much earlier than its context a socket may give up.
const deadlineSlack = 20 * time.Millisecond

// notNow are the codes of replies that say "not now", as far as go-redis has
// no function for them. MOVED and ASK are left over after many redirects.
var notNow = []string{"BUSY ", "MOVED ", "ASK ", "NOREPLICAS "}

// judge looks at the outcome of a command that ran under ctx.
func judge(ctx context.Context, err error) verdict {
	switch {
	case err == nil, errors.Is(err, redis.Nil):
		return served
	case errors.Is(err, redis.ErrClosed):
		return closed
	}
	var reply redis.Error
	if errors.As(err, &reply) {
		if saysNotNow(err) {
			return away
		}
		return refused
	}
	if ctx.Err() != nil || errors.Is(err, context.Canceled) {
		return gaveUp
	}
	if deadline, ok := ctx.Deadline(); ok && timedOut(err) && time.Until(deadline) <= deadlineSlack {
		return gaveUp
	}
	if errors.Is(err, redis.ErrPoolTimeout) || errors.Is(err, redis.ErrPoolExhausted) {
		return crowded
	}
	return away
}

func timedOut(err error) bool {
	var e net.Error
	return errors.As(err, &e) && e.Timeout()
}

func saysNotNow(err error) bool {
	for _, prefix := range notNow {
		if redis.HasErrorPrefix(err, prefix) {
			return true
		}
	}
	return redis.IsLoadingError(err) || redis.IsClusterDownError(err) || redis.IsMasterDownError(err) ||
		redis.IsReadOnlyError(err) || redis.IsMaxClientsError(err) || redis.IsAuthError(err) || redis.IsTryAgainError(err)
}

// refusesWrites reports whether a server with this error may still serve
// reads, so that only a write can tell when it is back.
func refusesWrites(err error) bool {
	return redis.IsReadOnlyError(err) || redis.HasErrorPrefix(err, "NOREPLICAS ")
}
