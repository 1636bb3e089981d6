package frameworks

import (
	"errors"
	"net/http"
	"slices"
	"testing"

	nethttpadapter "github.com/go-holdall/holdall/adapters/nethttp"
	"github.com/go-holdall/holdall/core"
	"github.com/go-holdall/holdall/internal/testkit"
)

// NetHTTP is net/http itself.
var NetHTTP = testkit.Framework{Name: "nethttp", Serve: serveNetHTTP}

func serveNetHTTP(t testing.TB, app testkit.App) string {
	var h http.Handler = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if err := app.Handler(&netHTTP{w, r}); err != nil {
			answerFailure(w, err)
		}
	})
	for _, e := range slices.Backward(app.Engines) {
		h = nethttpadapter.Middleware(e)(h)
	}
	return serve(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		c := &netHTTP{w, r}
		if app.Before != nil {
			app.Before(c)
		}
		h.ServeHTTP(w, c.r)
	}))
}

// answerFailure is how a handler of net/http fails: it writes the answer.
func answerFailure(w http.ResponseWriter, err error) {
	status, text := core.StatusCode(err), "internal error"
	if f := (*testkit.Failure)(nil); errors.As(err, &f) {
		status, text = f.Status, f.Text
	}
	http.Error(w, text, status)
}

type netHTTP struct {
	w http.ResponseWriter
	r *http.Request
}

func (c *netHTTP) Session(name ...string) (*core.Session, error) {
	return nethttpadapter.Session(c.r, name...)
}
func (c *netHTTP) ForceID(id string)            { c.r = c.r.WithContext(core.WithID(c.r.Context(), id)) }
func (c *netHTTP) Native() any                  { return c.r }
func (c *netHTTP) Method() string               { return c.r.Method }
func (c *netHTTP) Path() string                 { return c.r.URL.Path }
func (c *netHTTP) Query(key string) string      { return c.r.URL.Query().Get(key) }
func (c *netHTTP) Header(name string) string    { return c.r.Header.Get(name) }
func (c *netHTTP) SetHeader(name, value string) { c.w.Header().Set(name, value) }

func (c *netHTTP) String(status int, body string) error {
	c.w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	c.w.WriteHeader(status)
	_, err := c.w.Write([]byte(body))
	return err
}

func (c *netHTTP) Redirect(status int, to string) error {
	http.Redirect(c.w, c.r, to, status)
	return nil
}

func (c *netHTTP) NoContent(status int) error {
	c.w.WriteHeader(status)
	return nil
}
