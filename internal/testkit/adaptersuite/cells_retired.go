package adaptersuite

import (
	"errors"
	"time"

	"github.com/go-holdall/holdall/core"
	"github.com/go-holdall/holdall/internal/testkit/faultstore"
)

// superseded is a step that fails unless the session says that it came late.
var superseded = with(func(s *session) error {
	if !s.IsSuperseded() || len(s.Keys()) > 0 {
		return errors.New("not superseded, or not empty")
	}
	return nil
})

// ignored sets a value, and does not look whether that worked.
var ignored = call(func(s *session) { _ = s.Set("a", "1") })

// goes is a step after which the session's record is gone.
func goes(v *Visit) error { return v.Site.Store.Destroy(v.Context.Context(), prefix+knownID) }

// replaces is a step after which the session has been replaced by another
// request.
func replaces(heirs ...heir) Step {
	return func(v *Visit) error {
		v.Site.Store.Put(prefix+knownID, tombstoneOf(time.Now(), false, heirs...), minute)
		return nil
	}
}

// retiredCells is what an id comes to that was replaced or ended.
func retiredCells() []Cell {
	const (
		quiet    = "within the grace reads and changes under a replaced or ended id never speak to the browser (D24)"
		acts     = "acts of intent have their way, under a replaced id too"
		ends     = "an end follows to every successor that the tombstone names"
		stranger = "after the grace the id is a stranger's"
		null     = "a null that somebody else has stored is no tombstone"
	)
	const retiree = "retired null 1m0s"
	late := answer(200, page).calls("get retired").holds(oldKnown, retiree)
	refusal := refused(503).header("Retry-After", "1").calls("get retired").reports("ErrSuperseded").holds(oldKnown, retiree)
	replaced := late.sets("new1").calls("get retired", "create new1", "retire retired").holds(oldKnown, `new1 {"a":"1"}`, retiree)
	ended := late.holds(oldKnown)
	created := late.sets("new1").calls("get retired", "create new1").holds(oldKnown, `new1 {"a":"1"}`, retiree)
	deferred := func(o *core.Options) { o.Defer = true }
	return []Cell{
		{Name: "retired id, untouched", Rule: quiet, Client: Retired, Do: text, Want: late},
		{Name: "retired id, read", Rule: "a late request reads an empty session, which says so", Client: Retired, Do: do(superseded, text), Want: late},
		{Name: "retired id, deferred", Rule: quiet, Client: Retired, Options: deferred, Do: do(superseded, text), Want: late},
		{Name: "retired id, rolling", Rule: quiet, Client: Retired, Options: rolling, Do: text, Want: late},
		{Name: "retired id, set", Rule: "a late change is 503 with Retry-After, if the handler says nothing of its own", Client: Retired, Do: do(ignored, text), Want: refusal},
		{Name: "retired id, set, the handler fails with it", Rule: "a late change is an error that a handler can see", Client: Retired, Do: do(set("a", "1"), text), Want: refusal},
		{Name: "retired id, set, nothing written", Rule: quiet, Client: Retired, Do: ignored, Want: refusal},
		{Name: "retired id, set, deferred", Rule: quiet, Client: Retired, Options: deferred, Do: do(ignored, text), Want: refusal},
		{Name: "retired id, set, handler's 403", Rule: "the handler's own error wins", Client: Retired, Do: do(ignored, forbid),
			Want: answer(403, Anything).calls("get retired").reports("ErrSuperseded").holds(oldKnown, retiree)},
		{Name: "retired id, update", Rule: "a late change is an error that a handler can see", Client: Retired, Do: do(refuses(core.ErrSuperseded, func(s *session) error {
			_, err := core.Update(s, "n", func(n int) int { return n + 1 })
			return err
		}), text), Want: refusal},
		{Name: "retired id, regenerate", Rule: acts, Client: Retired, Do: do(regenerate, set("a", "1"), text), Want: replaced},
		{Name: "retired id, sign in", Rule: acts, Client: Retired, Do: do(signIn, set("a", "1"), text), Want: replaced},
		{Name: "retired id, set, then sign in", Rule: acts, Client: Retired, Do: do(ignored, signIn, set("a", "1"), text), Want: replaced},
		{Name: "retired id, destroy", Rule: ends, Client: Retired, Do: do(destroy, text),
			Want: late.clears().calls("get retired", "retire retired", "get known", "destroy known").holds(retiree)},
		{Name: "ended id, untouched", Rule: quiet, Client: Ended, Do: text, Want: ended},
		{Name: "ended id, set", Rule: quiet, Client: Ended, Do: do(ignored, text), Want: refused(503).header("Retry-After", "1").calls("get retired").reports("ErrSuperseded")},
		{Name: "ended id, sign in", Rule: acts, Client: Ended, Do: do(signIn, set("a", "1"), text), Want: replaced},
		{Name: "ended id, destroy", Rule: acts, Client: Ended, Do: do(destroy, text), Want: ended.clears()},
		{Name: "former id, untouched", Rule: stranger, Client: Former, Do: text, Want: late.clears()},
		{Name: "former id, set", Rule: stranger, Client: Former, Do: do(set("a", "1"), text), Want: created},
		{Name: "former id, sign in", Rule: stranger, Client: Former, Do: do(signIn, set("a", "1"), text), Want: created},
		{Name: "former id, destroy", Rule: stranger, Client: Former, Do: do(destroy, text), Want: late.clears()},
		{Name: "former id, a longer grace", Rule: "the grace is SupersededGrace", Client: Former, Options: func(o *core.Options) { o.SupersededGrace = minute }, Do: do(superseded, text), Want: late},
		{Name: "null, untouched", Rule: null, Client: Nulled, Do: text, Want: late.clears().reports("ErrCorruptRecord")},
		{Name: "null, set", Rule: null, Client: Nulled, Do: do(set("a", "1"), text), Want: created.reports("ErrCorruptRecord")},
	}
}

// underWayCells is what another request does to the record while this one runs.
func underWayCells() []Cell {
	const (
		dropped = "a change under way beside a plain Regenerate or an end is dropped, reported, and the page shown"
		carried = "a change under way beside a RegenerateKeep is carried into the newest successor, without a cookie"
		acts    = "two sign-ins at once make two sessions"
		undo    = "a rotation never undoes a sign-out"
	)
	heirs := func(s *faultstore.Store) {
		s.Put(prefix+strangerID, `{"cookie":`+attributes+`,"a":"old","user":"ann"}`, 24*hour)
	}
	kept, plain := heir{strangerID, true}, heir{strangerID, false}
	endedNow := func(v *Visit) error {
		v.Site.Store.Put(prefix+knownID, tombstoneOf(time.Now(), true), time.Second)
		return nil
	}
	const ann = `stranger {"a":"old","user":"ann"}`
	changed := answer(200, page).calls("get known", "swap known")
	return []Cell{
		{Name: "changed, ended meanwhile", Rule: dropped, Client: Known, Do: do(set("a", "new"), endedNow, text), Want: changed.reports("ErrGone").holds()},
		{Name: "changed, regenerated meanwhile", Rule: dropped, Client: Known, Trouble: heirs, Do: do(set("a", "new"), replaces(plain), text),
			Want: changed.reports("ErrSuperseded").holds(tombstone, ann)},
		{Name: "changed, signed in meanwhile", Rule: carried, Client: Known, Trouble: heirs, Do: do(set("a", "new"), replaces(kept), text),
			Want: changed.calls("get known", "swap known", "get stranger", "swap stranger").holds(tombstone, `stranger {"a":"new","user":"ann"}`)},
		{Name: "changed, its successor is gone", Rule: dropped, Client: Known, Do: do(set("a", "new"), replaces(kept), text),
			Want: changed.calls("get known", "swap known", "get stranger").reports("ErrSuperseded").holds(tombstone)},
		{Name: "sign in, signed in meanwhile", Rule: acts, Client: Known, Trouble: heirs, Do: do(signIn, set("b", 1), replaces(kept), text),
			Want: answer(200, page).sets("new1").calls("get known", "create new1", "retire known", "get stranger", "retire known").
				holds(tombstone, `new1 {"a":"old","b":1}`, ann)},
		{Name: "sign in, regenerated meanwhile", Rule: undo, Client: Known, Trouble: heirs, Do: do(signIn, set("b", 1), replaces(plain), text),
			Want: answer(200, page).sets("new1").calls("get known", "create new1", "retire known", "swap new1", "retire known").
				holds(tombstone, `new1 {"b":1}`, ann)},
		{Name: "sign in, ended meanwhile", Rule: undo, Client: Known, Do: do(signIn, set("b", 1), endedNow, text),
			Want: answer(200, page).sets("new1").calls("get known", "create new1", "retire known", "swap new1", "retire known").
				holds(tombstone, `new1 {"b":1}`)},
		{Name: "sign in, gone meanwhile", Rule: undo, Client: Known, Do: do(signIn, set("b", 1), goes, text),
			Want: answer(200, page).sets("new1").calls("get known", "destroy known", "create new1", "retire known", "swap new1").
				holds(`new1 {"b":1}`)},
		{Name: "sign in, changed meanwhile", Rule: "what others changed since it was loaded is carried over", Client: Known, Do: do(signIn, set("b", 1), func(v *Visit) error {
			v.Site.Store.Put(prefix+knownID, `{"cookie":`+attributes+`,"a":"old","c":2}`, 24*hour)
			return nil
		}, text), Want: answer(200, page).sets("new1").calls("get known", "create new1", "retire known", "swap new1", "retire known").
			holds(tombstone, `new1 {"a":"old","c":2,"b":1}`)},
		{Name: "destroy, signed in meanwhile", Rule: "an end follows to every successor that the tombstone names", Client: Known, Trouble: heirs, Do: do(destroy, replaces(kept), text),
			Want: answer(200, page).clears().calls("get known", "destroy known", "retire known", "get stranger", "destroy stranger").holds(tombstone)},
		{Name: "destroy, changed meanwhile", Rule: "acts of intent have their way", Client: Known, Do: do(destroy, func(v *Visit) error {
			v.Site.Store.Put(prefix+knownID, `{"cookie":`+attributes+`,"a":"new"}`, 24*hour)
			return nil
		}, text), Want: answer(200, page).clears().calls("get known", "destroy known", "destroy known").holds()},
	}
}
