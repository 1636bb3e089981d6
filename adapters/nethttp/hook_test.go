package nethttpadapter_test

import (
	"net/http"
	"net/http/httptest"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	nethttpadapter "github.com/go-holdall/holdall/adapters/nethttp"
	"github.com/go-holdall/holdall/core"
)

// No real time passes in these tests.

func TestAllGoroutinesGetASessionThatValidIsAskedFor(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		engine := core.Must(core.New(core.Options{SigningKeys: []string{"correct horse battery staple"}, Defer: true,
			Valid: func(core.Request, *core.Session) bool { time.Sleep(time.Second); return true }}))
		defer func() { require.NoError(t, engine.Close()) }()
		known := serve(engine, nil, func(_ http.ResponseWriter, r *http.Request) {
			s, err := nethttpadapter.Session(r)
			require.NoError(t, err)
			require.NoError(t, s.Set("user", "ada"))
		})
		results := make(chan error, 8)
		serve(engine, known.Result().Cookies(), func(_ http.ResponseWriter, r *http.Request) {
			for range cap(results) {
				go func() {
					_, err := nethttpadapter.Session(r)
					results <- err
				}()
			}
			for range cap(results) {
				require.NoError(t, <-results)
			}
		})
	})
}

func TestAPageThatIsWrittenBesideABeforeSaveWaits(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		engine := core.Must(core.New(core.Options{SigningKeys: []string{"correct horse battery staple"},
			BeforeSave: func(core.Request, *core.Session) error { time.Sleep(time.Second); return nil }}))
		defer func() { require.NoError(t, engine.Close()) }()
		page := serve(engine, nil, func(w http.ResponseWriter, r *http.Request) {
			s, err := nethttpadapter.Session(r)
			require.NoError(t, err)
			require.NoError(t, s.Set("user", "ada"))
			saved := make(chan error)
			go func() { saved <- s.Save(r.Context()) }()
			synctest.Wait()
			_, err = w.Write([]byte("page"))
			require.NoError(t, err)
			require.NoError(t, <-saved)
		})
		require.Equal(t, http.StatusOK, page.Code)
		require.Equal(t, "page", page.Body.String())
		require.NotEmpty(t, page.Result().Cookies())
	})
}

func serve(engine *core.Engine, cookies []*http.Cookie, handler http.HandlerFunc) *httptest.ResponseRecorder {
	w, r := httptest.NewRecorder(), httptest.NewRequest(http.MethodGet, "/", nil)
	for _, c := range cookies {
		r.AddCookie(c)
	}
	nethttpadapter.Middleware(engine)(handler).ServeHTTP(w, r)
	return w
}
