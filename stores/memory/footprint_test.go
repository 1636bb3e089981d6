package memorystore

import (
	"runtime"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
)

// footprint returns how much more of the heap is in use after build.
func footprint(build func()) (bytes, objects int64) {
	var before, after runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	build()
	runtime.GC()
	runtime.ReadMemStats(&after)
	return int64(after.HeapAlloc) - int64(before.HeapAlloc), int64(after.HeapObjects) - int64(before.HeapObjects)
}

func TestFootprint(t *testing.T) {
	keys := keys(200_000)
	var s *Store
	bytes, objects := footprint(func() { s = filled(t, Options{}, keys, time.Hour) })
	n := s.Stats().Sessions
	assert.Equal(t, len(keys), n)
	assert.LessOrEqual(t, float64(bytes)/float64(n), 375.0, "bytes of heap for each session")
	assert.LessOrEqual(t, float64(objects)/float64(n), 2.0, "objects of the heap for each session")
}

func TestAllocations(t *testing.T) {
	s := filled(t, Options{}, []string{"key"}, time.Hour)
	for _, tt := range []struct {
		name string
		do   func()
		want float64
	}{
		{"Get", func() { _, _, _ = s.Get(ctx, "key") }, 0},
		{"Get of a missing record", func() { _, _, _ = s.Get(ctx, "missing") }, 0},
		{"Set", func() { _ = s.Set(ctx, "key", payload, time.Hour) }, 1},
		{"Touch", func() { _, _ = s.Touch(ctx, "key", time.Hour) }, 0},
		{"GetTouch", func() { _, _, _ = s.GetTouch(ctx, "key", time.Hour) }, 0},
		{"Swap", func() { _, _, _ = s.Swap(ctx, "key", payload, payload, time.Hour) }, 1},
	} {
		assert.Equal(t, tt.want, testing.AllocsPerRun(100, tt.do), tt.name)
	}
}
