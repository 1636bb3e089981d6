package core

import (
	"bytes"
	"crypto/subtle"
	"hash/maphash"
	"strings"
	"sync"
	"sync/atomic"
)

// recent holds what was found out about the sessions that were used lately, so
// that the next request of a page need not do it again: that a signature is
// good, what the key of the record is, and where the record's members lie,
// which is so for as long as no byte of it has changed. It was a quarter of
// a request that reads. What is not here is computed, so that a table which is
// too small, or full of others, costs time and nothing else.
//
// It holds ids and records in memory for longer than their requests, as a
// memory store does. Who can read them there can read the signing keys too.
type recent struct {
	prefix string
	seed   maphash.Seed
	places [recentPlaces]atomic.Pointer[recentPlace]
}

const (
	// recentPlaces is how many sessions there are at the most.
	recentPlaces = 4096
	// maxRecent is the length of the records that are held, so 4 MiB for each
	// engine at the most. A longer one is indexed by each request.
	maxRecent = 1 << 10
)

// A recentPlace is that of one session at a time. Its zero value is empty; a nil
// one stays so.
type recentPlace struct {
	mu      sync.Mutex
	key     string // of the record; the id is its end
	sig     [signatureLen]byte
	raw     []byte // nil: unknown
	members [fewMembers]member
	count   int
}

func newRecent(prefix string) *recent { return &recent{prefix: prefix, seed: maphash.MakeSeed()} }

// at returns the two places that a session may have.
func (r *recent) at(id string) (first, second *atomic.Pointer[recentPlace]) {
	hash := maphash.String(r.seed, id)
	return &r.places[hash%recentPlaces], &r.places[hash>>32%recentPlaces]
}

// find returns what a request carries whose id has one of these signatures, if
// that has been verified.
func (r *recent) find(id string, sigs []string) (c carried, ok bool) {
	if r == nil || len(id) != idLen {
		return carried{}, false
	}
	first, second := r.at(id)
	if c, ok = first.Load().carried(id, sigs); !ok {
		c, ok = second.Load().carried(id, sigs)
	}
	return c, ok
}

func (p *recentPlace) carried(id string, sigs []string) (c carried, ok bool) {
	if p == nil {
		return carried{}, false
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if !strings.HasSuffix(p.key, id) {
		return carried{}, false
	}
	for _, sig := range sigs {
		if p.holds(sig) {
			return carried{id: p.key[len(p.key)-idLen:], sig: sig, key: p.key, place: p}, true
		}
	}
	return carried{}, false
}

// holds compares in constant time, as the HMAC is compared.
func (p *recentPlace) holds(sig string) bool {
	var given [signatureLen]byte
	return copy(given[:], sig) == len(sig) && len(sig) == len(given) && subtle.ConstantTimeCompare(given[:], p.sig[:]) == 1
}

// add remembers that a signature is good, in place of another id's, and returns
// what the request carries.
func (r *recent) add(id, sig string) carried {
	if len(id) != idLen {
		return carried{id: id, sig: sig}
	}
	first, second := r.at(id)
	key := r.prefix + id
	p := first.Load()
	if p != nil && !p.isOf(key) {
		first, p = second, second.Load()
	}
	if p == nil {
		first.CompareAndSwap(nil, new(recentPlace))
		p = first.Load()
	}
	p.take(key, sig)
	return carried{id: key[len(r.prefix):], sig: sig, key: key, place: p}
}

func (p *recentPlace) isOf(key string) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.key == key
}

func (p *recentPlace) take(key, sig string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.key != key {
		p.key, p.raw = key, nil
	}
	copy(p.sig[:], sig)
}

// recall makes raw the document, if it is to the byte what the session's record
// was when it was remembered.
func (p *recentPlace) recall(key string, raw []byte, d *document) bool {
	if p == nil {
		return false
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.raw == nil || p.key != key || !bytes.Equal(p.raw, raw) {
		return false
	}
	d.adopt(raw, p.members[:p.count])
	return true
}

// remember keeps where the members of a session's record lie.
func (p *recentPlace) remember(key string, d *document) {
	if p == nil || len(d.raw) > maxRecent || len(d.members) > len(p.members) {
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.key == key {
		p.raw, p.count = d.raw, copy(p.members[:], d.members)
	}
}
