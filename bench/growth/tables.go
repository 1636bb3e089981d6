package growth

import (
	"fmt"
	"slices"
	"strings"

	"github.com/go-holdall/holdall/bench/plot"
	"github.com/go-holdall/holdall/bench/report"
	"github.com/go-holdall/holdall/bench/workload"
)

// median returns the median of a figure over the rounds, NaN if there are none.
func (f found) median(at cell, figure figure) float64 {
	var values []float64
	for _, sample := range f[at] {
		values = append(values, figure.of(sample))
	}
	return report.Median(values)
}

// subjects are those of an axis of whom something was found.
func (a axis) subjects(f found) []subject {
	all := a.at(a.xs[0]).subjects
	return slices.DeleteFunc(all, func(s subject) bool { return f[cell{s.name(), a.xs[0], a.does[0]}] == nil })
}

// text is the axis' tables, and references to its pictures.
func (a axis) text(f found) string {
	var b strings.Builder
	fmt.Fprintf(&b, "#### %s\n\n", a.title)
	for _, w := range a.does {
		for _, count := range a.counts {
			fmt.Fprintf(&b, "%s, %s: %s\n\n%s\n", w, said(w), count.title, a.table(f, w, count))
		}
		fmt.Fprintf(&b, "![%s](performance/%s)\n\n", a.caption(w), a.file(w))
	}
	return b.String()
}

// said is what a workload does here: a first visit sets as many values as there are members.
func said(w workload.Workload) string {
	if w == workload.First {
		return "first visit, all members set"
	}
	return w.Title()
}

// table has a row for each subject, a column for each place, and how many times as much the last is as the first.
func (a axis) table(f found, w workload.Workload, count figure) string {
	head := []string{""}
	for _, x := range a.xs {
		head = append(head, a.format(x))
	}
	t := report.NewTable(append(head, "grows")...)
	for _, s := range a.subjects(f) {
		row := []string{s.name()}
		var values []float64
		for _, x := range a.xs {
			value := f.median(cell{s.name(), x, w}, count)
			values = append(values, value)
			row = append(row, report.Number(value, ""))
		}
		t.Add(append(row, report.Times(values[len(values)-1]/values[0]))...)
	}
	return t.String()
}

func (a axis) file(w workload.Workload) string {
	return fmt.Sprintf("growth-%s-%s.svg", a.name, strings.ToLower(w.String()))
}

func (a axis) caption(w workload.Workload) string { return fmt.Sprintf("%s: %s", a.title, said(w)) }

// plots draws the first figure of each workload.
func (a axis) plots(f found) ([]report.Plot, error) {
	var plots []report.Plot
	for _, w := range a.does {
		chart := plot.Chart{Title: a.caption(w), X: a.x, Y: plot.Axis{Title: a.counts[0].title}}
		for _, s := range a.subjects(f) {
			line := plot.Series{Name: s.name(), Family: s.library}
			for _, x := range a.xs {
				line.Points = append(line.Points, plot.Point{X: float64(x), Y: f.median(cell{s.name(), x, w}, a.counts[0])})
			}
			chart.Series = append(chart.Series, line)
		}
		svg, err := chart.SVG()
		if err != nil {
			return nil, fmt.Errorf("growth: %s, %s: %w", a.name, w, err)
		}
		plots = append(plots, report.Plot{File: a.file(w), SVG: svg})
	}
	return plots, nil
}
