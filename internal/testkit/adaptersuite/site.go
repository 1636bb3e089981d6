package adaptersuite

import (
	"errors"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/go-holdall/holdall/core"
	"github.com/go-holdall/holdall/internal/testkit"
	"github.com/go-holdall/holdall/internal/testkit/faultstore"
	"github.com/go-holdall/holdall/internal/testkit/secrets"
)

// A Site is one cell's server: engine, store, and what they were seen to do.
type Site struct {
	T         testing.TB
	Framework string
	Store     *faultstore.Store
	Engine    *core.Engine
	// File is a file whose content is page.
	File string
	// Upstream is the server that the site is a proxy of.
	Upstream string
	// URL is where the site is served.
	URL string

	cell    *Cell
	do      Step
	client  *http.Client
	serving sync.WaitGroup

	mu       sync.Mutex
	reported []string
	names    map[string]string // of ids
	fresh    int
}

// The keys that the suite's engines sign with, newest first.
var keys = []string{"the newest of the two keys", "the older of the two keys"}

// The ids that clients carry, and what the suite calls them.
const (
	knownID    = "known-known-known-known-known-00"
	strangerID = "stranger-stranger-stranger-00000"
	corruptID  = "corrupt-corrupt-corrupt-corrupt0"
	retiredID  = "retired-retired-retired-retired0"
	shortID    = "../short"
)

const prefix = "koa:sess:"

// idHeader is what carries ids in the place of a cookie, where that is tried.
const idHeader = "X-Session-Id"

// attributes is how a record keeps those of the default cookie.
const attributes = `{"httpOnly":true,"path":"/","overwrite":true,"signed":true,"maxAge":86400000,"sameSite":"lax"}`

// open serves a cell under a framework. It ends with the test.
func open(t testing.TB, f testkit.Framework, cell *Cell) *Site {
	s := &Site{
		T: t, Framework: f.Name, Store: faultstore.New(), cell: cell, do: cell.Do,
		File: filepath.Join(t.TempDir(), "page.txt"),
		names: map[string]string{
			knownID: "known", strangerID: "stranger", corruptID: "corrupt", retiredID: "retired", shortID: "short",
		},
	}
	require.NoError(t, os.WriteFile(s.File, []byte(page), 0o600))
	s.Store.Put(prefix+knownID, `{"cookie":`+attributes+`,"a":"old"}`, 24*time.Hour)
	s.Engine = s.NewEngine(cell.Options)
	app := testkit.App{Engines: []*core.Engine{s.Engine}, Handler: s.handle}
	if cell.App != nil {
		cell.App(s, &app)
	}
	s.count(&app)
	if cell.Trouble != nil {
		cell.Trouble(s.Store)
	}
	s.client = newClient(t)
	if cell.Serve != nil {
		s.URL = cell.Serve(s, app)
	} else {
		s.URL = f.Serve(t, app)
	}
	return s
}

// count has the site know which requests are under way: what happens after
// the last byte of an answer is to be seen too.
func (s *Site) count(app *testkit.App) {
	shell := app.Shell
	app.Shell = func(h http.Handler) http.Handler {
		var counted http.Handler = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			s.serving.Add(1)
			defer s.serving.Done()
			h.ServeHTTP(w, r)
		})
		if shell != nil {
			counted = shell(counted)
		}
		return counted
	}
}

func (s *Site) handle(c testkit.Context) error {
	if s.do == nil {
		return nil
	}
	return s.do(&Visit{c, s})
}

// NewEngine returns another engine over the site's store.
func (s *Site) NewEngine(change func(o *core.Options)) *core.Engine {
	o := core.Options{SigningKeys: keys, Store: s.Store}
	if s.cell.Plain {
		o.Store = s.Store.Plain()
	}
	if change != nil {
		change(&o)
	}
	answer := o.ErrorHandler
	o.ErrorHandler = func(req core.Request, err error) error {
		secrets.Heard(err)
		s.mu.Lock()
		s.reported = append(s.reported, nameOf(err))
		s.mu.Unlock()
		if answer != nil {
			return answer(req, err)
		}
		return err
	}
	e, err := core.New(o)
	require.NoError(s.T, err)
	s.T.Cleanup(func() { _ = e.Close() })
	return e
}

// Reported returns what the ErrorHandlers have been told.
func (s *Site) Reported() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]string(nil), s.reported...)
}

var sentinels = map[string]error{
	"ErrNoSession": core.ErrNoSession, "ErrOutsidePath": core.ErrOutsidePath, "ErrNoValue": core.ErrNoValue,
	"ErrReservedKey": core.ErrReservedKey, "ErrSealed": core.ErrSealed, "ErrDestroyed": core.ErrDestroyed,
	"ErrTooLate": core.ErrTooLate, "ErrAborted": core.ErrAborted, "ErrGone": core.ErrGone, "ErrSuperseded": core.ErrSuperseded,
	"ErrConflict": core.ErrConflict, "ErrAmbiguous": core.ErrAmbiguous, "ErrUnsaved": core.ErrUnsaved,
	"ErrCorruptRecord": core.ErrCorruptRecord, "ErrInsecureCookie": core.ErrInsecureCookie,
	"ErrSpoiled": core.ErrSpoiled, "ErrBadID": core.ErrBadID, "ErrInsideHook": core.ErrInsideHook, "ErrClosed": core.ErrClosed,
}

// nameOf says an error in the table's words.
func nameOf(err error) string {
	for name, sentinel := range sentinels {
		if err == sentinel {
			return name
		}
	}
	if joined, ok := err.(interface{ Unwrap() []error }); ok {
		var names []string
		for _, err := range joined.Unwrap() {
			names = append(names, nameOf(err))
		}
		return strings.Join(names, " and ")
	}
	if store := (*core.StoreError)(nil); errors.As(err, &store) {
		if errors.Is(err, core.ErrStoreUnavailable) {
			return "unavailable " + store.Op
		}
		return "store " + store.Op
	}
	if hook := (*core.HookError)(nil); errors.As(err, &hook) {
		return "hook " + hook.Hook
	}
	if value := (*core.ValueError)(nil); errors.As(err, &value) {
		return "value " + value.Key
	}
	return err.Error()
}
