package core_test

import (
	"context"
	"time"

	"github.com/go-holdall/holdall/internal/testkit/faultstore"
)

// A scripted store does what its script says with each swap from now: "lose"
// does it and loses the answer, "drop" loses the call, "refuse" refuses it,
// "delay" does it when land is called, and "" or the script's end just does it.
type scripted struct {
	*faultstore.Store
	err    error // of a call without an answer
	script []string
	land   func()
}

func newScripted(err error) *scripted { return &scripted{Store: faultstore.New(), err: err} }

func (s *scripted) Swap(ctx context.Context, key string, old, new []byte, ttl time.Duration) ([]byte, bool, error) {
	act := ""
	if len(s.script) > 0 {
		act, s.script = s.script[0], s.script[1:]
	}
	switch act {
	case "drop":
		return nil, false, s.err
	case "refuse":
		return nil, false, faultstore.ErrRefused
	case "delay":
		s.land = func() { _, _, _ = s.Store.Swap(context.Background(), key, old, new, ttl) }
		return nil, false, s.err
	}
	current, swapped, err := s.Store.Swap(ctx, key, old, new, ttl)
	if act == "lose" {
		return nil, false, s.err
	}
	return current, swapped, err
}

// inCall runs f in the nth call of that kind from now.
func inCall(st *faultstore.Store, op string, n int, f func()) {
	st.During(func(c faultstore.Call) {
		if c.Op != op {
			return
		}
		if n--; n == 0 {
			st.During(nil)
			f()
		}
	})
}
