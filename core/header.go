package core

import "strings"

// What the engine looks at of a request's Cookie header, so that nobody makes
// it work for long: a browser's limits are far below.
const (
	maxCookieBytes = 16 << 10
	maxCookies     = 500
	maxCandidates  = 8
)

// candidates are the ids and signatures that a request carries. A client may
// send several cookies of one name, and their order says nothing (RFC
// 6265bis section 4.2.2), so the first pair that fits together counts.
type candidates struct {
	ids, sigs         [maxCandidates]string
	idCount, sigCount int
}

// collect reads raw Cookie lines. Pairs end at each ';', even inside quotes;
// only spaces and tabs are trimmed; names are compared byte for byte and
// nothing is percent-decoded; one balanced pair of quotes around a value is
// removed. A header over the limits carries no session. sigName must begin with
// name: a pair that does not begin so is passed over at once.
func (c *candidates) collect(lines []string, name, sigName string) {
	size, pairs := 0, 0
	for _, line := range lines {
		if size += len(line); size > maxCookieBytes {
			*c = candidates{}
			return
		}
		for line != "" {
			var pair string
			if pair, line, _ = strings.Cut(line, ";"); pair == "" {
				continue
			}
			if pairs++; pairs > maxCookies {
				*c = candidates{}
				return
			}
			if pair = trimLeft(pair); strings.HasPrefix(pair, name) {
				c.pair(pair, name, sigName)
			}
		}
	}
}

func (c *candidates) pair(pair, name, sigName string) {
	key, value, ok := strings.Cut(pair, "=")
	if !ok {
		return
	}
	switch trim(key) {
	case name:
		if c.idCount < maxCandidates {
			c.ids[c.idCount] = unquote(trim(value))
			c.idCount++
		}
	case sigName:
		if value = unquote(trim(value)); value != "" && c.sigCount < maxCandidates {
			c.sigs[c.sigCount] = value
			c.sigCount++
		}
	}
}

func trimLeft(s string) string {
	for s != "" && (s[0] == ' ' || s[0] == '\t') {
		s = s[1:]
	}
	return s
}

func trim(s string) string {
	s = trimLeft(s)
	for s != "" && (s[len(s)-1] == ' ' || s[len(s)-1] == '\t') {
		s = s[:len(s)-1]
	}
	return s
}

func unquote(s string) string {
	if len(s) > 1 && s[0] == '"' && s[len(s)-1] == '"' {
		return s[1 : len(s)-1]
	}
	return s
}
