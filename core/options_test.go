package core_test

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/go-holdall/holdall/core"
)

// faultsOf returns the fields that New finds wrong.
func faultsOf(t *testing.T, opts core.Options) (fields []string) {
	e, err := core.New(opts)
	if err == nil {
		require.NoError(t, e.Close())
		return nil
	}
	joined, ok := err.(interface{ Unwrap() []error })
	require.True(t, ok)
	for _, err := range joined.Unwrap() {
		var wrong *core.OptionError
		require.ErrorAs(t, err, &wrong)
		require.Equal(t, "session: option "+wrong.Option+": "+wrong.Reason, err.Error())
		fields = append(fields, wrong.Option)
	}
	return fields
}

func TestTheZeroOptionsNeedKeysOnly(t *testing.T) {
	require.Equal(t, []string{"SigningKeys"}, faultsOf(t, core.Options{}))
	require.Empty(t, faultsOf(t, core.Options{SigningKeys: []string{signingKey}}))
	require.Empty(t, faultsOf(t, core.Options{Cookie: core.Cookie{DisableSigning: true}}))
	require.Empty(t, faultsOf(t, core.Options{SessionIDStore: core.HeaderIDs("X-Session-Id")}))
}

func TestEveryFaultNamesItsOption(t *testing.T) {
	secure := core.Cookie{Secure: true}
	for _, c := range []struct {
		rule string
		opts core.Options
		want []string
	}{
		{"negative TTL", core.Options{TTL: -1}, []string{"TTL"}},
		{"TTL and TTLFunc", core.Options{TTL: 1, TTLFunc: func(*core.Session) time.Duration { return 0 }}, []string{"TTLFunc"}},
		{"negative ReconnectTimeout", core.Options{ReconnectTimeout: -1}, []string{"ReconnectTimeout"}},
		{"Prefix with a space", core.Options{Prefix: "a b"}, []string{"Prefix"}},
		{"Prefix with a line break", core.Options{Prefix: "a\n"}, []string{"Prefix"}},
		{"Prefix with DEL", core.Options{Prefix: "\x7f"}, []string{"Prefix"}},
		{"Prefix with braces is allowed", core.Options{Prefix: "{sess}:é:"}, nil},
		{"Key with =", core.Options{Key: "a=b"}, []string{"Key"}},
		{"Key with ;", core.Options{Key: "a;b"}, []string{"Key"}},
		{"Key with a line break", core.Options{Key: "koa.sid\n"}, []string{"Key"}},
		{"Key with a space", core.Options{Key: "a b"}, []string{"Key"}},
		{"Key with quotes", core.Options{Key: `"a"`}, []string{"Key"}},
		{"Key with a parenthesis", core.Options{Key: "a(b"}, []string{"Key"}},
		{"Key of another script", core.Options{Key: "é"}, []string{"Key"}},
		{"Key too long", core.Options{Key: strings.Repeat("a", 257)}, []string{"Key"}},
		{"Key of every kind of character", core.Options{Key: "!#$%&'*+-.^_`|~09azAZ"}, nil},
		{"Key at its longest", core.Options{Key: strings.Repeat("a", 256)}, nil},

		{"no keys", core.Options{SigningKeys: []string{}}, []string{"SigningKeys"}},
		{"an empty key", core.Options{SigningKeys: []string{signingKey, ""}}, []string{"SigningKeys[1]"}},
		{"an empty key, weak ones allowed", core.Options{SigningKeys: []string{""}, AllowWeakKeys: true}, []string{"SigningKeys[0]"}},
		{"short keys", core.Options{SigningKeys: []string{"keys", "fifteen chars!!"}}, []string{"SigningKeys[0]", "SigningKeys[1]"}},
		{"a long key of four characters", core.Options{SigningKeys: []string{strings.Repeat("abcd", 10)}}, []string{"SigningKeys[0]"}},
		{"sixteen of five", core.Options{SigningKeys: []string{"abcdeabcdeabcdea"}}, nil},
		{"weak keys allowed", core.Options{SigningKeys: []string{"keys", "keykeys"}, AllowWeakKeys: true}, nil},
		{"keys that nobody uses", core.Options{SigningKeys: []string{"x"}, Cookie: core.Cookie{DisableSigning: true}}, nil},
		{"a thousand keys", core.Options{SigningKeys: strings.Split(strings.Repeat(signingKey+",", 999)+signingKey, ",")}, nil},

		{"Path that is relative", core.Options{Cookie: core.Cookie{Path: "app"}}, []string{"Cookie.Path"}},
		{"Path with ;", core.Options{Cookie: core.Cookie{Path: "/a;b"}}, []string{"Cookie.Path"}},
		{"Path with a line break", core.Options{Cookie: core.Cookie{Path: "/a\r\n"}}, []string{"Cookie.Path"}},
		{"Path of another script", core.Options{Cookie: core.Cookie{Path: "/é"}}, []string{"Cookie.Path"}},
		{"Path too long", core.Options{Cookie: core.Cookie{Path: "/" + strings.Repeat("a", 1024)}}, []string{"Cookie.Path"}},
		{"Path at its longest", core.Options{Cookie: core.Cookie{Path: "/" + strings.Repeat("a", 1023)}}, nil},
		{"Domain with a space", core.Options{Cookie: core.Cookie{Domain: "a b"}}, []string{"Cookie.Domain"}},
		{"Domain with ;", core.Options{Cookie: core.Cookie{Domain: "a;b"}}, []string{"Cookie.Domain"}},
		{"Domain that is a dot", core.Options{Cookie: core.Cookie{Domain: "."}}, []string{"Cookie.Domain"}},
		{"Domain with an empty label", core.Options{Cookie: core.Cookie{Domain: "a..b"}}, []string{"Cookie.Domain"}},
		{"Domain with a hyphen in front", core.Options{Cookie: core.Cookie{Domain: "-a.b"}}, []string{"Cookie.Domain"}},
		{"Domain with a hyphen behind", core.Options{Cookie: core.Cookie{Domain: "a-.b"}}, []string{"Cookie.Domain"}},
		{"Domain with a label too long", core.Options{Cookie: core.Cookie{Domain: strings.Repeat("a", 64) + ".b"}}, []string{"Cookie.Domain"}},
		{"Domain with the longest label", core.Options{Cookie: core.Cookie{Domain: strings.Repeat("a", 63) + ".b"}}, nil},
		{"Domain too long", core.Options{Cookie: core.Cookie{Domain: strings.Repeat("a.", 127) + "a"}}, []string{"Cookie.Domain"}},
		{"Domain with a port", core.Options{Cookie: core.Cookie{Domain: "a:80"}}, []string{"Cookie.Domain"}},
		{"Domain with a dot in front", core.Options{Cookie: core.Cookie{Domain: ".a-b.example"}}, nil},
		{"negative MaxAge", core.Options{Cookie: core.Cookie{MaxAge: -time.Second}}, []string{"Cookie.MaxAge"}},
		{"BrowserSession", core.Options{Cookie: core.Cookie{MaxAge: core.BrowserSession}}, nil},
		{"unknown SameSite", core.Options{Cookie: core.Cookie{SameSite: 5}}, []string{"Cookie.SameSite"}},
		{"SameSiteNone without Secure", core.Options{Cookie: core.Cookie{SameSite: core.SameSiteNone}}, []string{"Cookie.SameSite"}},
		{"SameSiteNone", core.Options{Cookie: core.Cookie{SameSite: core.SameSiteNone, Secure: true}}, nil},
		{"Partitioned without Secure", core.Options{Cookie: core.Cookie{Partitioned: true}}, []string{"Cookie.Partitioned"}},
		{"Partitioned", core.Options{Cookie: core.Cookie{Partitioned: true, Secure: true}}, nil},
		{"unknown Priority", core.Options{Cookie: core.Cookie{Priority: 4}}, []string{"Cookie.Priority"}},
		{"Expires too early", core.Options{Cookie: core.Cookie{Expires: time.Date(1600, 12, 31, 0, 0, 0, 0, time.UTC)}}, []string{"Cookie.Expires"}},
		{"Expires too late", core.Options{Cookie: core.Cookie{Expires: time.Date(10000, 1, 1, 0, 0, 0, 0, time.UTC)}}, []string{"Cookie.Expires"}},

		{"__Host-", core.Options{Key: "__Host-x", Cookie: secure}, nil},
		{"__Host- without Secure", core.Options{Key: "__Host-x"}, []string{"Key"}},
		{"__Host- with Path", core.Options{Key: "__Host-x", Cookie: core.Cookie{Secure: true, Path: "/app"}}, []string{"Key"}},
		{"__Host- with Domain, in capitals", core.Options{Key: "__HOST-x", Cookie: core.Cookie{Secure: true, Domain: "a.b"}}, []string{"Key"}},
		{"__Host- and everything wrong", core.Options{Key: "__hOsT-x", Cookie: core.Cookie{Path: "/app", Domain: "a.b"}}, []string{"Key", "Key", "Key"}},
		{"__Secure-", core.Options{Key: "__secure-x", Cookie: core.Cookie{Secure: true, Domain: "a.b", DisableHTTPOnly: true}}, nil},
		{"__Secure- without Secure", core.Options{Key: "__secure-x"}, []string{"Key"}},
		{"__Http- for scripts", core.Options{Key: "__HTTP-x", Cookie: core.Cookie{Secure: true, DisableHTTPOnly: true}}, []string{"Key"}},
		{"__Http- without Secure", core.Options{Key: "__Http-x"}, []string{"Key"}},
		{"__Host-Http- for scripts", core.Options{Key: "__Host-Http-x", Cookie: core.Cookie{Secure: true, DisableHTTPOnly: true}}, []string{"Key"}},
		{"a name that only looks like it", core.Options{Key: "Host__x"}, nil},
	} {
		if c.opts.SigningKeys == nil {
			c.opts.SigningKeys = []string{signingKey}
		}
		require.Equal(t, c.want, faultsOf(t, c.opts), c.rule)
	}
}

func TestAllFaultsAreToldAtOnce(t *testing.T) {
	_, err := core.New(core.Options{
		TTL: -1, ReconnectTimeout: -1, Key: "a b", Prefix: "\n", SigningKeys: []string{"short"},
		Cookie: core.Cookie{Path: "x", Domain: "-", MaxAge: -2, SameSite: 9, Partitioned: true, Priority: 9},
	})
	for _, option := range []string{"TTL", "ReconnectTimeout", "Key", "Prefix", "SigningKeys[0]", "Cookie.Path", "Cookie.Domain",
		"Cookie.MaxAge", "Cookie.SameSite", "Cookie.Partitioned", "Cookie.Priority"} {
		require.ErrorContains(t, err, "session: option "+option+": ")
	}
	require.NotContains(t, err.Error(), "short", "a key is not told")
}

func TestDefaultsAreKoas(t *testing.T) {
	v := newVault()
	visitor := newVisitor(t, core.Options{Store: full(v)})
	var id string
	p := visitor.visit(func(s *core.Session) {
		set("n", 1)(s)
		id = s.ID()
	})
	require.Len(t, id, 32)
	require.Contains(t, v.records, "koa:sess:"+id)
	require.Regexp(t, `^koa\.sid=[\w-]{32}; path=/; expires=[^;]+; samesite=lax; httponly$`, p.SetCookies()[0])
	require.Regexp(t, `^koa\.sid\.sig=[\w-]{27}; path=/; expires=[^;]+; samesite=lax; httponly$`, p.SetCookies()[1])
	require.Regexp(t, `^{"cookie":{"httpOnly":true,"path":"/","overwrite":true,"signed":true,"maxAge":86400000,"sameSite":"lax","sent":\d{10}},"n":1}$`, v.record(id))
}

func TestKeyAndPrefixAreUsed(t *testing.T) {
	v := newVault()
	visitor := newVisitor(t, core.Options{Store: full(v), Key: "shop", Prefix: "shop:"})
	visitor.visit(set("n", 1))
	require.Contains(t, v.records, "shop:"+visitor.browser.Cookie("shop"))
	require.NotEmpty(t, visitor.browser.Cookie("shop.sig"))
}

func TestUnsignedCookies(t *testing.T) {
	v := newVault()
	visitor := newVisitor(t, core.Options{Store: full(v), Cookie: core.Cookie{DisableSigning: true}})
	require.Len(t, visitor.visit(set("n", 1)).SetCookies(), 1)
	requireValue(visitor, "n", 1)
	require.Contains(t, v.record(visitor.id()), `"signed":false`)
	require.Len(t, visitor.visit(func(s *core.Session) { s.Destroy() }).SetCookies(), 2, "a signature of former times goes too")
}
