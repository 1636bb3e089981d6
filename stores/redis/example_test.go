package redisstore_test

import (
	"log/slog"

	"github.com/redis/go-redis/v9"

	"github.com/go-holdall/holdall/core"
	redisstore "github.com/go-holdall/holdall/stores/redis"
)

// Open makes the client too. It does not dial, so the server may come later.
func ExampleOpen() {
	store, err := redisstore.Open("redis://localhost:6379/0", redisstore.Options{
		OnEvent: func(e redisstore.Event) {
			if e.Back {
				slog.Info("redis is back", "part", e.Part, "down", e.Down)
				return
			}
			slog.Warn("redis is down", "part", e.Part, "cause", e.Cause)
		},
	})
	if err != nil {
		panic(err)
	}
	defer func() { _ = store.Close() }()

	engine := core.Must(core.New(core.Options{
		SigningKeys: []string{"replace me by 32 random bytes"},
		Store:       store,
	}))
	defer func() { _ = engine.Close() }()
}

// New takes a client that the program has anyway.
func ExampleNew() {
	client := redis.NewFailoverClient(&redis.FailoverOptions{
		MasterName:            "main",
		SentinelAddrs:         []string{"sentinel1:26379", "sentinel2:26379"},
		ContextTimeoutEnabled: true,
	})
	defer func() { _ = client.Close() }()

	store, err := redisstore.New(client, redisstore.Options{})
	if err != nil {
		panic(err)
	}
	defer func() { _ = store.Close() }()
}
