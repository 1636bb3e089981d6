package core_test

import (
	"testing"

	"github.com/go-holdall/holdall/core"
	"github.com/go-holdall/holdall/internal/testkit/recorder"
)

// What the engine adds to a request, over its memory store.
func BenchmarkRequest(b *testing.B) {
	for _, c := range []struct {
		name    string
		opts    core.Options
		known   bool // the client has a session
		handler func(s *core.Session) error
	}{
		{"untouched", core.Options{Defer: true}, true, nil},
		{"read", core.Options{}, true, func(s *core.Session) error { _, err := core.Get[int](s, "n"); return err }},
		{"count up", core.Options{}, true, countUp},
		{"new", core.Options{}, false, countUp},
		{"rolling", core.Options{Rolling: true}, true, nil},
	} {
		b.Run(c.name, func(b *testing.B) {
			e := newEngine(b, c.opts)
			sent := map[string][]string{}
			if c.known {
				browser := recorder.NewBrowser()
				benchRequest(b, e, browser.Request("/"), countUp)
				sent["Cookie"] = browser.Request("/").HeaderValues("Cookie")
			}
			b.ReportAllocs()
			for b.Loop() {
				benchRequest(b, e, &recorder.Exchange{Sent: sent}, c.handler)
			}
		})
	}
}

func countUp(s *core.Session) error {
	if err := s.Load(); err != nil {
		return err
	}
	_, err := core.Update(s, "n", func(n int) int { return n + 1 })
	return err
}

func benchRequest(b *testing.B, e *core.Engine, x *recorder.Exchange, handler func(s *core.Session) error) {
	s, err := e.Load(x, x)
	if err == nil && handler != nil {
		err = handler(s)
	}
	if err != nil {
		b.Fatal(err)
	}
	if err := s.Commit(); err != nil {
		b.Fatal(err)
	}
	x.Start()
	if err := s.End(); err != nil {
		b.Fatal(err)
	}
}
