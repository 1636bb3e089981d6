package core

import (
	"bytes"
	"encoding/json"
	"math"
	"testing"

	"github.com/stretchr/testify/require"
)

// visited returns a loaded session with those values, stored before.
func visited(t *testing.T, values map[string]any) (*bench, *client, *Session) {
	b := newBench(t, Options{}, "full")
	c := b.signedIn(values)
	s := b.begin(c)
	b.took()
	return b, c, s
}

func stored[T any](t *testing.T, b *bench, c *client, key string) T {
	t.Helper()
	s := b.begin(c.again())
	v, err := Get[T](s, key)
	require.NoError(t, err)
	require.NoError(t, s.End())
	return v
}

func TestGetDecodesAsEncodingJSONDoes(t *testing.T) {
	for _, raw := range []string{
		`0`, `-0`, `7`, `-7`, `007`, `999999999999999999`, `-999999999999999999`, `9223372036854775807`, `-9223372036854775808`,
		`9223372036854775808`, `1.0`, `1e2`, `-`, `""`, `"a"`, `"a\n"`, `"a\"`, `"é"`, `"\u00e9"`, `"\ud800"`, "\"\xff\"", "\"a\x01\"", `"a"b"`,
		`"`, `'a'`, `true`, `false`, `null`, `[1]`, `{}`, ``,
	} {
		asEncodingJSON[string](t, raw)
		asEncodingJSON[int](t, raw)
		asEncodingJSON[int64](t, raw)
		asEncodingJSON[bool](t, raw)
		asEncodingJSON[float64](t, raw)
		asEncodingJSON[any](t, raw)
	}
}

func asEncodingJSON[T any](t *testing.T, raw string) {
	t.Helper()
	if !json.Valid([]byte(raw)) {
		return // no record has it
	}
	var want T
	wantErr := json.Unmarshal([]byte(raw), &want)
	got, err := decode[T]("k", []byte(raw))
	require.Equal(t, wantErr == nil, err == nil, raw)
	if err == nil {
		require.Equal(t, want, got, raw)
	} else {
		require.Zero(t, got, raw)
	}
}

func TestWhatWasSetIsGot(t *testing.T) {
	b, c, s := visited(t, map[string]any{"old": 1})
	require.NoError(t, s.Set("big", int64(math.MaxInt64)))
	require.NoError(t, s.Set("text", "<é&\u2028\">"))
	require.NoError(t, s.Set("none", nil))
	require.NoError(t, s.Commit())
	require.Equal(t, int64(math.MaxInt64), stored[int64](t, b, c, "big"))
	require.Equal(t, "<é&\u2028\">", stored[string](t, b, c, "text"))
	require.Nil(t, stored[any](t, b, c, "none"), "null is a value")
	require.Equal(t, 1, stored[int](t, b, c, "old"))
}

func TestGetOfNothingAndOfAnotherType(t *testing.T) {
	_, _, s := visited(t, map[string]any{"text": "a", "big": 1e300, "null": nil})
	_, err := Get[int](s, "missing")
	require.ErrorIs(t, err, ErrNoValue)
	var wrong *ValueError
	for _, key := range []string{"text", "big"} {
		n, err := Get[int](s, key)
		require.ErrorAs(t, err, &wrong)
		require.Zero(t, n)
	}
	n, err := Get[int](s, "null")
	require.NoError(t, err, "null is a zero, as it is for encoding/json")
	require.Zero(t, n)
	_, err = Update(s, "text", func(n int) int { return n + 1 })
	require.ErrorAs(t, err, &wrong)
	_, err = Bind[int](s, "text")
	require.ErrorAs(t, err, &wrong)
	_, err = Pop[int](s, "text")
	require.ErrorAs(t, err, &wrong)
	text, err := Get[string](s, "text")
	require.NoError(t, err, "a Pop that failed took nothing")
	require.Equal(t, "a", text)
}

func TestReservedKeysAreRefusedEverywhere(t *testing.T) {
	for _, key := range []string{"cookie", "__proto__", "constructor", "prototype"} {
		b, _, s := visited(t, map[string]any{"n": 1})
		_, err := Get[any](s, key)
		require.ErrorIs(t, err, ErrReservedKey)
		_, err = Update(s, key, func(n int) int { return n })
		require.ErrorIs(t, err, ErrReservedKey)
		_, err = Pop[any](s, key)
		require.ErrorIs(t, err, ErrReservedKey)
		_, err = Bind[any](s, key)
		require.ErrorIs(t, err, ErrReservedKey)
		require.ErrorIs(t, s.Set(key, 1), ErrReservedKey)
		require.ErrorIs(t, s.Replace(map[string]any{"a": 1, key: 1}), ErrReservedKey)
		s.Delete(key)
		require.Equal(t, []string{"n"}, s.Keys())
		require.NoError(t, s.Commit())
		require.Empty(t, b.took(), "nothing has changed")
	}
}

func TestWhatIsTheSameInTheEndIsNoChange(t *testing.T) {
	for name, act := range map[string]func(s *Session){
		"set to what it is":   func(s *Session) { _ = s.Set("n", 1) },
		"set and set back":    func(s *Session) { _ = s.Set("n", 2); _ = s.Set("n", 1) },
		"set and deleted":     func(s *Session) { _ = s.Set("tmp", 1); s.Delete("tmp") },
		"deleted and set":     func(s *Session) { s.Delete("n"); _ = s.Set("n", 1) },
		"nothing deleted":     func(s *Session) { s.Delete("missing") },
		"updated to itself":   func(s *Session) { _, _ = Update(s, "n", func(n int) int { return n }) },
		"replaced by itself":  func(s *Session) { _ = s.Replace(map[string]any{"n": 1}) },
		"cleared and set":     func(s *Session) { s.Clear(); _ = s.Set("n", 1) },
		"bound and not used":  func(s *Session) { _, _ = Bind[int](s, "n") },
		"nothing bound":       func(s *Session) { _, _ = Bind[int](s, "missing") },
		"bound, changed back": func(s *Session) { n, _ := Bind[int](s, "n"); *n = 2; _ = s.Len(); *n = 1 },
		"cookie set to it":    func(s *Session) { _ = s.SetCookie(s.Cookie()) },
		"nothing popped":      func(s *Session) { _, _ = Pop[int](s, "missing") },
	} {
		t.Run(name, func(t *testing.T) {
			b, c, s := visited(t, map[string]any{"n": 1})
			act(s)
			require.NoError(t, s.Commit())
			require.Empty(t, b.took())
			require.Empty(t, c.lines)
		})
	}
}

func TestBindIsTheValueItselfUntilTheKeyIsSetAnew(t *testing.T) {
	b, c, s := visited(t, map[string]any{"list": []int{1}})
	list, err := Bind[[]int](s, "list")
	require.NoError(t, err)
	again, err := Bind[[]int](s, "list")
	require.NoError(t, err)
	require.Same(t, list, again)
	*list = append(*list, 2)
	got, err := Get[[]int](s, "list")
	require.NoError(t, err)
	require.Equal(t, []int{1, 2}, got, "what is bound is what is got")

	other, err := Bind[[]any](s, "list")
	require.NoError(t, err)
	require.Equal(t, []any{1.0, 2.0}, *other, "another type begins with what the first one became")

	require.NoError(t, s.Set("list", []int{9}))
	*other = nil
	require.NoError(t, s.Commit())
	require.Equal(t, []int{9}, stored[[]int](t, b, c, "list"))
}

func TestWhatCannotBeEncodedFailsTheCommitUnlessSetAgain(t *testing.T) {
	for name, mended := range map[string]bool{"left": false, "mended": true} {
		t.Run(name, func(t *testing.T) {
			b, c, s := visited(t, map[string]any{"n": 1})
			var wrong *ValueError
			require.ErrorAs(t, s.Set("n", make(chan int)), &wrong)
			if mended {
				require.NoError(t, s.Set("n", 3))
				require.NoError(t, s.Commit())
				require.Equal(t, 3, stored[int](t, b, c, "n"))
				return
			}
			require.NoError(t, s.Set("other", 1))
			require.ErrorAs(t, s.Commit(), &wrong)
			require.Empty(t, b.took(), "the record is as it was")
			require.Empty(t, c.lines)
		})
	}
}

func TestReplaceIsAllOrNothing(t *testing.T) {
	b, c, s := visited(t, map[string]any{"n": 1})
	id := s.ID()
	require.Error(t, s.Replace(map[string]any{"a": 1, "z": func() {}}))
	require.Equal(t, []string{"n"}, s.Keys())
	require.NoError(t, s.Replace(map[string]any{"b": 2, "a": 1}))
	require.Equal(t, []string{"a", "b"}, s.Keys())
	require.Equal(t, 2, s.Len())
	require.NoError(t, s.Commit())
	require.Equal(t, id, b.id(c))
	require.Equal(t, `{"cookie":{"httpOnly":true,"path":"/","overwrite":true,"signed":true,"maxAge":86400000,"sameSite":"lax"},"a":1,"b":2}`, unsent(b.record(id)))
}

func TestPopTakesAValueOnce(t *testing.T) {
	b, c, s := visited(t, map[string]any{"flash": "saved", "n": 1})
	flash, err := Pop[string](s, "flash")
	require.NoError(t, err)
	require.Equal(t, "saved", flash)
	_, err = Pop[string](s, "flash")
	require.ErrorIs(t, err, ErrNoValue)
	require.NoError(t, s.Commit())
	require.Equal(t, []string{"n"}, b.begin(c.again()).Keys())
}

func TestADestroyedSessionIsEmptyAndCannotChange(t *testing.T) {
	_, _, s := visited(t, map[string]any{"n": 1})
	s.Destroy()
	_, err := Get[int](s, "n")
	require.ErrorIs(t, err, ErrNoValue)
	_, err = Update(s, "n", func(n int) int { return n })
	require.ErrorIs(t, err, ErrDestroyed)
	_, err = Bind[int](s, "n")
	require.ErrorIs(t, err, ErrDestroyed)
	require.ErrorIs(t, s.Set("n", 1), ErrDestroyed)
	require.ErrorIs(t, s.Replace(nil), ErrDestroyed)
	require.Zero(t, s.Len())
}

func TestWhatSetIsGivenMayBeChangedAfterwards(t *testing.T) {
	_, _, s := visited(t, map[string]any{"n": 1})
	list := []int{1, 2}
	require.NoError(t, s.Set("list", list))
	list[0] = 9
	got, err := Get[[]int](s, "list")
	require.NoError(t, err)
	require.Equal(t, []int{1, 2}, got)
}

func TestFastEncodingsAreThoseOfEncodingJSON(t *testing.T) {
	for _, v := range []any{"", "a", "<&>", true, false, 0, -1, math.MinInt, int64(math.MaxInt64), 0.0, 1.5} {
		var want bytes.Buffer
		enc := json.NewEncoder(&want)
		enc.SetEscapeHTML(false)
		require.NoError(t, enc.Encode(v))
		got, err := encode(v)
		require.NoError(t, err)
		require.Equal(t, want.String(), string(got)+"\n")
	}
}
