package plot

import (
	"math"
	"slices"
	"strconv"

	gonum "gonum.org/v1/plot"
)

// Count writes a number in thousands and millions: 1, 250, 10k, 1M.
func Count(v float64) string {
	switch {
	case v >= 1e6:
		return short(v/1e6) + "M"
	case v >= 1e3:
		return short(v/1e3) + "k"
	}
	return short(v)
}

// Bytes writes a size in bytes: 250 B, 4 KiB, 1 MiB.
func Bytes(v float64) string {
	switch {
	case v >= 1<<20:
		return short(v/(1<<20)) + " MiB"
	case v >= 1<<10:
		return short(v/(1<<10)) + " KiB"
	}
	return short(v) + " B"
}

func short(v float64) string { return strconv.FormatFloat(v, 'g', 3, 64) }

func (a Axis) format(v float64) string {
	if a.Format == nil {
		return Count(v)
	}
	return a.Format(v)
}

// marks puts a tick at each of the values: those of the horizontal axis were chosen, and are what a reader looks for.
func (a Axis) marks(values []float64) gonum.ConstantTicks {
	ticks := make(gonum.ConstantTicks, len(values))
	for i, v := range values {
		ticks[i] = gonum.Tick{Value: v, Label: a.format(v)}
	}
	return ticks
}

// scale puts ticks at 1, 2 and 5 times the powers of ten, of which it names no more than there is room for.
func (a Axis) scale(low, high float64) gonum.ConstantTicks {
	named := []float64{1, 2, 5}
	if high/low > 300 {
		named = named[:1]
	}
	var ticks gonum.ConstantTicks
	for power := math.Floor(math.Log10(low)); power <= math.Ceil(math.Log10(high)); power++ {
		for _, factor := range []float64{1, 2, 5} {
			tick := gonum.Tick{Value: factor * math.Pow(10, power)}
			if slices.Contains(named, factor) {
				tick.Label = a.format(tick.Value)
			}
			if tick.Value >= low*0.999 && tick.Value <= high*1.001 {
				ticks = append(ticks, tick)
			}
		}
	}
	return ticks
}

// around returns the nearest 1, 2 or 5 times a power of ten below and above the values.
func around(low, high float64) (below, above float64) {
	below, above = math.Pow(10, math.Floor(math.Log10(low))), math.Pow(10, math.Ceil(math.Log10(high)))
	for _, factor := range []float64{2, 5} {
		if next := math.Pow(10, math.Floor(math.Log10(low))) * factor; next < low {
			below = next
		}
	}
	for _, factor := range []float64{2, 5} {
		if next := math.Pow(10, math.Ceil(math.Log10(high))) / factor; next > high {
			above = next
		}
	}
	if below == above {
		return below / 2, above * 2
	}
	return below, above
}
