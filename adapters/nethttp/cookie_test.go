package nethttpadapter

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/go-holdall/holdall/core"
)

// An application's own cookie of the session's name but of another path is
// another cookie, and stays.
func TestAnotherCookieOfThatNameStays(t *testing.T) {
	h := New(core.Options{SigningKeys: []string{"correct horse battery staple"}})(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Add("Set-Cookie", "koa.sid=gone; path=/old; max-age=0")
		w.Header().Add("Set-Cookie", "koa.sid=mine; path=/")
		s, err := Session(r)
		require.NoError(t, err)
		require.NoError(t, s.Set("n", 1))
	}))
	w := httptest.NewRecorder()
	h.ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/", nil))
	lines := strings.Join(w.Header()["Set-Cookie"], "\n")
	require.Contains(t, lines, "koa.sid=gone; path=/old")
	require.NotContains(t, lines, "koa.sid=mine")
	require.Len(t, w.Header()["Set-Cookie"], 3)
}

// A dead cookie's clearing does not replace what the application itself says of
// a cookie of that name.
func TestAClearingDoesNotReplaceAnothersCookie(t *testing.T) {
	h := New(core.Options{SigningKeys: []string{"correct horse battery staple"}})(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/own" {
			w.Header().Add("Set-Cookie", "koa.sid=mine; path=/")
		}
	}))
	visit := httptest.NewRequest(http.MethodGet, "/own", nil)
	visit.Header.Set("Cookie", "koa.sid=abcdefghijklmnopqrstuvwxyz012345; koa.sid.sig=wrong")
	w := httptest.NewRecorder()
	h.ServeHTTP(w, visit)
	require.Equal(t, []string{"koa.sid=mine; path=/"}, w.Header()["Set-Cookie"])

	visit.URL.Path = "/"
	w = httptest.NewRecorder()
	h.ServeHTTP(w, visit)
	require.Len(t, w.Header()["Set-Cookie"], 2, "else both are cleared")
}
