package core

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestACookieIsItsNamePathDomainAndPartition(t *testing.T) {
	const ours = "koa.sid=a; path=/; expires=Thu, 01 Jan 1970 00:00:00 GMT; httponly"
	for other, same := range map[string]bool{
		ours:                                  true,
		"koa.sid=b; Path=/":                   true,
		"koa.sid=b; Path = / ; Max-Age=3":     true,
		"koa.sid=b; path=/app":                false,
		"koa.sid=b":                           false,
		"koa.sid=b; path=/; domain=a.example": false,
		"koa.sid=b; path=/; Partitioned":      false,
		"koa.sid.sig=b; path=/":               false,
	} {
		require.Equal(t, same, SameCookie("/app/page", ours, other), other)
	}
	require.True(t, SameCookie("/page", ours, "koa.sid=b"), "the default path is that of the request")
	require.True(t, SameCookie("", ours, "koa.sid=b; path=relative"))
	require.True(t, SameCookie("/", "a=1; domain=.Example.com", "a=2; Domain=example.com"), "the dot and the case say nothing")
}
