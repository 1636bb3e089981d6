// Package nethttpadapter puts the session engine under net/http, and under
// every router that speaks it, such as chi:
//
//	http.ListenAndServe(addr, nethttpadapter.New(opts)(mux))
//
// The echo and gin adapters are built on its Exchange.
package nethttpadapter

import (
	"log/slog"
	"net/http"

	"github.com/go-holdall/holdall/core"
)

// New returns the middleware of a new engine. It panics if an option is
// wrong, with an error that names all that are. To have the error instead, or
// the engine to Close, use core.New and Middleware.
func New(opts core.Options) func(http.Handler) http.Handler {
	return Middleware(core.Must(core.New(opts)))
}

// Middleware returns the middleware of an engine.
func Middleware(e *core.Engine) func(http.Handler) http.Handler {
	return WithConfig(Config{Engine: e})
}

// Config is what can be told to WithConfig.
type Config struct {
	// Engine is required.
	Engine *core.Engine

	// Skipper keeps the session off the requests for which it returns true.
	// Nil skips none.
	Skipper func(*http.Request) bool

	// ErrorHandler answers a request whose session could not be loaded or
	// saved. Nothing has been sent yet. Nil gives the error to slog.Default,
	// and answers with the text of core.StatusCode.
	ErrorHandler func(http.ResponseWriter, *http.Request, error)
}

// WithConfig returns a middleware. It panics without an engine.
func WithConfig(config Config) func(http.Handler) http.Handler {
	if config.Engine == nil {
		panic("nethttpadapter: Config.Engine is nil")
	}
	if config.ErrorHandler == nil {
		config.ErrorHandler = answer
	}
	return func(next http.Handler) http.Handler {
		return &handler{config, next}
	}
}

func answer(w http.ResponseWriter, r *http.Request, err error) {
	slog.Default().ErrorContext(r.Context(), "session error", "error", err)
	status := core.StatusCode(err)
	http.Error(w, http.StatusText(status), status)
}

type handler struct {
	Config
	next http.Handler
}

func (h *handler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	outer, _ := r.Context().Value(core.ContextKey).(*core.Session)
	if outer.Has(h.Engine) || h.Skipper != nil && h.Skipper(r) {
		h.next.ServeHTTP(w, r)
		return
	}
	if err := h.serve(w, r, outer); err != nil {
		h.ErrorHandler(w, r, err)
	}
}

func (h *handler) serve(w http.ResponseWriter, r *http.Request, outer *core.Session) error {
	x := new(served)
	x.Init(w, r)
	defer x.Abandon()
	if err := h.Engine.LoadInto(&x.session, &x.Exchange, &x.Exchange, outer); err != nil {
		return err
	}
	inner := x.inner.Init(r, &x.session)
	defer x.inner.Restore(inner)
	h.next.ServeHTTP(&x.Exchange, inner)
	return x.Finish(nil)
}

// served is all that the adapter needs of a request, in one object.
type served struct {
	Exchange
	inner HandlersRequest
}

// Session returns the session of a request, loaded. With a name it returns
// that of the cookie so named, without one that of the outermost middleware.
// The error is core.ErrNoSession, core.ErrOutsidePath, or that of the load;
// core.StatusCode has the status that fits it.
func Session(r *http.Request, name ...string) (*core.Session, error) {
	return core.FromContext(r.Context(), name...)
}

// Request returns the http.Request of what one of the hooks in core.Options
// is given, if it comes from this package.
func Request(req core.Request) (*http.Request, bool) {
	x, ok := req.(*Exchange)
	if !ok {
		return nil, false
	}
	return x.request, true
}
