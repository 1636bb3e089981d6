package adaptersuite

import (
	"time"

	"github.com/go-holdall/holdall/core"
	"github.com/go-holdall/holdall/internal/testkit/faultstore"
)

const (
	minute = time.Minute
	hour   = time.Hour
)

// longAgo is when an outage began that nobody waits for any more.
func longAgo() time.Time { return time.Now().Add(-hour) }

func failing(op string) func(*faultstore.Store) {
	return func(s *faultstore.Store) { s.Fail(op, faultstore.ErrRefused) }
}

// swallow is an ErrorHandler that lets requests go on.
func swallow(o *core.Options) { o.ErrorHandler = func(core.Request, error) error { return nil } }

// saveCells is saving by hand, and saves that fail.
func saveCells() []Cell {
	const once = "Save saves now, what changes afterwards is still saved at the end"
	return []Cell{
		{Name: "save", Rule: once, Client: Known, Do: do(set("a", "new"), save, text),
			Want: answer(200, page).sets("known").calls("get known", "swap known").holds(newKnown)},
		{Name: "save, then change", Rule: once, Client: Known, Do: do(set("a", "b"), save, set("a", "new"), text),
			Want: answer(200, page).sets("known").calls("get known", "swap known", "swap known").holds(newKnown)},
		{Name: "visitor saves, then changes", Rule: once, Do: do(set("a", "1"), save, set("b", 2), text),
			Want: answer(200, page).sets("new1").calls("create new1", "swap new1").holds(oldKnown, `new1 {"a":"1","b":2}`)},
		{Name: "save, then destroy", Rule: once, Do: do(set("a", "1"), save, destroy, text),
			Want: answer(200, page).clears().calls("create new1", "destroy new1")},
		{Name: "save, then the handler fails", Rule: once, Do: do(set("a", "1"), save, oops),
			Want: answer(500, Anything).sets("new1").calls("create new1").holds(oldKnown, `new1 {"a":"1"}`)},
		{Name: "save fails, the handler goes on", Rule: "D9: what could not be saved now is tried again at the end", Client: Known,
			Trouble: failing("swap"), Do: do(set("a", "new"), func(v *Visit) error {
				_ = save(v)
				v.Site.Store.Fail("swap", nil)
				return text(v)
			}), Want: answer(200, page).sets("known").calls("get known", "swap known", "swap known").holds(newKnown)},
		{Name: "save an unchanged session", Rule: "D9: there is nothing to save", Client: Known, Do: do(save, text), Want: answer(200, page).calls("get known")},
	}
}

// failureCells is stores that fail beyond the matrix.
func failureCells() []Cell {
	const swallowed = "an error that the ErrorHandler swallows is nobody's"
	const lie = "D30: that an end, or a sign-in, was not carried out is nothing to swallow"
	const ambiguous = "an update whose answer was lost is found to be applied, and not applied twice"
	return []Cell{
		{Name: "load fails, swallowed", Rule: swallowed, Client: Known, Options: swallow, Trouble: failing("get"), Do: do(use, text),
			Want: answer(200, page).calls("get known").reports("store get")},
		{Name: "load fails, swallowed, then set", Rule: "the request gets an empty session that is never saved", Client: Known, Options: swallow,
			Trouble: failing("get"), Do: do(set("a", "new"), text),
			Want: answer(200, page).calls("get known").reports("store get", "ErrUnsaved")},
		{Name: "load fails, swallowed, then destroy", Rule: lie, Client: Known, Options: swallow,
			Trouble: failing("get"), Do: do(destroy, text),
			Want: refused(500).calls("get known").reports("store get", "ErrUnsaved")},
		{Name: "load fails, swallowed, then sign in", Rule: lie, Client: Known, Options: swallow,
			Trouble: failing("get"), Do: do(signIn, set("a", "1"), text),
			Want: refused(500).calls("get known").reports("store get", "ErrUnsaved")},
		{Name: "save fails, swallowed", Rule: swallowed, Client: Known, Options: swallow, Trouble: failing("swap"), Do: do(set("a", "new"), text),
			Want: answer(200, page).calls("get known", "swap known").reports("store set")},
		{Name: "save fails, swallowed, big body", Rule: swallowed, Client: Known, Options: swallow, Trouble: failing("swap"),
			Do:   do(set("a", "new"), func(v *Visit) error { return v.String(200, big) }),
			Want: answer(200, big).calls("get known", "swap known").reports("store set")},
		{Name: "destroy fails, swallowed", Rule: lie + "; the cookie is cleared all the same", Client: Known, Options: swallow, Trouble: failing("destroy"),
			Do: do(destroy, text), Want: refused(500).clears().calls("get known", "destroy known").reports("store destroy")},
		{Name: "sign in fails, swallowed", Rule: lie, Client: Known, Options: swallow, Trouble: failing("swap"),
			Do: do(signIn, text), Want: refused(500).calls("get known", "create new1").reports("store set")},
		{Name: "sign in, the old record stays", Rule: "D17: a new record that nobody is told of does not stay", Client: Known,
			Do: do(signIn, func(v *Visit) error {
				v.Site.Store.During(func(c faultstore.Call) {
					if c.Op == "swap" && c.Old != nil && c.TTL == minute {
						v.Site.Store.Fail("swap", faultstore.ErrRefused)
					}
				})
				return text(v)
			}), Want: refused(500).calls("get known", "create new1", "retire known", "destroy new1").reports("store set")},
		{Name: "lost answer, new session", Rule: "a call whose answer was lost is repeated, and finds its own record",
			Trouble: func(s *faultstore.Store) { s.LoseAnswer("swap") }, Do: do(set("a", "1"), text),
			Want: answer(200, page).sets("new1").calls("create new1", "create new1").holds(oldKnown, `new1 {"a":"1"}`)},
		{Name: "lost answer, changed session", Rule: "a call whose answer was lost is repeated", Client: Known,
			Trouble: func(s *faultstore.Store) { s.LoseAnswer("swap") }, Do: do(set("a", "new"), text),
			Want: answer(200, page).sets("known").calls("get known", "swap known", "swap known").holds(newKnown)},
		{Name: "lost answer, update", Rule: ambiguous, Client: Known, Trouble: func(s *faultstore.Store) { s.LoseAnswer("swap") },
			Do: do(with(func(s *session) error {
				_, err := core.Update(s, "n", func(n int) int { return n + 1 })
				return err
			}), text), Want: answer(200, page).sets("known").calls("get known", "swap known", "swap known").holds(`known {"a":"old","n":1}`)},
		{Name: "plain store, changed", Rule: "a store without Swap is written to with Set", Client: Known, Plain: true, Do: do(set("a", "new"), text),
			Want: answer(200, page).sets("known").calls("get known", "set known").holds(newKnown)},
		{Name: "plain store, the save fails", Rule: "a failed save answers with an error", Client: Known, Plain: true, Trouble: failing("set"), Do: do(set("a", "new"), text),
			Want: refused(500).calls("get known", "set known").reports("store set")},
		{Name: "save fails, headers of the page", Rule: "what describes the withheld page goes with it", Client: Known, Trouble: failing("swap"),
			Do: do(set("a", "new"), header("X-App", "kept"), func(v *Visit) error {
				for _, name := range description {
					v.SetHeader(name, "1")
				}
				_ = text(v) // as most handlers do
				return nil
			}),
			Want: undescribed(refused(500)).header("X-App", "kept").calls("get known", "swap known").reports("store set")},
	}
}

// description is the headers that describe a page, but for those that the
// error's page has too.
var description = []string{
	"Accept-Ranges", "Cache-Control", "Content-Disposition", "Content-Encoding", "Content-Language",
	"Content-Range", "Etag", "Last-Modified", "Location",
}

func undescribed(o Outcome) Outcome {
	for _, name := range description {
		o = o.header(name, "")
	}
	return o
}
