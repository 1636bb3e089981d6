package adaptersuite

import (
	"errors"
	"io"
	"net/http"
	"slices"

	"github.com/go-holdall/holdall/internal/testkit"
	"github.com/go-holdall/holdall/internal/testkit/faultstore"
)

// A shape is a way to answer, and what it looks like if nothing goes wrong.
type shape struct {
	name string
	do   Step
	want Outcome
	ask  Ask
	app  func(app *testkit.App)
	// fails says that the answer is a failure of the handler's, which goes
	// before one of the session's.
	fails bool
	// dies says that the handler dies before it has answered.
	dies bool
	// without are the frameworks that cannot express it, and why.
	without map[string]Exception
}

// An act is what a handler does with the session before it answers, what
// that leaves behind, and the store's call that may fail.
type act struct {
	name   string
	client Client
	do     Step
	want   Outcome
	op     string
	// failed is what is left behind where that call has failed.
	failed Outcome
	// aborted is what is left behind where the handler dies before it has
	// answered, if that is something else: of what would need a cookie nothing
	// is done.
	aborted *Outcome
}

// matrixCells is every shape after every act, with a store that works and one
// that does not.
func matrixCells() (cells []Cell) {
	for _, a := range acts() {
		for _, s := range shapes() {
			cells = append(cells, s.after(a), s.afterFailed(a))
		}
	}
	return cells
}

func (s shape) after(a act) Cell {
	c := s.cell(a, "")
	c.Rule = "the commit happens before the first byte, whatever that is"
	c.Want = s.with(a.want)
	if s.dies && a.aborted != nil {
		c.Want = s.with(*a.aborted)
	}
	return c
}

// with is the shape's answer with what an act leaves behind.
func (s shape) with(left Outcome) Outcome {
	o := s.want
	o.Cookies, o.Store, o.Reported, o.Records = left.Cookies, left.Store, left.Reported, left.Records
	return o
}

func (s shape) afterFailed(a act) Cell {
	c := s.cell(a, ", the store fails")
	c.Rule = "a failed save answers with an error, not with a page that pretends; the handler's own error wins"
	c.Trouble = func(store *faultstore.Store) { store.Fail(a.op, faultstore.ErrRefused) }
	c.Want = s.with(a.failed)
	if s.dies && a.aborted != nil {
		c.Want = s.with(*a.aborted)
	}
	// A load that fails comes before all that the handler does.
	if !s.fails || a.op == "get" {
		c.Want.Status, c.Want.Body = http.StatusInternalServerError, Words
		if a.op == "get" {
			c.Want.Early = nil
		}
		c.Want.Header = map[string]string{"Location": "", "X-Page": ""}
		if c.Ask.Method == http.MethodHead {
			c.Want.Body = ""
		}
	}
	return c
}

func (s shape) cell(a act, health string) Cell {
	return Cell{
		Name: a.name + ", " + s.name + health, Client: a.client, Ask: s.ask, Do: do(a.do, s.do), Except: s.without,
		App: func(_ *Site, app *testkit.App) {
			if s.app != nil {
				s.app(app)
			}
		},
	}
}

func acts() []act {
	failedSave := Outcome{}.calls("get known", "swap known").reports("store set")
	return []act{
		{
			name: "read", client: Known, do: read("a", "old"),
			want: Outcome{}.calls("get known"),
			op:   "get", failed: Outcome{}.calls("get known").reports("store get"),
		},
		{
			name: "create", do: set("a", "1"),
			want: Outcome{}.sets("new1").calls("create new1").holds(oldKnown, `new1 {"a":"1"}`),
			op:   "swap", failed: Outcome{}.calls("create new1").reports("store set"),
			aborted: new(Outcome{}.reports("ErrAborted")),
		},
		{
			name: "change", client: Known, do: set("a", "new"),
			want: Outcome{}.sets("known").calls("get known", "swap known").holds(newKnown),
			op:   "swap", failed: failedSave,
		},
		{
			name: "destroy", client: Known, do: destroy,
			want: Outcome{}.clears().calls("get known", "destroy known").holds(),
			op:   "destroy", failed: Outcome{}.clears().calls("get known", "destroy known").reports("store destroy"),
		},
		{
			name: "sign in", client: Known, do: signIn,
			want: Outcome{}.sets("new1").calls("get known", "create new1", "retire known").holds(tombstone, `new1 {"a":"old"}`),
			op:   "swap", failed: Outcome{}.calls("get known", "create new1").reports("store set"),
			aborted: new(Outcome{}.calls("get known").reports("ErrAborted")),
		},
	}
}

func shapes() []shape { return slices.Concat(plainShapes(), httpShapes(), failingShapes()) }

func plainShapes() []shape {
	ok, zipped := answer(200, page), Ask{Header: map[string]string{"Accept-Encoding": "gzip"}}
	return []shape{
		{name: "string", do: text, want: ok},
		{name: "JSON", do: func(v *Visit) error { return v.JSON(200, page) }, want: answer(200, Anything)},
		{name: "nothing written", do: nothing, want: answer(200, "")},
		{name: "204", do: status(204), want: answer(204, "")},
		{name: "304", do: status(304), want: answer(304, "")},
		{name: "redirect", do: redirect, want: answer(302, Anything).header("Location", "/"+page)},
		{name: "HEAD", do: text, want: answer(200, ""), ask: Ask{Method: "HEAD"}},
		{name: "POST", do: text, want: ok, ask: Ask{Method: "POST"}},
		{name: "write", do: do(write(page[:3]), write(page[3:])), want: ok},
		{name: "status, then write", do: do(func(v *Visit) error { v.WriteHeader(202); return nil }, write(page)), want: answer(202, page)},
		{name: "big body", do: func(v *Visit) error { return v.String(200, big) }, want: answer(200, big)},
		{name: "big writes", do: do(write(big), write(big)), want: answer(200, big+big)},
		{name: "file", do: file, want: ok},
		{name: "file range", do: file, want: answer(206, page[2:5]), ask: Ask{Header: map[string]string{"Range": "bytes=2-4"}}},
		{name: "file 304", do: file, want: answer(304, ""), ask: Ask{Header: map[string]string{"If-Modified-Since": "Fri, 01 Jan 2100 00:00:00 GMT"}}},
		{name: "reader", do: func(v *Visit) error { return v.Stream(200, chunks(big)) }, want: answer(200, big)},
		{name: "events", do: func(v *Visit) error {
			return v.Events(func() string { return page[:3] }, func() string { return page[3:] })
		}, want: ok},
		{name: "gzip outside", do: func(v *Visit) error { return v.String(200, big) }, ask: zipped, app: outside(testkit.Gzip),
			want: answer(200, big).header("Content-Encoding", "gzip")},
		{name: "gzip inside", do: func(v *Visit) error { return v.String(200, big) }, ask: zipped, app: inside(testkit.Gzip),
			want: answer(200, big).header("Content-Encoding", "gzip")},
		{name: "gzip outside, 204", do: status(204), ask: zipped, app: outside(testkit.Gzip), want: answer(204, "")},
		{name: "abort with 204", do: func(v *Visit) error { return v.Abort(204) }, want: answer(204, ""), without: map[string]Exception{
			"echo": {"there is no Abort: a handler returns", nil}, "fiber": {"there is no Abort: a handler returns", nil},
			"nethttp": {"there is no Abort: a handler returns", nil},
		}},
	}
}

func outside(kinds ...testkit.Middleware) func(*testkit.App) {
	return func(app *testkit.App) { app.Outside = kinds }
}

func inside(kinds ...testkit.Middleware) func(*testkit.App) {
	return func(app *testkit.App) { app.Inside = kinds }
}

// httpShapes are those of handlers that reach for the http.ResponseWriter, or
// for what it can do.
func httpShapes() []shape {
	only := fiber(noWriter, nil)
	return []shape{
		{name: "flush first", do: do(flush, write(page)), want: answer(200, page)},
		{name: "flush between", do: do(write(page[:3]), flush, write(page[3:])), want: answer(200, page)},
		{name: "103, then string", do: do(inform, text), want: early(answer(200, page)), without: only},
		{name: "flush by ResponseController", do: do(over(func(w http.ResponseWriter) error {
			return http.NewResponseController(w).Flush()
		}), write(page)), want: answer(200, page), without: only},
		{name: "io.Copy to the writer", do: over(func(w http.ResponseWriter) error {
			_, err := io.Copy(w, chunks(big))
			return err
		}), want: answer(200, big), without: only},
		{name: "hijack", do: hijack, want: answer(200, page), without: fiber("its hijacked connection comes after the answer", func(o *Outcome) {
			if o.Status == 200 {
				o.Body = "" // the page follows the answer, where an HTTP client does not look
			}
		})},
	}
}

func early(o Outcome) Outcome {
	o.Early = append(o.Early[:len(o.Early):len(o.Early)], http.StatusEarlyHints)
	return o
}

func failingShapes() []shape {
	return []shape{
		{name: "handler's 500", do: oops, want: answer(500, Anything), fails: true},
		{name: "handler's 403", do: forbid, want: answer(403, Anything), fails: true},
		{name: "written 404", do: func(v *Visit) error { return v.String(404, "not here") }, want: answer(404, "not here"), fails: true},
		{name: "410 without a body", do: status(410), want: answer(410, ""), fails: true},
		{name: "gzip outside, handler's 500", do: oops, want: answer(500, Anything), fails: true, app: outside(testkit.Gzip),
			ask: Ask{Header: map[string]string{"Accept-Encoding": "gzip"}}},
		{name: "gzip inside, handler's 500", do: oops, want: answer(500, Anything), fails: true, app: inside(testkit.Gzip),
			ask: Ask{Header: map[string]string{"Accept-Encoding": "gzip"}}},
		{name: "panic, recovered outside", do: crash, want: answer(500, Anything), fails: true, dies: true, app: outside(testkit.Recover)},
		{name: "panic, recovered inside", do: crash, want: answer(500, Anything), fails: true, app: inside(testkit.Recover)},
		{name: "plain error", do: func(*Visit) error { return errors.New("oops") }, want: answer(500, Anything), fails: true},
	}
}
