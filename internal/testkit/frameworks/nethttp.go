package frameworks

import (
	"compress/gzip"
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"

	nethttpadapter "github.com/go-holdall/holdall/adapters/nethttp"
	"github.com/go-holdall/holdall/core"
	"github.com/go-holdall/holdall/internal/testkit"
)

// NetHTTP is net/http itself.
var NetHTTP = testkit.Framework{Name: "nethttp", Serve: serveNetHTTP}

func serveNetHTTP(t testing.TB, app testkit.App) string {
	return serve(t, app, newNetHTTP(app))
}

// newNetHTTP builds the app as a net/http user would.
func newNetHTTP(app testkit.App) http.Handler {
	var h http.Handler = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if err := app.Handler(&netHTTP{overHTTP{w, r}}); err != nil {
			answerFailure(w, err)
		}
	})
	if app.Route != "" {
		mux := http.NewServeMux()
		mux.Handle("GET "+app.Route, h)
		h = mux
	}
	for _, kind := range slices.Backward(app.Inside) {
		h = netHTTPMiddleware(kind)(h)
	}
	h = netHTTPSessions(app, app.Engines, h)
	if app.Group != "" {
		mux := http.NewServeMux()
		mux.Handle(app.Group+"/", http.StripPrefix(app.Group, h))
		h = mux
	}
	h = netHTTPSessions(app, app.Global, h)
	for _, kind := range slices.Backward(app.Outside) {
		h = netHTTPMiddleware(kind)(h)
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		c := &netHTTP{overHTTP{w, r}}
		if app.Before != nil {
			app.Before(c)
		}
		h.ServeHTTP(w, c.r)
	})
}

func netHTTPSessions(app testkit.App, engines []*core.Engine, h http.Handler) http.Handler {
	for _, engine := range slices.Backward(engines) {
		config := nethttpadapter.Config{Engine: engine}
		if app.Skip != nil {
			config.Skipper = func(r *http.Request) bool { return app.Skip(&netHTTP{overHTTP{nil, r}}) }
		}
		h = nethttpadapter.WithConfig(config)(h)
	}
	return h
}

// netHTTPMiddleware is what net/http users write, or take from a router.
func netHTTPMiddleware(kind testkit.Middleware) func(http.Handler) http.Handler {
	return func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			switch kind {
			case testkit.Recover:
				recovered(w, r, next)
			case testkit.Gzip:
				gzipped(w, r, next)
			case testkit.Timeout:
				patient(w, r, next)
			}
		})
	}
}

func recovered(w http.ResponseWriter, r *http.Request, next http.Handler) {
	defer func() {
		switch v := recover(); v {
		case nil:
		case http.ErrAbortHandler:
			panic(v)
		default:
			http.Error(w, http.StatusText(http.StatusInternalServerError), http.StatusInternalServerError)
		}
	}()
	next.ServeHTTP(w, r)
}

func patient(w http.ResponseWriter, r *http.Request, next http.Handler) {
	r, cancel := withPatience(r)
	defer cancel()
	next.ServeHTTP(w, r)
}

func withPatience(r *http.Request) (*http.Request, context.CancelFunc) {
	ctx, cancel := context.WithTimeout(r.Context(), testkit.Patience)
	return r.WithContext(ctx), cancel
}

func gzipped(w http.ResponseWriter, r *http.Request, next http.Handler) {
	if !strings.Contains(r.Header.Get("Accept-Encoding"), "gzip") {
		next.ServeHTTP(w, r)
		return
	}
	z := &gzipWriter{ResponseWriter: w}
	defer z.close()
	next.ServeHTTP(z, r)
}

// A gzipWriter compresses whatever has content.
type gzipWriter struct {
	http.ResponseWriter
	zip  *gzip.Writer
	sent bool
}

func (z *gzipWriter) WriteHeader(status int) {
	if status >= http.StatusOK && status != http.StatusNoContent && status != http.StatusNotModified && !z.sent {
		z.Header().Set("Content-Encoding", "gzip")
		z.Header().Del("Content-Length")
		z.zip = gzip.NewWriter(z.ResponseWriter)
	}
	z.sent = z.sent || status >= http.StatusOK
	z.ResponseWriter.WriteHeader(status)
}

func (z *gzipWriter) Write(b []byte) (int, error) {
	if !z.sent {
		z.WriteHeader(http.StatusOK)
	}
	if z.zip == nil {
		return z.ResponseWriter.Write(b)
	}
	return z.zip.Write(b)
}

func (z *gzipWriter) Flush() {
	if z.zip != nil {
		_ = z.zip.Flush()
	}
	_ = http.NewResponseController(z.ResponseWriter).Flush()
}

func (z *gzipWriter) Unwrap() http.ResponseWriter { return z.ResponseWriter }

func (z *gzipWriter) close() {
	if z.zip != nil {
		_ = z.zip.Close()
	}
}

// answerFailure is how a handler of net/http fails: it writes the answer.
func answerFailure(w http.ResponseWriter, err error) {
	status, text := core.StatusCode(err), "internal error"
	if f := (*testkit.Failure)(nil); errors.As(err, &f) {
		status, text = f.Status, f.Text
	}
	http.Error(w, text, status)
}

type netHTTP struct{ overHTTP }

func (c *netHTTP) Session(name ...string) (*core.Session, error) {
	return nethttpadapter.Session(c.r, name...)
}
func (c *netHTTP) ForceID(id string)       { c.r = c.r.WithContext(core.WithID(c.r.Context(), id)) }
func (c *netHTTP) Native() any             { return c.r }
func (c *netHTTP) Query(key string) string { return c.r.URL.Query().Get(key) }

func (c *netHTTP) String(status int, body string) error {
	c.w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	c.w.WriteHeader(status)
	_, err := io.WriteString(c.w, body)
	return err
}

func (c *netHTTP) JSON(status int, v any) error {
	c.w.Header().Set("Content-Type", "application/json")
	c.w.WriteHeader(status)
	return json.NewEncoder(c.w).Encode(v)
}

func (c *netHTTP) Redirect(status int, to string) error {
	http.Redirect(c.w, c.r, to, status)
	return nil
}

func (c *netHTTP) NoContent(status int) error {
	c.w.WriteHeader(status)
	return nil
}

func (c *netHTTP) File(name string) error {
	http.ServeFile(c.w, c.r, name)
	return nil
}

func (c *netHTTP) Stream(status int, r io.Reader) error {
	c.w.Header().Set("Content-Type", "text/plain")
	c.w.WriteHeader(status)
	_, err := io.Copy(c.w, r)
	return err
}

func (c *netHTTP) Abort(status int) error {
	http.Error(c.w, http.StatusText(status), status)
	return nil
}
