// Package memory measures what stores/memory costs when it is full: the heap and the work of the garbage collector, what a write
// waits for while a great many sessions are swept, the slowest request, and what a flood of visitors leaves behind. It uses
// nothing but the public API.
package memory

import (
	"context"
	"fmt"
	"strings"

	"github.com/go-holdall/holdall/bench/report"
)

// A scale is how much is measured.
type scale struct {
	sessions int   // held at once, or swept
	floods   []int // cookie-less requests
	rounds   int
	seconds  float64 // of each look at the slowest request
}

func scaleOf(c report.Config) scale {
	s := scale{sessions: 1_000_000, floods: []int{100_000, 2_000_000}, rounds: c.RoundsOr(1, 5), seconds: 4}
	if c.Quick {
		s.sessions, s.floods, s.seconds = 100_000, s.floods[:1], 0.5
	}
	return s
}

// Run measures the memory store.
func Run(ctx context.Context, c report.Config) (report.Section, error) {
	return measure(ctx, c, scaleOf(c))
}

func measure(ctx context.Context, c report.Config, s scale) (report.Section, error) {
	record, err := newRecord()
	if err != nil {
		return report.Section{}, err
	}
	b := bench{c, s, record}
	var text strings.Builder
	fmt.Fprintf(&text, "%s sessions, of %d bytes under keys of %d; medians of %d rounds.\n", thousands(s.sessions), len(record), len(key(0)), s.rounds)
	for _, part := range []func(context.Context) (string, error){b.footprints, b.sweeps, b.pauses, b.floods} {
		found, err := part(ctx)
		if err != nil {
			return report.Section{}, err
		}
		text.WriteString("\n" + found)
	}
	return report.Section{Name: "memory", Markdown: text.String()}, nil
}

// A bench is what the parts have in common.
type bench struct {
	report.Config
	scale  scale
	record []byte
}

// thousands writes a number with commas.
func thousands(n int) string {
	if n < 1000 {
		return fmt.Sprint(n)
	}
	return fmt.Sprintf("%s,%03d", thousands(n/1000), n%1000)
}
