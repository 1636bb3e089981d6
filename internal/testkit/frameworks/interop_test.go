package frameworks

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/go-holdall/holdall/internal/testkit/interop"
	redisstore "github.com/go-holdall/holdall/stores/redis"
)

// TestInterop runs our app under every framework beside a real Koa app, over
// one Redis and with one browser.
func TestInterop(t *testing.T) {
	fleet := interop.Start(t, "../interop/koa")
	for _, f := range All {
		t.Run(f.Name, func(t *testing.T) {
			store, err := redisstore.Open(fleet.RedisURL(), redisstore.Options{})
			require.NoError(t, err)
			t.Cleanup(func() { require.NoError(t, store.Close()) })
			fleet.Run(t, f, store)
		})
	}
}
