package cookiecorpus

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/go-holdall/holdall/core"
	"github.com/go-holdall/holdall/internal/testkit"
)

// marker is a value that only the session ID has.
const marker = "the one"

// A Site is a program whose only session is ID's.
type Site struct {
	Engine *core.Engine
	store  store
}

// NewSite returns a site that signs with both keys.
func NewSite() (*Site, error) {
	s := new(Site)
	engine, err := core.New(core.Options{SigningKeys: []string{NewKey, OldKey}, AllowWeakKeys: true, Store: &s.store})
	s.Engine = engine
	return s, err
}

// App is what a framework has to serve. It answers with the session's marker.
func (s *Site) App() testkit.App {
	return testkit.App{Engines: []*core.Engine{s.Engine}, Handler: func(c testkit.Context) error {
		session, err := c.Session()
		if err != nil {
			return err
		}
		found, err := core.Get[string](session, "marker")
		if err != nil && !errors.Is(err, core.ErrNoValue) {
			return err
		}
		return c.String(200, found)
	}}
}

// Check sends a case to a site that is served at url, and returns an error if
// it is not read as it has to be. Refused says that the server never let the
// site see it.
func (s *Site) Check(url string, c Case) (refused bool, err error) {
	s.store.begin()
	a, err := ask(strings.TrimPrefix(url, "http://"), c.Lines)
	if err != nil {
		return false, err
	}
	a.calls = s.store.end()
	want := c.Want.answer()
	if c.Refusable && a.refused {
		want = answer{status: a.status, refused: true}
	}
	if got, wanted := fmt.Sprintf("%+v", a), fmt.Sprintf("%+v", want); got != wanted {
		return a.refused, fmt.Errorf("to be read as %v\nwant %s\ngot  %s", c.Want, wanted, got)
	}
	return a.refused, nil
}

// answer is what a reading looks like from outside.
func (r Reading) answer() answer {
	sig := Sign(NewKey, ID)
	return map[Reading]answer{
		Anonymous: {status: 200},
		Cleared:   {status: 200, cookies: []string{"koa.sid= at epoch", "koa.sid.sig= at epoch"}},
		Loaded:    {status: 200, body: marker, calls: []string{"get koa:sess:" + ID}},
		Resigned: {status: 200, body: marker, calls: []string{"get koa:sess:" + ID, "get koa:sess:" + ID},
			cookies: []string{"koa.sid=" + ID + " in a day", "koa.sid.sig=" + sig + " in a day"}},
	}[r]
}

// A store has the record of ID, and notes every call.
type store struct {
	mu    sync.Mutex
	calls []string
}

var _ core.Store = (*store)(nil)

func (s *store) begin() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.calls = nil
}

func (s *store) end() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.calls)
}

func (s *store) note(op, key string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.calls = append(s.calls, op+" "+key)
}

// Get implements core.Store.
func (s *store) Get(_ context.Context, key string) (data []byte, found bool, err error) {
	s.note("get", key)
	if key != "koa:sess:"+ID {
		return nil, false, nil
	}
	return []byte(`{"cookie":{"httpOnly":true,"path":"/","overwrite":true,"signed":true,"maxAge":86400000},"marker":"` + marker + `"}`), true, nil
}

// Set implements core.Store.
func (s *store) Set(_ context.Context, key string, _ []byte, _ time.Duration) error {
	s.note("set", key)
	return nil
}

// Destroy implements core.Store.
func (s *store) Destroy(_ context.Context, key string) error {
	s.note("destroy", key)
	return nil
}
