package main

import (
	"context"
	"net/http"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/chromedp"

	"github.com/go-holdall/holdall/internal/testkit/machine"
)

// TestBrowser takes one session through all three frameworks and back, with
// clicks in a real browser.
func TestBrowser(t *testing.T) {
	_, echo, _, _ := startDemo(t)
	c := openChromium(t)

	c.do(chromedp.Navigate(echo + "/"))
	c.shows("#framework", "Echo")
	c.shows("#count", "0")
	c.lacks("#session")
	c.expectCookies(0)

	c.click("#count-up")
	c.click("#count-up")
	c.shows("#count", "2")
	visitor := c.expectCookies(2)

	c.click(`[data-site="Gin"]`)
	c.shows("#framework", "Gin")
	c.shows("#count", "2")
	c.do(chromedp.SendKeys(chromedp.ID("field-name"), "Ada"))
	c.click("#sign-in")
	c.shows("#framework", "Gin")
	c.shows("#name", "Ada")
	c.shows("#count", "2")
	c.shows("#flash", "Welcome, Ada. Your session has a new id, and your count came along.")
	user := c.expectCookies(2)
	if user["koa.sid"] == visitor["koa.sid"] {
		t.Error("signing in did not change the id")
	}
	c.shows("#session", shorten(user["koa.sid"]))

	c.click(`[data-site="Fiber"]`)
	c.shows("#framework", "Fiber")
	c.shows("#name", "Ada")
	c.shows("#count", "2")
	c.lacks("#flash")
	c.click("#count-up")
	c.shows("#count", "3")

	c.click("#sign-out")
	c.shows("#framework", "Fiber")
	c.shows("#anonymous", "Nobody yet")
	c.expectCookies(0)

	c.click(`[data-site="Echo"]`)
	c.shows("#framework", "Echo")
	c.shows("#anonymous", "Nobody yet")
	c.shows("#count", "0")
	c.expectCookies(0)
}

// A chromium is one tab.
type chromium struct {
	t   *testing.T
	ctx context.Context
}

// openChromium opens a browser with a fresh profile. Without one on this
// machine it skips the test, but not in CI.
func openChromium(t *testing.T) *chromium {
	t.Helper()
	path := findChromium()
	if path == "" {
		machine.Lacks(t, "no browser: install Chromium, or name it in $CHROMIUM")
	}
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	t.Cleanup(cancel)
	ctx, cancel = chromedp.NewExecAllocator(ctx,
		chromedp.ExecPath(path),
		chromedp.UserDataDir(t.TempDir()),
		chromedp.Flag("headless", true),
		chromedp.NoSandbox,
		chromedp.DisableGPU,
		chromedp.NoFirstRun,
		chromedp.Flag("disable-quic", true),
		chromedp.Flag("disable-background-networking", true),
		chromedp.Flag("disable-component-update", true),
		chromedp.Flag("disable-sync", true),
	)
	t.Cleanup(cancel)
	// The protocol has news that chromedp does not know; they are no matter.
	ctx, cancel = chromedp.NewContext(ctx, chromedp.WithErrorf(func(string, ...any) {}))
	t.Cleanup(cancel)
	return &chromium{t, ctx}
}

func findChromium() string {
	for _, name := range []string{os.Getenv("CHROMIUM"), "chromium", "chromium-browser", "google-chrome"} {
		if path, err := exec.LookPath(name); err == nil {
			return path
		}
	}
	return ""
}

// do runs an action that has no result.
func (c *chromium) do(action chromedp.Action[chromedp.Void]) {
	c.t.Helper()
	if err := chromedp.Do(c.ctx, action); err != nil {
		c.t.Fatal(err)
	}
}

// click clicks what leads to another page, and waits for that page.
func (c *chromium) click(selector chromedp.CSS) {
	c.t.Helper()
	res, err := chromedp.RunResponse(c.ctx, chromedp.Click(selector))
	if err != nil {
		c.t.Fatalf("clicking %s: %v", selector, err)
	}
	if res.Status != http.StatusOK {
		c.t.Fatalf("clicking %s: status %d", selector, res.Status)
	}
}

// shows checks the text of an element that one can see.
func (c *chromium) shows(selector chromedp.CSS, want string) {
	c.t.Helper()
	got, err := chromedp.Run(c.ctx, chromedp.Text(selector, chromedp.NodeVisible))
	if err != nil {
		c.t.Fatalf("looking for %s: %v", selector, err)
	}
	if got = strings.TrimSpace(got); got != want {
		c.t.Errorf("%s shows %q, want %q", selector, got, want)
	}
}

// lacks checks that no element fits.
func (c *chromium) lacks(selector chromedp.CSS) {
	c.t.Helper()
	there, err := chromedp.Run(c.ctx, chromedp.Evaluate[bool]("document.querySelector('"+string(selector)+"') !== null"))
	if err != nil {
		c.t.Fatal(err)
	}
	if there {
		c.t.Errorf("%s is there", selector)
	}
}

// expectCookies checks how many cookies the browser holds, all of them the
// session's, and that scripts see none. It returns the values by name.
func (c *chromium) expectCookies(want int) map[string]string {
	c.t.Helper()
	jar, err := chromedp.Call(c.ctx, network.GetCookies, network.GetCookiesParams{})
	if err != nil {
		c.t.Fatal(err)
	}
	values := map[string]string{}
	for _, cookie := range jar.Cookies {
		values[cookie.Name] = cookie.Value
		if cookie.Name != "koa.sid" && cookie.Name != "koa.sid.sig" {
			c.t.Errorf("the browser holds a cookie %s", cookie.Name)
		}
		if !cookie.HTTPOnly || cookie.SameSite != network.CookieSameSiteLax {
			c.t.Errorf("cookie %s is not HttpOnly and SameSite=Lax", cookie.Name)
		}
	}
	if len(jar.Cookies) != want {
		c.t.Errorf("the browser holds %d cookies, want %d", len(jar.Cookies), want)
	}
	scripts, err := chromedp.Run(c.ctx, chromedp.Evaluate[string]("document.cookie"))
	if err != nil {
		c.t.Fatal(err)
	}
	if scripts != "" {
		c.t.Error("scripts see a cookie")
	}
	return values
}
