package memory

import (
	"context"
	"net/http"
	"slices"
	"time"

	"github.com/alexedwards/scs/v2"
	scsstore "github.com/alexedwards/scs/v2/memstore"
	fiberstore "github.com/gofiber/storage/memory/v2"
	"github.com/gorilla/securecookie"
	"github.com/gorilla/sessions"
	"github.com/jellydator/ttlcache/v3"
	"github.com/maypok86/otter/v2"
	gorillastore "github.com/quasoft/memstore"

	"github.com/go-holdall/holdall/bench/workload"
	memorystore "github.com/go-holdall/holdall/stores/memory"
)

// A holder is something that can hold sessions. Each is given a key and a record of its own to keep, as it is by its users; those
// that copy what they are given need not.
type holder struct {
	name string
	open func(sessions int) (*held, error)
	slow bool // filling it takes a minute, so once must do
}

// held is a holder that was opened.
type held struct {
	put   func(key string, record []byte) error
	has   func(key string) bool
	close func()
}

// plain is what the others are compared with.
const plain = "map[string][]byte"

var holders = []holder{
	{name: plain, open: openMap},
	{name: "holdall stores/memory", open: openHoldall},
	{name: "scs memstore", open: openSCS},
	{name: "scs memstore, as scs fills it", open: openSCSAsUsed},
	{name: "gofiber storage/memory", open: openFiber},
	{name: "otter", open: openOtter},
	{name: "ttlcache", open: openTTLCache},
	{name: "quasoft/memstore (gorilla, gin-contrib)", open: openGorilla, slow: true},
}

func openMap(int) (*held, error) {
	m := map[string][]byte{}
	return &held{
		put:   func(key string, record []byte) error { m[key] = slices.Clone(record); return nil },
		has:   func(key string) bool { return m[key] != nil },
		close: func() {},
	}, nil
}

// roomy has bounds that n sessions do not reach, and leaves expired ones alone for long enough.
func roomy(n int) memorystore.Options {
	return memorystore.Options{MaxSessions: 2 * n, MaxBytes: max(int64(n)<<10, 8<<20), SweepInterval: time.Hour}
}

func openHoldall(n int) (*held, error) {
	ctx := context.Background()
	s, err := memorystore.New(roomy(n))
	if err != nil {
		return nil, err
	}
	return &held{
		put:   func(key string, record []byte) error { return s.Set(ctx, key, record, workload.Life) },
		has:   func(key string) bool { _, found, err := s.Get(ctx, key); return found && err == nil },
		close: func() { _ = s.Close() },
	}, nil
}

func openSCS(int) (*held, error) {
	s := scsstore.NewWithCleanupInterval(0)
	return &held{
		put: func(key string, record []byte) error {
			return s.Commit(key, slices.Clone(record), time.Now().Add(workload.Life))
		},
		has:   func(key string) bool { _, found, err := s.Find(key); return found && err == nil },
		close: func() {},
	}, nil
}

// openSCSAsUsed stores what the session manager of scs hands to its store: gob, in the buffer that it was written to.
func openSCSAsUsed(n int) (*held, error) {
	s, err := openSCS(n)
	if err != nil {
		return nil, err
	}
	store := scsstore.NewWithCleanupInterval(0)
	s.put = func(key string, _ []byte) error {
		deadline := time.Now().Add(workload.Life)
		record, err := scs.GobCodec{}.Encode(deadline, values())
		if err != nil {
			return err
		}
		return store.Commit(key, record, deadline)
	}
	s.has = func(key string) bool { _, found, err := store.Find(key); return found && err == nil }
	return s, nil
}

func values() map[string]any {
	p := workload.New()
	return map[string]any{"user_id": p.UserID, "name": p.Name, "roles": p.Roles, "count": p.Count, "csrf": p.CSRF}
}

func openFiber(int) (*held, error) {
	s := fiberstore.New()
	return &held{
		put:   func(key string, record []byte) error { return s.Set(key, slices.Clone(record), workload.Life) },
		has:   func(key string) bool { record, err := s.Get(key); return record != nil && err == nil },
		close: func() { _ = s.Close() },
	}, nil
}

func openOtter(n int) (*held, error) {
	c, err := otter.New(&otter.Options[string, []byte]{
		MaximumSize:      2 * n,
		ExpiryCalculator: otter.ExpiryWriting[string, []byte](workload.Life),
	})
	if err != nil {
		return nil, err
	}
	return &held{
		put:   func(key string, record []byte) error { c.Set(key, slices.Clone(record)); return nil },
		has:   func(key string) bool { _, found := c.GetIfPresent(key); return found },
		close: func() { c.StopAllGoroutines() },
	}, nil
}

func openTTLCache(int) (*held, error) {
	c := ttlcache.New(ttlcache.WithTTL[string, []byte](workload.Life))
	return &held{
		put: func(key string, record []byte) error {
			c.Set(key, slices.Clone(record), ttlcache.DefaultTTL)
			return nil
		},
		has:   func(key string) bool { return c.Get(key) != nil },
		close: func() {},
	}, nil
}

// openGorilla fills the store by its own Save. It keeps the values, not a record.
func openGorilla(int) (*held, error) {
	const name = "session"
	s := gorillastore.NewMemStore([]byte(workload.Key))
	c, err := newClient("")
	if err != nil {
		return nil, err
	}
	put := func(key string, _ []byte) error {
		clear(c.header)
		session := sessions.NewSession(s, name)
		options := *s.Options
		session.ID, session.Options = key, &options
		for name, value := range values() {
			session.Values[name] = value
		}
		return s.Save(c.request, c, session)
	}
	has := func(key string) bool {
		value, err := securecookie.EncodeMulti(name, key, s.Codecs...)
		if err != nil {
			return false
		}
		r := c.request.Clone(context.Background())
		r.AddCookie(&http.Cookie{Name: name, Value: value})
		session, err := s.New(r, name)
		return err == nil && !session.IsNew
	}
	return &held{put: put, has: has, close: func() {}}, nil
}
