package core

import (
	"encoding/json"
	"math"
)

// A document is one JSON object, held as the bytes it came in and an index of
// its members. Nothing is decoded: a member that nobody asks for keeps its
// bytes, its place, and what encoding/json would lose of it.
type document struct {
	raw     []byte
	members []member
	inline  [10]member // room for most sessions, to index them without allocating
	unread  bool       // there are no members yet
}

// A member is where the key, without quotes, and the value lie in the bytes.
type member struct {
	key, keyEnd uint32
	val, valEnd uint32
	escaped     bool // the key has escapes, and has to be decoded to be compared
}

// parse takes over raw as the document. It reports whether raw is exactly one
// JSON object; if not, the document is empty.
func (d *document) parse(raw []byte) bool {
	d.raw, d.members, d.unread = raw, d.inline[:0], false
	if len(raw) < math.MaxUint32 && d.index() {
		return true
	}
	d.raw, d.members = nil, nil
	return false
}

// hold takes over raw, which is one JSON object, to be indexed when somebody
// asks for a member: after a save hardly anybody does.
func (d *document) hold(raw []byte) { d.raw, d.unread = raw, true }

func (d *document) read() {
	if d.unread {
		d.parse(d.raw)
	}
}

func (d *document) index() bool {
	s := scanner{text: d.raw}
	if !s.take('{') {
		return false
	}
	for more := !s.take('}'); more; {
		s.space()
		m := member{key: uint32(s.pos) + 1}
		escaped, ok := s.str()
		if !ok {
			return false
		}
		m.keyEnd, m.escaped = uint32(s.pos)-1, escaped
		if !s.take(':') {
			return false
		}
		s.space()
		m.val = uint32(s.pos)
		if !s.value(1) {
			return false
		}
		m.valEnd = uint32(s.pos)
		d.members = append(d.members, m)
		if more = s.take(','); !more && !s.take('}') {
			return false
		}
	}
	s.space()
	return s.pos == len(d.raw)
}

// get returns the bytes of a member's value. Of several members with the same
// key the last one counts, as it does for JSON.parse.
func (d *document) get(key string) (raw []byte, ok bool) {
	d.read()
	for i := len(d.members) - 1; i >= 0; i-- {
		if m := &d.members[i]; d.keyIs(m, key) {
			return d.raw[m.val:m.valEnd:m.valEnd], true
		}
	}
	return nil, false
}

func (d *document) keyIs(m *member, key string) bool {
	if m.escaped {
		return d.key(m) == key
	}
	return string(d.raw[m.key:m.keyEnd]) == key
}

func (d *document) key(m *member) string {
	if !m.escaped {
		return string(d.raw[m.key:m.keyEnd])
	}
	var key string
	_ = json.Unmarshal(d.raw[m.key-1:m.keyEnd+1], &key) // the scanner has checked it
	return key
}

// keys returns the members' keys in order, each once.
func (d *document) keys() []string {
	d.read()
	keys := make([]string, 0, len(d.members))
	seen := make(map[string]bool, len(d.members))
	for i := range d.members {
		if key := d.key(&d.members[i]); !seen[key] {
			seen[key] = true
			keys = append(keys, key)
		}
	}
	return keys
}

// An edit is a new value for one member; nil bytes delete it.
type edit struct {
	key string
	raw []byte
}

// rewrite returns the document with some members changed. The others keep
// their bytes and their order, new ones follow at the end. With only set,
// members that no edit names and keep does not allow are left out.
func (d *document) rewrite(edits []edit, only bool, keep string) []byte {
	d.read()
	size := len(d.raw) + 2
	for i := range edits {
		size += len(edits[i].key) + len(edits[i].raw) + 4
	}
	out := append(make([]byte, 0, size), '{')
	var room [16]bool
	done := append(room[:0], make([]bool, len(edits))...)
	for i := range d.members {
		m := &d.members[i]
		at := d.editOf(m, edits)
		switch {
		case at >= 0 && done[at]:
			continue // an earlier member of that key has the new value
		case at >= 0:
			done[at] = true
			if edits[at].raw != nil {
				out = append(d.appendKey(out, m), edits[at].raw...)
			}
		case !only || d.keyIs(m, keep):
			out = append(d.appendKey(out, m), d.raw[m.val:m.valEnd]...)
		}
	}
	for i := range edits {
		if !done[i] && edits[i].raw != nil {
			out = append(appendString(comma(out), edits[i].key), ':')
			out = append(out, edits[i].raw...)
		}
	}
	return append(out, '}')
}

func (d *document) editOf(m *member, edits []edit) int {
	for i := range edits {
		if d.keyIs(m, edits[i].key) {
			return i
		}
	}
	return -1
}

func (d *document) appendKey(out []byte, m *member) []byte {
	out = append(comma(out), d.raw[m.key-1:m.keyEnd+1]...)
	return append(out, ':')
}

func comma(out []byte) []byte {
	if len(out) > 1 {
		out = append(out, ',')
	}
	return out
}
