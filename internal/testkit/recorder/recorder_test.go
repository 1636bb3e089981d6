package recorder_test

import (
	"context"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/go-holdall/holdall/core"
	"github.com/go-holdall/holdall/internal/testkit/recorder"
)

var (
	_ core.Request  = (*recorder.Exchange)(nil)
	_ core.Response = (*recorder.Exchange)(nil)
)

func TestTheZeroExchangeIsAVisitorsRequestForTheRoot(t *testing.T) {
	x := new(recorder.Exchange)
	require.Equal(t, "/", x.Path())
	require.Equal(t, context.Background(), x.Context())
	require.False(t, x.Secure())
	require.Empty(t, x.HeaderValues("Cookie"))
	x.Start()
	require.True(t, x.Started())
}

func TestABrowserSendsACookieWhereItBelongs(t *testing.T) {
	browser := recorder.NewBrowser()
	x := browser.Request("/app/login")
	x.SetCookie("a", "a=1; path=/app")
	x.SetCookie("b", "b=2; path=/; secure")
	x.SetCookie("a", "a=3; path=/app")
	require.Equal(t, []string{"b=2; path=/; secure", "a=3; path=/app"}, x.SetCookies())
	require.Empty(t, browser.Request("/app").HeaderValues("Cookie"), "the header block has not gone out")
	x.TLS = true
	x.Start()
	x.Start()

	require.Equal(t, []string{"a=3"}, browser.Request("/app/x").HeaderValues("Cookie"))
	require.Empty(t, browser.Request("/").HeaderValues("Cookie"))
	over := browser.Request("/")
	over.TLS = true
	require.Equal(t, []string{"b=2"}, over.HeaderValues("Cookie"))
	require.Equal(t, "2", browser.Cookie("b"))
	require.Empty(t, browser.Cookie("a"), "it is another path's")
}

func TestNothingIsSetAfterTheHeaderBlock(t *testing.T) {
	x := &recorder.Exchange{Sent: map[string][]string{"Cookie": {"a=1", "b=2"}}}
	require.Equal(t, []string{"a=1", "b=2"}, x.HeaderValues("Cookie"))
	x.SetHeader("X-Session-Id", "1")
	x.Start()
	x.SetCookie("a", "a=1")
	x.SetHeader("X-Session-Id", "2")
	require.Empty(t, x.SetCookies())
	value, ok := x.Header("X-Session-Id")
	require.True(t, ok)
	require.Equal(t, "1", value)
}
