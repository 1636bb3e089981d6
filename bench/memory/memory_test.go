package memory

import (
	"context"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/go-holdall/holdall/bench/report"
)

func TestEveryPartSaysSomething(t *testing.T) {
	s := scale{sessions: 2_000, floods: []int{3_000}, rounds: 2, seconds: 0.05}
	section, err := measure(context.Background(), report.Config{}, s)
	require.NoError(t, err)
	assert.Equal(t, "memory", section.Name)
	var rows []string
	for _, h := range holders {
		rows = append(rows, h.name)
	}
	for _, b := range besides {
		rows = append(rows, b.name)
	}
	for _, v := range views {
		rows = append(rows, v.name)
	}
	for _, f := range floods() {
		rows = append(rows, f.name)
	}
	for _, row := range rows {
		assert.Contains(t, section.Markdown, "| "+row+" |")
	}
	assert.NotContains(t, section.Markdown, "NaN")
}

func TestPeersAreChosen(t *testing.T) {
	b := bench{report.Config{Peers: regexp.MustCompile("^holdall")}, scale{sessions: 500, rounds: 1}, []byte("record")}
	table, err := b.footprints(context.Background())
	require.NoError(t, err)
	assert.Contains(t, table, "holdall")
	assert.Contains(t, table, plain)
	assert.NotContains(t, table, "scs")
}

func TestStopsWhenTold(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	_, err := measure(ctx, report.Config{}, scale{sessions: 100, floods: []int{10}, rounds: 1, seconds: 0.01})
	assert.ErrorIs(t, err, context.Canceled)
}

func TestRecordIsTheWorkloads(t *testing.T) {
	record, err := newRecord()
	require.NoError(t, err)
	assert.Contains(t, string(record), `"user_id":`)
	assert.InDelta(t, 257, len(record), 40)
}

func TestKeysDiffer(t *testing.T) {
	seen := map[string]bool{}
	for i := range 10_000 {
		k := key(i)
		require.Len(t, k, len(prefix)+32)
		require.True(t, strings.HasPrefix(k, prefix))
		require.False(t, seen[k])
		seen[k] = true
	}
}

func TestLatencies(t *testing.T) {
	var l latencies
	for i := range 1000 {
		l.add(time.Duration(i+1) * time.Microsecond)
	}
	l.add(time.Second)
	assert.Equal(t, time.Second, l.worst)
	assert.EqualValues(t, 1001, l.calls)
	assert.InEpsilon(t, 500*time.Microsecond, l.at(0.5), 0.07)
	assert.InEpsilon(t, 990*time.Microsecond, l.at(0.99), 0.07)
	assert.Equal(t, time.Second, l.at(1))
	l.add(0)
	l.add(-time.Second)
	assert.Positive(t, l.at(0))
}

func TestThousands(t *testing.T) {
	for n, want := range map[int]string{0: "0", 999: "999", 1000: "1,000", 1_002_003: "1,002,003"} {
		assert.Equal(t, want, thousands(n))
	}
}
