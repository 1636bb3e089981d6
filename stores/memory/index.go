package memorystore

import "math/bits"

// An index leads from a hash to the records that have it. It is a hash table
// whose chains run through the slots, so that a bucket is four bytes, and
// which grows by one bucket for each record (linear hashing): no write has to
// hash all records again. Now and then one copies the buckets, as append does.
// They go when the shard is empty, not before. The zero index is empty.
type index struct {
	first []uint32 // for each bucket, its first slot or none
}

// bucket returns where the chain of a hash begins. With n buckets, those of
// the next power of two that are not there yet are still part of the one that
// will be split.
func (x *index) bucket(hash uint32) *uint32 {
	n := uint32(len(x.first))
	b := hash & (1<<bits.Len32(n-1) - 1)
	if b >= n {
		b = withoutHighestBit(b)
	}
	return &x.first[b]
}

func withoutHighestBit(n uint32) uint32 { return n &^ (1 << (bits.Len32(n) - 1)) }

// find returns the slot of a key, or none.
func (x *index) find(slots *slab, hash uint32, key string) uint32 {
	if len(x.first) == 0 {
		return none
	}
	n := *x.bucket(hash)
	for n != none {
		at := slots.at(n)
		if at.hash == hash && at.key() == key {
			return n
		}
		n = at.next
	}
	return none
}

// insert adds a slot, by its hash, as the size-th.
func (x *index) insert(slots *slab, n uint32, size int) {
	for len(x.first) < size {
		x.split(slots)
	}
	x.link(slots, n)
}

func (x *index) link(slots *slab, n uint32) {
	at := slots.at(n)
	first := x.bucket(at.hash)
	at.next, *first = *first, n
}

// split adds a bucket, and moves into it what it gets of the one that had its
// hashes.
func (x *index) split(slots *slab) {
	x.first = append(x.first, none)
	added := uint32(len(x.first) - 1)
	if added == 0 {
		return
	}
	old := &x.first[withoutHighestBit(added)]
	n := *old
	*old = none
	for n != none {
		next := slots.at(n).next
		x.link(slots, n)
		n = next
	}
}

// remove takes a slot out.
func (x *index) remove(slots *slab, n uint32) {
	at := slots.at(n)
	link := x.bucket(at.hash)
	for *link != n {
		link = &slots.at(*link).next
	}
	*link = at.next
}
