// Package report is what the parts of the benchmark share: what they are asked, what they hand back, and how it is written down.
package report

import (
	"fmt"
	"io"
	"regexp"
)

// A Config is what the command line asks of each part. It is read only.
type Config struct {
	// Quick asks for seconds instead of minutes: fewer rounds, shorter slices, smaller stores.
	Quick bool
	// Rounds is how often each thing is measured; medians are taken over them. Zero means the part's own default.
	Rounds int
	// Peers chooses by name what is measured. Nil means all.
	Peers *regexp.Regexp
	// Log is told of progress. Nil means nobody.
	Log io.Writer
}

// Wants reports whether the peer of that name was asked for.
func (c Config) Wants(name string) bool {
	return c.Peers == nil || c.Peers.MatchString(name)
}

// RoundsOr is the number of rounds asked for, and otherwise the part's own: one number for a quick run, one for a full one.
func (c Config) RoundsOr(quick, full int) int {
	if c.Rounds > 0 {
		return c.Rounds
	}
	if c.Quick {
		return quick
	}
	return full
}

// Logf writes a line of progress.
func (c Config) Logf(format string, args ...any) {
	if c.Log != nil {
		fmt.Fprintf(c.Log, format+"\n", args...)
	}
}

// A Section is the outcome of one part.
type Section struct {
	// Name is the name of the section's markers in the document.
	Name string
	// Markdown is its text, without a heading of its own level.
	Markdown string
	// Plots are the pictures that the text shows.
	Plots []Plot
}

// A Plot is a picture.
type Plot struct {
	// File is its name in the folder of the document's pictures.
	File string
	// SVG is its content.
	SVG []byte
}
