package growth

import (
	"context"
	"encoding/json"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/go-holdall/holdall/bench/drive"
	"github.com/go-holdall/holdall/bench/peers"
	"github.com/go-holdall/holdall/bench/report"
	"github.com/go-holdall/holdall/bench/workload"
	memorystore "github.com/go-holdall/holdall/stores/memory"
)

var small = extent{stores: []int{30, 100}, sessions: 8, values: 1000}

func tiny() scale {
	return scale{2, time.Millisecond, axes(small)}
}

func TestEveryAxisHasTablesAndPictures(t *testing.T) {
	section, err := measure(context.Background(), report.Config{}, tiny())
	require.NoError(t, err)
	assert.Equal(t, "growth", section.Name)
	assert.NotContains(t, section.Markdown, "NaN")
	pictures := 0
	for _, a := range axes(small) {
		assert.Contains(t, section.Markdown, a.title)
		for _, w := range a.does {
			assert.Contains(t, section.Markdown, "(performance/"+a.file(w)+")")
			pictures++
		}
	}
	require.Len(t, section.Plots, pictures)
	for _, s := range of(shape{}, everybody) {
		assert.Contains(t, section.Markdown, "| "+s.name()+" |")
		assert.Contains(t, string(section.Plots[0].SVG), ">"+s.name()+"<")
	}
}

func TestPeersAreChosen(t *testing.T) {
	c := report.Config{Peers: regexp.MustCompile("^fiber/holdall")}
	section, err := measure(context.Background(), c, scale{rounds: 1, slice: time.Millisecond, axes: axes(small)[1:2]})
	require.NoError(t, err)
	assert.Contains(t, section.Markdown, "holdall, fiber")
	assert.NotContains(t, section.Markdown, "raws")
}

func TestStopsWhenTold(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	_, err := measure(ctx, report.Config{}, tiny())
	assert.ErrorIs(t, err, context.Canceled)
}

func TestSitesDoTheirWork(t *testing.T) {
	for _, s := range []shape{{}, {bytes: 4 << 10}, {members: 100}} {
		for _, subject := range of(s, func(library string) bool { return library != peers.Bare }) {
			stand, err := subject.open()
			require.NoError(t, err)
			call := drive.To(stand.site)
			cookies := call(workload.First, "").Cookies
			for step, want := range []string{"1", "2", "3", "3"} {
				w := workload.Count
				if step == 0 || step == 3 {
					w = workload.Read
				}
				r := call(w, cookies)
				assert.Equal(t, 200, r.Status, subject.name())
				assert.Equal(t, want, r.Body, subject.name())
			}
			assert.NoError(t, stand.close())
		}
	}
}

func TestCountsThatAreLostAreNoticed(t *testing.T) {
	stand, err := openHoldall(shape{}, peers.NetHTTP)
	require.NoError(t, err)
	defer stand.close()
	v := visit{place: place{sessions: 3}, subject: subject{library: peers.Holdall}}
	sessions, err := v.sessions(stand.site)
	require.NoError(t, err)
	require.Len(t, sessions, 3)
	assert.NoError(t, v.check(stand.site, sessions, 0))
	assert.ErrorContains(t, v.check(stand.site, sessions, 1), "counted")
	assert.Error(t, v.check(stand.site, []string{"koa.sid=unknown"}, 0))
}

// The long value must bring holdall's record to the size that the axis claims.
func TestRecordsHaveTheirSize(t *testing.T) {
	for _, bytes := range []int{smallest, 4 << 10, 64 << 10} {
		var long string
		for _, m := range (shape{bytes: bytes}).extra() {
			long += `,"` + m.key + `":"` + m.value + `"`
		}
		assert.Equal(t, bytes-smallest, len(long))
	}
	store, err := memorystore.New(memorystore.Options{})
	require.NoError(t, err)
	defer store.Close()
	stand, err := holdallOn(store, shape{}, peers.NetHTTP)
	require.NoError(t, err)
	require.Equal(t, 200, drive.To(stand.site)(workload.First, "").Status)
	const key = int64(len("koa:sess:") + 32)
	assert.Equal(t, key+smallest, store.Stats().Bytes)

	assert.Len(t, shape{members: 100}.extra(), 95)
	data, err := json.Marshal(shape{members: 10}.record())
	require.NoError(t, err)
	assert.Equal(t, 5, strings.Count(string(data), "member0"))
}
