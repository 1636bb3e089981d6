package core_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/go-holdall/holdall/core"
	"github.com/go-holdall/holdall/internal/testkit/faultstore"
	"github.com/go-holdall/holdall/internal/testkit/recorder"
)

// A late one is a request that had loaded its session before others did what
// they did to it.
type late struct {
	*core.Session
	end func() page
}

func (v *visitor) late() late {
	x := v.stale()
	s, err := v.engine.Load(x, x)
	require.NoError(v.t, err)
	return late{s, func() page {
		err := s.Commit()
		x.Start()
		return page{x, errors.Join(err, s.End())}
	}}
}

func signIn(user string) func(s *core.Session) {
	return func(s *core.Session) {
		keep(s)
		_ = s.Set("user", user)
	}
}

func TestASignOutReachesTheSessionThatARotationHasMade(t *testing.T) {
	st, told, v := known(t)
	out := v.late()
	v.visit(keep)
	v.visit(keep)
	out.Destroy()
	p := out.end()
	require.NoError(t, p.err)
	require.Len(t, p.SetCookies(), 2, "and its response clears the cookie")
	require.Empty(t, live(st))
	require.Empty(t, told.told)
}

func TestARotationUndoesNoSignOut(t *testing.T) {
	for name, end := range map[string]func(*core.Session){
		"ended":      func(s *core.Session) { s.Destroy() },
		"replaced":   func(s *core.Session) { _ = s.Regenerate(); _ = s.Set("user", "bob") },
		"as it were": func(s *core.Session) { keep(s); _ = s.Set("user", "bob") },
	} {
		st, told, v := known(t)
		v.visit(set("secret", 1))
		rotation := v.late()
		require.NoError(t, rotation.RegenerateKeep())
		require.NoError(t, rotation.Set("mine", 2))
		_, err := core.Update(rotation.Session, "n", increment)
		require.NoError(t, err)
		v.visit(end)
		if name == "as it were" {
			v.visit(func(s *core.Session) { s.Destroy() })
		}
		p := rotation.end()
		require.NoError(t, p.err, name)
		require.Empty(t, told.told, name)
		for _, key := range live(st) {
			if record := st.Records()[key].Data; strings.Contains(record, `"mine":2`) {
				require.NotContains(t, record, "secret", name)
				require.Contains(t, record, `"n":1`, name)
			}
		}
		require.Len(t, p.SetCookies(), 2, name)
	}
}

func TestARotationOfASessionThatIsGoneKeepsWhatItHasSetItself(t *testing.T) {
	st, told, v := known(t)
	rotation := v.late()
	require.NoError(t, rotation.RegenerateKeep())
	require.NoError(t, rotation.Set("mine", 2))
	for key := range st.Records() {
		require.NoError(t, st.Destroy(t.Context(), key))
	}
	require.NoError(t, rotation.end().err)
	require.Empty(t, told.told)
	require.Len(t, live(st), 1)
	record := st.Records()[live(st)[0]].Data
	require.Contains(t, record, `"mine":2`)
	require.NotContains(t, record, `"n"`)
}

func TestAChangeUnderWayGoesIntoTheNewSession(t *testing.T) {
	for name, change := range map[string]struct {
		do   func(s *core.Session)
		want string
		not  string
	}{
		"set":                      {set("cart", 1), `"cart":1`, "?"},
		"updated":                  {func(s *core.Session) { _, _ = core.Update(s, "n", increment) }, `"n":2`, "?"},
		"deleted":                  {func(s *core.Session) { s.Delete("n") }, `"user":"ann"`, `"n"`},
		"cleared":                  {func(s *core.Session) { s.Clear() }, `"user":"ann"`, `"n"`},
		"what the sign-in has set": {set("user", "nobody"), `"user":"ann"`, "nobody"},
		"what it has deleted":      {set("token", "old"), `"user":"ann"`, "token"},
	} {
		st, told, v := known(t)
		v.visit(set("token", "t"))
		l := v.late()
		v.visit(func(s *core.Session) {
			signIn("ann")(s)
			s.Delete("token")
		})
		change.do(l.Session)
		p := l.end()
		require.NoError(t, p.err, name)
		require.Empty(t, p.SetCookies(), "%s: and no cookie", name)
		require.Empty(t, told.told, name)
		require.Len(t, live(st), 1, name)
		record := st.Records()[live(st)[0]].Data
		require.Contains(t, record, change.want, name)
		require.NotContains(t, record, change.not, name)
	}
}

func TestAChangeIsCarriedFromOneToTheNext(t *testing.T) {
	st, told, v := known(t)
	l := v.late()
	for range 3 {
		v.visit(keep)
	}
	require.NoError(t, l.Set("cart", 1))
	require.NoError(t, l.Save(t.Context()), "which is told of it as saved")
	require.True(t, l.IsSuperseded())
	require.ErrorIs(t, l.Set("cart", 2), core.ErrSuperseded)
	require.ErrorIs(t, l.end().err, core.ErrSuperseded)
	requireValue(v, "cart", 1)
	require.Len(t, live(st), 1)
	require.Len(t, told.told, 1)
}

func TestAChangeBesideAnEndIsDroppedAndReported(t *testing.T) {
	for want, end := range map[error]func(*core.Session){
		core.ErrGone:       func(s *core.Session) { s.Destroy() },
		core.ErrSuperseded: func(s *core.Session) { _ = s.Regenerate(); _ = s.Set("user", "bob") },
	} {
		st, told, v := known(t)
		l := v.late()
		v.visit(end)
		require.NoError(t, l.Set("cart", 1))
		p := l.end()
		require.NoError(t, p.err, "the page is shown")
		require.Empty(t, p.SetCookies())
		told.requireOnly(t, want)
		for _, r := range st.Records() {
			require.NotContains(t, r.Data, "cart")
		}
	}
}

func TestAStoreThatFailsWhileAChangeIsCarriedIsAnError(t *testing.T) {
	st, _, v := known(t)
	l := v.late()
	v.visit(keep)
	require.NoError(t, l.Set("cart", 1))
	st.Fail("get", faultstore.ErrRefused)
	require.ErrorIs(t, l.end().err, faultstore.ErrRefused)
}

// cookies of one name that differ in path or domain: a request carries both.
func both(first, second string) *recorder.Exchange {
	return &recorder.Exchange{Sent: map[string][]string{"Cookie": {first + "; " + second}}}
}

func (v *visitor) cookieLine() string {
	return strings.Join(v.browser.Request("/").HeaderValues("Cookie"), "; ")
}

func TestOfSeveralCookiesTheOneThatIsAliveCounts(t *testing.T) {
	for _, opts := range []core.Options{{}, {Cookie: core.Cookie{DisableSigning: true}}, {Defer: true}} {
		st := faultstore.New()
		opts.Store = st
		dead := newVisitor(t, opts)
		dead.visit(set("who", "dead"))
		alive := &visitor{t, dead.engine, recorder.NewBrowser()}
		alive.visit(set("who", "alive"))
		deadLine, aliveLine := dead.cookieLine(), alive.cookieLine()
		require.NoError(t, st.Destroy(t.Context(), prefix+dead.id()))
		for _, x := range []*recorder.Exchange{both(deadLine, aliveLine), both(aliveLine, deadLine)} {
			p := alive.send(x, func(s *core.Session) {
				who, err := core.Get[string](s, "who")
				require.NoError(t, err)
				require.Equal(t, "alive", who)
			})
			require.NoError(t, p.err)
			require.Empty(t, p.SetCookies(), "and nothing is cleared")
		}
		third := &visitor{t, dead.engine, recorder.NewBrowser()}
		third.visit(set("who", "third"))
		p := alive.send(both(third.cookieLine(), aliveLine), func(s *core.Session) { s.Destroy() })
		require.NoError(t, p.err)
		require.Empty(t, live(st), "an end is that of all")
	}
}

func TestOfSeveralDeadCookiesALateOneKeepsStill(t *testing.T) {
	st := faultstore.New()
	v := newVisitor(t, core.Options{Store: st})
	v.visit(set("n", 1))
	old := v.cookieLine()
	v.visit(keep)
	unknown := &visitor{t, v.engine, recorder.NewBrowser()}
	unknown.visit(set("n", 1))
	line := unknown.cookieLine()
	require.NoError(t, st.Destroy(t.Context(), prefix+unknown.id()))
	p := v.send(both(line, old), func(s *core.Session) { require.True(t, s.IsSuperseded()) })
	require.NoError(t, p.err)
	require.Empty(t, p.SetCookies())

	st.Fail("get", faultstore.ErrRefused)
	require.ErrorIs(t, v.send(both(line, old), nil).err, faultstore.ErrRefused)
}

func TestAHandlerThatDiesLeavesTheClientsSessionAlone(t *testing.T) {
	for name, test := range map[string]struct {
		do   func(s *core.Session)
		told error
		n    int
	}{
		"changed":     {set("n", 2), nil, 2},
		"read":        {func(*core.Session) {}, nil, 1},
		"regenerated": {signIn("ann"), core.ErrAborted, 1},
	} {
		st, told, v := known(t)
		l := v.late()
		test.do(l.Session)
		require.NoError(t, l.Abandon(), name)
		if test.told != nil {
			told.requireOnly(t, test.told)
		}
		require.Empty(t, told.told, name)
		requireValue(v, "n", test.n)
		require.Len(t, live(st), 1, name)
	}

	st, told := faultstore.New(), &log{}
	v := newVisitor(t, core.Options{Store: st, ErrorHandler: told.pass})
	l := v.late()
	require.NoError(t, l.Set("n", 1))
	require.NoError(t, l.Abandon())
	require.Empty(t, st.Records(), "a visitor has nothing")
	told.requireOnly(t, core.ErrAborted)
	require.NoError(t, l.Abandon(), "it is over")
}

func TestAnEndOfAHandlerThatDiesIsCarriedOut(t *testing.T) {
	st, told, v := known(t)
	l := v.late()
	l.Destroy()
	require.NoError(t, l.Abandon())
	require.Empty(t, live(st))
	require.Empty(t, told.told)
}

// A slowStore notes the deadlines that it is given.
type deadlines struct {
	core.Store
	given []time.Time
}

func (d *deadlines) note(ctx context.Context) {
	deadline, _ := ctx.Deadline()
	d.given = append(d.given, deadline)
}

func (d *deadlines) Set(ctx context.Context, key string, data []byte, ttl time.Duration) error {
	d.note(ctx)
	return d.Store.Set(ctx, key, data, ttl)
}

func (d *deadlines) Destroy(ctx context.Context, key string) error {
	d.note(ctx)
	return d.Store.Destroy(ctx, key)
}

func TestASaveHasTheRequestsDeadlineOrTheOptions(t *testing.T) {
	d := &deadlines{Store: faultstore.New().Plain()}
	v := newVisitor(t, core.Options{Store: d, SaveTimeout: time.Minute})
	within := func(want time.Duration) {
		t.Helper()
		require.WithinDuration(t, time.Now().Add(want), d.given[len(d.given)-1], 10*time.Second)
	}
	v.visit(set("n", 1))
	within(time.Minute)

	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Minute)
	x := v.browser.Request("/")
	x.Ctx = ctx
	s, err := v.engine.Load(x, x)
	require.NoError(t, err)
	require.NoError(t, s.Set("n", 2))
	cancel()
	require.NoError(t, s.End(), "that the client has gone is no reason")
	within(10 * time.Minute)

	ctx, cancel = context.WithTimeout(t.Context(), time.Second)
	defer cancel()
	x = v.browser.Request("/")
	x.Ctx = ctx
	s, err = v.engine.Load(x, x)
	require.NoError(t, err)
	s.Destroy()
	require.NoError(t, s.End())
	within(time.Minute)
}

// A slow page that asks for its session late is still known as a late one, if it
// arrived within the grace.
func TestAPageThatAsksForItsSessionLateIsALateOne(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		st := faultstore.New()
		v := newVisitor(t, core.Options{Store: st, Defer: true})
		v.visit(set("user", "ann"))
		slow := v.stale()
		s, err := v.engine.Load(slow, slow)
		require.NoError(t, err)
		v.visit(func(s *core.Session) { s.Destroy() })
		time.Sleep(5 * time.Second)
		s, err = s.Find()
		require.NoError(t, err)
		require.True(t, s.IsSuperseded())
		require.NoError(t, s.End())
		require.Empty(t, slow.SetCookies(), "it does not clear the cookie of who has signed in again")
	})
}
