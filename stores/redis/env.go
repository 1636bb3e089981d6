package redisstore

import (
	"context"
	"fmt"
	"os"
	"time"
)

// FromEnv is [Open] with the URL that an environment variable holds, for a
// program that one wants to try out with Redis and without: if the variable is
// empty or not set it returns nil, and an engine with a nil Store keeps its
// sessions in memory. A program whose sessions have to last should use Open,
// and not start without the URL. FromEnv panics with Open's error.
//
// What it returns is a *Store as a core.Store, which this package does not
// import: a nil *Store in that type would not be nil.
func FromEnv(name string) interface {
	Get(ctx context.Context, key string) (data []byte, found bool, err error)
	Set(ctx context.Context, key string, data []byte, ttl time.Duration) error
	Destroy(ctx context.Context, key string) error
} {
	url := os.Getenv(name)
	if url == "" {
		return nil
	}
	store, err := Open(url, Options{})
	if err != nil {
		panic(fmt.Errorf("%s: %w", name, err))
	}
	return store
}
