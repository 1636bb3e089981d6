package koatraces

import (
	"fmt"
	"strings"
	"text/tabwriter"
)

// A Tally counts the scenarios of one replay, and the differences that were
// met in them.
type Tally struct {
	// Name is who replayed, such as "gin/plain".
	Name string
	// Scenarios were replayed, Explained were as expected, and in Alike
	// nothing was different from Koa.
	Scenarios, Explained, Alike int

	met map[Difference]int
}

// Add counts a scenario in which everything was as expected.
func (t *Tally) Add(e Expectation) {
	if t.met == nil {
		t.met = map[Difference]int{}
	}
	t.Explained++
	if len(e.Met) == 0 {
		t.Alike++
	}
	for _, d := range e.Met {
		t.met[d]++
	}
}

// Table shows tallies side by side: how many scenarios each difference was
// met in.
func Table(tallies []*Tally) string {
	var b strings.Builder
	w := tabwriter.NewWriter(&b, 0, 0, 2, ' ', 0)
	row := func(first string, cell func(*Tally) any) {
		fmt.Fprint(w, first)
		for _, t := range tallies {
			fmt.Fprintf(w, "\t%v", cell(t))
		}
		fmt.Fprintln(w)
	}
	fmt.Fprintln(w)
	row("scenarios", func(t *Tally) any { return t.Name })
	row("as Koa", func(t *Tally) any { return t.Alike })
	for _, d := range all {
		row(fmt.Sprintf("%v: %s", d, d.what()), func(t *Tally) any { return t.met[d] })
	}
	row("explained", func(t *Tally) any { return fmt.Sprintf("%d of %d", t.Explained, t.Scenarios) })
	_ = w.Flush() // into memory
	return b.String()
}
