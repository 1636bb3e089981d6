package nethttpadapter

import (
	"context"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/go-holdall/holdall/core"
)

func exchangeOf(server *http.Request) *Exchange {
	x := new(Exchange)
	x.Init(httptest.NewRecorder(), server)
	return x
}

func TestTheServersRequestGetsTheForm(t *testing.T) {
	server := httptest.NewRequest(http.MethodPost, "/", nil)
	var h HandlersRequest
	x := exchangeOf(server)
	require.Same(t, server, h.Restore(x, server), "without Init")

	handlers := h.Init(x)
	require.NotSame(t, server, handlers)
	handlers.MultipartForm = new(multipart.Form)
	require.Same(t, server, h.Restore(x, handlers))
	require.Same(t, handlers.MultipartForm, server.MultipartForm)
}

func TestARequestThatHandlersMadeStays(t *testing.T) {
	form := new(multipart.Form)
	server := httptest.NewRequest(http.MethodPost, "/", nil)
	server.MultipartForm = form // parsed further out
	var h HandlersRequest
	x := exchangeOf(server)
	h.Init(x)
	another := httptest.NewRequest(http.MethodGet, "/internal", nil)
	require.Same(t, another, h.Restore(x, another))
	require.Same(t, form, server.MultipartForm)
}

func TestTheHandlersContextIsTheServersWithTheSession(t *testing.T) {
	type key struct{}
	ctx, cancel := context.WithTimeout(context.WithValue(t.Context(), key{}, "value"), time.Hour)
	var h HandlersRequest
	x := exchangeOf(httptest.NewRequest(http.MethodGet, "/", nil).WithContext(ctx))
	handlers := h.Init(x).Context()

	require.Same(t, x.CoreSession(), handlers.Value(core.ContextKey))
	require.Equal(t, "value", handlers.Value(key{}))
	want, _ := ctx.Deadline()
	got, ok := handlers.Deadline()
	require.True(t, ok)
	require.Equal(t, want, got)
	derived, stop := context.WithCancel(handlers)
	defer stop()
	require.NoError(t, derived.Err())
	cancel()
	<-derived.Done()
	require.ErrorIs(t, handlers.Err(), context.Canceled)
}
