package browser

import (
	"os"
	"strconv"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/go-holdall/holdall/core"
	"github.com/go-holdall/holdall/stores/memory"
)

func play(t *testing.T, s Schedule, opts core.Options) (broken string) {
	synctest.Test(t, func(t *testing.T) {
		store, err := memorystore.New(memorystore.Options{})
		require.NoError(t, err)
		defer store.Close()
		broken = Run(s, store, opts)
	})
	return broken
}

func schedules() uint64 {
	if n, err := strconv.ParseUint(os.Getenv("BROWSER"), 10, 64); err == nil {
		return n
	}
	if testing.Short() {
		return 100
	}
	return 1000
}

func TestStories(t *testing.T) {
	sets := map[string]core.Options{
		"plain":           {},
		"rolling":         {Rolling: true},
		"rolling, soon":   {Rolling: true, TTL: 30 * time.Second},
		"defer":           {Defer: true},
		"browser session": {Rolling: true, TTL: 30 * time.Minute, Cookie: core.Cookie{MaxAge: core.BrowserSession}},
	}
	for name, opts := range sets {
		t.Run(name, func(t *testing.T) {
			for seed := range schedules() {
				s := Generate(seed)
				if play(t, s, opts) == "" {
					continue
				}
				short := Shrink(s, func(s Schedule) bool { return play(t, s, opts) != "" })
				t.Fatalf("seed %d: rule %s\n%s", seed, play(t, short, opts), short)
			}
		})
	}
}

func TestJarTellsCookiesByTheirIdentity(t *testing.T) {
	now := time.Now()
	var j jar
	j.take([]string{"a=1; Path=/", "a=2; Path=/shop", "a=3; Domain=example.com; Path=/", "a=4; Domain=other.org"}, "/", now)
	require.Equal(t, []string{"a=2; a=1; a=3"}, j.header("/shop/1", now))
	require.Equal(t, []string{"a=1; a=3"}, j.header("/shopping", now))
	j.take([]string{"a=; Path=/; Max-Age=0"}, "/", now)
	require.Equal(t, []string{"a=3"}, j.header("/", now))
}
