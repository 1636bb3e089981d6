package memory

import (
	"fmt"
	"math/bits"
	"time"
)

// latencies are how long many calls took, counted in classes of about six per cent. Counting takes no memory, so that what is
// measured is not its own garbage.
type latencies struct {
	classes [64 << 4]uint32
	calls   uint64
	worst   time.Duration
}

func (l *latencies) add(took time.Duration) {
	l.classes[class(took)]++
	l.calls++
	l.worst = max(l.worst, took)
}

func class(took time.Duration) int {
	ns := uint64(max(took, 16))
	power := bits.Len64(ns)
	return power<<4 | int(ns>>(power-5)&15)
}

// at returns the latency that this share of the calls have kept, or the upper end of its class.
func (l *latencies) at(share float64) time.Duration {
	left := uint64(share * float64(l.calls))
	for c, calls := range l.classes {
		if left < uint64(calls) {
			power := c >> 4
			return min(time.Duration(uint64(16|c&15)+1)<<(power-5), l.worst)
		}
		left -= uint64(calls)
	}
	return l.worst
}

// String is for the log.
func (l *latencies) String() string {
	return fmt.Sprintf("worst %v of %d, p99.9 %v", l.worst, l.calls, l.at(0.999))
}

// watch runs call again and again until done is closed. The latency of a call begins with the end of the one before, so that no
// stall falls between two. Asking for done is the only other thing that happens there.
func watch(done <-chan struct{}, call func(i int) error) (*latencies, error) {
	l := new(latencies)
	last := time.Now()
	for i := 0; ; i++ {
		if err := call(i); err != nil {
			return nil, err
		}
		now := time.Now()
		l.add(now.Sub(last))
		last = now
		select {
		case <-done:
			return l, nil
		default:
		}
	}
}

// theClock does nothing: what watch finds then is the stalls of the machine and of the scheduler.
func theClock(int) error { return nil }
