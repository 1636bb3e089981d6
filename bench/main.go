// Command bench measures holdall beside its peers and prints the tables as Markdown. README.md says what is measured, how,
// and what it needs.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"

	"github.com/go-holdall/holdall/bench/overhttp"
	"github.com/go-holdall/holdall/bench/report"
)

func main() {
	if err := run(os.Args[1:]); err != nil && !errors.Is(err, flag.ErrHelp) {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

func run(args []string) error {
	if len(args) > 0 && args[0] == overhttp.ServeCommand {
		return overhttp.Serve(args[1:])
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	o, err := parse(args)
	if err != nil {
		return err
	}
	sections, err := measure(ctx, o)
	if err != nil || !o.write {
		return err
	}
	return o.document.Write(sections)
}

// options are what the command line says.
type options struct {
	config   report.Config
	parts    []part
	write    bool
	document report.Document
}

func parse(args []string) (o options, err error) {
	flags := flag.NewFlagSet("bench", flag.ContinueOnError)
	only := flags.String("only", "", "the `parts` to run, with commas: inprocess, http, redis, memory, growth; all if empty")
	which := flags.String("peers", "", "a `regexp` for the peers to measure, such as ^nethttp/(raws|holdall)/; all if empty")
	flags.BoolVar(&o.config.Quick, "quick", false, "fewer and shorter rounds: to try the command, not to quote")
	flags.IntVar(&o.config.Rounds, "rounds", 0, "the `number` of rounds; each part's own if 0")
	flags.BoolVar(&o.write, "write", false, "put the tables into the document, between its markers, and the pictures beside it")
	flags.StringVar(&o.document.File, "document", "docs/performance.md", "the `file` for -write")
	if err := flags.Parse(args); err != nil {
		return o, err
	}
	if flags.NArg() > 0 {
		return o, fmt.Errorf("what is %q? There are only flags", flags.Arg(0))
	}
	if o.parts, err = choose(*only); err != nil {
		return o, err
	}
	if *which != "" {
		if o.config.Peers, err = regexp.Compile(*which); err != nil {
			return o, fmt.Errorf("-peers: %w", err)
		}
	}
	o.config.Log = os.Stderr
	o.document.Pictures = strings.TrimSuffix(o.document.File, filepath.Ext(o.document.File))
	return o, o.checkDocument()
}

// checkDocument looks before the measurements whether there is a place for their outcome.
func (o options) checkDocument() error {
	if !o.write {
		return nil
	}
	text, err := os.ReadFile(o.document.File)
	if err != nil {
		return err
	}
	var empty []report.Section
	for _, p := range o.parts {
		empty = append(empty, report.Section{Name: p.section})
	}
	_, err = report.Fill(string(text), empty)
	return err
}

// measure runs the parts, and prints each section as soon as it is there.
func measure(ctx context.Context, o options) (sections []report.Section, err error) {
	for _, p := range o.parts {
		o.config.Logf("%s: begins", p.section)
		s, err := p.run(ctx, o.config)
		if err != nil {
			return sections, fmt.Errorf("%s: %w", p.section, err)
		}
		fmt.Printf("%s\n\n", s.Marked())
		sections = append(sections, s)
	}
	return sections, nil
}
