package core_test

import (
	"bytes"
	"log/slog"
	"sync"
	"testing"
)

// captureLog gives slog.Default another place to write to. The function that
// it returns takes what was written.
func captureLog(t *testing.T) (logged func() string) {
	before := slog.Default()
	t.Cleanup(func() { slog.SetDefault(before) })
	w := new(lockedBuffer)
	slog.SetDefault(slog.New(slog.NewTextHandler(w, nil)))
	return w.take
}

type lockedBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (l *lockedBuffer) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

func (l *lockedBuffer) take() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	defer l.b.Reset()
	return l.b.String()
}
