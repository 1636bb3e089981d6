package core

import (
	"bytes"
	"crypto/subtle"
	"strings"
	"sync"
)

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
