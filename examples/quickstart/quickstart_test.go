// Package quickstart_test runs the quick starts, and compares them with what
// the README shows.
package quickstart_test

import (
	"context"
	"encoding/json"
	"io"
	"net"
	"net/http"
	"net/http/cookiejar"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/go-holdall/holdall/internal/testkit/rediskit"
)

const (
	readme   = "../../README.md"
	address  = "127.0.0.1:8080" // in every quick start
	maxLines = 25
)

var names = []string{"echo", "gin", "fiber", "nethttp"}

func source(t *testing.T, name string) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(name, "main.go"))
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// TestLength keeps the promise of the README. Empty lines are for the eye.
func TestLength(t *testing.T) {
	for _, name := range names {
		text := source(t, name)
		if n := strings.Count(text, "\n") - strings.Count(text, "\n\n"); n > maxLines {
			t.Errorf("quickstart/%s/main.go has %d lines, more than %d", name, n, maxLines)
		}
	}
}

// TestREADME has the README show the programs exactly as they are run here.
func TestREADME(t *testing.T) {
	text, err := os.ReadFile(readme)
	if err != nil {
		t.Fatalf("there is no README to show the quick starts: %v", err)
	}
	shown := map[string]bool{}
	for _, fence := range regexp.MustCompile("(?ms)^```go\n(.*?)^```$").FindAllStringSubmatch(string(text), -1) {
		shown[fence[1]] = true
	}
	for _, name := range names {
		if !shown[source(t, name)] {
			t.Errorf("README.md has no ```go block that is quickstart/%s/main.go, from its first line to its last", name)
		}
	}
}

// TestRun builds and runs each quick start, as it stands but for the port: in
// memory, and then with Redis.
func TestRun(t *testing.T) {
	for _, name := range names {
		t.Run(name, func(t *testing.T) {
			at := freeAddress(t)
			program := build(t, name, at)
			t.Run("memory", func(t *testing.T) { run(t, program, at) })
			t.Run("redis", func(t *testing.T) {
				server := rediskit.Start(t)
				t.Setenv("REDIS_URL", "redis://"+server.Addr())
				sent := server.Sent(func() { run(t, program, at) })
				if len(sent) == 0 {
					t.Error("Redis was not asked for anything")
				}
			})
		})
	}
}

func run(t *testing.T, program, at string) {
	t.Helper()
	start(t, program)
	waitFor(t, at)
	visitor, other := newVisitor(t), newVisitor(t)
	for _, want := range []string{"1", "2", "3"} {
		if got := visitor.get(t, at); got != want {
			t.Errorf("counted %q, want %q", got, want)
		}
	}
	if got := other.get(t, at); got != "1" {
		t.Errorf("another visitor counted %q, want 1", got)
	}
}

// freeAddress returns an address that nobody listens on.
func freeAddress(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().String()
}

// build compiles a quick start with another address in place of its own.
func build(t *testing.T, name, at string) (program string) {
	t.Helper()
	dir := t.TempDir()
	file, err := filepath.Abs(filepath.Join(name, "main.go"))
	if err != nil {
		t.Fatal(err)
	}
	text := source(t, name)
	if strings.Count(text, address) != 1 {
		t.Fatalf("quickstart/%s/main.go does not name %s once", name, address)
	}
	moved := filepath.Join(dir, "main.go")
	overlay, err := json.Marshal(map[string]any{"Replace": map[string]string{file: moved}})
	if err != nil {
		t.Fatal(err)
	}
	writeFile(t, moved, strings.ReplaceAll(text, address, at))
	writeFile(t, filepath.Join(dir, "overlay.json"), string(overlay))

	program = filepath.Join(dir, name)
	cmd := exec.Command("go", "build", "-overlay", filepath.Join(dir, "overlay.json"), "-o", program, "./"+name)
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%v: %v\n%s", cmd, err, out)
	}
	return program
}

func writeFile(t *testing.T, path, text string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

// start runs a program until the test ends.
func start(t *testing.T, program string) {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	cmd := exec.CommandContext(ctx, program)
	if err := cmd.Start(); err != nil {
		cancel()
		t.Fatal(err)
	}
	t.Cleanup(func() {
		cancel()
		_ = cmd.Wait() // it was killed
	})
}

func waitFor(t *testing.T, at string) {
	t.Helper()
	for deadline := time.Now().Add(20 * time.Second); ; time.Sleep(20 * time.Millisecond) {
		conn, err := net.Dial("tcp", at)
		if err == nil {
			_ = conn.Close()
			return
		}
		if time.Now().After(deadline) {
			t.Fatal(err)
		}
	}
}

// A visitor keeps cookies.
type visitor struct{ client *http.Client }

func newVisitor(t *testing.T) visitor {
	t.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	return visitor{&http.Client{Jar: jar, Timeout: 10 * time.Second}}
}

func (v visitor) get(t *testing.T, at string) string {
	t.Helper()
	res, err := v.client.Get("http://" + at + "/")
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	if res.StatusCode != http.StatusOK {
		t.Fatalf("status %d: %s", res.StatusCode, body)
	}
	return strings.TrimSpace(string(body))
}
