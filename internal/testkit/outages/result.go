package outages

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// settle is how long after the end of ReconnectTimeout all who waited have
// been told.
const settle = 200 * time.Millisecond

// A Result is what became of the requests around an outage.
type Result struct {
	Scenario Scenario
	// Name is what the table calls it.
	Name string
	// Down is how long the server was away.
	Down             time.Duration
	Requests, Failed int
	// Err is that of a request that failed.
	Err error
	// Waited are those that began in the outage and succeeded after it. First
	// and Last are how long after the server's return the first request
	// succeeded, and the last of those that had waited.
	Waited      int
	First, Last time.Duration
	Slowest     time.Duration
	// TurnedAway are those that failed after ReconnectTimeout had run out.
	TurnedAway int
	P50, P99   time.Duration
	// Gone are the changes of sessions that a server has lost, if the caller
	// counts them.
	Gone int
}

func (sc Scenario) result(requests []request, down, up time.Time) Result {
	r := Result{Scenario: sc, Name: sc.Name, Requests: len(requests), Down: up.Sub(down)}
	var turnedAway []time.Duration
	for _, q := range requests {
		if q.err != nil {
			r.Failed++
			r.Err = q.err
			if q.began.After(down.Add(sc.Reconnect + settle)) {
				turnedAway = append(turnedAway, q.took())
			}
			continue
		}
		r.succeeded(q, up)
	}
	r.TurnedAway = len(turnedAway)
	if slices.Sort(turnedAway); len(turnedAway) > 0 {
		r.P50, r.P99 = turnedAway[len(turnedAway)/2], turnedAway[len(turnedAway)*99/100]
	}
	return r
}

func (r *Result) succeeded(q request, up time.Time) {
	after := q.ended.Sub(up)
	if after > 0 && (r.First == 0 || after < r.First) {
		r.First = after
	}
	if after > 0 && q.began.Before(up) {
		r.Waited++
		r.Last = max(r.Last, after)
	}
	r.Slowest = max(r.Slowest, q.took())
}

// Require fails a test in which a request failed that should have waited, or
// in which requests still waited that should have failed. Its bounds of time
// are wide, since what a busy machine does to them is no fault of the store.
func (r Result) Require(t *testing.T) {
	t.Helper()
	require.Greater(t, r.Requests, Users)
	require.Less(t, r.First, 5*time.Second, "first success after the server's return")
	if r.Down < r.Scenario.Reconnect {
		require.NoError(t, r.Err)
		require.Zero(t, r.Failed)
		return
	}
	require.Error(t, r.Err)
	require.Positive(t, r.TurnedAway)
	require.Less(t, r.P99, r.Scenario.Reconnect, "failures past ReconnectTimeout do not wait")
}

const header = "scenario                                         |  down  | requests | failed | waited | first ok | last waiter | slowest | turned away p50 / p99     | gone"

func (r Result) String() string {
	ms := func(d time.Duration) string { return fmt.Sprintf("%.0f ms", float64(d)/1e6) }
	away := "-"
	if r.TurnedAway > 0 {
		away = fmt.Sprintf("%d: %v / %v", r.TurnedAway, r.P50.Round(time.Microsecond), r.P99.Round(time.Microsecond))
	}
	return fmt.Sprintf("%-48s | %5.2fs | %8d | %6d | %6d | %8s | %11s | %7s | %-25s | %4d",
		r.Name, r.Down.Seconds(), r.Requests, r.Failed, r.Waited, ms(r.First), ms(r.Last), ms(r.Slowest), away, r.Gone)
}

// Table returns results as a table of text.
func Table(rows []Result) string {
	lines := []string{
		fmt.Sprintf("%d users, a request each about every %v, one in four changes the session", Users, Pause),
		header,
	}
	for _, r := range rows {
		lines = append(lines, r.String())
	}
	return strings.Join(lines, "\n")
}
