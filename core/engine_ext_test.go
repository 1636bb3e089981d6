package core_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/go-holdall/holdall/core"
	"github.com/go-holdall/holdall/internal/testkit/recorder"
)

func TestAVisitCostsWhatItHasTo(t *testing.T) {
	type step struct {
		what  string
		do    func(s *core.Session)
		calls []string
		sent  int // Set-Cookie lines
	}
	day := "24h0m0s"
	steps := []step{
		{"a visitor who sets nothing", func(s *core.Session) { s.Len() }, nil, 0},
		{"a visitor who sets something", set("n", 1), []string{"swap " + day}, 2},
		{"a read", func(s *core.Session) { _, _ = core.Get[int](s, "n") }, []string{"get"}, 0},
		{"a change", set("n", 2), []string{"get", "swap " + day}, 0},
		{"regenerate", func(s *core.Session) { _ = s.RegenerateKeep() }, []string{"get", "swap " + day, "swap 1m0s"}, 2},
		{"destroy", func(s *core.Session) { s.Destroy() }, []string{"get", "destroy 12s"}, 2},
	}
	v := newVault()
	visitor := newVisitor(t, core.Options{Store: full(v)})
	for _, step := range steps {
		p := visitor.visit(step.do)
		require.Equal(t, step.calls, v.asked(), step.what)
		require.Len(t, p.SetCookies(), step.sent, step.what)
	}

	rolling := newVisitor(t, core.Options{Store: full(v), Rolling: true})
	rolling.visit(set("n", 1))
	require.Equal(t, []string{"swap 25h0m0s"}, v.asked(), "a day, and until the next renewal must have come")
	require.Empty(t, rolling.visit(func(*core.Session) {}).SetCookies())
	require.Equal(t, []string{"get"}, v.asked(), "read and rolling")

	deferring := newVisitor(t, core.Options{Store: full(v), Defer: true})
	deferring.visit(set("n", 1))
	v.asked()
	require.Empty(t, deferring.visit(nil).SetCookies())
	require.Empty(t, v.asked(), "deferred and untouched")
}

func TestWhatIsNotASessionsIdIsNotAskedFor(t *testing.T) {
	v := newVault()
	visitor := newVisitor(t, core.Options{Store: full(v)})
	for _, line := range []string{
		"", "koa.sid=short; koa.sid.sig=x", "koa.sid=Zx9_-aaaaaaaaaaaaaaaaaaaaaaaaaaa",
		"koa.sid=Zx9_-aaaaaaaaaaaaaaaaaaaaaaaaaaa; koa.sid.sig=AAAAAAAAAAAAAAAAAAAAAAAAAAA",
	} {
		x := &recorder.Exchange{Sent: map[string][]string{"Cookie": {line}}}
		require.NoError(t, visitor.send(x, func(s *core.Session) { require.True(t, s.IsNew()) }).err)
		require.Empty(t, v.asked(), line)
	}
}

func TestDeadCookiesAreClearedAndOthersLeftAlone(t *testing.T) {
	const id = "Zx9_-aaaaaaaaaaaaaaaaaaaaaaaaaaa"
	cleared := []string{
		"koa.sid=; path=/app; expires=Thu, 01 Jan 1970 00:00:00 GMT; domain=example.com; samesite=lax; httponly",
		"koa.sid.sig=; path=/app; expires=Thu, 01 Jan 1970 00:00:00 GMT; domain=example.com; samesite=lax; httponly",
	}
	for _, c := range []struct {
		rule, line, record string
		want               []string
	}{
		{"D20: a wrong signature clears both", "koa.sid=" + id + "; koa.sid.sig=AAAAAAAAAAAAAAAAAAAAAAAAAAA", "", cleared},
		{"a missing signature clears nothing", "koa.sid=" + id, "", nil},
		{"an id of impossible shape clears nothing", "koa.sid=a; koa.sid.sig=AAAAAAAAAAAAAAAAAAAAAAAAAAA", "", nil},
		{"an unknown id is cleared", "koa.sid=" + id + "; koa.sid.sig=nA-w-5CXSgFd_HQylxahUpOjyKg", "", cleared},
		{"so is one whose record is corrupt", "koa.sid=" + id + "; koa.sid.sig=nA-w-5CXSgFd_HQylxahUpOjyKg", "[]", cleared},
		{"a superseded one is left alone", "koa.sid=" + id + "; koa.sid.sig=nA-w-5CXSgFd_HQylxahUpOjyKg", oldTombstone(time.Now()), nil},
		{"one that was superseded a while ago is cleared", "koa.sid=" + id + "; koa.sid.sig=nA-w-5CXSgFd_HQylxahUpOjyKg", oldTombstone(time.Now().Add(-10 * time.Second)), cleared},
		{"a null that is no tombstone is corrupt", "koa.sid=" + id + "; koa.sid.sig=nA-w-5CXSgFd_HQylxahUpOjyKg", "null", cleared},
		{"a known one is", "koa.sid=" + id + "; koa.sid.sig=nA-w-5CXSgFd_HQylxahUpOjyKg", "{}", nil},
	} {
		t.Run(c.rule, func(t *testing.T) {
			v, reported := newVault(), log{}
			if c.record != "" {
				v.store(id, c.record)
			}
			visitor := newVisitor(t, core.Options{
				Store: full(v), SigningKeys: []string{"newkey", "oldkey"}, AllowWeakKeys: true, ErrorHandler: reported.pass,
				Cookie: core.Cookie{Path: "/app", Domain: "example.com"},
			})
			x := &recorder.Exchange{Target: "/app", Sent: map[string][]string{"Cookie": {c.line}}}
			require.NoError(t, visitor.send(x, func(s *core.Session) {}).err)
			if c.want == nil {
				require.Empty(t, x.SetCookies())
			} else {
				require.Equal(t, c.want, x.SetCookies())
			}
			if c.record == "[]" || c.record == "null" {
				reported.requireOnly(t, core.ErrCorruptRecord)
			}
			require.Empty(t, reported.told)
		})
	}
}

func TestAnIDThatTheStoreDoesNotKnowIsNeverAdopted(t *testing.T) {
	for name, handler := range map[string]func(v *vault, id string){
		"expired":  func(v *vault, id string) { v.records = map[string]entry{} },
		"corrupt":  func(v *vault, id string) { v.store(id, `{"n":`) },
		"a number": func(v *vault, id string) { v.store(id, `5`) },
	} {
		for _, deferring := range []bool{false, true} {
			v := newVault()
			visitor := newVisitor(t, core.Options{Store: full(v), Defer: deferring, ErrorHandler: new(log).pass})
			visitor.visit(set("n", 1))
			old := visitor.id()
			handler(v, old)

			p := visitor.visit(func(s *core.Session) {
				require.True(t, s.IsNew(), name)
				require.NotEqual(t, old, s.ID(), name)
				set("n", 2)(s)
			})
			require.Len(t, p.SetCookies(), 2, "the new pair takes the place of the cleared one")
			require.NotEqual(t, old, visitor.id(), name)
			requireValue(visitor, "n", 2)
		}
	}
}

func TestASignatureUnderAnOlderKeyIsRenewedWithAllAttributes(t *testing.T) {
	v := newVault()
	visitor := newVisitor(t, core.Options{Store: full(v), SigningKeys: []string{"an old key of some length"}, Cookie: core.Cookie{Domain: "example.com"}})
	visitor.visit(set("n", 1))
	before := visitor.browser.Cookie("koa.sid.sig")

	visitor.engine = newEngine(t, core.Options{Store: full(v), SigningKeys: []string{signingKey, "an old key of some length"}})
	p := visitor.visit(nil) // D19: also on a mere visit
	require.Len(t, p.SetCookies(), 2)
	for _, line := range p.SetCookies() {
		require.Regexp(t, "; path=/; expires=.* GMT; domain=example.com; samesite=lax; httponly$", line)
	}
	require.NotEqual(t, before, visitor.browser.Cookie("koa.sid.sig"))
	require.Empty(t, visitor.visit(nil).SetCookies(), "once")

	visitor.engine = newEngine(t, core.Options{Store: full(v)})
	requireValue(visitor, "n", 1)
}

func TestOutsideTheCookiesPathThereIsNoSession(t *testing.T) {
	v := newVault()
	visitor := newVisitor(t, core.Options{Store: full(v), Cookie: core.Cookie{Path: "/app"}})
	for path, inside := range map[string]bool{"/app": true, "/app/x": true, "/application": false, "/": false} {
		x := visitor.browser.Request(path)
		p := visitor.send(x, func(s *core.Session) { require.True(t, inside) })
		if inside {
			require.NoError(t, p.err)
			continue
		}
		require.ErrorIs(t, p.err, core.ErrOutsidePath)
		require.NoError(t, visitor.send(visitor.browser.Request(path), nil).err, "who does not ask is not told")
		require.Empty(t, v.asked())
	}
}

func TestASecureCookieNeedsTLS(t *testing.T) {
	for _, c := range []struct {
		rule       string
		tls, trust bool
		forwarded  []string
		want       error
	}{
		{"over TLS", true, false, nil, nil},
		{"without", false, false, nil, core.ErrInsecureCookie},
		{"a proxy that nobody trusts", false, false, []string{"https"}, core.ErrInsecureCookie},
		{"a trusted one", false, true, []string{" HTTPS "}, nil},
		{"a trusted one says http", false, true, []string{"http"}, core.ErrInsecureCookie},
		{"two headers: somebody else wrote one", false, true, []string{"https", "https"}, core.ErrInsecureCookie},
		{"a list", false, true, []string{"https, http"}, core.ErrInsecureCookie},
		{"none", false, true, nil, core.ErrInsecureCookie},
	} {
		v := newVault()
		visitor := newVisitor(t, core.Options{Store: full(v), TrustProxy: c.trust, Cookie: core.Cookie{Secure: true}})
		x := visitor.browser.Request("/")
		x.TLS = c.tls
		x.Sent = map[string][]string{"X-Forwarded-Proto": c.forwarded}
		p := visitor.send(x, set("n", 1))
		if c.want != nil {
			require.ErrorIs(t, p.err, c.want, c.rule)
			require.Empty(t, v.ids(), "no record that nobody has the id of")
			require.Empty(t, p.SetCookies())
			continue
		}
		require.NoError(t, p.err, c.rule)
		require.Len(t, v.ids(), 1)
	}
}

func TestHowLongARecordLives(t *testing.T) {
	in := func(d time.Duration) time.Time { return time.Now().Add(d) }
	fixed := func(d time.Duration) func(*core.Session) time.Duration {
		return func(*core.Session) time.Duration { return d }
	}
	for _, c := range []struct {
		rule string
		opts core.Options
		want time.Duration
	}{
		{"a day", core.Options{}, 24 * time.Hour},
		{"TTL", core.Options{TTL: time.Minute}, time.Minute},
		{"TTL goes before the cookie's age", core.Options{TTL: time.Minute, Cookie: core.Cookie{MaxAge: time.Hour}}, time.Minute},
		{"TTLFunc", core.Options{TTLFunc: fixed(time.Minute)}, time.Minute},
		{"TTLFunc that leaves it open", core.Options{TTLFunc: fixed(0), Cookie: core.Cookie{MaxAge: time.Hour}}, time.Hour},
		{"MaxAge", core.Options{Cookie: core.Cookie{MaxAge: time.Hour}}, time.Hour},
		{"Expires goes before MaxAge", core.Options{Cookie: core.Cookie{MaxAge: time.Hour, Expires: in(time.Minute)}}, time.Minute},
		{"D12: a browser session's, a day", core.Options{Cookie: core.Cookie{MaxAge: core.BrowserSession}}, 24 * time.Hour},
		{"a browser session's with TTL", core.Options{TTL: time.Minute, Cookie: core.Cookie{MaxAge: core.BrowserSession}}, time.Minute},
		{"for ever", core.Options{TTL: 1<<63 - 1}, 1<<63 - 1},
		{"to the end of time", core.Options{Cookie: core.Cookie{Expires: time.Date(9999, 12, 31, 0, 0, 0, 0, time.UTC)}}, 1<<63 - 1},
	} {
		v := newVault()
		visitor := newVisitor(t, core.Options{Store: full(v), TTL: c.opts.TTL, TTLFunc: c.opts.TTLFunc, Cookie: c.opts.Cookie})
		visitor.visit(set("n", 1))
		require.InDelta(t, c.want.Seconds(), v.ttl(visitor.id()).Seconds(), 2, c.rule)
	}

	v := newVault()
	visitor := newVisitor(t, core.Options{Store: full(v), TTL: 1500 * time.Microsecond})
	visitor.visit(set("n", 1))
	require.Equal(t, []string{"swap 2ms"}, v.asked(), "whole milliseconds, rounded up")
}

func TestARecordThatIsOverIsDestroyed(t *testing.T) { // D15
	past := func(s *core.Session) {
		require.NoError(t, s.SetCookie(core.Cookie{Expires: time.Now().Add(-time.Millisecond)}))
	}
	for name, c := range map[string]struct {
		opts core.Options
		do   func(s *core.Session)
	}{
		"the cookie's Expires":      {core.Options{}, past},
		"and a change":              {core.Options{}, func(s *core.Session) { past(s); set("n", 2)(s) }},
		"TTLFunc, on a change":      {core.Options{TTLFunc: func(*core.Session) time.Duration { return -1 }}, set("n", 2)},
		"TTLFunc, on a rolling one": {core.Options{TTLFunc: func(*core.Session) time.Duration { return -1 }, Rolling: true}, func(*core.Session) {}},
	} {
		t.Run(name, func(t *testing.T) {
			v, reported := newVault(), log{}
			visitor := newVisitor(t, core.Options{Store: full(v)})
			visitor.visit(set("n", 1))
			c.opts.Store, c.opts.ErrorHandler = full(v), reported.pass
			visitor.engine = newEngine(t, c.opts)
			visitor.visit(c.do)
			require.Empty(t, visitor.id())
			require.Empty(t, v.ids())
			require.Empty(t, reported.told, "and that is all: the end has nothing to add")
		})
	}
}

func TestAfterCloseNothingIsLoadedOrSaved(t *testing.T) {
	v := newVault()
	visitor := newVisitor(t, core.Options{Store: full(v)})
	visitor.visit(set("n", 1))
	s, end := visitor.begin()
	gone, destroy := visitor.begin()
	v.asked()
	require.NoError(t, visitor.engine.Close())
	require.NoError(t, visitor.engine.Close(), "twice")

	set("n", 2)(s)
	require.ErrorIs(t, s.Save(context.Background()), core.ErrClosed)
	require.ErrorIs(t, end().err, core.ErrClosed)
	gone.Destroy()
	p := destroy()
	require.ErrorIs(t, p.err, core.ErrClosed)
	require.Len(t, p.SetCookies(), 2, "the cookie goes all the same")
	require.ErrorIs(t, visitor.try(nil).err, core.ErrClosed)
	require.Empty(t, v.asked())
	require.Equal(t, 503, core.StatusCode(visitor.try(nil).err))
}

func TestCloseClosesTheEnginesOwnStoreOnly(t *testing.T) {
	own, err := core.New(core.Options{SigningKeys: []string{signingKey}})
	require.NoError(t, err)
	require.NoError(t, own.Close())

	v := &closingVault{vault: newVault()}
	visitor := newVisitor(t, core.Options{Store: v})
	require.NoError(t, visitor.engine.Close())
	require.False(t, v.closed)
}

type closingVault struct {
	*vault
	closed bool
}

func (v *closingVault) Close() error {
	v.closed = true
	return nil
}

func TestAnEngineHasTheNameOfItsCookie(t *testing.T) {
	require.Equal(t, "koa.sid", newEngine(t, core.Options{}).Name())
	require.Equal(t, "shop", newEngine(t, core.Options{Key: "shop"}).Name())
}

func TestAFailedLoadIsTheRequestsError(t *testing.T) {
	broken := errors.New("broken")
	for _, deferring := range []bool{false, true} {
		v, reported := newVault(), log{}
		visitor := newVisitor(t, core.Options{Store: full(v), Defer: deferring, ErrorHandler: reported.pass})
		visitor.visit(set("n", 1))
		id := visitor.id()
		v.before = failing("get", broken)
		p := visitor.try(func(*core.Session) { t.Error("there is no session to hand out") })
		require.ErrorIs(t, p.err, broken)
		require.Empty(t, p.SetCookies(), "a blip logs nobody out")
		reported.requireOnly(t, broken)
		v.before = nil
		require.Equal(t, id, visitor.id())
		requireValue(visitor, "n", 1)
	}
}

func TestASwallowedLoadErrorGivesAnEmptySessionThatIsNotSaved(t *testing.T) { // D7
	broken := errors.New("broken")
	for _, deferring := range []bool{false, true} {
		for name, change := range map[string]func(s *core.Session){
			"read":       func(s *core.Session) { require.Zero(t, s.Len()); require.Empty(t, s.ID()) },
			"set":        set("n", 2),
			"bind":       func(s *core.Session) { n, _ := core.Bind[int](s, "n"); *n = 7 },
			"destroy":    func(s *core.Session) { s.Destroy() },
			"regenerate": func(s *core.Session) { _ = s.Regenerate() },
			"force":      func(s *core.Session) { s.ForceSave() },
		} {
			v, reported := newVault(), log{}
			visitor := newVisitor(t, core.Options{Store: full(v), Defer: deferring, ErrorHandler: reported.swallow, AllowEmpty: true, Rolling: true})
			visitor.visit(set("n", 1))
			v.before = func(op, _ string) error {
				if op == "get" {
					return broken
				}
				t.Errorf("%s: the store was asked to %s", name, op)
				return nil
			}
			answer := visitor.try(change)
			require.Empty(t, answer.SetCookies())
			if name == "destroy" || name == "regenerate" {
				require.ErrorIs(t, answer.err, core.ErrUnsaved, "D30: it is not passed over")
			} else {
				require.NoError(t, answer.err)
			}
			require.ErrorIs(t, reported.told[0], broken)
			if name == "read" || name == "force" {
				require.Len(t, reported.told, 1, name)
			} else {
				require.Len(t, reported.told, 2, name)
				require.Equal(t, core.ErrUnsaved, reported.told[1], "what is lost is said")
			}
			v.before = nil
			requireValue(visitor, "n", 1)
		}
	}
}

func TestAnErrorHandlerMayAskForTheSession(t *testing.T) {
	v := newVault()
	visitor := newVisitor(t, core.Options{Store: full(v), Defer: true, ErrorHandler: func(req core.Request, err error) error {
		s, loadErr := core.FromContext(req.Context())
		if loadErr == nil {
			_ = s.Save(req.Context())
			s.Len()
		}
		return err
	}})
	v.before = func(string, string) error { return errors.New("broken") }
	x := visitor.browser.Request("/")
	x.Sent = map[string][]string{"Cookie": {"koa.sid=" + visitor.id()}}
	s, err := visitor.engine.Load(x, x)
	require.NoError(t, err)
	x.Ctx = core.NewContext(context.Background(), s)
	_ = s.Load()
	_ = s.Set("n", 1)
	require.Error(t, s.Commit())
	require.NoError(t, s.End())
}
