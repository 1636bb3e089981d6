package races

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"

	"github.com/go-holdall/holdall/internal/testkit/secrets"
)

// A Browser keeps cookies and sends them, as the tabs of one browser do. It
// is safe for several goroutines.
type Browser struct {
	site   Site
	client *http.Client
	turn   *atomic.Int64

	mu      sync.Mutex
	cookies map[string]string
}

// Browsers makes browsers for a site that share connections.
type Browsers struct {
	Site Site

	once   sync.Once
	client *http.Client
	turn   atomic.Int64
}

// New returns a browser without cookies.
func (b *Browsers) New() *Browser {
	b.once.Do(func() {
		b.client = &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 256, DisableCompression: true}}
	})
	return &Browser{site: b.Site, client: b.client, turn: &b.turn, cookies: map[string]string{}}
}

// Close closes the connections.
func (b *Browsers) Close() {
	if b.client != nil {
		b.client.CloseIdleConnections()
	}
}

// Copy returns a browser that holds the same cookies from now on apart.
func (b *Browser) Copy() *Browser {
	b.mu.Lock()
	defer b.mu.Unlock()
	copied := &Browser{site: b.site, client: b.client, turn: b.turn, cookies: map[string]string{}}
	for name, value := range b.cookies {
		copied.cookies[name] = value
	}
	return copied
}

// errLate is the answer to a change with an id that another request of the
// browser has replaced or ended: nothing is saved, and it may try again.
var errLate = errors.New("superseded")

// Get sends a request and returns the answer. A status other than 200 is an
// error.
func (b *Browser) Get(path string) (string, error) {
	urls := b.site.URLs
	req, err := http.NewRequest(http.MethodGet, urls[int(b.turn.Add(1))%len(urls)]+path, nil)
	if err != nil {
		return "", err
	}
	b.mu.Lock()
	for name, value := range b.cookies {
		req.Header.Add("Cookie", name+"="+value)
	}
	b.mu.Unlock()
	res, err := b.client.Do(req)
	if err != nil {
		return "", err
	}
	b.keep(res.Header["Set-Cookie"])
	body, err := io.ReadAll(res.Body)
	_ = res.Body.Close()
	switch {
	case err != nil || res.StatusCode == http.StatusOK:
	case res.StatusCode == http.StatusServiceUnavailable && res.Header.Get("Retry-After") != "":
		err = errLate
	default:
		err = fmt.Errorf("%s: status %d", path, res.StatusCode)
	}
	return string(body), err
}

func (b *Browser) keep(lines []string) {
	secrets.KnowCookies(lines)
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, line := range lines {
		name, rest, _ := strings.Cut(line, "=")
		value, _, _ := strings.Cut(rest, ";")
		if b.cookies[name] = value; value == "" {
			delete(b.cookies, name)
		}
	}
}
