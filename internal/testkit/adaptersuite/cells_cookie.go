package adaptersuite

import (
	"slices"

	"github.com/go-holdall/holdall/core"
	"github.com/go-holdall/holdall/internal/testkit"
	"github.com/go-holdall/holdall/internal/testkit/faultstore"
)

// stored is a record of a session whose cookie has attributes of its own.
func stored(id, cookie, values string) string {
	return id + ` {"cookie":{` + cookie + `}` + values + `}`
}

// usual are the members that each stored cookie begins with.
const usual = `"httpOnly":true,"path":"/","overwrite":true,"signed":true,"maxAge":86400000`

// both adds a line for the cookie and one for its signature.
func (o Outcome) both(id, attributes string) Outcome {
	return o.lines("koa.sid="+id+attributes, "koa.sid.sig=sig("+id+")"+attributes)
}

// cookieCells is each attribute on the wire, byte for byte, and in the record.
func cookieCells() (cells []Cell) {
	for _, c := range []struct {
		name   string
		cookie core.Cookie
		line   string
		stored string
	}{
		{"SameSite strict", core.Cookie{SameSite: core.SameSiteStrict}, "; path=/; expires=+24h0m0s; samesite=strict; httponly", usual + `,"sameSite":"strict"`},
		{"SameSite omitted", core.Cookie{SameSite: core.SameSiteOmit}, "; path=/; expires=+24h0m0s; httponly", usual},
		{"priority", core.Cookie{Priority: core.PriorityHigh}, "; path=/; expires=+24h0m0s; priority=high; samesite=lax; httponly", usual + `,"sameSite":"lax","priority":"high"`},
		{"domain", core.Cookie{Domain: "example.org"}, "; path=/; expires=+24h0m0s; domain=example.org; samesite=lax; httponly", usual + `,"domain":"example.org","sameSite":"lax"`},
		{"not HTTP-only", core.Cookie{DisableHTTPOnly: true}, "; path=/; expires=+24h0m0s; samesite=lax",
			`"httpOnly":false,"path":"/","overwrite":true,"signed":true,"maxAge":86400000,"sameSite":"lax"`},
		{"browser session", core.Cookie{MaxAge: core.BrowserSession}, "; path=/; samesite=lax; httponly",
			`"httpOnly":true,"path":"/","overwrite":true,"signed":true,"maxAge":null,"sameSite":"lax"`},
	} {
		cells = append(cells, Cell{
			Name: "cookie: " + c.name, Rule: "D13: the line as Node's cookies package writes it, and the attribute in the record",
			Options: func(o *core.Options) { o.Cookie = c.cookie }, Do: do(set("a", "1"), text),
			Want: answer(200, page).both("new1", c.line).calls("create new1").holds(oldKnown, stored("new1", c.stored, `,"a":"1"`)),
		})
	}
	return slices.Concat(cells, scopeCells(), secureCells(), renewalCells())
}

// renewalCells is when a cookie that the client has is sent again.
func renewalCells() []Cell {
	const (
		held  = "D21: a cookie that was sent within the last twenty-fourth of its life is not sent again with a change"
		other = "D21 is about changes of values alone"
	)
	changed := answer(200, page).calls("get known", "swap known").holds(newKnown)
	return []Cell{
		{Name: "recent, changed", Rule: held, Client: Recent, Do: do(set("a", "new"), text), Want: changed},
		{Name: "recent, changed, nothing written", Rule: held, Client: Recent, Do: set("a", "new"), Want: withBody(changed, "")},
		{Name: "recent, changed, deferred", Rule: held, Client: Recent, Do: do(set("a", "new"), text), Want: changed,
			Options: func(o *core.Options) { o.Defer = true }},
		{Name: "recent, changed, a store without Swap", Rule: held, Client: Recent, Plain: true, Do: do(set("a", "new"), text),
			Want: changed.calls("get known", "set known")},
		{Name: "recent, changed, handler fails", Rule: held, Client: Recent, Do: do(set("a", "new"), oops),
			Want: answer(500, Anything).calls("get known", "swap known").holds(newKnown)},
		{Name: "recent, marked dirty", Rule: held, Client: Recent, Do: do(markDirty, text), Want: answer(200, page).calls("get known", "swap known")},
		{Name: "recent, saved, changed", Rule: held, Client: Recent, Do: do(set("a", "1"), save, set("a", "new"), text),
			Want: changed.calls("get known", "swap known", "swap known")},
		{Name: "recent, forced", Rule: other, Client: Recent, Do: do(force, text), Want: answer(200, page).sets("known").calls("get known", "swap known")},
		{Name: "recent, attributes changed", Rule: other, Client: Recent, Do: do(with(func(s *session) error {
			c := s.Cookie()
			c.SameSite = core.SameSiteStrict
			return s.SetCookie(c)
		}), text), Want: answer(200, page).both("known", "; path=/; expires=+24h0m0s; samesite=strict; httponly").calls("get known", "swap known").
			holds(stored("known", usual+`,"sameSite":"strict"`, `,"a":"old"`))},
		{Name: "recent, regenerated", Rule: other, Client: Recent, Do: do(with(func(s *session) error { return s.RegenerateKeep() }), text),
			Want: answer(200, page).sets("new1").calls("get known", "create new1", "retire known").holds(tombstone, `new1 {"a":"old"}`)},
		{Name: "recent, destroyed", Rule: other, Client: Recent, Do: do(destroy, text),
			Want: answer(200, page).clears().calls("get known", "destroy known").holds()},
	}
}

// scopeCells is the cookie's path and domain, and the session's own attributes.
func scopeCells() []Cell {
	const clearing = "D1: a cookie is cleared with its own path and domain"
	under := func(o *core.Options) { o.Cookie = core.Cookie{Path: "/app"} }
	scoped := `"httpOnly":true,"path":"/app","overwrite":true,"signed":true,"maxAge":86400000,"sameSite":"lax"`
	const line = "; path=/app; expires=+24h0m0s; samesite=lax; httponly"
	const clear = "; path=/app; expires=epoch; domain=example.org; samesite=lax; httponly"
	return []Cell{
		{Name: "path: inside", Rule: "a session is that of the requests under Cookie.Path", Options: under, Ask: Ask{Path: "/app/x"}, Do: do(set("a", "1"), text),
			Want: answer(200, page).both("new1", line).calls("create new1").holds(oldKnown, stored("new1", scoped, `,"a":"1"`))},
		{Name: "path: itself, with a query", Rule: "a session is that of the requests under Cookie.Path", Options: under, Ask: Ask{Path: "/app?x=/"}, Do: do(set("a", "1"), text),
			Want: answer(200, page).both("new1", line).calls("create new1").holds(oldKnown, stored("new1", scoped, `,"a":"1"`))},
		{Name: "path: outside", Rule: "outside of Cookie.Path nothing is read or written", Options: under, Client: Known, Ask: Ask{Path: "/other"},
			Do: do(without(core.ErrOutsidePath), text), Want: answer(200, page)},
		{Name: "path: a longer word", Rule: "D6: RFC 6265 path match", Options: under, Client: Known, Ask: Ask{Path: "/application"},
			Do: do(without(core.ErrOutsidePath), text), Want: answer(200, page)},
		{Name: "path: another case", Rule: "a cookie's path has case, whatever the router thinks", Options: under, Client: Known, Ask: Ask{Path: "/APP/x"},
			Do: do(without(core.ErrOutsidePath), text), Want: answer(200, page)},
		{Name: "path: encoded", Rule: "the path is the one that the browser sent, undecoded", Options: under, Client: Known, Ask: Ask{Path: "/%61pp/x"},
			Do: do(without(core.ErrOutsidePath), text), Want: answer(200, page)},
		{Name: "path: outside, the handler fails with it", Rule: "outside of Cookie.Path the accessor answers with an error of its own", Options: under, Client: Known,
			Do: do(use, text), Want: refused(500)},
		{Name: "path: outside, deferred", Rule: "a path outside of Cookie.Path has no session", Client: Known, Ask: Ask{Path: "/other"}, Do: do(without(core.ErrOutsidePath), text),
			Options: func(o *core.Options) { under(o); o.Defer = true }, Want: answer(200, page)},
		{Name: "clear: scoped by the options", Rule: clearing, Client: Stranger, Ask: Ask{Path: "/app"}, Do: text,
			Options: func(o *core.Options) { o.Cookie = core.Cookie{Path: "/app", Domain: "example.org"} },
			Want:    answer(200, page).calls("get stranger").lines("koa.sid="+clear, "koa.sid.sig="+clear)},
		{Name: "clear: scoped by the record", Rule: clearing, Client: Known, Do: do(destroy, text),
			Trouble: func(s *faultstore.Store) {
				s.Put(prefix+knownID, `{"cookie":{"path":"/app","domain":"example.org","sameSite":"lax"}}`, 24*hour)
			},
			Want: answer(200, page).calls("get known", "destroy known").lines("koa.sid="+clear, "koa.sid.sig="+clear).holds()},
		{Name: "clear: unsigned", Rule: clearing, Client: Unsigned, Do: do(destroy, text), Options: func(o *core.Options) { o.Cookie.DisableSigning = true },
			Want: answer(200, page).calls("get known", "destroy known").clears().holds()},
		{Name: "unsigned cookie", Rule: "a cookie is signed, unless told otherwise", Client: Unsigned, Do: do(set("a", "new"), text),
			Options: func(o *core.Options) { o.Cookie.DisableSigning = true },
			Want:    answer(200, page).calls("get known", "swap known").lines("koa.sid=known" + day).holds(newKnown)},
		{Name: "attributes of one session", Rule: "cookie attributes are stored with the session, and a change to them is a change of it", Client: Known,
			Do: do(with(func(s *session) error {
				c := s.Cookie()
				c.MaxAge = hour
				return s.SetCookie(c)
			}), text),
			Want: answer(200, page).both("known", "; path=/; expires=+1h0m0s; samesite=lax; httponly").calls("get known", "swap known 1h0m0s").
				holds(stored("known", `"httpOnly":true,"path":"/","overwrite":true,"signed":true,"maxAge":3600000,"sameSite":"lax"`, `,"a":"old"`) + " 1h0m0s")},
	}
}

// secureCells is the Secure attribute and who may say that a request is.
func secureCells() []Cell {
	secure := func(o *core.Options) { o.Cookie.Secure = true }
	trusting := func(o *core.Options) { secure(o); o.TrustProxy = true }
	https := Ask{Header: map[string]string{"X-Forwarded-Proto": "https"}}
	const line = "; path=/; expires=+24h0m0s; samesite=lax; secure; httponly"
	const refusal = "ErrInsecureCookie: a Secure cookie would have to be set on a request without TLS"
	record := stored("new1", usual+`,"secure":true,"sameSite":"lax"`, `,"a":"1"`)
	sent := answer(200, page).both("new1", line).calls("create new1").holds(oldKnown, record)
	overTLS := func(_ *Site, app *testkit.App) { app.TLS = true }
	return []Cell{
		{Name: "secure: over http", Rule: refusal, Options: secure, Do: do(set("a", "1"), text), Want: refused(500).reports("ErrInsecureCookie")},
		{Name: "secure: over http, untouched", Rule: "unchanged, nothing is written and no cookie set", Options: secure, Client: Known, Do: text, Want: answer(200, page).calls("get known")},
		{Name: "secure: a header from anybody", Rule: "whether a proxy is trusted is decided in the core, alike under every framework", Options: secure, Ask: https,
			Do: do(set("a", "1"), text), Want: refused(500).reports("ErrInsecureCookie")},
		{Name: "secure: a trusted proxy", Rule: "whether a proxy is trusted is decided in the core, alike under every framework", Options: trusting, Ask: https, Do: do(set("a", "1"), text), Want: sent},
		{Name: "secure: a trusted proxy says http", Rule: refusal, Options: trusting, Do: do(set("a", "1"), text),
			Ask: Ask{Header: map[string]string{"X-Forwarded-Proto": "http"}}, Want: refused(500).reports("ErrInsecureCookie")},
		{Name: "secure: a list of protocols", Rule: refusal, Options: trusting, Do: do(set("a", "1"), text),
			Ask: Ask{Header: map[string]string{"X-Forwarded-Proto": "https, http"}}, Want: refused(500).reports("ErrInsecureCookie")},
		{Name: "secure: over TLS", Rule: "a connection that is TLS itself needs no header to say so", Options: secure, App: overTLS, Do: do(set("a", "1"), text), Want: sent},
		{Name: "secure: destroyed over http", Rule: "to clear a cookie is no secret", Options: secure, Client: Known, Do: do(destroy, text),
			Want: answer(200, page).calls("get known", "destroy known").holds().
				lines("koa.sid=; path=/; expires=epoch; samesite=lax; secure; httponly", "koa.sid.sig=; path=/; expires=epoch; samesite=lax; secure; httponly")},
		{Name: "secure: partitioned, SameSite none", Rule: "D13: SameSite=None, for a cookie of another site's page", App: overTLS, Do: do(set("a", "1"), text),
			Options: func(o *core.Options) {
				o.Cookie = core.Cookie{Secure: true, Partitioned: true, SameSite: core.SameSiteNone}
			},
			Want: answer(200, page).both("new1", "; path=/; expires=+24h0m0s; samesite=none; secure; httponly; partitioned").calls("create new1").
				holds(oldKnown, stored("new1", usual+`,"secure":true,"sameSite":"none","partitioned":true`, `,"a":"1"`))},
		{Name: "secure: __Host- prefix", Rule: "a __Host- cookie is Secure, has path / and no domain (RFC 6265bis section 4.1.3)", App: overTLS, Do: do(set("a", "1"), text),
			Options: func(o *core.Options) { secure(o); o.Key = "__Host-sid" },
			Want:    answer(200, page).lines("__Host-sid=new1"+line, "__Host-sid.sig=sig(new1)"+line).calls("create new1").holds(oldKnown, record)},
	}
}
