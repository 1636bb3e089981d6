package core

import (
	"encoding/json"
	"errors"
	"math"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

type user struct {
	Name string `json:"name"`
	Age  int    `json:"age,omitempty"`
}

// The wanted texts are what JSON.stringify of Node gives for the same values.
func TestAValueIsEncodedAsJSONStringifyDoes(t *testing.T) {
	for _, c := range []struct {
		value any
		want  string
	}{
		{nil, `null`},
		{[]string(nil), `null`},
		{[]string{}, `[]`},
		{[]string{"a", "b c", ""}, `["a","b c",""]`},
		{[]string{"a", "<é\n\u2028>"}, "[\"a\",\"<é\\n\u2028>\"]"},
		{true, `true`},
		{false, `false`},
		{0, `0`},
		{-7, `-7`},
		{math.MaxInt64, `9223372036854775807`},
		{int64(math.MinInt64), `-9223372036854775808`},
		{uint8(200), `200`},
		{0.0, `0`},
		{math.Copysign(0, -1), `0`},
		{1.5, `1.5`},
		{1e21, `1e+21`},
		{1e20, `100000000000000000000`},
		{1e-7, `1e-7`},
		{"", `""`},
		{"plain", `"plain"`},
		{"<a href='x'>&</a>", `"<a href='x'>&</a>"`},
		{"\"\\\b\f\n\r\t\x00\x1f\x7f", `"\"\\\b\f\n\r\t\u0000\u001f` + "\x7f" + `"`},
		{"é 𝄞 \u2028 \u2029", "\"é 𝄞 \u2028 \u2029\""},
		{`\u2028`, `"\\u2028"`},
		{`\` + "\u2028", `"\\` + "\u2028" + `"`},
		{"\u2027\u202a", "\"\u2027\u202a\""},
		{map[string]any{"b": "<", "a": []any{1, nil}}, `{"a":[1,null],"b":"<"}`},
		{user{Name: "Ada"}, `{"name":"Ada"}`},
		{&user{"Ada", 36}, `{"name":"Ada","age":36}`},
		{[]string(nil), `null`},
		{[]string{}, `[]`},
		{json.RawMessage(`{"a": 1}`), `{"a":1}`},
		{time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC), `"2026-01-02T03:04:05Z"`},
	} {
		raw, err := encode(c.value)
		require.NoError(t, err)
		require.Equal(t, c.want, string(raw), "%#v", c.value)
		require.True(t, json.Valid(raw))
	}
}

type stubborn struct{}

func (stubborn) MarshalJSON() ([]byte, error) { return nil, errors.New("I will not") }

// unencodable is the values that have no JSON form.
func unencodable() map[string]any {
	type node struct{ Next *node }
	cycle := &node{}
	cycle.Next = cycle
	return map[string]any{
		"channel": make(chan int), "function": func() {}, "NaN": math.NaN(), "infinity": math.Inf(1),
		"cycle": cycle, "refusing": stubborn{}, "inside": map[string]any{"x": math.NaN()},
		"no JSON": json.RawMessage(`{`), "complex": complex(1, 2),
	}
}

func TestWhatHasNoJSONFormIsAnError(t *testing.T) {
	for name, value := range unencodable() {
		_, err := encode(value)
		require.Error(t, err, name)
	}
}
