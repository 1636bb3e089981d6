package interop

import (
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"strconv"
	"sync"
	"testing"
	"time"

	"github.com/go-holdall/holdall/core"
	"github.com/go-holdall/holdall/internal/testkit"
	"github.com/go-holdall/holdall/internal/testkit/secrets"
)

// A goSite is our app of one variant under one framework.
type goSite struct {
	url string

	mu       sync.Mutex
	reported []error
}

func serveGo(t testing.TB, f testkit.Framework, v variant, store core.Store) *goSite {
	t.Helper()
	site := &goSite{}
	e, err := core.New(core.Options{
		Key:           v.key,
		Prefix:        v.prefix,
		TTL:           v.ttl,
		SigningKeys:   v.goKeys,
		AllowWeakKeys: v.weak,
		Rolling:       v.rolling,
		Defer:         v.deferred,
		Store:         store,
		ErrorHandler: func(_ core.Request, err error) error {
			site.mu.Lock()
			defer site.mu.Unlock()
			site.reported = append(site.reported, err)
			secrets.Heard(err)
			return err
		},
	})
	if err != nil {
		t.Fatalf("interop: %v", err)
	}
	t.Cleanup(func() { _ = e.Close() })
	site.url = f.Serve(t, testkit.App{Engines: []*core.Engine{e}, Handler: handle})
	return site
}

// take returns the errors that were reported since the last call.
func (s *goSite) take() (errs []error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	errs, s.reported = s.reported, nil
	return errs
}

// handle is what app.js does, in Go.
func handle(c testkit.Context) error {
	s, err := c.Session()
	if err != nil {
		return err
	}
	gate := func() error { return pause(c.Query("gate")) }
	if c.Path() == "/thrice" {
		return thrice(c, s, gate)
	}
	if err := gate(); err != nil {
		return err
	}
	if err := act(c, s); err != nil {
		return err
	}
	raw, err := core.Get[json.RawMessage](s, c.Query("key"))
	if err != nil && !errors.Is(err, core.ErrNoValue) && !errors.Is(err, core.ErrReservedKey) {
		return err
	}
	return c.String(http.StatusOK, string(raw))
}

func act(c testkit.Context, s *core.Session) error {
	key, value := c.Query("key"), json.RawMessage(c.Query("value"))
	switch c.Path() {
	case "/set":
		return s.Set(key, value)
	case "/count":
		_, err := core.Update(s, key, func(n int) int { return n + 1 })
		return err
	case "/replace":
		return s.Replace(map[string]any{key: value})
	case "/text":
		return s.Set(key, string(value))
	case "/unset":
		s.Delete(key)
	case "/regenerate":
		if err := s.Regenerate(); err != nil {
			return err
		}
		return s.Set(key, value)
	case "/keep":
		if err := s.RegenerateKeep(); err != nil || len(value) == 0 {
			return err
		}
		return s.Set(key, value)
	case "/destroy":
		s.Destroy()
	case "/maxage", "/expires":
		return setCookie(c.Path(), string(value), s)
	}
	return nil
}

// thrice saves, waits, saves again, and leaves one more change to the end.
func thrice(c testkit.Context, s *core.Session, gate func() error) error {
	return errors.Join(
		s.Set("first", json.RawMessage("1")),
		s.Save(c.Context()),
		gate(),
		s.Set("second", json.RawMessage("2")),
		s.Save(c.Context()),
		s.Set("third", json.RawMessage("3")),
	)
}

func setCookie(path, value string, s *core.Session) error {
	ms, err := strconv.ParseInt(value, 10, 64)
	if err != nil && value != "null" {
		return err
	}
	cookie := s.Cookie()
	switch {
	case path == "/expires":
		cookie.Expires = time.UnixMilli(ms)
	case value == "null":
		cookie.MaxAge = core.BrowserSession
	default:
		cookie.MaxAge = time.Duration(ms) * time.Millisecond
	}
	return s.SetCookie(cookie)
}

// pause waits for the test's gate, if there is one, between a load and its
// save.
func pause(url string) error {
	if url == "" {
		return nil
	}
	res, err := gateClient.Get(url)
	if err != nil {
		return err
	}
	_, err = io.Copy(io.Discard, res.Body)
	return errors.Join(err, res.Body.Close())
}

// gateClient keeps no connections that a test would have to close.
var gateClient = &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
