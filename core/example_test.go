package core_test

import (
	"context"
	"fmt"
	"sync"
	"time"

	"github.com/go-holdall/holdall/core"
	"github.com/go-holdall/holdall/internal/testkit/recorder"
)

var exampleKeys = []string{"32 bytes from a safe place, say."}

// during runs a handler within a request, as an adapter does.
func during(e *core.Engine, x *recorder.Exchange, handler func(s *core.Session)) {
	s, err := e.Load(x, x)
	if err == nil {
		handler(s)
		err = s.Commit()
	}
	x.Start()
	_ = s.End()
	if err != nil {
		fmt.Println(err)
	}
}

func ExampleNew() {
	_, err := core.New(core.Options{Key: "my session", Cookie: core.Cookie{Path: "app"}, SigningKeys: exampleKeys})
	fmt.Println(err)
	// Output:
	// session: option Key: is not a cookie name: it has a character that RFC 6265 section 4.1.1 does not allow
	// session: option Cookie.Path: does not begin with '/', has a ';' or a control character, or is too long
}

func ExampleGet() {
	e := core.Must(core.New(core.Options{SigningKeys: exampleKeys}))
	defer e.Close()
	browser := recorder.NewBrowser()
	during(e, browser.Request("/"), func(s *core.Session) { _ = s.Set("theme", "dark") })
	during(e, browser.Request("/"), func(s *core.Session) {
		theme, err := core.Get[string](s, "theme")
		fmt.Println(theme, err)
		_, err = core.Get[string](s, "language")
		fmt.Println(err)
	})
	// Output:
	// dark <nil>
	// session: no such value
}

func ExampleUpdate() {
	e := core.Must(core.New(core.Options{SigningKeys: exampleKeys}))
	defer e.Close()
	browser := recorder.NewBrowser()
	for range 3 {
		during(e, browser.Request("/"), func(s *core.Session) {
			n, _ := core.Update(s, "visits", func(n int) int { return n + 1 })
			fmt.Println(n)
		})
	}
	// Output:
	// 1
	// 2
	// 3
}

func ExampleBind() {
	e := core.Must(core.New(core.Options{SigningKeys: exampleKeys}))
	defer e.Close()
	browser := recorder.NewBrowser()
	for _, article := range []string{"tea", "cup"} {
		during(e, browser.Request("/"), func(s *core.Session) {
			cart, _ := core.Bind[[]string](s, "cart")
			*cart = append(*cart, article)
			fmt.Println(*cart)
		})
	}
	// Output:
	// [tea]
	// [tea cup]
}

func ExamplePop() {
	e := core.Must(core.New(core.Options{SigningKeys: exampleKeys}))
	defer e.Close()
	browser := recorder.NewBrowser()
	during(e, browser.Request("/"), func(s *core.Session) { _ = s.Set("flash", "Saved.") })
	for range 2 {
		during(e, browser.Request("/"), func(s *core.Session) { fmt.Println(core.Pop[string](s, "flash")) })
	}
	// Output:
	// Saved. <nil>
	//  session: no such value
}

func ExampleSession_RegenerateKeep() {
	e := core.Must(core.New(core.Options{SigningKeys: exampleKeys}))
	defer e.Close()
	browser := recorder.NewBrowser()
	during(e, browser.Request("/"), func(s *core.Session) { _ = s.Set("cart", 3) })
	planted := browser.Cookie("koa.sid")
	during(e, browser.Request("/login"), func(s *core.Session) { _ = s.RegenerateKeep() })
	during(e, browser.Request("/"), func(s *core.Session) {
		n, _ := core.Get[int](s, "cart")
		fmt.Println(n, s.ID() == planted)
	})
	// Output: 3 false
}

func ExampleSession_SetCookie() {
	e := core.Must(core.New(core.Options{SigningKeys: exampleKeys}))
	defer e.Close()
	x := recorder.NewBrowser().Request("/login")
	during(e, x, func(s *core.Session) {
		_ = s.Set("user", "ada")
		cookie := s.Cookie()
		cookie.Expires = time.Date(2050, 1, 1, 0, 0, 0, 0, time.UTC)
		cookie.SameSite = core.SameSiteStrict
		fmt.Println(s.SetCookie(cookie))
	})
	fmt.Println(x.SetCookies()[0][len("koa.sid=")+32:])
	// Output:
	// <nil>
	// ; path=/; expires=Sat, 01 Jan 2050 00:00:00 GMT; samesite=strict; httponly
}

func ExampleFromContext() {
	e := core.Must(core.New(core.Options{SigningKeys: exampleKeys}))
	defer e.Close()
	greet := func(ctx context.Context) { // knows of no framework
		s, err := core.FromContext(ctx)
		if err != nil {
			fmt.Println(err)
			return
		}
		fmt.Println(core.Get[string](s, "user"))
	}
	during(e, recorder.NewBrowser().Request("/"), func(s *core.Session) {
		_ = s.Set("user", "ada")
		greet(core.NewContext(context.Background(), s))
	})
	greet(context.Background())
	// Output:
	// ada <nil>
	// session: no session middleware for this request
}

func ExampleHeaderIDs() {
	e := core.Must(core.New(core.Options{SessionIDStore: core.HeaderIDs("X-Session-Id")}))
	defer e.Close()
	first := &recorder.Exchange{}
	during(e, first, func(s *core.Session) { _ = s.Set("n", 1) })
	id, _ := first.Header("X-Session-Id")
	second := &recorder.Exchange{Sent: map[string][]string{"X-Session-Id": {id}}}
	during(e, second, func(s *core.Session) { fmt.Println(core.Get[int](s, "n")) })
	// Output: 1 <nil>
}

// A mapStore is as little as a store has to be; this one forgets no record
// before the program ends.
type mapStore struct{ records sync.Map }

func (m *mapStore) Get(_ context.Context, key string) ([]byte, bool, error) {
	record, found := m.records.Load(key)
	if !found {
		return nil, false, nil
	}
	return []byte(record.(string)), true, nil
}

func (m *mapStore) Set(_ context.Context, key string, data []byte, ttl time.Duration) error {
	if ttl <= 0 {
		m.records.Delete(key)
		return nil
	}
	m.records.Store(key, string(data))
	return nil
}

func (m *mapStore) Destroy(_ context.Context, key string) error {
	m.records.Delete(key)
	return nil
}

func ExampleStore() {
	store := &mapStore{}
	e := core.Must(core.New(core.Options{SigningKeys: exampleKeys, Store: store, Cookie: core.Cookie{MaxAge: core.BrowserSession}}))
	defer e.Close()
	during(e, recorder.NewBrowser().Request("/"), func(s *core.Session) { _ = s.Set("n", 1) })
	store.records.Range(func(_, record any) bool {
		fmt.Println(record)
		return true
	})
	// Output: {"cookie":{"httpOnly":true,"path":"/","overwrite":true,"signed":true,"maxAge":null,"sameSite":"lax"},"n":1}
}
