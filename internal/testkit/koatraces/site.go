package koatraces

import (
	"errors"
	"fmt"
	"sync/atomic"
	"time"

	"github.com/go-holdall/holdall/core"
	"github.com/go-holdall/holdall/internal/testkit"
)

// A StoreKind is what the store that a Site runs on can do.
type StoreKind string

// Plain is a store with the three methods of Koa's. Swapping has the
// capabilities too with which the suite does the same work another way.
const (
	Plain    StoreKind = "plain"
	Swapping StoreKind = "swapping"
)

// A Site is the traces' program written with the suite.
type Site struct {
	Engine *core.Engine
	store  store
	ids    atomic.Int64
}

// NewSite returns a site with the options of a trace.
func NewSite(o Options, kind StoreKind) (*Site, error) {
	s := new(Site)
	opts := o.ForUs().core()
	opts.Store = &s.store
	if kind == Swapping {
		opts.Store = swapStore{&s.store}
	}
	opts.GenSID = func() (string, error) { return fmt.Sprintf("sid-%020d", s.ids.Add(1)), nil }
	engine, err := core.New(opts)
	s.Engine = engine
	return s, err
}

// App is what a framework has to serve.
func (s *Site) App() testkit.App {
	return testkit.App{
		Engines: []*core.Engine{s.Engine},
		Before: func(c testkit.Context) {
			if id := c.Query("force_sid"); id != "" {
				c.ForceID(id)
			}
		},
		Handler: handle,
	}
}

// reset makes the site as new, for the next scenario.
func (s *Site) reset() {
	s.store.clear()
	s.ids.Store(0)
}

// core returns the options in the suite's words.
func (o Options) core() core.Options {
	opts := core.Options{
		SigningKeys: o.Keys, AllowWeakKeys: true,
		Key: o.Key, Prefix: o.Prefix, TTL: time.Duration(o.TTL) * time.Millisecond,
		Rolling: o.Rolling, Defer: o.Defer, AllowEmpty: o.AllowEmpty,
		Cookie:       cookieOf(o.Cookie),
		TrustProxy:   true, // for the one trace with Secure, see ForUs
		ErrorHandler: func(_ core.Request, err error) error { return err },
	}
	if o.SwallowErrors {
		opts.ErrorHandler = func(core.Request, error) error { return nil }
	}
	if o.TTLFunc {
		opts.TTLFunc = func(s *core.Session) time.Duration {
			if s.Cookie().MaxAge == core.BrowserSession {
				return time.Hour
			}
			return 0
		}
	}
	if o.ValidQuery {
		opts.Valid = func(req core.Request, _ *core.Session) bool { return !invalid(req) }
	}
	if o.BeforeSavePath {
		opts.BeforeSave = func(req core.Request, s *core.Session) error { return s.Set("path", req.Path()) }
	}
	if o.HeaderIDs {
		opts.SessionIDStore = core.HeaderIDs("X-Session-Id")
	}
	return opts
}

// invalidHeader says valid=false again: a core.Request has no query.
const invalidHeader = "X-Invalid"

func invalid(req core.Request) bool { return len(req.HeaderValues(invalidHeader)) > 0 }

var (
	sameSites  = map[any]core.SameSite{"lax": core.SameSiteLax, "strict": core.SameSiteStrict}
	priorities = map[any]core.Priority{"high": core.PriorityHigh}
)

func cookieOf(attributes object) core.Cookie {
	c := core.Cookie{
		DisableHTTPOnly: attributes["httpOnly"] == false,
		DisableSigning:  attributes["signed"] == false,
		Secure:          attributes["secure"] == true,
		Partitioned:     attributes["partitioned"] == true,
		SameSite:        sameSites[attributes["sameSite"]],
		Priority:        priorities[attributes["priority"]],
		MaxAge:          core.BrowserSession,
	}
	c.Path, _ = attributes["path"].(string)
	c.Domain, _ = attributes["domain"].(string)
	if ms, finite := attributes["maxAge"].(float64); finite {
		c.MaxAge = time.Duration(ms) * time.Millisecond
	}
	return c
}

// handle is the traces' router. A session is used by every route but one.
func handle(c testkit.Context) error {
	name := routeName(c.Path())
	if name == "untouched" {
		return c.String(200, "untouched")
	}
	s, err := c.Session()
	switch {
	case errors.Is(err, core.ErrOutsidePath):
		return c.String(200, "no session")
	case err != nil:
		return err
	}
	switch c.Query("save") {
	case "force":
		s.ForceSave()
	case "prevent":
		s.PreventSave()
	}
	run, ok := routes[name]
	if !ok {
		run, ok = endingRoutes[name]
	}
	if !ok {
		return &testkit.Failure{Status: 404, Text: "no such route"}
	}
	return run(c, s)
}
