package memorystore

import (
	"cmp"
	"errors"
	"fmt"
	"time"
)

// The defaults of [Options].
const (
	DefaultMaxSessions   = 1_000_000
	DefaultMaxBytes      = 512 << 20
	DefaultSweepInterval = time.Minute
)

// Options are the settings of a [Store]. A zero field means its default, a
// negative one is an error.
type Options struct {
	// MaxSessions is how many records the store holds at the most. The
	// default is 1,000,000.
	MaxSessions int

	// MaxBytes is how many bytes of keys and data the store holds at the
	// most. The default is 512 MiB. A record of up to 8 MiB always fits, or
	// of up to MaxBytes if that is less. What the store needs besides is
	// about 70 bytes for each record.
	MaxBytes int64

	// SweepInterval is how long after one sweep the next one frees what has
	// expired since. The default is a minute.
	SweepInterval time.Duration
}

// complete returns the options with the defaults filled in, or an error that
// names all that is wrong.
func (o Options) complete() (Options, error) {
	var faults []error
	if o.MaxSessions < 0 {
		faults = append(faults, fmt.Errorf("memorystore: MaxSessions is negative: %d", o.MaxSessions))
	}
	if o.MaxBytes < 0 {
		faults = append(faults, fmt.Errorf("memorystore: MaxBytes is negative: %d", o.MaxBytes))
	}
	if o.SweepInterval < 0 {
		faults = append(faults, fmt.Errorf("memorystore: SweepInterval is negative: %v", o.SweepInterval))
	}
	o.MaxSessions = cmp.Or(o.MaxSessions, DefaultMaxSessions)
	o.MaxBytes = cmp.Or(o.MaxBytes, DefaultMaxBytes)
	o.SweepInterval = cmp.Or(o.SweepInterval, DefaultSweepInterval)
	return o, errors.Join(faults...)
}

const (
	maxShards = 64

	// Below these a shard's share would be so small that the uneven spread
	// of keys, or a single large record, showed.
	minShardSessions = 4096
	minShardBytes    = 8 << 20
)

// shards returns how many shards to make, a power of two.
func (o Options) shards() int {
	n := maxShards
	for n > 1 && (o.MaxSessions/n < minShardSessions || o.MaxBytes/int64(n) < minShardBytes) {
		n /= 2
	}
	return n
}
