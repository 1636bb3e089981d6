package core

import (
	"fmt"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"
)

// signedCarrier is that of a cookie "koa.sid", and what it reads of a request
// with an id and signatures.
func signedCarrier(keys ...string) (*cookieCarrier, func(id string, sigs ...string) carried) {
	cc := &cookieCarrier{name: "koa.sid", sigName: "koa.sid.sig", signer: newSigner(keys), recent: newRecent(), shape: widerShape}
	return cc, func(id string, sigs ...string) carried {
		c := newClient()
		line := "koa.sid=" + id
		for _, sig := range sigs {
			line += "; koa.sid.sig=" + sig
		}
		c.headers["Cookie"] = []string{line}
		return cc.read(c)
	}
}

func (cc *cookieCarrier) sign(id string) string {
	return string(cc.signer.appendSignature(nil, cc.name, id))
}

func TestASignatureIsComputedOnce(t *testing.T) {
	cc, read := signedCarrier("key")
	id := strings.Repeat("a", idLen)
	sig := cc.sign(id)
	want := carried{id: id, sig: sig}
	require.Equal(t, want, read(id, sig))
	cc.signer = newSigner([]string{"another"}) // which would not accept it
	require.Equal(t, want, read(id, sig))
	require.Equal(t, want, read(id, "wrong", sig), "among several")
}

func TestOnlyWhatWasVerifiedIsRemembered(t *testing.T) {
	cc, read := signedCarrier("new", "old")
	id := strings.Repeat("a", idLen)
	sig := cc.sign(id)
	require.Equal(t, sig, read(id, sig).sig)
	other := strings.Repeat("b", idLen)
	for _, wrong := range []string{"", "wrong", sig[1:], sig + "A", sig[:len(sig)-1] + "?", strings.ToUpper(sig), cc.sign(other), strings.Repeat("\x00", signatureLen)} {
		for range 2 {
			require.Equal(t, carried{dead: wrong != ""}, read(id, wrong), wrong)
		}
	}
	for range 2 {
		require.Equal(t, carried{dead: true}, read(other, sig), "of another id")
		require.Empty(t, read(strings.Repeat("\x00", idLen), strings.Repeat("\x00", signatureLen)), "an empty place")
	}
	old := newSigner([]string{"old"})
	older := string(old.appendSignature(nil, "koa.sid", other))
	for range 2 {
		require.True(t, read(other, older).outdated, "it is to be renewed each time")
	}
}

func TestAnIDOfAnyLengthIsVerified(t *testing.T) {
	cc, read := signedCarrier("key")
	for _, n := range []int{1, idLen - 1, idLen, idLen + 1, maxIDLen} {
		id := strings.Repeat("a", n)
		for range 2 {
			require.Equal(t, carried{id: id, sig: cc.sign(id)}, read(id, cc.sign(id)))
			require.Equal(t, carried{dead: true}, read(id, cc.sign(id+"a")))
		}
	}
}

// More ids than there are places, from several goroutines.
func TestPlacesAreTakenOver(t *testing.T) {
	cc, read := signedCarrier("key")
	var done sync.WaitGroup
	for range 4 {
		done.Go(func() {
			for n := range 3 * recentPlaces {
				id := fmt.Sprintf("%032d", n)
				if got := read(id, cc.sign(id)); got.id != id {
					t.Errorf("%s: %+v", id, got)
				}
				next := fmt.Sprintf("%032d", n+1)
				if got := read(next, cc.sign(id)); got.id != "" {
					t.Errorf("%s: %+v", id, got)
				}
			}
		})
	}
	done.Wait()
}
