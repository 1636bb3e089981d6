package core_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/go-holdall/holdall/core"
	"github.com/go-holdall/holdall/internal/testkit/faultstore"
	"github.com/go-holdall/holdall/internal/testkit/recorder"
)

// A plain store cannot be compared.
type plain struct {
	core.Store
	_ []int
}

func TestTwoEnginesOfOneKeyAndStoreAreOne(t *testing.T) {
	st := faultstore.New()
	x := recorder.NewBrowser().Request("/")
	outer, err := newEngine(t, core.Options{Store: st}).Load(x, x)
	require.NoError(t, err)
	require.True(t, outer.Has(newEngine(t, core.Options{Store: st, Defer: true})))
	for _, opts := range []core.Options{
		{Store: faultstore.New()},
		{Store: plain{Store: st}},
		{Store: st, Prefix: "other:"},
		{Store: st, SigningKeys: []string{"another horse battery staple"}},
		{Store: st, Cookie: core.Cookie{DisableSigning: true}},
		{Store: st, SessionIDStore: core.HeaderIDs("X-Session-Id")},
	} {
		require.False(t, outer.Has(newEngine(t, opts)))
	}
	require.NoError(t, outer.End())
}

// Whose session it would be, nobody could say: the outer engine's keys, or its
// store, are not those that the inner middleware was told to use.
func TestTwoEnginesOfOneKeyAreAnError(t *testing.T) {
	told := &log{}
	for name, opts := range map[string]core.Options{
		"other keys":     {SigningKeys: []string{"another horse battery staple"}},
		"another store":  {},
		"nobody reports": {ErrorHandler: told.swallow},
		"Defer":          {Defer: true},
	} {
		t.Run(name, func(t *testing.T) {
			app, other := newEngine(t, core.Options{}), newEngine(t, opts)
			between := newEngine(t, core.Options{Key: "between.sid"})
			x := recorder.NewBrowser().Request("/")
			outer, err := app.Load(x, x)
			require.NoError(t, err)
			var middle, inner core.Session
			require.NoError(t, between.LoadInto(&middle, x, x, outer))
			require.False(t, middle.Has(other))
			require.True(t, middle.Has(app), "the same one twice is one")
			require.ErrorIs(t, other.LoadInto(&inner, x, x, &middle), core.ErrTwoEngines)
			_, err = inner.Find("koa.sid")
			require.ErrorIs(t, err, core.ErrTwoEngines)
			_ = inner.Set("n", 1)
			require.NoError(t, inner.Commit())
			require.NoError(t, inner.End())
			require.NoError(t, middle.End())
			require.NoError(t, outer.End())
			require.Empty(t, told.told)
		})
	}
}
