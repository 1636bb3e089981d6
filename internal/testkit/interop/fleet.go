package interop

import (
	"fmt"
	"net/http"
	"testing"

	"github.com/go-holdall/holdall/core"
	"github.com/go-holdall/holdall/internal/testkit"
	"github.com/go-holdall/holdall/internal/testkit/rediskit"
)

// A Fleet is a Redis server and the Koa apps over it.
type Fleet struct {
	redis  *rediskit.Server
	koa    map[string]string // base URLs by the names of the variants
	gates  *gates
	client *http.Client
}

// Start starts a fleet that ends with the test. app is the folder of the Koa
// app. Where Node or its packages cannot be had it skips the test, and in CI,
// where the variable of that name is set, fails it.
func Start(t testing.TB, app string) *Fleet {
	t.Helper()
	need(t, "node")
	redis := rediskit.Start(t)
	transport := &http.Transport{DisableCompression: true}
	t.Cleanup(transport.CloseIdleConnections)
	return &Fleet{
		redis:  redis,
		koa:    startKoa(t, app, redis.Port()),
		gates:  startGates(t),
		client: &http.Client{Transport: transport},
	}
}

// RedisURL is the URL of the fleet's Redis.
func (f *Fleet) RedisURL() string { return fmt.Sprintf("redis://%s/0", f.redis.Addr()) }

// Run puts our app under a framework beside the Koa apps, over a store in the
// fleet's Redis, and runs every act in both directions.
func (f *Fleet) Run(t *testing.T, framework testkit.Framework, store core.Store) {
	sites := map[string]*goSite{}
	for _, v := range variants {
		sites[v.name] = serveGo(t, framework, v, store)
	}
	acts, runs, checks := actCases(), 0, 0
	for _, a := range acts {
		for _, v := range a.variants {
			koa, golang := side{"koa", f.koa[v.name]}, side{"go", sites[v.name].url}
			for _, direction := range [][2]side{{koa, golang}, {golang, koa}} {
				name := fmt.Sprintf("%s/%s/born in %s", a.name, v.name, direction[0].name)
				t.Run(name, func(t *testing.T) {
					p := &pair{
						t: t, variant: v, born: direction[0], other: direction[1],
						site: sites[v.name], redis: f.redis, gates: f.gates,
						browser: newBrowser(t, f.client, v.key),
					}
					p.begin()
					a.run(p)
					p.reported()
					checks += p.checks
				})
				runs++
			}
		}
	}
	t.Logf("%-8s %d acts, %d runs in both directions and all variants, %d checks", framework.Name, len(acts), runs, checks)
}
