package core_test

import (
	"errors"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/go-holdall/holdall/core"
	"github.com/go-holdall/holdall/internal/testkit/faultstore"
	"github.com/go-holdall/holdall/internal/testkit/recorder"
)

const signingKey = "correct horse battery staple"

// newEngine returns an engine with these options, and a signing key if they
// have none. It is closed when the test is over.
func newEngine(t testing.TB, opts core.Options) *core.Engine {
	if opts.SigningKeys == nil {
		opts.SigningKeys = []string{signingKey}
	}
	e, err := core.New(opts)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, e.Close()) })
	return e
}

// A visitor is a browser at a site with one engine.
type visitor struct {
	t       testing.TB
	engine  *core.Engine
	browser *recorder.Browser
}

func newVisitor(t testing.TB, opts core.Options) *visitor {
	return &visitor{t, newEngine(t, opts), recorder.NewBrowser()}
}

// known returns a visitor with a session, its store, and what is reported.
func known(t testing.TB) (*faultstore.Store, *log, *visitor) {
	st, told := faultstore.New(), &log{}
	v := newVisitor(t, core.Options{Store: st, ErrorHandler: told.pass})
	v.visit(set("n", 1))
	return st, told, v
}

// A page is what came of a visit: the first error of load, commit and end.
type page struct {
	*recorder.Exchange
	err error
}

// visit makes a request of "/" that must go well. A nil handler does not ask
// for the session.
func (v *visitor) visit(handler func(s *core.Session)) page {
	p := v.try(handler)
	require.NoError(v.t, p.err)
	return p
}

// try makes a request of "/".
func (v *visitor) try(handler func(s *core.Session)) page {
	return v.send(v.browser.Request("/"), handler)
}

// send carries out a request as an adapter does.
func (v *visitor) send(x *recorder.Exchange, handler func(s *core.Session)) page {
	s, err := v.engine.Load(x, x)
	if err == nil && handler != nil {
		var found *core.Session
		if found, err = s.Find(); err == nil {
			handler(found)
		}
	}
	err = errors.Join(err, s.Commit())
	x.Start()
	return page{x, errors.Join(err, s.End())}
}

// begin loads a session and returns it with the end of its request.
func (v *visitor) begin() (s *core.Session, end func() page) {
	x := v.browser.Request("/")
	s, err := v.engine.Load(x, x)
	require.NoError(v.t, err)
	s, err = s.Find()
	require.NoError(v.t, err)
	return s, func() page {
		err := s.Commit()
		x.Start()
		return page{x, errors.Join(err, s.End())}
	}
}

// id returns the id that the browser has.
func (v *visitor) id() string { return v.browser.Cookie("koa.sid") }

// set returns a handler that sets values.
func set(keysAndValues ...any) func(s *core.Session) {
	return func(s *core.Session) {
		for i := 0; i < len(keysAndValues); i += 2 {
			if err := s.Set(keysAndValues[i].(string), keysAndValues[i+1]); err != nil {
				panic(err)
			}
		}
	}
}

// read returns a value of the session as the next request finds it.
func read[T any](v *visitor, key string) (value T, err error) {
	v.visit(func(s *core.Session) { value, err = core.Get[T](s, key) })
	return value, err
}

// requireValue requires a value to be what the next request finds.
func requireValue[T any](v *visitor, key string, want T) {
	got, err := read[T](v, key)
	require.NoError(v.t, err, key)
	require.Equal(v.t, want, got, key)
}

func increment(n int) int { return n + 1 }

// A log gathers what an ErrorHandler is told.
type log struct{ told []error }

// swallow is an ErrorHandler that goes on.
func (l *log) swallow(_ core.Request, err error) error {
	l.told = append(l.told, err)
	return nil
}

// pass is an ErrorHandler that lets the error be the request's.
func (l *log) pass(_ core.Request, err error) error {
	l.told = append(l.told, err)
	return err
}

// requireOnly requires that one error was told, and forgets it.
func (l *log) requireOnly(t testing.TB, want error) {
	require.Len(t, l.told, 1)
	require.ErrorIs(t, l.told[0], want)
	l.told = nil
}
