package main

import (
	"net/http"

	"github.com/gin-gonic/gin"

	ginadapter "github.com/go-holdall/holdall/adapters/gin"
	"github.com/go-holdall/holdall/core"
)

func ginServer(d *demo) server {
	gin.SetMode(gin.ReleaseMode)
	r := gin.New()
	r.SetHTMLTemplate(page)
	r.Use(gin.Recovery(), ginadapter.Middleware(d.engine))
	r.GET("/", func(c *gin.Context) {
		s, err := ginadapter.Session(c)
		if err != nil {
			ginFail(c, err)
			return
		}
		v, err := d.view(c.Request.Context(), s, visit{"Gin", c.Request.Host, c.Request.Header.Values("Cookie")})
		if err != nil {
			ginFail(c, err)
			return
		}
		c.Header("Cache-Control", "no-store")
		c.HTML(http.StatusOK, "page.html", v)
	})
	for path, act := range actions {
		r.POST(path, ginAction(act))
	}
	return httpServer(r)
}

func ginAction(act action) gin.HandlerFunc {
	return func(c *gin.Context) {
		s, err := ginadapter.Session(c)
		if err != nil {
			ginFail(c, err)
			return
		}
		if err := act(s, c.PostForm); err != nil {
			ginFail(c, err)
			return
		}
		c.Redirect(http.StatusSeeOther, "/")
	}
}

func ginFail(c *gin.Context, err error) {
	_ = c.AbortWithError(core.StatusCode(err), err)
}
