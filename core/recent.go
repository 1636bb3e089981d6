package core

import (
	"bytes"
	"crypto/subtle"
	"hash/maphash"
	"math/rand/v2"
	"strings"
	"sync"
	"sync/atomic"
)

// recent holds what was found out about the sessions that were used lately, so
// that the next request of a page need not do it again: that a signature is
// good, what the key of the record is, and where the record's members lie,
// which is so for as long as no byte of it has changed. Without it a request
// that reads takes a third longer. What is not here is computed, so that a table
// which is too small, or full of others, costs time and nothing else.
//
// It holds ids and records in memory for longer than their requests, see
// docs/decisions/0009.
type recent struct {
	prefix string
	seed   maphash.Seed
	doors  [recentPlaces]recentDoor
}

const (
	// recentPlaces is how many sessions are remembered at the most.
	recentPlaces = 4096
	// maxRecentRecord is the length of the records that are remembered, so that
	// those of an engine take less than 6 MiB. A longer one is indexed by each
	// request.
	maxRecentRecord = 1 << 10
)

// A recentDoor leads to a place. Most sessions of a site that has many more than
// there are places are turned away here: to give each a place, which it has lost
// again when it comes back, costs more than it saves.
type recentDoor struct {
	inside  atomic.Uint32 // the tag of the session that has the place, zero for none
	outside atomic.Uint32 // that of the session that was turned away last
	place   atomic.Pointer[recentPlace]
}

// A recentPlace is that of one session at a time. Its zero value is empty; a nil
// one stays so.
type recentPlace struct {
	mu      sync.Mutex
	key     string // of the record; the id is its end
	sig     [signatureLen]byte
	raw     []byte // a copy of the record, empty if it is not known
	members [fewMembers]member
	count   int
}

func newRecent(prefix string) *recent { return &recent{prefix: prefix, seed: maphash.MakeSeed()} }

// doorsOf returns the two doors of a session, and a tag that few others have.
func (r *recent) doorsOf(id string) (doors [2]*recentDoor, tag uint32) {
	hash := maphash.String(r.seed, id)
	doors[0], doors[1] = &r.doors[hash%recentPlaces], &r.doors[hash/recentPlaces%recentPlaces]
	return doors, uint32(hash>>32) | 1
}

// find returns what a request carries whose id has one of these signatures, if
// that has been verified.
func (r *recent) find(id string, sigs []string) (c carried, ok bool) {
	if r == nil || len(id) != idLen {
		return carried{}, false
	}
	doors, tag := r.doorsOf(id)
	for _, door := range doors {
		if door.inside.Load() != tag {
			continue
		}
		if c, ok = door.place.Load().find(id, sigs); ok {
			return c, true
		}
	}
	return carried{}, false
}

func (p *recentPlace) find(id string, sigs []string) (c carried, ok bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if !strings.HasSuffix(p.key, id) { // the tag is not the id, and a place may have changed hands
		return carried{}, false
	}
	for _, sig := range sigs {
		if p.holds(sig) {
			return carried{id: id, sig: sig, key: p.key, place: p}, true
		}
	}
	return carried{}, false
}

// holds compares in constant time, as the HMAC is compared.
func (p *recentPlace) holds(sig string) bool {
	var given [signatureLen]byte
	return copy(given[:], sig) == len(sig) && len(sig) == len(given) && subtle.ConstantTimeCompare(given[:], p.sig[:]) == 1
}

// add returns what a request carries whose signature is good, and remembers
// that, if there is a place.
func (r *recent) add(id, sig string) carried {
	c := carried{id: id, sig: sig}
	if len(id) != idLen {
		return c
	}
	doors, tag := r.doorsOf(id)
	door := doorFor(tag, doors)
	if door == nil {
		return c
	}
	if door.place.Load() == nil {
		door.place.CompareAndSwap(nil, new(recentPlace))
	}
	c.place, c.key = door.place.Load(), r.prefix+id
	c.place.take(c.key, sig)
	door.inside.Store(tag)
	return c
}

// doorFor returns the door to the place that a session may have: its own, a free
// one, or another's if the session was the last to be turned away there. It
// returns nil for a session that is turned away.
func doorFor(tag uint32, doors [2]*recentDoor) *recentDoor {
	for _, door := range doors {
		if inside := door.inside.Load(); inside == 0 || inside == tag {
			return door
		}
	}
	for _, door := range doors {
		if door.outside.Load() == tag {
			return door
		}
	}
	doors[rand.Uint32()%2].outside.Store(tag)
	return nil
}

// take makes the place a session's.
func (p *recentPlace) take(key, sig string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.key != key {
		p.empty()
		p.key = key
	}
	copy(p.sig[:], sig)
}

// empty keeps the room of the record, but nothing of what was in it.
func (p *recentPlace) empty() {
	clear(p.raw)
	clear(p.sig[:])
	p.key, p.raw = "", p.raw[:0]
}

// forget empties the place of a session that has ended, if it is still its own.
func (p *recentPlace) forget(key string) {
	if p == nil {
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.key == key {
		p.empty()
	}
}

// recall makes raw the document, if it is to the byte what the session's record
// was when it was remembered.
func (p *recentPlace) recall(key string, raw []byte, d *document) bool {
	if p == nil {
		return false
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if len(p.raw) == 0 || p.key != key || !bytes.Equal(p.raw, raw) {
		return false
	}
	d.adopt(raw, p.members[:p.count])
	return true
}

// remember keeps where the members of a session's record lie, and a copy of it:
// its buffer may be far larger, and a store's that writes in place after all.
func (p *recentPlace) remember(key string, d *document) {
	if p == nil || len(d.raw) > maxRecentRecord || len(d.members) > len(p.members) {
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.key != key {
		return
	}
	clear(p.raw)
	if cap(p.raw) < len(d.raw) {
		p.raw = make([]byte, 0, len(d.raw)) // append would make it larger than need be
	}
	p.raw, p.count = append(p.raw[:0], d.raw...), copy(p.members[:], d.members)
}
