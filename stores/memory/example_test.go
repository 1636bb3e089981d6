package memorystore_test

import (
	"context"
	"errors"
	"fmt"
	"time"

	memorystore "github.com/go-holdall/holdall/stores/memory"
)

func Example() {
	store, err := memorystore.New(memorystore.Options{})
	if err != nil {
		fmt.Println(err)
		return
	}
	defer store.Close()

	ctx := context.Background()
	_ = store.Set(ctx, "koa:sess:1", []byte(`{"views":1}`), time.Hour)
	data, found, _ := store.Get(ctx, "koa:sess:1")
	fmt.Println(string(data), found)

	_ = store.Destroy(ctx, "koa:sess:1")
	_, found, _ = store.Get(ctx, "koa:sess:1")
	fmt.Println(found)
	// Output:
	// {"views":1} true
	// false
}

func ExampleNew() {
	_, err := memorystore.New(memorystore.Options{MaxSessions: -1, SweepInterval: -time.Second})
	fmt.Println(err)
	// Output:
	// memorystore: MaxSessions is negative: -1
	// memorystore: SweepInterval is negative: -1s
}

// Two requests have loaded the same record, and both save what they changed.
func ExampleStore_Swap() {
	store, _ := memorystore.New(memorystore.Options{})
	defer store.Close()

	ctx := context.Background()
	loaded := []byte(`{"views":1}`)
	_ = store.Set(ctx, "key", loaded, time.Hour)

	_, swapped, _ := store.Swap(ctx, "key", loaded, []byte(`{"views":2}`), time.Hour)
	fmt.Println(swapped)
	current, swapped, _ := store.Swap(ctx, "key", loaded, []byte(`{"views":1,"cart":[]}`), time.Hour)
	fmt.Println(swapped, string(current))
	// Output:
	// true
	// false {"views":2}
}

func ExampleStore_Stats() {
	store, _ := memorystore.New(memorystore.Options{MaxSessions: 2})
	defer store.Close()

	for _, key := range []string{"a", "b", "c"} {
		_ = store.Set(context.Background(), key, []byte("data"), time.Hour)
	}
	stats := store.Stats()
	fmt.Println(stats.Sessions, "sessions,", stats.Bytes, "bytes,", stats.Evicted, "evicted")
	// Output:
	// 2 sessions, 10 bytes, 1 evicted
}

func ExampleErrTooLarge() {
	store, _ := memorystore.New(memorystore.Options{MaxBytes: 100})
	defer store.Close()

	err := store.Set(context.Background(), "key", make([]byte, 100), time.Hour)
	fmt.Println(errors.Is(err, memorystore.ErrTooLarge))
	// Output:
	// true
}
