package inprocess

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/go-holdall/holdall/bench/peers"
	"github.com/go-holdall/holdall/bench/report"
	"github.com/go-holdall/holdall/bench/workload"
)

// markdown writes the tables of one store on one number of cores.
func (r *results) markdown(s settings) string {
	var b strings.Builder
	fmt.Fprintf(&b, "#### %s, GOMAXPROCS=%d\n\n", storeTitle(s.store), s.procs)
	fmt.Fprintf(&b, "Medians of %d rounds of %v for each peer and workload, %d requests under way, %d first visits.\n\n", s.rounds, s.slice, s.workers, s.first)
	add := func(title, table string) {
		if table != "" {
			fmt.Fprintf(&b, "%s:\n\n%s\n", title, table)
		}
	}
	add("CPU as a multiple of `raws` on the same framework", r.perPeer(func(at cell) string { return report.Times(r.ratio(at, peers.Raws)) }))
	add("How many times the CPU of holdall others need on the same framework", r.leads())
	b.WriteString("<details><summary>The figures behind</summary>\n\n")
	add("CPU as a multiple of `raw` on the same framework", r.perPeer(func(at cell) string { return report.Times(r.ratio(at, peers.Raw)) }))
	add("CPU of a request in µs", r.perPeer(func(at cell) string { return report.Number(report.Median(r.cpu(at))/1000, "") }))
	add("Time of the clock by request in µs", r.perPeer(func(at cell) string {
		return report.Number(report.Median(less(r.at(at).wall, r.harness(at).wall))/1000, "")
	}))
	add("Allocations of a request above those of the bare framework, and for that all", r.perPeer(r.allocations))
	add("Bytes allocated by a request above those of the bare framework, and for that all", r.perPeer(r.bytes))
	add("The driver's own CPU in µs, which is taken away above", r.driver())
	b.WriteString("</details>\n\n")
	return b.String()
}

func storeTitle(store string) string {
	if store == peers.Redis {
		return "Redis"
	}
	return "Memory store"
}

// perPeer is a table with a row for each peer and a column for each workload.
func (r *results) perPeer(figure func(cell) string) string {
	t := report.NewTable(head("")...)
	for _, p := range peers.All() {
		if p.Store != peers.Memory { // the names are the same for all stores
			continue
		}
		row := []string{p.Framework + " " + p.Library}
		for _, w := range workload.All {
			row = append(row, figure(cell{p.Framework, p.Library, w}))
		}
		t.Add(row...)
	}
	return t.String()
}

func head(first string) []string {
	titles := []string{first}
	for _, w := range workload.All {
		titles = append(titles, w.String())
	}
	return titles
}

// leads says how far holdall is ahead, or behind where a figure is under 1.
func (r *results) leads() string {
	t := report.NewTable(head("")...)
	for _, framework := range peers.Frameworks() {
		row, names := []string{""}, map[string]bool{}
		for _, w := range workload.All {
			library := r.fastest(framework, w)
			names[library] = true
			row = append(row, report.Times(r.lead(framework, library, w)))
		}
		row[0] = framework + ": " + strings.Join(slices.Sorted(maps.Keys(names)), ", ")
		t.Add(row...)
	}
	for _, framework := range peers.Frameworks() {
		r.addLead(t, framework, peers.Raws)
	}
	r.addLead(t, peers.NetHTTP, peers.ScsJSON)
	return t.String()
}

func (r *results) addLead(t *report.Table, framework, library string) {
	row := []string{framework + ": " + library}
	for _, w := range workload.All {
		row = append(row, report.Times(r.lead(framework, library, w)))
	}
	t.Add(row...)
}

func (r *results) lead(framework, library string, w workload.Workload) float64 {
	return r.ratio(cell{framework, library, w}, peers.Holdall)
}

func (r *results) allocations(at cell) string {
	return r.above(at, func(f figures) []float64 { return f.mallocs }, "%.0f")
}

func (r *results) bytes(at cell) string {
	return r.above(at, func(f figures) []float64 { return f.bytes }, "%.0f")
}

func (r *results) above(at cell, figure func(figures) []float64, format string) string {
	own := figure(r.at(at))
	if at.library != peers.Bare {
		own = less(own, figure(r.at(cell{at.framework, peers.Bare, at.w})))
	}
	if len(own) == 0 {
		return ""
	}
	return strings.Replace(fmt.Sprintf(format, report.Median(own)), "-0", "0", 1)
}

func (r *results) driver() string {
	t := report.NewTable(head("")...)
	for _, framework := range []string{peers.NetHTTP, peers.Fiber} {
		row := []string{framework}
		for _, w := range workload.All {
			row = append(row, report.Number(report.Median(r.at(cell{framework, harnessLibrary, w}).cpu)/1000, ""))
		}
		t.Add(row...)
	}
	return t.String()
}
