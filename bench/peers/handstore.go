package peers

import (
	"context"
	"sync"
	"time"

	"github.com/redis/go-redis/v9"

	"github.com/go-holdall/holdall/bench/workload"
)

// A handStore is the least that a hand needs.
type handStore interface {
	get(ctx context.Context, id string) ([]byte, bool)
	extend(ctx context.Context, id string) ([]byte, bool) // get, and a new life
	set(ctx context.Context, id string, data []byte) bool
}

func newHandStore(store, redisAddr string) (handStore, []func() error) {
	if store == Redis {
		c := redis.NewClient(&redis.Options{Addr: redisAddr})
		return handRedis{c}, []func() error{c.Close}
	}
	return &handMemory{records: map[string]*handRecord{}}, nil
}

// A handMemory never sweeps: a day is longer than any run.
type handMemory struct {
	mu      sync.RWMutex
	records map[string]*handRecord
}

type handRecord struct {
	data    []byte
	expires time.Time
}

func (m *handMemory) get(_ context.Context, id string) ([]byte, bool) {
	m.mu.RLock()
	defer m.mu.RUnlock()
	return m.live(id)
}

func (m *handMemory) live(id string) ([]byte, bool) {
	r := m.records[id]
	if r == nil || time.Now().After(r.expires) {
		return nil, false
	}
	return r.data, true
}

func (m *handMemory) extend(_ context.Context, id string) ([]byte, bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	data, ok := m.live(id)
	if ok {
		m.records[id].expires = time.Now().Add(workload.Life)
	}
	return data, ok
}

func (m *handMemory) set(_ context.Context, id string, data []byte) bool {
	r := &handRecord{data, time.Now().Add(workload.Life)}
	m.mu.Lock()
	defer m.mu.Unlock()
	m.records[id] = r
	return true
}

// A handRedis is go-redis as it comes.
type handRedis struct{ client *redis.Client }

func (r handRedis) get(ctx context.Context, id string) ([]byte, bool) {
	data, err := r.client.Get(ctx, "sess:"+id).Bytes()
	return data, err == nil
}

func (r handRedis) extend(ctx context.Context, id string) ([]byte, bool) {
	data, err := r.client.GetEx(ctx, "sess:"+id, workload.Life).Bytes()
	return data, err == nil
}

func (r handRedis) set(ctx context.Context, id string, data []byte) bool {
	return r.client.Set(ctx, "sess:"+id, data, workload.Life).Err() == nil
}
