package report

import (
	"math"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestMedian(t *testing.T) {
	values := []float64{9, 1, 5}
	require.Equal(t, 5.0, Median(values))
	require.Equal(t, []float64{9, 1, 5}, values, "the caller's values stay as they were")
	require.Equal(t, 3.0, Median([]float64{5, 1}))
	require.True(t, math.IsNaN(Median(nil)))
}

func TestMedianRatioIsFormedPerRound(t *testing.T) {
	// The second round was disturbed for both, the medians by themselves would say 2.
	require.Equal(t, 3.0, MedianRatio([]float64{3, 60, 6}, []float64{1, 20, 2}))
	require.Equal(t, 2.0, MedianRatio([]float64{2, math.NaN()}, []float64{1, 1}))
	require.True(t, math.IsNaN(MedianRatio([]float64{1}, nil)))
	require.True(t, math.IsNaN(MedianRatio([]float64{1}, []float64{0})))
}

func TestNumber(t *testing.T) {
	for value, want := range map[float64]string{
		0: "0.00×", 0.346: "0.35×", 9.99: "9.99×", 9.996: "10.0×", 12.34: "12.3×", 99.96: "100×", 1234.5: "1234×", -0.5: "-0.50×",
	} {
		require.Equal(t, want, Times(value))
	}
	require.Empty(t, Number(math.NaN(), " µs"))
}

func TestTable(t *testing.T) {
	table := NewTable("", "W1", "W2", "W3")
	table.Add("one", "1", "", "3")
	table.Add("nothing", "", "")
	table.Add("a|b", "2")
	require.Equal(t, "|  | W1 | W3 |\n|---|--:|--:|\n| one | 1 | 3 |\n| a\\|b | 2 |  |\n", table.String())
	require.Empty(t, NewTable("a", "b").String())
}

const page = "# Performance\n\n<!-- begin one -->\nold\n<!-- end one -->\n\nBetween.\n\n<!-- begin two --><!-- end two -->\nEnd.\n"

func TestFill(t *testing.T) {
	filled, err := Fill(page, []Section{{Name: "two", Markdown: "| 2 |\n"}, {Name: "one", Markdown: "new"}})
	require.NoError(t, err)
	want := "# Performance\n\n<!-- begin one -->\n\nnew\n\n<!-- end one -->\n\nBetween.\n\n<!-- begin two -->\n\n| 2 |\n\n<!-- end two -->\nEnd.\n"
	require.Equal(t, want, filled)

	again, err := Fill(filled, []Section{{Name: "two", Markdown: "| 2 |\n"}, {Name: "one", Markdown: "new"}})
	require.NoError(t, err)
	require.Equal(t, want, again, "what is filled twice looks as if filled once")
}

func TestFillNamesWhatHasNoPlace(t *testing.T) {
	_, err := Fill(page+"<!-- begin four -->", []Section{{Name: "three"}, {Name: "one"}, {Name: "four"}})
	require.ErrorContains(t, err, "three")
	require.ErrorContains(t, err, "four")
}

func TestDocumentWrite(t *testing.T) {
	folder := t.TempDir()
	d := Document{File: filepath.Join(folder, "page.md"), Pictures: filepath.Join(folder, "page")}
	require.NoError(t, os.WriteFile(d.File, []byte(page), 0o600))
	drawn := Section{Name: "one", Markdown: "new", Plots: []Plot{{File: "growth.svg", SVG: []byte("<svg/>")}}}

	require.Error(t, d.Write([]Section{drawn, {Name: "three"}}))
	unchanged, err := os.ReadFile(d.File)
	require.NoError(t, err)
	require.Equal(t, page, string(unchanged))
	require.NoDirExists(t, d.Pictures)

	require.NoError(t, d.Write([]Section{drawn}))
	text, err := os.ReadFile(d.File)
	require.NoError(t, err)
	require.Contains(t, string(text), "\nnew\n")
	picture, err := os.ReadFile(filepath.Join(d.Pictures, "growth.svg"))
	require.NoError(t, err)
	require.Equal(t, "<svg/>", string(picture))
}

func TestConfig(t *testing.T) {
	require.Equal(t, 9, Config{}.RoundsOr(3, 9))
	require.Equal(t, 3, Config{Quick: true}.RoundsOr(3, 9))
	require.Equal(t, 5, Config{Quick: true, Rounds: 5}.RoundsOr(3, 9))
	require.True(t, Config{}.Wants("echo/raws/memory"))
	require.False(t, Config{Peers: regexp.MustCompile("^gin/")}.Wants("echo/raws/memory"))

	Config{}.Logf("nobody listens")
	var log strings.Builder
	Config{Log: &log}.Logf("round %d", 1)
	require.Equal(t, "round 1\n", log.String())
}
