package redisstore

import (
	"context"
	"math/rand/v2"
	"sync"
	"sync/atomic"
	"time"

	"github.com/redis/go-redis/v9"
)

const (
	minBackoff   = 25 * time.Millisecond
	maxBackoff   = 250 * time.Millisecond
	probeTimeout = time.Second
)

// A monitor knows which parts of the server are down. A part is what fails
// alone: a master of a Cluster, or else the server as a whole.
//
// go-redis tells nobody when it loses a server, so the monitor lives on the
// errors of the store's commands. While all is well it costs one atomic load;
// a goroutine runs for each outage, and ends with it. Its probes go the same
// way as they do: a connection of its own would find the server back before
// the client's pool does, which then still fails.
type monitor struct {
	commands redis.Cmdable
	cluster  *redis.ClusterClient // nil without a Cluster
	notify   func(Event)

	count   atomic.Int32 // of outages
	mu      sync.Mutex   // guards the following
	outages map[string]*outage
	done    bool

	ctx     context.Context // of the probes
	stop    context.CancelFunc
	running sync.WaitGroup
}

// An outage begins as a suspicion, which the first probe proves or disproves.
type outage struct {
	part   string
	key    string // that a command failed for, and probes ask about
	cause  error
	writes bool // only a write can tell when it is over
	since  time.Time
	judged chan struct{} // closed with the first probe's verdict
	back   chan struct{} // closed when the part is back
}

func newMonitor(client redis.UniversalClient, commands redis.Cmdable, notify func(Event)) *monitor {
	m := &monitor{commands: commands, notify: notify, outages: map[string]*outage{}}
	m.cluster, _ = client.(*redis.ClusterClient)
	m.ctx, m.stop = context.WithCancel(context.Background())
	return m
}

// over is a context that has ended. Under it a Cluster's client looks a slot
// up in what it knows, and asks nobody.
var over = func() context.Context {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	return ctx
}()

// part returns the address of the master that has a key, "" without a Cluster
// or before the client knows it.
func (m *monitor) part(key string) string {
	if m.cluster == nil {
		return ""
	}
	master, err := m.cluster.MasterForKey(over, key)
	if err != nil {
		return ""
	}
	return master.Options().Addr
}

// outage returns when the part that has key went down, and what closes when
// it is back.
func (m *monitor) outage(key string) (since time.Time, back <-chan struct{}) {
	if m.count.Load() == 0 {
		return time.Time{}, nil
	}
	part := m.part(key)
	m.mu.Lock()
	defer m.mu.Unlock()
	if o := m.outages[part]; o != nil {
		return o.since, o.back
	}
	return time.Time{}, nil
}

// suspect has the part that has key probed, and returns with the first
// probe's verdict: if it disproves the suspicion there is no outage then.
func (m *monitor) suspect(ctx context.Context, key string, cause error, writes bool) {
	o := m.begin(key, cause, writes)
	if o == nil {
		return
	}
	select {
	case <-o.judged:
	case <-o.back:
	case <-ctx.Done():
	}
}

// begin returns the outage of the part that has key, a new one if need be.
func (m *monitor) begin(key string, cause error, writes bool) *outage {
	part := m.part(key)
	m.reload()
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.done {
		return nil
	}
	o := m.outages[part]
	if o == nil {
		o = &outage{part: part, key: key, cause: cause, writes: writes, since: time.Now(), judged: make(chan struct{}), back: make(chan struct{})}
		m.outages[part] = o
		m.count.Add(1)
		m.running.Go(func() { m.watch(o) })
	}
	return o
}

// reload has the client of a Cluster ask which masters there are. By itself
// it does so once a minute, and would not find a new master sooner if the old
// one can no longer send it there.
func (m *monitor) reload() {
	if m.cluster != nil {
		m.cluster.ReloadState(m.ctx)
	}
}

// watch probes until the part is back, or the monitor is closed.
func (m *monitor) watch(o *outage) {
	defer m.end(o)
	probes := 1
	back := m.probe(o)
	if !back && m.ctx.Err() == nil {
		close(o.judged)
		m.tell(Event{Part: o.part, Cause: o.cause})
	}
	for backoff := minBackoff; !back; backoff = min(2*backoff, maxBackoff) {
		if !m.pause(backoff/2 + rand.N(backoff)) {
			return
		}
		m.reload()
		back = m.probe(o)
		probes++
	}
	m.end(o)
	if probes > 1 {
		m.tell(Event{Part: o.part, Cause: o.cause, Back: true, Down: time.Since(o.since), Probes: probes})
	}
}

// pause returns false if the monitor is closed.
func (m *monitor) pause(d time.Duration) bool {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return m.ctx.Err() == nil
	case <-m.ctx.Done():
		return false
	}
}

// probe reports whether the part is back. It asks about a key that failed,
// since a Cluster whose slots are down still answers PING.
func (m *monitor) probe(o *outage) bool {
	ctx, cancel := context.WithTimeout(m.ctx, probeTimeout)
	defer cancel()
	err := m.commands.Exists(ctx, o.key).Err()
	if answered(err) && o.writes {
		// Removing what nobody has is a write that changes nothing. That key
		// begins like the other, for the sake of access rules, and is in the
		// same slot.
		err = m.commands.Del(ctx, o.key+"{"+o.key+"}").Err()
	}
	return answered(err)
}

// answered reports whether a probe found the server. Its own deadline is
// evidence against that; that all connections are busy is none.
func answered(err error) bool {
	v := judge(context.Background(), err)
	return v == served || v == refused || v == crowded
}

func (m *monitor) tell(e Event) {
	if m.notify != nil {
		m.notify(e)
	}
}

// end ends an outage, unless it has ended.
func (m *monitor) end(o *outage) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.outages[o.part] == o {
		delete(m.outages, o.part)
		m.count.Add(-1)
		close(o.back)
	}
}

// close ends all outages and forbids new ones. Then wait waits until nothing
// of the monitor runs any more.
func (m *monitor) close() {
	m.stop()
	m.mu.Lock()
	m.done = true
	var all []*outage
	for _, o := range m.outages {
		all = append(all, o)
	}
	m.mu.Unlock()
	for _, o := range all {
		m.end(o)
	}
}

func (m *monitor) wait() { m.running.Wait() }
