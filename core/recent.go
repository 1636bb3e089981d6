package core

import (
	"hash/maphash"
	"math/rand/v2"
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
	key   func(id string) string // of the record of an id, which is its end
	seed  maphash.Seed
	doors [recentPlaces]recentDoor
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

func newRecent(key func(id string) string) *recent {
	return &recent{key: key, seed: maphash.MakeSeed()}
}

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
	c.place, c.key = door.place.Load(), r.key(id)
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
