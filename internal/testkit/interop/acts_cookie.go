package interop

import (
	"net/http"
	"strconv"
	"strings"
	"time"
)

// cookieExpiry is when a browser drops the session's cookie, zero for when it
// is closed.
func (p *pair) cookieExpiry(a answer) time.Time {
	p.t.Helper()
	for _, line := range a.set {
		if c, err := http.ParseSetCookie(line); err == nil && c.Name == p.browser.sid {
			return c.Expires
		}
	}
	p.t.Fatalf("no cookie among %q", a.set)
	return time.Time{}
}

func maxAge(p *pair) {
	const age = 90*time.Second + 500*time.Millisecond
	given := func(by side, a answer, what string) {
		life := p.prolonged(by, age)
		p.within(life-slack, life+time.Second, time.Until(p.cookieExpiry(a)), what+" life")
		// koa-redis rounds up to whole seconds.
		p.within(life-slack, life+500*time.Millisecond, p.ttl(), what+" TTL")
	}
	given(p.other, p.act(p.other, "/maxage", "a", "90500"), "the cookie's and the record's:")
	p.equal(true, strings.Contains(p.record(), `"maxAge":90500`), "it is stored with the session")
	p.sees("a", `"first"`)

	p.unsend()
	given(p.born, p.act(p.born, "/set", "a", `"second"`), "the other side keeps to it:")
}

func browserSession(p *pair) {
	a := p.act(p.other, "/maxage", "a", "null")
	p.equal(time.Time{}, p.cookieExpiry(a), "the browser drops the cookie when it is closed")
	p.equal(true, strings.Contains(p.record(), `"maxAge":null`), "as Koa writes it")
	for _, s := range []side{p.other, p.born, p.other} {
		a = p.act(s, "/set", "n", `"`+s.name+strconv.Itoa(p.checks)+`"`)
		if s.name == "go" {
			p.equal(0, len(a.set), "nothing that Go sends could prolong it (D21)")
		} else {
			p.equal(time.Time{}, p.cookieExpiry(a), "Koa keeps to it")
		}
		if p.blind(s) {
			p.equal(-time.Millisecond, p.ttl(), "koa-redis stores it for ever (D12)")
		} else {
			p.within(day-slack, day, p.ttl(), "a day in the store (D12)")
		}
	}
}

func expires(p *pair) {
	at := time.Now().Add(2 * time.Hour).UTC().Truncate(time.Millisecond)
	p.act(p.other, "/expires", "a", strconv.FormatInt(at.UnixMilli(), 10))
	p.equal(true, strings.Contains(p.record(), `"expires":"`+at.Format("2006-01-02T15:04:05.000Z")+`"`), "the record")
	p.within(2*time.Hour-slack, 2*time.Hour+time.Second, p.ttl(), "the TTL")
	p.sees("a", `"first"`)
	p.act(p.born, "/set", "a", `"second"`)
	p.within(2*time.Hour-slack, 2*time.Hour+time.Second, p.ttl(), "the TTL that the other side gives")
	p.sees("a", `"second"`)
}

// expiredByDate is D15: Koa asks Redis for a negative TTL, and fails. The
// wrapper ends the session, as Go does.
func expiredByDate(p *pair) {
	past := strconv.FormatInt(time.Now().Add(-time.Hour).UnixMilli(), 10)
	before, id := p.record(), p.browser.id()
	if p.variant.cas {
		p.request(p.browser.copy(), p.koa(), "/expires", "a", past)
		p.within(-2*time.Millisecond, time.Millisecond, p.ttlOf(id), "the record's TTL, if it is not gone")
		return
	}
	a := p.browser.copy().get(p.koa().url + target("/expires", "", []string{"a", past}))
	p.equal(500, a.status, "Koa's answer")
	p.equal(before, p.record(), "the record")

	a = p.act(p.golang(), "/expires", "a", past)
	p.equal(p.cookies("-"), a.names(), "Go ends the session")
	p.ended(id, p.golang())
}

// sameSite is D13: Go stores its "lax", Koa then sends it too; what Koa began
// has none stored, and each side sends what is its default.
func sameSite(p *pair) {
	stored := strings.Contains(p.record(), `"sameSite":"lax"`)
	p.equal(p.born.name == "go", stored, "only Go stores it")
	for _, s := range []side{p.other, p.born} {
		p.unsend()
		a := p.act(s, "/set", "n", strconv.Itoa(p.checks))
		sent := strings.Contains(strings.ToLower(a.set[0]), "samesite=lax")
		p.equal(stored || s.name == "go", sent, s.name+" sends it")
		p.equal(stored, strings.Contains(p.record(), `"sameSite":"lax"`), "no other save changes that")
	}
}

func forged(p *pair) {
	for _, s := range []side{p.other, p.born} {
		b := p.browser.copy()
		b.cookies[p.browser.sid+".sig"] = strings.Repeat("x", 27)
		before := p.record()
		p.equal("", p.request(b, s, "/read", "a").body, s.name+" does not take it")
		p.request(b, s, "/set", "a", `"mine"`)
		p.equal(false, b.id() == p.browser.id(), s.name+" gives it another id")
		p.equal(before, p.record(), "the record")
	}
	p.sees("a", `"first"`)
}

// rotatedKey is the order of a rotation that loses sessions: Go signs with a
// key that Koa does not know.
func rotatedKey(p *pair) {
	b := p.browser.copy()
	a := p.request(b, p.golang(), "/read", "a")
	p.equal(`"first"`, a.body, "Go accepts both keys")
	if p.born.name == "koa" {
		p.equal(p.renewedBy(p.golang()), a.names(), "and renews a signature by the old one")
		p.within(day-slack, day+time.Second, time.Until(signatureExpiry(a)), "with the cookie's attributes (D19)")
	} else {
		p.equal(0, len(a.set), "its own is new")
	}
	p.equal("", p.request(b, p.koa(), "/read", "a").body, "Koa does not accept the new key")
	p.equal(true, p.record() != "", "but the record is still there")
}

// renewedBy are the cookies that a side sends when it renews a signature.
func (p *pair) renewedBy(s side) []string {
	if s.name == "go" {
		return p.cookies("")
	}
	return p.cookies("")[1:]
}

func signatureExpiry(a answer) time.Time {
	c, err := http.ParseSetCookie(a.set[len(a.set)-1])
	if err != nil {
		return time.Time{}
	}
	return c.Expires
}

// acceptedKey is the order that loses none: Koa accepts the new key, and goes
// on signing with the old one. Until it signs with the new one too, each side
// renews the other's signature.
func acceptedKey(p *pair) {
	before := p.record()
	for _, s := range []side{p.other, p.born, p.other} {
		a := p.act(s, "/read", "a")
		p.equal(`"first"`, a.body, s.name+" accepts the signature")
		p.equal(p.renewedBy(s), a.names(), "and renews it")
		p.equal(s.name == "koa", signatureExpiry(a).IsZero(), "Koa's ends with the browser (D19)")
		p.equal(before, p.record(), "the record")
	}
}
