package peers

import (
	"io"
	"net"
	"net/http"
	"strconv"

	"github.com/gin-gonic/gin"
	"github.com/gofiber/fiber/v2"
	"github.com/labstack/echo/v4"

	"github.com/go-holdall/holdall/bench/workload"
)

// bare is a framework whose handlers answer at once.
func bare(framework string) *Site {
	switch framework {
	case Echo:
		e := echo.New()
		for _, w := range workload.All {
			e.GET(w.Path(), echoUntouched)
		}
		return &Site{HTTP: e}
	case Gin:
		g := newGin()
		for _, w := range workload.All {
			g.GET(w.Path(), ginUntouched)
		}
		return &Site{HTTP: g}
	case Fiber:
		f := newFiber()
		for _, w := range workload.All {
			f.Get(w.Path(), fiberUntouched)
		}
		return fiberSite(f)
	}
	m := http.NewServeMux()
	for _, w := range workload.All {
		m.HandleFunc(pattern(w), httpUntouched)
	}
	return &Site{HTTP: m}
}

// The handlers of who does not ask for the session.

func echoUntouched(c echo.Context) error { return c.String(http.StatusOK, "0") }

func ginUntouched(c *gin.Context) { c.String(http.StatusOK, "0") }

func fiberUntouched(c *fiber.Ctx) error { return c.SendString("0") }

func httpUntouched(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "0") }

func newGin() *gin.Engine {
	gin.SetMode(gin.ReleaseMode)
	return gin.New()
}

func newFiber() *fiber.App { return fiber.New(fiber.Config{DisableStartupMessage: true}) }

func fiberSite(f *fiber.App, closers ...func() error) *Site {
	return &Site{
		Fast:  f.Handler(),
		serve: func(l net.Listener) error { return f.Listener(l) },
		close: closers,
	}
}

func pattern(w workload.Workload) string { return "GET " + w.Path() }

func number(n int) string { return strconv.Itoa(n) }

func writeNumber(w http.ResponseWriter, n int) { _, _ = io.WriteString(w, number(n)) }
