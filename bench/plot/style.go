package plot

import (
	"image/color"

	"gonum.org/v1/plot/font"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/text"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// palette is that of Okabe and Ito, which people who do not see all colours can tell apart, without its yellow, which is too
// faint for a line on white.
var palette = []color.RGBA{
	{0x00, 0x72, 0xb2, 0xff}, // blue
	{0xd5, 0x5e, 0x00, 0xff}, // vermilion
	{0x55, 0x55, 0x55, 0xff}, // grey
	{0x00, 0x9e, 0x73, 0xff}, // green
	{0xcc, 0x79, 0xa7, 0xff}, // purple
	{0xe6, 0x9f, 0x00, 0xff}, // orange
	{0x56, 0xb4, 0xe9, 0xff}, // sky
}

var dashes = [][]vg.Length{nil, {5, 3}, {1.5, 2.5}, {7, 2.5, 1.5, 2.5}}

var (
	ink   = color.Gray{Y: 0x22}
	faint = color.Gray{Y: 0xe2}
)

// A look is how one series is drawn.
type look struct {
	line   draw.LineStyle
	marker draw.GlyphStyle
}

// looks gives every series a look. Two series of a chart share one only if there are more than the palette has colours.
func looks(series []Series) []look {
	families := map[string]int{}
	members := map[int]int{}
	out := make([]look, len(series))
	for i, s := range series {
		family := s.Family
		if family == "" {
			family = "name:" + s.Name
		}
		if _, known := families[family]; !known {
			families[family] = len(families)
		}
		colour := families[family]
		nth := members[colour]
		members[colour]++
		out[i] = newLook(colour, nth, i)
	}
	return out
}

func newLook(colour, nth, marker int) look {
	c := palette[colour%len(palette)]
	return look{
		line:   draw.LineStyle{Color: c, Width: 1.6, Dashes: dashes[nth%len(dashes)]},
		marker: draw.GlyphStyle{Color: c, Radius: 3, Shape: markers[marker%len(markers)]},
	}
}

func grid() *plotter.Grid {
	line := draw.LineStyle{Color: faint, Width: 0.6}
	return &plotter.Grid{Vertical: line, Horizontal: line}
}

// letter sets a text in the sans-serif of the fonts that gonum brings along.
func letter(style *text.Style, size vg.Length) {
	style.Font = font.Font{Typeface: "Liberation", Variant: "Sans", Size: size}
	style.Color = ink
}
