package core

import (
	"crypto/subtle"
	"hash/maphash"
	"sync"
)

// recent holds signatures that were verified lately. A browser sends the same
// two cookies with each request of a page, and to compare them with what was
// good is a tenth of the work of another HMAC, which was a sixth of the
// engine's share in a request that reads. What is not here is computed, so that
// a table which is too small, or full of others, costs time and nothing else.
//
// It holds ids in memory for longer than their requests, as a memory store
// does. Who can read them there can read the signing keys too.
type recent struct {
	seed   maphash.Seed
	places [recentPlaces]recentPlace
}

// recentPlaces is how many there are at the most: 72 KiB for each engine.
const recentPlaces = 1024

type recentPlace struct {
	mu    sync.Mutex
	taken bool // without it the zeros of an empty place would be an id and its signature
	id    [idLen]byte
	sig   [signatureLen]byte
}

func newRecent() *recent { return &recent{seed: maphash.MakeSeed()} }

func (r *recent) place(id string) *recentPlace {
	return &r.places[maphash.String(r.seed, id)%recentPlaces]
}

// find returns which of the signatures has been verified for an id.
func (r *recent) find(id string, sigs []string) (sig string, ok bool) {
	if r == nil || len(id) != idLen {
		return "", false
	}
	p := r.place(id)
	p.mu.Lock()
	defer p.mu.Unlock()
	if !p.taken || string(p.id[:]) != id {
		return "", false
	}
	for _, sig := range sigs {
		if p.holds(sig) {
			return sig, true
		}
	}
	return "", false
}

// holds compares in constant time, as the HMAC is compared.
func (p *recentPlace) holds(sig string) bool {
	var given [signatureLen]byte
	return copy(given[:], sig) == len(sig) && len(sig) == len(given) && subtle.ConstantTimeCompare(given[:], p.sig[:]) == 1
}

// add remembers that a signature is good, in place of another id's.
func (r *recent) add(id, sig string) {
	if len(id) != idLen {
		return
	}
	p := r.place(id)
	p.mu.Lock()
	defer p.mu.Unlock()
	p.taken = true
	copy(p.id[:], id)
	copy(p.sig[:], sig)
}
