package redisstore

import (
	"errors"
	"net/url"
	"time"

	"github.com/redis/go-redis/v9"
	"github.com/redis/go-redis/v9/maintnotifications"
)

// The settings of a client that the store makes, where the caller gives none.
// go-redis would take 1.7 s to find that a port refuses, and 10 s for a server
// that hangs.
const (
	dialTimeout = time.Second
	ioTimeout   = time.Second
	poolTimeout = 3 * time.Second // more than a command may take, so that a hang is not taken for load
	stateReload = 10 * time.Second
)

// Open makes a store with a client of its own, which [Store.Close] closes. It
// does not dial. The URL says what there is to connect to:
//
//	redis://user:password@host:6379/0                      a single server
//	rediss://host:6379                                     the same over TLS
//	unix:///run/redis.sock?db=0                            the same over a socket
//	redis://host1:7000?addr=host2:7000&addr=host3:7000     a Cluster
//	redis://sentinel1:26379/0?master_name=main&addr=sentinel2:26379&password=secret
//
// The last one is a master behind Sentinels, where the part before the host is
// the Sentinels' user and password. The query also takes the options of
// go-redis's ParseURL, ParseClusterURL and ParseFailoverURL, such as
// pool_size and read_timeout.
func Open(rawURL string, opts Options) (*Store, error) {
	client, err := clientFor(rawURL)
	if err != nil {
		return nil, err
	}
	return own(client, opts)
}

// Connect is [Open] with options in place of a URL, for what a URL cannot say,
// such as a TLS configuration. As in go-redis a MasterName means Sentinel, and
// several addresses or IsClusterMode mean a Cluster.
func Connect(options redis.UniversalOptions, opts Options) (*Store, error) {
	o := &options
	settings{
		&o.ContextTimeoutEnabled, &o.DisableIdentity, &o.DialerRetries, &o.MaxRetries,
		&o.DialTimeout, &o.ReadTimeout, &o.WriteTimeout, &o.PoolTimeout,
	}.fill()
	if o.MaintNotificationsConfig == nil {
		o.MaintNotificationsConfig = noMaintenance()
	}
	if o.MasterName == "" && (len(o.Addrs) > 1 || o.IsClusterMode) {
		cluster := o.Cluster()
		tuneCluster(cluster)
		return own(redis.NewClusterClient(cluster), opts)
	}
	return own(redis.NewUniversalClient(o), opts)
}

func own(client redis.UniversalClient, opts Options) (*Store, error) {
	s, err := New(client, opts)
	if err != nil {
		return nil, errors.Join(err, client.Close())
	}
	s.owned = true
	return s, nil
}

func clientFor(rawURL string) (redis.UniversalClient, error) {
	u, err := url.Parse(rawURL)
	if err != nil {
		// The error would quote the URL, and its password.
		return nil, errors.New("redisstore: this is not a URL (the characters /?#@:% in a password have to be escaped)")
	}
	query := u.Query()
	switch {
	case query.Has("master_name"):
		return sentinelClient(rawURL)
	case query.Has("addr"):
		return clusterClient(rawURL)
	}
	o, err := redis.ParseURL(rawURL)
	if err != nil {
		return nil, err
	}
	settings{
		&o.ContextTimeoutEnabled, &o.DisableIdentity, &o.DialerRetries, &o.MaxRetries,
		&o.DialTimeout, &o.ReadTimeout, &o.WriteTimeout, &o.PoolTimeout,
	}.fill()
	o.MaintNotificationsConfig = noMaintenance()
	return redis.NewClient(o), nil
}

func clusterClient(rawURL string) (redis.UniversalClient, error) {
	o, err := redis.ParseClusterURL(rawURL)
	if err != nil {
		return nil, err
	}
	settings{
		&o.ContextTimeoutEnabled, &o.DisableIdentity, &o.DialerRetries, &o.MaxRetries,
		&o.DialTimeout, &o.ReadTimeout, &o.WriteTimeout, &o.PoolTimeout,
	}.fill()
	o.MaintNotificationsConfig = noMaintenance()
	tuneCluster(o)
	return redis.NewClusterClient(o), nil
}

func sentinelClient(rawURL string) (redis.UniversalClient, error) {
	o, err := redis.ParseFailoverURL(rawURL)
	if err != nil {
		return nil, err
	}
	if o.ReplicaOnly || o.RouteByLatency || o.RouteRandomly {
		return nil, errors.New("redisstore: a store cannot read from replicas, which are behind")
	}
	settings{
		&o.ContextTimeoutEnabled, &o.DisableIdentity, &o.DialerRetries, &o.MaxRetries,
		&o.DialTimeout, &o.ReadTimeout, &o.WriteTimeout, &o.PoolTimeout,
	}.fill()
	return redis.NewFailoverClient(o), nil
}

// tuneCluster sets what only a Cluster's client has. The routing policies are
// for commands with keys in several slots, of which the store has none; with
// them a DEL does not follow a key that has moved.
func tuneCluster(o *redis.ClusterOptions) {
	o.ClusterStateReloadInterval = stateReload
	o.DisableRoutingPolicies = true
}

// noMaintenance turns off what only Redis's cloud service has, at the price of
// two goroutines and a round trip for each connection.
func noMaintenance() *maintnotifications.Config {
	return &maintnotifications.Config{Mode: maintnotifications.ModeDisabled}
}

// settings are those that all of go-redis's kinds of options have in common.
type settings struct {
	keepDeadlines, disableIdentity *bool
	dials, retries                 *int
	dial, read, write, pool        *time.Duration
}

// fill sets what has not been set.
func (s settings) fill() {
	*s.keepDeadlines, *s.disableIdentity = true, true
	if *s.dials == 0 {
		*s.dials = 1
	}
	if *s.retries == 0 {
		*s.retries = -1 // the engine repeats, and knows what may be
	}
	for _, t := range []struct {
		set   *time.Duration
		value time.Duration
	}{{s.dial, dialTimeout}, {s.read, ioTimeout}, {s.write, ioTimeout}, {s.pool, poolTimeout}} {
		if *t.set == 0 {
			*t.set = t.value
		}
	}
}
