package peers

import (
	"errors"
	"net/http"

	"github.com/gin-gonic/gin"
	"github.com/gofiber/fiber/v2"
	"github.com/labstack/echo/v4"

	echoadapter "github.com/go-holdall/holdall/adapters/echo"
	fiberadapter "github.com/go-holdall/holdall/adapters/fiber"
	ginadapter "github.com/go-holdall/holdall/adapters/gin"
	nethttpadapter "github.com/go-holdall/holdall/adapters/nethttp"
	"github.com/go-holdall/holdall/bench/workload"
	"github.com/go-holdall/holdall/core"
)

// status is the answer to what an act returned.
func status(err error) int {
	switch {
	case err == nil:
		return http.StatusOK
	case errors.Is(err, core.ErrNoValue):
		return http.StatusUnauthorized
	}
	return core.StatusCode(err)
}

func (e engines) echo() *echo.Echo {
	app := echo.New()
	for _, w := range workload.All {
		handler := echoUntouched
		if do := act(w); w.Asks() {
			handler = func(c echo.Context) error {
				s, err := echoadapter.Session(c)
				if err != nil {
					return err
				}
				n, err := do(s)
				return c.String(status(err), number(n))
			}
		}
		app.GET(w.Path(), handler, echoadapter.Middleware(e.of(w)))
	}
	return app
}

func (e engines) gin() *gin.Engine {
	app := newGin()
	for _, w := range workload.All {
		handler := ginUntouched
		if do := act(w); w.Asks() {
			handler = func(c *gin.Context) {
				s, err := ginadapter.Session(c)
				if err != nil {
					_ = c.AbortWithError(core.StatusCode(err), err)
					return
				}
				n, err := do(s)
				c.String(status(err), number(n))
			}
		}
		app.GET(w.Path(), ginadapter.Middleware(e.of(w)), handler)
	}
	return app
}

func (e engines) fiber() *fiber.App {
	app := newFiber()
	for _, w := range workload.All {
		handler := fiberUntouched
		if do := act(w); w.Asks() {
			handler = func(c *fiber.Ctx) error {
				s, err := fiberadapter.Session(c)
				if err != nil {
					return err
				}
				n, err := do(s)
				return c.Status(status(err)).SendString(number(n))
			}
		}
		app.Get(w.Path(), fiberadapter.Middleware(e.of(w)), handler)
	}
	return app
}

func (e engines) netHTTP() http.Handler {
	app := http.NewServeMux()
	for _, w := range workload.All {
		handler := httpUntouched
		if do := act(w); w.Asks() {
			handler = func(rw http.ResponseWriter, r *http.Request) {
				s, err := nethttpadapter.Session(r)
				if err != nil {
					http.Error(rw, http.StatusText(core.StatusCode(err)), core.StatusCode(err))
					return
				}
				n, err := do(s)
				rw.WriteHeader(status(err))
				writeNumber(rw, n)
			}
		}
		app.Handle(pattern(w), nethttpadapter.Middleware(e.of(w))(http.HandlerFunc(handler)))
	}
	return app
}
