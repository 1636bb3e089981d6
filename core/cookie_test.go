package core

import (
	"encoding/json"
	"math"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

var newYear = time.Date(2027, 1, 1, 0, 0, 0, 0, time.UTC)

// The order, the lower case and the date are those of the cookies package.
func TestALineIsWhatNodeWrites(t *testing.T) {
	for _, c := range []struct {
		rule    string
		cookie  Cookie
		value   string
		expires time.Time
		want    string
	}{
		{"the default", Cookie{}, "id", newYear, "koa.sid=id; path=/; expires=Fri, 01 Jan 2027 00:00:00 GMT; samesite=lax; httponly"},
		{"every attribute", Cookie{Path: "/app", Domain: "example.com", Secure: true, SameSite: SameSiteNone, Partitioned: true, Priority: PriorityHigh},
			"id", newYear, "koa.sid=id; path=/app; expires=Fri, 01 Jan 2027 00:00:00 GMT; domain=example.com; priority=high; samesite=none; secure; httponly; partitioned"},
		{"no attribute", Cookie{SameSite: SameSiteOmit, DisableHTTPOnly: true}, "id", time.Time{}, "koa.sid=id; path=/"},
		{"strict, low", Cookie{SameSite: SameSiteStrict, Priority: PriorityLow}, "id", time.Time{}, "koa.sid=id; path=/; priority=low; samesite=strict; httponly"},
		{"medium", Cookie{Priority: PriorityMedium}, "id", time.Time{}, "koa.sid=id; path=/; priority=medium; samesite=lax; httponly"},
		{"cleared", Cookie{Path: "/app", Domain: "example.com"}, "", epoch, "koa.sid=; path=/app; expires=Thu, 01 Jan 1970 00:00:00 GMT; domain=example.com; samesite=lax; httponly"},
		{"in another zone", Cookie{}, "id", newYear.In(time.FixedZone("", 3600)), "koa.sid=id; path=/; expires=Fri, 01 Jan 2027 00:00:00 GMT; samesite=lax; httponly"},
	} {
		cookie := c.cookie.normal()
		require.Equal(t, c.want, cookie.line("koa.sid", c.value, c.expires), c.rule)
	}
}

func TestExpiresGoesBeforeMaxAge(t *testing.T) {
	now := newYear.Add(-time.Hour)
	for _, c := range []struct {
		cookie Cookie
		want   time.Time
	}{
		{Cookie{}, now.Add(24 * time.Hour)},
		{Cookie{MaxAge: time.Minute}, now.Add(time.Minute)},
		{Cookie{MaxAge: BrowserSession}, time.Time{}},
		{Cookie{Expires: newYear, MaxAge: time.Minute}, newYear},
		{Cookie{Expires: newYear, MaxAge: BrowserSession}, newYear},
	} {
		cookie := c.cookie.normal()
		require.Equal(t, c.want, cookie.expiry(now))
	}
}

func TestEqualAttributesAreEqualValues(t *testing.T) {
	require.Equal(t, Cookie{Path: "/", MaxAge: 24 * time.Hour, SameSite: SameSiteLax}, Cookie{}.normal())
	require.Equal(t, Cookie{}.normal(), Cookie{Path: "/", MaxAge: 24 * time.Hour, SameSite: SameSiteLax}.normal())
	require.Equal(t,
		Cookie{Expires: newYear}.normal(),
		Cookie{Expires: newYear.Add(999 * time.Microsecond).In(time.FixedZone("", -7200))}.normal(),
		"in UTC, to the millisecond that is stored")
}

// What koa-generic-session writes comes first, and in its order.
func TestTheStoredFormIsKoas(t *testing.T) {
	const koa = `{"httpOnly":true,"path":"/","overwrite":true,"signed":true,"maxAge":86400000`
	for _, c := range []struct {
		cookie Cookie
		want   string
	}{
		{Cookie{SameSite: SameSiteOmit}, koa + `}`},
		{Cookie{}, koa + `,"sameSite":"lax"}`},
		{Cookie{SameSite: SameSiteStrict}, koa + `,"sameSite":"strict"}`},
		{Cookie{Expires: newYear, SameSite: SameSiteOmit}, koa + `,"expires":"2027-01-01T00:00:00.000Z"}`},
		{Cookie{MaxAge: BrowserSession, Path: "/a&b", DisableHTTPOnly: true, DisableSigning: true, SameSite: SameSiteOmit},
			`{"httpOnly":false,"path":"/a&b","overwrite":true,"signed":false,"maxAge":null}`},
		{Cookie{MaxAge: 1500 * time.Microsecond, Domain: "example.com", Secure: true, SameSite: SameSiteNone, Partitioned: true, Priority: PriorityLow},
			`{"httpOnly":true,"path":"/","overwrite":true,"signed":true,"maxAge":2,"domain":"example.com","secure":true,"sameSite":"none","partitioned":true,"priority":"low"}`},
	} {
		cookie := c.cookie.normal()
		require.Equal(t, c.want, string(cookie.encodeNew(&cookie)))
	}
}

// attributes yields cookies that differ from each other in every attribute.
func attributes(yield func(Cookie) bool) {
	for _, c := range []Cookie{
		{},
		{Path: "/app", MaxAge: time.Hour, SameSite: SameSiteOmit},
		{Domain: "example.com", MaxAge: BrowserSession, SameSite: SameSiteStrict, Priority: PriorityLow},
		{Domain: ".example.com", Expires: newYear, DisableHTTPOnly: true},
		{Secure: true, SameSite: SameSiteNone, Partitioned: true, Priority: PriorityHigh},
		{Secure: true, Expires: newYear.Add(time.Millisecond), MaxAge: math.MaxInt64 - math.MaxInt64%time.Millisecond, Priority: PriorityMedium},
	} {
		if !yield(c.normal()) {
			return
		}
	}
}

func TestAttributesSurviveTheStore(t *testing.T) {
	for defaults := range attributes {
		for cookie := range attributes {
			require.Equal(t, cookie, decodeCookie(cookie.encodeNew(&defaults), defaults), "as a new record's")

			for before := range attributes {
				d := parsed(t, string(before.encodeNew(&defaults)))
				raw := d.rewrite(cookie.edits(&before, false), false, "")
				require.Equal(t, cookie, decodeCookie(raw, defaults), "in place of %+v", before)
			}
		}
	}
}

func TestAnEditLeavesAttributesOfOthersAlone(t *testing.T) {
	defaults := Cookie{}.normal()
	const raw = `{"originalMaxAge": 5, "maxAge":1000,"httpOnly":true,"own":{"x":[1]}}`
	before := decodeCookie([]byte(raw), defaults)
	after := before
	after.MaxAge = 2 * time.Second
	require.Equal(t, `{"originalMaxAge":5,"maxAge":2000,"httpOnly":true,"own":{"x":[1]}}`,
		string(parsed(t, raw).rewrite(after.edits(&before, false), false, "")))
}

// What other programs, and broken ones, have been seen to store.
func TestOddStoredAttributesAreReadSafely(t *testing.T) {
	defaults := Cookie{Path: "/app", MaxAge: time.Hour, SameSite: SameSiteStrict, Domain: "example.com", Expires: newYear, Priority: PriorityLow}.normal()
	same := func(*Cookie) {}
	for _, c := range []struct {
		raw  string
		want func(c *Cookie)
	}{
		{`{}`, same},
		{`null`, same},
		{`5`, same},
		{`[]`, same},
		{`""`, same},
		{`{"overwrite":false,"signed":false,"own":1}`, same},
		{`{"maxAge":1000}`, func(c *Cookie) { c.MaxAge = time.Second }},
		{`{"maxAge":1e3}`, func(c *Cookie) { c.MaxAge = time.Second }},
		{`{"maxAge":0.5}`, func(c *Cookie) { c.MaxAge = time.Millisecond }},
		{`{"maxAge":1e-300}`, func(c *Cookie) { c.MaxAge = time.Millisecond }},
		{`{"maxAge":null}`, func(c *Cookie) { c.MaxAge = BrowserSession }},
		{`{"maxAge":0}`, func(c *Cookie) { c.MaxAge = BrowserSession }},
		{`{"maxAge":-1}`, func(c *Cookie) { c.MaxAge = -time.Millisecond }},
		{`{"maxAge":-1e-6}`, func(c *Cookie) { c.MaxAge = -time.Millisecond }},
		{`{"maxAge":9223372036854}`, func(c *Cookie) { c.MaxAge = 9223372036854 * time.Millisecond }},
		{`{"maxAge":9223372036855}`, same},
		{`{"maxAge":1e400}`, same},
		{`{"maxAge":"1000"}`, same},
		{`{"maxAge":true}`, same},
		{`{"maxAge":{}}`, same},
		{`{"expires":"2026-01-02T03:04:05.678Z"}`, func(c *Cookie) { c.Expires = time.Date(2026, 1, 2, 3, 4, 5, 678e6, time.UTC) }},
		{`{"expires":"2026-01-02T03:04:05.678901+02:00"}`, func(c *Cookie) { c.Expires = time.Date(2026, 1, 2, 1, 4, 5, 678e6, time.UTC) }},
		{`{"expires":"9999-12-31T23:59:59.999Z"}`, func(c *Cookie) { c.Expires = time.Date(9999, 12, 31, 23, 59, 59, 999e6, time.UTC) }},
		{`{"expires":null}`, func(c *Cookie) { c.Expires = time.Time{} }},
		{`{"expires":1767225600000}`, same},
		{`{"expires":"soon"}`, same},
		{`{"expires":""}`, same},
		{`{"httpOnly":false}`, func(c *Cookie) { c.DisableHTTPOnly = true }},
		{`{"httpOnly":true}`, same},
		{`{"httpOnly":0}`, same},
		{`{"secure":true,"partitioned":true}`, func(c *Cookie) { c.Secure, c.Partitioned = true, true }},
		{`{"secure":"yes","partitioned":1}`, same},
		{`{"path":"/x"}`, func(c *Cookie) { c.Path = "/x" }},
		{`{"path":"\u002fx"}`, func(c *Cookie) { c.Path = "/x" }},
		{`{"path":"x"}`, same},
		{`{"path":""}`, same},
		{`{"path":null}`, same},
		{`{"path":"/; secure"}`, same},
		{`{"path":"/\r\nSet-Cookie: a=1"}`, same},
		{`{"path":"/é"}`, same},
		{`{"domain":"example.org"}`, func(c *Cookie) { c.Domain = "example.org" }},
		{`{"domain":null}`, func(c *Cookie) { c.Domain = "" }},
		{`{"domain":"a b"}`, same},
		{`{"domain":"a;b"}`, same},
		{`{"domain":7}`, same},
		{`{"sameSite":"Lax"}`, func(c *Cookie) { c.SameSite = SameSiteLax }},
		{`{"sameSite":"NONE"}`, func(c *Cookie) { c.SameSite = SameSiteNone }},
		{`{"sameSite":true}`, same},
		{`{"sameSite":false}`, func(c *Cookie) { c.SameSite = SameSiteOmit }},
		{`{"sameSite":"foo"}`, same},
		{`{"sameSite":1}`, same},
		{`{"priority":"HIGH"}`, func(c *Cookie) { c.Priority = PriorityHigh }},
		{`{"priority":null}`, func(c *Cookie) { c.Priority = PriorityDefault }},
		{`{"priority":""}`, same},
		{`{"priority":3}`, same},
	} {
		want := defaults
		c.want(&want)
		require.Equal(t, want, decodeCookie([]byte(c.raw), defaults), c.raw)
	}
}

func TestMillisecondsAreRoundedUp(t *testing.T) {
	for d, want := range map[time.Duration]int64{
		0: 0, 1: 1, time.Millisecond: 1, time.Millisecond + 1: 2, -1: 0, -time.Millisecond: -1, -1500 * time.Microsecond: -1,
		math.MaxInt64: maxMilliseconds, math.MaxInt64 - 1: maxMilliseconds, math.MinInt64: -maxMilliseconds,
	} {
		require.Equal(t, want, milliseconds(d), d)
		require.Equal(t, d > 0, time.Duration(milliseconds(d))*time.Millisecond > 0, "no overflow")
	}
}

// Whatever a record says of its cookie, the line that comes of it is one
// cookie with attributes that a browser knows.
func FuzzStoredCookie(f *testing.F) {
	for _, seed := range []string{
		`{"httpOnly":true,"path":"/","overwrite":true,"signed":true,"maxAge":86400000,"sameSite":"lax"}`,
		`{"expires":"2026-01-02T03:04:05.678Z","domain":".example.com","secure":true,"partitioned":true,"priority":"low"}`,
		`{"path":"/\r\nx","domain":"a b","maxAge":-1e-9,"sameSite":false}`, `{"maxAge":"1","maxAge":9223372036854}`, `[]`,
	} {
		f.Add([]byte(seed))
	}
	defaults := Cookie{}.normal()
	f.Fuzz(func(t *testing.T, raw []byte) {
		c := decodeCookie(raw, defaults)
		line := c.line("koa.sid", "id", c.expiry(newYear))
		for i := range len(line) {
			require.True(t, line[i] >= ' ' && line[i] < 0x7f, "%q", line)
		}
		known := []string{"path", "expires", "domain", "priority", "samesite", "secure", "httponly", "partitioned"}
		for _, attribute := range strings.Split(line, "; ")[1:] {
			name, _, _ := strings.Cut(attribute, "=")
			require.Contains(t, known, name, line)
		}
		_, err := http.ParseSetCookie(line)
		require.NoError(t, err)
		stored := c.encodeNew(&defaults)
		require.True(t, json.Valid(stored))
		require.Equal(t, c, decodeCookie(stored, defaults), "what was read once is read alike again")
	})
}
