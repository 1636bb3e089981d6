package adaptersuite

import (
	"strings"
	"time"
)

// A heir is a session that a tombstone names.
type heir struct {
	id   string
	kept bool
}

// tombstoneOf is a tombstone as the engine makes it, written once more: null,
// and white space that carries two bits a character.
func tombstoneOf(made time.Time, ended bool, heirs ...heir) string {
	var w strings.Builder
	field := func(value uint64, bits int) {
		for ; bits > 0; bits -= 2 {
			w.WriteByte(" \t\n\r"[value&3])
			value >>= 2
		}
	}
	flag := func(set bool) {
		if set {
			field(1, 2)
			return
		}
		field(0, 2)
	}
	w.WriteString("null")
	field(uint64(made.Add(minute).Unix()), 32)
	field(0x5eed, 64) // what tells it from all others
	field(uint64(made.UnixMilli()), 64)
	flag(ended)
	flag(false) // all values were set anew
	field(0, 8) // this many were
	field(uint64(len(heirs)), 8)
	for _, h := range heirs {
		flag(h.kept)
		field(uint64(len(h.id)), 8)
		for _, c := range []byte(h.id) {
			field(uint64(c), 8)
		}
	}
	return w.String()
}
