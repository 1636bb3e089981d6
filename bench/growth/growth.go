// Package growth measures how the cost of a request grows: with the clients at once, with the size of a record, with the number
// of its members, and with the sessions in the store. Sites are called in this process, over memory stores.
package growth

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/go-holdall/holdall/bench/report"
)

// A scale is how much is measured.
type scale struct {
	rounds int
	slice  time.Duration // of each measurement
	axes   []axis
}

func scaleOf(c report.Config) scale {
	e := extent{stores: []int{1_000, 10_000, 100_000, 1_000_000}, sessions: 256, values: 50_000}
	slice := 150 * time.Millisecond
	if c.Quick {
		e.stores, slice = e.stores[:3], 30*time.Millisecond
	}
	return scale{c.RoundsOr(1, 5), slice, axes(e)}
}

// Run measures along all axes.
func Run(ctx context.Context, c report.Config) (report.Section, error) {
	return measure(ctx, c, scaleOf(c))
}

func measure(ctx context.Context, c report.Config, s scale) (report.Section, error) {
	section := report.Section{Name: "growth"}
	var text strings.Builder
	fmt.Fprintf(&text, "Medians of %d rounds. Where no clients are named there is one, on one core. `base` is the framework by itself, and the driver.\n\n", s.rounds)
	for _, a := range s.axes {
		found, err := a.measure(ctx, c, s)
		if err != nil {
			return report.Section{}, err
		}
		plots, err := a.plots(found)
		if err != nil {
			return report.Section{}, err
		}
		section.Plots = append(section.Plots, plots...)
		text.WriteString(a.text(found))
	}
	section.Markdown = text.String()
	return section, nil
}
