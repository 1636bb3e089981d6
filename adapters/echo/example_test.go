package echoadapter_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"

	"github.com/labstack/echo/v4"

	echoadapter "github.com/go-holdall/holdall/adapters/echo"
	"github.com/go-holdall/holdall/core"
)

func Example() {
	e := echo.New()
	e.Use(echoadapter.New(core.Options{SigningKeys: []string{"replace with 32 random bytes"}}))
	e.GET("/", func(c echo.Context) error {
		s, err := echoadapter.Session(c)
		if err != nil {
			return err
		}
		n, err := core.Update(s, "visits", func(n int) int { return n + 1 })
		if err != nil {
			return err
		}
		return c.String(http.StatusOK, fmt.Sprint("visit ", n))
	})

	visit := httptest.NewRequest(http.MethodGet, "/", nil)
	for range 2 {
		w := httptest.NewRecorder()
		e.ServeHTTP(w, visit)
		fmt.Println(w.Body)
		for _, cookie := range w.Result().Cookies() {
			visit.AddCookie(cookie)
		}
	}
	// Output:
	// visit 1
	// visit 2
}
