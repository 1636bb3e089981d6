// Package storetest checks that a session store keeps its contract.
//
// A store needs one test:
//
//	func TestConformance(t *testing.T) {
//		storetest.Run(t, storetest.Harness{
//			New:     func() (storetest.Store, error) { return mystore.New(client) },
//			Require: []storetest.Capability{storetest.Swap, storetest.Touch},
//		})
//	}
//
// Each case runs as a subtest, on a store of its own, and a failure prints the
// rule that was broken. The cases of a capability that the store lacks, or
// declines with an error that is errors.ErrUnsupported, are skipped, unless
// the harness requires it. To test a store in fake time call [Check] in a
// bubble of testing/synctest, where subtests are not allowed.
//
// What no test can show is left to the reader of a store: that Swap on a
// record which changed and changed back succeeds, and may, since it compares
// bytes and not histories.
package storetest

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"
)

// A Store is what every session store has. It is the Store of package core.
type Store interface {
	Get(ctx context.Context, key string) (data []byte, found bool, err error)
	Set(ctx context.Context, key string, data []byte, ttl time.Duration) error
	Destroy(ctx context.Context, key string) error
}

// A Capability is something that a store may have besides. It is named after
// its method, and a store has it if it has that method.
type Capability string

// The capabilities of stores.
const (
	Touch    Capability = "Touch"    // Touch(ctx, key, ttl) (found, err)
	GetTouch Capability = "GetTouch" // GetTouch(ctx, key, ttl) (data, found, err)
	Swap     Capability = "Swap"     // Swap(ctx, key, old, new, ttl) (current, swapped, err)
	Outage   Capability = "Outage"   // Outage(key) (since, back)
	Close    Capability = "Close"    // Close() error
)

// A Harness tells the suite how to handle the store under test. Only New is
// needed.
type Harness struct {
	// New makes a store, or a new handle on a shared one: no two cases use
	// the same keys. It is called once for each case. The suite closes what
	// has a Close; New's caller looks after the rest, such as a client.
	New func() (Store, error)

	// Advance lets time pass for the store, and returns when it has. The
	// default is time.Sleep, of two or three seconds in the whole suite.
	Advance func(d time.Duration)

	// Resolution is by how much a record may outlive its ttl, such as a
	// second for a store that counts in seconds. The default is 1 ms.
	Resolution time.Duration

	// Require lists the capabilities whose lack is a failure. Name all that
	// the store is meant to have, or losing one would pass unnoticed.
	Require []Capability
}

// Run runs the suite, each case as a subtest of t.
func Run(t *testing.T, h Harness) {
	t.Helper()
	for _, c := range cases() {
		t.Run(c.name, func(t *testing.T) {
			err := h.run(c)
			if lack := (*lackError)(nil); errors.As(err, &lack) && !h.requires(lack.capability) {
				t.Skip(lack)
			}
			if err != nil {
				t.Errorf("%v\nrule: %s", err, c.rule)
			}
		})
	}
}

// Check runs the suite without a test. It returns nil for a store that keeps
// the contract, or else all failures, joined.
func Check(h Harness) error {
	var failures []error
	for _, c := range cases() {
		err := h.run(c)
		if lack := (*lackError)(nil); errors.As(err, &lack) && !h.requires(lack.capability) {
			continue
		}
		if err != nil {
			failures = append(failures, fmt.Errorf("%s: %w\n\trule: %s", c.name, err, c.rule))
		}
	}
	return errors.Join(failures...)
}

func (h Harness) requires(c Capability) bool {
	return slices.Contains(h.Require, c)
}

// A testCase shows whether a store keeps one rule.
type testCase struct {
	name  string
	rule  string
	needs Capability // or none
	check func(p *probe)
}

func cases() []testCase {
	return slices.Concat(
		recordCases(),
		expiryCases(),
		touchCases(Touch, (*probe).touch),
		touchCases(GetTouch, (*probe).getTouchFound),
		getTouchCases(),
		swapCases(),
		swapRaceCases(),
		parallelCases(),
		lifecycleCases(),
	)
}

// run checks one case on a new store.
func (h Harness) run(c testCase) error {
	store, err := h.New()
	if err != nil {
		return fmt.Errorf("a new store: %w", err)
	}
	if s, ok := store.(closer); ok {
		defer func() { _ = s.Close() }() // the cases of Close look at its error
	}
	if c.needs != "" && !c.needs.in(store) {
		return &lackError{capability: c.needs, reason: "the store has no such method"}
	}
	p := newProbe(store, h)
	c.check(p)
	if c.needs != "" && errors.Is(p.err, errors.ErrUnsupported) {
		return &lackError{capability: c.needs, reason: "the store declines with errors.ErrUnsupported"}
	}
	return p.err
}

// A lackError says that a case could not be run.
type lackError struct {
	capability Capability
	reason     string
}

func (e *lackError) Error() string {
	return fmt.Sprintf("lacks %s: %s", e.capability, e.reason)
}
