package core

import (
	"context"
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestNothingSecretIsPrinted(t *testing.T) {
	b := newBench(t, Options{}, "full")
	s := b.begin(b.signedIn(map[string]any{"name": "Ada"}))
	require.NotEmpty(t, s.ID())
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%d", "%x"} {
		require.Equal(t, "session koa.sid", fmt.Sprintf(verb, s))
		require.Equal(t, "session engine koa.sid", fmt.Sprintf(verb, b.engine))
	}
	ctx := WithID(context.Background(), s.ID())
	require.Equal(t, "context.Background with a session id", fmt.Sprintf("%+v", ctx))
	var none *Session
	require.Equal(t, "no session, no session", fmt.Sprint(none, ", ", new(Session)))
	require.NoError(t, s.End())
	require.Equal(t, "session koa.sid", fmt.Sprint(s))
}
