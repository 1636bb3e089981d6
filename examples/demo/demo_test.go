package main

import (
	"bytes"
	"context"
	"errors"
	"html"
	"io"
	"net"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/go-holdall/holdall/internal/testkit/rediskit"
)

// startDemo serves the demo on free ports until the test ends, and returns
// the addresses of its sites.
func startDemo(t *testing.T) (d *demo, echo, gin, fiber string) {
	t.Helper()
	d, err := newDemo()
	if err != nil {
		t.Fatal(err)
	}
	const free = "127.0.0.1:0"
	sites, err := d.open(free, free, free)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	served := make(chan error)
	go func() { served <- serve(ctx, sites) }()
	t.Cleanup(func() {
		cancel()
		if err := errors.Join(<-served, d.close()); err != nil {
			t.Errorf("the demo did not end well: %v", err)
		}
	})
	at := func(i int) string { return "http://" + sites[i].listener.Addr().String() }
	return d, at(0), at(1), at(2)
}

// A browser follows redirects and keeps cookies.
type browser struct {
	t      *testing.T
	client *http.Client
}

func newBrowser(t *testing.T) *browser {
	t.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	client := &http.Client{Jar: jar, Timeout: 10 * time.Second, Transport: &http.Transport{}}
	t.Cleanup(client.CloseIdleConnections)
	return &browser{t, client}
}

func (b *browser) open(site string) document {
	b.t.Helper()
	res, err := b.client.Get(site + "/")
	return b.read(res, err)
}

// press clicks the button of a form.
func (b *browser) press(site, path string, form url.Values) document {
	b.t.Helper()
	res, err := b.client.PostForm(site+path, form)
	return b.read(res, err)
}

func (b *browser) read(res *http.Response, err error) document {
	b.t.Helper()
	if err != nil {
		b.t.Fatal(err)
	}
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	if err != nil {
		b.t.Fatal(err)
	}
	if res.StatusCode != http.StatusOK || res.Request.Method != http.MethodGet {
		b.t.Fatalf("%s %s: status %d\n%s", res.Request.Method, res.Request.URL.Path, res.StatusCode, body)
	}
	return document{b.t, string(body)}
}

// cookies returns the session's cookies, which have no port, by name.
func (b *browser) cookies(site string) map[string]string {
	b.t.Helper()
	u, err := url.Parse(site)
	if err != nil {
		b.t.Fatal(err)
	}
	values := map[string]string{}
	for _, c := range b.client.Jar.Cookies(u) {
		values[c.Name] = c.Value
	}
	return values
}

// document is a page.
type document struct {
	t    *testing.T
	text string
}

// has checks the text of the element with an id; "" is for no such element.
func (h document) has(id, want string) {
	h.t.Helper()
	got := ""
	if m := regexp.MustCompile(` id="` + id + `"[^>]*>([^<]*)<`).FindStringSubmatch(h.text); m != nil {
		got = html.UnescapeString(m[1])
	}
	if got != want {
		h.t.Errorf("#%s is %q, want %q", id, got, want)
	}
}

// TestRoundTrip takes one session through all three frameworks and back, once
// for each store.
func TestRoundTrip(t *testing.T) {
	t.Run("memory", roundTrip)
	t.Run("redis", func(t *testing.T) {
		t.Setenv("REDIS_URL", "redis://"+rediskit.Start(t).Addr())
		roundTrip(t)
	})
}

func roundTrip(t *testing.T) {
	d, echo, gin, fiber := startDemo(t)
	b := newBrowser(t)

	first := b.open(echo)
	first.has("count", "0")
	first.has("anonymous", "Nobody yet")
	if len(b.cookies(echo)) != 0 {
		t.Error("a visit that stores nothing set a cookie")
	}

	b.press(echo, "/count", nil)
	counted := b.press(echo, "/count", nil)
	counted.has("framework", "Echo")
	counted.has("count", "2")
	before := b.cookies(echo)

	inGin := b.open(gin)
	inGin.has("framework", "Gin")
	inGin.has("count", "2")

	signedIn := b.press(gin, "/sign-in", url.Values{"name": {" Ada <3 "}})
	signedIn.has("name", "Ada <3")
	signedIn.has("count", "2")
	signedIn.has("flash", "Welcome, Ada <3. Your session has a new id, and your count came along.")
	b.open(gin).has("flash", "")
	after := b.cookies(gin)
	if len(after) != 2 || after["koa.sid"] == before["koa.sid"] {
		t.Error("signing in did not change the id")
	}
	expectDead(t, before, echo, gin, fiber)

	inFiber := b.open(fiber)
	inFiber.has("framework", "Fiber")
	inFiber.has("name", "Ada <3")
	inFiber.has("count", "2")
	b.press(fiber, "/count", nil).has("count", "3")

	signedOut := b.press(fiber, "/sign-out", nil)
	signedOut.has("anonymous", "Nobody yet")
	if len(b.cookies(fiber)) != 0 {
		t.Error("signing out left a cookie")
	}
	// For a moment there is a tombstone, which says null to whoever reads it.
	left, found, err := d.store.Get(t.Context(), recordPrefix+after["koa.sid"])
	if found && string(bytes.TrimSpace(left)) != "null" || err != nil {
		t.Errorf("signing out left the record (error: %v)", err)
	}
	expectDead(t, after, echo, gin, fiber)

	back := b.open(echo)
	back.has("anonymous", "Nobody yet")
	back.has("name", "")
	back.has("count", "0")
}

// expectDead checks that cookies which a thief has kept open nothing.
func expectDead(t *testing.T, cookies map[string]string, sites ...string) {
	t.Helper()
	for _, site := range sites {
		thief := newBrowser(t)
		u, err := url.Parse(site)
		if err != nil {
			t.Fatal(err)
		}
		for name, value := range cookies {
			thief.client.Jar.SetCookies(u, []*http.Cookie{{Name: name, Value: value}})
		}
		stolen := thief.open(site)
		stolen.has("anonymous", "Nobody yet")
		stolen.has("count", "0")
		stolen.has("session", "")
	}
}

// TestPage checks in each framework what the page says of the session.
func TestPage(t *testing.T) {
	_, echo, gin, fiber := startDemo(t)
	for name, site := range map[string]string{"Echo": echo, "Gin": gin, "Fiber": fiber} {
		t.Run(name, func(t *testing.T) {
			b := newBrowser(t)
			page := b.press(site, "/sign-in", url.Values{"name": {"Ada"}})
			sid := b.cookies(site)["koa.sid"]
			page.has("session", shorten(sid))
			for _, want := range []string{
				html.EscapeString(`"name": "Ada"`),
				"<code>" + sid + "</code>",
				"<code>koa.sid.sig</code>",
				`data-site="` + name + `" aria-current="page"`,
				`href="` + echo + `/"`, `href="` + gin + `/"`, `href="` + fiber + `/"`,
				"24 hours after the last change",
			} {
				if !strings.Contains(page.text, want) {
					t.Errorf("the page lacks %s", want)
				}
			}
			if strings.Contains(page.text, html.EscapeString(`"flash"`)) {
				t.Error("the record shown is not the one that the page leaves behind")
			}
		})
	}
}

// TestBadName has names refused with a message that shows once.
func TestBadName(t *testing.T) {
	_, echo, gin, fiber := startDemo(t)
	for _, site := range []string{echo, gin, fiber} {
		for _, name := range []string{"", "  ", strings.Repeat("ü", maxName+1)} {
			b := newBrowser(t)
			page := b.press(site, "/sign-in", url.Values{"name": {name}})
			page.has("flash", "A name has one to forty characters.")
			page.has("anonymous", "Nobody yet")
			b.open(site).has("flash", "")
		}
	}
}

// TestLinksKeepTheHost: a cookie of localhost is not one of 127.0.0.1.
func TestLinksKeepTheHost(t *testing.T) {
	_, echo, gin, fiber := startDemo(t)
	for _, site := range []string{echo, gin, fiber} {
		req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, site+"/", nil)
		if err != nil {
			t.Fatal(err)
		}
		req.Host = "localhost:1234"
		b := newBrowser(t)
		page := b.read(b.client.Do(req))
		want := `href="` + strings.Replace(gin, "127.0.0.1", "localhost", 1) + `/"`
		if !strings.Contains(page.text, want) {
			t.Errorf("the page lacks %s", want)
		}
	}
}

// TestPortTaken has the demo fail with nothing left open.
func TestPortTaken(t *testing.T) {
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer taken.Close()
	if err := run(t.Context(), "127.0.0.1:0", "127.0.0.1:0", taken.Addr().String()); err == nil {
		t.Error("the demo runs on a port that is taken")
	}
}

// TestShutdownAtOnce ends the demo before its servers may have begun.
func TestShutdownAtOnce(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if err := run(ctx, "127.0.0.1:0", "127.0.0.1:0", "127.0.0.1:0"); err != nil {
		t.Error(err)
	}
}
