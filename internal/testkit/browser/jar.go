package browser

import (
	"net/http"
	"slices"
	"strings"
	"time"
)

// A jar keeps cookies as RFC 6265bis says: by name, domain, host-only, path
// and partition.
type jar struct{ cookies []cookie }

type identity struct {
	name, domain, path string
	hostOnly, apart    bool
}

type cookie struct {
	identity
	value string
	ends  time.Time // zero: with the browser
}

const host = "app.example.com"

// take stores the cookies of an answer from a path.
func (j *jar) take(lines []string, from string, now time.Time) {
	for _, line := range lines {
		c, err := http.ParseSetCookie(line)
		if err != nil {
			continue
		}
		if kept, ok := keepable(c, from, now); ok {
			j.cookies = slices.DeleteFunc(j.cookies, func(old cookie) bool { return old.identity == kept.identity })
			if kept.ends.IsZero() || kept.ends.After(now) {
				j.cookies = append(j.cookies, kept)
			}
		}
	}
}

func keepable(c *http.Cookie, from string, now time.Time) (cookie, bool) {
	k := cookie{identity{c.Name, strings.TrimPrefix(c.Domain, "."), c.Path, c.Domain == "", c.Partitioned}, c.Value, c.Expires}
	switch {
	case k.hostOnly:
		k.domain = host
	case host != k.domain && !strings.HasSuffix(host, "."+k.domain):
		return k, false
	}
	if !strings.HasPrefix(k.path, "/") {
		k.path = from[:max(1, strings.LastIndexByte(from, '/'))]
	}
	switch {
	case c.MaxAge > 0:
		k.ends = now.Add(time.Duration(c.MaxAge) * time.Second)
	case c.MaxAge < 0:
		k.ends = now
	}
	return k, true
}

// header returns what is sent to a path: longer paths first, then older ones.
func (j *jar) header(path string, now time.Time) []string {
	var fit []cookie
	for _, c := range j.cookies {
		if (c.ends.IsZero() || c.ends.After(now)) && matches(path, c.path) {
			fit = append(fit, c)
		}
	}
	slices.SortStableFunc(fit, func(a, b cookie) int { return len(b.path) - len(a.path) })
	var pairs []string
	for _, c := range fit {
		pairs = append(pairs, c.name+"="+c.value)
	}
	if pairs == nil {
		return nil
	}
	return []string{strings.Join(pairs, "; ")}
}

func matches(path, of string) bool {
	return path == of || strings.HasPrefix(path, of) && (strings.HasSuffix(of, "/") || path[len(of)] == '/')
}
