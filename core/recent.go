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
	doors  [recentPlaces]recentDoor
}

const (
	// recentPlaces is how many sessions there are at the most.
	recentPlaces = 4096
	// maxRecent is the length of the records that are held, so 4 MiB for each
	// engine at the most. A longer one is indexed by each request.
	maxRecent = 1 << 10
)

// A recentDoor leads to a place. With many more sessions than places nearly all
// who come are turned away here, since to look behind it, and to move in, costs
// more than it saves a session that has moved out before it comes again.
type recentDoor struct {
	inside  atomic.Uint32 // the mark of the place's session, zero for nobody
	outside atomic.Uint32 // that of who came last and was turned away
	place   atomic.Pointer[recentPlace]
}

// A recentPlace is that of one session at a time. Its zero value is empty; a nil
// one stays so.
type recentPlace struct {
	mu      sync.Mutex
	key     string // of the record; the id is its end
	sig     [signatureLen]byte
	raw     []byte // a copy, empty if there is none
	members [fewMembers]member
	count   int
}

func newRecent(prefix string) *recent { return &recent{prefix: prefix, seed: maphash.MakeSeed()} }

// doorsOf returns the two doors of a session, and the mark by which it is told
// from most others.
func (r *recent) doorsOf(id string) (doors [2]*recentDoor, mark uint32) {
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
	doors, mark := r.doorsOf(id)
	for _, door := range doors {
		if door.inside.Load() != mark {
			continue
		}
		if c, ok = door.place.Load().carried(id, sigs); ok {
			return c, true
		}
	}
	return carried{}, false
}

func (p *recentPlace) carried(id string, sigs []string) (c carried, ok bool) {
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

// add returns what a request carries whose signature is good, and remembers
// that, if there is a place.
func (r *recent) add(id, sig string) carried {
	c := carried{id: id, sig: sig}
	if len(id) != idLen {
		return c
	}
	doors, mark := r.doorsOf(id)
	door := open(doors, mark)
	if door == nil {
		return c
	}
	if door.place.Load() == nil {
		door.place.CompareAndSwap(nil, new(recentPlace))
	}
	c.place, c.key = door.place.Load(), r.prefix+id
	c.place.take(c.key, sig)
	door.inside.Store(mark)
	return c
}

// open returns the door to a place that is free or a session's own already, or
// else, of one that was turned away and comes again before another one did,
// that to somebody's.
func open(doors [2]*recentDoor, mark uint32) *recentDoor {
	for _, door := range doors {
		if inside := door.inside.Load(); inside == 0 || inside == mark {
			return door
		}
	}
	door := doors[mark>>1&1]
	if door.outside.Load() == mark {
		return door
	}
	door.outside.Store(mark)
	return nil
}

// take makes the place a session's.
func (p *recentPlace) take(key, sig string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.key != key {
		p.key, p.raw = key, p.raw[:0]
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
	if len(p.raw) == 0 || p.key != key || !bytes.Equal(p.raw, raw) {
		return false
	}
	d.adopt(raw, p.members[:p.count])
	return true
}

// remember keeps where the members of a session's record lie, and a copy of it:
// its buffer may be far larger, and a store's that writes in place after all.
func (p *recentPlace) remember(key string, d *document) {
	if p == nil || len(d.raw) > maxRecent || len(d.members) > len(p.members) {
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.key == key {
		p.raw, p.count = append(p.raw[:0], d.raw...), copy(p.members[:], d.members)
	}
}
