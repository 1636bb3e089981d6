package core

import (
	"bytes"
	"hash/fnv"
	"math/rand/v2"
	"slices"
	"time"
)

// A tombstone is what is left under an id that was replaced or ended: who did
// that, when, and which sessions took its place. Late requests with the id
// learn from it what became of the session.
//
// It is stored as the JSON null with white space behind it, which carries the
// rest. A Koa app takes null for no session, as JSON.parse takes the whole.
type tombstone struct {
	ended bool      // by Destroy, or as an expired one
	made  time.Time // whole milliseconds

	// touched are the hashes of the keys that a replacing request itself has
	// set or deleted. Nobody carries another value of them into its successor.
	touched    []uint32
	touchedAll bool

	successors []successor // the oldest first
}

// A successor is a session that took the place of another one.
type successor struct {
	id   string
	kept bool // it has the values of the one before
}

const (
	tombstoneText = "null"

	// tombstoneTTL outlives the requests that were under way, with the old id,
	// when a session was regenerated.
	tombstoneTTL = time.Minute

	// defaultGrace is for how long after its end an id is known to be a former
	// one, see Options.SupersededGrace.
	defaultGrace = 2 * time.Second

	// lateLoad is how long after its arrival, at the most, a request is expected
	// to ask for its session: it may do much before, or wait for the store.
	lateLoad = 10 * time.Second

	// maxSuccessors and maxTouched bound a tombstone. Past them it cannot be
	// added to, and all keys count as touched.
	maxSuccessors = 255
	maxTouched    = 32
)

// The fields behind a tombstone's text, in bits of white space. The first two
// are those that earlier releases write and read, too: when the tombstone goes, in
// seconds since 1970, and what tells it from all others.
const (
	endBits  = 32
	markBits = 64
	madeBits = 64
	byteBits = 8
	hashBits = 32
	flagBits = 2

	oldFields = (endBits + markBits) / 2 // in bytes
)

// isTombstone reports whether a record is a tombstone. A null that somebody
// else stored, without the fields, is none.
func isTombstone(record []byte) bool {
	rest, ok := bytes.CutPrefix(record, []byte(tombstoneText))
	return ok && len(rest) >= oldFields && len(bytes.TrimLeft(rest, white)) == 0
}

// encode returns the tombstone as a record, which no other one is equal to.
func (t *tombstone) encode() []byte {
	w := append(make([]byte, 0, 256), tombstoneText...)
	w = appendWhite(w, uint64(t.made.Add(tombstoneTTL).Unix()), endBits)
	w = appendWhite(w, rand.Uint64(), markBits)
	w = appendWhite(w, uint64(t.made.UnixMilli()), madeBits)
	w = appendFlag(w, t.ended)
	w = appendFlag(w, t.touchedAll)
	w = appendWhite(w, uint64(len(t.touched)), byteBits)
	for _, hash := range t.touched {
		w = appendWhite(w, uint64(hash), hashBits)
	}
	w = appendWhite(w, uint64(len(t.successors)), byteBits)
	for _, s := range t.successors {
		w = appendFlag(w, s.kept)
		w = appendWhite(w, uint64(len(s.id)), byteBits)
		for i := range len(s.id) {
			w = appendWhite(w, uint64(s.id[i]), byteBits)
		}
	}
	return w
}

// decodeTombstone reads what isTombstone accepts. One of an earlier release
// says only when it goes.
func decodeTombstone(record []byte) tombstone {
	r := whiteReader{text: record[len(tombstoneText):]}
	end := r.next(endBits)
	r.next(markBits)
	if len(r.text) == 0 {
		return tombstone{made: time.Unix(int64(end), 0).Add(-tombstoneTTL)}
	}
	t := tombstone{made: time.UnixMilli(int64(r.next(madeBits))), ended: r.flag(), touchedAll: r.flag()}
	for range r.next(byteBits) {
		t.touched = append(t.touched, uint32(r.next(hashBits)))
	}
	for range r.next(byteBits) {
		s := successor{kept: r.flag()}
		id := make([]byte, r.next(byteBits))
		for i := range id {
			id[i] = byte(r.next(byteBits))
		}
		s.id = string(id)
		t.successors = append(t.successors, s)
	}
	if r.short {
		return tombstone{made: t.made, ended: true}
	}
	return t
}

// names reports whether a session is among the successors.
func (t *tombstone) names(id string) bool {
	return slices.ContainsFunc(t.successors, func(s successor) bool { return s.id == id })
}

// ttl returns how long the tombstone is to stay: that of a replaced id as long
// as requests may be under way that had loaded it, that of one which was only
// ended for the grace.
func (t *tombstone) ttl(grace time.Duration) time.Duration {
	if t.ended && len(t.successors) == 0 {
		return grace + lateLoad
	}
	return tombstoneTTL
}

// touches reports whether the request that replaced the session has itself set
// or deleted a value.
func (t *tombstone) touches(key string) bool {
	if t.touchedAll {
		return true
	}
	return slices.Contains(t.touched, hashKey(key))
}

// touch notes that a replacing request has set or deleted a value.
func (t *tombstone) touch(key string) {
	switch {
	case t.touches(key):
		return
	case len(t.touched) == maxTouched:
		t.touched, t.touchedAll = nil, true
		return
	}
	t.touched = append(t.touched, hashKey(key))
}

func hashKey(key string) uint32 {
	h := fnv.New32a()
	_, _ = h.Write([]byte(key))
	return h.Sum32()
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

func appendFlag(out []byte, set bool) []byte {
	if set {
		return appendWhite(out, 1, flagBits)
	}
	return appendWhite(out, 0, flagBits)
}

// A whiteReader reads what appendWhite wrote.
type whiteReader struct {
	text  []byte
	short bool // there was less than was asked for, and the rest is zero
}

func (r *whiteReader) next(bits int) (value uint64) {
	if r.short = r.short || len(r.text) < bits/2; r.short {
		return 0
	}
	for i := bits/2 - 1; i >= 0; i-- {
		value = value<<2 | uint64(bytes.IndexByte([]byte(white), r.text[i]))
	}
	r.text = r.text[bits/2:]
	return value
}

func (r *whiteReader) flag() bool { return r.next(flagBits) != 0 }
