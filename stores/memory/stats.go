package memorystore

// Stats are the figures of a store at one moment. Evicted and Expired count
// from its beginning, and go on counting nothing after Close.
type Stats struct {
	Sessions int    // records held; some may have expired and not been swept yet
	Bytes    int64  // of their keys and data
	Evicted  uint64 // records given up alive, to keep within the bounds
	Expired  uint64 // records freed because their time had passed
}

// Stats returns the figures of the store. It takes the lock of each shard in
// turn, so under load they are not all of the very same moment.
func (s *Store) Stats() Stats {
	var sum Stats
	for i := range s.shards {
		sh := &s.shards[i]
		sh.mu.Lock()
		sum.Sessions += sh.sessions
		sum.Bytes += sh.bytes
		sum.Evicted += sh.evicted
		sum.Expired += sh.expired
		sh.mu.Unlock()
	}
	return sum
}
