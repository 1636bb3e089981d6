package plot_test

import (
	"bytes"
	"encoding/xml"
	"errors"
	"io"
	"math"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/go-holdall/holdall/bench/plot"
)

func chart() *plot.Chart {
	line := func(factor float64) []plot.Point {
		return []plot.Point{{250, factor}, {4096, factor * 2}, {65536, factor * 18}}
	}
	return &plot.Chart{
		Title: "One value read",
		X:     plot.Axis{Title: "record (bytes)", Format: plot.Bytes},
		Y:     plot.Axis{Title: "CPU per request (µs)"},
		Series: []plot.Series{
			{Name: "holdall net/http", Family: "holdall", Points: line(0.9)},
			{Name: "holdall fiber", Family: "holdall", Points: line(0.7)},
			{Name: "raws <net/http>", Family: "raws", Points: line(5)},
			{Name: "raws fiber", Family: "raws", Points: line(4.4)},
			{Name: "scs & gob", Points: line(25)},
			{Name: "no session", Points: line(0.1)},
		},
	}
}

// texts returns what is written in the picture, and fails if it is not well-formed.
func texts(t *testing.T, svg []byte) string {
	t.Helper()
	var all strings.Builder
	decoder := xml.NewDecoder(bytes.NewReader(svg))
	for {
		token, err := decoder.Token()
		if errors.Is(err, io.EOF) {
			return all.String()
		}
		require.NoError(t, err)
		if text, ok := token.(xml.CharData); ok {
			all.Write(text)
			all.WriteByte('\n')
		}
	}
}

func TestPictureNamesWhatItShows(t *testing.T) {
	c := chart()
	svg, err := c.SVG()
	require.NoError(t, err)
	shown := texts(t, svg)
	for _, want := range []string{c.Title, c.X.Title, c.Y.Title, "250 B", "4 KiB", "64 KiB"} {
		assert.Contains(t, shown, want+"\n")
	}
	for _, s := range c.Series {
		assert.Contains(t, shown, s.Name+"\n")
	}
}

func TestSameDataSameBytes(t *testing.T) {
	first, err := chart().SVG()
	require.NoError(t, err)
	for range 5 {
		again, err := chart().SVG()
		require.NoError(t, err)
		require.Equal(t, string(first), string(again))
	}
}

func TestOnePointIsDrawn(t *testing.T) {
	for _, p := range []plot.Point{{1, 1}, {0.003, 1e9}, {1e6, 0.02}} {
		c := plot.Chart{Series: []plot.Series{{Name: "alone", Points: []plot.Point{p}}}}
		svg, err := c.SVG()
		require.NoError(t, err)
		texts(t, svg)
		assert.NotContains(t, string(svg), "NaN")
	}
}

func TestRefused(t *testing.T) {
	with := func(points ...plot.Point) []plot.Series { return []plot.Series{{Name: "a", Points: points}} }
	for name, series := range map[string][]plot.Series{
		"nothing":      nil,
		"no points":    with(),
		"zero":         with(plot.Point{X: 0, Y: 1}),
		"negative":     with(plot.Point{X: 1, Y: 1}, plot.Point{X: 2, Y: -1}),
		"not a number": with(plot.Point{X: 1, Y: math.NaN()}),
		"infinite":     with(plot.Point{X: math.Inf(1), Y: 1}),
		"no name":      {{Points: []plot.Point{{1, 1}}}},
		"one name":     append(with(plot.Point{X: 1, Y: 1}), with(plot.Point{X: 1, Y: 2})...),
	} {
		t.Run(name, func(t *testing.T) {
			svg, err := (&plot.Chart{Series: series}).SVG()
			assert.Error(t, err)
			assert.Nil(t, svg)
		})
	}
}

func TestNumbersAreShort(t *testing.T) {
	for v, want := range map[float64]string{0.25: "0.25", 1: "1", 256: "256", 1000: "1k", 250_000: "250k", 1e6: "1M"} {
		assert.Equal(t, want, plot.Count(v))
	}
	for v, want := range map[float64]string{250: "250 B", 4096: "4 KiB", 65536: "64 KiB", 1 << 20: "1 MiB"} {
		assert.Equal(t, want, plot.Bytes(v))
	}
}
