package adaptersuite

import (
	"io"
	"net/http"
	"net/http/httptest"

	"github.com/go-holdall/holdall/core"
	"github.com/go-holdall/holdall/internal/testkit"
)

// routeCells is what routers and proxies do to a request.
func routeCells() []Cell {
	const routed = "a middleware's session is that of every request which passes it, whoever answers"
	const asSent = "the path is the one that the browser sent, mounts included"
	route := func(_ *Site, app *testkit.App) { app.Route = "/there" }
	grouped := func(_ *Site, app *testkit.App) { app.Group = "/g" }
	underGroup := func(o *core.Options) { o.Cookie = core.Cookie{Path: "/g"} }
	scoped := `"httpOnly":true,"path":"/g","overwrite":true,"signed":true,"maxAge":86400000,"sameSite":"lax"`
	rolled := answer(404, Anything).renews("known").calls("get known", "swap known 25h0m0s").holds(longerKnown)
	return []Cell{
		{Name: "route: found", Rule: routed, Client: Known, App: route, Ask: Ask{Path: "/there"}, Options: rolling, Do: text,
			Want: withStatus(withBody(rolled, page), 200)},
		{Name: "route: not found", Rule: routed, Client: Known, App: route, Ask: Ask{Path: "/nowhere"}, Options: rolling, Want: rolled},
		{Name: "route: not found, untouched", Rule: routed, Client: Known, App: route, Ask: Ask{Path: "/nowhere"}, Want: answer(404, Anything).calls("get known")},
		{Name: "route: another method", Rule: routed, Client: Known, App: route, Ask: Ask{Method: "POST", Path: "/there"}, Options: rolling, Want: withStatus(rolled, 405)},
		{Name: "route: a trailing slash", Rule: routed, Client: Known, App: route, Ask: Ask{Path: "/there/"}, Options: rolling, Do: text, Want: rolled,
			Except: map[string]Exception{
				"gin":   {"its redirect comes before all middleware", func(o *Outcome) { *o = answer(301, Anything).header("Location", "/there") }},
				"fiber": {"its router takes it for the same path", func(o *Outcome) { *o = withStatus(withBody(*o, page), 200) }},
			}},
		{Name: "route: the load fails", Rule: "a store that fails is not a store that has no record", Client: Known, App: route, Ask: Ask{Path: "/nowhere"}, Trouble: failing("get"),
			Want: refused(500).calls("get known").reports("store get")},
		{Name: "group: set", Rule: asSent, App: grouped, Options: underGroup, Ask: Ask{Path: "/g/x"}, Do: do(set("a", "1"), text),
			Want: answer(200, page).both("new1", "; path=/g; expires=+24h0m0s; samesite=lax; httponly").calls("create new1").
				holds(oldKnown, stored("new1", scoped, `,"a":"1"`))},
		{Name: "group: below another cookie path", Rule: asSent, Client: Known, App: grouped, Ask: Ask{Path: "/g/x"},
			Options: func(o *core.Options) { o.Cookie = core.Cookie{Path: "/x"} }, Do: do(without(core.ErrOutsidePath), text), Want: answer(200, page)},
		{Name: "group: outside", Rule: "a group's session is that of the group", Client: Known, App: grouped, Ask: Ask{Path: "/other"}, Want: answer(404, Anything)},
		{Name: "group and global", Rule: "any number of middlewares of the same cookie name are one", Client: Known, Ask: Ask{Path: "/g/x"},
			App: func(s *Site, app *testkit.App) { app.Group, app.Global = "/g", app.Engines }, Do: do(set("a", "new"), text),
			Want: answer(200, page).sets("known").calls("get known", "swap known").holds(newKnown)},
		{Name: "group and global, outside the group", Rule: "any number of middlewares of the same cookie name are one", Client: Known, Ask: Ask{Path: "/x"},
			App: func(s *Site, app *testkit.App) { app.Group, app.Global = "/g", app.Engines }, Options: rolling, Want: rolled},
		{Name: "proxy", Rule: "the commit happens before the first byte, whoever writes it", Client: Known, App: behind(200), Do: do(set("a", "new"), proxy),
			Want: answer(200, page).lines("upstream=1; Path=/").sets("known").calls("get known", "swap known").holds(newKnown)},
		{Name: "proxy, of an error", Rule: "the commit happens before the first byte, whoever writes it", Client: Known, App: behind(404), Do: do(set("a", "new"), proxy),
			Want: answer(404, page).lines("upstream=1; Path=/").sets("known").calls("get known", "swap known").holds(newKnown)},
		{Name: "proxy, the save fails", Rule: "a failed save answers with an error, not with a page that pretends", Client: Known, App: behind(200), Trouble: failing("swap"), Do: do(set("a", "new"), proxy),
			Want: closed().calls("get known", "swap known").reports("store set"), // ReverseProxy cuts what it cannot write
			Except: fiber(buffered, func(o *Outcome) {
				*o = refused(500).calls("get known", "swap known").reports("store set").lines("upstream=1; Path=/")
			})},
		{Name: "proxy, untouched", Rule: "unchanged, nothing is written and no cookie set", Client: Known, App: behind(200), Do: proxy,
			Want: answer(200, page).lines("upstream=1; Path=/").calls("get known")},
	}
}

// behind is an app before another server, which has a cookie of its own and
// believes that ours is its too.
func behind(status int) func(*Site, *testkit.App) {
	return func(s *Site, _ *testkit.App) {
		upstream := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Add("Set-Cookie", "upstream=1; Path=/")
			w.WriteHeader(status)
			_, _ = io.WriteString(w, page)
		}))
		s.T.Cleanup(upstream.Close)
		s.Upstream = upstream.URL
	}
}

func proxy(v *Visit) error { return v.Proxy(v.Site.Upstream) }
