package adaptersuite

import (
	"crypto/hmac"
	"crypto/sha1"
	"encoding/base64"
	"fmt"
	"net/http"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/go-holdall/holdall/internal/testkit/faultstore"
)

// sign is the signature as keygrip makes it, written once more.
func sign(key, name, id string) string {
	mac := hmac.New(sha1.New, []byte(key))
	mac.Write([]byte(name + "=" + id))
	return base64.RawURLEncoding.EncodeToString(mac.Sum(nil))
}

// name gives an id its name: new ones are numbered as they appear.
func (s *Site) name(id string) string {
	if prefix, rest, ok := strings.Cut(id, ":"); ok {
		return prefix + ":" + s.name(rest)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	name, ok := s.names[id]
	if !ok {
		s.fresh++
		name = fmt.Sprintf("new%d", s.fresh)
		s.names[id] = name
	}
	return name
}

// Calls renders the calls of the store.
func (s *Site) Calls() (calls []string) {
	for _, c := range s.Store.Calls() {
		calls = append(calls, s.call(c))
	}
	return calls
}

func (s *Site) call(c faultstore.Call) string {
	op, usual := c.Op, 24*time.Hour
	switch {
	case op == "get" || op == "destroy":
		usual = c.TTL
	case op != "swap":
	case c.New == nil:
		op = "remove"
	case bare(*c.New) == "null":
		op, usual = "retire", time.Minute
	case c.Old == nil:
		op = "create"
	}
	text := op + " " + s.name(strings.TrimPrefix(c.Key, prefix))
	if c.TTL != usual {
		text += " " + c.TTL.String()
	}
	return text
}

// Records renders what the store holds, without the default attributes.
func (s *Site) Records() []string {
	s.Calls() // gives the ids their names
	records := []string{}
	for key, r := range s.Store.Records() {
		if bare(r.Data) == "null" && r.TTL < time.Minute {
			continue // ended: it is there for late requests alone
		}
		text := s.name(strings.TrimPrefix(key, prefix)) + " " + bare(r.Data)
		if r.TTL != 24*time.Hour {
			text += " " + r.TTL.String()
		}
		records = append(records, text)
	}
	slices.Sort(records)
	return records
}

// sentNow matches the moment, this one, at which a cookie was sent.
var sentNow = regexp.MustCompile(`,"sent":(\d+)`)

// bare is a record without the member for the cookie, if that says nothing but
// that it was sent just now, and without the blanks at the end by which the
// engine knows its own writes.
func bare(data string) string {
	data = strings.TrimRight(data, " \t\r\n")
	if at := sentNow.FindStringSubmatch(data); at != nil {
		sent, _ := strconv.ParseInt(at[1], 10, 64)
		if time.Since(time.Unix(sent, 0)).Abs() < patience {
			data = strings.Replace(data, at[0], "", 1)
		}
	}
	for _, member := range []string{`"cookie":` + attributes + ",", `"cookie":` + attributes} {
		data = strings.Replace(data, member, "", 1)
	}
	return data
}

// Cookies renders the Set-Cookie lines of a response.
func (s *Site) Cookies(header http.Header) (lines []string) {
	ids := map[string][]string{}
	for _, line := range header["Set-Cookie"] {
		pair, rest, _ := strings.Cut(line, "; ")
		name, value, _ := strings.Cut(pair, "=")
		if signed, isSig := strings.CutSuffix(name, ".sig"); isSig {
			value = s.signature(signed, ids[signed], value)
		} else if ids[name] = append(ids[name], value); value != "" && strings.HasSuffix(name, "sid") {
			value = s.name(value)
		}
		line = name + "=" + value
		for attribute := range strings.SplitSeq(rest, "; ") {
			if attribute != "" {
				line += "; " + distance(attribute)
			}
		}
		lines = append(lines, line)
	}
	return lines
}

// signature says for which of the ids that came before it a signature is good.
func (s *Site) signature(name string, ids []string, sig string) string {
	if sig == "" {
		return ""
	}
	for _, id := range ids {
		if sig == sign(keys[0], name, id) {
			return "sig(" + s.name(id) + ")"
		}
	}
	return "WRONG"
}

// distance says a date as the time until then. It is rounded by more than a
// request takes, and less than any two cells differ by.
func distance(attribute string) string {
	date, ok := strings.CutPrefix(attribute, "expires=")
	if !ok {
		return attribute
	}
	t, err := time.Parse(http.TimeFormat, date)
	switch {
	case err != nil:
		return attribute
	case t.Unix() == 0:
		return "expires=epoch"
	}
	return "expires=+" + time.Until(t).Round(30*time.Second).String()
}

// twice returns the name of a cookie that is set twice, or "". Cookies of other
// paths or domains are others.
func twice(header http.Header) string {
	seen := map[[3]string]bool{}
	for _, line := range header["Set-Cookie"] {
		c, err := http.ParseSetCookie(line)
		if err != nil {
			continue
		}
		identity := [3]string{c.Name, c.Path, c.Domain}
		if seen[identity] {
			return c.Name
		}
		seen[identity] = true
	}
	return ""
}

// orphans returns the records that no client can have the id of.
func (s *Site) orphans(headers []http.Header) (orphans []string) {
	told := map[string]bool{}
	for _, header := range headers {
		for _, line := range append(header["Set-Cookie"], header[idHeader]...) {
			pair, _, _ := strings.Cut(line, ";")
			told[pair[strings.LastIndexByte(pair, '=')+1:]] = true
		}
	}
	for key, r := range s.Store.Records() {
		id := strings.TrimPrefix(key, prefix)
		if name := s.name(id); strings.HasPrefix(name, "new") && !told[id] && bare(r.Data) != "null" {
			orphans = append(orphans, name)
		}
	}
	return orphans
}
