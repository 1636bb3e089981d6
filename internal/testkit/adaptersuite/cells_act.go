package adaptersuite

import (
	"errors"
	"fmt"

	"github.com/go-holdall/holdall/core"
)

type session = core.Session

// refuses is a step whose use of the session has to fail with an error.
func refuses(want error, use func(s *session) error) Step {
	return with(func(s *session) error { return expect(want, use(s)) })
}

func expect(want, err error) error {
	if !errors.Is(err, want) {
		return fmt.Errorf("got %v in place of %w", err, want)
	}
	return nil
}

// without is a step of a handler that finds no session.
func without(want error) Step {
	return func(v *Visit) error {
		_, err := v.Session()
		return expect(want, err)
	}
}

// actCells is destroying and regenerating beyond the matrix.
func actCells() []Cell {
	const inOrder = "D17: at the commit: the new record first, then the old one goes"
	newRecord := `new1 {"a":"1"}`
	return []Cell{
		{Name: "destroy a new session", Rule: "of a session that was new when it was destroyed there is nothing to undo", Do: do(set("a", "1"), destroy, text), Want: answer(200, page)},
		{Name: "set after destroy", Rule: "what would change a destroyed session is refused", Client: Known,
			Do:   do(destroy, refuses(core.ErrDestroyed, func(s *session) error { return s.Set("a", 1) }), text),
			Want: answer(200, page).clears().calls("get known", "destroy known").holds()},
		{Name: "destroy, then regenerate", Rule: "Regenerate goes on with an empty session", Client: Known,
			Do:   do(destroy, regenerate, set("a", "1"), text),
			Want: answer(200, page).sets("new1").calls("get known", "create new1", "retire known").holds(tombstone, newRecord)},
		{Name: "regenerate, nothing set", Rule: "new and empty is not stored; the old record goes", Client: Known, Do: do(regenerate, text),
			Want: answer(200, page).clears().calls("get known", "destroy known").holds()},
		{Name: "regenerate and set", Rule: inOrder, Client: Known, Do: do(regenerate, set("a", "1"), text),
			Want: answer(200, page).sets("new1").calls("get known", "create new1", "retire known").holds(tombstone, newRecord)},
		{Name: "regenerate and set, plain store", Rule: inOrder, Client: Known, Plain: true, Do: do(regenerate, set("a", "1"), text),
			Want: answer(200, page).sets("new1").calls("get known", "set new1", "destroy known").holds(newRecord)},
		{Name: "regenerate, the same values again", Rule: "D3: saved, though the values are the same", Client: Known, Do: do(regenerate, set("a", "old"), text),
			Want: answer(200, page).sets("new1").calls("get known", "create new1", "retire known").holds(tombstone, `new1 {"a":"old"}`)},
		{Name: "regenerate twice", Rule: "D17: only the last id is stored", Client: Known, Do: do(regenerate, regenerate, set("a", "1"), text),
			Want: answer(200, page).sets("new1").calls("get known", "create new1", "retire known").holds(tombstone, newRecord)},
		{Name: "regenerate, then destroy", Rule: "when a regenerated session is destroyed, its old record goes", Client: Known, Do: do(regenerate, set("a", "1"), destroy, text),
			Want: answer(200, page).clears().calls("get known", "destroy known").holds()},
		{Name: "visitor regenerates", Rule: "a new session that has something to keep is stored under its last id", Do: do(regenerate, set("a", "1"), text),
			Want: answer(200, page).sets("new1").calls("create new1").holds(oldKnown, newRecord)},
	}
}

// valueCells is what overrides the rules, and the ways to change a value.
func valueCells() []Cell {
	const prevented = "a prevented save does nothing"
	return []Cell{
		{Name: "force, known", Rule: "a forced save writes the record and sets the cookie, changed or not", Client: Known, Do: do(force, text),
			Want: answer(200, page).sets("known").calls("get known", "swap known")},
		{Name: "force, visitor", Rule: "a forced save writes the record and sets the cookie, changed or not", Do: do(force, text),
			Want: answer(200, page).sets("new1").calls("create new1").holds(oldKnown, "new1 {}")},
		{Name: "prevent, changed", Rule: prevented, Client: Known, Do: do(prevent, set("a", "new"), text), Want: answer(200, page).calls("get known")},
		{Name: "prevent, new", Rule: prevented, Do: do(set("a", "1"), prevent, text), Want: answer(200, page)},
		{Name: "prevent, destroyed", Rule: prevented, Client: Known, Do: do(destroy, prevent, text), Want: answer(200, page).calls("get known")},
		{Name: "prevent, dead cookie", Rule: prevented, Client: Stranger, Do: do(prevent, text), Want: answer(200, page).calls("get stranger")},
		{Name: "mark dirty", Rule: "a session that says it has changed is written", Client: Known, Do: do(markDirty, text),
			Want: answer(200, page).sets("known").calls("get known", "swap known")},
		{Name: "update", Rule: "Update makes a new value of the old", Client: Known, Do: do(with(func(s *session) error {
			_, err := core.Update(s, "n", func(n int) int { return n + 1 })
			return err
		}), text), Want: answer(200, page).sets("known").calls("get known", "swap known").holds(`known {"a":"old","n":1}`)},
		{Name: "bind", Rule: "what is changed in place is found", Client: Known, Do: do(with(func(s *session) error {
			list, err := core.Bind[[]int](s, "list")
			if err == nil {
				*list = append(*list, 1)
			}
			return err
		}), text), Want: answer(200, page).sets("known").calls("get known", "swap known").holds(`known {"a":"old","list":[1]}`)},
		{Name: "pop", Rule: "Pop gives a value once", Client: Known, Do: do(with(func(s *session) error {
			_, err := core.Pop[string](s, "a")
			return err
		}), text), Want: answer(200, page).sets("known").calls("get known", "swap known").holds("known {}")},
		{Name: "a value without JSON", Rule: "an ignored failure of Set fails the commit", Client: Known,
			Do:   do(call(func(s *session) { _ = s.Set("f", func() {}) }), text),
			Want: refused(500).calls("get known").reports("value f")},
		{Name: "gone while the request ran", Rule: "D14: gone means gone", Client: Known, Do: do(set("a", "new"), func(v *Visit) error {
			return v.Site.Store.Destroy(v.Context.Context(), prefix+knownID)
		}, text), Want: answer(200, page).calls("get known", "destroy known", "swap known").reports("ErrGone").holds()},
		{Name: "changed while the request ran", Rule: "changes of two requests to one session are merged", Client: Known, Do: do(set("a", "new"), func(v *Visit) error {
			v.Site.Store.Put(prefix+knownID, `{"cookie":`+attributes+`,"a":"old","b":2}`, 24*hour)
			return nil
		}, text), Want: answer(200, page).sets("known").calls("get known", "swap known", "swap known").holds(`known {"a":"new","b":2}`)},
	}
}
