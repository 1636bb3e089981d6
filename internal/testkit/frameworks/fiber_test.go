package frameworks

import (
	"errors"
	"io"
	"net"
	"strings"
	"testing"
	"time"

	"github.com/gofiber/fiber/v2"
	"github.com/gofiber/fiber/v2/middleware/encryptcookie"
	"github.com/stretchr/testify/require"
	"github.com/valyala/fasthttp"

	fiberadapter "github.com/go-holdall/holdall/adapters/fiber"
	"github.com/go-holdall/holdall/core"
	"github.com/go-holdall/holdall/internal/testkit"
	"github.com/go-holdall/holdall/internal/testkit/adaptersuite"
	"github.com/go-holdall/holdall/internal/testkit/faultstore"
)

// fiberWith serves an app of Fiber's own making around the suite's session.
func fiberWith(build func(f *fiber.App, session, handler fiber.Handler), config fiber.Config) func(*adaptersuite.Site, testkit.App) string {
	return func(s *adaptersuite.Site, app testkit.App) string {
		config.DisableStartupMessage = true
		f := fiber.New(config)
		build(f, fiberadapter.Middleware(s.Engine), func(c *fiber.Ctx) error { return app.Handler(&fiberContext{c}) })
		return serveFiberApp(s.T, f, false)
	}
}

func fiberCells() []adaptersuite.Cell {
	changed := adaptersuite.Outcome{Status: 200, Body: "done", Cookies: adaptersuite.Sets("known"),
		Store: []string{"get known", "swap known"}, Records: []string{`known {"a":"new"}`}}
	native := func(v *adaptersuite.Visit) *fiber.Ctx { return v.Native().(*fiber.Ctx) }
	return []adaptersuite.Cell{
		{Name: "own: fasthttp's Error", Rule: "cookies are set after the chain, where nothing wipes them", Client: adaptersuite.Known,
			Do: func(v *adaptersuite.Visit) error {
				err := change(v)
				native(v).Context().Error("done", 400)
				return err
			},
			Want: adaptersuite.Outcome{Status: 400, Body: "done", Cookies: changed.Cookies, Store: changed.Store, Records: changed.Records}},
		{Name: "own: Response.Reset", Rule: "cookies are set after the chain, where nothing wipes them", Client: adaptersuite.Known, Want: changed,
			Do: func(v *adaptersuite.Visit) error {
				err := changeAndAnswer(v)
				native(v).Response().Reset()
				_ = native(v).SendString("done")
				return err
			}},
		{Name: "own: RestartRouting", Rule: "any number of middlewares of one cookie are one", Client: adaptersuite.Known, Want: changed,
			Do: func(v *adaptersuite.Visit) error {
				if native(v).Path() == "/again" {
					return changeAndAnswer(v)
				}
				native(v).Path("/again")
				return native(v).RestartRouting()
			}},
		{Name: "own: an ErrorHandler", Rule: "the error goes to the framework's own handler, and says what it is", Client: adaptersuite.Known,
			Do: changeAndAnswer, Trouble: failSwap,
			Want: adaptersuite.Outcome{Status: 418, Body: "set: Internal Server Error", Store: []string{"get known", "swap known"}, Reported: []string{"store set"}},
			Serve: fiberWith(useFiber, fiber.Config{ErrorHandler: func(c *fiber.Ctx, err error) error {
				var store *core.StoreError
				var status *fiber.Error
				if !errors.As(err, &store) || !errors.As(err, &status) || status.Code != 500 {
					return err
				}
				return c.Status(418).SendString(store.Op + ": " + err.Error())
			}})},
		{Name: "own: an ErrorHandler that uses the session", Rule: "it runs before the session ends", Client: adaptersuite.Known,
			Do:   func(*adaptersuite.Visit) error { return errors.New("oops") },
			Want: adaptersuite.Outcome{Status: 400, Body: "done", Cookies: changed.Cookies, Store: changed.Store, Records: changed.Records},
			Serve: fiberWith(useFiber, fiber.Config{ErrorHandler: func(c *fiber.Ctx, _ error) error {
				s, err := fiberadapter.Session(c)
				if err == nil {
					err = s.Set("a", "new")
				}
				if err != nil {
					return err
				}
				return c.Status(400).SendString("done")
			}})},
		{Name: "own: an ErrorHandler that only has a status", Rule: "what the handler writes is withheld", Client: adaptersuite.Known,
			Do: changeAndAnswer, Trouble: failSwap,
			Want:  adaptersuite.Outcome{Status: 500, Body: "Internal Server Error", Store: []string{"get known", "swap known"}, Reported: []string{"store set"}},
			Serve: fiberWith(useFiber, fiber.Config{ErrorHandler: func(c *fiber.Ctx, _ error) error { return c.SendStatus(500) }})},
		{Name: "own: encryptcookie outside", Rule: "it has to be outside: it encrypts what is set within it", Do: changeAndAnswer, Play: func(s *adaptersuite.Site) {
			first := s.As(adaptersuite.Visitor, adaptersuite.Ask{})
			var pairs []string
			for _, line := range first.Header["Set-Cookie"] {
				pair, _, _ := strings.Cut(line, ";")
				pairs = append(pairs, pair)
			}
			second := s.Send(strings.Join(pairs, "; "), adaptersuite.Ask{})
			require.Equal(s.T, "done", second.Body)
			require.Equal(s.T, []string{"create new1", "get new1"}, s.Calls())
		}, Serve: fiberWith(func(f *fiber.App, session, handler fiber.Handler) {
			f.Use(encryptcookie.New(encryptcookie.Config{Key: encryptcookie.GenerateKey()}), session, handler)
		}, fiber.Config{})},
		{Name: "own: hijack, the save fails", Rule: "nothing of what the handler sends leaves", Trouble: failSwap, Play: func(s *adaptersuite.Site) {
			conn, err := net.Dial("tcp", strings.TrimPrefix(s.URL, "http://"))
			require.NoError(s.T, err)
			defer func() { _ = conn.Close() }()
			_ = conn.SetDeadline(time.Now().Add(10 * time.Second))
			_, err = io.WriteString(conn, "GET / HTTP/1.1\r\nHost: h\r\n\r\nGET / HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n")
			require.NoError(s.T, err)
			all, err := io.ReadAll(conn)
			require.NoError(s.T, err)
			require.Equal(s.T, 2, strings.Count(string(all), "HTTP/1.1 500 "), "%s", all)
			require.NotContains(s.T, string(all), "done")
		}, Do: func(v *adaptersuite.Visit) error {
			native(v).Context().Hijack(func(conn net.Conn) { _, _ = io.WriteString(conn, "done") })
			return change(v)
		}},
		{Name: "own: core.FromContext", Rule: "a *fasthttp.RequestCtx carries the session", Client: adaptersuite.Known, Want: changed,
			Do: func(v *adaptersuite.Visit) error {
				s, err := core.FromContext(native(v).Context())
				if err != nil {
					return err
				}
				if err := s.Set("a", "new"); err != nil {
					return err
				}
				return v.String(200, "done")
			}},
		{Name: "own: the hooks' fiber.Ctx", Rule: "hooks that need more get it from the adapter", Client: adaptersuite.Known, Do: changeAndAnswer, Want: changed,
			Options: func(o *core.Options) {
				o.BeforeSave = func(req core.Request, _ *core.Session) error {
					if c, ok := fiberadapter.Context(req); !ok || c.Path() != "/" {
						return errors.New("no fiber.Ctx")
					}
					return nil
				}
			}},
	}
}

func useFiber(f *fiber.App, session, handler fiber.Handler) { f.Use(session, handler) }

func TestFiberAdapter(t *testing.T) {
	require.PanicsWithError(t, wrongOptionsText, func() { fiberadapter.New(wrongOptions) })
	require.Panics(t, func() { fiberadapter.WithConfig(fiberadapter.Config{}) })
	require.NotNil(t, fiberadapter.New(core.Options{Cookie: core.Cookie{DisableSigning: true}, Store: faultstore.New()}))
	_, ok := fiberadapter.Context(nil)
	require.False(t, ok)
	f := fiber.New()
	c := f.AcquireCtx(&fasthttp.RequestCtx{})
	defer f.ReleaseCtx(c)
	_, err := fiberadapter.Session(c)
	require.ErrorIs(t, err, core.ErrNoSession)
	require.EqualError(t, err, "Internal Server Error", "Fiber shows an error's text to the client")
}
