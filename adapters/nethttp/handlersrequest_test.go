package nethttpadapter

import (
	"context"
	"fmt"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/go-holdall/holdall/core"
)

func TestTheServersRequestGetsTheForm(t *testing.T) {
	server := httptest.NewRequest(http.MethodPost, "/", nil)
	var h HandlersRequest
	require.Same(t, server, h.Restore(server), "without Init")

	var s core.Session
	handlers := h.Init(server, &s)
	require.NotSame(t, server, handlers)
	require.Same(t, &s, handlers.Context().Value(core.ContextKey))
	require.Equal(t, server.Context().Value(http.ServerContextKey), handlers.Context().Value(http.ServerContextKey))
	handlers.MultipartForm = new(multipart.Form)
	require.Same(t, server, h.Restore(handlers))
	require.Same(t, handlers.MultipartForm, server.MultipartForm)
}

func TestARequestThatHandlersMadeStays(t *testing.T) {
	form := new(multipart.Form)
	server := httptest.NewRequest(http.MethodPost, "/", nil)
	server.MultipartForm = form // parsed further out
	var h HandlersRequest
	var s core.Session
	h.Init(server, &s)
	another := httptest.NewRequest(http.MethodGet, "/internal", nil)
	require.Same(t, another, h.Restore(another))
	require.Same(t, form, server.MultipartForm)
}

func TestTheHandlersContextStaysAsItWas(t *testing.T) {
	type key struct{}
	server := httptest.NewRequest(http.MethodGet, "/", nil)
	server = server.WithContext(context.WithValue(server.Context(), key{}, "then"))
	var h HandlersRequest
	ctx := h.Init(server, new(core.Session)).Context()
	*server = *httptest.NewRequest(http.MethodGet, "/", nil)
	require.Equal(t, "then", ctx.Value(key{}))
}

// Loggers print contexts.
func TestTheHandlersContextDoesNotShowTheSession(t *testing.T) {
	sessions := New(core.Options{SigningKeys: []string{"correct horse battery staple"}})
	ran := false
	sessions(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		s, err := Session(r)
		require.NoError(t, err)
		require.NoError(t, s.Set("name", "Ada"))
		id := s.ID()
		for _, v := range []any{r.Context(), s, r} {
			shown := fmt.Sprintf("%v %+v %#v", v, v, v)
			require.NotContains(t, shown, id)
			require.NotContains(t, shown, "Ada")
		}
		ran = true
	})).ServeHTTP(httptest.NewRecorder(), httptest.NewRequest(http.MethodGet, "/", nil))
	require.True(t, ran)
}
