package frameworks

import (
	"fmt"
	"io"
	"net/http"
	"net/http/cookiejar"
	"os"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/go-holdall/holdall/core"
	"github.com/go-holdall/holdall/internal/testkit"
	"github.com/go-holdall/holdall/internal/testkit/outages"
	"github.com/go-holdall/holdall/internal/testkit/races"
	"github.com/go-holdall/holdall/internal/testkit/secrets"
)

// TestOutages takes Redis away under 200 users of each framework, over HTTP:
// in the scenarios that take little time, unless OUTAGES is "full".
func TestOutages(t *testing.T) {
	for _, f := range All {
		t.Run(f.Name, func(t *testing.T) {
			var rows []outages.Result
			t.Cleanup(func() { t.Logf("%s over HTTP\n%s", f.Name, outages.Table(rows)) })
			for _, sc := range outages.All {
				if sc.Long && os.Getenv("OUTAGES") != "full" {
					continue
				}
				r := sc.Run(t, func(url string) func() outages.User { return visitors(t, f, sc, url) })
				rows = append(rows, r)
				r.Require(t)
				if r.Err != nil {
					require.EqualError(t, r.Err, "503 Service Unavailable")
				}
			}
		})
	}
}

// visitors makes users of a site under a framework over a Redis.
func visitors(t *testing.T, f testkit.Framework, sc outages.Scenario, url string) func() outages.User {
	opts := races.Options(openRedis(t, url))
	opts.ReconnectTimeout = sc.Reconnect
	e, err := core.New(opts)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, e.Close()) })
	site := f.Serve(t, races.App(e))
	transport := &http.Transport{MaxIdleConnsPerHost: outages.Users}
	t.Cleanup(transport.CloseIdleConnections)
	return func() outages.User {
		jar, _ := cookiejar.New(nil)
		client, n := &http.Client{Jar: jar, Transport: transport}, 0
		return func(change bool) error {
			if n++; change {
				return visit(client, fmt.Sprintf("%s/set?key=k%d", site, n))
			}
			return visit(client, site+"/count")
		}
	}
}

// visit returns an error for a status that is none of success.
func visit(client *http.Client, url string) error {
	res, err := client.Get(url)
	if err != nil {
		return err
	}
	defer func() { _ = res.Body.Close() }()
	secrets.KnowCookies(res.Header["Set-Cookie"])
	if _, err := io.Copy(io.Discard, res.Body); err != nil {
		return err
	}
	if res.StatusCode >= http.StatusBadRequest {
		return fmt.Errorf("%s", res.Status)
	}
	return nil
}
