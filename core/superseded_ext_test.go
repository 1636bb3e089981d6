package core_test

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/go-holdall/holdall/core"
	"github.com/go-holdall/holdall/internal/testkit/faultstore"
	"github.com/go-holdall/holdall/internal/testkit/recorder"
)

// stale returns a request with the cookies that the browser has now, whatever
// it is given later.
func (v *visitor) stale() *recorder.Exchange {
	return &recorder.Exchange{Sent: map[string][]string{"Cookie": v.browser.Request("/").HeaderValues("Cookie")}}
}

func keep(s *core.Session) {
	if err := s.RegenerateKeep(); err != nil {
		panic(err)
	}
}

// What a rolling reader extends when it is over may be a tombstone by then.
func TestALateRollingReaderLeavesTheTombstoneAlone(t *testing.T) {
	for name, store := range map[string]func(*faultstore.Store) core.Store{
		"every capability": func(s *faultstore.Store) core.Store { return s },
		"no GetTouch": func(s *faultstore.Store) core.Store {
			return struct {
				core.Store
				core.Swapper
				core.Toucher
			}{s, s, s}
		},
	} {
		t.Run(name, func(t *testing.T) {
			st := faultstore.New()
			v := newVisitor(t, core.Options{Store: store(st), Rolling: true, TTLFunc: func(*core.Session) time.Duration { return 24 * time.Hour }})
			v.visit(set("user", "ann"))
			old := "koa:sess:" + v.id()
			_, end := v.begin()
			v.visit(keep)
			fresh := v.id()
			require.NoError(t, end().err)
			require.Equal(t, fresh, v.id(), "it sends no cookie")
			require.LessOrEqual(t, st.Records()[old].TTL, time.Minute)
		})
	}
}

// A client may have nothing but the old id: it must not lock itself out by
// asking again and again.
func TestATombstoneKeepsItsEndUnderRollingLoads(t *testing.T) {
	st := faultstore.New()
	v := newVisitor(t, core.Options{Store: st, Rolling: true})
	v.visit(set("user", "ann"))
	old, key := v.stale(), "koa:sess:"+v.id()
	v.visit(keep)
	before := st.Records()[key]
	time.Sleep(20 * time.Millisecond)
	require.NoError(t, v.send(old, func(*core.Session) {}).err)
	after := st.Records()[key]
	require.Equal(t, before.Data, after.Data)
	require.Less(t, after.TTL, before.TTL)
}

// Who signs in under a replaced id, without carrying anything over, is signed
// in. Carrying over would give the values a second home.
func TestOnlyRegenerateStartsAnewUnderAReplacedID(t *testing.T) {
	for name, c := range map[string]struct {
		regenerate func(*core.Session) error
		told       int
		records    int
	}{
		"Regenerate":     {(*core.Session).Regenerate, 0, 3},
		"RegenerateKeep": {(*core.Session).RegenerateKeep, 1, 2},
	} {
		t.Run(name, func(t *testing.T) {
			st, told := faultstore.New(), &log{}
			v := newVisitor(t, core.Options{Store: st, ErrorHandler: told.pass})
			v.visit(set("user", "guest"))
			old := v.stale()
			v.visit(keep)
			p := v.send(old, func(s *core.Session) {
				require.NoError(t, c.regenerate(s))
				set("user", "ann")(s)
			})
			require.NoError(t, p.err)
			require.Len(t, told.told, c.told)
			require.Len(t, st.Records(), c.records)
			require.Equal(t, c.told == 0, len(p.SetCookies()) > 0)
		})
	}
}

func TestALogoutUnderAReplacedIDIsToldAndClearsTheCookie(t *testing.T) {
	st, told := faultstore.New(), &log{}
	v := newVisitor(t, core.Options{Store: st, ErrorHandler: told.pass})
	v.visit(set("user", "ann"))
	old := "koa:sess:" + v.id()
	s, end := v.begin()
	v.visit(keep)
	s.Destroy()
	require.NoError(t, end().err)
	told.requireOnly(t, core.ErrSuperseded)
	require.Contains(t, st.Records(), old, "the tombstone stays, for others who come with that id")
	require.Empty(t, v.id(), "the browser is signed out, whatever it has got meanwhile")
}

// A Save that has worked is not what the response speaks of in the end.
func TestACookieThatSaveOwesIsNotSentForASessionThatIsLost(t *testing.T) {
	told := &log{}
	v := newVisitor(t, core.Options{Store: faultstore.New(), ErrorHandler: told.pass})
	v.visit(set("user", "guest"))
	s, end := v.begin()
	cookie := s.Cookie()
	cookie.MaxAge = 48 * time.Hour
	require.NoError(t, s.SetCookie(cookie))
	require.NoError(t, s.Save(t.Context()))
	v.visit(keep)
	fresh := v.id()
	set("a", 1)(s)
	require.NoError(t, end().err)
	told.requireOnly(t, core.ErrSuperseded)
	require.Equal(t, fresh, v.id())
}

// A rolling load gives a record the life of the Options before it can know
// that the record's own is shorter.
func TestRollingDoesNotOutliveASessionsOwnExpiry(t *testing.T) {
	st := faultstore.New()
	v := newVisitor(t, core.Options{Store: st, Rolling: true})
	v.visit(set("admin", true))
	key, client := "koa:sess:"+v.id(), v.stale()
	v.visit(func(s *core.Session) {
		cookie := s.Cookie()
		cookie.Expires = time.Now().Add(100 * time.Millisecond)
		require.NoError(t, s.SetCookie(cookie))
	})
	v.send(client, func(s *core.Session) { require.False(t, s.IsNew()); s.PreventSave() })
	require.LessOrEqual(t, st.Records()[key].TTL, 100*time.Millisecond)

	st.Put(key, st.Records()[key].Data, time.Hour) // as a store might that forgets
	time.Sleep(110 * time.Millisecond)
	v.send(client, func(s *core.Session) { require.True(t, s.IsNew()) })
	_, found, err := st.Get(t.Context(), key)
	require.NoError(t, err)
	require.False(t, found)
}

func TestATombstoneSaysWhenItEnds(t *testing.T) {
	st := faultstore.New()
	v := newVisitor(t, core.Options{Store: st})
	v.visit(set("n", 1))
	key := "koa:sess:" + v.id()
	v.visit(keep)
	data := st.Records()[key].Data
	require.Equal(t, "null", strings.TrimSpace(data), "and Koa takes it for no session")
	require.Len(t, data, len("null")+16+32)
}
