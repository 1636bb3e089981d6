package interop

import (
	"bufio"
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"github.com/go-holdall/holdall/internal/testkit/machine"
)

// installed are the files that npm needs, in the folder of the Koa app.
var installed = []string{"package.json", "package-lock.json", ".npmrc"}

// need returns the path of a program. Without it the test is skipped, and in
// CI it fails.
func need(t testing.TB, program string) string {
	t.Helper()
	path, err := exec.LookPath(program)
	if err != nil {
		machine.Lacks(t, "interop: "+program+" is not in PATH: install Node.js 20 or later")
	}
	return path
}

// Modules returns a node_modules folder with what the Koa app requires: the
// one beside it, or one in the user's cache that serves until the versions
// change.
func Modules(t testing.TB, app string) string {
	t.Helper()
	beside := filepath.Join(app, "node_modules")
	if isFolder(beside) {
		return beside
	}
	npm := need(t, "npm")
	cache, err := os.UserCacheDir()
	if err != nil {
		cache = t.TempDir()
	}
	folder := filepath.Join(cache, "holdall-interop", fingerprint(t, app))
	if isFolder(filepath.Join(folder, "node_modules")) {
		return filepath.Join(folder, "node_modules")
	}
	install(t, npm, app, folder)
	return filepath.Join(folder, "node_modules")
}

// install runs npm in a folder of its own, and puts that where others find it
// only when it is complete.
func install(t testing.TB, npm, app, folder string) {
	t.Helper()
	parent := filepath.Dir(folder)
	if err := os.MkdirAll(parent, 0o700); err != nil {
		t.Fatalf("interop: %v", err)
	}
	fresh, err := os.MkdirTemp(parent, "new-")
	if err != nil {
		t.Fatalf("interop: %v", err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(fresh) })
	for _, name := range installed {
		if err := os.WriteFile(filepath.Join(fresh, name), readFile(t, filepath.Join(app, name)), 0o600); err != nil {
			t.Fatalf("interop: %v", err)
		}
	}
	ci := exec.Command(npm, "ci", "--no-audit", "--no-fund", "--ignore-scripts")
	ci.Dir = fresh
	if out, err := ci.CombinedOutput(); err != nil {
		machine.Lacks(t, fmt.Sprintf("interop: npm ci: %v\n%s", err, out))
	}
	// Another process may have been faster: then its folder is as good.
	if err := os.Rename(fresh, folder); err != nil && !isFolder(filepath.Join(folder, "node_modules")) {
		t.Fatalf("interop: %v", err)
	}
}

func fingerprint(t testing.TB, app string) string {
	t.Helper()
	hash := sha256.New()
	for _, name := range installed {
		_, _ = hash.Write(readFile(t, filepath.Join(app, name)))
	}
	return hex.EncodeToString(hash.Sum(nil))[:16]
}

func readFile(t testing.TB, name string) []byte {
	t.Helper()
	data, err := os.ReadFile(name)
	if err != nil {
		t.Fatalf("interop: %v", err)
	}
	return data
}

func isFolder(path string) bool {
	info, err := os.Stat(path)
	return err == nil && info.IsDir()
}

// startKoa starts a process with a Koa app for each variant, and returns their
// base URLs by the variants' names.
func startKoa(t testing.TB, app string, redisPort int) map[string]string {
	t.Helper()
	node := need(t, "node")
	app, err := filepath.Abs(app)
	if err != nil {
		t.Fatalf("interop: %v", err)
	}
	cmd := exec.Command(node, filepath.Join(app, "app.js"), settings(t, redisPort))
	cmd.Env = append(os.Environ(), "NODE_PATH="+Modules(t, app), "NODE_ENV=test")
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	stdin, err1 := cmd.StdinPipe() // its end is the process's end, however this one ends
	stdout, err2 := cmd.StdoutPipe()
	if err := firstOf(err1, err2, cmd.Start()); err != nil {
		t.Fatalf("interop: %v", err)
	}
	// Until the ports are known: a process that prints none must not be
	// waited for.
	watchdog := time.AfterFunc(20*time.Second, func() { _ = cmd.Process.Kill() })
	line, err := bufio.NewReader(stdout).ReadBytes('\n')
	watchdog.Stop()
	t.Cleanup(func() {
		_ = stdin.Close()
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
	})
	var ports []int
	if err := firstOf(err, json.Unmarshal(line, &ports)); err != nil || len(ports) != len(variants) {
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
		t.Fatalf("interop: the Koa app did not start: %v\n%s", err, stderr.String())
	}
	urls := map[string]string{}
	for i, port := range ports {
		urls[variants[i].name] = fmt.Sprintf("http://127.0.0.1:%d", port)
	}
	return urls
}

// settings is the Koa app's argument.
func settings(t testing.TB, redisPort int) string {
	t.Helper()
	type koaVariant struct {
		Keys    []string `json:"keys"`
		Key     string   `json:"key"`
		Prefix  string   `json:"prefix"`
		TTL     int64    `json:"ttl,omitempty"`
		Rolling bool     `json:"rolling"`
		Defer   bool     `json:"defer"`
		CAS     bool     `json:"cas"`
	}
	var all []koaVariant
	for _, v := range variants {
		all = append(all, koaVariant{v.koaKeys, v.key, v.prefix, v.ttl.Milliseconds(), v.rolling, v.deferred, v.cas})
	}
	raw, err := json.Marshal(map[string]any{"redis": redisPort, "variants": all})
	if err != nil {
		t.Fatalf("interop: %v", err)
	}
	return string(raw)
}

func firstOf(errs ...error) error {
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}
