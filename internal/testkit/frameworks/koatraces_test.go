package frameworks

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/go-holdall/holdall/internal/testkit"
	"github.com/go-holdall/holdall/internal/testkit/koatraces"
)

// Under every framework, and over a store of Koa's kind as over one that can
// compare and swap, the suite does what Koa did but for the numbered
// differences.
func TestKoaTraces(t *testing.T) {
	scenarios, err := koatraces.Load()
	require.NoError(t, err)
	walks, err := koatraces.LoadWalks()
	require.NoError(t, err)
	expectations, err := koatraces.Expect(append(scenarios, walks...))
	require.NoError(t, err)
	var tallies []*koatraces.Tally
	for _, f := range All {
		for _, kind := range []koatraces.StoreKind{koatraces.Plain, koatraces.Swapping} {
			tally := &koatraces.Tally{Name: f.Name + "/" + string(kind), Scenarios: len(expectations)}
			tallies = append(tallies, tally)
			t.Run(tally.Name, func(t *testing.T) {
				replayAll(t, f, kind, expectations, tally)
				require.Equal(t, 780+700, tally.Explained)
			})
		}
	}
	t.Log(koatraces.Table(tallies))
}

func replayAll(t *testing.T, f testkit.Framework, kind koatraces.StoreKind, expectations []koatraces.Expectation, tally *koatraces.Tally) {
	var trace *koatraces.Trace
	var site *koatraces.Site
	var url string
	for _, e := range expectations {
		if e.Trace != trace {
			trace = e.Trace
			site, url = open(t, f, kind, trace.Options)
		}
		if err := site.Replay(url, e); err != nil {
			t.Errorf("%s/%s: %v", trace.Name, e.Scenario.Name, err)
			continue
		}
		tally.Add(e)
	}
}

func open(t *testing.T, f testkit.Framework, kind koatraces.StoreKind, opts koatraces.Options) (*koatraces.Site, string) {
	site, err := koatraces.NewSite(opts, kind)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, site.Engine.Close()) })
	return site, f.Serve(t, site.App())
}
