package core

import (
	"bytes"
	"encoding/json"
	"strconv"
	"unicode/utf8"
)

// encode returns a value as JSON.stringify would write it: encoding/json's
// form without the HTML escapes, with U+2028 and U+2029 as they are, and
// without a negative zero. So a Node program that shares the record reads
// what it would have written itself.
func encode(v any) ([]byte, error) {
	switch v := v.(type) {
	case string:
		if plain(v) {
			return appendQuoted(make([]byte, 0, len(v)+2), v), nil
		}
	case []string:
		if raw := encodeStrings(v); raw != nil {
			return raw, nil
		}
	case bool:
		return strconv.AppendBool(nil, v), nil
	case int:
		return strconv.AppendInt(nil, int64(v), 10), nil
	case int64:
		return strconv.AppendInt(nil, v, 10), nil
	case float64:
		if v == 0 {
			return []byte("0"), nil
		}
	}
	var buf bytes.Buffer
	enc := json.NewEncoder(&buf)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(v); err != nil {
		return nil, err
	}
	return unescapeSeparators(bytes.TrimSuffix(buf.Bytes(), []byte("\n"))), nil
}

// encodeStrings returns nil for what is not a list of plain strings.
func encodeStrings(list []string) []byte {
	if list == nil {
		return nil
	}
	size := 2
	for _, s := range list {
		if !plain(s) {
			return nil
		}
		size += len(s) + 3
	}
	out := append(make([]byte, 0, size), '[')
	for i, s := range list {
		if i > 0 {
			out = append(out, ',')
		}
		out = appendQuoted(out, s)
	}
	return append(out, ']')
}

// plain reports whether a string's JSON form is the string in quotes.
func plain(s string) bool {
	for i := 0; i < len(s); i++ {
		if c := s[i]; c < ' ' || c == '"' || c == '\\' || c >= utf8.RuneSelf {
			return false
		}
	}
	return true
}

func appendString(out []byte, s string) []byte {
	if !plain(s) {
		raw, _ := encode(s) // a string always has a JSON form
		return append(out, raw...)
	}
	return appendQuoted(out, s)
}

// appendQuoted appends a plain string.
func appendQuoted(out []byte, s string) []byte {
	out = append(out, '"')
	out = append(out, s...)
	return append(out, '"')
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
