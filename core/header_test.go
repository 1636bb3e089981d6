package core

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func collected(lines ...string) candidates {
	var c candidates
	c.collect(lines, "koa.sid", "koa.sid.sig")
	return c
}

func TestACookieIsFoundAsBrowsersSendIt(t *testing.T) {
	for _, c := range []struct {
		rule      string
		lines     []string
		ids, sigs []string
	}{
		{"a pair", []string{"koa.sid=A; koa.sid.sig=S"}, []string{"A"}, []string{"S"}},
		{"in any order", []string{"koa.sid.sig=S; koa.sid=A"}, []string{"A"}, []string{"S"}},
		{"without a space", []string{"koa.sid=A;koa.sid.sig=S"}, []string{"A"}, []string{"S"}},
		{"in several lines", []string{"koa.sid=A", "x=1; koa.sid.sig=S"}, []string{"A"}, []string{"S"}},
		{"several of one name, in order", []string{"koa.sid=A; koa.sid=B", "koa.sid=C"}, []string{"A", "B", "C"}, nil},
		{"spaces and tabs are trimmed", []string{" \tkoa.sid \t=\t A \t;\tkoa.sid.sig = S "}, []string{"A"}, []string{"S"}},
		{"nothing else is", []string{"koa.sid=\vA\u00a0"}, []string{"\vA\u00a0"}, nil},
		{"one pair of quotes is", []string{`koa.sid="A"; koa.sid.sig="S"`}, []string{"A"}, []string{"S"}},
		{"but only one", []string{`koa.sid=""A""`}, []string{`"A"`}, nil},
		{"and only a pair", []string{`koa.sid="A; koa.sid=A"; koa.sid="`}, []string{`"A`, `A"`, `"`}, nil},
		{"a quoted nothing", []string{`koa.sid=""; koa.sid.sig=""`}, []string{""}, nil},
		{"a semicolon splits inside quotes", []string{`x="a; koa.sid=A; b"`}, []string{"A"}, nil},
		{"a comma does not", []string{"koa.sid=A, koa.sid.sig=S"}, []string{"A, koa.sid.sig=S"}, nil},
		{"a value may have an equals sign", []string{"koa.sid=a=b"}, []string{"a=b"}, nil},
		{"an empty signature is none", []string{"koa.sid=A; koa.sid.sig="}, []string{"A"}, nil},
		{"nothing is decoded", []string{"koa%2Esid=A; koa.sid=%41+"}, []string{"%41+"}, nil},
		{"names are compared byte for byte", []string{"KOA.SID=A; koa_sid=A; xkoa.sid=A; koa.sidx=A; koaXsid=A"}, nil, nil},
		{"a name inside a value is none", []string{"x=koa.sid=A; =koa.sid=A"}, nil, nil},
		{"legacy attributes are cookies like others", []string{"$Version=1; koa.sid=A; $Path=/"}, []string{"A"}, nil},
		{"no equals sign, no cookie", []string{"koa.sid; koa.sid.sig"}, nil, nil},
		{"empty pairs", []string{";;; koa.sid=A;;", "", ";", "="}, []string{"A"}, nil},
		{"no header", nil, nil, nil},
	} {
		found := collected(c.lines...)
		require.ElementsMatch(t, c.ids, found.ids[:found.idCount], c.rule)
		require.ElementsMatch(t, c.sigs, found.sigs[:found.sigCount], c.rule)
	}
}

func TestNoHeaderMakesTheParserWorkForLong(t *testing.T) {
	pair := "koa.sid=A; koa.sid.sig=S; "
	for _, c := range []struct {
		rule  string
		lines []string
		found bool
	}{
		{"500 cookies", []string{pair + strings.Repeat("a=b;", 498)}, true},
		{"501 cookies", []string{pair + strings.Repeat("a=b;", 499)}, false},
		{"501 cookies, ours last", []string{strings.Repeat("a=b;", 499) + pair}, false},
		{"16 KiB", []string{pair + "x=" + strings.Repeat("y", maxCookieBytes-len(pair)-2)}, true},
		{"and a byte", []string{pair + "x=" + strings.Repeat("y", maxCookieBytes-len(pair)-1)}, false},
		{"in two lines", []string{pair, strings.Repeat("y", maxCookieBytes-len(pair)+1)}, false},
	} {
		found := collected(c.lines...)
		require.Equal(t, c.found, found.idCount == 1 && found.sigCount == 1, c.rule)
	}
	many := collected(strings.Repeat("koa.sid=A;koa.sid.sig=S;", 100))
	require.Equal(t, maxCandidates, many.idCount)
	require.Equal(t, maxCandidates, many.sigCount)
}

func TestAFloodOfCookiesAllocatesNothing(t *testing.T) {
	one := []string{strings.Repeat("a=b;", 100_000)}
	lines := strings.Split(strings.Repeat("a=b\n", 100_000), "\n")
	require.Zero(t, testing.AllocsPerRun(10, func() {
		var c candidates
		c.collect(one, "koa.sid", "koa.sid.sig")
		c.collect(lines, "koa.sid", "koa.sid.sig")
	}))
}

// slowly is the parser written for the reader: the rules and no more.
func slowly(line, name string) (values []string) {
	if len(line) > maxCookieBytes {
		return nil
	}
	pairs := 0
	for _, pair := range strings.Split(line, ";") {
		if pair == "" {
			continue
		}
		if pairs++; pairs > maxCookies {
			return nil
		}
		key, value, ok := strings.Cut(pair, "=")
		if !ok || strings.Trim(key, " \t") != name {
			continue
		}
		value = strings.Trim(value, " \t")
		if len(value) > 1 && strings.HasPrefix(value, `"`) && strings.HasSuffix(value, `"`) {
			value = value[1 : len(value)-1]
		}
		values = append(values, value)
	}
	return values[:min(len(values), maxCandidates)]
}

func FuzzCookieHeader(f *testing.F) {
	for _, seed := range []string{
		"koa.sid=Zx9_-aaaaaaaaaaaaaaaaaaaaaaaaaaa; koa.sid.sig=nA-w-5CXSgFd_HQylxahUpOjyKg", `x="a; koa.sid=b; c"`,
		"koa.sid =\t\"a\" ;koa.sid", ";;=;koa.sid=;koa.sid==\"", "koa.sid=a\x00\r\n\xff", strings.Repeat("koa.sid=a;", 20),
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, line string) {
		found := collected(line)
		got := append([]string(nil), found.ids[:found.idCount]...)
		require.Equal(t, slowly(line, "koa.sid"), got)
		for _, sig := range found.sigs[:found.sigCount] {
			require.NotEmpty(t, sig)
		}
	})
}
