package adaptersuite

import (
	"net/http"
	"time"

	"github.com/go-holdall/holdall/core"
	"github.com/go-holdall/holdall/internal/testkit"
)

// lateCells is what changes after the headers have left. On Fiber
// nothing does.
func lateCells() []Cell {
	const saved = "a change after the headers is still saved under the id that the client has"
	const tooLate = "a change after the headers that would need a cookie is done in the store, reported, and leaves no record that nobody has the id of (D18)"
	const twice = "committing twice does the work once"
	known := answer(200, page).calls("get known")
	inTime := func(o Outcome) map[string]Exception { return fiber(buffered, func(w *Outcome) { *w = o }) }
	changed := known.calls("get known", "swap known").holds(newKnown)
	created := answer(200, page).sets("new1").calls("create new1").holds(oldKnown, `new1 {"a":"1"}`)
	replaced := known.sets("new1").calls("get known", "create new1", "retire known").holds(tombstone, `new1 {"a":"old"}`)
	destroyed := known.calls("get known", "destroy known").holds()
	return []Cell{
		{Name: "late: set, known", Rule: saved, Client: Known, Do: do(write(page), set("a", "new")), Want: changed, Except: inTime(changed.sets("known"))},
		{Name: "late: set, big body", Rule: saved, Client: Known, Do: do(write(big), set("a", "new")),
			Want: withBody(changed, big), Except: inTime(withBody(changed.sets("known"), big))},
		{Name: "late: set, visitor", Rule: tooLate, Do: do(write(page), set("a", "1")), Want: answer(200, page).reports("ErrTooLate"), Except: inTime(created)},
		{Name: "late: destroy", Rule: tooLate, Client: Known, Do: do(write(page), destroy), Want: destroyed.reports("ErrTooLate"), Except: inTime(destroyed.clears())},
		{Name: "late: destroy, visitor", Rule: "of a session that was new when it was destroyed there is nothing to undo", Do: do(write(page), destroy), Want: answer(200, page)},
		{Name: "late: sign in", Rule: tooLate, Client: Known, Do: do(write(page), signIn), Want: destroyed.reports("ErrTooLate"), Except: inTime(replaced)},
		{Name: "late: regenerate, nothing set", Rule: tooLate, Client: Known, Do: do(write(page), regenerate),
			Want: destroyed.reports("ErrTooLate"), Except: inTime(destroyed.clears())},
		{Name: "late: sign in after a change", Rule: tooLate, Client: Known, Do: do(set("a", "new"), write(page), signIn),
			Want:   known.sets("known").calls("get known", "swap known", "destroy known").reports("ErrTooLate").holds(),
			Except: inTime(known.sets("new1").calls("get known", "create new1", "retire known").holds(tombstone, `new1 {"a":"new"}`))},
		{Name: "late: force, visitor", Rule: tooLate, Do: do(write(page), force), Want: answer(200, page).reports("ErrTooLate"),
			Except: inTime(answer(200, page).sets("new1").calls("create new1").holds(oldKnown, "new1 {}"))},
		{Name: "late: prevent", Rule: "a prevented save does nothing", Client: Known, Do: do(write(page), set("a", "new"), prevent), Want: known},
		{Name: "late: set again", Rule: twice, Client: Known, Do: do(set("a", "b"), write(page), set("a", "new")),
			Want: changed.sets("known").calls("get known", "swap known", "swap known"), Except: inTime(changed.sets("known"))},
		{Name: "late: set again, visitor", Rule: twice, Do: do(set("a", "1"), write(page), set("b", 2)),
			Want:   created.calls("create new1", "swap new1").holds(oldKnown, `new1 {"a":"1","b":2}`),
			Except: inTime(created.holds(oldKnown, `new1 {"a":"1","b":2}`))},
		{Name: "late: nothing more", Rule: twice, Client: Known, Do: do(set("a", "new"), write(page), set("a", "new")), Want: changed.sets("known")},
		{Name: "late: save", Rule: saved, Client: Known, Do: do(write(page), set("a", "new"), save), Want: changed, Except: inTime(changed.sets("known"))},
		{Name: "late: save, visitor", Rule: tooLate, Do: do(write(page), set("a", "1"), func(v *Visit) error {
			return expect(core.ErrTooLate, save(v))
		}), Want: answer(200, page).reports("ErrTooLate"), Except: fiber(buffered, nil)},
		{Name: "late: the save fails", Rule: "what comes too late to be answered is reported", Client: Known, Trouble: failing("swap"),
			Do: do(write(page), set("a", "new")), Want: known.calls("get known", "swap known").reports("store set"),
			Except: inTime(refused(500).calls("get known", "swap known").reports("store set"))},
		{Name: "late: the destroy fails", Rule: "what comes too late to be answered is reported", Client: Known, Trouble: failing("destroy"),
			Do: do(write(page), destroy), Want: known.calls("get known", "destroy known").reports("store destroy"),
			Except: inTime(refused(500).clears().calls("get known", "destroy known").reports("store destroy"))},
		{Name: "late: after a flush, visitor", Rule: tooLate, Do: do(flush, set("a", "1"), write(page)), Want: answer(200, page).reports("ErrTooLate"), Except: inTime(created)},
		{Name: "late: after a flush, known", Rule: saved, Client: Known, Do: do(flush, set("a", "new"), write(page)), Want: changed, Except: inTime(changed.sets("known"))},
		{Name: "late: after a status", Rule: saved, Client: Known, Do: do(func(v *Visit) error { v.WriteHeader(200); return nil }, set("a", "new"), write(page)),
			Want: changed, Except: inTime(changed.sets("known"))},
		{Name: "late: stranger", Rule: "a dead cookie is cleared when the headers leave", Client: Stranger, Do: do(write(page), set("a", "1")),
			Want: answer(200, page).clears().calls("get stranger").reports("ErrTooLate"), Except: inTime(created.calls("get stranger", "create new1"))},
	}
}

// startedCells is what does and what does not begin the answer.
func startedCells() []Cell {
	created := answer(200, page).sets("new1").calls("create new1").holds(oldKnown, `new1 {"a":"1"}`)
	const kept = "what the suite merely keeps alive, or clears, never replaces what somebody else put into the response"
	changed := answer(200, page).sets("known").calls("get known", "swap known").holds(newKnown)
	adds := func(line string) Step {
		return func(v *Visit) error {
			v.AddCookie(line)
			return nil
		}
	}
	return []Cell{
		{Name: "not late: 103 before", Rule: "an informational header does not commit", Do: do(inform, set("a", "1"), text), Want: early(created), Except: fiber(noWriter, nil)},
		{Name: "not late: two 103", Rule: "an informational header does not commit", Do: do(set("a", "1"), inform, inform, text),
			Want: early(early(created)), Except: fiber(noWriter, nil)},
		{Name: "not late: a status that is only recorded", Rule: "the commit happens before the first byte", Client: Known, Do: do(status(204), set("a", "new")),
			Want: answer(204, "").sets("known").calls("get known", "swap known").holds(newKnown),
			Except: map[string]Exception{
				"echo":    {"a status is sent at once", func(o *Outcome) { o.Cookies = nil }},
				"nethttp": {"a status is sent at once", func(o *Outcome) { o.Cookies = nil }},
			}},
		{Name: "cut short: part of the page, then the handler fails", Rule: "a failing handler is committed all the same", Client: Known,
			Do: do(set("a", "new"), write(page), oops), Want: answer(200, Anything).sets("known").calls("get known", "swap known").holds(newKnown),
			Except: fiber(buffered, func(o *Outcome) { o.Status = 500 })},
		{Name: "the handler sends its status, then the save fails", Rule: "a failed save answers with an error, not with a page that pretends", Client: Known, Trouble: failing("swap"),
			Do:   do(set("a", "new"), func(v *Visit) error { v.WriteHeader(201); return nil }, flush, write(page)),
			Want: refused(500).calls("get known", "swap known").reports("store set")},
		{Name: "app cookies stay", Rule: "overwrite: a line of the same cookie is replaced, no other", Do: do(func(v *Visit) error {
			v.AddCookie("koa.sid=evil")
			v.AddCookie("other=1; Path=/")
			v.AddCookie("koa.sid.signature=2")
			v.AddCookie("koa.sid.sig=evil")
			return nil
		}, set("a", "1"), text), Want: answer(200, page).lines("other=1; Path=/", "koa.sid.signature=2").sets("new1").
			calls("create new1").holds(oldKnown, `new1 {"a":"1"}`)},
		{Name: "app cookie of another path", Rule: "a cookie is its name, domain, path and partition", Do: do(adds("koa.sid=theirs; Path=/other"), adds("koa.sid=mine; Path=/"), set("a", "1"), text),
			Want: answer(200, page).lines("koa.sid=new2; Path=/other").sets("new1").calls("create new1").holds(oldKnown, `new1 {"a":"1"}`),
			Except: fiber("fasthttp keeps one line of a name, and others are added behind it", func(o *Outcome) {
				o.Cookies = []string{o.Cookies[1], o.Cookies[0], o.Cookies[2]}
			})},
		{Name: "app cookie, rolling", Rule: kept, Client: Known, Options: rolling, Do: do(adds("koa.sid=mine; Path=/"), text),
			Want: answer(200, page).lines("koa.sid=new1; Path=/").calls("get known", "swap known 25h0m0s").holds(longerKnown)},
		{Name: "app cookie, dead session", Rule: kept, Client: Stranger, Do: do(adds("koa.sid=mine; Path=/"), text),
			Want: answer(200, page).lines("koa.sid=new1; Path=/").calls("get stranger")},
		{Name: "write deadline", Rule: "the writer keeps every optional interface, through Unwrap", Client: Known, Except: fiber(noWriter, nil),
			Do: do(set("a", "new"), over(func(w http.ResponseWriter) error {
				controller := http.NewResponseController(w)
				if err := controller.SetReadDeadline(time.Now().Add(hour)); err != nil {
					return err
				}
				return controller.SetWriteDeadline(time.Now().Add(hour))
			}), text), Want: changed},
		{Name: "pushing where there is no push", Rule: "the writer keeps every optional interface", Client: Known, Except: map[string]Exception{
			"fiber": {noWriter, nil}, "echo": {"its response has no Push", nil}, "gin": {"its writer has a Pusher of its own", nil},
		}, Do: do(over(func(w http.ResponseWriter) error {
			return expect(http.ErrNotSupported, w.(http.Pusher).Push("/x", nil))
		}), text), Want: answer(200, page).calls("get known")},
	}
}

func withBody(o Outcome, body string) Outcome {
	o.Body = body
	return o
}

// panicCells is handlers that do not return.
func panicCells() []Cell {
	const committed = "a handler that panics is committed all the same"
	const unsent = "of a handler that dies before any output, what would need a cookie that nobody sends is not done"
	const aborted = "http.ErrAbortHandler: the connection is cut, the session saved"
	outside := func(_ *Site, app *testkit.App) { app.Outside = []testkit.Middleware{testkit.Recover} }
	inside := func(_ *Site, app *testkit.App) { app.Inside = []testkit.Middleware{testkit.Recover} }
	saved := Outcome{}.calls("get known", "swap known").holds(newKnown)
	page500 := func(o Outcome) Outcome { o.Status, o.Body = 500, Anything; return o }
	empty := func(o *Outcome) { *o = withBody(saved.sets("known"), ""); o.Status = 200 }
	return []Cell{
		{Name: "panic, nobody recovers", Rule: committed, Client: Known, Do: do(set("a", "new"), crash), Want: saved, Except: fiber(noRecover, nil)},
		{Name: "panic, nobody recovers, untouched", Rule: committed, Client: Known, Do: crash, Want: closed().calls("get known"), Except: fiber(noRecover, nil)},
		{Name: "panic, nobody recovers, the save fails", Rule: committed, Client: Known, Trouble: failing("swap"), Do: do(set("a", "new"), crash),
			Want: closed().calls("get known", "swap known").reports("store set"), Except: fiber(noRecover, nil)},
		{Name: "panic after part of the page, nobody recovers", Rule: committed, Client: Known, Do: do(set("a", "new"), write(page), flush, crash),
			Want: answer(200, page+Cut).sets("known").calls("get known", "swap known").holds(newKnown), Except: fiber(noRecover, nil)},
		{Name: "panic, visitor, nobody recovers", Rule: unsent, Do: do(set("a", "1"), crash), Want: closed().reports("ErrAborted"), Except: fiber(noRecover, nil)},
		{Name: "panic, visitor has saved, nobody recovers", Rule: unsent, Do: do(set("a", "1"), save, crash),
			Want: closed().calls("create new1", "destroy new1").reports("ErrAborted"), Except: fiber(noRecover, nil)},
		{Name: "panic, sign in, nobody recovers", Rule: unsent, Client: Known, Do: do(signIn, crash), Want: closed().calls("get known").reports("ErrAborted"), Except: fiber(noRecover, nil)},
		{Name: "panic, destroy, nobody recovers", Rule: "nothing stands in the way of an end", Client: Known, Do: do(destroy, crash),
			Want: closed().calls("get known", "destroy known").holds(), Except: fiber(noRecover, nil)},
		{Name: "panic after part of the page, visitor", Rule: "the cookie is sent, and so the session is kept", Do: do(set("a", "1"), write(page), flush, crash),
			Want: answer(200, page+Cut).sets("new1").calls("create new1").holds(oldKnown, `new1 {"a":"1"}`), Except: fiber(noRecover, nil)},
		{Name: "abort handler, visitor", Rule: unsent, Do: do(set("a", "1"), abortConnection), Want: closed().reports("ErrAborted"), Except: fiber(noRecover, nil)},
		{Name: "panic, deferred and untouched", Rule: "what was never loaded is never saved", Client: Known, App: outside, Options: func(o *core.Options) { o.Defer = true },
			Do: crash, Want: page500(Outcome{})},
		{Name: "panic after part of the page, recovered", Rule: committed, Client: Known, App: outside, Do: do(set("a", "new"), write(page), flush, crash),
			Want:   answer(200, Anything).sets("known").calls("get known", "swap known").holds(newKnown),
			Except: fiber(buffered, func(o *Outcome) { o.Status = 500 })},
		{Name: "panic after a late change, recovered", Rule: committed, Client: Known, App: inside, Do: do(write(page), flush, set("a", "new"), crash),
			Want:   answer(200, Anything).calls("get known", "swap known").holds(newKnown),
			Except: fiber(buffered, func(o *Outcome) { *o = o.sets("known"); o.Status = 500 })},
		{Name: "abort handler, nobody recovers", Rule: aborted, Client: Known, Do: do(set("a", "new"), abortConnection), Want: saved, Except: fiber(noRecover, nil)},
		{Name: "abort handler, recovered outside", Rule: aborted, Client: Known, App: outside, Do: do(set("a", "new"), abortConnection), Want: saved,
			Except: map[string]Exception{
				"gin":   {"Recovery takes it for a broken pipe, and answers nothing with 200", empty},
				"fiber": {"it knows no http.ErrAbortHandler: a panic like others", func(o *Outcome) { *o = page500(saved.sets("known")) }},
			}},
		{Name: "abort handler, recovered inside", Rule: aborted, Client: Known, App: inside, Do: do(set("a", "new"), abortConnection), Want: saved,
			Except: map[string]Exception{
				"gin":   {"Recovery takes it for a broken pipe, and answers nothing with 200", empty},
				"fiber": {"it knows no http.ErrAbortHandler: a panic like others", func(o *Outcome) { *o = page500(saved.sets("known")) }},
			}},
		{Name: "abort handler in the middle", Rule: aborted, Client: Known, App: outside, Do: do(set("a", "new"), write(page), flush, abortConnection),
			Want: answer(200, page+Cut).sets("known").calls("get known", "swap known").holds(newKnown),
			Except: map[string]Exception{
				"gin":   {"Recovery takes it for a broken pipe, and ends the answer", func(o *Outcome) { o.Body = page }},
				"fiber": {"it knows no http.ErrAbortHandler: a panic like others", func(o *Outcome) { *o = page500(saved.sets("known")) }},
			}},
	}
}
