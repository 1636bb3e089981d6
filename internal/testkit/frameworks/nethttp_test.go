package frameworks

import (
	"bufio"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	nethttpadapter "github.com/go-holdall/holdall/adapters/nethttp"
	"github.com/go-holdall/holdall/core"
	"github.com/go-holdall/holdall/internal/testkit"
	"github.com/go-holdall/holdall/internal/testkit/adaptersuite"
	"github.com/go-holdall/holdall/internal/testkit/faultstore"
)

func netHTTPCells() []adaptersuite.Cell {
	changed := adaptersuite.Outcome{Status: 200, Body: "done", Cookies: adaptersuite.Sets("known"),
		Store: []string{"get known", "swap known"}, Records: []string{`known {"a":"new"}`}}
	underApp := func(o *core.Options) { o.Cookie.Path = "/app" }
	raw := func(target, status string) func(s *adaptersuite.Site) {
		return func(s *adaptersuite.Site) {
			require.Contains(s.T, rawRequest(s, target), "HTTP/1.1 "+status+" ")
		}
	}
	return []adaptersuite.Cell{
		{Name: "own: Config.ErrorHandler", Rule: "the error goes to the framework's own handler", Client: adaptersuite.Known, Do: changeAndAnswer, Trouble: failSwap,
			Want: adaptersuite.Outcome{Status: 418, Body: "set /", Store: []string{"get known", "swap known"}, Reported: []string{"store set"}},
			Serve: func(s *adaptersuite.Site, app testkit.App) string {
				middleware := nethttpadapter.WithConfig(nethttpadapter.Config{Engine: s.Engine, ErrorHandler: func(w http.ResponseWriter, r *http.Request, err error) {
					var store *core.StoreError
					if errors.As(err, &store) {
						w.WriteHeader(418)
						_, _ = io.WriteString(w, store.Op+" "+r.URL.Path)
					}
				}})
				return serve(s.T, app, middleware(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
					_ = app.Handler(&netHTTP{overHTTP{w, r}})
				})))
			}},
		{Name: "own: an absolute request target", Rule: "RFC 9112 3.2.2: the path is in it", Options: underApp, Do: changeAndAnswer,
			Orphan: "the answer is read from the wire", Play: raw("http://other/app/x?y", "200")},
		{Name: "own: an absolute request target without a path", Rule: "RFC 9112 3.2.2: the path is /", Options: underApp, Do: changeAndAnswer, Play: raw("http://other", "500")},
		{Name: "own: OPTIONS *", Rule: "RFC 9112 3.2.4: there is no path", Options: underApp, Do: func(v *adaptersuite.Visit) error {
			if _, err := v.Session(); !errors.Is(err, core.ErrOutsidePath) {
				return err
			}
			return v.String(200, "done")
		}, Play: raw("*", "200")},
		{Name: "own: the wrapped writer's ReadFrom", Rule: "the writer keeps every optional interface", Client: adaptersuite.Known, Want: changed,
			Do: func(v *adaptersuite.Visit) error {
				if err := change(v); err != nil {
					return err
				}
				_, err := v.Writer().(io.ReaderFrom).ReadFrom(strings.NewReader("done"))
				return err
			}},
		{Name: "own: the wrapped writer's CloseNotify", Rule: "the writer keeps every optional interface", Client: adaptersuite.Known, Want: changed,
			Do: func(v *adaptersuite.Visit) error {
				if v.Writer().(interface{ CloseNotify() <-chan bool }).CloseNotify() == nil {
					return errors.New("no channel")
				}
				return changeAndAnswer(v)
			}},
		{Name: "own: core.FromContext", Rule: "the request's context carries the session", Client: adaptersuite.Known, Want: changed,
			Do: func(v *adaptersuite.Visit) error {
				s, err := core.FromContext(v.Context.Context())
				if err != nil {
					return err
				}
				if err := s.Set("a", "new"); err != nil {
					return err
				}
				return v.String(200, "done")
			}},
		{Name: "own: the hooks' http.Request", Rule: "hooks that need more get it from the adapter", Client: adaptersuite.Known, Do: changeAndAnswer, Want: changed,
			Options: func(o *core.Options) {
				o.BeforeSave = func(req core.Request, _ *core.Session) error {
					if r, ok := nethttpadapter.Request(req); !ok || r.URL.Path != "/" {
						return errors.New("no http.Request")
					}
					return nil
				}
			}},
	}
}

// rawRequest sends a request target as it is.
func rawRequest(s *adaptersuite.Site, target string) string {
	conn, err := net.Dial("tcp", strings.TrimPrefix(s.URL, "http://"))
	require.NoError(s.T, err)
	defer func() { _ = conn.Close() }()
	_ = conn.SetDeadline(time.Now().Add(10 * time.Second))
	_, err = io.WriteString(conn, "OPTIONS "+target+" HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n")
	require.NoError(s.T, err)
	line, err := bufio.NewReader(conn).ReadString('\n')
	require.NoError(s.T, err)
	return line
}

func TestNetHTTPAdapter(t *testing.T) {
	require.PanicsWithError(t, wrongOptionsText, func() { nethttpadapter.New(wrongOptions) })
	require.Panics(t, func() { nethttpadapter.WithConfig(nethttpadapter.Config{}) })
	_, ok := nethttpadapter.Request(nil)
	require.False(t, ok)

	store := faultstore.New()
	h := nethttpadapter.New(core.Options{Cookie: core.Cookie{DisableSigning: true, Path: "/app"}, Store: store})(http.HandlerFunc(
		func(w http.ResponseWriter, r *http.Request) {
			s, err := nethttpadapter.Session(r)
			if err == nil {
				err = s.Set("a", 1)
			}
			if err != nil {
				w.WriteHeader(core.StatusCode(err))
				return
			}
			select {
			case <-w.(interface{ CloseNotify() <-chan bool }).CloseNotify():
			default: // a writer that cannot tell never does
			}
			if err := w.(http.Pusher).Push("/x", nil); err != http.ErrNotSupported {
				t.Errorf("Push: %v", err)
			}
		}))
	// A request that was not read from a connection has no RequestURI.
	r, err := http.NewRequest(http.MethodGet, "http://h/app/%78?y", nil)
	require.NoError(t, err)
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	require.Equal(t, 200, w.Code)
	require.Len(t, w.Header()["Set-Cookie"], 1)
	require.Len(t, store.Records(), 1)
}
