package report

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

// A Document is a Markdown file with a place for each section: what stands between `<!-- begin NAME -->` and
// `<!-- end NAME -->`, each on a line of its own. All else in it is left as it is.
type Document struct {
	// File is the path of the Markdown file.
	File string
	// Pictures is the folder of the plots. It is made if there is none.
	Pictures string
}

// Write puts the sections into the document, and their plots beside it. It changes nothing if a section has no place there.
func (d Document) Write(sections []Section) error {
	before, err := os.ReadFile(d.File)
	if err != nil {
		return err
	}
	after, err := Fill(string(before), sections)
	if err != nil {
		return fmt.Errorf("%s: %w", d.File, err)
	}
	if err := d.draw(sections); err != nil {
		return err
	}
	return os.WriteFile(d.File, []byte(after), 0o644)
}

func (d Document) draw(sections []Section) error {
	for _, s := range sections {
		for _, p := range s.Plots {
			if err := os.MkdirAll(d.Pictures, 0o755); err != nil {
				return err
			}
			if err := os.WriteFile(filepath.Join(d.Pictures, filepath.Base(p.File)), p.SVG, 0o644); err != nil {
				return err
			}
		}
	}
	return nil
}

// Fill returns the text with each section in its place. The error names all sections that have none.
func Fill(text string, sections []Section) (string, error) {
	var missing []error
	for _, s := range sections {
		filled, ok := fillOne(text, s)
		if !ok {
			missing = append(missing, fmt.Errorf("no <!-- begin %s --> followed by <!-- end %[1]s -->", s.Name))
			continue
		}
		text = filled
	}
	return text, errors.Join(missing...)
}

func fillOne(text string, s Section) (string, bool) {
	before, rest, begun := strings.Cut(text, begin(s.Name))
	_, after, ended := strings.Cut(rest, end(s.Name))
	if !begun || !ended {
		return text, false
	}
	return before + s.Marked() + after, true
}

// Marked is the section's text between its markers, without a line break at the end.
func (s Section) Marked() string {
	return begin(s.Name) + "\n\n" + strings.TrimSpace(s.Markdown) + "\n\n" + end(s.Name)
}

func begin(name string) string { return "<!-- begin " + name + " -->" }

func end(name string) string { return "<!-- end " + name + " -->" }
