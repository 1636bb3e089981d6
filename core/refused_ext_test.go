package core_test

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/go-holdall/holdall/core"
	"github.com/go-holdall/holdall/internal/testkit/faultstore"
)

// withAttributes returns a visitor whose session is stored with attributes that
// this engine has not written.
func withAttributes(t *testing.T, opts core.Options, attributes string) *visitor {
	st := faultstore.New()
	opts.Store, opts.TrustProxy = st, true
	v := newVisitor(t, opts)
	v.secure(set("n", 1))
	name := opts.Key
	if name == "" {
		name = "koa.sid"
	}
	record := []byte(`{"cookie":{` + attributes + `},"n":1}`)
	require.NoError(t, st.Set(context.Background(), prefix+v.browser.Cookie(name), record, time.Hour))
	return v
}

// secure makes a request over TLS.
func (v *visitor) secure(handler func(s *core.Session)) {
	x := v.browser.Request("/")
	x.TLS = true
	require.NoError(v.t, v.send(x, handler).err)
}

func TestStoredAttributesThatABrowserWouldRefuseAreTheOptions(t *testing.T) {
	host := core.Options{Key: "__Host-sid", Cookie: core.Cookie{Secure: true, SameSite: core.SameSiteStrict}}
	http := core.Options{Key: "__Http-sid", Cookie: core.Cookie{Secure: true}}
	for _, c := range []struct {
		name, attributes string
		opts             core.Options
	}{
		{name: "SameSite=None", attributes: `"path":"/","sameSite":"none","maxAge":3600000,"priority":"high"`},
		{name: "Partitioned", attributes: `"path":"/","partitioned":true,"maxAge":3600000,"priority":"high"`},
		{name: "Secure goes", opts: core.Options{Cookie: core.Cookie{Secure: true, SameSite: core.SameSiteNone}}, attributes: `"secure":false,"maxAge":3600000,"priority":"high"`},
		{name: "a prefix, Secure goes", opts: host, attributes: `"path":"/","secure":false,"sameSite":"lax","maxAge":3600000,"priority":"high"`},
		{name: "a prefix, Domain", opts: host, attributes: `"path":"/","domain":"example.com","sameSite":"lax","maxAge":3600000,"priority":"high"`},
		{name: "a prefix, Path", opts: host, attributes: `"path":"/app","sameSite":"lax","maxAge":3600000,"priority":"high"`},
		{name: "a prefix, HttpOnly goes", opts: http, attributes: `"path":"/","httpOnly":false,"sameSite":"strict","maxAge":3600000,"priority":"high"`},
	} {
		t.Run(c.name, func(t *testing.T) {
			v := withAttributes(t, c.opts, c.attributes)
			var want core.Cookie
			x := v.browser.Request("/new")
			x.Sent = map[string][]string{"Cookie": nil}
			v.send(x, func(s *core.Session) { want = s.Cookie() })
			want.MaxAge, want.Priority = time.Hour, core.PriorityHigh
			v.secure(func(s *core.Session) {
				require.False(t, s.IsNew())
				require.Equal(t, want, s.Cookie())
			})
		})
	}
}

func TestStoredAttributesThatABrowserTakesAreTheSessions(t *testing.T) {
	v := withAttributes(t, core.Options{}, `"path":"/","secure":true,"sameSite":"none","partitioned":true`)
	v.secure(func(s *core.Session) {
		require.True(t, s.Cookie().Secure)
		require.True(t, s.Cookie().Partitioned)
		require.Equal(t, core.SameSiteNone, s.Cookie().SameSite)
	})
}

// What is set over attributes that may not be used is all that is stored, not a
// mixture of both.
func TestAttributesThatWereRefusedDoNotComeBack(t *testing.T) {
	v := withAttributes(t, core.Options{}, `"path":"/","sameSite":"none","partitioned":true`)
	var want core.Cookie
	v.secure(func(s *core.Session) {
		want = s.Cookie()
		want.Secure = true
		require.NoError(t, s.SetCookie(want))
	})
	v.secure(func(s *core.Session) { require.Equal(t, want, s.Cookie()) })
}
