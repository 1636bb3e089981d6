package interop

import (
	"strconv"
	"strings"
	"time"

	"github.com/go-holdall/holdall/core"
)

func read(p *pair) {
	p.sees("a", `"first"`)
	p.sees("missing", "")
	last := p.koa() // which writes what it reads, with Rolling
	p.within(p.life(last)-slack, p.life(last), p.ttl(), "TTL")
}

func change(p *pair) {
	p.unsend()
	before, cookies := p.record(), p.browser.copy().cookies
	p.age()
	a := p.act(p.other, "/set", "b", `{"list":[1,2.5,null,true],"text":"x"}`)
	p.equal(p.cookies(""), a.names(), "the cookies are sent again")
	p.equal(cookies, p.browser.cookies, "the same id under the same signature")
	p.written(before[:len(before)-1]+`,"b":{"list":[1,2.5,null,true],"text":"x"}}`, "the record")
	p.equal(p.other.name == "go", sent.MatchString(p.record()), "Go notes that it has sent the cookie")
	p.within(p.life(p.other)-slack, p.life(p.other), p.ttl(), "a save renews the TTL")
	p.sees("a", `"first"`)
	p.sees("b", `{"list":[1,2.5,null,true],"text":"x"}`)

	changed := p.record()
	p.act(p.born, "/set", "a", `"second"`)
	p.written(strings.Replace(changed, `"first"`, `"second"`, 1), "members keep their places")
	p.sees("a", `"second"`)
}

// count changes a value that depends on the one before. Go marks such a
// record with white space at its end, which nobody minds.
func count(p *pair) {
	for range 3 {
		p.act(p.other, "/count", "n")
		p.act(p.born, "/count", "n")
	}
	p.sees("n", "6")
	p.sees("a", `"first"`)
}

// replace is D4: a Koa session that is assigned as a new object has lost its
// attributes. The wrapper does not know what such an object was made from.
func replace(p *pair) {
	if p.other.name == "koa" && p.variant.cas {
		before := p.record()
		a := p.browser.get(p.other.url + target("/replace", "", []string{"b", `"new"`}))
		p.equal(500, a.status, "the wrapper refuses")
		p.equal(before, p.record(), "the record")
		return
	}
	p.act(p.other, "/replace", "b", `"new"`)
	if p.blind(p.other) {
		p.equal(`{"b":"new"}`, p.record(), "no attributes")
		p.equal(-time.Millisecond, p.ttl(), "and no expiry")
	}
	p.sees("a", "")
	p.sees("b", `"new"`)
	p.act(p.golang(), "/set", "b", `"newer"`)
	p.within(p.life(p.golang())-slack, p.life(p.golang()), p.ttl(), "Go gives it one")
	p.sees("b", `"newer"`)
}

func setSame(p *pair) {
	before := p.record()
	p.age()
	for _, s := range []side{p.other, p.born} {
		p.equal(0, len(p.act(s, "/set", "a", `"first"`).set), "no cookie is sent")
		p.equal(before, p.record(), "no record is written")
		p.within(0, 100*slack, p.ttl(), "no life is added")
	}
}

func unset(p *pair) {
	before := p.record()
	p.act(p.other, "/set", "b", `1`)
	p.act(p.born, "/unset", "b")
	p.written(before, "as if it had not been there")
	p.sees("b", "")
	p.sees("a", `"first"`)
}

// specialStrings are those that JSON encoders do not agree on.
func specialStrings(p *pair) {
	for _, s := range []string{
		`"<b>&amp;</b>"`, "\"line\u2028and\u2029paragraph\"", `"héllo, 世界 🧳"`, `"\"\\\b\f\n\r\t\u0001"`, `"\ud800 alone"`,
	} {
		before := p.record()
		p.act(p.other, "/set", "s", s)
		p.sees("s", s)
		p.written(before[:len(before)-1]+`,"s":`+s+`}`, "the record is as JSON.stringify writes it")
		p.act(p.other, "/unset", "s")
	}
	p.act(p.other, "/text", "s", "<\u2028\u2029>\"\\\x01&")
	p.sees("s", "\"<\u2028\u2029>\\\"\\\\\\u0001&\"")
}

// oddRecord is one that neither side would write itself.
func oddRecord(p *pair) {
	now := strconv.FormatInt(time.Now().Unix(), 10)
	odd := `{"7":1e+21,"cookie":{ "unknown":[1.0],"httpOnly":true,"path":"/","overwrite":true,"signed":true,"maxAge":86400000,"sent":` + now + `},` +
		"\"__v\":{\"nested\": {\"z\":-0, \"a\":1e400} },\"lone\":\"\\ud800\",\"esc\":\"\\u003c\\u2028\",\"raw\":\"\u2028\",\"twice\":1,\"twice\":2," +
		`"big":9223372036854775807,"a":"odd"}`
	p.put(odd)
	p.sees("a", `"odd"`)
	p.sees("twice", "2")

	p.act(p.golang(), "/set", "b", "1")
	want := odd[:len(odd)-1] + `,"b":1}`
	p.equal(want, p.record(), "all that Go does not change keeps its bytes")
	p.sees("a", `"odd"`)
	p.act(p.golang(), "/set", "a", `"even"`)
	p.equal(strings.Replace(want, `"odd"`, `"even"`, 1), p.record(), "and its place")
}

// corrupt are records that are no session for Go, nor for the wrapper. For
// Koa some are (D11). A null that Go has not written is one of them.
func corrupt(p *pair) {
	for _, record := range []string{"5", `"text"`, "[]", "true", "null", `{"a":`, " "} {
		p.put(record)
		p.equal("", p.request(p.browser.copy(), p.golang(), "/read", "a").body, "no session for Go: "+record)
		p.reported(core.ErrCorruptRecord)
		a := p.request(p.browser.copy(), p.koa(), "/read", "a")
		p.equal("", a.body, "no value for Koa: "+record)
		if p.variant.cas {
			p.equal(p.cookies("-"), a.names(), "no session for the wrapper: "+record)
		}
		p.equal(record, p.record(), "it is left as it is")
	}
}

// integers beyond 2^53 are rounded by Node when it rewrites a record, with
// the wrapper or without. As strings they are safe.
func integers(p *pair) {
	p.act(p.golang(), "/set", "digits", "9007199254740993")
	p.act(p.golang(), "/set", "text", `"9007199254740993"`)
	record := p.record()
	p.equal("9007199254740992", p.act(p.koa(), "/read", "digits").body, "Node rounds what it reads")
	if p.variant.rolling && !p.variant.cas {
		p.equal("9007199254740992", p.act(p.golang(), "/read", "digits").body, "and to roll it writes that")
		return
	}
	p.equal(record, p.record(), "but does not write it")
	p.equal("9007199254740993", p.act(p.golang(), "/read", "digits").body, "Go reads what it wrote")

	p.act(p.koa(), "/set", "b", "1")
	p.equal("9007199254740992", p.act(p.golang(), "/read", "digits").body, "Node has rounded it")
	p.sees("text", `"9007199254740993"`)
}
