package core

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// bound returns the keys in order.
func (bs *bindings) bound() (keys []string) {
	for _, b := range bs.list {
		if b.ptr != nil {
			keys = append(keys, b.key)
		}
	}
	return keys
}

func TestBindingsAreKeptInOrderWhateverEnds(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	bs := new(bindings)
	var want []string
	for range 5000 {
		key := strings.Repeat("a", random.IntN(60))
		at := slices.Index(want, key)
		if found := bs.find(key); at < 0 {
			require.Nil(t, found)
			bs.add(binding{key: key, ptr: &key})
			want = append(want, key)
		} else {
			require.Equal(t, key, found.key)
			bs.remove(key)
			want = slices.Delete(want, at, at+1)
		}
		require.Equal(t, want, append([]string{}, bs.bound()...))
		require.LessOrEqual(t, len(bs.list), 2*len(want)+1)
		bs.remove("missing")
	}
}

func TestBindingsThatEndMoveTheOthersSeldom(t *testing.T) {
	const n = 1000
	bs := new(bindings)
	for i := range n {
		bs.add(binding{key: fmt.Sprint(i), ptr: bs})
	}
	require.Len(t, bs.at, n, "a key is looked up, not looked for")
	moved := 0
	for i := range n {
		before := bs.ended
		bs.remove(fmt.Sprint(i))
		if bs.ended <= before {
			moved += len(bs.list)
		}
	}
	require.Less(t, moved, 2*n)
	require.Empty(t, bs.list)
}

func TestManyValuesMayBeBoundAndSetAnew(t *testing.T) {
	b, c, s := visited(t, map[string]any{"n": 1})
	const n = 100
	for i := range n {
		ptr, err := Bind[int](s, strconv.Itoa(i))
		require.NoError(t, err)
		*ptr = i
	}
	for i := range n / 2 {
		require.NoError(t, s.Set(strconv.Itoa(i), -1))
	}
	require.NoError(t, s.End())
	for i := range n {
		want := i
		if i < n/2 {
			want = -1
		}
		require.Equal(t, want, stored[int](t, b, c, strconv.Itoa(i)))
	}
}
