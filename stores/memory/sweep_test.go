package memorystore

import (
	"fmt"
	"sync"
	"testing"
	"testing/synctest"
	"time"
	"unsafe"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestExpiryWithoutSweep(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newStore(t, Options{SweepInterval: time.Hour})
		require.NoError(t, s.Set(ctx, "key", []byte("data"), time.Minute))
		time.Sleep(time.Minute - 1)
		_, found, _ := s.Get(ctx, "key")
		assert.True(t, found)
		time.Sleep(time.Nanosecond)
		_, found, _ = s.Get(ctx, "key")
		assert.False(t, found)
		assert.Equal(t, Stats{Expired: 1}, s.Stats())
	})
}

// The sweep frees what has expired, and nothing else, in many batches.
func TestSweep(t *testing.T) {
	const each = 10*sweepBatch + 1
	synctest.Test(t, func(t *testing.T) {
		s := newStore(t, Options{MaxSessions: 2*minShardSessions - 1, SweepInterval: time.Minute})
		require.Len(t, s.shards, 1)
		for i := range each {
			require.NoError(t, s.Set(ctx, fmt.Sprint("short ", i), []byte("data"), 30*time.Second))
			require.NoError(t, s.Set(ctx, fmt.Sprint("long ", i), []byte("data"), time.Hour))
		}
		time.Sleep(59 * time.Second)
		assert.Equal(t, 2*each, s.Stats().Sessions)
		time.Sleep(2 * time.Second)
		stats := s.Stats()
		assert.Equal(t, each, stats.Sessions)
		assert.EqualValues(t, each, stats.Expired)
		checkStructure(t, s)
		for i := range each {
			_, found, _ := s.Get(ctx, fmt.Sprint("long ", i))
			require.True(t, found)
		}

		time.Sleep(time.Hour) // one sweep leads to the next, without a write
		assert.Equal(t, Stats{Expired: 2 * each}, s.Stats())
	})
}

// A batch looks at so many slots and no more, and tells whether to go on.
func TestSweepBatch(t *testing.T) {
	s := newStore(t, Options{MaxSessions: 1000})
	for i := range 2*sweepBatch + 3 {
		require.NoError(t, s.Set(ctx, fmt.Sprint(i), nil, time.Nanosecond))
	}
	sh, now := &s.shards[0], s.now()
	assert.True(t, sh.sweep(1, now))
	assert.EqualValues(t, sweepBatch, sh.expired)
	assert.True(t, sh.sweep(1+sweepBatch, now))
	assert.False(t, sh.sweep(1+2*sweepBatch, now))
	assert.EqualValues(t, 2*sweepBatch+3, sh.expired)
	assert.False(t, sh.sweep(1, now), "an empty shard")
}

func TestEmptyStoreGivesMemoryBackAndRests(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newStore(t, Options{})
		for round := range 3 {
			for i := range 1000 {
				require.NoError(t, s.Set(ctx, fmt.Sprint(i), []byte("data"), time.Second))
			}
			assert.True(t, s.sweeper.scheduled.Load())
			time.Sleep(DefaultSweepInterval + time.Second)
			assert.False(t, s.sweeper.scheduled.Load(), "nothing is left to sweep")
			for i := range s.shards {
				assert.Nil(t, s.shards[i].index.first)
				assert.Nil(t, s.shards[i].slots.chunks)
			}
			assert.Equal(t, Stats{Expired: uint64(1000 * (round + 1))}, s.Stats())
		}
	})
}

func TestNothingStoredSchedulesNothing(t *testing.T) {
	s := newStore(t, Options{})
	_, _, _ = s.Get(ctx, "key")
	_, _ = s.Touch(ctx, "key", time.Hour)
	_ = s.Destroy(ctx, "key")
	assert.False(t, s.sweeper.scheduled.Load())
}

// Close beside sweeps, and beside writes that schedule more of them.
func TestCloseBesideSweep(t *testing.T) {
	for range 50 {
		s := newStore(t, Options{SweepInterval: time.Nanosecond})
		require.NoError(t, s.Set(ctx, "first", nil, time.Microsecond)) // or Close may come before any sweep is due
		var wg sync.WaitGroup
		for worker := range 4 {
			wg.Go(func() {
				for i := 0; ; i++ {
					if s.Set(ctx, fmt.Sprint(worker, i), []byte("data"), time.Microsecond) != nil {
						return
					}
				}
			})
		}
		time.Sleep(time.Millisecond)
		require.NoError(t, s.Close())
		wg.Wait()
		s.scheduleSweep()
		assert.False(t, s.sweeper.timer.Stop(), "nothing is scheduled after Close")
		assert.Zero(t, s.Stats().Sessions)
	}
}

func TestShardFillsCacheLines(t *testing.T) {
	assert.Zero(t, unsafe.Sizeof(shard{})%64)
}
