package core

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// nested returns n arrays inside each other, in an object.
func nested(n int) string {
	return `{"a":` + strings.Repeat("[", n) + strings.Repeat("]", n) + `}`
}

// texts is what the scanner is tried with: the stored values that have been
// met or feared, and the corners of RFC 8259.
var texts = []string{
	"", " ", "null", "5", `"x"`, "[]", "true", "{", "}", "{}", " {} ", "\t{\r\n}\n", "{}{}", "{} x", "{},",
	"\ufeff{}", "{}\x00", "\x00", "\x1f\x8b\x08\x00", `a:1:{s:1:"n";i:1;}`, "\x03\x04\x00",
	`{"n":1}`, `{"n":1,}`, `{,}`, `{"n"}`, `{"n":}`, `{"n" 1}`, `{n:1}`, `{'n':1}`, `{"n":1 "m":2}`, `{"n":1,"m"}`, `{"n":1`, `{"n":1,`,
	`{"":1}`, `{"n":1,"n":2}`, `{ "n" : [ 1 , 2 ] , "m" : { "a" : null } }`,
	`{"n":[1,]}`, `{"n":[,1]}`, `{"n":[1 2]}`, `{"n":[1}`, `{"n":{"a":1,}}`, `{"n":{"a"}}`, `{"n":{"a":}}`, `{"n":{"a":1 "b":2}}`, `{"n":{a:1}}`, `{"n":{`, `{"n":[`, `{"n":[]`,
	`{"n":0}`, `{"n":-0}`, `{"n":00}`, `{"n":01}`, `{"n":-}`, `{"n":+1}`, `{"n":1.}`, `{"n":.5}`, `{"n":1.5}`, `{"n":1e5}`, `{"n":1E+5}`, `{"n":1e-5}`, `{"n":1e}`, `{"n":1e+}`, `{"n":0e1}`, `{"n":-1.25e-7}`,
	`{"n":1e400}`, `{"n":9007199254740993}`, `{"n":123456789012345678901234567890}`, `{"n":0x1}`, `{"n":NaN}`, `{"n":Infinity}`, `{"n":1_000}`,
	`{"n":true}`, `{"n":tru}`, `{"n":True}`, `{"n":false}`, `{"n":fals}`, `{"n":null}`, `{"n":nul`, `{"n":undefined}`, `{"n":nullx}`,
	`{"n":"` + "\t" + `"}`, `{"n":"` + "\x7f" + `"}`, `{"n":"\t"}`, `{"n":"\x"}`, `{"n":"\u12"}`, `{"n":"\u12g4"}`, `{"n":"\u1`, `{"n":"\`, `{"n":"\"}`, `{"n":"\u00e9\uD834\uDD1E\/\b\f\n\r\\\""}`, `{"n":"\ud800"}`, `{"\ud800":1}`,
	`{"n":"` + "\xff" + `"}`, `{"` + "\xff" + `":1}`, `{"n":"` + "\u2028\u2029" + `"}`, `{"__proto__":{"a":1}}`, `{"n":"a`, `{"n`, `{"\u006e":1}`,
	`{"cookie":null}`, `{"cookie":5,"n":1}`,
	nested(9999), nested(10000), nested(10001),
}

func TestARecordIsExactlyOneJSONObject(t *testing.T) {
	for _, text := range texts {
		requireAsEncodingJSON(t, []byte(text))
	}
}

func requireAsEncodingJSON(t *testing.T, text []byte) {
	var d document
	want := json.Valid(text) && strings.TrimLeft(string(text), " \t\r\n")[0] == '{'
	got := d.parse(text)
	if want != got {
		require.Equal(t, want, got, "%.200q", text)
	}
	if !got {
		require.Empty(t, d.members)
		require.Nil(t, d.raw)
	}
}

func TestDepthIsBoundedBeforeTheStackIs(t *testing.T) {
	var d document
	require.False(t, d.parse([]byte(strings.Repeat(`{"a":`, 5_000_000))))
	require.False(t, d.parse([]byte(nested(5_000_000))))
}

// Each byte at each place of a word, and behind those that make the byte above
// them borrow.
func TestEightBytesAtATimeAreAsOneByOne(t *testing.T) {
	first := func(text []byte, stops func(c byte) bool) int {
		for i, c := range text {
			if stops(c) {
				return i
			}
		}
		return len(text)
	}
	ordinary := func(c byte) bool { return c < ' ' || c == '"' || c == '\\' }
	plain := func(c byte) bool { return ordinary(c) || c >= 0x80 }
	for _, before := range []byte{'a', 0x1f, 0x20, 0x21, 0x22, 0x5b, 0x5c, 0x5d, 0x7f, 0x80, 0xff} {
		for c := range 256 {
			for at := 1; at < 18; at++ {
				text := []byte(strings.Repeat("a", 18))
				text[at-1], text[at] = before, byte(c)
				for from := range 3 {
					require.Equal(t, from+first(text[from:], ordinary), skipOrdinary(text, from), "%q", text)
					require.Equal(t, from+first(text[from:], plain), skipPlain(text, from), "%q", text)
				}
			}
		}
	}
}
