package overhttp

import (
	"context"
	_ "embed"
	"errors"
	"fmt"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/go-holdall/holdall/bench/child"
	"github.com/go-holdall/holdall/bench/drive"
	"github.com/go-holdall/holdall/bench/workload"
)

// ErrNoWrk is the error where the load generator is missing.
var ErrNoWrk = errors.New("wrk is not in PATH: install it with `apt-get install wrk` or `brew install wrk`, or leave this part out with -only")

//go:embed rotate.lua
var script []byte

// connections is how many requests are under way at once.
const connections = 32

// A loader asks servers with wrk.
type loader struct{ folder string }

// newLoader lays out what wrk needs. Close removes it.
func newLoader() (*loader, error) {
	if _, err := exec.LookPath("wrk"); err != nil {
		return nil, ErrNoWrk
	}
	folder, err := os.MkdirTemp("", "holdall-bench-wrk-")
	if err != nil {
		return nil, err
	}
	l := &loader{folder}
	return l, os.WriteFile(l.path("rotate.lua"), script, 0o600)
}

func (l *loader) path(name string) string { return filepath.Join(l.folder, name) }

func (l *loader) close() error { return os.RemoveAll(l.folder) }

// A rate is what wrk found.
type rate struct {
	requests  float64
	seconds   float64
	p99       float64 // milliseconds
	serverCPU float64 // seconds, NaN where it is not known
}

func (r rate) perSecond() float64 { return r.requests / r.seconds }

// cpu is what the server needed for a request, in microseconds.
func (r rate) cpu() float64 { return r.serverCPU / r.requests * 1e6 }

// busy is the part of its core that the server had. Under 100 % somebody else was in its way, or wrk was.
func (r rate) busy() float64 { return r.serverCPU / r.seconds * 100 }

// run asks a server for one workload. Wrk counts in whole seconds. The error is that of any answer that was none, or not good.
func (l *loader) run(ctx context.Context, addr string, w workload.Workload, sessions []string, seconds int) (rate, error) {
	var lines strings.Builder
	if w.HasCookie() {
		for _, cookies := range sessions {
			lines.WriteString(drive.Analytics + cookies + "\n")
		}
	}
	if err := os.WriteFile(l.path("cookies"), []byte(lines.String()), 0o600); err != nil {
		return rate{}, err
	}
	words := append(child.Pin(clientCore), "wrk", "-t1", "-c"+strconv.Itoa(connections), "-d"+strconv.Itoa(seconds)+"s",
		"-s", l.path("rotate.lua"), "http://"+addr, "--", w.Path(), l.path("cookies"))
	cmd := exec.CommandContext(ctx, words[0], words[1:]...)
	var out strings.Builder
	cmd.Stdout = &out
	process, err := child.Start(cmd)
	if err != nil {
		return rate{}, err
	}
	defer process.Stop()
	select {
	case <-process.Ended():
	case <-time.After(time.Duration(seconds)*time.Second + 10*time.Second):
		return rate{}, errors.New("wrk does not end")
	}
	if ctx.Err() != nil {
		return rate{}, context.Cause(ctx)
	}
	return parse(out.String())
}

// parse reads the line that the script prints at the end.
func parse(out string) (rate, error) {
	var requests, micros, p99, refused, broken float64
	_, line, found := strings.Cut(out, "SUMMARY ")
	if _, err := fmt.Sscan(line, &requests, &micros, &p99, &refused, &broken); !found || err != nil {
		return rate{}, fmt.Errorf("wrk said: %s", out)
	}
	if refused+broken > 0 {
		return rate{}, fmt.Errorf("of %.0f requests %.0f had a bad status and %.0f failed", requests, refused, broken)
	}
	return rate{requests: requests, seconds: micros / 1e6, p99: p99 / 1000, serverCPU: math.NaN()}, nil
}
