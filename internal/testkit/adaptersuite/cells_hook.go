package adaptersuite

import (
	"errors"
	"fmt"

	"github.com/go-holdall/holdall/core"
	"github.com/go-holdall/holdall/internal/testkit"
)

var errHook = errors.New("faultstore: a hook's own words") // which nobody may be shown

func genSID(ids ...string) func(*core.Options) {
	return func(o *core.Options) {
		n := 0
		o.GenSID = func() (string, error) {
			if n++; n > len(ids) {
				return fmt.Sprintf("made-%d", n), nil
			}
			return ids[n-1], nil
		}
	}
}

// hookCells is what the hooks of the options may do.
func hookCells() []Cell {
	const valid = "Valid says no: like an unknown id"
	const before = "BeforeSave runs before each write and may change the session or refuse"
	invalid := func(o *core.Options) { o.Valid = func(core.Request, *core.Session) bool { return false } }
	beforeSave := func(f func(s *core.Session) error) func(*core.Options) {
		return func(o *core.Options) { o.BeforeSave = func(_ core.Request, s *core.Session) error { return f(s) } }
	}
	refuse := beforeSave(func(*core.Session) error { return errHook })
	stamp := beforeSave(func(s *core.Session) error { return s.Set("by", "hook") })
	return []Cell{
		{Name: "invalid, untouched", Rule: valid, Client: Known, Options: invalid, Do: text, Want: answer(200, page).clears().calls("get known")},
		{Name: "invalid, set", Rule: valid + "; the record stays", Client: Known, Options: invalid, Do: do(set("a", "1"), text),
			Want: answer(200, page).sets("new1").calls("get known", "create new1").holds(oldKnown, `new1 {"a":"1"}`)},
		{Name: "valid, by what the session holds", Rule: "Valid runs after each load", Client: Known, Do: text,
			Options: func(o *core.Options) {
				o.Valid = func(_ core.Request, s *core.Session) bool {
					a, err := core.Get[string](s, "a")
					return err == nil && a == "old"
				}
			}, Want: answer(200, page).calls("get known")},
		{Name: "valid, by the request", Rule: "Valid runs after each load", Client: Known, Do: text, Ask: Ask{Path: "/x?y", Header: map[string]string{"X-Mine": "1"}},
			Options: func(o *core.Options) {
				o.Valid = func(req core.Request, _ *core.Session) bool {
					return req.Path() == "/x" && len(req.HeaderValues("X-Mine")) == 1 && !req.Secure() && req.Context().Err() == nil
				}
			}, Want: answer(200, page).calls("get known")},
		{Name: "BeforeSave changes", Rule: before, Client: Known, Options: stamp, Do: do(set("a", "new"), text),
			Want: answer(200, page).sets("known").calls("get known", "swap known").holds(`known {"a":"new","by":"hook"}`)},
		{Name: "BeforeSave of an untouched session", Rule: before, Client: Known, Options: stamp, Do: text, Want: answer(200, page).calls("get known")},
		{Name: "BeforeSave destroys", Rule: before, Client: Known, Do: do(set("a", "new"), text),
			Options: beforeSave(func(s *core.Session) error {
				s.Destroy()
				return nil
			}), Want: answer(200, page).clears().calls("get known", "destroy known").holds()},
		{Name: "BeforeSave refuses", Rule: before, Client: Known, Options: refuse, Do: do(set("a", "new"), text),
			Want: refused(500).calls("get known").reports("hook BeforeSave")},
		{Name: "BeforeSave refuses, handler's 403", Rule: "the handler's own error wins", Client: Known, Options: refuse, Do: do(set("a", "new"), forbid),
			Want: answer(403, Anything).calls("get known").reports("hook BeforeSave")},
		{Name: "BeforeSave panics", Rule: "nothing of the session is saved", Client: Known, Do: do(set("a", "new"), text),
			Options: beforeSave(func(*core.Session) error { panic("a hook's panic") }),
			App:     func(_ *Site, app *testkit.App) { app.Outside = []testkit.Middleware{testkit.Recover} },
			Want:    answer(500, Words).calls("get known")},
		{Name: "BeforeSave panics in a Save, then destroy", Rule: "nothing stands in the way of an end", Client: Known,
			Do: do(set("a", "new"), func(v *Visit) error {
				defer func() { _ = recover() }()
				return save(v)
			}, destroy, text),
			Options: beforeSave(func(*core.Session) error { panic("a hook's panic") }),
			Want:    answer(200, page).clears().calls("get known", "destroy known").holds()},
		{Name: "ErrorHandler gives another error", Rule: "what ErrorHandler returns becomes the request's error", Client: Known, Trouble: failing("get"), Do: text,
			Options: func(o *core.Options) {
				o.ErrorHandler = func(_ core.Request, err error) error { return fmt.Errorf("%w: %w", core.ErrStoreUnavailable, err) }
			}, Want: refused(503).calls("get known").reports("store get")},
	}
}

// idCells is what Options.GenSID may do.
func idCells() []Cell {
	const badID = "ids are checked by the core; nothing is stored, and no header injected"
	ruined := refused(500).header("X-Evil", "")
	return []Cell{
		{Name: "GenSID", Rule: "GenSID makes the ids", Options: genSID("my-own_id"), Do: do(set("a", "1"), text),
			Want: answer(200, page).sets("new1").calls("create new1").holds(oldKnown, `new1 {"a":"1"}`)},
		{Name: "GenSID gives a taken id", Rule: "a new record is created only if there is none", Options: genSID(knownID), Do: do(set("a", "1"), text),
			Want: answer(200, page).sets("new1").calls("create known", "create new1").holds(oldKnown, `new1 {"a":"1"}`)},
		{Name: "GenSID fails", Rule: badID, Options: func(o *core.Options) { o.GenSID = func() (string, error) { return "", errHook } },
			Do: do(set("a", "1"), text), Want: ruined.reports("hook GenSID")},
		{Name: "GenSID gives a bad id", Rule: badID, Options: genSID("a b"), Do: do(set("a", "1"), text), Want: ruined.reports("ErrBadID")},
		{Name: "GenSID gives CR and LF", Rule: badID, Options: genSID("a\r\nX-Evil: 1"), Do: do(set("a", "1"), text), Want: ruined.reports("ErrBadID")},
		{Name: "GenSID gives nothing", Rule: badID, Options: genSID(""), Do: do(set("a", "1"), text), Want: ruined.reports("ErrBadID")},
		{Name: "GenSID gives no new id", Rule: badID, Client: Known, Options: genSID("a;b"), Do: do(signIn, text),
			Want: ruined.calls("get known")},
		{Name: "a path of CR and LF is refused", Rule: badID, Client: Known, Do: do(refuses(nil, func(s *session) error {
			if s.SetCookie(core.Cookie{Path: "/\r\nX-Evil: 1"}) == nil {
				return errors.New("accepted")
			}
			return nil
		}), text), Want: answer(200, page).header("X-Evil", "").calls("get known")},
	}
}
