package redisstore

import (
	"reflect"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"
	"github.com/stretchr/testify/require"
)

// TestUniversalLosesNothing shows that what a URL says of a client has a place
// in UniversalOptions.
func TestUniversalLosesNothing(t *testing.T) {
	t.Parallel()
	universalOptions := reflect.TypeFor[redis.UniversalOptions]()
	for kind, lacking := range map[reflect.Type][]string{
		// Addr becomes Addrs. The network follows from it: a socket's begins with "/".
		reflect.TypeFor[redis.Options](): {"Network", "Addr", "NodeAddress", "DialerRetryBackoff", "Limiter"},
		// newClient sets the last two; a URL can set none of these.
		reflect.TypeFor[redis.ClusterOptions](): {
			"NewClient", "ClusterSlots", "DialerRetryBackoff", "ShardPicker", "DisableRoutingPolicies", "ClusterStateReloadInterval",
		},
		// SentinelAddrs and ReplicaOnly have other names, and without the latter UseDisconnectedReplicas means nothing.
		reflect.TypeFor[redis.FailoverOptions](): {"SentinelAddrs", "ReplicaOnly", "UseDisconnectedReplicas", "DialerRetryBackoff"},
	} {
		for _, field := range reflect.VisibleFields(kind) {
			there, found := universalOptions.FieldByName(field.Name)
			if field.IsExported() && !found {
				require.Contains(t, lacking, field.Name, kind)
			}
			require.True(t, !found || field.Type == there.Type, "%s.%s", kind, field.Name)
		}
	}
}

func TestParse(t *testing.T) {
	t.Parallel()
	for url, want := range map[string]redis.UniversalOptions{
		"redis://ann:secret@host/2?pool_size=7": {Addrs: []string{"host:6379"}, Username: "ann", Password: "secret", DB: 2, PoolSize: 7},
		"unix:///run/redis.sock?db=3":           {Addrs: []string{"/run/redis.sock"}, DB: 3},
		"redis://ann:secret@a:1?addr=b:2&read_timeout=3s&max_redirects=4": {
			Addrs: []string{"a:1", "b:2"}, Username: "ann", Password: "secret", ReadTimeout: 3 * time.Second, MaxRedirects: 4,
		},
		"redis://bob:hidden@a:1/5?master_name=main&addr=b:2&username=ann&password=secret": {
			Addrs: []string{"a:1", "b:2"}, MasterName: "main", DB: 5,
			SentinelUsername: "bob", SentinelPassword: "hidden", Username: "ann", Password: "secret",
		},
	} {
		got, err := parse(url)
		require.NoError(t, err)
		require.Equal(t, want, got, url)
	}
	got, err := parse("rediss://host?skip_verify=true")
	require.NoError(t, err)
	require.Equal(t, "host", got.TLSConfig.ServerName)
	require.True(t, got.TLSConfig.InsecureSkipVerify)
}
