package overhttp

import (
	"fmt"
	"strings"

	"github.com/go-holdall/holdall/bench/koa"
	"github.com/go-holdall/holdall/bench/peers"
	"github.com/go-holdall/holdall/bench/report"
	"github.com/go-holdall/holdall/bench/workload"
)

type cell struct {
	framework string
	library   string
	w         workload.Workload
}

// rates are what was found there, one for each round.
type rates struct{ perSecond, p99, cpu, busy []float64 }

type results struct{ cells map[cell]*rates }

func newResults() *results { return &results{map[cell]*rates{}} }

func (r *results) add(p peers.Peer, w workload.Workload, found rate) {
	at := cell{p.Framework, p.Library, w}
	if r.cells[at] == nil {
		r.cells[at] = &rates{}
	}
	all := r.cells[at]
	all.perSecond = append(all.perSecond, found.perSecond())
	all.p99 = append(all.p99, found.p99)
	all.cpu = append(all.cpu, found.cpu())
	all.busy = append(all.busy, found.busy())
}

func (r *results) at(framework, library string, w workload.Workload) rates {
	if found := r.cells[cell{framework, library, w}]; found != nil {
		return *found
	}
	return rates{}
}

func (r *results) markdown(all []peers.Peer, ws []workload.Workload, rounds int) string {
	var b strings.Builder
	fmt.Fprintf(&b, "Medians of %d rounds of %d s; %d connections, %d sessions, the server on one core.\n\n", rounds, seconds, connections, sessions)
	perSecond := func(found rates) []float64 { return found.perSecond }
	cpu := func(found rates) []float64 { return found.cpu }
	add := func(title, table string) {
		if table != "" {
			fmt.Fprintf(&b, "%s:\n\n%s\n", title, table)
		}
	}
	add("Requests per second of holdall, as a multiple of others'", r.ratios(all, ws, perSecond))
	add("Requests per second", r.perPeer(all, ws, perSecond, 1e-3, "k"))
	b.WriteString("<details><summary>The server's CPU, and how long requests wait</summary>\n\n")
	add("CPU of the server for a request with holdall, as a multiple of others', the kernel's work included", r.ratios(all, ws, cpu))
	add("CPU of the server for a request in µs", r.perPeer(all, ws, cpu, 1, ""))
	add("How busy the server's core was in %: where it was not, somebody was in the way",
		r.perPeer(all, ws, func(found rates) []float64 { return found.busy }, 1, ""))
	add("p99 in ms, with the server as busy as it gets", r.perPeer(all, ws, func(found rates) []float64 { return found.p99 }, 1, ""))
	b.WriteString("</details>\n")
	return b.String()
}

// A figure is one of what was found, one for each round.
type figure func(rates) []float64

// ratios are holdall's over those of each peer of the same framework, and over Koa's.
func (r *results) ratios(all []peers.Peer, ws []workload.Workload, of figure) string {
	t := report.NewTable(head(ws)...)
	for _, framework := range peers.Frameworks() {
		for _, p := range all {
			if p.Framework == framework && p.Library != peers.Holdall || p.Library == koa.Library {
				t.Add(r.ratio(framework, p, ws, of)...)
			}
		}
	}
	return t.String()
}

func (r *results) ratio(framework string, p peers.Peer, ws []workload.Workload, of figure) []string {
	row := []string{framework + ": / " + p.Library}
	for _, w := range ws {
		ours, theirs := r.at(framework, peers.Holdall, w), r.at(p.Framework, p.Library, w)
		row = append(row, report.Times(report.MedianRatio(of(ours), of(theirs))))
	}
	return row
}

func (r *results) perPeer(all []peers.Peer, ws []workload.Workload, of figure, scale float64, unit string) string {
	t := report.NewTable(head(ws)...)
	for _, p := range all {
		row := []string{p.Framework + " " + p.Library}
		for _, w := range ws {
			row = append(row, report.Number(report.Median(of(r.at(p.Framework, p.Library, w)))*scale, unit))
		}
		t.Add(row...)
	}
	return t.String()
}

func head(ws []workload.Workload) []string {
	titles := []string{""}
	for _, w := range ws {
		titles = append(titles, w.String())
	}
	return titles
}
