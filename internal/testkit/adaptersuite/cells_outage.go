package adaptersuite

import (
	"time"

	"github.com/go-holdall/holdall/core"
	"github.com/go-holdall/holdall/internal/testkit"
	"github.com/go-holdall/holdall/internal/testkit/faultstore"
)

// outageCells is a store that is away, an engine that is closed, and requests
// without a session.
func outageCells() []Cell {
	const waits = "while the store is down requests wait for it"
	const over = "once the wait has run out requests fail at once, and the client's cookie is left alone"
	const closed = "ErrClosed: 503 after Engine.Close"
	const absent = "where no middleware ran the accessor says so"
	down := func(s *faultstore.Store) { s.Down(longAgo()) }
	soonBack := func(s *faultstore.Store) {
		s.Down(time.Now())
		s.Waiting(s.Up)
	}
	goesDown := func(v *Visit) error {
		v.Site.Store.Down(longAgo())
		return nil
	}
	closes := func(v *Visit) error { return v.Site.Engine.Close() }
	skip := func(_ *Site, app *testkit.App) { app.Skip = func(testkit.Context) bool { return true } }
	return []Cell{
		{Name: "outage: back in time, load", Rule: waits, Client: Known, Trouble: soonBack, Do: do(read("a", "old"), text), Want: answer(200, page).calls("get known")},
		{Name: "outage: back in time, save", Rule: waits, Client: Known, Do: do(set("a", "new"), func(v *Visit) error {
			soonBack(v.Site.Store)
			return text(v)
		}), Want: answer(200, page).sets("known").calls("get known", "swap known").holds(newKnown)},
		{Name: "outage: back in time, deferred", Rule: waits, Client: Known, Trouble: soonBack, Do: do(read("a", "old"), text),
			Options: func(o *core.Options) { o.Defer = true }, Want: answer(200, page).calls("get known")},
		{Name: "outage: too long", Rule: waits, Client: Known, Do: text,
			Trouble: func(s *faultstore.Store) { s.Down(time.Now()) },
			Options: func(o *core.Options) { o.ReconnectTimeout = 40 * time.Millisecond }, Want: refused(503).reports("unavailable get")},
		{Name: "outage: over, load", Rule: over, Client: Known, Trouble: down, Do: text, Want: refused(503).reports("unavailable get")},
		{Name: "outage: over, save", Rule: over, Client: Known, Do: do(set("a", "new"), goesDown, text), Want: refused(503).calls("get known").reports("unavailable set")},
		{Name: "outage: over, big body", Rule: over, Client: Known, Do: do(set("a", "new"), goesDown, func(v *Visit) error { return v.String(200, big) }),
			Want: refused(503).calls("get known").reports("unavailable set")},
		{Name: "outage: over, visitor", Rule: "no id, no store call", Trouble: down, Do: text, Want: answer(200, page)},
		{Name: "outage: over, new session", Rule: over, Trouble: down, Do: do(set("a", "1"), text), Want: refused(503).reports("unavailable set")},
		{Name: "outage: over, handler's 403", Rule: "the handler's own error wins", Client: Known, Do: do(set("a", "new"), goesDown, forbid),
			Want: answer(403, Anything).calls("get known").reports("unavailable set")},
		{Name: "outage: over, destroy", Rule: "when the destroy fails, the cookie is cleared all the same", Client: Known, Do: do(destroy, goesDown, text),
			Want: refused(503).clears().calls("get known").reports("unavailable destroy")},
		{Name: "outage: over, swallowed", Rule: "a swallowed error leaves an empty session that is never saved, and the client's cookie alone", Client: Known, Options: swallow, Trouble: down, Do: do(use, text), Want: answer(200, page).reports("unavailable get")},
		{Name: "closed engine, load", Rule: closed, Client: Known, Do: text,
			App: func(s *Site, _ *testkit.App) { _ = s.Engine.Close() }, Want: refused(503).reports("ErrClosed")},
		{Name: "closed engine, save", Rule: closed, Client: Known, Do: do(set("a", "new"), closes, text), Want: refused(503).calls("get known").reports("ErrClosed")},
		{Name: "closed engine, nothing to save", Rule: closed, Client: Known, Do: do(use, closes, text), Want: answer(200, page).calls("get known")},
		{Name: "closed while it waits", Rule: "Close wakes every waiter", Client: Known, Do: text,
			App: func(s *Site, _ *testkit.App) {
				s.Store.Down(time.Now())
				s.Store.Waiting(func() { _ = s.Engine.Close() })
			}, Want: refused(503).reports("store get")},
		{Name: "skipped", Rule: absent, Client: Known, App: skip, Do: do(without(core.ErrNoSession), text), Want: answer(200, page)},
		{Name: "skipped, the handler fails with it", Rule: absent, Client: Known, App: skip, Do: do(use, text), Want: refused(500)},
		{Name: "not skipped", Rule: absent, Client: Known, Do: do(read("a", "old"), text),
			App: func(_ *Site, app *testkit.App) {
				app.Skip = func(c testkit.Context) bool { return c.Path() == "/static" }
			},
			Want: answer(200, page).calls("get known")},
		{Name: "no middleware", Rule: absent, Client: Known, App: func(_ *Site, app *testkit.App) { app.Engines = nil },
			Do: do(without(core.ErrNoSession), text), Want: answer(200, page)},
		{Name: "no middleware, the handler fails with it", Rule: absent, Client: Known, App: func(_ *Site, app *testkit.App) { app.Engines = nil },
			Do: do(use, text), Want: refused(500)},
	}
}
