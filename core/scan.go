package core

import (
	"encoding/binary"
	"math/bits"
)

// maxDepth is how deeply a record may nest, the limit of encoding/json.
const maxDepth = 10000

// The skip functions walk over JSON text without decoding it. Each is given the
// place where something begins and returns the place behind it, or bad, which
// must not be given to another one. Together they accept exactly what
// encoding/json's Valid accepts (RFC 8259), so that a record which passes them
// can be decoded member by member later.

// bad is no place: the text is not what it should be.
const bad = -1

// is reports whether a character is at a place.
func is(text []byte, i int, c byte) bool { return i < len(text) && text[i] == c }

// skipSpace is never bad.
func skipSpace(text []byte, i int) int {
	const spaces = 1<<' ' | 1<<'\t' | 1<<'\n' | 1<<'\r'
	for i < len(text) && text[i] <= ' ' && spaces>>text[i]&1 != 0 {
		i++
	}
	return i
}

func skipValue(text []byte, i, depth int) int {
	if i >= len(text) {
		return bad
	}
	switch text[i] {
	case '"':
		end, _ := skipString(text, i)
		return end
	case '{':
		if depth == maxDepth {
			return bad
		}
		return skipObject(text, i+1, depth+1)
	case '[':
		if depth == maxDepth {
			return bad
		}
		return skipArray(text, i+1, depth+1)
	case 't':
		return skipLiteral(text, i, "true")
	case 'f':
		return skipLiteral(text, i, "false")
	case 'n':
		return skipLiteral(text, i, "null")
	}
	return skipNumber(text, i)
}

// skipObject begins behind the brace.
func skipObject(text []byte, i, depth int) int {
	if i = skipSpace(text, i); is(text, i, '}') {
		return i + 1
	}
	for more := true; more; {
		i, more = skipMember(text, i, depth)
	}
	return i
}

// skipMember moves over a member of an object and what follows it: to the next
// one, or behind the object. A document's indexMember is the same, and remembers
// the places; to do so here too would have a load take a third longer.
func skipMember(text []byte, i, depth int) (next int, more bool) {
	if i, _ = skipString(text, i); i == bad {
		return bad, false
	}
	if i = skipColon(text, i); i == bad {
		return bad, false
	}
	if i = skipValue(text, i, depth); i == bad {
		return bad, false
	}
	return skipComma(text, i, '}')
}

// skipColon moves from the end of a key to its value.
func skipColon(text []byte, i int) int {
	if i = skipSpace(text, i); !is(text, i, ':') {
		return bad
	}
	return skipSpace(text, i+1)
}

// skipComma moves over what stands behind an element: to the next one, or
// behind the bracket that closes them.
func skipComma(text []byte, i int, closing byte) (next int, more bool) {
	switch i = skipSpace(text, i); {
	case is(text, i, ','):
		return skipSpace(text, i+1), true
	case is(text, i, closing):
		return i + 1, false
	}
	return bad, false
}

// skipArray begins behind the bracket.
func skipArray(text []byte, i, depth int) int {
	if i = skipSpace(text, i); is(text, i, ']') {
		return i + 1
	}
	for {
		if i = skipValue(text, i, depth); i == bad {
			return bad
		}
		var more bool
		if i, more = skipComma(text, i, ']'); !more {
			return i
		}
	}
}

// skipString also reports whether the string has escapes.
func skipString(text []byte, i int) (end int, escaped bool) {
	if !is(text, i, '"') {
		return bad, false
	}
	for i++; ; i++ {
		switch i = skipOrdinary(text, i); {
		case is(text, i, '"'):
			return i + 1, escaped
		case !is(text, i, '\\'):
			return bad, false
		}
		escaped = true
		if i = lastOfEscape(text, i+1); i == bad {
			return bad, false
		}
	}
}

// skipOrdinary moves to the first byte that means something in a string: a
// quote, a backslash or a control character.
func skipOrdinary(text []byte, i int) int { return skipBut(text, i, 0) }

// skipPlain is skipOrdinary, and stops at what is not ASCII too: a text that it
// moves over whole is, but for the quotes, its own JSON form.
func skipPlain(text []byte, i int) int { return skipBut(text, i, highs) }

// skipBut also stops at a byte that has a bit of also, which is eight times the
// same one.
func skipBut(text []byte, i int, also uint64) int {
	for ; i+8 <= len(text); i += 8 {
		w := binary.LittleEndian.Uint64(text[i:])
		if found := special(w) | w&also; found != 0 {
			return i + bits.TrailingZeros64(found)/8
		}
	}
	for i < len(text) && text[i] >= ' ' && text[i] != '"' && text[i] != '\\' && text[i]&byte(also) == 0 {
		i++
	}
	return i
}

const ones, highs = 0x0101010101010101, 0x8080808080808080

// special finds the bytes that mean something in a string among eight: the
// lowest bit that is set is the highest of the first of them. In x-ones a byte
// borrows, and gets its highest bit, if it was zero, and the first byte that
// does so was.
func special(w uint64) uint64 {
	quote, slash := w^ones*'"', w^ones*'\\'
	return ((quote-ones)&^quote | (slash-ones)&^slash | (w-ones*' ')&^w) & highs
}

// lastOfEscape returns the place of an escape's last byte, given that of the
// byte behind its backslash.
func lastOfEscape(text []byte, i int) int {
	if i >= len(text) {
		return bad
	}
	switch text[i] {
	case '"', '\\', '/', 'b', 'f', 'n', 'r', 't':
		return i
	case 'u':
		if i+4 >= len(text) {
			return bad
		}
		for _, c := range text[i+1 : i+5] {
			if !isHex(c) {
				return bad
			}
		}
		return i + 4
	}
	return bad
}

func isHex(c byte) bool {
	return '0' <= c && c <= '9' || 'a' <= c && c <= 'f' || 'A' <= c && c <= 'F'
}

func skipLiteral(text []byte, i int, word string) int {
	end := i + len(word)
	if end > len(text) || string(text[i:end]) != word {
		return bad
	}
	return end
}

func skipNumber(text []byte, i int) int {
	if is(text, i, '-') {
		i++
	}
	if is(text, i, '0') {
		i++
	} else if i = skipDigits(text, i); i == bad {
		return bad
	}
	if is(text, i, '.') {
		if i = skipDigits(text, i+1); i == bad {
			return bad
		}
	}
	if is(text, i, 'e') || is(text, i, 'E') {
		if i++; is(text, i, '+') || is(text, i, '-') {
			i++
		}
		return skipDigits(text, i)
	}
	return i
}

// skipDigits moves over one digit at least.
func skipDigits(text []byte, i int) int {
	start := i
	for i < len(text) && text[i]-'0' <= 9 {
		i++
	}
	if i == start {
		return bad
	}
	return i
}
