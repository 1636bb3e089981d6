package core

import (
	"bytes"
	"math/rand/v2"
	"time"
)

// tombstone is what Regenerate leaves under the old id for a while, with white
// space behind it that says until when. A Koa app takes it for no session, as
// does JSON.parse.
const tombstone = "null"

// tombstoneTTL outlives the requests that were under way, with the old id,
// when a session was regenerated.
const tombstoneTTL = time.Minute

// The white space behind a tombstone: when it ends, in seconds since 1970, and
// what tells it from those of other requests.
const (
	endBits  = 32
	markBits = 64
)

func isTombstone(data []byte) bool { return string(bytes.TrimSpace(data)) == tombstone }

func newTombstone(now time.Time) []byte {
	return mark(appendWhite([]byte(tombstone), uint64(now.Add(tombstoneTTL).Unix()), endBits))
}

// tombstoneLeft returns how long a tombstone is still to live. A load that
// extends what it finds has lengthened that, and it must not last: a client may
// have nothing but this id.
func tombstoneLeft(data []byte, now time.Time) time.Duration {
	end, ok := parseWhite(data[len(tombstone):], endBits)
	left := time.Unix(int64(end), 0).Sub(now)
	if !ok || left > tombstoneTTL {
		return tombstoneTTL
	}
	return left
}

// mark gives a record that nobody else will write: white space at its end,
// which says nothing in JSON.
func mark(record []byte) []byte {
	room := make([]byte, 0, len(record)+markBits/2)
	return appendWhite(append(room, record...), rand.Uint64(), markBits)
}

// The four characters of white space that JSON knows carry two bits each.
const white = " \t\n\r"

func appendWhite(out []byte, value uint64, bits int) []byte {
	for ; bits > 0; bits -= 2 {
		out = append(out, white[value&3])
		value >>= 2
	}
	return out
}

func parseWhite(text []byte, bits int) (value uint64, ok bool) {
	if len(text) < bits/2 {
		return 0, false
	}
	for i := bits/2 - 1; i >= 0; i-- {
		pair := bytes.IndexByte([]byte(white), text[i])
		if pair < 0 {
			return 0, false
		}
		value = value<<2 | uint64(pair)
	}
	return value, true
}
