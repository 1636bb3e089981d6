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
	inline  [fewMembers]member // room for most sessions, to index them without allocating
	at      map[string]int     // where a member is, for a document that is asked for many
	asked   int                // how often that was
	unread  bool               // there are no members yet
}

// fewMembers is how many members there is room for in place. Most records have
// no more.
const fewMembers = 10

// A member is where the key, without quotes, and the value lie in the bytes.
type member struct {
	key, keyEnd uint32
	val, valEnd uint32
	escaped     bool // the key has escapes, and has to be decoded to be compared
}

// newMember makes a member of where its parts begin and end, with the quotes.
func newMember(key, keyEnd, val, valEnd int, escaped bool) member {
	return member{uint32(key) + 1, uint32(keyEnd) - 1, uint32(val), uint32(valEnd), escaped}
}

// parse takes over raw as the document. It reports whether raw is exactly one
// JSON object; if not, the document is empty.
func (d *document) parse(raw []byte) bool { return d.parseAfter(raw, "") }

// parseAfter is parse for a record that may begin with known: its cookie's
// attributes, up to the end of one of them. Nearly all do, and what is known
// need not be looked at again.
func (d *document) parseAfter(raw []byte, known string) bool {
	d.begin(raw)
	if len(raw) < math.MaxUint32 && d.index(known) {
		return true
	}
	d.raw, d.members = nil, nil
	return false
}

// adopt takes over raw, whose members are known. It copies them.
func (d *document) adopt(raw []byte, members []member) {
	d.begin(raw)
	d.members = append(d.members, members...)
}

// hold takes over raw, which is one JSON object, to be indexed when somebody
// asks for a member: after the save of a large one hardly anybody does.
func (d *document) hold(raw []byte) {
	d.begin(raw)
	d.unread = true
}

func (d *document) begin(raw []byte) {
	d.raw, d.members, d.at, d.asked, d.unread = raw, d.inline[:0], nil, 0, false
}

func (d *document) read() {
	if d.unread {
		d.parse(d.raw)
	}
}

func (d *document) index(known string) bool {
	text := d.raw
	i := skipSpace(text, 0)
	if !is(text, i, '{') {
		return false
	}
	i = skipSpace(text, i+1)
	more := !is(text, i, '}')
	if !more {
		i++
	} else if begins(text, known) {
		i, more = d.indexKnown(len(known))
	}
	for more {
		i, more = d.indexMember(i)
	}
	return i != bad && skipSpace(text, i) == len(text)
}

// indexMember moves over a member to the next one.
func (d *document) indexMember(i int) (next int, more bool) {
	keyEnd, escaped := skipString(d.raw, i)
	if keyEnd == bad {
		return bad, false
	}
	val := skipColon(d.raw, keyEnd)
	if val == bad {
		return bad, false
	}
	valEnd := skipValue(d.raw, val, 1)
	if valEnd == bad {
		return bad, false
	}
	d.members = append(d.members, newMember(i, keyEnd, val, valEnd, escaped))
	return skipComma(d.raw, valEnd, '}')
}

// begins reports whether a text begins with what is known, and one of its
// attributes ends there.
func begins(text []byte, known string) bool {
	if known == "" || len(text) <= len(known) || string(text[:len(known)]) != known {
		return false
	}
	return text[len(known)] == ',' || text[len(known)] == '}'
}

// indexKnown moves over the cookie's attributes, which are known up to a place.
func (d *document) indexKnown(i int) (next int, more bool) {
	i, more = skipComma(d.raw, i, '}')
	for more {
		i, more = skipMember(d.raw, i, 2)
	}
	if i == bad {
		return bad, false
	}
	const keyEnd = len(`{"` + cookieMember + `"`)
	d.members = append(d.members, newMember(1, keyEnd, keyEnd+1, i, false))
	return skipComma(d.raw, i, '}')
}

// get returns the bytes of a member's value. Of several members with the same
// key the last one counts, as it does for JSON.parse.
func (d *document) get(key string) (raw []byte, ok bool) {
	d.read()
	i := d.find(key)
	if i < 0 {
		return nil, false
	}
	m := &d.members[i]
	return d.raw[m.val:m.valEnd:m.valEnd], true
}

// find returns which member counts for a key, or -1.
func (d *document) find(key string) int {
	if len(d.members) > few {
		if d.asked++; d.asked > few {
			return d.lookUp(key)
		}
	}
	for i := len(d.members) - 1; i >= 0; i-- {
		if d.keyIs(&d.members[i], key) {
			return i
		}
	}
	return -1
}

func (d *document) lookUp(key string) int {
	if d.at == nil {
		d.at = make(map[string]int, len(d.members))
		for i := range d.members {
			d.at[d.key(&d.members[i])] = i
		}
	}
	if i, ok := d.at[key]; ok {
		return i
	}
	return -1
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
