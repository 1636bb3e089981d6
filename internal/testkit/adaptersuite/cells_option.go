package adaptersuite

import (
	"time"

	"github.com/go-holdall/holdall/core"
	"github.com/go-holdall/holdall/internal/testkit"
)

// optionCells is what is left of the options.
func optionCells() []Cell {
	ttl := func(d time.Duration) func(*core.Options) { return func(o *core.Options) { o.TTL = d } }
	return []Cell{
		{Name: "TTL", Rule: "a record lives as long as TTL says", Options: ttl(hour), Do: do(set("a", "1"), text),
			Want: answer(200, page).sets("new1").calls("create new1 1h0m0s").holds(oldKnown, `new1 {"a":"1"} 1h0m0s`)},
		{Name: "TTL in parts of a millisecond", Rule: "a record lives for whole milliseconds, rounded up", Options: ttl(hour + time.Nanosecond), Do: do(set("a", "1"), text),
			Want: answer(200, page).sets("new1").calls("create new1 1h0m0.001s").holds(oldKnown, `new1 {"a":"1"} 1h0m0.001s`)},
		{Name: "TTLFunc", Rule: "a record lives as long as TTLFunc says", Options: ttlFunc(hour), Do: do(set("a", "1"), text),
			Want: answer(200, page).sets("new1").calls("create new1 1h0m0s").holds(oldKnown, `new1 {"a":"1"} 1h0m0s`)},
		{Name: "TTLFunc without an opinion", Rule: "where TTLFunc says nothing a record lives as long as the cookie", Options: ttlFunc(0), Do: do(set("a", "1"), text),
			Want: answer(200, page).sets("new1").calls("create new1").holds(oldKnown, `new1 {"a":"1"}`)},
		{Name: "TTLFunc ends the session", Rule: "D15: a record whose time is over is destroyed", Client: Known, Options: ttlFunc(-1), Do: do(set("a", "new"), text),
			Want: answer(200, page).clears().calls("get known", "destroy known").holds()},
		{Name: "cookie that has expired", Rule: "D15: a record whose time is over is destroyed", Client: Known, Do: do(with(func(s *session) error {
			return s.SetCookie(core.Cookie{Expires: time.Date(2001, 1, 1, 0, 0, 0, 0, time.UTC)})
		}), text), Want: answer(200, page).calls("get known", "destroy known").holds().
			lines("koa.sid="+gone, "koa.sid.sig="+gone)},
		{Name: "allow empty", Rule: "with AllowEmpty a new session is stored though it has no values", Options: func(o *core.Options) { o.AllowEmpty = true }, Do: text,
			Want: answer(200, page).sets("new1").calls("create new1").holds(oldKnown, "new1 {}")},
		{Name: "another key and prefix", Rule: "Key names the cookie, and Prefix is before the id in the store", Orphan: "its prefix is none that the suite knows", Do: do(set("a", "1"), text),
			Options: func(o *core.Options) { o.Key, o.Prefix = "sid", "other:" },
			Want: answer(200, page).lines("sid=new1"+day, "sid.sig=sig(new1)"+day).calls("create other:new1").
				holds(oldKnown, `other:new1 {"a":"1"}`)},
	}
}

// ttlFunc is options whose TTLFunc always says the same.
func ttlFunc(d time.Duration) func(*core.Options) {
	return func(o *core.Options) { o.TTLFunc = func(*core.Session) time.Duration { return d } }
}

// carrierCells is ids that come another way than by cookie.
func carrierCells() []Cell {
	headerIDs := func(o *core.Options) { o.SessionIDStore = core.HeaderIDs(idHeader) }
	knownHeader := Ask{Header: map[string]string{idHeader: knownID}}
	forced := func(id string) func(*Site, *testkit.App) {
		return func(_ *Site, app *testkit.App) { app.Before = func(c testkit.Context) { c.ForceID(id) } }
	}
	return []Cell{
		{Name: "header ids: visitor sets", Rule: "SessionIDStore puts the id elsewhere than in a cookie", Options: headerIDs, Do: do(set("a", "1"), text),
			Want: answer(200, page).header(idHeader, "new1").calls("create new1").holds(oldKnown, `new1 {"a":"1"}`)},
		{Name: "header ids: known sets", Rule: "D21: the client has the id", Options: headerIDs, Ask: knownHeader, Do: do(set("a", "new"), text),
			Want: answer(200, page).header(idHeader, "").calls("get known", "swap known").holds(newKnown)},
		{Name: "header ids: destroy", Rule: "SessionIDStore is told when the id is over", Options: headerIDs, Ask: knownHeader, Do: do(destroy, text),
			Want: answer(200, page).header(idHeader, "").calls("get known", "destroy known").holds()},
		{Name: "header ids: impossible id", Rule: "an id of impossible shape: no store call", Options: headerIDs, Ask: Ask{Header: map[string]string{idHeader: shortID}}, Do: do(use, text),
			Want: answer(200, page).header(idHeader, "")},
		{Name: "forced id: known", Rule: "a middleware may force the id before the load", App: forced(knownID), Do: do(set("a", "new"), text),
			Want: answer(200, page).sets("known").calls("get known", "swap known").holds(newKnown)},
		{Name: "forced id: over the cookie's", Rule: "a middleware may force the id before the load", Client: Stranger, App: forced(knownID),
			Do: do(read("a", "old"), text), Want: answer(200, page).calls("get known")},
		{Name: "forced id: unknown", Rule: "an unknown id is not adopted; the client's cookie, which is not at fault, stays", Client: Known, App: forced(strangerID), Do: do(use, text),
			Want: answer(200, page).calls("get stranger")},
		{Name: "forced id: by the handler, deferred", Rule: "a handler may force the id before the load",
			Options: func(o *core.Options) { o.Defer = true },
			Do: do(func(v *Visit) error {
				v.ForceID(knownID)
				return nil
			}, set("a", "new"), text),
			Want: answer(200, page).sets("known").calls("get known", "swap known").holds(newKnown),
			Except: map[string]Exception{"nethttp": {"a handler that makes a new http.Request makes it for those below it: " +
				"force the id in a middleware outside", nil}}},
	}
}
