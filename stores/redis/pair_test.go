package redisstore_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/go-holdall/holdall/core"
)

// A browser keeps the cookies of one user, who sends one request at a time.
type browser struct{ cookies map[string]string }

// An exchange is a request and its response.
type exchange struct {
	browser *browser
	ctx     context.Context
}

func (x *exchange) Context() context.Context { return x.ctx }
func (x *exchange) Path() string             { return "/" }
func (x *exchange) Secure() bool             { return false }
func (x *exchange) SetHeader(string, string) {}
func (x *exchange) Started() bool            { return false }

func (x *exchange) HeaderValues(name string) []string {
	if name != "Cookie" || len(x.browser.cookies) == 0 {
		return nil
	}
	var pairs []string
	for name, value := range x.browser.cookies {
		pairs = append(pairs, name+"="+value)
	}
	return []string{strings.Join(pairs, "; ")}
}

func (x *exchange) SetCookie(name, line string) {
	pair, _, _ := strings.Cut(line, ";")
	_, value, _ := strings.Cut(pair, "=")
	if x.browser.cookies == nil {
		x.browser.cookies = map[string]string{}
	}
	x.browser.cookies[name] = value
	if value == "" {
		delete(x.browser.cookies, name)
	}
}

func (x *exchange) HasCookie(string) bool { return false }

// request does one request, and returns the error that would be its answer.
func (b *browser) request(ctx context.Context, e *core.Engine, handler func(*core.Session) error) error {
	x := &exchange{b, ctx}
	s, err := e.Load(x, x)
	if err == nil {
		err = handler(s)
	}
	if err == nil {
		err = s.Commit()
	}
	if end := s.End(); err == nil {
		err = end
	}
	return err
}

// newEngine returns an engine over a store. reported is told of the errors
// that no request is answered with.
func newEngine(t *testing.T, store core.Store, reconnect time.Duration, change func(*core.Options)) *core.Engine {
	t.Helper()
	opts := core.Options{
		SigningKeys:      []string{"a signing key for these tests"},
		Store:            store,
		ReconnectTimeout: reconnect,
	}
	if change != nil {
		change(&opts)
	}
	e, err := core.New(opts)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, e.Close()) })
	return e
}
