package core_test

import (
	"strings"
	"testing"
	"testing/synctest"
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

// oldTombstone returns the tombstone that an earlier release has made then: it
// says only when it goes.
func oldTombstone(made time.Time) string {
	const white = " \t\n\r"
	tomb, end := []byte("null"), uint64(made.Add(time.Minute).Unix())
	for range 16 {
		tomb = append(tomb, white[end&3])
		end >>= 2
	}
	return string(tomb) + strings.Repeat(" \n", 16)
}

// live returns the keys of the records that are sessions, tombstones left out.
func live(st *faultstore.Store) []string {
	var keys []string
	for key, r := range st.Records() {
		if strings.TrimSpace(r.Data) != "null" {
			keys = append(keys, key)
		}
	}
	return keys
}

// What a rolling reader renews when it is over may be a tombstone by then.
func TestALateRollingReaderLeavesTheTombstoneAlone(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		st := faultstore.New()
		v := newVisitor(t, core.Options{Store: st, Rolling: true})
		v.visit(set("user", "ann"))
		old := "koa:sess:" + v.id()
		time.Sleep(2 * time.Hour)
		_, end := v.begin()
		v.visit(keep)
		fresh, before := v.id(), st.Records()[old]
		p := end()
		require.NoError(t, p.err)
		require.Empty(t, p.SetCookies())
		require.Equal(t, fresh, v.id())
		require.Equal(t, before, st.Records()[old])
	})
}

// A client may have nothing but the old id: it must not lock itself out by
// asking again and again.
func TestRollingLoadsLeaveATombstoneAsItIs(t *testing.T) {
	st := faultstore.New()
	v := newVisitor(t, core.Options{Store: st, Rolling: true})
	v.visit(set("user", "ann"))
	old, key := v.stale(), "koa:sess:"+v.id()
	v.visit(keep)
	before := st.Records()[key]
	require.NoError(t, v.send(old, func(s *core.Session) { require.True(t, s.IsSuperseded()) }).err)
	require.Equal(t, before, st.Records()[key])
}

// Who signs in under a replaced id is signed in. There is nothing to carry over.
func TestASignInUnderAReplacedIDStartsAnew(t *testing.T) {
	for name, regenerate := range map[string]func(*core.Session) error{
		"Regenerate":     (*core.Session).Regenerate,
		"RegenerateKeep": (*core.Session).RegenerateKeep,
	} {
		for _, ended := range []bool{false, true} {
			t.Run(name, func(t *testing.T) {
				st, told := faultstore.New(), &log{}
				v := newVisitor(t, core.Options{Store: st, ErrorHandler: told.pass})
				v.visit(set("user", "guest", "cart", 1))
				old := v.stale()
				sessions := 2
				if ended {
					sessions = 1
					v.visit((*core.Session).Destroy)
				} else {
					v.visit(keep)
				}
				p := v.send(old, func(s *core.Session) {
					require.NoError(t, regenerate(s))
					require.False(t, s.IsSuperseded())
					set("user", "ann")(s)
					require.Equal(t, 1, s.Len(), "what the successor holds is not handed to who has the old id")
				})
				require.NoError(t, p.err)
				require.Empty(t, told.told)
				require.Len(t, live(st), sessions)
				require.Len(t, p.SetCookies(), 2)
			})
		}
	}
}

func TestALogoutUnderAReplacedIDEndsTheSuccessorToo(t *testing.T) {
	st, told := faultstore.New(), &log{}
	v := newVisitor(t, core.Options{Store: st, ErrorHandler: told.pass})
	v.visit(set("user", "ann"))
	old := "koa:sess:" + v.id()
	s, end := v.begin()
	v.visit(keep)
	s.Destroy()
	p := end()
	require.NoError(t, p.err)
	require.Empty(t, told.told)
	require.Len(t, p.SetCookies(), 2)
	require.Contains(t, st.Records(), old, "the tombstone stays, for others who come with that id")
	require.Empty(t, live(st))
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
	p := end()
	require.NoError(t, p.err)
	require.Empty(t, p.SetCookies())
	require.Empty(t, told.told, "it is carried into the successor")
	require.Equal(t, fresh, v.id())
	requireValue(v, "a", 1)
}

func TestRollingDoesNotOutliveASessionsOwnExpiry(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		st := faultstore.New()
		v := newVisitor(t, core.Options{Store: st, Rolling: true})
		v.visit(set("admin", true))
		key, client := "koa:sess:"+v.id(), v.stale()
		v.visit(func(s *core.Session) {
			cookie := s.Cookie()
			cookie.Expires = time.Now().Add(2 * time.Hour)
			require.NoError(t, s.SetCookie(cookie))
		})
		require.Equal(t, 2*time.Hour, st.Records()[key].TTL, "a limit that must not be passed is exact")
		time.Sleep(time.Hour)
		p := v.send(client, func(s *core.Session) { require.False(t, s.IsNew()) })
		require.Empty(t, p.SetCookies(), "no sending prolongs it")
		require.Equal(t, 2*time.Hour, st.Records()[key].TTL)

		st.Put(key, st.Records()[key].Data, 24*time.Hour) // as a store might that forgets
		time.Sleep(time.Hour)
		require.NoError(t, v.send(client, func(*core.Session) {}).err)
		require.Empty(t, live(st))
	})
}
