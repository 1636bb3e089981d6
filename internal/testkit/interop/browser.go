package interop

import (
	"io"
	"maps"
	"net/http"
	"strings"
	"testing"

	"github.com/go-holdall/holdall/internal/testkit/secrets"
)

// A browser keeps cookies and sends them to both sides.
type browser struct {
	t       testing.TB
	client  *http.Client
	sid     string // the cookie's name
	cookies map[string]string
}

// An answer is what came back, with the lines that set cookies.
type answer struct {
	status int
	body   string
	set    []string
}

func newBrowser(t testing.TB, client *http.Client, sid string) *browser {
	return &browser{t, client, sid, map[string]string{}}
}

// copy returns a browser that holds the same cookies from now on apart.
func (b *browser) copy() *browser { return &browser{b.t, b.client, b.sid, maps.Clone(b.cookies)} }

// id is the session's id, as the browser has it.
func (b *browser) id() string { return b.cookies[b.sid] }

func (b *browser) get(url string) answer {
	b.t.Helper()
	a, err := b.send(url)
	if err != nil {
		b.t.Fatalf("interop: %v", err)
	}
	return a
}

func (b *browser) send(url string) (answer, error) {
	req, err := http.NewRequest(http.MethodGet, url, nil)
	if err != nil {
		return answer{}, err
	}
	for name, value := range b.cookies {
		req.Header.Add("Cookie", name+"="+value)
	}
	res, err := b.client.Do(req)
	if err != nil {
		return answer{}, err
	}
	body, err := io.ReadAll(res.Body)
	_ = res.Body.Close()
	a := answer{res.StatusCode, string(body), res.Header["Set-Cookie"]}
	b.keep(a.set)
	return a, err
}

func (b *browser) keep(lines []string) {
	secrets.KnowCookies(lines)
	for _, line := range lines {
		name, rest, _ := strings.Cut(line, "=")
		value, _, _ := strings.Cut(rest, ";")
		if b.cookies[name] = value; strings.Contains(line, "expires=Thu, 01 Jan 1970") {
			delete(b.cookies, name)
		}
	}
}

// names are the cookies that an answer sets, "-name" for one that it clears.
func (a answer) names() (names []string) {
	for _, line := range a.set {
		name, _, _ := strings.Cut(line, "=")
		if strings.Contains(line, "expires=Thu, 01 Jan 1970") {
			name = "-" + name
		}
		names = append(names, name)
	}
	return names
}
