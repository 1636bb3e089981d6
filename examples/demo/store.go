package main

import (
	"os"

	"github.com/go-holdall/holdall/core"
	memorystore "github.com/go-holdall/holdall/stores/memory"
	redisstore "github.com/go-holdall/holdall/stores/redis"
)

// recordPrefix is what the store's keys begin with; the id follows.
const recordPrefix = "koa:sess:"

// openStore chooses where the sessions are kept: in the Redis that REDIS_URL
// names, or in memory. Nothing else in the demo knows.
func openStore() (core.Store, func() error, error) {
	if url := os.Getenv("REDIS_URL"); url != "" {
		store, err := redisstore.Open(url, redisstore.Options{})
		if err != nil {
			return nil, nil, err
		}
		return store, store.Close, nil
	}
	store, err := memorystore.New(memorystore.Options{})
	if err != nil {
		return nil, nil, err
	}
	return store, store.Close, nil
}
