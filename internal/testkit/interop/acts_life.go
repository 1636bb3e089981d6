package interop

import (
	"strconv"
	"strings"
	"time"

	"github.com/go-holdall/holdall/core"
)

func roll(p *pair) {
	before := p.record()
	for _, s := range []side{p.other, p.born, p.other} {
		p.age()
		p.unsend()
		a := p.act(s, "/read", "a")
		p.equal(`"first"`, a.body, "the value")
		p.equal(p.cookies(""), a.names(), s.name+" sends the cookies again")
		p.within(p.life(s)-slack, p.life(s), p.ttl(), s.name+" renews the TTL")
		p.written(before, "the bytes stay, but for the stamp")
	}
	p.act(p.golang(), "/read", "a")
	p.age()
	a := p.act(p.golang(), "/read", "a")
	p.equal(`"first"`, a.body, "the value")
	p.equal(0, len(a.set), "Go has sent the cookies a moment ago (D22)")
	p.within(0, 100*slack, p.ttl(), "and adds no life")
}

func regenerate(p *pair) {
	old := p.browser.copy()
	a := p.act(p.other, "/regenerate", "b", `"new"`)
	p.equal(p.cookies(""), a.names(), "the new id's cookies")
	p.checkReplaced(old)
	p.sees("a", "")
	p.sees("b", `"new"`)
	p.gone(old)
	p.act(p.born, "/set", "c", "1")
	p.sees("c", "1")
	p.sees("b", `"new"`)
}

func regenerateKeep(p *pair) {
	old := p.browser.copy()
	p.act(p.other, "/keep", "user", `"ann"`)
	p.checkReplaced(old)
	p.sees("a", `"first"`)
	p.sees("user", `"ann"`)
	p.gone(old)
}

// regenerateSame is D3: the values are the same under the new id. Koa tells
// by a checksum that there is nothing to save, if the session was its own.
func regenerateSame(p *pair) {
	old := p.browser.copy()
	a := p.act(p.born, "/keep")
	if p.born.name == "koa" {
		p.equal(p.cookies("-"), a.names(), "Koa logs out")
		p.gone(old)
		return
	}
	p.equal(false, old.id() == p.browser.id(), "a new id")
	p.sees("a", `"first"`)
	p.gone(old)
}

// superseded: a tab still has the id from before Go regenerated. Go sends it
// nothing, so that a browser keeps its new cookies; Koa takes it for a dead
// one, as after a regeneration of its own, and clears them.
func superseded(p *pair) {
	old := p.browser.copy()
	p.act(p.golang(), "/keep", "user", `"ann"`)
	a := p.request(old.copy(), p.golang(), "/read", "a")
	p.equal("", a.body, "no session for Go")
	p.equal(0, len(a.set), "Go sets no cookie")
	a = old.copy().get(p.golang().url + target("/set", "", []string{"b", "1"}))
	p.equal(503, a.status, "a change that came late is refused")
	p.equal(0, len(a.set), "Go sets no cookie")
	p.reported(core.ErrSuperseded)

	a = p.request(old.copy(), p.koa(), "/read", "a")
	p.equal("", a.body, "no session for Koa")
	p.equal(p.cookies("-"), a.names(), "Koa clears the cookies")
	a = p.request(old.copy(), p.koa(), "/set", "b", "1")
	p.equal(p.cookies(""), a.names(), "or sets those of a session of its own")
	p.equal("null", strings.TrimSpace(p.recordOf(old.id())), "the tombstone stays")
	p.sees("user", `"ann"`)
	p.sees("b", "")
}

// checkReplaced checks that the session has a new id, and what the other side
// has left under the old one.
func (p *pair) checkReplaced(old *browser) {
	p.t.Helper()
	p.equal(false, old.id() == p.browser.id(), "a new id")
	p.within(p.life(p.other)-slack, p.life(p.other), p.ttl(), "the new record's TTL")
	if p.other.name == "go" {
		p.equal("null", strings.TrimSpace(p.recordOf(old.id())), "Go leaves a tombstone, with a mark of white space")
		p.within(time.Minute-slack, time.Minute, p.ttlOf(old.id()), "the tombstone's TTL")
	} else {
		p.equal("", p.recordOf(old.id()), "Koa removes the record")
	}
}

func destroy(p *pair) {
	old := p.browser.copy()
	a := p.act(p.other, "/destroy")
	p.equal(p.cookies("-"), a.names(), "both cookies are cleared")
	p.ended(old.id(), p.other)
	p.gone(old)
	p.ended(old.id(), p.other)

	// A change under the old id begins a session under another one.
	again := old.copy()
	p.request(again, p.born, "/set", "b", "1")
	p.equal(false, again.id() == old.id(), "a destroyed id is not adopted")
	p.equal("1", p.request(again, p.other, "/read", "b").body, "the new session")
}

func expired(p *pair) {
	p.redis.MustDo("DEL", p.key(p.browser.id()))
	for _, s := range []side{p.other, p.born} {
		b := p.browser.copy()
		a := p.request(b, s, "/read", "a")
		p.equal("", a.body, "no session")
		p.equal(p.cookies("-"), a.names(), s.name+" clears the dead cookies")
	}
}

// destroyedMeanwhile: the session ends on one side while a request that has
// loaded it is under way on the other.
func destroyedMeanwhile(p *pair) {
	tab := p.browser.copy()
	id := tab.id()
	release := p.hold(tab, p.other, "/set", "b", `"late"`)
	p.act(p.born, "/destroy")
	a := release()
	p.equal(200, a.status, "the late request's status")
	if p.blind(p.other) {
		p.equal(p.cookies(""), a.names(), "a blind Koa writer sends the cookies")
		p.equal(true, strings.HasPrefix(p.recordOf(id), "{"), "and has brought the session back")
		return
	}
	p.ended(id, p.born)
	p.equal(0, len(a.set), "no cookie for a session that is gone")
	p.reportedBy(p.other, core.ErrGone)
}

// regeneratedMeanwhile: as in destroyedMeanwhile, but the session goes on
// under another id.
func regeneratedMeanwhile(p *pair) {
	tab := p.browser.copy()
	id := tab.id()
	release := p.hold(tab, p.other, "/set", "b", `"late"`)
	p.act(p.born, "/keep", "user", `"ann"`)
	a := release()
	p.equal(200, a.status, "the late request's status")
	if p.blind(p.other) {
		p.equal(true, strings.HasPrefix(p.recordOf(id), "{"), "a blind Koa writer has overwritten the tombstone")
		p.equal(`"late"`, p.request(tab, p.golang(), "/read", "b").body, "and the old id lives")
	} else {
		p.equal(0, len(a.set), "no cookie in place of the new one")
		p.reportedBy(p.other, core.ErrGone)
	}
	p.sees("a", `"first"`)
	p.sees("user", `"ann"`)
	p.sees("b", "")
}

// removedMeanwhile: a read that is under way when the session ends writes
// nothing, whoever it is.
func removedMeanwhile(p *pair) {
	tab := p.browser.copy()
	release := p.hold(tab, p.other, "/read", "a")
	p.act(p.born, "/destroy")
	a := release()
	p.equal(`"first"`, a.body, "it has read before")
	p.equal(0, len(a.set), "no cookie")
	p.ended(tab.id(), p.born)
}

// destroyedUnderRoll: with Rolling a read may be a write.
func destroyedUnderRoll(p *pair) {
	tab := p.browser.copy()
	id := tab.id()
	release := p.hold(tab, p.other, "/read", "a")
	p.act(p.born, "/destroy")
	a := release()
	p.equal(200, a.status, "the late request's status")
	if p.blind(p.other) {
		p.equal(true, strings.HasPrefix(p.recordOf(id), "{"), "a blind Koa writer brings a session back by reading")
		return
	}
	p.ended(id, p.born)
	if p.other.name == "go" {
		p.equal(0, len(a.set), "Go knows that there is nothing to renew")
	}
}

// changedMeanwhile: both sides change the session at once.
func changedMeanwhile(p *pair) {
	p.act(p.born, "/set", "doomed", "1")
	release := p.hold(p.browser.copy(), p.other, "/set", "b", `"theirs"`)
	p.act(p.born, "/set", "c", `"ours"`)
	p.act(p.born, "/unset", "doomed")
	p.equal(200, release().status, "the late request's status")
	p.sees("b", `"theirs"`)
	if p.blind(p.other) {
		p.sees("c", "")
		p.sees("doomed", "1")
		return
	}
	p.sees("c", `"ours"`)
	p.sees("doomed", "")
	p.sees("a", `"first"`)
}

// savedThrice: a request saves, another one changes the session, and then the
// first saves again, and again.
func savedThrice(p *pair) {
	release := p.hold(p.browser.copy(), p.other, "/thrice")
	p.equal("1", p.act(p.born, "/read", "first").body, "the first save is there")
	p.act(p.born, "/set", "c", `"ours"`)
	p.equal(200, release().status, "the late request's status")
	p.sees("first", "1")
	p.sees("second", "2")
	p.sees("third", "3")

	fresh := newBrowser(p.t, p.browser.client, p.browser.sid)
	p.request(fresh, p.other, "/thrice")
	p.equal("3", p.request(fresh, p.born, "/read", "third").body, "a new session can be saved more than once too")
	if p.blind(p.other) {
		p.sees("c", "")
		return
	}
	p.sees("c", `"ours"`)
	p.sees("a", `"first"`)
}

// allAtOnce: what no side loses when both compare.
func allAtOnce(p *pair) {
	const tabs = 8
	var releases []func() answer
	for i := range tabs {
		to := []side{p.born, p.other}[i%2]
		releases = append(releases, p.start(p.browser.copy(), to.url+target("/set", "", []string{"k" + strconv.Itoa(i), strconv.Itoa(i)})))
	}
	for _, wait := range releases {
		p.equal(200, wait().status, "a tab's status")
	}
	for i := range tabs {
		p.sees("k"+strconv.Itoa(i), strconv.Itoa(i))
	}
	p.sees("a", `"first"`)
}

// blind reports whether a side overwrites what it has not seen.
func (p *pair) blind(s side) bool { return s.name == "koa" && !p.variant.cas }

// reportedBy is reported, if the side is ours.
func (p *pair) reportedBy(s side, reason error) {
	p.t.Helper()
	if s.name == "go" {
		p.reported(reason)
	}
}
