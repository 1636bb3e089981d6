package adaptersuite

import (
	"io"
	"net/http"
	"time"

	"github.com/go-holdall/holdall/core"
	"github.com/go-holdall/holdall/internal/testkit"
)

const afterChain = "fasthttp makes a body stream beside the chain and past its end; past it the session is sealed"

// events answers with page in two pieces, and uses the session before the
// second.
func events(between func(s *session)) Step {
	return func(v *Visit) error {
		s, err := v.Session()
		if err != nil {
			return err
		}
		return v.Events(func() string { return page[:3] }, func() string {
			between(s)
			return page[3:]
		})
	}
}

// upgrade answers with 101 and speaks another protocol, as a websocket
// library does: by WriteHeader and Hijack, the header by the server's hand.
func upgrade(v *Visit) error {
	v.SetHeader("Connection", "Upgrade")
	v.SetHeader("Upgrade", "echo")
	v.WriteHeader(http.StatusSwitchingProtocols)
	conn, _, err := v.Writer().(http.Hijacker).Hijack()
	if err != nil {
		return err
	}
	defer func() { _ = conn.Close() }()
	_, err = io.WriteString(conn, page)
	return err
}

// outOfPatience waits until the request's context is done.
func outOfPatience(v *Visit) error {
	select {
	case <-v.Context.Context().Done():
	case <-time.After(patience):
	}
	return nil
}

// streamCells is streams, connections that are taken over, and deadlines.
func streamCells() []Cell {
	const late = "a change after the headers is saved at the end"
	setNew := func(s *session) { _ = s.Set("a", "new") }
	changed := answer(200, page).calls("get known", "swap known").holds(newKnown)
	upgraded := Ask{Header: map[string]string{"Connection": "Upgrade", "Upgrade": "echo"}}
	return []Cell{
		{Name: "stream: change", Rule: late, Client: Known, Do: events(setNew), Want: changed,
			Except: fiber(afterChain, func(o *Outcome) { *o = answer(200, page).calls("get known").reports("ErrSealed") })},
		{Name: "stream: read", Rule: "unchanged, nothing is written and no cookie set", Client: Known, Do: events(func(s *session) {
			if a, err := core.Get[string](s, "a"); err != nil || a != "old" {
				panic(err)
			}
		}), Want: answer(200, page).calls("get known"), Except: fiber(afterChain, nil)},
		{Name: "stream: read when sealed", Rule: "a sealed session gives an error, never somebody else's data", Client: Known, Do: events(func(s *session) {
			if _, err := core.Get[string](s, "a"); err != core.ErrSealed {
				panic(err)
			}
		}), Want: answer(200, page).calls("get known"), Except: notFiber("the session is open until the handler returns")},
		{Name: "stream: change before and during", Rule: late, Client: Known, Do: do(set("b", 1), events(setNew)),
			Want: changed.sets("known").calls("get known", "swap known", "swap known").holds(`known {"a":"new","b":1}`),
			Except: fiber(afterChain, func(o *Outcome) {
				*o = answer(200, page).sets("known").calls("get known", "swap known").reports("ErrSealed").holds(`known {"a":"old","b":1}`)
			})},
		{Name: "stream: visitor, during", Rule: "after the headers it is too late for a cookie", Do: events(setNew), Want: answer(200, page).reports("ErrTooLate"),
			Except: fiber(afterChain, func(o *Outcome) { *o = o.reports("ErrSealed") })},
		{Name: "hijack, then change", Rule: late, Client: Known, Do: do(hijack, set("a", "new")), Want: changed,
			Except: fiber("it takes the connection over after the chain", func(o *Outcome) { *o = o.sets("known"); o.Body = "" })},
		{Name: "hijack, nothing done", Rule: "unchanged, nothing is written and no cookie set", Client: Known, Do: hijack, Want: answer(200, page).calls("get known"),
			Except: fiber("it takes the connection over after the answer", func(o *Outcome) { o.Body = "" })},
		{Name: "upgrade", Rule: "a switch of protocols commits, as any final header does", Client: Known, Ask: upgraded, Do: do(set("a", "new"), upgrade),
			Want: withStatus(changed.sets("known"), 101), Except: fiber(noWriter, nil)},
		{Name: "upgrade, the save fails", Rule: "nothing of what the handler sends leaves", Client: Known, Ask: upgraded, Trouble: failing("swap"),
			Do: do(set("a", "new"), upgrade), Want: refused(500).calls("get known", "swap known").reports("store set"), Except: fiber(noWriter, nil)},
	}
}

// deadlineCells is what gives up on a handler.
func deadlineCells() []Cell {
	const timeout = "a save outlives the client, not the request's deadline; past that it is 503"
	const aboveIt = "the session has the request that it was given, not one that a middleware below makes"
	past := refused(503).header("Retry-After", "1").calls("get known", "swap known").reports("store set")
	changed := answer(200, page).sets("known").calls("get known", "swap known").holds(newKnown)
	timeouts := func(outside bool) func(*Site, *testkit.App) {
		return func(_ *Site, app *testkit.App) {
			if app.Inside = []testkit.Middleware{testkit.Timeout}; outside {
				app.Outside, app.Inside = app.Inside, nil
			}
		}
	}
	shell := func(_ *Site, app *testkit.App) {
		app.Shell = func(h http.Handler) http.Handler { return http.TimeoutHandler(h, testkit.Patience, "too slow") }
	}
	return []Cell{
		{Name: "deadline inside", Rule: timeout, Client: Known, App: timeouts(false), Do: do(set("a", "new"), outOfPatience, text), Want: past,
			Except: map[string]Exception{"nethttp": {aboveIt, func(o *Outcome) { *o = changed }}}},
		{Name: "deadline outside", Rule: timeout, Client: Known, App: timeouts(true), Do: do(set("a", "new"), outOfPatience, text), Want: past,
			Except: fiber("its timeout takes every error that is a deadline's for its own", func(o *Outcome) { o.Status = 408 })},
		{Name: "deadline outside, destroy", Rule: "an end has a time of its own, whatever the request's deadline", Client: Known, App: timeouts(true), Do: do(destroy, outOfPatience, text),
			Want: answer(200, page).clears().calls("get known", "destroy known").holds()},
		{Name: "deadline inside, nothing written", Rule: timeout, Client: Known, App: timeouts(false), Do: do(set("a", "new"), outOfPatience),
			Want:   past,
			Except: map[string]Exception{"nethttp": {aboveIt, func(o *Outcome) { *o = withBody(changed, Anything) }}}},
		{Name: "deadline outside, the handler fails", Rule: timeout, Client: Known, App: timeouts(true), Do: do(set("a", "new"), outOfPatience, forbid),
			Want: answer(403, Anything).calls("get known", "swap known").reports("store set")},
		{Name: "deadline, deferred load", Rule: "a load runs under the request's context", Client: Known, App: timeouts(false),
			Options: func(o *core.Options) { o.Defer = true }, Do: do(outOfPatience, func(v *Visit) error {
				_, err := v.Session()
				if err == nil {
					return text(v)
				}
				return &testkit.Failure{Status: 504, Text: "gave up"}
			}), Want: answer(504, Anything).calls("get known").reports("store get"),
			Except: map[string]Exception{"nethttp": {aboveIt, func(o *Outcome) {
				*o = answer(200, page).calls("get known")
			}}}},
		{Name: "TimeoutHandler outside, in time", Rule: "a timeout that runs the handler on another goroutine belongs outside of the session", Client: Known, App: func(_ *Site, app *testkit.App) {
			app.Shell = func(h http.Handler) http.Handler { return http.TimeoutHandler(h, patience, "too slow") }
		}, Do: do(set("a", "new"), text), Want: changed, Except: fiber(noShell, nil)},
		{Name: "TimeoutHandler outside, too late", Rule: "the handler goes on, and its answer is thrown away: what it has changed is not saved", Client: Known, App: shell,
			Do:   do(set("a", "new"), outOfPatience, text),
			Want: answer(503, "too slow").calls("get known", "swap known").reports("store set"), Except: fiber(noShell, nil)},
		{Name: "TimeoutHandler outside, too late, visitor", Rule: "the handler goes on, and leaves no record that nobody is told of", App: shell,
			Do:   do(set("a", "1"), outOfPatience, text),
			Want: answer(503, "too slow").calls("create new1", "destroy new1").reports("store set"), Except: fiber(noShell, nil)},
	}
}

func withStatus(o Outcome, status int) Outcome {
	o.Status = status
	return o
}

// notFiber is the exception of all but Fiber.
func notFiber(reason string) map[string]Exception {
	return map[string]Exception{"echo": {reason, nil}, "gin": {reason, nil}, "nethttp": {reason, nil}}
}
