package core_test

import (
	"bytes"
	"context"
	"errors"
	"maps"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/go-holdall/holdall/core"
)

// A vault is a store that notes what it is asked for, and does on command
// what stores do in bad times. On its own it has the three methods that every
// store has; the types below add capabilities.
type vault struct {
	mu      sync.Mutex
	records map[string]entry
	calls   []string // "get", "set 1m0s", …

	// before runs ahead of a call, without the lock; its error is the call's.
	before func(op, key string) error
	// after runs behind a call that was carried out; its error is what the
	// caller gets for an answer.
	after func(op, key string) error
}

type entry struct {
	data    []byte
	expires time.Time
}

const prefix = "koa:sess:"

func newVault() *vault { return &vault{records: map[string]entry{}} }

// do carries a call out, with the faults that were ordered.
func (v *vault) do(op, key string, call func()) error {
	if v.before != nil {
		name, _, _ := strings.Cut(op, " ")
		if err := v.before(name, key); err != nil {
			return err
		}
	}
	v.mu.Lock()
	v.calls = append(v.calls, op)
	if e, ok := v.records[key]; ok && !time.Now().Before(e.expires) {
		delete(v.records, key)
	}
	call()
	v.mu.Unlock()
	if v.after != nil {
		name, _, _ := strings.Cut(op, " ")
		return v.after(name, key)
	}
	return nil
}

func (v *vault) put(key string, data []byte, ttl time.Duration) {
	if ttl <= 0 {
		delete(v.records, key)
		return
	}
	v.records[key] = entry{bytes.Clone(data), time.Now().Add(ttl)}
}

func (v *vault) Get(_ context.Context, key string) (data []byte, found bool, err error) {
	err = v.do("get", key, func() {
		var e entry
		e, found = v.records[key]
		data = bytes.Clone(e.data)
	})
	return data, found, err
}

func (v *vault) Set(_ context.Context, key string, data []byte, ttl time.Duration) error {
	return v.do("set "+ttl.String(), key, func() { v.put(key, data, ttl) })
}

func (v *vault) Destroy(_ context.Context, key string) error {
	return v.do("destroy", key, func() { delete(v.records, key) })
}

// record returns what is stored for an id, "" for nothing.
func (v *vault) record(id string) string {
	v.mu.Lock()
	defer v.mu.Unlock()
	return string(bytes.TrimSpace(v.records[prefix+id].data))
}

// store puts a record there as another program would.
func (v *vault) store(id, record string) {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.put(prefix+id, []byte(record), time.Hour)
}

// ttl returns how long a record has to live.
func (v *vault) ttl(id string) time.Duration {
	v.mu.Lock()
	defer v.mu.Unlock()
	e, ok := v.records[prefix+id]
	if !ok {
		return 0
	}
	return time.Until(e.expires)
}

// ids returns the ids that have a record, tombstones left out.
func (v *vault) ids() []string {
	v.mu.Lock()
	defer v.mu.Unlock()
	var ids []string
	for _, key := range slices.Sorted(maps.Keys(v.records)) {
		if string(bytes.TrimSpace(v.records[key].data)) != "null" {
			ids = append(ids, strings.TrimPrefix(key, prefix))
		}
	}
	return ids
}

// asked returns the calls since it was last asked.
func (v *vault) asked() []string {
	v.mu.Lock()
	defer v.mu.Unlock()
	calls := v.calls
	v.calls = nil
	return calls
}

// failing returns a fault of one operation.
func failing(op string, err error) func(string, string) error {
	return func(o, _ string) error {
		if o == op {
			return err
		}
		return nil
	}
}

// A touchVault can extend.
type touchVault struct{ *vault }

func (v touchVault) Touch(_ context.Context, key string, ttl time.Duration) (found bool, err error) {
	err = v.do("touch "+ttl.String(), key, func() {
		var e entry
		if e, found = v.records[key]; found {
			v.put(key, e.data, ttl)
		}
	})
	return found, err
}

// A swapVault can compare and swap.
type swapVault struct{ *vault }

func (v swapVault) Swap(_ context.Context, key string, old, new []byte, ttl time.Duration) (current []byte, swapped bool, err error) {
	op := "swap " + ttl.String()
	switch {
	case new == nil:
		op = "destroy"
	case ttl < time.Minute && string(bytes.TrimSpace(new)) == "null": // a tombstone that stays for the grace
		op = "destroy " + ttl.String()
	}
	err = v.do(op, key, func() {
		e, found := v.records[key]
		swapped = found == (old != nil) && bytes.Equal(e.data, old)
		switch {
		case !swapped:
			current = bytes.Clone(e.data)
		case new == nil:
			delete(v.records, key)
		default:
			v.put(key, new, ttl)
		}
	})
	return current, swapped, err
}

// A fullVault can do all that a store can.
type fullVault struct {
	swapVault
	touchVault
	*vault
}

func full(v *vault) fullVault { return fullVault{swapVault{v}, touchVault{v}, v} }

// A decliningVault has every capability and offers none, as a store does
// whose server is too old.
type decliningVault struct{ *vault }

type declined struct{}

func (declined) Error() string        { return "vault: the server is too old" }
func (declined) Is(target error) bool { return target == errors.ErrUnsupported }

func (v decliningVault) Touch(context.Context, string, time.Duration) (bool, error) {
	return false, declined{}
}

func (v decliningVault) Swap(context.Context, string, []byte, []byte, time.Duration) ([]byte, bool, error) {
	return nil, false, declined{}
}

// stores is the kinds of stores that the engine has to get along with.
var stores = []struct {
	name  string
	store func(v *vault) core.Store
	swaps bool
}{
	{"every capability", func(v *vault) core.Store { return full(v) }, true},
	{"swap only", func(v *vault) core.Store { return swapVault{v} }, true},
	{"touch only", func(v *vault) core.Store { return touchVault{v} }, false},
	{"three methods", func(v *vault) core.Store { return v }, false},
	{"declining", func(v *vault) core.Store { return decliningVault{v} }, false},
}

// eachStore runs a test over every kind of store.
func eachStore(t *testing.T, test func(t *testing.T, v *vault, store core.Store, swaps bool)) {
	for _, kind := range stores {
		t.Run(kind.name, func(t *testing.T) {
			v := newVault()
			test(t, v, kind.store(v), kind.swaps)
		})
	}
}

func TestTheVaultKeepsTheContract(t *testing.T) {
	v := full(newVault())
	ctx := context.Background()
	require.NoError(t, v.Set(ctx, "k", []byte("1"), time.Hour))
	data, found, err := v.Get(ctx, "k")
	require.Equal(t, []any{"1", true, nil}, []any{string(data), found, err})
	current, swapped, _ := v.Swap(ctx, "k", []byte("0"), []byte("2"), time.Hour)
	require.Equal(t, []any{"1", false}, []any{string(current), swapped})
	_, swapped, _ = v.Swap(ctx, "k", []byte("1"), nil, time.Hour)
	require.True(t, swapped)
	current, swapped, _ = v.Swap(ctx, "k", []byte("1"), []byte("2"), time.Hour)
	require.Equal(t, []any{true, false}, []any{current == nil, swapped})
	found, _ = v.Touch(ctx, "k", time.Hour)
	require.False(t, found)
}
