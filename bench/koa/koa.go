// Package koa runs the workloads on Node: Koa with koa-generic-session.
package koa

import (
	"bytes"
	"context"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"

	"github.com/go-holdall/holdall/bench/peers"
	"github.com/go-holdall/holdall/bench/workload"
)

//go:embed app.js package.json package-lock.json .npmrc
var files embed.FS

// ErrMissing is the error where there is no Node or no npm.
var ErrMissing = errors.New("node or npm is not in PATH: install Node.js 20 or later")

// The names of the peers.
const (
	Framework = "koa"
	Library   = "koa-generic-session"
)

// Peers are bare Koa and koa-generic-session over a store.
func Peers(store string) []peers.Peer {
	return []peers.Peer{
		{Framework: Framework, Library: peers.Bare, Store: store},
		{Framework: Framework, Library: Library, Store: store},
	}
}

// Versions are the packages that the app requires, with their versions, or nothing if they cannot be read.
func Versions() string {
	var manifest struct{ Dependencies map[string]string }
	data, err := files.ReadFile("package.json")
	if err != nil || json.Unmarshal(data, &manifest) != nil {
		return ""
	}
	var all []string
	for _, name := range slices.Sorted(maps.Keys(manifest.Dependencies)) {
		all = append(all, name+" "+manifest.Dependencies[name])
	}
	return strings.Join(all, ", ")
}

// Command is what serves a peer's workloads at an address until its standard input ends. It installs what it requires into
// the user's cache if it is not there.
func Command(ctx context.Context, p peers.Peer, addr, redisAddr string) ([]string, []string, error) {
	folder, err := installed(ctx)
	if err != nil {
		return nil, nil, err
	}
	store := p.Store
	if p.Library == peers.Bare {
		store = ""
	}
	settings, err := json.Marshal(map[string]any{
		"address": addr, "store": store, "redis": redisAddr, "key": workload.Key, "payload": workload.New(),
	})
	return []string{"node", filepath.Join(folder, "app.js"), string(settings)}, []string{"NODE_ENV=production"}, err
}

// installed returns a folder with the app and its modules, which serves until one of the files changes.
func installed(ctx context.Context) (string, error) {
	_, noNode := exec.LookPath("node")
	_, noNPM := exec.LookPath("npm")
	if noNode != nil || noNPM != nil {
		return "", ErrMissing
	}
	cache, err := os.UserCacheDir()
	if err != nil {
		return "", err
	}
	sum, err := fingerprint()
	if err != nil {
		return "", err
	}
	folder := filepath.Join(cache, "holdall-bench", sum)
	if isFolder(folder) {
		return folder, nil
	}
	return folder, install(ctx, folder)
}

// install puts the folder where others find it only when it is complete.
func install(ctx context.Context, folder string) error {
	if err := os.MkdirAll(filepath.Dir(folder), 0o700); err != nil {
		return err
	}
	fresh, err := os.MkdirTemp(filepath.Dir(folder), "new-")
	if err != nil {
		return err
	}
	defer func() { _ = os.RemoveAll(fresh) }()
	if err := os.CopyFS(fresh, files); err != nil {
		return err
	}
	npm := exec.CommandContext(ctx, "npm", "ci", "--no-audit", "--no-fund", "--ignore-scripts")
	npm.Dir = fresh
	if out, err := npm.CombinedOutput(); err != nil {
		return fmt.Errorf("npm ci: %w\n%s", err, bytes.TrimSpace(out))
	}
	// Another process may have been faster: then its folder is as good.
	if err := os.Rename(fresh, folder); err != nil && !isFolder(folder) {
		return err
	}
	return nil
}

func fingerprint() (string, error) {
	hash := sha256.New()
	err := fs.WalkDir(files, ".", func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		data, err := files.ReadFile(path)
		_, _ = hash.Write(data)
		return err
	})
	return hex.EncodeToString(hash.Sum(nil))[:16], err
}

func isFolder(path string) bool {
	info, err := os.Stat(path)
	return err == nil && info.IsDir()
}
