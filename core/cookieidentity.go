package core

import "strings"

// SameCookie is for adapters. It reports whether two Set-Cookie values in the
// answer to a request of this path are about one cookie to a browser: of the same
// name, path, domain and partition (RFC 6265bis section 5.7, and CHIPS for the
// partition).
func SameCookie(requestPath, a, b string) bool {
	return identityOf(requestPath, a) == identityOf(requestPath, b)
}

// A cookieIdentity is what tells a browser's cookies from each other.
type cookieIdentity struct {
	name, path, domain string
	partitioned        bool
}

func identityOf(requestPath, line string) (c cookieIdentity) {
	pair, rest, _ := strings.Cut(line, ";")
	c.name, _, _ = strings.Cut(pair, "=")
	c.name = trim(c.name)
	for rest != "" {
		var attribute string
		attribute, rest, _ = strings.Cut(rest, ";")
		name, value, _ := strings.Cut(attribute, "=")
		switch strings.ToLower(trim(name)) {
		case "path":
			c.path = trim(value)
		case "domain":
			c.domain = strings.ToLower(strings.TrimPrefix(trim(value), "."))
		case "partitioned":
			c.partitioned = true
		}
	}
	if !strings.HasPrefix(c.path, "/") {
		c.path = defaultPath(requestPath)
	}
	return c
}

// defaultPath is the path of a cookie that does not say one: that of the
// request up to its last slash (RFC 6265bis section 5.1.4).
func defaultPath(requestPath string) string {
	if end := strings.LastIndexByte(requestPath, '/'); end > 0 {
		return requestPath[:end]
	}
	return "/"
}
