// Package recorder is a request and its response in memory, and a browser to
// keep cookies between them: all that a test of the engine needs of HTTP.
//
// It does not import the engine, whose own tests import it.
package recorder

import (
	"context"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"slices"
	"strings"
	"sync"
)

// Host is where every request goes to.
const Host = "app.example.com"

// A Browser keeps cookies between its requests as RFC 6265 says: by name,
// domain and path, until they expire. It is safe for several goroutines.
type Browser struct{ jar *cookiejar.Jar }

// NewBrowser returns a browser without cookies.
func NewBrowser() *Browser {
	jar, err := cookiejar.New(nil)
	if err != nil {
		panic(err) // with nil options it never fails
	}
	return &Browser{jar}
}

// Request begins a request for a path, with the cookies that go there.
func (b *Browser) Request(path string) *Exchange {
	return &Exchange{Target: path, browser: b}
}

// Cookie returns the value of a cookie that the browser would send to "/"
// over TLS, or "".
func (b *Browser) Cookie(name string) string {
	for _, c := range b.jar.Cookies(&url.URL{Scheme: "https", Host: Host, Path: "/"}) {
		if c.Name == name {
			return c.Value
		}
	}
	return ""
}

// An Exchange is one request and its response. It implements core.Request and
// core.Response. The zero value is a GET of "/" without cookies.
type Exchange struct {
	// Target is the request's path; empty means "/".
	Target string
	// Ctx is the request's context; nil means context.Background.
	Ctx context.Context
	// TLS says that the connection is encrypted.
	TLS bool
	// Sent is the request's header lines under their canonical names.
	// A "Cookie" in it replaces the browser's cookies.
	Sent map[string][]string

	browser *Browser

	mu      sync.Mutex
	started bool
	cookies []setCookie
	header  map[string]string
}

type setCookie struct{ name, line string }

// Context returns Ctx.
func (x *Exchange) Context() context.Context {
	if x.Ctx == nil {
		return context.Background()
	}
	return x.Ctx
}

// Path returns Target.
func (x *Exchange) Path() string {
	if x.Target == "" {
		return "/"
	}
	return x.Target
}

// Secure returns TLS.
func (x *Exchange) Secure() bool { return x.TLS }

// HeaderValues returns the lines of a header as they were sent.
func (x *Exchange) HeaderValues(name string) []string {
	if lines, ok := x.Sent[name]; ok || name != "Cookie" || x.browser == nil {
		return lines
	}
	var pairs []string
	for _, c := range x.browser.jar.Cookies(x.url()) {
		pairs = append(pairs, c.Name+"="+c.Value)
	}
	if pairs == nil {
		return nil
	}
	return []string{strings.Join(pairs, "; ")}
}

func (x *Exchange) url() *url.URL {
	u := &url.URL{Scheme: "http", Host: Host, Path: x.Path()}
	if x.TLS {
		u.Scheme = "https"
	}
	return u
}

// SetCookie records a Set-Cookie line in place of earlier ones of that name,
// unless the header block has gone out.
func (x *Exchange) SetCookie(name, line string) {
	x.mu.Lock()
	defer x.mu.Unlock()
	if x.started {
		return
	}
	kept := x.cookies[:0]
	for _, c := range x.cookies {
		if c.name != name || !same(c.line, line) {
			kept = append(kept, c)
		}
	}
	x.cookies = append(kept, setCookie{name, line})
}

// same reports whether two lines are about one cookie.
func same(a, b string) bool {
	x, errX := http.ParseSetCookie(a)
	y, errY := http.ParseSetCookie(b)
	return errX == nil && errY == nil && x.Name == y.Name && x.Path == y.Path && x.Domain == y.Domain && x.Partitioned == y.Partitioned
}

// HasCookie reports whether there is a Set-Cookie line for a cookie.
func (x *Exchange) HasCookie(name string) bool {
	x.mu.Lock()
	defer x.mu.Unlock()
	return slices.ContainsFunc(x.cookies, func(c setCookie) bool { return c.name == name })
}

// SetHeader records a response header, unless the header block has gone out.
func (x *Exchange) SetHeader(name, value string) {
	x.mu.Lock()
	defer x.mu.Unlock()
	if x.started {
		return
	}
	if x.header == nil {
		x.header = map[string]string{}
	}
	x.header[name] = value
}

// Started reports whether Start was called.
func (x *Exchange) Started() bool {
	x.mu.Lock()
	defer x.mu.Unlock()
	return x.started
}

// Start sends the header block: the browser takes the cookies over. A second
// call does nothing.
func (x *Exchange) Start() {
	x.mu.Lock()
	defer x.mu.Unlock()
	if x.started {
		return
	}
	x.started = true
	if x.browser == nil {
		return
	}
	var taken []*http.Cookie
	for _, c := range x.cookies {
		if parsed, err := http.ParseSetCookie(c.line); err == nil {
			taken = append(taken, parsed)
		}
	}
	x.browser.jar.SetCookies(x.url(), taken) // all at once: no request goes between an id and its signature
}

// SetCookies returns the response's Set-Cookie lines.
func (x *Exchange) SetCookies() []string {
	x.mu.Lock()
	defer x.mu.Unlock()
	lines := make([]string, 0, len(x.cookies))
	for _, c := range x.cookies {
		lines = append(lines, c.line)
	}
	return lines
}

// Header returns a header of the response and whether it was set.
func (x *Exchange) Header(name string) (value string, ok bool) {
	x.mu.Lock()
	defer x.mu.Unlock()
	value, ok = x.header[name]
	return value, ok
}
