package koatraces

import (
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"
)

// Replay plays a scenario to a site that is served at url, and returns an
// error that shows the first step whose outcome is not the expected one.
func (s *Site) Replay(url string, e Expectation) error {
	s.reset()
	var b browser
	for i, step := range e.Scenario.Steps {
		s.store.begin(step.Request)
		got, err := exchangeOver(url, b.send(step.Request))
		if err != nil {
			return err
		}
		got.Store = s.store.end()
		b.receive(got)
		want := e.Outcomes[i]
		if inOwnWords(want.Status) && saysTheSame(got.Body, want.Body) {
			got.Body = want.Body
		}
		if got.String() != want.String() {
			return fmt.Errorf("step %d, %s\nKoa did:\n%swe should, by %v:\n%swe did:\n%s",
				i+1, step.Request.Get, step.Outcome, e.Met, want, got)
		}
	}
	return nil
}

// inOwnWords reports whether the body of an answer is for the framework to
// word: that of a redirect and that of an error.
func inOwnWords(status int) bool { return status == 302 || status == 500 }

// saysTheSame reports whether a framework's words will do. A handler's failure
// has to be in them. The text of a store's error, which Koa's middleware
// shows, must not.
func saysTheSame(got, want string) bool {
	if want == errOops.Error() {
		return strings.Contains(got, want)
	}
	return !strings.Contains(got, "mock")
}

// client follows no redirect, since the traces' did not.
var client = &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}

func exchangeOver(url string, s sent) (Outcome, error) {
	req, err := http.NewRequest(http.MethodGet, url+s.target, nil)
	if err != nil {
		return Outcome{}, err
	}
	req.Header.Set("X-Forwarded-Proto", "https") // for the one trace with Secure, see ForUs
	if s.cookies != "" {
		req.Header.Set("Cookie", s.cookies)
	}
	if s.session != "" {
		req.Header.Set("X-Session-Id", s.session)
	}
	if req.URL.Query().Get("valid") == "false" {
		req.Header.Set(invalidHeader, "1")
	}
	res, err := client.Do(req)
	if err != nil {
		return Outcome{}, err
	}
	defer func() { _ = res.Body.Close() }()
	body, err := io.ReadAll(res.Body)
	if err != nil {
		return Outcome{}, err
	}
	o := Outcome{Status: res.StatusCode, Body: string(body)}
	for _, line := range res.Header["Set-Cookie"] {
		c, err := parseCookie(line, time.Now())
		if err != nil {
			return Outcome{}, err
		}
		o.SetCookie = append(o.SetCookie, c)
	}
	if ids, ok := res.Header["X-Session-Id"]; ok {
		o.SessionID = new(strings.Join(ids, ", "))
	}
	return o, nil
}

// parseCookie reads a Set-Cookie line, and refuses what no trace has in one.
func parseCookie(line string, now time.Time) (c Cookie, err error) {
	pair, rest, _ := strings.Cut(line, "; ")
	c.Name, c.Value, _ = strings.Cut(pair, "=")
	for attribute := range strings.SplitSeq(rest, "; ") {
		name, value, _ := strings.Cut(attribute, "=")
		switch name {
		case "path":
			c.Path = value
		case "expires":
			c.Expires, err = expiryOf(value, now)
		case "domain":
			c.Domain = value
		case "priority":
			c.Priority = value
		case "samesite":
			c.SameSite = value
		case "secure":
			c.Secure = true
		case "httponly":
			c.HTTPOnly = true
		case "partitioned":
			c.Partitioned = true
		default:
			return c, fmt.Errorf("attribute %q in %q", attribute, line)
		}
		if err != nil {
			return c, err
		}
	}
	return c, nil
}

// clockGrain is what expiries are rounded to. The traces' clock stands, ours
// runs on between a save and the look at it; all expiries of the traces are
// multiples of it.
const clockGrain = 5 * time.Second

func expiryOf(date string, now time.Time) (*Expiry, error) {
	t, err := time.Parse(http.TimeFormat, date)
	if err != nil {
		return nil, err
	}
	if t.Unix() == 0 {
		return new(Epoch), nil
	}
	return new(Expiry(t.Sub(now).Round(clockGrain) / time.Second)), nil
}
