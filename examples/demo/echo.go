package main

import (
	"net/http"

	"github.com/labstack/echo/v4"
	"github.com/labstack/echo/v4/middleware"

	echoadapter "github.com/go-holdall/holdall/adapters/echo"
)

func echoServer(d *demo) server {
	e := echo.New()
	e.Renderer = &echo.TemplateRenderer{Template: page}
	e.Use(middleware.Recover(), echoadapter.Middleware(d.engine))
	e.GET("/", func(c echo.Context) error {
		s, err := echoadapter.Session(c)
		if err != nil {
			return err
		}
		r := c.Request()
		v, err := d.view(r.Context(), s, visit{"Echo", r.Host, r.Header.Values("Cookie")})
		if err != nil {
			return err
		}
		c.Response().Header().Set("Cache-Control", "no-store")
		return c.Render(http.StatusOK, "page.html", v)
	})
	for path, act := range actions {
		e.POST(path, echoAction(act))
	}
	return httpServer(e)
}

func echoAction(act action) echo.HandlerFunc {
	return func(c echo.Context) error {
		s, err := echoadapter.Session(c)
		if err != nil {
			return err
		}
		if err := act(s, c.FormValue); err != nil {
			return err
		}
		return c.Redirect(http.StatusSeeOther, "/")
	}
}
