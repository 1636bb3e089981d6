package adaptersuite

import (
	"github.com/go-holdall/holdall/core"
	"github.com/go-holdall/holdall/internal/testkit"
)

// nestingCells is several middlewares on one request.
func nestingCells() []Cell {
	const one = "any number of middlewares of the same cookie name on one request are one"
	again := func(_ *Site, app *testkit.App) { app.Engines = append(app.Engines, app.Engines...) }
	namesake := func(s *Site, app *testkit.App) { app.Engines = append(app.Engines, s.NewEngine(nil)) }
	rival := func(s *Site, app *testkit.App) {
		app.Engines = append(app.Engines, s.NewEngine(func(o *core.Options) { o.SigningKeys = keys[:1] }))
	}
	return []Cell{
		{Name: "twice", Rule: one, Client: Known, App: again, Do: do(set("a", "new"), text),
			Want: answer(200, page).sets("known").calls("get known", "swap known").holds(newKnown)},
		{Name: "twice, nothing written", Rule: one, Client: Known, App: again, Do: set("a", "new"),
			Want: answer(200, "").sets("known").calls("get known", "swap known").holds(newKnown)},
		{Name: "twice, the save fails", Rule: one, Client: Known, App: again, Trouble: failing("swap"), Do: do(set("a", "new"), text),
			Want: refused(500).calls("get known", "swap known").reports("store set")},
		{Name: "twice, by two engines", Rule: one, Client: Known, App: namesake, Do: do(set("a", "new"), text),
			Want: answer(200, page).sets("known").calls("get known", "swap known").holds(newKnown)},
		{Name: "twice, by two engines of other keys", Rule: "they would take each other's cookies: an error, not the first one's session", Client: Known, App: rival, Do: do(set("a", "new"), text),
			Want: refused(500).calls("get known")},
		{Name: "gzip on both sides", Rule: "what leaves first is seen through any number of writers", Client: Known, Do: do(set("a", "new"), text), Ask: Ask{Header: map[string]string{"Accept-Encoding": "identity"}},
			App: func(_ *Site, app *testkit.App) {
				app.Outside, app.Inside = []testkit.Middleware{testkit.Gzip}, []testkit.Middleware{testkit.Gzip}
			}, Want: answer(200, page).sets("known").calls("get known", "swap known").holds(newKnown)},
	}
}

// namesCells is the sessions of two cookies on one request.
func namesCells() []Cell {
	const apart = "sessions of different cookie names are independent"
	two := func(s *Site, app *testkit.App) { app.Engines = append(app.Engines, s.NewEngine(named("cart.sid"))) }
	cart := func(use func(s *session) error) Step {
		return func(v *Visit) error {
			s, err := v.Session("cart.sid")
			if err != nil {
				return err
			}
			return use(s)
		}
	}
	setCart := cart(func(s *session) error { return s.Set("item", 1) })
	cartLines := []string{"cart.sid=new1" + day, "cart.sid.sig=sig(new1)" + day}
	return []Cell{
		{Name: "two names, both set", Rule: apart, App: two, Do: do(set("a", "1"), setCart, text),
			Want: answer(200, page).lines(cartLines...).sets("new2").calls("create new1", "create new2").
				holds(oldKnown, `new1 {"item":1}`, `new2 {"a":"1"}`)},
		{Name: "two names, nothing written", Rule: apart, App: two, Do: do(set("a", "1"), setCart),
			Want: answer(200, "").lines(cartLines...).sets("new2").calls("create new1", "create new2").
				holds(oldKnown, `new1 {"item":1}`, `new2 {"a":"1"}`)},
		{Name: "two names, one known", Rule: apart, Client: Known, App: two, Do: do(read("a", "old"), setCart, text),
			Want: answer(200, page).lines(cartLines...).calls("get known", "create new1").holds(oldKnown, `new1 {"item":1}`)},
		{Name: "two names, without one the outermost", Rule: "Session without a name is that of the outermost middleware", Client: Known, App: two,
			Do: do(func(v *Visit) error {
				s, err := v.Session()
				if err != nil {
					return err
				}
				same, err := v.Session("koa.sid")
				if err == nil && same != s {
					err = core.ErrNoSession
				}
				return err
			}, text), Want: answer(200, page).calls("get known")},
		{Name: "two names, and a third", Rule: "a name that no middleware has is ErrNoSession", App: two, Do: do(func(v *Visit) error {
			_, err := v.Session("none.sid")
			return expect(core.ErrNoSession, err)
		}, text), Want: answer(200, page)},
		{Name: "two names, one signs in, one is destroyed", Rule: apart, Client: Known, App: two, Do: do(signIn, setCart, cart(func(s *session) error {
			s.Destroy()
			return nil
		}), text), Want: answer(200, page).sets("new1").calls("get known", "create new1", "retire known").holds(tombstone, `new1 {"a":"old"}`)},
		{Name: "two names, the inner save fails", Rule: "a failed save answers the request with an error", Client: Known, Trouble: failing("swap"), App: two,
			Do: do(setCart, text), Want: refused(500).calls("get known", "create new1").reports("store set")},
		{Name: "two names, deferred", Rule: apart, Client: Known, App: func(s *Site, app *testkit.App) {
			app.Engines = append(app.Engines, s.NewEngine(func(o *core.Options) { named("cart.sid")(o); o.Defer = true }))
		}, Options: func(o *core.Options) { o.Defer = true }, Do: do(setCart, text),
			Want: answer(200, page).lines(cartLines...).calls("create new1").holds(oldKnown, `new1 {"item":1}`)},
		{Name: "two names, panic", Rule: "a panic is committed all the same, but for what would need a cookie that nobody sends", Client: Known, Do: do(set("a", "new"), setCart, crash),
			App: func(s *Site, app *testkit.App) {
				two(s, app)
				app.Outside = []testkit.Middleware{testkit.Recover}
			},
			Want: answer(500, Anything).sets("known").calls("get known", "swap known").reports("ErrAborted").holds(newKnown)},
	}
}

func named(key string) func(*core.Options) { return func(o *core.Options) { o.Key = key } }
