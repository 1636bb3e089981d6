package redisstore

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"github.com/redis/go-redis/v9"
)

// A Store keeps session records in Redis. It is safe for several goroutines.
// Make one with [New], [Open] or [Connect]: the zero value is not usable.
type Store struct {
	client   redis.UniversalClient
	commands redis.Cmdable // the client, or its pipeline
	process  func(ctx context.Context, cmd redis.Cmder) error
	monitor  *monitor

	// keepsDeadlines is whether the client gives up at a context's deadline.
	keepsDeadlines bool

	// What the server turned out to lack.
	lacksIfeq, lacksGetex atomic.Bool

	owned    bool // the store has made the client
	isClosed atomic.Bool
	closing  sync.Mutex
}

// New makes a store over a client of a single server, of a master behind
// Sentinels, or of a Cluster. It does not talk to the server. The client stays
// the caller's, to be closed after the store.
//
// The client of [Open] notices an outage soonest. With one made with
// go-redis's defaults no request fails either, but finding that the server
// hangs takes 5 s instead of one.
//
// A *redis.Ring is refused: when a shard fails it looks for that shard's
// sessions in another one, which signs their users out, and when the shard is
// back so are the sessions that were destroyed meanwhile. So is a client
// that reads from replicas, which are behind, and one without a read timeout,
// which would wait for a hanging server for ever. A failover client does not
// show that it reads from replicas: do not set its ReplicaOnly.
func New(client redis.UniversalClient, opts Options) (*Store, error) {
	s := &Store{client: client}
	var readTimeout time.Duration = 1
	switch c := client.(type) {
	case nil:
		return nil, errors.New("redisstore: the client is nil")
	case *redis.Ring:
		return nil, errors.New("redisstore: a Ring loses sessions when a shard fails, and brings destroyed ones back; use a Cluster or Sentinel")
	case *redis.AutoPipeliner:
		return nil, errors.New("redisstore: an AutoPipeliner forgets the caller's deadline; set Options.Pipelining over its client")
	case *redis.Client:
		s.keepsDeadlines, readTimeout = c.Options().ContextTimeoutEnabled, c.Options().ReadTimeout
	case *redis.ClusterClient:
		s.keepsDeadlines, readTimeout = c.Options().ContextTimeoutEnabled, c.Options().ReadTimeout
		if c.Options().ReadOnly {
			return nil, errReplicas
		}
	}
	if readTimeout <= 0 {
		return nil, errors.New("redisstore: the client has no ReadTimeout, and would wait for a server that hangs for ever")
	}
	if err := s.connect(opts.Pipelining); err != nil {
		return nil, fmt.Errorf("redisstore: %w", err)
	}
	s.monitor = newMonitor(client, s.commands, opts.OnEvent)
	return s, nil
}

// connect says how commands reach the server.
func (s *Store) connect(pipelining bool) error {
	if !pipelining {
		s.commands, s.process = s.client, s.client.Process
		return nil
	}
	pipeline, err := s.client.AutoPipeline()
	if err != nil {
		return err
	}
	s.keepsDeadlines = false // a command in the queue has left its context behind
	s.commands, s.process = pipeline, pipeline.Process
	return nil
}

// Get returns the record under key.
func (s *Store) Get(ctx context.Context, key string) (data []byte, found bool, err error) {
	return s.ask(ctx, key, "get", key)
}

// Set stores a record for ttl, in place of any other. A ttl that is not
// positive removes the record.
func (s *Store) Set(ctx context.Context, key string, data []byte, ttl time.Duration) error {
	if ttl <= 0 {
		return s.Destroy(ctx, key)
	}
	_, _, err := s.ask(ctx, key, "set", key, data, "px", milliseconds(ttl))
	return err
}

// Destroy removes a record. A missing one is no error.
func (s *Store) Destroy(ctx context.Context, key string) error {
	_, err := s.remove(ctx, key)
	return err
}

// remove is not a once: a Cluster's client gives a DEL special treatment, and
// to repeat it does no harm.
func (s *Store) remove(ctx context.Context, key string) (found bool, err error) {
	cmd := redis.NewIntCmd(ctx, "del", key)
	cmd.SetStepCount(1)
	if err := s.send(ctx, key, cmd); err != nil {
		return false, err
	}
	return cmd.Val() > 0, nil
}

// Touch makes a record live for ttl from now, without rewriting it; found
// tells whether there was one. A ttl that is not positive removes it.
func (s *Store) Touch(ctx context.Context, key string, ttl time.Duration) (found bool, err error) {
	if ttl <= 0 {
		return s.remove(ctx, key)
	}
	reply, _, err := s.ask(ctx, key, "pexpire", key, milliseconds(ttl))
	return string(reply) == "1", err
}

// GetTouch is Get and Touch in one command. With a ttl that is not positive
// it removes the record and returns it a last time. A server before Redis
// 6.2 cannot do it, nor may a user without the right to GETEX: the error is
// errors.ErrUnsupported, from the second time on without asking.
func (s *Store) GetTouch(ctx context.Context, key string, ttl time.Duration) (data []byte, found bool, err error) {
	switch {
	case s.lacksGetex.Load():
		return nil, false, errors.ErrUnsupported
	case ttl <= 0:
		data, found, err = s.ask(ctx, key, "getdel", key)
	default:
		data, found, err = s.ask(ctx, key, "getex", key, "px", milliseconds(ttl))
	}
	if now, always := unsupported(err); now {
		if always {
			s.lacksGetex.Store(true)
		}
		return nil, false, errors.ErrUnsupported
	}
	return data, found, err
}

// Outage returns when the part of the server that has key went down: the
// master of a Cluster, or else all of it. The channel is closed when it is
// back, and nil if it is up.
func (s *Store) Outage(key string) (since time.Time, back <-chan struct{}) {
	return s.monitor.outage(key)
}

// Close ends the probes of an outage, wakes all who wait for its end, and
// closes the client if the store has made it. A probe that waits for a server
// that hangs keeps Close waiting until the client gives up. Close may be
// called again.
func (s *Store) Close() (err error) {
	s.closing.Lock()
	defer s.closing.Unlock()
	if s.isClosed.Swap(true) {
		return nil
	}
	s.monitor.close()
	if s.owned {
		err = s.client.Close()
	}
	s.monitor.wait()
	return err
}
