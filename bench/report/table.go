package report

import (
	"slices"
	"strings"
)

// A Table is rows under a head. The first column is text, the others figures.
type Table struct {
	head []string
	rows [][]string
}

// NewTable begins a table with the titles of its columns.
func NewTable(head ...string) *Table { return &Table{head: head} }

// Add adds a row. Cells that are missing are empty.
func (t *Table) Add(cells ...string) {
	row := make([]string, max(len(t.head), len(cells)))
	copy(row, cells)
	t.rows = append(t.rows, row)
}

// String writes the table as Markdown. Rows without a single figure are left out, and so are such columns.
func (t *Table) String() string {
	rows := slices.DeleteFunc(slices.Clone(t.rows), func(row []string) bool { return blank(row[1:]) })
	if len(rows) == 0 {
		return ""
	}
	var shown []int
	for i := range t.head {
		if i == 0 || slices.ContainsFunc(rows, func(row []string) bool { return row[i] != "" }) {
			shown = append(shown, i)
		}
	}
	var b strings.Builder
	line(&b, t.head, shown)
	b.WriteString("|---|" + strings.Repeat("--:|", len(shown)-1) + "\n")
	for _, row := range rows {
		line(&b, row, shown)
	}
	return b.String()
}

func line(b *strings.Builder, cells []string, shown []int) {
	b.WriteString("|")
	for _, i := range shown {
		b.WriteString(" " + strings.ReplaceAll(cells[i], "|", `\|`) + " |")
	}
	b.WriteString("\n")
}

func blank(cells []string) bool {
	return !slices.ContainsFunc(cells, func(cell string) bool { return cell != "" })
}
