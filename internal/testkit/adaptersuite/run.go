package adaptersuite

import (
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/go-holdall/holdall/internal/testkit"
)

// Run runs the cells under a framework, and logs how many there are and how
// it differs.
func Run(t *testing.T, f testkit.Framework, cells []Cell) {
	t.Log(summary(f.Name, cells))
	for i := range cells {
		cell := &cells[i]
		exception, excepted := cell.Except[f.Name]
		if excepted && exception.Want == nil {
			continue
		}
		t.Run(cell.Name, func(t *testing.T) {
			t.Parallel()
			site := open(t, f, cell)
			if cell.Play != nil {
				cell.Play(site)
				return
			}
			want := cell.Want
			if excepted {
				exception.Want(&want)
			}
			site.check(want)
		})
	}
}

// Names returns an error if two cells share a name or one lacks its rule.
func Names(cells []Cell) error {
	seen := map[string]bool{}
	for _, c := range cells {
		if seen[c.Name] || c.Rule == "" {
			return fmt.Errorf("cell %q: its name is taken, or it has no rule", c.Name)
		}
		seen[c.Name] = true
	}
	return nil
}

func summary(framework string, cells []Cell) string {
	run, byReason := len(cells), map[string][]string{}
	for _, c := range cells {
		e, ok := c.Except[framework]
		if !ok {
			continue
		}
		kind := "differs"
		if e.Want == nil {
			kind = "cannot"
			run--
		}
		heading := kind + ": " + e.Reason
		byReason[heading] = append(byReason[heading], c.Name)
	}
	var b strings.Builder
	fmt.Fprintf(&b, "%s: %d cells run, of %d", framework, run, len(cells))
	for _, heading := range slices.Sorted(maps.Keys(byReason)) {
		fmt.Fprintf(&b, "\n  %s\n    %s", heading, strings.Join(byReason[heading], "; "))
	}
	return b.String()
}

// check asks once and compares all that can be seen.
func (s *Site) check(want Outcome) {
	arrange(s.Store, s.cell.Client)
	reply := s.As(s.cell.Client, s.cell.Ask)
	s.Settle()
	assert.Equal(s.T, spelled(want), spelled(s.outcome(reply, want)), "%s", s.cell.Rule)
	s.invariants(reply.Header)
}

// Settle returns when no request is under way.
func (s *Site) Settle() {
	done := make(chan struct{})
	go func() {
		s.serving.Wait()
		close(done)
	}()
	select {
	case <-done:
	case <-time.After(patience):
		require.Fail(s.T, "a request does not end")
	}
}

// outcome is what was seen, as far as want is interested.
func (s *Site) outcome(r Reply, want Outcome) Outcome {
	got := Outcome{
		Status: r.Status, Early: r.Early, Body: r.Body,
		Store: s.Calls(), Cookies: s.Cookies(r.Header), Reported: s.Reported(), Records: s.Records(),
	}
	switch {
	case want.Body == Anything:
		got.Body = Anything
	case want.Body == Words && !leaks(got.Body):
		got.Body = Words
	}
	if want.Proto != 0 {
		got.Proto = r.Proto
	}
	for name := range want.Header {
		value := r.Header.Get(name)
		if name == idHeader && value != "" {
			value = s.name(value)
		}
		got = got.header(name, value)
	}
	return got
}

// leaks reports whether a body has what only the handler, or nobody, may show.
func leaks(body string) bool {
	return strings.Contains(body, page) || strings.Contains(body, "faultstore") || strings.Contains(body, prefix)
}

// spelled makes empty and nil lists equal, and spells out that the store is
// as it was.
func spelled(o Outcome) Outcome {
	if o.Records == nil {
		o.Records = []string{oldKnown}
	}
	for _, list := range []*[]string{&o.Cookies, &o.Store, &o.Reported} {
		if len(*list) == 0 {
			*list = nil
		}
	}
	return o
}

// invariants are the rules of every cell.
func (s *Site) invariants(headers ...http.Header) {
	for _, header := range headers {
		assert.Empty(s.T, twice(header), "no cookie is set twice in one response")
	}
	if s.cell.Orphan == "" {
		assert.Empty(s.T, s.orphans(headers), "no record stays whose id nobody was told")
	}
}
