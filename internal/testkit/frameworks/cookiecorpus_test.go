package frameworks

import (
	"testing"

	"github.com/gofiber/fiber/v2"
	"github.com/stretchr/testify/require"

	fiberadapter "github.com/go-holdall/holdall/adapters/fiber"
	"github.com/go-holdall/holdall/internal/testkit"
	"github.com/go-holdall/holdall/internal/testkit/cookiecorpus"
)

// Every framework lets the engine read a Cookie header in the same way.
func TestCookieCorpus(t *testing.T) {
	cases, err := cookiecorpus.Cases()
	require.NoError(t, err)
	for _, f := range append([]testkit.Framework{roomyFiber}, All...) {
		t.Run(f.Name, func(t *testing.T) {
			site, err := cookiecorpus.NewSite()
			require.NoError(t, err)
			t.Cleanup(func() { require.NoError(t, site.Engine.Close()) })
			url := f.Serve(t, site.App())
			asSpecified := 0
			var refused []string
			for _, c := range cases {
				byServer, err := site.Check(url, c)
				if err != nil {
					t.Errorf("%s: %v", c.Name, err)
					continue
				}
				if asSpecified++; byServer {
					refused = append(refused, c.Name)
				}
			}
			t.Logf("%d of %d as specified; refused by the server: %q", asSpecified, len(cases), refused)
		})
	}
}

// roomyFiber is Fiber with room for long headers, which it refuses by default:
// the engine has to know what to make of them too.
var roomyFiber = testkit.Framework{Name: "fiber with a large buffer", Serve: func(t testing.TB, app testkit.App) string {
	f := fiber.New(fiber.Config{DisableStartupMessage: true, ReadBufferSize: 1 << 20})
	f.Use(fiberadapter.Middleware(app.Engines[0]))
	f.Use(func(c *fiber.Ctx) error { return fiberFailure(app.Handler(&fiberContext{c})) })
	return serveFiberApp(t, f, false)
}}
