package drive

import (
	"net/http"
	"slices"
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/go-holdall/holdall/bench/peers"
	"github.com/go-holdall/holdall/bench/workload"
)

// raws is a peer that does what it should, to be broken.
func raws(t *testing.T, framework string) (peers.Peer, *peers.Site) {
	p, ok := peers.Find(framework + "/" + peers.Raws + "/" + peers.Memory)
	require.True(t, ok)
	site, err := p.Build("")
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, site.Close()) })
	return p, site
}

func TestCheckNotices(t *testing.T) {
	p, site := raws(t, peers.NetHTTP)
	visit := To(site)
	require.NoError(t, Check(p, visit))
	for name, broken := range map[string]func(w workload.Workload, r Response) Response{
		"a status": func(w workload.Workload, r Response) Response {
			if w == workload.Roll {
				r.Status = http.StatusInternalServerError
			}
			return r
		},
		"a page without its cookie": func(w workload.Workload, r Response) Response {
			if w == workload.Roll {
				r.Cookies = ""
			}
			return r
		},
		"a cookie that nobody asked for": func(w workload.Workload, r Response) Response {
			if w == workload.Stranger {
				r.Cookies = "a=b"
			}
			return r
		},
		"a count that is one late": func(w workload.Workload, r Response) Response {
			if w == workload.Count {
				n, _ := strconv.Atoi(r.Body)
				r.Body = strconv.Itoa(n - 1)
			}
			return r
		},
		"a stranger who is let in": func(w workload.Workload, r Response) Response {
			if r.Status == http.StatusUnauthorized {
				r.Status = http.StatusOK
			}
			return r
		},
		"one session for all": func(w workload.Workload, r Response) Response {
			if w == workload.First {
				r.Cookies = "koa.sid=1"
			}
			return r
		},
	} {
		require.Error(t, Check(p, func(w workload.Workload, cookies string) Response { return broken(w, visit(w, cookies)) }), name)
	}
}

func TestCheckNoticesACountThatIsNotKept(t *testing.T) {
	p, site := raws(t, peers.Echo)
	visit := To(site)
	require.Error(t, Check(p, func(w workload.Workload, cookies string) Response {
		if w == workload.Count {
			r := visit(workload.Roll, cookies)
			n, _ := strconv.Atoi(r.Body)
			r.Body = strconv.Itoa(n + 1)
			return r
		}
		return visit(w, cookies)
	}))
}

func TestLoadCountsEachRequestOnce(t *testing.T) {
	for _, framework := range []string{peers.NetHTTP, peers.Fiber} {
		_, site := raws(t, framework)
		visit := To(site)
		cookies, err := Begin(visit, 10)
		require.NoError(t, err)
		l := Load{Site: site, Workload: workload.Count, Sessions: cookies, Workers: 4, Requests: 997, Warmup: 3, Latencies: true}
		s, err := l.Run()
		require.NoError(t, err)
		require.Equal(t, 1000, s.Requests)
		require.Equal(t, 1012, s.Sent)
		require.Len(t, s.Latencies, 1000)
		require.Positive(t, s.CPU)
		require.Positive(t, s.Wall)
		require.Positive(t, s.Per(float64(s.Mallocs)))
		total := 0
		for _, c := range cookies {
			n, err := strconv.Atoi(visit(workload.Read, c).Body)
			require.NoError(t, err)
			total += n
		}
		require.Equal(t, 10+1012, total, framework)
	}
}

func TestLoadNoticesABadAnswer(t *testing.T) {
	for _, framework := range []string{peers.NetHTTP, peers.Fiber} {
		_, site := raws(t, framework)
		_, err := Load{Site: site, Workload: workload.Read, Sessions: []string{"koa.sid=nobody"}, Workers: 1, Requests: 3}.Run()
		require.ErrorContains(t, err, "3 requests failed, one of them with status 401")
	}
}

func TestFitFindsHowManyTakeThatLong(t *testing.T) {
	site := &peers.Site{HTTP: http.HandlerFunc(func(http.ResponseWriter, *http.Request) { time.Sleep(time.Millisecond) })}
	n, err := Load{Site: site, Workload: workload.Stranger, Workers: 2}.Fit(40 * time.Millisecond)
	require.NoError(t, err)
	require.LessOrEqual(t, n, 80, "no sleep is shorter than it should be")
	require.Greater(t, n, 8)
}

func TestHarnessAllocatesNothing(t *testing.T) {
	for _, framework := range []string{peers.NetHTTP, peers.Fiber} {
		cookies := slices.Repeat([]string{"koa.sid=1; koa.sid.sig=2"}, 8)
		s, err := Load{Site: Harness(framework), Workload: workload.Read, Sessions: cookies, Workers: 1, Requests: 10_000}.Run()
		require.NoError(t, err)
		require.Less(t, s.Per(float64(s.Mallocs)), 0.01, framework)
	}
}
