package redisstore_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/go-holdall/holdall/core"
	redisstore "github.com/go-holdall/holdall/stores/redis"
)

func TestFromEnvIsNoStoreWithoutTheVariable(t *testing.T) {
	t.Setenv("HOLDALL_TEST_URL", "")
	var store core.Store = redisstore.FromEnv("HOLDALL_TEST_URL")
	require.Nil(t, store)
	require.True(t, store == nil, "also as an interface")
}

func TestFromEnvOpensTheURL(t *testing.T) {
	t.Setenv("HOLDALL_TEST_URL", "redis://127.0.0.1:1")
	var store core.Store = redisstore.FromEnv("HOLDALL_TEST_URL")
	require.IsType(t, (*redisstore.Store)(nil), store)
	require.Implements(t, (*core.Swapper)(nil), store)
	require.NoError(t, store.(*redisstore.Store).Close())

	t.Setenv("HOLDALL_TEST_URL", "ftp://user:secret@host")
	defer func() {
		err, _ := recover().(error)
		require.ErrorContains(t, err, "HOLDALL_TEST_URL")
		require.NotContains(t, err.Error(), "secret")
	}()
	redisstore.FromEnv("HOLDALL_TEST_URL")
}
