package frameworks

import (
	"crypto/rand"
	"errors"
	"fmt"
	"os"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/go-holdall/holdall/core"
	"github.com/go-holdall/holdall/internal/testkit"
	"github.com/go-holdall/holdall/internal/testkit/faultstore"
	"github.com/go-holdall/holdall/internal/testkit/frameworks/chromium"
)

// TestStories has a real Chromium do what people do, at sites under each
// framework, and looks at what they see.
func TestStories(t *testing.T) {
	for _, f := range All {
		t.Run(f.Name, func(t *testing.T) {
			tab := chromium.Open(t)
			for _, s := range stories() {
				t.Run(s.name, func(t *testing.T) { s.tell(t, f, tab.For(t)) })
			}
		})
	}
}

// TestDoubleClick is the story of the two clicks alone, the second of which comes
// while the first is being answered, as often as it takes to believe it: 40 times
// for each framework and kind of regenerate by make stories, 4 times else.
func TestDoubleClick(t *testing.T) {
	times := 4
	if os.Getenv("STORIES") == "full" {
		times = 40
	}
	for _, f := range All {
		tab := chromium.Open(t)
		for _, plain := range []bool{false, true} {
			name := f.Name + map[bool]string{false: ", RegenerateKeep", true: ", Regenerate"}[plain]
			t.Run(name, func(t *testing.T) {
				shop := openShop(t, f, shopOptions{plain: plain})
				signedIn := 0
				for i := range times {
					browser := tab.For(t)
					browser.Forget()
					browser.Visit(shop.url)
					shop.slow(time.Duration(100+i%3*50) * time.Millisecond)
					shop.meet()
					browser.Run(fmt.Sprintf("(document.querySelector('#in').click(), setTimeout(() => document.querySelector('#in').click(), %d))", 30+10*(i%7)))
					shop.answered(2)
					browser.Settle("user ada cart 0")
					browser.Visit(shop.url)
					if browser.Text() == "user ada cart 0" {
						signedIn++
					}
				}
				t.Logf("%s: signed in %d of %d", name, signedIn, times)
				require.Equal(t, times, signedIn)
			})
		}
	}
}

type story struct {
	name    string
	options shopOptions
	do      func(shop *shop, b *chromium.Tab)
}

func (s story) tell(t *testing.T, f testkit.Framework, b *chromium.Tab) {
	shop := openShop(t, f, s.options)
	b.Forget()
	b.Visit(shop.url + s.options.core.Cookie.Path)
	s.do(shop, b)
}

const (
	nobody = "user nobody cart 0"
	ada    = "user ada cart 0"
)

func stories() []story {
	rolling := shopOptions{core: core.Options{Rolling: true, TTL: 30 * time.Minute, Cookie: core.Cookie{MaxAge: core.BrowserSession}}}
	signIn := func(shop *shop, b *chromium.Tab) {
		b.Run("document.querySelector('#in').click()")
		b.Settle(ada)
	}
	signOut := func(shop *shop, b *chromium.Tab) {
		b.Run("document.querySelector('#out').click()")
		b.Settle(nobody)
	}
	return []story{
		{"signs in and out", shopOptions{}, func(shop *shop, b *chromium.Tab) {
			signIn(shop, b)
			b.Visit(shop.url)
			b.Settle(ada)
			signOut(shop, b)
			b.Visit(shop.url)
			b.Settle(nobody)
		}},
		{"a slow page that only reads, under Rolling, beside the sign-in", rolling, func(shop *shop, b *chromium.Tab) {
			b.Run("(fetch('/read?wait=300'), 0)")
			signIn(shop, b)
			shop.answered(1)
			b.Visit(shop.url)
			b.Settle(ada)
		}},
		{"the answer to a sign-in is lost, and the next one works after the grace", shopOptions{}, func(shop *shop, b *chromium.Tab) {
			shop.slow(200 * time.Millisecond)
			b.Run("(document.querySelector('#in').click(), setTimeout(() => window.stop(), 50))")
			shop.answered(1)
			shop.slow(0)
			time.Sleep(grace)
			b.Visit(shop.url)
			b.Settle(nobody)
			signIn(shop, b)
			b.Visit(shop.url)
			b.Settle(ada)
		}},
		{"a double click on the sign-out", shopOptions{}, func(shop *shop, b *chromium.Tab) {
			signIn(shop, b)
			shop.slow(100 * time.Millisecond)
			b.Run("(document.querySelector('#out').click(), setTimeout(() => document.querySelector('#out').click(), 40))")
			shop.answered(2)
			shop.slow(0)
			b.Settle(nobody)
			b.Visit(shop.url)
			b.Settle(nobody)
		}},
		{"a poll that was sent before the sign-out comes after the next sign-in", shopOptions{}, func(shop *shop, b *chromium.Tab) {
			signIn(shop, b)
			shop.hold(true)
			b.Run("(fetch('/read?late=1', {keepalive: true}), 0)")
			shop.arrived(1)
			signOut(shop, b)
			signIn(shop, b)
			shop.hold(false)
			shop.answered(1)
			b.Visit(shop.url)
			b.Settle(ada)
		}},
		{"what is put into the cart beside the sign-in is in it", shopOptions{}, func(shop *shop, b *chromium.Tab) {
			b.Run("(fetch('/cart?wait=300', {method: 'POST', keepalive: true}), 0)")
			b.Run("document.querySelector('#in').click()")
			shop.answered(2)
			b.Finds(shop.url, "user ada cart 1")
		}},
		{"a sign-out that a rotation overtakes", shopOptions{}, func(shop *shop, b *chromium.Tab) {
			signIn(shop, b)
			b.Run("(fetch('/sign-out?wait=300', {method: 'POST', keepalive: true}), fetch('/rotate?wait=50', {method: 'POST', keepalive: true}), 0)")
			shop.answered(2)
			b.Finds(shop.url, nobody)
			time.Sleep(grace) // whichever answer came last, its id is a stranger's now
			b.Finds(shop.url, nobody)
			signIn(shop, b)
		}},
		{"a beacon signs out", shopOptions{}, func(shop *shop, b *chromium.Tab) {
			signIn(shop, b)
			b.Run("navigator.sendBeacon('/sign-out')")
			shop.answered(1)
			b.Finds(shop.url, nobody)
		}},
		{"reloading in the middle of a sign-in", shopOptions{}, func(shop *shop, b *chromium.Tab) {
			shop.slow(150 * time.Millisecond)
			b.Run("(document.querySelector('#in').click(), setTimeout(() => location.reload(), 50))")
			shop.answered(1)
			shop.slow(0)
			time.Sleep(grace)
			b.Visit(shop.url)
			signIn(shop, b)
		}},
		{"twenty fetches at once, one of which signs in", shopOptions{}, func(shop *shop, b *chromium.Tab) {
			b.Run("(window.saved = 0, Promise.all([...Array(20).keys()].map(i => i == 10 ? fetch(document.forms[0].action, {method: 'POST'}) : " +
				"fetch('/cart', {method: 'POST'}).then(r => window.saved += r.ok))).then(() => { window.all = true }), 0)")
			require.Eventually(shop.t, func() bool { return b.Run("window.all") == "true" }, 10*time.Second, 10*time.Millisecond)
			saved := b.Run("window.saved")
			b.Visit(shop.url)
			b.Settle("user ada cart " + saved)
		}},
		{"the cookie's path has changed since, and its session is gone", shopOptions{core: core.Options{Cookie: core.Cookie{Path: "/shop"}}}, func(shop *shop, b *chromium.Tab) {
			b.Visit(shop.url + "/shop/")
			signIn(shop, b)
			shop.burn()
			now := shop.reopen(core.Options{})
			b.Visit(now.url + "/shop/")
			b.Settle(nobody)
			signIn(now, b)
			b.Visit(now.url + "/shop/")
			b.Settle(ada)
			signOut(now, b)
			b.Visit(now.url + "/shop/")
			b.Settle(nobody)
		}},
	}
}

const grace = 500 * time.Millisecond

type shopOptions struct {
	core  core.Options
	plain bool // Regenerate in place of RegenerateKeep
}

// A shop is a site with a sign-in, whose token is in the session.
type shop struct {
	t     *testing.T
	f     testkit.Framework
	store *faultstore.Store
	url   string
	plain bool
	state chan shopState
	said  chan string // a token for each answer
	come  chan string // and for each request that is held
}

type shopState struct {
	delay   time.Duration
	held    chan struct{}
	waiting bool          // the first has
	alone   chan struct{} // closed when the second of two sign-ins has come
}

func openShop(t *testing.T, f testkit.Framework, o shopOptions) *shop {
	return serveShop(t, f, faultstore.New(), o)
}

// reopen serves the shop with other options, as after a deploy.
func (s *shop) reopen(o core.Options) *shop {
	return serveShop(s.t, s.f, s.store, shopOptions{core: o, plain: s.plain})
}

// burn loses all records.
func (s *shop) burn() {
	for key := range s.store.Records() {
		require.NoError(s.t, s.store.Destroy(s.t.Context(), key))
	}
}

func serveShop(t *testing.T, f testkit.Framework, store *faultstore.Store, o shopOptions) *shop {
	s := &shop{t: t, f: f, store: store, plain: o.plain, state: make(chan shopState, 1), said: make(chan string, 100), come: make(chan string, 100)}
	s.state <- shopState{}
	o.core.SigningKeys, o.core.Store, o.core.SupersededGrace = []string{"correct horse battery staple"}, store, grace
	engine, err := core.New(o.core)
	require.NoError(t, err)
	s.url = f.Serve(t, testkit.App{Engines: []*core.Engine{engine}, Handler: s.answer})
	return s
}

// slow has sign-ins and sign-outs take a while.
func (s *shop) slow(delay time.Duration) {
	state := <-s.state
	state.delay = delay
	s.state <- state
}

// hold keeps the late requests, and lets them go.
func (s *shop) hold(on bool) {
	state := <-s.state
	if on {
		state.held = make(chan struct{})
	} else {
		close(state.held)
	}
	s.state <- state
}

// meet has the next two sign-ins go on when both have come, so that they overlap
// on any machine.
func (s *shop) meet() {
	state := <-s.state
	state.alone = make(chan struct{})
	s.state <- state
}

// join waits for the other sign-in, if there is to be one.
func (s *shop) join() {
	state := <-s.state
	alone := state.alone
	if alone != nil && state.waiting {
		close(alone)
		state.alone, state.waiting = nil, false
	} else {
		state.waiting = alone != nil
	}
	s.state <- state
	if alone != nil {
		<-alone
	}
}

func (s *shop) answered(n int) { s.wait(s.said, n) }
func (s *shop) arrived(n int)  { s.wait(s.come, n) }

func (s *shop) wait(from chan string, n int) {
	s.t.Helper()
	for range n {
		select {
		case <-from:
		case <-time.After(10 * time.Second):
			s.t.Fatal("the browser has sent less than it was to")
		}
	}
}

func (s *shop) answer(c testkit.Context) error {
	session, err := c.Session()
	if err != nil {
		return err
	}
	base, path := "/", c.Path()
	if rest, ok := strings.CutPrefix(path, "/shop/"); ok {
		base, path = "/shop/", "/"+rest
	}
	counts := c.Query("wait") != "" || c.Query("late") != "" || path != "/" && path != "/cart"
	if err := s.act(c, session, path); err != nil {
		return err
	}
	if counts {
		defer func() { s.said <- path }()
	}
	if c.Method() == "POST" {
		return c.Redirect(303, base)
	}
	return s.page(c, session)
}

func (s *shop) act(c testkit.Context, session *core.Session, path string) error {
	state := <-s.state
	s.state <- state
	if ms, err := strconv.Atoi(c.Query("wait")); err == nil {
		time.Sleep(time.Duration(ms) * time.Millisecond)
	}
	switch path {
	case "/read":
		if c.Query("late") != "" && state.held != nil {
			s.come <- path
			<-state.held
		}
	case "/cart":
		_, err := core.Update(session, "cart", func(n int) int { return n + 1 })
		return err
	case "/rotate":
		return session.RegenerateKeep()
	case "/sign-out":
		time.Sleep(state.delay)
		session.Destroy()
	case "/sign-in":
		s.join()
		return s.signIn(c, session, state.delay)
	}
	return nil
}

func (s *shop) signIn(c testkit.Context, session *core.Session, takes time.Duration) error {
	token, err := core.Get[string](session, "token")
	if err != nil || token != c.Query("token") {
		return &testkit.Failure{Status: 403, Text: "the form is out of date"}
	}
	time.Sleep(takes)
	regenerate := session.RegenerateKeep
	if s.plain {
		regenerate = session.Regenerate
	}
	return errors.Join(regenerate(), session.Set("user", "ada"), session.Set("token", token))
}

func (s *shop) page(c testkit.Context, session *core.Session) error {
	token, err := core.Get[string](session, "token")
	if err != nil && !session.IsSuperseded() {
		token = rand.Text()
		if err := session.Set("token", token); err != nil {
			return err
		}
	}
	user, err := core.Get[string](session, "user")
	if err != nil {
		user = "nobody"
	}
	cart, _ := core.Get[int](session, "cart")
	c.SetHeader("Content-Type", "text/html")
	c.SetHeader("Cache-Control", "no-store")
	c.WriteHeader(200)
	_, err = fmt.Fprintf(c, `<title>shop</title><link rel=icon href="data:,"><style>form{display:none}</style>user %s cart %d`+
		`<form method=post action="sign-in?token=%s"><button id=in>in</button></form>`+
		`<form method=post action="sign-out"><button id=out>out</button></form>`, user, cart, token)
	return err
}
