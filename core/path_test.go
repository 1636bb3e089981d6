package core

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestPathMatchIsThatOfRFC6265(t *testing.T) {
	for _, c := range []struct {
		path, cookiePath string
		want             bool
	}{
		{"/", "/", true},
		{"/anything", "/", true},
		{"/app", "/app", true},
		{"/app/", "/app", true},
		{"/app/x", "/app", true},
		{"/app/x", "/app/", true},
		{"/app/", "/app/", true},
		{"/app", "/app/", false},
		{"/application", "/app", false},
		{"/ap", "/app", false},
		{"/APP", "/app", false},
		{"/%61pp", "/app", false},
		{"//app", "/app", false},
		{"/x/app", "/app", false},
		{"/app;x", "/app", false},
		{"/app?x", "/app", false},
		{"", "/app", false},
		{"app", "/app", false},
	} {
		require.Equal(t, c.want, pathMatches(c.path, c.cookiePath), "%q under %q", c.path, c.cookiePath)
	}
}
