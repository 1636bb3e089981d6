package core

import (
	"fmt"
	"net/http"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

var sentAnywhere = regexp.MustCompile(`,?"sent":(\d+)`)

// unsent returns a record without the moment when its cookie was sent.
func unsent(record string) string { return sentAnywhere.ReplaceAllString(record, "") }

// sentAgo has a record say that its cookie was sent a while ago.
func sentAgo(record string, ago time.Duration) string {
	return sentAnywhere.ReplaceAllString(record, fmt.Sprintf(`,"sent":%d`, time.Now().Add(-ago).Unix()))
}

func count(s *Session) {
	_, _ = Update(s, "n", func(n int) int { return n + 1 })
}

func TestAChangeSendsTheCookieOnlyOnceAnHour(t *testing.T) {
	for ago, lines := range map[time.Duration]int{
		0: 0, time.Minute: 0, 58 * time.Minute: 0, 61 * time.Minute: 2, 23 * time.Hour: 2,
		-30 * time.Second: 0, -2 * time.Hour: 2, // clocks of other machines
	} {
		b := newBench(t, Options{}, "full")
		c := b.signedIn(map[string]any{"n": 1})
		b.put(b.id(c), sentAgo(b.record(b.id(c)), ago))
		require.NoError(t, b.request(c, count))
		require.Len(t, c.lines, lines, ago)
		require.Contains(t, b.record(b.id(c)), `"n":2`, ago)

		c = c.again()
		require.NoError(t, b.request(c, count))
		require.Empty(t, c.lines, "%s: it was sent by the last request at the latest", ago)
	}
}

func TestARenewedCookieHasItsWholeLifeAgain(t *testing.T) {
	b := newBench(t, Options{Cookie: Cookie{MaxAge: 10 * time.Hour}}, "full")
	c := b.signedIn(map[string]any{"n": 1})
	b.put(b.id(c), sentAgo(b.record(b.id(c)), 30*time.Minute))
	require.NoError(t, b.request(c, count))
	_, rest, _ := strings.Cut(c.lines[0], "expires=")
	date, _, _ := strings.Cut(rest, ";")
	expires, err := time.Parse(http.TimeFormat, date)
	require.NoError(t, err)
	require.InDelta(t, (10 * time.Hour).Seconds(), time.Until(expires).Seconds(), 5)
}

func TestACookieWhoseLifeNoSavePutsOffIsNotSentAgain(t *testing.T) {
	for name, cookie := range map[string]Cookie{
		"until the browser closes": {MaxAge: BrowserSession},
		"until a date":             {Expires: time.Now().Add(time.Hour)},
	} {
		b := newBench(t, Options{Cookie: cookie}, "full")
		c := b.signedIn(map[string]any{"n": 1})
		require.NotContains(t, b.record(b.id(c)), attrSent, name)
		require.NoError(t, b.request(c, count))
		require.Empty(t, c.lines, name)
	}
	b := newBench(t, Options{SessionIDStore: HeaderIDs("X-Session-Id")}, "full")
	c := newClient()
	require.NoError(t, b.request(c, count))
	id := c.out["X-Session-Id"]
	require.NotContains(t, b.record(id), attrSent)
	c = newClient()
	c.headers["X-Session-Id"] = []string{id}
	require.NoError(t, b.request(c, count))
	require.Empty(t, c.out, "an id in a header has no life of its own")
	require.Contains(t, b.record(id), `"n":2`)
}

func TestAChangeSendsTheCookieThatTheClientDoesNotHave(t *testing.T) {
	t.Run("an id that was forced", func(t *testing.T) {
		b := newBench(t, Options{}, "full")
		c := b.signedIn(map[string]any{"n": 1})
		id := b.id(c)
		c = newClient()
		c.ctx = WithID(c.ctx, id)
		require.NoError(t, b.request(c, count))
		require.Equal(t, id, b.id(c))
	})
	t.Run("an older key's signature", func(t *testing.T) {
		old := newBench(t, Options{}, "full")
		c := old.signedIn(map[string]any{"n": 1})
		b := newBench(t, Options{SigningKeys: append([]string{"a new key of some length"}, testKeys...), Store: fullSpy{old.spy}}, "full")
		require.NoError(t, b.request(c, count))
		require.Len(t, c.lines, 2)
	})
	t.Run("a life so short that Koa's way is the only one", func(t *testing.T) {
		b := newBench(t, Options{Cookie: Cookie{MaxAge: 20 * time.Second}}, "full")
		c := b.signedIn(map[string]any{"n": 1})
		require.NoError(t, b.request(c, count))
		require.Len(t, c.lines, 2)
	})
	t.Run("a record that Koa wrote", func(t *testing.T) {
		b := newBench(t, Options{}, "full")
		c := b.signedIn(map[string]any{"n": 1})
		b.put(b.id(c), unsent(b.record(b.id(c))))
		require.NoError(t, b.request(c, count))
		require.Len(t, c.lines, 2)
	})
	t.Run("a second save of one response", func(t *testing.T) {
		b := newBench(t, Options{}, "full")
		c := newClient()
		require.NoError(t, b.request(c, func(s *Session) {
			count(s)
			require.NoError(t, s.Save(c.ctx))
			c.lines = nil // an error page, say
			count(s)
		}))
		require.Len(t, c.lines, 2)
	})
}

func TestRollingSendsTheCookieWithAChangeOnlyOnceAnHourToo(t *testing.T) {
	b := newBench(t, Options{Rolling: true}, "full")
	c := b.signedIn(map[string]any{"n": 1})
	require.NoError(t, b.request(c, count))
	require.Empty(t, c.lines)
	b.age(c, 61*time.Minute)
	require.NoError(t, b.request(c, count))
	require.Len(t, c.lines, 2)
}

func TestTheMomentOfSendingIsFoundWhereverItStands(t *testing.T) {
	b := newBench(t, Options{}, "full")
	now := time.Now().Unix()
	for _, cookie := range []string{
		fmt.Sprintf(`{"sent":%d,"path":"/","maxAge":86400000}`, now),
		fmt.Sprintf(`{"path":"/","sent":%d,"maxAge":86400000,"unknown":[1]}`, now),
		fmt.Sprintf(`{"httpOnly":true,"path":"/","overwrite":true,"signed":true,"maxAge":86400000,"sameSite":"lax","sent":%d,"unknown":1}`, now),
	} {
		c := b.signedIn(map[string]any{"n": 1})
		b.put(b.id(c), `{"cookie":`+cookie+`,"n":1}`)
		require.NoError(t, b.request(c, count))
		require.Empty(t, c.lines, cookie)
		require.Equal(t, `{"cookie":`+cookie+`,"n":2}`, b.record(b.id(c)))

		old := strings.Replace(cookie, fmt.Sprint(now), fmt.Sprint(now-7200), 1)
		b.put(b.id(c), `{"cookie":`+old+`,"n":1}`)
		c = c.again()
		require.NoError(t, b.request(c, count))
		require.Len(t, c.lines, 2, old)
		require.Equal(t, `{"cookie":`+unsent(cookie)+`,"n":2}`, unsent(b.record(b.id(c))), "the rest as it was")
	}
	for _, odd := range []string{`"yesterday"`, `-5`, `1e99`, `null`, `{}`, `99999999999999999999`} {
		c := b.signedIn(map[string]any{"n": 1})
		b.put(b.id(c), `{"cookie":{"path":"/","maxAge":86400000,"sent":`+odd+`},"n":1}`)
		require.NoError(t, b.request(c, count))
		require.Len(t, c.lines, 2, odd)
	}
}
