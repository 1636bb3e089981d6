// Package child starts processes that end with this one.
package child

import (
	"bytes"
	"context"
	"fmt"
	"os/exec"
	"runtime"
	"sync"
)

// A Process runs until it ends by itself, is stopped, or its context is done. On Linux the kernel ends it with this
// process, however that ends.
type Process struct {
	cmd    *exec.Cmd
	ended  chan struct{}
	output *tail
}

// Start starts a command made with exec.CommandContext. Its standard input is open for as long as this process lives. What the command prints, and nobody has asked for, is kept for the
// text of Err.
func Start(cmd *exec.Cmd) (*Process, error) {
	p := &Process{cmd: cmd, ended: make(chan struct{}), output: &tail{}}
	if cmd.Stdout == nil {
		cmd.Stdout = p.output
	}
	if cmd.Stderr == nil {
		cmd.Stderr = p.output
	}
	if cmd.Stdin == nil {
		if _, err := cmd.StdinPipe(); err != nil {
			return nil, err
		}
	}
	bind(cmd)
	started := make(chan error)
	go p.live(started)
	if err := <-started; err != nil {
		return nil, fmt.Errorf("%s: %w", cmd.Path, err)
	}
	return p, nil
}

// live keeps the thread that started the process for as long as it lives, since the kernel ends the process with its thread.
func (p *Process) live(started chan<- error) {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	if err := p.cmd.Start(); err != nil {
		started <- err
		return
	}
	started <- nil
	_ = p.cmd.Wait()
	close(p.ended)
}

// Ended is closed when the process has ended.
func (p *Process) Ended() <-chan struct{} { return p.ended }

// PID is the process's id.
func (p *Process) PID() int { return p.cmd.Process.Pid }

// Stop ends the process, and returns when it has.
func (p *Process) Stop() {
	_ = p.cmd.Process.Kill()
	<-p.ended
}

// Err says that the process has ended and what it printed last, or why there was no waiting for it any longer.
func (p *Process) Err(ctx context.Context) error {
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	return fmt.Errorf("%s: %s", p.cmd, p.output)
}

// A tail keeps the end of what is written to it.
type tail struct {
	mu  sync.Mutex
	end []byte
}

const tailSize = 4 << 10

func (t *tail) Write(b []byte) (int, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.end = append(t.end, b...)
	if extra := len(t.end) - tailSize; extra > 0 {
		t.end = append(t.end[:0], t.end[extra:]...)
	}
	return len(b), nil
}

func (t *tail) String() string {
	t.mu.Lock()
	defer t.mu.Unlock()
	return string(bytes.TrimSpace(t.end))
}
