// Package chromium drives a real Chromium, headless, for stories of what a
// person sees.
package chromium

import (
	"context"
	"os"
	"os/exec"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/chromedp"

	"github.com/go-holdall/holdall/internal/testkit/machine"
)

// A Tab is one tab of a browser with a profile of its own.
type Tab struct {
	t   testing.TB
	ctx context.Context
}

// Open opens a browser with a fresh profile. Without one on this machine it
// skips the test, but not in CI.
func Open(t testing.TB) *Tab {
	t.Helper()
	path := find()
	if path == "" {
		machine.Lacks(t, "no browser: install Chromium, or name it in $CHROMIUM")
	}
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Minute)
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
	return &Tab{t, ctx}
}

// For returns the tab for another test.
func (b *Tab) For(t testing.TB) *Tab { return &Tab{t, b.ctx} }

func find() string {
	for _, name := range []string{os.Getenv("CHROMIUM"), "chromium", "chromium-browser", "google-chrome"} {
		if path, err := exec.LookPath(name); err == nil {
			return path
		}
	}
	return ""
}

// Visit goes to a page and waits for it.
func (b *Tab) Visit(url string) {
	b.t.Helper()
	if err := chromedp.Do(b.ctx, chromedp.Navigate(url)); err != nil {
		b.t.Fatalf("visiting %s: %v", url, err)
	}
}

// Text returns the text of the page that is shown.
func (b *Tab) Text() string {
	b.t.Helper()
	return b.Run("document.body.innerText")
}

// Run runs a script in the page and returns its text.
func (b *Tab) Run(script string) string {
	b.t.Helper()
	text, err := chromedp.Run(b.ctx, chromedp.Evaluate[string]("String("+script+")"))
	if err != nil {
		b.t.Fatalf("running %s: %v", script, err)
	}
	return text
}

// Settle waits until the page shows a text, and fails the test if it never
// does.
func (b *Tab) Settle(want string) {
	b.t.Helper()
	text := ""
	for range 200 {
		if text = b.tryText(); text == want {
			return
		}
		time.Sleep(25 * time.Millisecond)
	}
	b.t.Errorf("the page shows %q in place of %q", text, want)
}

// Finds visits a page, again while an answer is still on its way, until it shows
// a text, and fails the test if it never does.
func (b *Tab) Finds(url, want string) {
	b.t.Helper()
	text := ""
	for range 100 {
		_ = chromedp.Do(b.ctx, chromedp.Navigate(url)) // another navigation may be under way
		if text = b.tryText(); text == want {
			return
		}
		time.Sleep(50 * time.Millisecond)
	}
	b.t.Errorf("the page shows %q in place of %q", text, want)
}

// tryText returns nothing while one page gives way to another.
func (b *Tab) tryText() string {
	text, _ := chromedp.Run(b.ctx, chromedp.Evaluate[string]("document.readyState == 'complete' ? document.body.innerText : ''"))
	return text
}

// Forget deletes all cookies, as a person does who begins anew.
func (b *Tab) Forget() {
	b.t.Helper()
	if _, err := chromedp.Call(b.ctx, network.ClearBrowserCookies, cdp.Empty{}); err != nil {
		b.t.Fatal(err)
	}
}
