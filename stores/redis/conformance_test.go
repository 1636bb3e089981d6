package redisstore_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	redisstore "github.com/go-holdall/holdall/stores/redis"
	"github.com/go-holdall/holdall/stores/storetest"
)

func TestConformance(t *testing.T) {
	t.Parallel()
	for _, topology := range topologies {
		t.Run(topology.name, func(t *testing.T) {
			t.Parallel()
			if testing.Short() && topology.name != "single" {
				t.Skip("in short mode only on a single server")
			}
			open := topology.start(t)
			storetest.Run(t, storetest.Harness{
				New: func() (storetest.Store, error) {
					store, err := open(redisstore.Options{})
					require.NoError(t, err)
					return store, nil
				},
				Require: []storetest.Capability{storetest.Touch, storetest.GetTouch, storetest.Swap, storetest.Outage, storetest.Close},
			})
		})
	}
}
