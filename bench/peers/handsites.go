package peers

import (
	"net/http"
	"time"

	"github.com/gin-gonic/gin"
	"github.com/gofiber/fiber/v2"
	"github.com/gofiber/fiber/v2/utils"
	"github.com/labstack/echo/v4"

	"github.com/go-holdall/holdall/bench/workload"
)

// hands puts a hand under a framework: the cookies are those of all, read by net/http or Fiber, and sent by the framework's own means.
func hands(framework, store string, like hand) func(redisAddr string) (*Site, error) {
	return func(redisAddr string) (*Site, error) {
		h := like
		var closers []func() error
		h.store, closers = newHandStore(store, redisAddr)
		switch framework {
		case Echo:
			return &Site{HTTP: h.echo(), close: closers}, nil
		case Gin:
			return &Site{HTTP: h.gin(), close: closers}, nil
		case Fiber:
			return fiberSite(h.fiber(), closers...), nil
		}
		return &Site{HTTP: h.netHTTP(), close: closers}, nil
	}
}

func (h *hand) echo() *echo.Echo {
	e := echo.New()
	for _, w := range workload.All {
		e.GET(w.Path(), func(c echo.Context) error {
			a := h.answer(c.Request().Context(), w, h.readHTTP(w, c.Request()))
			if a.id != "" {
				c.SetCookie(newCookie(handCookie, a.id))
				if h.signed {
					c.SetCookie(newCookie(handSignature, signature(a.id)))
				}
			}
			return c.String(a.status, number(a.count))
		})
	}
	return e
}

func (h *hand) gin() *gin.Engine {
	g := newGin()
	for _, w := range workload.All {
		g.GET(w.Path(), func(c *gin.Context) {
			a := h.answer(c.Request.Context(), w, h.readHTTP(w, c.Request))
			if a.id != "" {
				c.SetCookieData(newCookie(handCookie, a.id))
				if h.signed {
					c.SetCookieData(newCookie(handSignature, signature(a.id)))
				}
			}
			c.String(a.status, number(a.count))
		})
	}
	return g
}

func (h *hand) netHTTP() http.Handler {
	m := http.NewServeMux()
	for _, w := range workload.All {
		m.HandleFunc(pattern(w), func(rw http.ResponseWriter, r *http.Request) {
			a := h.answer(r.Context(), w, h.readHTTP(w, r))
			if a.id != "" {
				http.SetCookie(rw, newCookie(handCookie, a.id))
				if h.signed {
					http.SetCookie(rw, newCookie(handSignature, signature(a.id)))
				}
			}
			rw.WriteHeader(a.status)
			writeNumber(rw, a.count)
		})
	}
	return m
}

func (h *hand) fiber() *fiber.App {
	f := newFiber()
	for _, w := range workload.All {
		f.Get(w.Path(), func(c *fiber.Ctx) error {
			a := h.answer(c.UserContext(), w, h.readFiber(w, c))
			if a.id != "" {
				c.Cookie(fiberCookie(handCookie, a.id))
				if h.signed {
					c.Cookie(fiberCookie(handSignature, signature(a.id)))
				}
			}
			return c.Status(a.status).SendString(number(a.count))
		})
	}
	return f
}

func (h *hand) readFiber(w workload.Workload, c *fiber.Ctx) string {
	if !w.Asks() || !w.HasCookie() {
		return ""
	}
	id := c.Cookies(handCookie)
	if h.signed && !genuine(id, c.Cookies(handSignature)) {
		return ""
	}
	if w == workload.Count {
		return utils.CopyString(id) // it becomes a key of the map, and Fiber's strings end with the request
	}
	return id
}

func fiberCookie(name, value string) *fiber.Cookie {
	return &fiber.Cookie{
		Name: name, Value: value, Path: "/", HTTPOnly: true, SameSite: fiber.CookieSameSiteLaxMode,
		Expires: time.Now().Add(workload.Life),
	}
}
