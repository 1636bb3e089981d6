package core

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestValuesInARoomAreNotWrittenOver(t *testing.T) {
	var r room
	var kept [][]byte
	for i := range 1000 {
		raw, ok := r.encodePlain(i)
		require.True(t, ok)
		kept = append(kept, raw)
		_ = append(raw, "and more"...) // which does not reach the next one
	}
	for i, raw := range kept {
		n, ok := decodeInt(raw)
		require.True(t, ok)
		require.EqualValues(t, i, n)
	}
}

func TestWhatIsNotPlainTakesNoRoom(t *testing.T) {
	var r room
	_, ok := r.encodePlain("plain")
	require.True(t, ok)
	used := len(r.used)
	for _, v := range []any{"é", []string{"plain", "\n"}, []string(nil), 1.5, nil, uint8(1), user{}, map[string]int{}} {
		_, ok = r.encodePlain(v)
		require.False(t, ok, "%v", v)
		require.Len(t, r.used, used)
	}
}

func TestARoomIsNoLargerThanItHasToBe(t *testing.T) {
	var r room
	for range 10_000 {
		_, _ = r.encodePlain("a value of a request that goes on for hours")
		require.LessOrEqual(t, cap(r.used), maxRoom)
	}
	large := strings.Repeat("a", 1<<20)
	_, _ = r.encodePlain(large)
	require.Len(t, r.used, len(large)+2)
	_, _ = r.encodePlain(1)
	require.Equal(t, maxRoom, cap(r.used))
}
