package memorystore

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// A model says what a store of one shard should hold, in the simplest way.
type model struct {
	limit int
	order []string // keys, the least recently used first
	data  map[string]string
	ends  map[string]time.Time
}

func (m *model) live(key string) bool {
	end, ok := m.ends[key]
	if ok && !time.Now().Before(end) {
		m.remove(key)
		return false
	}
	return ok
}

func (m *model) use(key string) {
	m.order = slices.DeleteFunc(m.order, func(k string) bool { return k == key })
	m.order = append(m.order, key)
}

func (m *model) put(key, data string, ttl time.Duration) {
	m.live(key)
	if ttl <= 0 {
		m.remove(key)
		return
	}
	m.use(key)
	m.data[key], m.ends[key] = data, time.Now().Add(ttl)
	if len(m.order) > m.limit {
		m.remove(m.order[0])
	}
}

func (m *model) remove(key string) {
	m.order = slices.DeleteFunc(m.order, func(k string) bool { return k == key })
	delete(m.data, key)
	delete(m.ends, key)
}

func (m *model) bytes() (sum int64) {
	for key, data := range m.data {
		sum += int64(len(key) + len(data))
	}
	return sum
}

// Whatever is done to it, a store answers as its model, counts every byte,
// and is intact inside.
func TestRandomOperations(t *testing.T) {
	for _, hashes := range []uint64{1, 5, 1 << 32} {
		for seed := range uint64(5) {
			t.Run(fmt.Sprintf("%d hashes, seed %d", hashes, seed), func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					s := newStore(t, Options{MaxSessions: 100, SweepInterval: 300 * 24 * time.Hour})
					hash := s.hash
					s.hash = func(key string) uint64 { return hash(key) % hashes }
					m := &model{limit: 100, data: map[string]string{}, ends: map[string]time.Time{}}
					random := rand.New(rand.NewPCG(seed, hashes))
					for i := range 5000 {
						operate(t, s, m, random)
						if i%100 == 0 {
							checkStructure(t, s)
						}
					}
				})
			})
		}
	}
}

func operate(t *testing.T, s *Store, m *model, random *rand.Rand) {
	key := fmt.Sprint("key ", random.IntN(130))
	data := fmt.Sprintf("%0*d", random.IntN(300), random.IntN(10))
	ttl := time.Duration(random.IntN(100)-5) * time.Second
	live := m.live(key)
	was := m.data[key]

	switch random.IntN(8) {
	case 0, 1:
		require.NoError(t, s.Set(ctx, key, []byte(data), ttl))
		m.put(key, data, ttl)
	case 2:
		got, found, err := s.Get(ctx, key)
		require.NoError(t, err)
		require.Equal(t, live, found)
		require.Equal(t, was, string(got))
		if live {
			m.use(key)
		}
	case 3:
		found, err := s.Touch(ctx, key, ttl)
		require.NoError(t, err)
		require.Equal(t, live, found)
		if live {
			m.put(key, was, ttl)
		}
	case 4:
		got, found, err := s.GetTouch(ctx, key, ttl)
		require.NoError(t, err)
		require.Equal(t, live, found)
		require.Equal(t, was, string(got))
		if live {
			m.put(key, was, ttl)
		}
	case 5:
		swapOnModel(t, s, m, random, key, data, ttl)
	case 6:
		require.NoError(t, s.Destroy(ctx, key))
		m.remove(key)
	case 7:
		time.Sleep(time.Duration(random.IntN(500)) * time.Millisecond)
	}
}

func swapOnModel(t *testing.T, s *Store, m *model, random *rand.Rand, key, data string, ttl time.Duration) {
	held, live := m.data[key]
	old, new := [][]byte{nil, []byte("other"), []byte(held)}[random.IntN(3)], []byte(data)
	if random.IntN(4) == 0 {
		new = nil
	}
	want := live == (old != nil) && (!live || held == string(old))

	current, swapped, err := s.Swap(ctx, key, old, new, ttl)
	require.NoError(t, err)
	require.Equal(t, want, swapped)
	switch {
	case !swapped:
		require.Equal(t, live, current != nil)
		require.Equal(t, held, string(current))
	case new == nil:
		m.remove(key)
	default:
		m.put(key, data, ttl)
	}
}

// checkStructure fails unless every record is counted, in the index, and in
// the order of use, and nothing else is.
func checkStructure(t *testing.T, s *Store) {
	t.Helper()
	for i := range s.shards {
		sh := &s.shards[i]
		indexed := map[uint32]bool{}
		for b := range sh.index.first {
			for n := sh.index.first[b]; n != none; n = sh.slots.at(n).next {
				require.Same(t, &sh.index.first[b], sh.index.bucket(sh.slots.at(n).hash))
				require.False(t, indexed[n])
				indexed[n] = true
			}
		}
		require.Len(t, indexed, sh.sessions)
		if sh.slots.last == 0 {
			continue
		}

		var bytes int64
		ordered := 0
		for n, before := sh.slots.oldest(), uint32(none); n != none; before, n = n, sh.slots.at(n).newer {
			require.True(t, indexed[n])
			require.Equal(t, before, sh.slots.at(n).older)
			bytes += sh.slots.at(n).size()
			ordered++
		}
		require.Equal(t, sh.sessions, ordered)
		require.Equal(t, sh.bytes, bytes)

		free := 0
		for n := sh.slots.free; n != none; n = sh.slots.at(n).newer {
			require.Equal(t, entry{}, sh.slots.at(n).entry, "a free slot holds on to nothing")
			free++
		}
		require.EqualValues(t, sh.slots.last, sh.sessions+free)
	}
}

// The bytes of a store are those of its model as soon as what has expired is
// swept, however often records were replaced and removed.
func TestBytesAreExact(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newStore(t, Options{MaxSessions: 100})
		m := &model{limit: 100, data: map[string]string{}, ends: map[string]time.Time{}}
		random := rand.New(rand.NewPCG(1, 2))
		for range 200 {
			for range 50 {
				key, data := fmt.Sprint("key ", random.IntN(90)), make([]byte, random.IntN(300))
				require.NoError(t, s.Set(ctx, key, data, 30*time.Second))
				m.put(key, string(data), 30*time.Second)
			}
			time.Sleep(time.Duration(random.IntN(40)) * time.Second)
			for from := uint32(1); s.shards[0].sweep(from, s.now()); from += sweepBatch {
			}
			for key := range m.ends {
				m.live(key)
			}
			stats := s.Stats()
			require.Equal(t, len(m.data), stats.Sessions)
			require.Equal(t, m.bytes(), stats.Bytes)
			assert.Zero(t, stats.Evicted)
		}
	})
}
