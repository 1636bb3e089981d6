package memorystore

import (
	"bytes"
	"sync"
	"time"
)

// A shard is a part of the store with a lock of its own. Its methods take the
// lock; those in the second half of this file expect it to be held.
type shard struct {
	mu     sync.Mutex // guards all below
	closed bool

	index index
	slots slab

	sessions, maxSessions int
	bytes, maxBytes       int64
	evicted, expired      uint64

	_ [8]byte // fills two cache lines: neighbours' locks do not collide
}

func (sh *shard) get(hash uint32, key string, now time.Duration) (data []byte, found bool, err error) {
	sh.mu.Lock()
	defer sh.mu.Unlock()
	if sh.closed {
		return nil, false, ErrClosed
	}
	n := sh.find(hash, key, now)
	if n == none {
		return nil, false, nil
	}
	sh.slots.use(n)
	return sh.slots.at(n).data(), true, nil
}

// set stores an entry, or removes what is there if the entry is over.
func (sh *shard) set(hash uint32, key string, e entry, now time.Duration) error {
	sh.mu.Lock()
	defer sh.mu.Unlock()
	if sh.closed {
		return ErrClosed
	}
	sh.put(sh.find(hash, key, now), hash, e, now)
	return nil
}

func (sh *shard) touch(hash uint32, key string, now, expires time.Duration) (data []byte, found bool, err error) {
	sh.mu.Lock()
	defer sh.mu.Unlock()
	if sh.closed {
		return nil, false, ErrClosed
	}
	n := sh.find(hash, key, now)
	if n == none {
		return nil, false, nil
	}
	e := sh.slots.at(n).entry
	e.expires = expires
	sh.put(n, hash, e, now)
	return e.data(), true, nil
}

func (sh *shard) swap(hash uint32, key string, old []byte, e entry, now time.Duration) (current []byte, swapped bool, err error) {
	sh.mu.Lock()
	defer sh.mu.Unlock()
	if sh.closed {
		return nil, false, ErrClosed
	}
	n := sh.find(hash, key, now)
	if n != none {
		current = sh.slots.at(n).data()
	}
	if (current != nil) != (old != nil) || !bytes.Equal(current, old) {
		return current, false, nil
	}
	sh.put(n, hash, e, now)
	return nil, true, nil
}

func (sh *shard) close() {
	sh.mu.Lock()
	defer sh.mu.Unlock()
	sh.closed = true
	sh.sessions, sh.bytes = 0, 0
	sh.release()
}

// find returns the slot of a live record. An expired one it removes.
func (sh *shard) find(hash uint32, key string, now time.Duration) uint32 {
	n := sh.index.find(&sh.slots, hash, key)
	if n == none || now < sh.slots.at(n).expires {
		return n
	}
	sh.remove(n)
	sh.expired++
	return none
}

// put stores an entry in slot n, or in a new slot if n is none, and counts it
// as used. An entry that is over empties the slot.
func (sh *shard) put(n, hash uint32, e entry, now time.Duration) {
	if e.expires <= now {
		if n != none {
			sh.remove(n)
		}
		return
	}
	if n == none {
		n = sh.insert(hash)
	}
	at := sh.slots.at(n)
	sh.bytes += e.size() - at.size()
	at.entry = e
	sh.slots.use(n)
	sh.evict(now)
}

// insert takes a slot for a record with this hash.
func (sh *shard) insert(hash uint32) uint32 {
	n := sh.slots.take()
	sh.slots.at(n).hash = hash
	sh.sessions++
	sh.index.insert(&sh.slots, n, sh.sessions)
	return n
}

func (sh *shard) remove(n uint32) {
	sh.index.remove(&sh.slots, n)
	sh.sessions--
	sh.bytes -= sh.slots.at(n).size()
	sh.slots.give(n)
}

// evict brings the shard back within its bounds. The record just put is the
// last that it could come to, and fits.
func (sh *shard) evict(now time.Duration) {
	for sh.sessions > sh.maxSessions || sh.bytes > sh.maxBytes {
		n := sh.slots.oldest()
		if sh.slots.at(n).expires <= now {
			sh.expired++
		} else {
			sh.evicted++
		}
		sh.remove(n)
	}
}

// release gives the memory of an empty shard back.
func (sh *shard) release() {
	sh.index = index{}
	sh.slots = slab{}
}
