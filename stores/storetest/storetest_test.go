package storetest

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

var everything = []Capability{Touch, GetTouch, Swap, Outage, Close}

func TestReferencePasses(t *testing.T) {
	Run(t, Harness{
		New:     func() (Store, error) { return newReference(), nil },
		Require: everything,
	})
}

func TestReferencePassesInFakeTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		assert.NoError(t, Check(Harness{
			New:        func() (Store, error) { return newReference(), nil },
			Require:    everything,
			Resolution: time.Second,
		}))
	})
}

// A suite is worth what it finds: every case has to fail for a store that
// breaks its rule.
func TestBrokenStoresFail(t *testing.T) {
	byName := map[string]testCase{}
	for _, c := range cases() {
		require.NotContains(t, byName, c.name, "names of cases are unique")
		byName[c.name] = c
	}
	untried := map[string]bool{}
	for name := range byName {
		untried[name] = true
	}
	delete(untried, "CloseBeside") // what fails it is a panic, a race or a hang

	for _, b := range slices.Concat(brokenRecords, brokenExpiry, brokenTouch, brokenSwap, brokenWhole) {
		for name := range strings.FieldsSeq(b.fails) {
			delete(untried, name)
			t.Run(b.how+"/"+name, func(t *testing.T) {
				c, ok := byName[name]
				require.True(t, ok, "there is no such case")
				synctest.Test(t, func(t *testing.T) {
					err := b.harness().run(c)
					require.Error(t, err)
					assert.NotErrorAs(t, err, new(*lackError))
				})
			})
		}
	}
	assert.Empty(t, untried, "these cases have not been seen to fail")
}

func (b broken) harness() Harness {
	return Harness{New: func() (Store, error) {
		s := newReference()
		b.build(s)
		return s, nil
	}}
}

func TestFailureTellsCaseAndRule(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		err := Check(broken{build: func(s *reference) {
			s.destroy = func(context.Context, string) error { return errors.ErrUnsupported }
		}}.harness())
		assert.ErrorIs(t, err, errors.ErrUnsupported, "nobody may decline to destroy")
		assert.ErrorContains(t, err, "DestroyTwice: Destroy: unsupported operation\n\trule: Destroy of a key that has no record is no error.")
	})
}

func TestNewFails(t *testing.T) {
	fault := errors.New("no server")
	err := Check(Harness{New: func() (Store, error) { return nil, fault }})
	assert.ErrorIs(t, err, fault)
}

// A basic store has no capabilities: its methods hide those of the reference.
type basic struct{ Store }

func TestLackIsSkippedUnlessRequired(t *testing.T) {
	lacking := map[string]Harness{
		"no method": {New: func() (Store, error) { return basic{newReference()}, nil }},
		"declines": broken{build: func(s *reference) {
			s.swap = func(context.Context, string, []byte, []byte, time.Duration) ([]byte, bool, error) {
				return nil, false, fmt.Errorf("old server: %w", errors.ErrUnsupported)
			}
		}}.harness(),
	}
	for name, h := range lacking {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				assert.NoError(t, Check(h))
				h.Require = []Capability{Swap}
				assert.ErrorContains(t, Check(h), "SwapEqual: lacks Swap: ")
			})
		})
	}
	Run(t, lacking["no method"])
}

// A store on a slow machine loses a short record before the case looks at it,
// and must not be blamed; one that loses it at once must.
func TestPromptly(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p, tries := newProbe(newReference(), Harness{}), 0
		p.promptly(p.short, func(p *probe, key string) {
			if tries++; tries < 3 {
				time.Sleep(p.short)
				p.failf("expired")
			}
		})
		assert.NoError(t, p.err)
		assert.Equal(t, 3, tries)

		tries = 0
		p.promptly(p.short, func(p *probe, key string) {
			tries++
			p.failf("lost")
		})
		assert.EqualError(t, p.err, "lost")
		assert.Equal(t, 1, tries)
	})
}

func TestFirstFailureStays(t *testing.T) {
	p := newProbe(newReference(), Harness{})
	p.failf("first")
	p.wantHeld("now", p.key(), []byte("a"))
	p.wantSwapped("now", p.key(), []byte("a"), nil, long)
	p.wantRefused("now", p.key(), nil, nil, long, []byte("a"))
	assert.EqualError(t, p.err, "first")
}

func TestShow(t *testing.T) {
	assert.Equal(t, "nil", show(nil))
	assert.Equal(t, `""`, show([]byte{}))
	assert.Equal(t, `"a\x00"`, show([]byte("a\x00")))
	assert.Equal(t, `"`+strings.Repeat("a", 32)+`" and 8 bytes more`, show([]byte(strings.Repeat("a", 40))))
}
