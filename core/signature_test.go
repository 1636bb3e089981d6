package core

import (
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"
)

// What the real cookies and keygrip packages signed.
func TestASignatureIsKeygrips(t *testing.T) {
	for _, c := range []struct{ keys, name, value, want string }{
		{"keys,keykeys", "koa.sid", "sid-00000000000000000001", "4r4zdYIV0HJeTIdxqa2zVpIEXKo"},
		{"keys,keykeys", "koa.sid", "sid-00000000000000000002", "X1g-vy6FGimh_Bfj27JoVo1Msic"},
		{"keys,keykeys", "koa.sid", "sid-00000000000000000003", "0BxKO4ALnx6BLzrJw9wmji96Ykg"},
		{"keys,keykeys", "koa.sid", "", "4Q4t-o__7Oasf7VtZqUFKLy4m7A"},
		{"keys,keykeys", "app.sid", "sid-00000000000000000001", "aa2VCRLhSNXOqMWDWmn9EaMRd1Y"},
		{"only", "app.sid", "sid-00000000000000000001", "SCUPloy2leilIVzhhO9D05JE2Gg"},
		{"newkey,oldkey", "koa.sid", "Zx9_-aaaaaaaaaaaaaaaaaaaaaaaaaaa", "nA-w-5CXSgFd_HQylxahUpOjyKg"},
	} {
		s := newSigner(strings.Split(c.keys, ","))
		require.Equal(t, c.want, sign(s, c.name, c.value))
		key, sig := s.verify(c.name, c.value, []string{c.want})
		require.Zero(t, key)
		require.Equal(t, c.want, sig)
	}
}

func TestEveryKeyVerifiesAndTheFirstSigns(t *testing.T) {
	old, rotated := newSigner([]string{"old"}), newSigner([]string{"new", "newer", "old"})
	sig := sign(old, "koa.sid", "A")

	key, _ := rotated.verify("koa.sid", "A", []string{sig})
	require.Equal(t, 2, key)
	require.NotEqual(t, sig, sign(rotated, "koa.sid", "A"))
	key, _ = newSigner([]string{"new"}).verify("koa.sid", "A", []string{sig})
	require.Equal(t, -1, key, "a key that was taken out")
}

func TestTheNewestKeyCountsWhicheverSignatureComesFirst(t *testing.T) {
	s := newSigner([]string{"new", "old"})
	stale, fresh := sign(newSigner([]string{"old"}), "n", "v"), sign(s, "n", "v")
	key, sig := s.verify("n", "v", []string{"x", stale, fresh})
	require.Zero(t, key)
	require.Equal(t, fresh, sig)
}

func TestOnlyTheOneSpellingOfASignatureIsAccepted(t *testing.T) {
	s := newSigner([]string{"keys", "keykeys"})
	const name, value, sig = "koa.sid", "sid-00000000000000000001", "4r4zdYIV0HJeTIdxqa2zVpIEXKo"
	refused := func(what, name, value, sig string) {
		key, _ := s.verify(name, value, []string{sig})
		require.Equal(t, -1, key, "%s: %q", what, sig)
	}
	// The last of 27 characters has two bits that base64 does not use.
	const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
	for i := range len(alphabet) {
		if twin := sig[:26] + alphabet[i:i+1]; twin != sig {
			refused("twin", name, value, twin)
		}
	}
	for i := range len(sig) {
		for bit := range 8 {
			flipped := []byte(sig)
			flipped[i] ^= 1 << bit
			refused("flipped", name, value, string(flipped))
		}
		refused("truncated", name, value, sig[:i])
	}
	refused("padded", name, value, sig+"=")
	refused("longer", name, value, sig+"A")
	refused("in standard base64", name, value, "4r4zdYIV0HJeTIdxqa2zVpIEXK+")
	refused("another name", "app.sid", value, sig)
	refused("another value", name, "sid-00000000000000000002", sig)
	refused("a border moved", "koa.si", "d="+value, sig)
	key, _ := s.verify(name, value, nil)
	require.Equal(t, -1, key)
}

func TestASignerIsSafeForSeveralGoroutines(t *testing.T) {
	s := newSigner([]string{"keys"})
	var all sync.WaitGroup
	for g := range 8 {
		all.Go(func() {
			for range 200 {
				value := strings.Repeat("v", g+1)
				if key, _ := s.verify("n", value, []string{sign(s, "n", value)}); key != 0 {
					t.Error("a signature of one goroutine was that of another")
				}
			}
		})
	}
	all.Wait()
}

func FuzzSignature(f *testing.F) {
	f.Add("koa.sid", "sid-00000000000000000001", "4r4zdYIV0HJeTIdxqa2zVpIEXKo")
	f.Add("", "", "")
	f.Add("a=b", "c", strings.Repeat("A", 27))
	s := newSigner([]string{"keys", "keykeys"})
	f.Fuzz(func(t *testing.T, name, value, sig string) {
		right := sign(s, name, value)
		require.Len(t, right, signatureLen)
		key, _ := s.verify(name, value, []string{right})
		require.Zero(t, key)
		if older := sign(newSigner([]string{"keykeys"}), name, value); sig != right && sig != older {
			key, _ = s.verify(name, value, []string{sig})
			require.Equal(t, -1, key)
		}
	})
}

func sign(s *signer, name, value string) string {
	return string(s.appendSignature(nil, name, value))
}
