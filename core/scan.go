package core

import (
	"encoding/binary"
	"math/bits"
)

// maxDepth is how deeply a record may nest, the limit of encoding/json.
const maxDepth = 10000

// A scanner walks over JSON text without decoding it. It accepts exactly what
// encoding/json's Valid accepts (RFC 8259), so that a record which passes it
// can be decoded member by member later.
type scanner struct {
	text []byte
	pos  int
}

func (s *scanner) space() {
	for s.pos < len(s.text) && s.text[s.pos] <= ' ' {
		switch s.text[s.pos] {
		case ' ', '\t', '\n', '\r':
			s.pos++
		default:
			return
		}
	}
}

// take moves over c, if it is the next byte after white space.
func (s *scanner) take(c byte) bool {
	s.space()
	if s.pos < len(s.text) && s.text[s.pos] == c {
		s.pos++
		return true
	}
	return false
}

// value moves over one value and the white space before it.
func (s *scanner) value(depth int) bool {
	s.space()
	if s.pos >= len(s.text) {
		return false
	}
	switch c := s.text[s.pos]; {
	case c == '"':
		_, ok := s.str()
		return ok
	case c == '{':
		return depth < maxDepth && s.object(depth+1)
	case c == '[':
		return depth < maxDepth && s.array(depth+1)
	case c == 't':
		return s.literal("true")
	case c == 'f':
		return s.literal("false")
	case c == 'n':
		return s.literal("null")
	default:
		return s.number()
	}
}

func (s *scanner) object(depth int) bool {
	s.pos++
	return s.take('}') || s.objectMembers(depth)
}

// objectRest moves over what follows a member of an object.
func (s *scanner) objectRest(depth int) bool {
	return s.take('}') || s.take(',') && s.objectMembers(depth)
}

func (s *scanner) objectMembers(depth int) bool {
	for {
		s.space()
		if _, ok := s.str(); !ok || !s.take(':') || !s.value(depth) {
			return false
		}
		if s.take('}') {
			return true
		}
		if !s.take(',') {
			return false
		}
	}
}

func (s *scanner) array(depth int) bool {
	s.pos++
	if s.take(']') {
		return true
	}
	for s.value(depth) {
		if s.take(']') {
			return true
		}
		if !s.take(',') {
			return false
		}
	}
	return false
}

// str moves over a string, and reports whether it has escapes.
func (s *scanner) str() (escaped, ok bool) {
	if s.pos >= len(s.text) || s.text[s.pos] != '"' {
		return false, false
	}
	for i := s.pos + 1; i < len(s.text); i++ {
		i += ordinary(s.text[i:])
		if i == len(s.text) {
			return false, false
		}
		switch c := s.text[i]; {
		case c == '"':
			s.pos = i + 1
			return escaped, true
		case c == '\\':
			escaped = true
			if i = s.escape(i + 1); i < 0 {
				return false, false
			}
		case c < ' ':
			return false, false
		}
	}
	return false, false
}

// ordinary returns how many bytes come before the first that means something
// in a string: a quote, a backslash or a control character. It looks at eight
// at a time: in x-ones a byte borrows, and gets its highest bit, if it was
// zero, and the first byte that does so was.
func ordinary(text []byte) (n int) {
	const ones, highs = 0x0101010101010101, 0x8080808080808080
	for ; n+8 <= len(text); n += 8 {
		w := binary.LittleEndian.Uint64(text[n:])
		quote, slash := w^ones*'"', w^ones*'\\'
		if found := ((quote-ones)&^quote | (slash-ones)&^slash | (w-ones*' ')&^w) & highs; found != 0 {
			return n + bits.TrailingZeros64(found)/8
		}
	}
	for n < len(text) && text[n] >= ' ' && text[n] != '"' && text[n] != '\\' {
		n++
	}
	return n
}

// escape returns the position of an escape's last byte, given that of the
// byte behind its backslash, or -1.
func (s *scanner) escape(i int) int {
	if i >= len(s.text) {
		return -1
	}
	switch s.text[i] {
	case '"', '\\', '/', 'b', 'f', 'n', 'r', 't':
		return i
	case 'u':
		if i+4 >= len(s.text) {
			return -1
		}
		for _, c := range s.text[i+1 : i+5] {
			if !isHex(c) {
				return -1
			}
		}
		return i + 4
	}
	return -1
}

func isHex(c byte) bool {
	return '0' <= c && c <= '9' || 'a' <= c && c <= 'f' || 'A' <= c && c <= 'F'
}

func (s *scanner) literal(word string) bool {
	end := s.pos + len(word)
	if end > len(s.text) || string(s.text[s.pos:end]) != word {
		return false
	}
	s.pos = end
	return true
}

func (s *scanner) number() bool {
	s.skip('-')
	if !s.skip('0') && s.digits() == 0 {
		return false
	}
	if s.skip('.') && s.digits() == 0 {
		return false
	}
	if s.skip('e') || s.skip('E') {
		_ = s.skip('+') || s.skip('-')
		return s.digits() > 0
	}
	return true
}

func (s *scanner) skip(c byte) bool {
	if s.pos < len(s.text) && s.text[s.pos] == c {
		s.pos++
		return true
	}
	return false
}

func (s *scanner) digits() (n int) {
	for s.pos < len(s.text) && '0' <= s.text[s.pos] && s.text[s.pos] <= '9' {
		s.pos++
		n++
	}
	return n
}
