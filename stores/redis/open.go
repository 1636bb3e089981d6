package redisstore

import (
	"errors"
	"fmt"
	"net/url"
	"reflect"
	"strings"
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
	options, err := parse(rawURL)
	if err != nil {
		return nil, err
	}
	return Connect(options, opts)
}

// Connect is [Open] with options in place of a URL, for what a URL cannot say,
// such as a TLS configuration. As in go-redis a MasterName means Sentinel, and
// several addresses or IsClusterMode mean a Cluster. Options that have it read
// from replicas are refused.
func Connect(options redis.UniversalOptions, opts Options) (*Store, error) {
	if options.ReadOnly || options.RouteByLatency || options.RouteRandomly {
		return nil, errReplicas
	}
	fill(&options)
	client := newClient(&options)
	s, err := New(client, opts)
	if err != nil {
		return nil, errors.Join(err, client.Close())
	}
	s.owned = true
	return s, nil
}

var errReplicas = errors.New("redisstore: the client would read from replicas, which are behind: a user just signed in would not be")

// fill sets what has not been set.
func fill(o *redis.UniversalOptions) {
	o.ContextTimeoutEnabled, o.DisableIdentity = true, true
	if o.DialerRetries == 0 {
		o.DialerRetries = 1
	}
	if o.MaxRetries == 0 {
		o.MaxRetries = -1 // the engine repeats, and knows what may be
	}
	for _, t := range []struct {
		set   *time.Duration
		value time.Duration
	}{{&o.DialTimeout, dialTimeout}, {&o.ReadTimeout, ioTimeout}, {&o.WriteTimeout, ioTimeout}, {&o.PoolTimeout, poolTimeout}} {
		if *t.set == 0 {
			*t.set = t.value
		}
	}
	if o.MaintNotificationsConfig == nil {
		// What only Redis's cloud service has costs two goroutines, and a
		// round trip for each connection.
		o.MaintNotificationsConfig = &maintnotifications.Config{Mode: maintnotifications.ModeDisabled}
	}
}

func newClient(o *redis.UniversalOptions) redis.UniversalClient {
	if o.MasterName != "" || len(o.Addrs) < 2 && !o.IsClusterMode {
		return redis.NewUniversalClient(o)
	}
	cluster := o.Cluster()
	cluster.ClusterStateReloadInterval = stateReload
	// The routing policies are for commands with keys in several slots, of
	// which the store has none; with them a DEL does not follow a key that has
	// moved.
	cluster.DisableRoutingPolicies = true
	return redis.NewClusterClient(cluster)
}

// wanted ends the error of a URL that is not understood.
const wanted = "want redis://host:6379, rediss://… or unix:///… (escape /?#@:% in a password)"

// parse has go-redis read the URL, by the parser for its kind.
func parse(rawURL string) (o redis.UniversalOptions, err error) {
	u, err := url.Parse(rawURL)
	if err != nil || u.Opaque != "" || u.Scheme != "redis" && u.Scheme != "rediss" && u.Scheme != "unix" {
		return o, errors.New("redisstore: " + wanted) // err would quote the URL, and its password
	}
	switch query := u.Query(); {
	case query.Get("master_name") != "":
		o, err = universal(redis.ParseFailoverURL(rawURL))
	case query.Has("addr"):
		o, err = universal(redis.ParseClusterURL(rawURL))
	default:
		o, err = universal(redis.ParseURL(rawURL))
	}
	if err != nil {
		return o, refusal(err, u)
	}
	return o, nil
}

// universal puts what was parsed into the options that go-redis has for all
// kinds of clients.
func universal[Parsed redis.Options | redis.ClusterOptions | redis.FailoverOptions](parsed *Parsed, err error) (o redis.UniversalOptions, _ error) {
	if err != nil {
		return o, err
	}
	from, to := reflect.ValueOf(parsed).Elem(), reflect.ValueOf(&o).Elem()
	for i := range to.NumField() {
		if field := from.FieldByName(to.Type().Field(i).Name); field.IsValid() {
			to.Field(i).Set(field)
		}
	}
	switch p := any(parsed).(type) {
	case *redis.Options:
		o.Addrs = []string{p.Addr}
	case *redis.FailoverOptions:
		o.Addrs, o.ReadOnly = p.SentinelAddrs, p.ReplicaOnly
	}
	return o, nil
}

// refusal says what go-redis does not like about a URL, without what it quotes
// of it: a password that was not escaped may be anywhere. Its texts are
// "redis: what is wrong: what was given". The name of an option can be shown
// if no password can be in the query.
func refusal(err error, u *url.URL) error {
	what, given, _ := strings.Cut(strings.TrimPrefix(err.Error(), "redis: "), ":")
	if what == "unexpected option" && !strings.Contains(u.RawQuery, "@") && !strings.Contains(u.RawQuery, "pass") {
		what += given
	}
	return fmt.Errorf("redisstore: %s; %s", what, wanted)
}
