package core

import (
	"context"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/go-holdall/holdall/internal/testkit/recorder"
)

func TestIdsAreTwentyFourRandomBytes(t *testing.T) {
	const n = 100_000
	seen := make(map[string]bool, n)
	var ones [8 * idLen]int
	for range n {
		id := string(appendNewID(nil, new([idBytes]byte)))
		if len(id) != idLen || !defaultShape(id) || seen[id] {
			require.Fail(t, "a bad id or one made twice", id)
		}
		seen[id] = true
		for i := range len(id) {
			ones[i] += strings.IndexByte("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_", id[i])
		}
	}
	for i := range idLen {
		require.InDelta(t, 31.5, float64(ones[i])/n, 0.5, "every character is as random as the others")
	}
}

func TestTheShapeOfAnID(t *testing.T) {
	for _, c := range []struct {
		id             string
		default_, wide bool
	}{
		{strings.Repeat("a", 32), true, true},
		{"Zx9_-" + strings.Repeat("Z", 27), true, true},
		{strings.Repeat("a", 31), false, true},
		{strings.Repeat("a", 33), false, true},
		{strings.Repeat("a", 128), false, true},
		{strings.Repeat("a", 129), false, false},
		{"a", false, true},
		{"", false, false},
	} {
		require.Equal(t, c.default_, defaultShape(c.id), c.id)
		require.Equal(t, c.wide, widerShape(c.id), c.id)
	}
	const allowed = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
	for b := range 256 {
		id := strings.Repeat("a", 16) + string([]byte{byte(b)}) + strings.Repeat("a", 15)
		require.Equal(t, strings.IndexByte(allowed, byte(b)) >= 0, defaultShape(id), "%q", id)
		require.Equal(t, defaultShape(id), widerShape(id), "%q", id)
	}
}

func TestWithIDForcesAnID(t *testing.T) {
	type key struct{}
	ctx := WithID(context.WithValue(context.Background(), key{}, 1), "forced")
	require.Equal(t, "forced", forcedID(ctx))
	require.Equal(t, 1, ctx.Value(key{}), "and leaves the context's other values")
	require.Empty(t, forcedID(context.Background()))
}

const (
	corpusID = "Zx9_-aaaaaaaaaaaaaaaaaaaaaaaaaaa"
	freshSig = "nA-w-5CXSgFd_HQylxahUpOjyKg"
	staleSig = "tCgfQiVCoerGgqwFiFTmbyNRl9M"
	wrongSig = "TdxYb-W5EkvzrmDcBfZ1SjQa0Mc"
)

func TestWhatARequestBroughtAlong(t *testing.T) {
	carrier := &cookieCarrier{name: "koa.sid", sigName: "koa.sid.sig", signer: newSigner([]string{"newkey", "oldkey"}), recent: newRecent(sessKey), shape: defaultShape}
	evil := strings.Repeat("E", 32)
	for _, c := range []struct {
		rule, line string
		want       carried
	}{
		{"nothing", "", carried{}},
		{"a signed id", "koa.sid=" + corpusID + "; koa.sid.sig=" + freshSig, carried{id: corpusID, sig: freshSig}},
		{"signed with an older key", "koa.sid=" + corpusID + "; koa.sid.sig=" + staleSig, carried{id: corpusID, outdated: true}},
		{"a wrong signature is of no use", "koa.sid=" + corpusID + "; koa.sid.sig=" + wrongSig, carried{dead: true}},
		{"a missing one says nothing", "koa.sid=" + corpusID, carried{}},
		{"nor does an empty one", "koa.sid=" + corpusID + "; koa.sid.sig=", carried{}},
		{"an id of impossible shape is not looked at", "koa.sid=../../etc; koa.sid.sig=" + wrongSig, carried{}},
		{"the first pair that fits counts: ids", "koa.sid=" + evil + "; koa.sid=" + corpusID + "; koa.sid.sig=" + freshSig, carried{id: corpusID, sig: freshSig}},
		{"whatever is beside it", "koa.sid=; koa.sid=x; koa.sid=" + corpusID + "; koa.sid.sig=" + freshSig, carried{id: corpusID, sig: freshSig}},
		{"the first pair that fits counts: signatures", "koa.sid.sig=" + wrongSig + "; koa.sid.sig=" + freshSig + "; koa.sid=" + corpusID, carried{id: corpusID, sig: freshSig}},
	} {
		x := &recorder.Exchange{Sent: map[string][]string{"Cookie": {c.line}}}
		got := carrier.read(x)
		got.key, got.place = "", nil // see recent_test.go
		require.Equal(t, c.want, got, c.rule)
	}

	carrier.signer = nil
	x := &recorder.Exchange{Sent: map[string][]string{"Cookie": {"koa.sid=" + corpusID}}}
	require.Equal(t, carried{id: corpusID}, carrier.read(x), "unsigned")
}

func TestAnIDFromAHeader(t *testing.T) {
	carrier := storeCarrier{ids: HeaderIDs("X-Session-Id"), shape: defaultShape}
	for _, c := range []struct {
		lines []string
		want  string
	}{
		{nil, ""},
		{[]string{corpusID}, corpusID},
		{[]string{" " + corpusID + "\t"}, corpusID},
		{[]string{corpusID, "other"}, corpusID},
		{[]string{corpusID + ";"}, ""},
		{[]string{""}, ""},
	} {
		x := &recorder.Exchange{Sent: map[string][]string{"X-Session-Id": c.lines}}
		require.Equal(t, carried{id: c.want}, carrier.read(x))
	}
	require.NoError(t, carrier.refuses(false, &Cookie{Secure: true}), "a header is not bound to TLS")
}
