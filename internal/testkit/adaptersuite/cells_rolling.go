package adaptersuite

import (
	"fmt"
	"time"

	"github.com/go-holdall/holdall/core"
	"github.com/go-holdall/holdall/internal/testkit/faultstore"
)

func rolling(o *core.Options) { o.Rolling = true }

// longerKnown is Known's record after a renewal.
const longerKnown = oldKnown + " 25h0m0s"

// touchOnly leaves the store Touch beside its three methods.
func touchOnly(o *core.Options) {
	store := o.Store.(*faultstore.Store)
	o.Store = struct {
		core.Store
		core.Toucher
	}{store, store}
}

// rollingCells is when a session is renewed, and how.
func rollingCells() []Cell {
	const renew = "D22, D31: unchanged and rolling, it is swapped for itself with a new stamp, to live for its life and a twenty-fourth"
	const known = "a response that renews knows that its id is alive"
	renewed := answer(200, page).renews("known").calls("get known", "swap known 25h0m0s").holds(longerKnown)
	both := func(more func(*core.Options)) func(*core.Options) {
		return func(o *core.Options) { rolling(o); more(o) }
	}
	becomes := func(record string) Step {
		return func(v *Visit) error {
			v.Site.Store.Put(prefix+knownID, record, 24*hour)
			return nil
		}
	}
	return append([]Cell{
		{Name: "rolling, untouched", Rule: renew, Client: Known, Options: rolling, Do: text, Want: renewed},
		{Name: "rolling, nothing written", Rule: renew, Client: Known, Options: rolling, Do: nothing, Want: withBody(renewed, "")},
		{Name: "rolling, plain store", Rule: "without Swap or Touch it is written where it is still what was loaded", Client: Known, Options: rolling, Plain: true, Do: text,
			Want: renewed.calls("get known", "get known", "set known 25h0m0s")},
		{Name: "rolling, plain store, changed meanwhile", Rule: "a renewal is never a blind Set", Client: Known, Options: rolling, Plain: true, Do: do(becomes(`{"cookie":`+attributes+`,"a":"new"}`), text),
			Want: answer(200, page).calls("get known", "get known").holds(newKnown)},
		{Name: "rolling, plain store, gone meanwhile", Rule: known, Client: Known, Options: rolling, Plain: true, Do: do(goes, text),
			Want: answer(200, page).calls("get known", "destroy known", "get known").holds()},
		{Name: "rolling, a store with Touch alone", Rule: "where the store has no Swap it is touched", Client: Known, Options: both(touchOnly), Do: text,
			Want: renewed.calls("get known", "touch known 25h0m0s")},
		{Name: "rolling, a store with Touch alone, gone meanwhile", Rule: known, Client: Known, Options: both(touchOnly), Do: do(goes, text),
			Want: answer(200, page).calls("get known", "destroy known", "touch known 25h0m0s").holds()},
		{Name: "rolling, changed meanwhile", Rule: "what another request has changed is kept, and renewed", Client: Known, Options: rolling, Do: do(becomes(`{"cookie":`+attributes+`,"a":"new"}`), text),
			Want: renewed.calls("get known", "swap known 25h0m0s", "swap known 25h0m0s").holds(newKnown + " 25h0m0s")},
		{Name: "rolling, gone meanwhile", Rule: known, Client: Known, Options: rolling, Do: do(goes, text),
			Want: answer(200, page).calls("get known", "destroy known", "swap known 25h0m0s").holds()},
		{Name: "rolling, replaced meanwhile", Rule: known, Client: Known, Options: rolling, Do: do(replaces(heir{strangerID, true}), text),
			Want: answer(200, page).calls("get known", "swap known 25h0m0s").holds(tombstone)},
		{Name: "rolling, changed", Rule: "a changed session is written, which extends its life too", Client: Known, Options: rolling, Do: do(set("a", "new"), text),
			Want: renewed.holds(newKnown + " 25h0m0s")},
		{Name: "rolling, visitor", Rule: "new and empty is not stored, rolling or not", Options: rolling, Do: text, Want: answer(200, page)},
		{Name: "rolling, visitor sets", Rule: "D31: a new session too lives for its life and a twenty-fourth", Options: rolling, Do: do(set("a", "1"), text),
			Want: answer(200, page).renews("new1").calls("create new1 25h0m0s").holds(oldKnown, `new1 {"a":"1"} 25h0m0s`)},
		{Name: "rolling, handler fails", Rule: renew, Client: Known, Options: rolling, Do: oops, Want: withStatus(withBody(renewed, Anything), 500)},
		{Name: "rolling, prevented", Rule: "a prevented save does nothing", Client: Known, Options: rolling, Do: do(prevent, text), Want: answer(200, page).calls("get known")},
		{Name: "rolling, destroyed", Rule: "an end renews nothing", Client: Known, Options: rolling, Do: do(destroy, text),
			Want: answer(200, page).clears().calls("get known", "destroy known").holds()},
		{Name: "rolling, too late for a cookie", Rule: "a renewal happens before the first byte", Client: Known, Options: rolling, Do: do(write(page), use), Want: renewed},
		{Name: "rolling by a TTLFunc", Rule: renew, Client: Known, Options: both(ttlFunc(hour)), Do: text,
			Want: renewed.calls("get known", "swap known 1h2m30s").holds(oldKnown + " 1h2m30s")},
		{Name: "rolling by a TTL", Rule: renew, Client: Known, Options: both(func(o *core.Options) { o.TTL = hour }), Do: text,
			Want: renewed.calls("get known", "swap known 1h2m30s").holds(oldKnown + " 1h2m30s")},
		{Name: "rolling, the renewal fails", Rule: "a failed save answers with an error, not with a page that pretends", Client: Known, Options: rolling, Trouble: failing("swap"), Do: text,
			Want: refused(500).calls("get known", "swap known 25h0m0s").reports("store touch")},
		{Name: "rolling, older key", Rule: "D19: a signature under an older key is renewed", Client: Rotated, Options: rolling, Do: text, Want: renewed},
	}, undueCells()...)
}

// undueCells is sessions that need no renewal, and cookies that none prolongs.
func undueCells() []Cell {
	const held = "D22: what was renewed within the last twenty-fourth of its life is neither written nor sent"
	const fixed = "a cookie that no sending prolongs is not sent again"
	const browsers = `"httpOnly":true,"path":"/","overwrite":true,"signed":true,"maxAge":null,"sameSite":"lax"`
	const dated = `"httpOnly":true,"path":"/","overwrite":true,"signed":true,"maxAge":86400000,"expires":"2100-01-01T00:00:00.000Z","sameSite":"lax"`
	holding := func(cookie string, age time.Duration) func(*faultstore.Store) {
		if age >= 0 {
			cookie += fmt.Sprintf(`,"sent":%d`, time.Now().Add(-age).Unix())
		}
		return func(s *faultstore.Store) { s.Put(prefix+knownID, `{"cookie":{`+cookie+`},"a":"old"}`, 24*hour) }
	}
	browser := func(o *core.Options) { rolling(o); o.Cookie.MaxAge = core.BrowserSession }
	asItWas := answer(200, page).calls("get known")
	return []Cell{
		{Name: "recent, rolling, untouched", Rule: held, Client: Recent, Options: rolling, Do: text, Want: asItWas},
		{Name: "recent, rolling, read", Rule: held, Client: Recent, Options: rolling, Do: do(read("a", "old"), text), Want: asItWas},
		{Name: "recent, rolling, changed", Rule: "D21: the record is written, the cookie is not sent", Client: Recent, Options: rolling, Do: do(set("a", "new"), text),
			Want: asItWas.calls("get known", "swap known 25h0m0s").holds(newKnown + " 25h0m0s")},
		{Name: "rolling, an hour ago", Rule: "a twenty-fourth of its life is over", Client: Known, Options: rolling, Do: text, Trouble: holding(usual+`,"sameSite":"lax"`, hour+time.Second),
			Want: asItWas.renews("known").calls("get known", "swap known 25h0m0s").holds(longerKnown)},
		{Name: "rolling, browser session", Rule: fixed + ", its record is renewed", Client: Known, Options: browser, Do: text, Trouble: holding(browsers, -1),
			Want: asItWas.calls("get known", "swap known 25h0m0s").holds(stored("known", browsers, `,"a":"old"`) + " 25h0m0s")},
		{Name: "rolling, browser session, just renewed", Rule: held, Client: Known, Options: browser, Do: text, Trouble: holding(browsers, 0),
			Want: asItWas.holds(stored("known", browsers, `,"a":"old"`))},
		{Name: "rolling, browser session, changed", Rule: fixed, Client: Known, Options: browser, Do: do(set("a", "new"), text), Trouble: holding(browsers, -1),
			Want: asItWas.calls("get known", "swap known 25h0m0s").holds(stored("known", browsers, `,"a":"new"`) + " 25h0m0s")},
		{Name: "rolling, fixed date", Rule: fixed + ", and its record ends on that date", Client: Known, Options: rolling, Do: text, Trouble: holding(dated, -1),
			Want: asItWas.holds(stored("known", dated, `,"a":"old"`))},
	}
}
