package core

import (
	"bytes"
	"encoding/json"
	"errors"
	"strconv"
	"unicode/utf8"
)

// encode returns a value as JSON.stringify would write it: encoding/json's
// form without the HTML escapes, with U+2028 and U+2029 as they are, and
// without a negative zero. So a Node program that shares the record reads
// what it would have written itself.
func encode(v any) ([]byte, error) {
	if size := plainSize(v); size > 0 {
		if raw, ok := appendPlain(make([]byte, 0, size), v); ok {
			return raw, nil
		}
	}
	return encodeAny(v)
}

// encodeAny is encode for what is not plain.
func encodeAny(v any) ([]byte, error) {
	var buf bytes.Buffer
	enc := json.NewEncoder(&buf)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(v); err != nil {
		return nil, err
	}
	raw := unescapeSeparators(bytes.TrimSuffix(buf.Bytes(), []byte("\n")))
	if tooDeep(raw) {
		return nil, errTooDeep
	}
	return raw, nil
}

// errTooDeep is the error of a value that could be saved, and then made its
// whole record unreadable.
var errTooDeep = errors.New("it nests more deeply than a record may: 10,000 levels, of which the record is one")

// tooDeep reports whether a record with this value could not be read again. It
// looks closely only at what has enough brackets.
func tooDeep(raw []byte) bool {
	brackets := bytes.Count(raw, []byte("[")) + bytes.Count(raw, []byte("{"))
	return brackets >= maxDepth && skipValue(raw, 0, 1) == bad
}

// plainSize returns the room that appendPlain needs, 0 for what it does not
// know.
func plainSize(v any) int {
	switch v := v.(type) {
	case string:
		return len(v) + len(`""`)
	case []string:
		size := len("[]")
		for _, s := range v {
			size += len(s) + len(`"",`)
		}
		return size
	case bool:
		return len("false")
	case int:
		return intSize(int64(v))
	case int64:
		return intSize(v)
	case float64:
		if v == 0 {
			return len("0")
		}
	}
	return 0
}

func intSize(n int64) int {
	if -1e7 < n && n < 1e8 {
		return 8 // the most that those have, as nearly all do
	}
	return len("-9223372036854775808")
}

// appendPlain appends the values that most sessions are made of, unless there
// is something in them to be escaped.
func appendPlain(out []byte, v any) (raw []byte, ok bool) {
	switch v := v.(type) {
	case string:
		return appendPlainString(out, v)
	case []string:
		return appendPlainStrings(out, v)
	case bool:
		return strconv.AppendBool(out, v), true
	case int:
		return strconv.AppendInt(out, int64(v), 10), true
	case int64:
		return strconv.AppendInt(out, v, 10), true
	case float64:
		if v == 0 {
			return append(out, '0'), true // a negative one too
		}
	}
	return out, false
}

func appendPlainStrings(out []byte, list []string) (raw []byte, ok bool) {
	if list == nil {
		return out, false
	}
	out = append(out, '[')
	for i, s := range list {
		if i > 0 {
			out = append(out, ',')
		}
		if out, ok = appendPlainString(out, s); !ok {
			return out, false
		}
	}
	return append(out, ']'), true
}

func appendPlainString(out []byte, s string) (raw []byte, ok bool) {
	start := len(out) + 1
	out = append(append(out, '"'), s...)
	ok = plain(out[start:])
	return append(out, '"'), ok
}

// plain reports whether a string's JSON form is the string in quotes.
func plain(s []byte) bool { return skipPlain(s, 0) == len(s) }

func appendString(out []byte, s string) []byte {
	start := len(out)
	if quoted, ok := appendPlainString(out, s); ok {
		return quoted
	}
	raw, _ := encodeAny(s) // a string always has a JSON form
	return append(out[:start], raw...)
}

// unescapeSeparators undoes the two escapes that encoding/json always makes.
func unescapeSeparators(raw []byte) []byte {
	if !bytes.Contains(raw, []byte(`\u202`)) {
		return raw
	}
	out := raw[:0]
	for len(raw) > 0 {
		switch {
		case bytes.HasPrefix(raw, []byte(`\u2028`)), bytes.HasPrefix(raw, []byte(`\u2029`)):
			out = utf8.AppendRune(out, '\u2028'+rune(raw[5]-'8'))
			raw = raw[6:]
		case raw[0] == '\\':
			out = append(out, raw[0], raw[1])
			raw = raw[2:]
		default:
			out = append(out, raw[0])
			raw = raw[1:]
		}
	}
	return out
}
