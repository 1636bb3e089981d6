package adaptersuite

import (
	"compress/gzip"
	"context"
	"crypto/tls"
	"fmt"
	"io"
	"net/http"
	"net/http/httptrace"
	"net/textproto"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/go-holdall/holdall/internal/testkit/faultstore"
	"github.com/go-holdall/holdall/internal/testkit/secrets"
)

// patience bounds every request of the suite.
const patience = 20 * time.Second

// newClient returns a client that follows and decodes nothing by itself, with
// a connection for each request.
func newClient(t testing.TB) *http.Client {
	transport := &http.Transport{
		DisableCompression: true,
		DisableKeepAlives:  true,
		ForceAttemptHTTP2:  true,
		TLSClientConfig:    &tls.Config{InsecureSkipVerify: true}, // the certificate of net/http's test servers
	}
	t.Cleanup(transport.CloseIdleConnections)
	return &http.Client{
		Transport:     transport,
		Timeout:       patience,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
}

// A Reply is what a client gets.
type Reply struct {
	Status int
	Early  []int
	Header http.Header
	Body   string
	Proto  int
}

// As asks as a client would.
func (s *Site) As(c Client, ask Ask) Reply {
	s.T.Helper()
	reply, err := s.send(context.Background(), s.cookieHeader(c), ask)
	require.NoError(s.T, err)
	return reply
}

// Send asks with a Cookie header.
func (s *Site) Send(cookies string, ask Ask) Reply {
	s.T.Helper()
	reply, err := s.send(context.Background(), cookies, ask)
	require.NoError(s.T, err)
	return reply
}

// send returns an error for what is not an answer, and not the lack of one.
func (s *Site) send(ctx context.Context, cookies string, ask Ask) (reply Reply, err error) {
	ctx = httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{
		Got1xxResponse: func(code int, _ textproto.MIMEHeader) error {
			reply.Early = append(reply.Early, code)
			return nil
		},
	})
	req, err := http.NewRequestWithContext(ctx, ask.Method, s.URL+ask.Path, nil)
	if err != nil {
		return reply, err
	}
	if cookies != "" {
		req.Header.Set("Cookie", cookies)
	}
	for name, value := range ask.Header {
		req.Header.Set(name, value)
	}
	res, err := s.client.Do(req)
	if err != nil {
		return reply, ctx.Err() // an error of the connection's is the lack of an answer
	}
	defer func() { _ = res.Body.Close() }()
	secrets.KnowCookies(res.Header["Set-Cookie"])
	reply.Status, reply.Header, reply.Proto = res.StatusCode, res.Header, res.ProtoMajor
	reply.Body = content(res)
	return reply, nil
}

// content is what a browser would show: an empty body is not taken for one
// that is compressed badly.
func content(res *http.Response) string {
	var body io.Reader = res.Body
	if res.Header.Get("Content-Encoding") == "gzip" {
		z, err := gzip.NewReader(body)
		if err == io.EOF {
			return ""
		}
		if err != nil {
			return Cut
		}
		body = z
	}
	text, err := io.ReadAll(body)
	if err != nil {
		return string(text) + Cut
	}
	return string(text)
}

// cookieHeader is what a client sends.
func (s *Site) cookieHeader(c Client) string {
	name := s.Engine.Name()
	signed := func(key, id string) string { return name + "=" + id + "; " + name + ".sig=" + sign(key, name, id) }
	switch c {
	case Known, Recent:
		return signed(keys[0], knownID)
	case Stranger:
		return signed(keys[0], strangerID)
	case Forger:
		return signed("a key that is none of the two", knownID)
	case Unsigned:
		return name + "=" + knownID
	case Rotated:
		return signed(keys[1], knownID)
	case Corrupt:
		return signed(keys[0], corruptID)
	case Retired, Ended, Former, Nulled:
		return signed(keys[0], retiredID)
	case Malformed:
		return signed(keys[0], shortID)
	}
	return ""
}

// arrange puts into the store what a client's id is about.
func arrange(s *faultstore.Store, c Client) {
	switch c {
	case Recent:
		sent := fmt.Sprintf(`,"sent":%d}`, time.Now().Unix())
		s.Put(prefix+knownID, `{"cookie":`+strings.TrimSuffix(attributes, "}")+sent+`,"a":"old"}`, 24*time.Hour)
	case Corrupt:
		s.Put(prefix+corruptID, `[1]`, 24*time.Hour)
	case Retired:
		s.Put(prefix+retiredID, tombstoneOf(time.Now(), false, heir{knownID, true}), time.Minute)
	case Ended:
		s.Put(prefix+retiredID, tombstoneOf(time.Now(), true), time.Second)
	case Former:
		s.Put(prefix+retiredID, tombstoneOf(time.Now().Add(-30*time.Second), false, heir{knownID, true}), time.Minute)
	case Nulled:
		s.Put(prefix+retiredID, `null`, time.Minute)
	}
}

// cookieOf returns the Cookie header of a client that has got this reply.
func cookieOf(r Reply) string {
	var pairs []string
	for _, line := range r.Header["Set-Cookie"] {
		pair, _, _ := strings.Cut(line, ";")
		pairs = append(pairs, pair)
	}
	return strings.Join(pairs, "; ")
}
