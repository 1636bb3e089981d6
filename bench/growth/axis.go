package growth

import (
	"fmt"
	"runtime"
	"strconv"

	"github.com/go-holdall/holdall/bench/drive"
	"github.com/go-holdall/holdall/bench/peers"
	"github.com/go-holdall/holdall/bench/plot"
	"github.com/go-holdall/holdall/bench/workload"
)

// An axis is what grows, and who has to cope with it.
type axis struct {
	name   string // of its pictures' files
	title  string
	x      plot.Axis
	xs     []int
	does   []workload.Workload
	counts []figure
	at     func(x int) place
}

// A place is a value on an axis.
type place struct {
	subjects []subject
	clients  int // 0 means one, on one core
	sessions int // in the store
	begun    int // first visits, where those are measured
}

// A figure is what is looked at in a sample, in µs.
type figure struct {
	name, title string
	of          func(drive.Sample) float64
}

var (
	processor = figure{"cpu", "CPU for a request (µs)", func(s drive.Sample) float64 { return s.Per(s.CPU.Seconds() * 1e6) }}
	elapsed   = figure{"time", "time from one request to the next (µs)", func(s drive.Sample) float64 { return s.Per(s.Wall.Seconds() * 1e6) }}
)

// sample is how many sessions are visited. Where the store has more, it is these that are spread all over it.
const sample = 1 << 15

// An extent is how far the axes reach.
type extent struct {
	stores   []int // sessions in the store
	sessions int   // where that is not what grows
	values   int   // that are set by all first visits of one measurement
}

func axes(e extent) []axis {
	readAndCount := []workload.Workload{workload.Read, workload.Count}
	return []axis{{
		name: "clients", title: fmt.Sprintf("Clients at once, on %d cores", runtime.NumCPU()),
		x: plot.Axis{Title: "clients at once"}, xs: []int{1, 16, 256},
		does: readAndCount, counts: []figure{elapsed, processor},
		at: func(x int) place {
			return place{subjects: of(shape{}, everybody), clients: x, sessions: max(e.sessions, x)}
		},
	}, {
		name: "record", title: "Size of a record",
		x: plot.Axis{Title: "record as stored (bytes)", Format: plot.Bytes}, xs: []int{smallest, 4 << 10, 64 << 10},
		does: readAndCount, counts: []figure{processor},
		at: func(x int) place { return place{subjects: of(shape{bytes: x}, everybody), sessions: e.sessions} },
	}, {
		name: "members", title: "Members of a record",
		x: plot.Axis{Title: "members"}, xs: []int{10, 100, 1000},
		does: append(readAndCount, workload.First), counts: []figure{processor},
		at: func(x int) place {
			return place{subjects: of(shape{members: x}, everybody), sessions: e.sessions, begun: max(e.values/x, 1)}
		},
	}, {
		name: "sessions", title: "Sessions in the memory store",
		x: plot.Axis{Title: "sessions in the store, visited at random"}, xs: e.stores,
		does: readAndCount, counts: []figure{processor},
		at: func(x int) place { return place{subjects: of(shape{sessions: x}, butSCS), sessions: x} },
	}}
}

// workers returns how many clients there are, and on how many cores the process may run.
func (p place) workers() (clients, cores int) {
	if p.clients == 0 {
		return 1, 1
	}
	return p.clients, runtime.NumCPU()
}

// frameworks of the subjects, with the names that they have in tables.
var frameworks = map[string]string{peers.NetHTTP: "net/http", peers.Fiber: "fiber"}

// everybody has a line where that is cheap.
func everybody(string) bool { return true }

// butSCS leaves scs out where it would take minutes to fill its store.
func butSCS(library string) bool { return library != scsLibrary }

func (a axis) format(x int) string {
	if a.x.Format != nil {
		return a.x.Format(float64(x))
	}
	if x >= 1000 {
		return plot.Count(float64(x))
	}
	return strconv.Itoa(x)
}
