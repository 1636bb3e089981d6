package plot

import (
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// A polygon is a filled marker, given by its corners as multiples of the radius. Those of gonum that are not filled are too thin
// to be told apart at this size.
type polygon []vg.Point

// DrawGlyph draws the polygon around a point.
func (p polygon) DrawGlyph(canvas *draw.Canvas, style draw.GlyphStyle, at vg.Point) {
	var path vg.Path
	for i, corner := range p {
		to := at.Add(corner.Scale(style.Radius))
		if i == 0 {
			path.Move(to)
			continue
		}
		path.Line(to)
	}
	path.Close()
	canvas.SetColor(style.Color)
	canvas.Fill(path)
}

var markers = []draw.GlyphDrawer{
	draw.CircleGlyph{},
	polygon{{X: -0.9, Y: -0.9}, {X: 0.9, Y: -0.9}, {X: 0.9, Y: 0.9}, {X: -0.9, Y: 0.9}}, // square
	polygon{{X: -1.1, Y: -0.9}, {X: 1.1, Y: -0.9}, {X: 0, Y: 1.2}},                      // triangle
	polygon{{X: 0, Y: -1.3}, {X: 1.3, Y: 0}, {X: 0, Y: 1.3}, {X: -1.3, Y: 0}},           // diamond
	polygon{{X: -1.1, Y: 0.9}, {X: 1.1, Y: 0.9}, {X: 0, Y: -1.2}},                       // triangle on its tip
	polygon{{X: -0.4, Y: -1.4}, {X: 0.4, Y: -1.4}, {X: 0.4, Y: 1.4}, {X: -0.4, Y: 1.4}}, // upright bar
	polygon{{X: -1.4, Y: -0.4}, {X: 1.4, Y: -0.4}, {X: 1.4, Y: 0.4}, {X: -1.4, Y: 0.4}}, // bar
}
