package core

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestRequestOfNoSession(t *testing.T) {
	e, err := New(Options{SigningKeys: []string{"correct horse battery staple"}})
	require.NoError(t, err)
	require.NoError(t, e.Close())
	require.Nil(t, (*Session)(nil).RequestOf(e))
	req := endedRequest{}
	require.Equal(t, req, (&Session{state: &state{engine: e, req: req}}).RequestOf(e))
}
