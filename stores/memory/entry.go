package memorystore

import (
	"encoding/binary"
	"math"
	"time"
	"unsafe"
)

// An entry is a record: its key, its data and the key's length, in one
// allocation. It is a string since that takes 8 bytes less of a slot than a
// slice, and the length is part of it for the same reason. It never changes, so
// its data can be read after the lock is released.
type entry struct {
	text    string
	expires time.Duration // since the start of the store
}

// lengthSize is the room of the key's length at the end of the text.
const lengthSize = 4

// over is what to store in place of a record that is to be removed.
var over = entry{}

func (e entry) key() string { return e.text[:e.keyLen()] }

// data returns the record itself, not a copy, which is what unsafe is for in
// this file: it holds as long as nobody writes to it, see core.Store.
func (e entry) data() []byte {
	end := len(e.text) - lengthSize
	return e.bytes()[e.keyLen():end:end]
}

func (e entry) keyLen() uint32 { return binary.LittleEndian.Uint32(e.bytes()[len(e.text)-lengthSize:]) }

func (e entry) bytes() []byte { return unsafe.Slice(unsafe.StringData(e.text), len(e.text)) }

// size is that of key and data.
func (e entry) size() int64 { return int64(max(len(e.text)-lengthSize, 0)) }

// newEntry copies key and data. It does so before any lock is taken: making
// the copy may have to help the garbage collector.
func (s *Store) newEntry(key string, data []byte, now, ttl time.Duration) (entry, error) {
	if ttl <= 0 {
		return over, nil
	}
	if int64(len(key))+int64(len(data)) > s.maxRecord || int64(len(key)) > math.MaxUint32 {
		return entry{}, ErrTooLarge
	}
	text := make([]byte, 0, len(key)+len(data)+lengthSize)
	text = append(append(text, key...), data...)
	text = binary.LittleEndian.AppendUint32(text, uint32(len(key)))
	return entry{unsafe.String(unsafe.SliceData(text), len(text)), deadline(now, ttl)}, nil
}

// deadline returns when a record ends: not after now if it is over already,
// and at the end of time if the sum overflows.
func deadline(now, ttl time.Duration) time.Duration {
	if ttl > math.MaxInt64-now {
		return math.MaxInt64
	}
	return now + ttl
}
