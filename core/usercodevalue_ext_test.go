package core_test

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/go-holdall/holdall/core"
	"github.com/go-holdall/holdall/internal/testkit/faultstore"
)

// The user code that makes values: Update, OnConflict and the methods of JSON.

func TestUserCodeThatChangesItsOwnValueEnds(t *testing.T) {
	var s *core.Session
	next := 100
	change := func() {
		next++
		set("n", next)(s)
	}
	nested := func(n int) int {
		_, _ = core.Update(s, "n", increment)
		return n + 1
	}
	t.Run("Update", func(t *testing.T) {
		_, session, end := conflicting(t, "Update", core.Options{})
		s = session
		_, err := core.Update(s, "n", func(n int) int { change(); return n + 1 })
		require.Equal(t, core.ErrConflict, err)
		_, err = core.Update(s, "n", nested)
		require.Equal(t, core.ErrConflict, err)
		require.NoError(t, end().err)
	})
	t.Run("Update, run again", func(t *testing.T) {
		v := newVisitor(t, core.Options{Store: faultstore.New()})
		v.visit(set("n", 1))
		session, end := v.begin()
		s = session
		_, err := core.Update(s, "n", func(n int) int {
			if n >= 5 {
				return nested(n)
			}
			return n + 1
		})
		require.NoError(t, err)
		v.visit(set("n", 5))
		require.ErrorIs(t, end().err, core.ErrConflict)
		requireValue(v, "n", 5)
	})
	t.Run("OnConflict", func(t *testing.T) {
		v, session, end := conflicting(t, "OnConflict", core.Options{OnConflict: func(_ string, _, mine, _ []byte) ([]byte, error) {
			change()
			return mine, nil
		}})
		s = session
		require.ErrorIs(t, end().err, core.ErrConflict)
		requireValue(v, "n", 5)
	})
	t.Run("UnmarshalJSON", func(t *testing.T) {
		_, session, end := conflicting(t, "", core.Options{})
		s = session
		decoding = change
		defer func() { decoding = nil }()
		_, err := core.Pop[decoded](s, "n")
		require.Equal(t, core.ErrConflict, err)
		_, err = core.Bind[decoded](s, "n")
		require.Equal(t, core.ErrConflict, err)
		_, err = core.Update(s, "n", func(d decoded) decoded { return d })
		require.Equal(t, core.ErrConflict, err)
		require.NoError(t, end().err)
	})
}

// decoding is what the UnmarshalJSON of a decoded does.
var decoding func()

type decoded int

func (d *decoded) UnmarshalJSON(raw []byte) error {
	decoding()
	return json.Unmarshal(raw, (*int)(d))
}

// encoding is what the MarshalJSON of an encoded does.
var encoding func()

type encoded struct{ N int }

func (e encoded) MarshalJSON() ([]byte, error) {
	if encoding != nil {
		encoding()
	}
	return json.Marshal(e.N)
}

func (e *encoded) UnmarshalJSON(raw []byte) error { return json.Unmarshal(raw, &e.N) }

func TestAPanicOfAValueOrAnUpdateChangesNothing(t *testing.T) {
	encoding, decoding = boom, boom
	defer func() { encoding, decoding = nil, nil }()
	for name, call := range map[string]func(s *core.Session){
		"MarshalJSON in Set":      func(s *core.Session) { _ = s.Set("n", encoded{7}) },
		"MarshalJSON in Replace":  func(s *core.Session) { _ = s.Replace(map[string]any{"n": encoded{7}}) },
		"MarshalJSON in Update":   func(s *core.Session) { _, _ = core.Update(s, "n", func(encoded) encoded { return encoded{7} }) },
		"MarshalJSON in Bind":     func(s *core.Session) { _, _ = core.Bind[encoded](s, "n") },
		"UnmarshalJSON in Get":    func(s *core.Session) { _, _ = core.Get[decoded](s, "n") },
		"UnmarshalJSON in Pop":    func(s *core.Session) { _, _ = core.Pop[decoded](s, "n") },
		"UnmarshalJSON in Bind":   func(s *core.Session) { _, _ = core.Bind[decoded](s, "n") },
		"UnmarshalJSON in Update": func(s *core.Session) { _, _ = core.Update(s, "n", func(d decoded) decoded { return d + 1 }) },
		"Update":                  func(s *core.Session) { _, _ = core.Update(s, "n", func(int) int { panic("boom") }) },
	} {
		t.Run(name, func(t *testing.T) {
			v := newVisitor(t, core.Options{})
			v.visit(set("n", 1))
			s, end := v.begin()
			require.PanicsWithValue(t, "boom", func() { call(s) })
			set("m", 2)(s)
			require.NoError(t, end().err)
			requireValue(v, "n", 1)
			requireValue(v, "m", 2)
		})
	}
}

func TestABoundValueThatPanicsSpoilsTheCommit(t *testing.T) {
	v := newVisitor(t, core.Options{})
	v.visit(set("n", 1))
	s, end := v.begin()
	n, err := core.Bind[encoded](s, "n")
	require.NoError(t, err)
	n.N = 2
	encoding = boom
	require.Panics(t, func() { _ = s.Save(t.Context()) })
	require.Panics(t, func() { _ = s.Commit() })
	encoding = nil
	require.Equal(t, core.ErrSpoiled, s.Save(t.Context()))
	require.NoError(t, end().err)
	requireValue(v, "n", 1)
}
