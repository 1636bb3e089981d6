package report

import (
	"fmt"
	"math"
	"slices"
)

// Median returns the middle of the values, or the mean of the two in the middle. Of no values it is NaN.
func Median(values []float64) float64 {
	if len(values) == 0 {
		return math.NaN()
	}
	sorted := slices.Sorted(slices.Values(values))
	half := len(sorted) / 2
	if len(sorted)%2 == 1 {
		return sorted[half]
	}
	return (sorted[half-1] + sorted[half]) / 2
}

// MedianRatio divides the values pairwise, each round's by the same round's, and returns the median of the quotients. A
// round that lacks one of the two, as NaN, does not count.
func MedianRatio(over, under []float64) float64 {
	var ratios []float64
	for i := range min(len(over), len(under)) {
		if ratio := over[i] / under[i]; !math.IsNaN(ratio) && !math.IsInf(ratio, 0) {
			ratios = append(ratios, ratio)
		}
	}
	return Median(ratios)
}

// Times writes a ratio, such as 0.35×.
func Times(ratio float64) string { return Number(ratio, "×") }

// Number writes a figure with as many digits as say something, and its unit behind it. NaN is nothing.
func Number(value float64, unit string) string {
	switch size := math.Abs(value); {
	case math.IsNaN(value):
		return ""
	case size >= 99.95:
		return fmt.Sprintf("%.0f%s", value, unit)
	case size >= 9.995:
		return fmt.Sprintf("%.1f%s", value, unit)
	default:
		return fmt.Sprintf("%.2f%s", value, unit)
	}
}
