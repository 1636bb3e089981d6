package adaptersuite

import (
	"github.com/go-holdall/holdall/core"
	"github.com/go-holdall/holdall/internal/testkit"
	"github.com/go-holdall/holdall/internal/testkit/faultstore"
)

// deferCells is what Options.Defer changes.
func deferCells() []Cell {
	cells := deferredCells()
	for i := range cells {
		more := cells[i].Options
		cells[i].Name = "deferred: " + cells[i].Name
		cells[i].Options = func(o *core.Options) {
			if o.Defer = true; more != nil {
				more(o)
			}
		}
	}
	return cells
}

func deferredCells() []Cell {
	const untouched = "what was never loaded is never saved"
	return []Cell{
		{Name: "untouched", Rule: untouched, Client: Known, Do: text, Want: answer(200, page)},
		{Name: "nothing done", Rule: untouched, Client: Known, Do: nothing, Want: answer(200, "")},
		{Name: "stranger, untouched", Rule: untouched, Client: Stranger, Do: text, Want: answer(200, page)},
		{Name: "untouched, handler fails", Rule: untouched, Client: Known, Do: oops, Want: answer(500, Anything)},
		{Name: "asked for", Rule: "a deferred session is loaded on first use", Client: Known, Do: do(use, text), Want: answer(200, page).calls("get known")},
		{Name: "read", Rule: "a deferred session is loaded on first use", Client: Known, Do: do(read("a", "old"), read("a", "old"), text),
			Want: answer(200, page).calls("get known")},
		{Name: "stranger, asked for", Rule: "an id that the store does not know is never adopted", Client: Stranger, Do: do(use, text), Want: answer(200, page).clears().calls("get stranger")},
		{Name: "set", Rule: "a changed session is written", Client: Known, Do: do(set("a", "new"), text),
			Want: answer(200, page).sets("known").calls("get known", "swap known").holds(newKnown)},
		{Name: "visitor sets", Rule: "a new session that has something to keep is stored, and its cookie set", Do: do(set("a", "1"), text),
			Want: answer(200, page).sets("new1").calls("create new1").holds(oldKnown, `new1 {"a":"1"}`)},
		{Name: "destroy", Rule: "D5: the id is checked as in a load", Client: Known, Do: do(destroy, text),
			Want: answer(200, page).clears().calls("get known", "destroy known").holds()},
		{Name: "unsigned id, set", Rule: "D5: an unsigned id is not adopted", Client: Unsigned, Do: do(set("a", "1"), text),
			Want: answer(200, page).sets("new1").calls("create new1").holds(oldKnown, `new1 {"a":"1"}`)},
		{Name: "set, handler fails", Rule: "D2: what a failing handler has changed is saved, as without Defer", Client: Known, Do: do(set("a", "new"), oops),
			Want: answer(500, Anything).sets("known").calls("get known", "swap known").holds(newKnown)},
		{Name: "set, panic", Rule: "a panic is committed all the same, in both modes", Client: Known, Do: do(set("a", "new"), crash),
			App:  func(_ *Site, app *testkit.App) { app.Outside = []testkit.Middleware{testkit.Recover} },
			Want: answer(500, Anything).sets("known").calls("get known", "swap known").holds(newKnown)},
		{Name: "first use after the headers", Rule: "a change after the headers is saved under the id that the client has", Client: Known,
			Do:   do(write(page), set("a", "new")),
			Want: answer(200, page).calls("get known", "swap known").holds(newKnown),
			Except: fiber(buffered, func(o *Outcome) {
				*o = o.sets("known")
			})},
		{Name: "the load fails", Rule: "a store that fails is not a store that has no record", Client: Known, Do: do(use, text),
			Trouble: func(s *faultstore.Store) { s.Fail("get", faultstore.ErrRefused) },
			Want:    refused(500).calls("get known").reports("store get")},
		{Name: "the load fails, handler goes on", Rule: "the client's cookie is left alone", Client: Known,
			Do: func(v *Visit) error {
				_, _ = v.Session()
				return text(v)
			},
			Trouble: func(s *faultstore.Store) { s.Fail("get", faultstore.ErrRefused) },
			Want:    answer(200, page).calls("get known").reports("store get")},
		{Name: "store down, untouched", Rule: "who needs no session waits for none", Client: Known, Do: text,
			Trouble: func(s *faultstore.Store) { s.Down(longAgo()) }, Want: answer(200, page)},
		{Name: "the save fails", Rule: "a failed save answers with an error, not with a page that pretends", Client: Known, Do: do(set("a", "new"), text),
			Trouble: func(s *faultstore.Store) { s.Fail("swap", faultstore.ErrRefused) },
			Want:    refused(500).calls("get known", "swap known").reports("store set")},
		{Name: "allow empty, untouched", Rule: untouched, Options: func(o *core.Options) { o.AllowEmpty = true }, Do: text, Want: answer(200, page)},
		{Name: "allow empty, asked for", Rule: "with AllowEmpty a new session is stored though it has no values", Options: func(o *core.Options) { o.AllowEmpty = true }, Do: do(use, text),
			Want: answer(200, page).sets("new1").calls("create new1").holds(oldKnown, "new1 {}")},
		{Name: "rolling, untouched", Rule: untouched, Client: Known, Options: rolling, Do: text, Want: answer(200, page)},
		{Name: "rolling, asked for", Rule: "a rolling session is renewed at the commit, if it is due", Client: Known, Options: rolling, Do: do(use, text),
			Want: answer(200, page).renews("known").calls("get known", "swap known 25h0m0s").holds(longerKnown)},
	}
}
