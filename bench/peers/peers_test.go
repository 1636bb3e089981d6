package peers_test

import (
	"errors"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/go-holdall/holdall/bench/drive"
	"github.com/go-holdall/holdall/bench/peers"
	"github.com/go-holdall/holdall/bench/redisserver"
	"github.com/go-holdall/holdall/internal/testkit/machine"
)

func TestMemoryPeersDoTheirWork(t *testing.T) { check(t, peers.Memory, "") }

func TestRedisPeersDoTheirWork(t *testing.T) {
	server, err := redisserver.Start(t.Context())
	if errors.Is(err, redisserver.ErrMissing) {
		machine.Lacks(t, err.Error())
	}
	require.NoError(t, err)
	t.Cleanup(server.Stop)
	check(t, peers.Redis, server.Addr())
}

func check(t *testing.T, store, redisAddr string) {
	checked := 0
	for _, p := range peers.All() {
		if p.Store != store {
			continue
		}
		checked++
		t.Run(p.Name(), func(t *testing.T) {
			site, err := p.Build(redisAddr)
			require.NoError(t, err)
			defer func() { require.NoError(t, site.Close()) }()
			require.NoError(t, drive.Check(p, drive.To(site)))
		})
	}
	require.Equal(t, 25, checked, "five of each framework, and what others there are")
}

func TestFind(t *testing.T) {
	for _, p := range peers.All() {
		found, ok := peers.Find(p.Name())
		require.True(t, ok)
		require.Equal(t, p.Name(), found.Name())
	}
	_, ok := peers.Find("echo/none")
	require.False(t, ok)
}
