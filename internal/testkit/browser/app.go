package browser

import (
	"context"
	"errors"
	"strconv"
	"time"

	"github.com/go-holdall/holdall/core"
)

type callKey struct{}

// serve is the application, and what an adapter does around it.
func (v *visit) serve() {
	s, err := v.world.engine.Load(v, v)
	v.status = 200
	if err == nil {
		v.world.pace.sleep(v.Work)
		err = v.handle(s)
	}
	if saved := s.Commit(); err == nil {
		err = saved
	}
	v.started = true
	_ = s.End()
	switch {
	case errors.Is(err, core.ErrSuperseded):
		v.status = 503
	case err != nil:
		v.status = 500
	}
}

func (v *visit) handle(s *core.Session) error {
	if err := s.Load(); err != nil {
		return err
	}
	v.page.user, _ = core.Get[string](s, "user")
	v.page.token, _ = core.Get[string](s, "token")
	v.page.cart, _ = core.Get[[]int](s, "cart")
	switch v.Kind {
	case Visit:
		if v.page.token == "" {
			v.page.token = strconv.Itoa(v.item + 1)
			return s.Set("token", v.page.token)
		}
	case SignIn:
		if v.token == "" || v.token != v.page.token {
			v.status = 403
			return nil
		}
		if err := s.RegenerateKeep(); err != nil {
			return err
		}
		return s.Set("user", v.User)
	case Rotate:
		if v.page.user == "" {
			v.status = 403
			return nil
		}
		return s.RegenerateKeep()
	case SignOut:
		s.Destroy()
		v.page = page{}
	case Cart:
		_, err := core.Update(s, "cart", func(c []int) []int { return append(c, v.item) })
		return err
	}
	return nil
}

// A slowStore makes each call of a store a step of its own.
type slowStore struct{ core.Store }

func wait(ctx context.Context) {
	if v, _ := ctx.Value(callKey{}).(*visit); v != nil {
		v.world.pace.sleep(v.Call)
	}
}

func (s slowStore) Get(ctx context.Context, key string) (data []byte, found bool, err error) {
	wait(ctx)
	defer wait(ctx)
	return s.Store.Get(ctx, key)
}

func (s slowStore) Set(ctx context.Context, key string, data []byte, ttl time.Duration) error {
	wait(ctx)
	defer wait(ctx)
	return s.Store.Set(ctx, key, data, ttl)
}

func (s slowStore) Destroy(ctx context.Context, key string) error {
	wait(ctx)
	defer wait(ctx)
	return s.Store.Destroy(ctx, key)
}

type slowSwapStore struct {
	slowStore
	swap core.Swapper
}

func (s slowSwapStore) Swap(ctx context.Context, key string, old, new []byte, ttl time.Duration) ([]byte, bool, error) {
	wait(ctx)
	defer wait(ctx)
	return s.swap.Swap(ctx, key, old, new, ttl)
}

// GetTouch is what the memory store has too, for an engine that asks for it.
func (s slowSwapStore) GetTouch(ctx context.Context, key string, ttl time.Duration) (data []byte, found bool, err error) {
	wait(ctx)
	defer wait(ctx)
	both, ok := s.Store.(interface {
		GetTouch(context.Context, string, time.Duration) ([]byte, bool, error)
	})
	if !ok {
		return nil, false, errors.ErrUnsupported
	}
	return both.GetTouch(ctx, key, ttl)
}
