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
// removed. A header over the limits carries no session.
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
			c.add(trimLeft(pair), name, sigName)
		}
	}
}

func (c *candidates) add(pair, name, sigName string) {
	if id, ok := valueOf(name, pair); ok {
		if c.idCount < maxCandidates {
			c.ids[c.idCount] = id
			c.idCount++
		}
		return
	}
	if sig, ok := valueOf(sigName, pair); ok && sig != "" && c.sigCount < maxCandidates {
		c.sigs[c.sigCount] = sig
		c.sigCount++
	}
}

// valueOf returns the value of a pair with that name.
func valueOf(name, pair string) (value string, ok bool) {
	rest, ok := strings.CutPrefix(pair, name)
	if !ok {
		return "", false
	}
	if rest = trimLeft(rest); rest == "" || rest[0] != '=' {
		return "", false
	}
	return unquote(trim(rest[1:])), true
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
