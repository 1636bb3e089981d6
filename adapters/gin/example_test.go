package ginadapter_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"

	"github.com/gin-gonic/gin"

	ginadapter "github.com/go-holdall/holdall/adapters/gin"
	"github.com/go-holdall/holdall/core"
)

func Example() {
	gin.SetMode(gin.ReleaseMode)
	r := gin.New()
	r.Use(ginadapter.New(core.Options{SigningKeys: []string{"replace with 32 random bytes"}}))
	r.GET("/", func(c *gin.Context) {
		s, err := ginadapter.Session(c)
		if err != nil {
			_ = c.AbortWithError(core.StatusCode(err), err)
			return
		}
		n, err := core.Update(s, "visits", func(n int) int { return n + 1 })
		if err != nil {
			_ = c.AbortWithError(core.StatusCode(err), err)
			return
		}
		c.String(http.StatusOK, "visit %d", n)
	})

	visit := httptest.NewRequest(http.MethodGet, "/", nil)
	for range 2 {
		w := httptest.NewRecorder()
		r.ServeHTTP(w, visit)
		fmt.Println(w.Body)
		for _, cookie := range w.Result().Cookies() {
			visit.AddCookie(cookie)
		}
	}
	// Output:
	// visit 1
	// visit 2
}
