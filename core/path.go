package core

import "strings"

// pathMatches reports whether a request path lies under a cookie's path (RFC
// 6265 section 5.1.4): "/app" matches "/app" and "/app/x", not "/apple".
func pathMatches(path, cookiePath string) bool {
	if !strings.HasPrefix(path, cookiePath) {
		return false
	}
	return len(path) == len(cookiePath) || cookiePath[len(cookiePath)-1] == '/' || path[len(cookiePath)] == '/'
}
