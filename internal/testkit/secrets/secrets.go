// Package secrets searches all that a run of tests prints, and every error
// that it meets, for what must be in neither: session ids, signatures and
// stored values.
//
// The tests run in a child process, so that nothing which writes to the
// standard streams escapes, be it a framework, a driver or the runtime.
package secrets

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
)

// folder is the environment variable that makes a process the child of Search.
const folder = "HOLDALL_TEST_SECRETS"

// The files of that folder, a line for each secret and for each error.
const (
	knownFile = "known"
	heardFile = "heard"
)

// shortest is the length from which on a text is a secret. Shorter ones are
// found where they mean nothing.
const shortest = 16

// Know notes a secret: an id, a signature, or a stored value.
func Know(secret string) {
	if len(secret) >= shortest {
		note(knownFile, secret)
	}
}

// KnowCookies notes the values that Set-Cookie lines carry.
func KnowCookies(lines []string) {
	for _, line := range lines {
		_, rest, _ := strings.Cut(line, "=")
		value, _, _ := strings.Cut(rest, ";")
		Know(value)
	}
}

// Heard notes an error that a caller was told of, and all that it wraps.
func Heard(err error) {
	if err == nil {
		return
	}
	note(heardFile, strings.ReplaceAll(err.Error(), "\n", " "))
	switch e := err.(type) {
	case interface{ Unwrap() error }:
		Heard(e.Unwrap())
	case interface{ Unwrap() []error }:
		for _, joined := range e.Unwrap() {
			Heard(joined)
		}
	}
}

// A Log is what a program under test may log to. What it is given is searched
// like what is printed, but not printed: a run may log thousands of errors that
// it has asked for.
type Log struct{}

func (Log) Write(p []byte) (int, error) {
	note(heardFile, strings.TrimSpace(string(p)))
	return len(p), nil
}

var (
	noted   sync.Map // lines
	writing sync.Mutex
)

// note appends a line, once, and at once: a process of a test may be killed.
func note(name, line string) {
	dir := os.Getenv(folder)
	if _, known := noted.LoadOrStore(line, true); known || dir == "" {
		return
	}
	writing.Lock()
	defer writing.Unlock()
	f, err := os.OpenFile(filepath.Join(dir, name), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		panic(err)
	}
	defer func() { _ = f.Close() }()
	if _, err := f.WriteString(line + "\n"); err != nil {
		panic(err)
	}
}

// InChild reports whether this process is the child of Search, and has to run
// the tests.
func InChild() bool { return os.Getenv(folder) != "" }

// Search runs this test binary again, as a child and with the same arguments,
// passes on what it prints, and returns its exit code: 1 if that, or an error
// that it noted, has one of the secrets that it noted.
func Search() (code int) {
	dir, err := os.MkdirTemp("", "secrets")
	if err != nil {
		return complain(err)
	}
	defer func() { _ = os.RemoveAll(dir) }()
	var printed bytes.Buffer
	child := exec.Command(os.Args[0], os.Args[1:]...)
	child.Env = append(os.Environ(), folder+"="+dir)
	out := &tee{to: os.Stdout, copy: &printed}
	child.Stdin, child.Stdout, child.Stderr = os.Stdin, out, out
	if err := child.Run(); err != nil {
		return complain(err)
	}
	heard, err := os.ReadFile(filepath.Join(dir, heardFile))
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		return complain(err)
	}
	known, err := lines(filepath.Join(dir, knownFile))
	if err != nil {
		return complain(err)
	}
	for name, text := range map[string][]byte{"what the tests print": printed.Bytes(), "the errors that were met or logged": heard} {
		if n := count(text, known); n > 0 {
			return complain(fmt.Errorf("%s: %d secrets in it", name, n))
		}
	}
	fmt.Printf("secrets: none of %d is in %d bytes of output and %d bytes of errors\n", len(known), printed.Len(), len(heard))
	return 0
}

func complain(err error) int {
	var failed *exec.ExitError
	if errors.As(err, &failed) {
		return failed.ExitCode()
	}
	fmt.Fprintln(os.Stderr, "secrets:", err)
	return 1
}

// A tee passes on what it copies. The child's streams share it, one write at
// a time.
type tee struct {
	to, copy io.Writer
}

func (t *tee) Write(p []byte) (int, error) {
	_, _ = t.copy.Write(p)
	return t.to.Write(p)
}

func lines(file string) (map[string]bool, error) {
	f, err := os.Open(file)
	if errors.Is(err, os.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	defer func() { _ = f.Close() }()
	found := map[string]bool{}
	scanner := bufio.NewScanner(f)
	for scanner.Scan() {
		found[scanner.Text()] = true
	}
	return found, scanner.Err()
}

// count returns how often one of the secrets is in a text. There may be many
// of them, but they have few lengths, so the text is looked through once for
// each length.
func count(text []byte, secrets map[string]bool) (n int) {
	lengths := map[int]bool{}
	for secret := range secrets {
		lengths[len(secret)] = true
	}
	for length := range lengths {
		for i := 0; i+length <= len(text); i++ {
			if secrets[string(text[i:i+length])] {
				n++
			}
		}
	}
	return n
}
