package core

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func TestATombstoneSaysWhatBecameOfTheSession(t *testing.T) {
	for _, want := range []tombstone{
		{made: time.UnixMilli(1_795_000_000_123)},
		{made: time.UnixMilli(1_795_000_000_123), ended: true},
		{made: time.UnixMilli(1), touchedAll: true, successors: []successor{{"abc", true}, {strings.Repeat("x", maxIDLen), false}}},
		{made: time.UnixMilli(1), touched: []uint32{1, 1 << 31}, successors: []successor{{"a", false}}},
	} {
		record := want.encode()
		require.True(t, isTombstone(record))
		require.Equal(t, want, decodeTombstone(record))
		require.NotEqual(t, record, want.encode(), "each is told from all others")
		require.Equal(t, tombstoneText, strings.TrimSpace(string(record)), "Koa reads no session")
	}
}

// Earlier releases read the first field of ours, and write no others.
func TestTombstonesOfEarlierReleasesAreReadAndOursByThem(t *testing.T) {
	made := time.Unix(1_795_000_000, 0)
	ours := (&tombstone{made: made, ended: true}).encode()
	end := whiteReader{text: ours[len(tombstoneText):]}
	require.Equal(t, made.Add(tombstoneTTL).Unix(), int64(end.next(endBits)))

	theirs := appendWhite([]byte(tombstoneText), uint64(made.Add(tombstoneTTL).Unix()), endBits)
	theirs = appendWhite(theirs, 7, markBits)
	require.True(t, isTombstone(theirs))
	require.Equal(t, tombstone{made: made}, decodeTombstone(theirs))
}

func TestANullWithoutTheMarkIsNoTombstone(t *testing.T) {
	for _, record := range []string{"null", "null \n", "nul", "{}", "null" + strings.Repeat(" ", oldFields-1), "null" + strings.Repeat("x", oldFields)} {
		require.False(t, isTombstone([]byte(record)), record)
	}
}

func TestATombstoneKnowsWhatTheReplacingRequestHasTouched(t *testing.T) {
	var tomb tombstone
	for i := range maxTouched {
		tomb.touch(fmt.Sprint(i))
		tomb.touch(fmt.Sprint(i))
	}
	require.True(t, tomb.touches("0"))
	require.False(t, tomb.touches("other"))
	tomb.touch("one more than it can say")
	require.True(t, tomb.touches("other"), "then all of them")
}

func TestAnEndIsRememberedForTheGrace(t *testing.T) {
	const grace = 3 * time.Second
	require.Equal(t, grace+lateLoad, (&tombstone{ended: true}).ttl(grace))
	require.Equal(t, tombstoneTTL, (&tombstone{ended: true, successors: []successor{{id: "a"}}}).ttl(grace))
	require.Equal(t, tombstoneTTL, (&tombstone{}).ttl(grace))
}

func FuzzTombstone(f *testing.F) {
	f.Add((&tombstone{made: time.UnixMilli(1), touched: []uint32{1}, successors: []successor{{"abc", true}}}).encode())
	f.Fuzz(func(t *testing.T, record []byte) {
		if isTombstone(record) {
			decodeTombstone(record)
		}
	})
}
