// Package plot draws lines over logarithmic axes, as SVG. The same data always gives the same bytes, so that a picture which
// is kept in a repository changes only with what it shows.
package plot

import (
	"errors"
	"fmt"
	"math"
	"slices"
)

// A Chart is what is to be drawn. Both axes are logarithmic.
type Chart struct {
	Title  string
	X, Y   Axis
	Series []Series
}

// An Axis has a title, which should name the unit, and a way to write a value beside a tick. A nil Format writes 1000 as 1k.
type Axis struct {
	Title  string
	Format func(float64) string
}

// A Series is one line, with its name in the legend. Series of one Family have the same colour, and differ by marker and dash.
// An empty Family is one of its own.
type Series struct {
	Name   string
	Family string
	Points []Point
}

// A Point is a measured value.
type Point struct{ X, Y float64 }

// check returns everything that is wrong with the chart. Gonum would panic, or draw nothing.
func (c *Chart) check() error {
	if len(c.Series) == 0 {
		return errors.New("plot: no series")
	}
	var wrong []error
	seen := map[string]bool{}
	for _, s := range c.Series {
		if s.Name == "" || seen[s.Name] {
			wrong = append(wrong, fmt.Errorf("plot: series %q: the name is empty or taken", s.Name))
		}
		seen[s.Name] = true
		if len(s.Points) == 0 {
			wrong = append(wrong, fmt.Errorf("plot: series %q: no points", s.Name))
		}
		for _, p := range s.Points {
			if !drawable(p.X) || !drawable(p.Y) {
				wrong = append(wrong, fmt.Errorf("plot: series %q: (%v, %v) has no place on logarithmic axes", s.Name, p.X, p.Y))
			}
		}
	}
	return errors.Join(wrong...)
}

func drawable(v float64) bool { return v > 0 && !math.IsInf(v, 0) }

// values returns all values of one axis in order, each once.
func (c *Chart) values(of func(Point) float64) []float64 {
	var values []float64
	for _, s := range c.Series {
		for _, p := range s.Points {
			values = append(values, of(p))
		}
	}
	slices.Sort(values)
	return slices.Compact(values)
}
