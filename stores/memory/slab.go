package memorystore

// A slot holds one record. Slots refer to each other by number, which takes
// half the room of a pointer and no work of the garbage collector.
type slot struct {
	entry        // zero in a free slot
	hash  uint32 // by which the index leads here
	next  uint32 // in the chain of the index, or none
	newer uint32 // in order of use; in a free slot, the next free one
	older uint32
}

// none is the number of no slot.
const none = 0

const chunkSize = 64

// A slab is the slots of a shard. It grows by chunks that never move, so that
// no write has to wait for all slots to be copied. The zero slab is empty.
//
// The slots in use are linked in a ring, in order of use. The slot numbered
// none closes it: next to it are the newest and the oldest.
type slab struct {
	chunks []*[chunkSize]slot
	last   uint32 // the highest number taken so far
	free   uint32 // the first of the free slots below it, or none
}

func (s *slab) at(n uint32) *slot {
	return &s.chunks[n/chunkSize][n%chunkSize]
}

// take returns a slot that nobody uses. It is linked to itself.
func (s *slab) take() uint32 {
	n := s.free
	if n != none {
		s.free = s.at(n).newer
	} else {
		s.last++
		n = s.last
		if int(n/chunkSize) == len(s.chunks) {
			s.chunks = append(s.chunks, new([chunkSize]slot))
		}
	}
	at := s.at(n)
	at.newer, at.older = n, n
	return n
}

// give returns a slot, and lets go of what is in it.
func (s *slab) give(n uint32) {
	s.unlink(n)
	*s.at(n) = slot{newer: s.free}
	s.free = n
}

// use makes a slot the newest.
func (s *slab) use(n uint32) {
	ring := s.at(none)
	if ring.older == n {
		return
	}
	s.unlink(n)
	at := s.at(n)
	at.newer, at.older = none, ring.older
	s.at(at.older).newer = n
	ring.older = n
}

// oldest returns the slot that was not used for the longest time, or none.
func (s *slab) oldest() uint32 {
	return s.at(none).newer
}

func (s *slab) unlink(n uint32) {
	at := s.at(n)
	s.at(at.newer).older = at.older
	s.at(at.older).newer = at.newer
}
