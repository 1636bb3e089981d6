package plot

import (
	"bytes"
	"math"

	gonum "gonum.org/v1/plot"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/text"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
	"gonum.org/v1/plot/vg/vgsvg"
)

// A picture is 720 by 420 pixels, at the 96 to an inch that browsers show.
const (
	width  = 540 * vg.Length(1)
	height = 315 * vg.Length(1)
	margin = 8 * vg.Length(1)
)

// SVG draws the chart. It returns an error if there is nothing to draw, or something that has no logarithm.
func (c *Chart) SVG() ([]byte, error) {
	if err := c.check(); err != nil {
		return nil, err
	}
	p, err := c.layout()
	if err != nil {
		return nil, err
	}
	canvas := vgsvg.New(width, height)
	c.drawOn(draw.New(canvas), p)
	var out bytes.Buffer
	if _, err := canvas.WriteTo(&out); err != nil {
		return nil, err
	}
	return portable(out.Bytes()), nil
}

// portable names fonts that look alike for machines that do not have the one that the picture was laid out with.
func portable(svg []byte) []byte {
	const family = "font-family:Liberation Sans;"
	return bytes.ReplaceAll(svg, []byte(family), []byte("font-family:Liberation Sans,Arimo,Helvetica,Arial,sans-serif;"))
}

// drawOn draws the legend to the right of the plot, where no line can run through it, and the title of the vertical axis above
// it, where nobody has to tilt their head. It leaves no title to gonum, which makes room for those of axes as if they were linear.
func (c *Chart) drawOn(canvas draw.Canvas, p *gonum.Plot) {
	canvas.SetColor(p.BackgroundColor)
	canvas.Fill(canvas.Path())
	canvas = draw.Crop(canvas, margin, -margin, margin, -margin)
	canvas = heading(canvas, c.Title, 11)
	canvas = heading(canvas, c.Y.Title, 9)
	legend := p.Legend
	p.Legend = gonum.NewLegend()
	aside := legend.Rectangle(canvas).Size().X + 2*margin
	p.Draw(footing(draw.Crop(canvas, 0, -aside, 0, 0), c.X.Title, 9))
	legend.Draw(draw.Crop(canvas, canvas.Size().X-aside+margin, 0, 0, 0))
}

// heading writes a line at the top, and returns what is left of the canvas below it.
func heading(canvas draw.Canvas, line string, size vg.Length) draw.Canvas {
	if line == "" {
		return canvas
	}
	style := text.Style{XAlign: text.XLeft, YAlign: text.YTop, Handler: gonum.DefaultTextHandler}
	letter(&style, size)
	canvas.FillText(style, vg.Point{X: canvas.Min.X, Y: canvas.Max.Y}, line)
	return draw.Crop(canvas, 0, 0, 0, -style.Height(line)-margin/2)
}

// footing is the same for a line in the middle of the bottom.
func footing(canvas draw.Canvas, line string, size vg.Length) draw.Canvas {
	if line == "" {
		return canvas
	}
	style := text.Style{XAlign: text.XCenter, YAlign: text.YBottom, Handler: gonum.DefaultTextHandler}
	letter(&style, size)
	canvas.FillText(style, vg.Point{X: canvas.Center().X, Y: canvas.Min.Y}, line)
	return draw.Crop(canvas, 0, 0, style.Height(line)+margin/2, 0)
}

func (c *Chart) layout() (*gonum.Plot, error) {
	p := gonum.New()
	letter(&p.Legend.TextStyle, 8.5)
	for _, axis := range []*gonum.Axis{&p.X, &p.Y} {
		axis.Scale = gonum.LogScale{}
		axis.Padding = 0
		axis.LineStyle.Color, axis.Tick.LineStyle.Color = ink, ink
		letter(&axis.Tick.Label, 8.5)
	}
	p.Legend.Left, p.Legend.Top = true, true
	p.Legend.ThumbnailWidth = 26
	p.Legend.Padding = 5
	p.Add(grid())
	if err := c.addLines(p); err != nil {
		return nil, err
	}
	c.extend(p)
	return p, nil
}

func (c *Chart) addLines(p *gonum.Plot) error {
	for i, look := range looks(c.Series) {
		s := c.Series[i]
		points := make(plotter.XYs, len(s.Points))
		for j, at := range s.Points {
			points[j] = plotter.XY{X: at.X, Y: at.Y}
		}
		line, marks, err := plotter.NewLinePoints(points)
		if err != nil {
			return err
		}
		line.LineStyle, marks.GlyphStyle = look.line, look.marker
		p.Add(line, marks)
		p.Legend.Add(s.Name, line, marks)
	}
	return nil
}

// extend gives the axes their extents: a little more than the data, also if that is a single point.
func (c *Chart) extend(p *gonum.Plot) {
	xs := c.values(func(p Point) float64 { return p.X })
	ys := c.values(func(p Point) float64 { return p.Y })
	low, high := xs[0], xs[len(xs)-1]
	room := math.Max(math.Pow(high/low, 0.04), 1.05)
	p.X.Min, p.X.Max = low/room, high*room
	p.X.Tick.Marker = c.X.marks(xs)
	p.Y.Min, p.Y.Max = around(ys[0]/1.06, ys[len(ys)-1]*1.06)
	p.Y.Tick.Marker = c.Y.scale(p.Y.Min, p.Y.Max)
}
