package inprocess

import (
	"github.com/go-holdall/holdall/bench/drive"
	"github.com/go-holdall/holdall/bench/peers"
	"github.com/go-holdall/holdall/bench/report"
	"github.com/go-holdall/holdall/bench/workload"
)

// A cell is a place in the tables.
type cell struct {
	framework string
	library   string
	w         workload.Workload
}

// figures are what a request cost, one for each round.
type figures struct{ cpu, wall, mallocs, bytes []float64 }

type results struct{ cells map[cell]*figures }

func newResults() *results { return &results{map[cell]*figures{}} }

func (r *results) add(at cell, s drive.Sample) {
	f := r.cells[at]
	if f == nil {
		f = &figures{}
		r.cells[at] = f
	}
	f.cpu = append(f.cpu, s.Per(float64(s.CPU.Nanoseconds())))
	f.wall = append(f.wall, s.Per(float64(s.Wall.Nanoseconds())))
	f.mallocs = append(f.mallocs, s.Per(float64(s.Mallocs)))
	f.bytes = append(f.bytes, s.Per(float64(s.Bytes)))
}

// at returns what was measured there, which is nothing for a peer that was not asked for.
func (r *results) at(at cell) figures {
	if f := r.cells[at]; f != nil {
		return *f
	}
	return figures{}
}

// harness is the driver's own cost for requests of this kind.
func (r *results) harness(at cell) figures {
	if at.framework != peers.Fiber {
		at.framework = peers.NetHTTP
	}
	return r.at(cell{at.framework, harnessLibrary, at.w})
}

// cpu is the CPU time of the handler alone, in nanoseconds, one for each round: what the driver needs by itself is taken
// away, as it was in the same round.
func (r *results) cpu(at cell) []float64 { return less(r.at(at).cpu, r.harness(at).cpu) }

func less(all, own []float64) []float64 {
	alone := make([]float64, min(len(all), len(own)))
	for i := range alone {
		alone[i] = all[i] - own[i]
	}
	return alone
}

// ratio is how many times the CPU of another library under the same framework a peer needs.
func (r *results) ratio(at cell, of string) float64 {
	return report.MedianRatio(r.cpu(at), r.cpu(cell{at.framework, of, at.w}))
}

// fastest returns the library that needs least CPU among those that somebody could choose in holdall's place.
func (r *results) fastest(framework string, w workload.Workload) (library string) {
	least := 0.0
	for _, p := range peers.All() {
		if p.Framework != framework || p.Store != peers.Memory || p.Control() || p.Library == peers.Holdall {
			continue
		}
		if cpu := report.Median(r.cpu(cell{framework, p.Library, w})); library == "" || cpu < least {
			library, least = p.Library, cpu
		}
	}
	return library
}
