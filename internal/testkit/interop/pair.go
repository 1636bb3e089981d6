package interop

import (
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/go-holdall/holdall/internal/testkit/rediskit"
)

// A side is one of the two apps.
type side struct {
	name string // "koa" or "go"
	url  string
}

// A pair is a session born on one side, and the other side that acts on it.
type pair struct {
	t           *testing.T
	variant     variant
	born, other side
	site        *goSite // the one of ours
	redis       *rediskit.Server
	gates       *gates
	browser     *browser

	checks int
}

const (
	day = 24 * time.Hour
	// slack is what a busy machine may take between a save and a look at it.
	slack = 20 * time.Second
)

func (p *pair) koa() side {
	if p.born.name == "koa" {
		return p.born
	}
	return p.other
}

// cookies are the names of a session's two cookies, each after a sign.
func (p *pair) cookies(sign string) []string {
	return []string{sign + p.browser.sid, sign + p.browser.sid + ".sig"}
}

// key is where the record of an id is.
func (p *pair) key(id string) string { return p.variant.prefix + id }

// life is how long a record lives that a side has written, unless its session
// says otherwise.
func (p *pair) life(by side) time.Duration {
	if p.variant.ttl > 0 {
		return p.prolonged(by, p.variant.ttl)
	}
	return p.prolonged(by, day)
}

// prolonged is what a side makes of a life: with Rolling Go adds the
// twenty-fourth in which it does not renew (D31).
func (p *pair) prolonged(by side, life time.Duration) time.Duration {
	if by.name == "go" && p.variant.rolling {
		return life + life/24
	}
	return life
}

// golang is our side.
func (p *pair) golang() side {
	if p.born.name == "go" {
		return p.born
	}
	return p.other
}

func (p *pair) equal(want, got any, what string) {
	p.t.Helper()
	p.checks++
	require.Equal(p.t, want, got, what)
}

func (p *pair) within(low, high, got time.Duration, what string) {
	p.t.Helper()
	p.checks++
	require.True(p.t, low <= got && got <= high, "%s: %v is not within %v and %v", what, got, low, high)
}

// request sends a browser's request: a path, a key and a value, as many as it
// takes.
func (p *pair) request(b *browser, to side, path string, kv ...string) answer {
	p.t.Helper()
	a := b.get(to.url + target(path, "", kv))
	p.equal(200, a.status, to.name+" "+path)
	return a
}

func target(path, gate string, kv []string) string {
	query := url.Values{}
	for i, name := range []string{"key", "value"} {
		if i < len(kv) {
			query.Set(name, kv[i])
		}
	}
	if gate != "" {
		query.Set("gate", gate)
	}
	return path + "?" + query.Encode()
}

// act is request with the pair's browser.
func (p *pair) act(to side, path string, kv ...string) answer {
	p.t.Helper()
	return p.request(p.browser, to, path, kv...)
}

// begin begins a session on the side where it is to be born.
func (p *pair) begin() {
	p.t.Helper()
	a := p.act(p.born, "/set", "a", `"first"`)
	p.equal(p.cookies(""), a.names(), "a new session's cookies")
	p.within(p.life(p.born)-slack, p.life(p.born), p.ttl(), "a new record's TTL")
}

// sees checks what both sides read, and that reading leaves the record and the
// cookies alone, but for those of a rolling session.
func (p *pair) sees(key, value string) {
	p.t.Helper()
	before := p.record()
	for _, s := range []side{p.other, p.born} {
		a := p.act(s, "/read", key)
		p.equal(value, a.body, s.name+" reads "+key)
		if !p.variant.rolling {
			p.equal(0, len(a.set), s.name+" sets no cookie for a read")
			p.equal(before, p.record(), s.name+" does not rewrite what it reads")
			continue
		}
		if s.name == "go" {
			p.renewedIfDue(before, a)
		}
		if p.blind(s) {
			// Koa rolls by writing the record anew, and drops white space.
			before = strings.TrimSpace(before)
		}
		p.written(before, s.name+" changes nothing but the stamp of what it reads")
	}
}

// renewedIfDue checks that Go has sent the cookies of a rolling session that it
// read, if the record did not say that it had done so just before (D22).
func (p *pair) renewedIfDue(before string, a answer) {
	p.t.Helper()
	at := sent.FindString(before)
	if at == "" {
		p.equal(p.cookies(""), a.names(), "the cookies are sent again")
		return
	}
	seconds, err := strconv.ParseInt(at[len(`,"sent":`):], 10, 64)
	require.NoError(p.t, err)
	if time.Since(time.Unix(seconds, 0)) < 2*time.Second { // less than a part of any life here
		p.equal(0, len(a.set), "the cookies have just been sent")
	}
}

// gone checks that a browser has no session on either side.
func (p *pair) gone(b *browser) {
	p.t.Helper()
	for _, s := range []side{p.other, p.born} {
		p.equal("", p.request(b.copy(), s, "/read", "a").body, s.name+" knows the session no more")
	}
}

// ended checks that a session has ended. Go leaves a tombstone under its id
// for a moment, by which it knows late requests; Koa leaves nothing.
func (p *pair) ended(id string, by side) {
	p.t.Helper()
	record := p.recordOf(id)
	if by.name == "go" && record != "" {
		p.equal("null", strings.TrimSpace(record), "a tombstone, for Koa no session")
		p.within(-2*time.Millisecond, 12*time.Second, p.ttlOf(id), "the tombstone's TTL, if it is not gone")
		return
	}
	p.equal("", record, "the record")
}

// hold sends a request that stops after its load, and returns when it has.
// What it returns lets the request go on, and waits for the answer.
func (p *pair) hold(b *browser, to side, path string, kv ...string) (release func() answer) {
	p.t.Helper()
	g := p.gates.new()
	wait := p.start(b, to.url+target(path, g.url, kv))
	select {
	case <-g.arrived:
	case <-time.After(gateTimeout):
		p.t.Fatalf("%s %s never came to the gate", to.name, path)
	}
	return func() answer {
		close(g.passed)
		return wait()
	}
}

// start sends a request and returns at once. What it returns waits for the
// answer.
func (p *pair) start(b *browser, url string) (wait func() answer) {
	done, failed := make(chan answer, 1), make(chan error, 1)
	go func() {
		a, err := b.send(url)
		failed <- err
		done <- a
	}()
	return func() answer {
		p.t.Helper()
		require.NoError(p.t, <-failed)
		return <-done
	}
}

// record is the session's record as it is in Redis, "" for none.
func (p *pair) record() string { return p.recordOf(p.browser.id()) }

func (p *pair) recordOf(id string) string {
	p.t.Helper()
	return p.redis.MustDo("GET", p.key(id))
}

// sent is when Go gave the client the cookie, as the record has it (D21).
var sent = regexp.MustCompile(`,"sent":\d{10}`)

// written checks the record after a change, but for the moment of the cookie.
func (p *pair) written(want, what string) {
	p.t.Helper()
	p.equal(sent.ReplaceAllString(want, ""), sent.ReplaceAllString(p.record(), ""), what)
}

// unsend has Go believe that the client's cookie is old.
func (p *pair) unsend() {
	p.t.Helper()
	p.redis.MustDo("SET", p.key(p.browser.id()), sent.ReplaceAllString(p.record(), ""), "KEEPTTL")
}

// ttl is how long the record has to live, -1 ms for ever.
func (p *pair) ttl() time.Duration { return p.ttlOf(p.browser.id()) }

func (p *pair) ttlOf(id string) time.Duration {
	p.t.Helper()
	ms, err := strconv.Atoi(p.redis.MustDo("PTTL", p.key(id)))
	require.NoError(p.t, err)
	return time.Duration(ms) * time.Millisecond
}

// age takes most of its life from the record.
func (p *pair) age() {
	p.t.Helper()
	p.equal("1", p.redis.MustDo("PEXPIRE", p.key(p.browser.id()), "100000"), "the record has aged")
}

// put stores a record under the session's id.
func (p *pair) put(record string) {
	p.t.Helper()
	p.redis.MustDo("SET", p.key(p.browser.id()), record, "EX", "86400")
}

// reported checks what our side reported since it was last asked.
func (p *pair) reported(want ...error) {
	p.t.Helper()
	got := p.site.take()
	p.equal(len(want), len(got), "errors that were reported")
	for i := range want {
		p.checks++
		require.ErrorIs(p.t, got[i], want[i])
	}
}
