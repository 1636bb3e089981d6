package koatraces

import (
	"errors"
	"fmt"
	"maps"
	"net/url"
	"slices"
	"strings"
)

// A Model says what a koa-generic-session would do that has some of the
// differences. Without any it is the real one, with all of them ours.
type Model struct {
	Options     Options
	Differences []Difference
}

// Run returns the outcome of every request of a scenario.
func (m Model) Run(s Scenario) []Outcome {
	w := &world{opts: m.Options, records: map[string]object{}, has: map[Difference]bool{}}
	for _, d := range m.Differences {
		w.has[d] = true
	}
	var b browser
	outcomes := make([]Outcome, len(s.Steps))
	for i, step := range s.Steps {
		delete(w.records, step.Request.Drop)
		x := newExchange(w, b.send(step.Request), step.Request.Fail)
		x.serve()
		outcomes[i] = x.out
		b.receive(x.out)
	}
	return outcomes
}

// A world is what lasts longer than a request.
type world struct {
	opts    Options
	has     map[Difference]bool
	records map[string]object
	ids     int
}

func (w *world) newID() string {
	w.ids++
	return fmt.Sprintf("sid-%020d", w.ids)
}

// An exchange is one request and its answer. Its fields are the variables
// that koa-generic-session has in ctx and in its closures.
type exchange struct {
	*world
	sent
	path  string
	query url.Values
	fail  map[string]bool
	out   Outcome

	forced    bool // ctx.sessionSave = true
	prevented bool // ctx.sessionSave = false

	loaded   bool
	assigned bool   // a handler has set ctx.session without a load
	id       string // ctx.sessionId
	idLater  bool   // the id is made when it is needed (D16)
	session  object // ctx.session; nil is null
	own      object // the session's attributes, or those it had when it was set to null
	isNew    bool
	original object // what the session is compared with; nil: nothing is equal to it
	ended    bool   // a handler has set the session to null
	renewed  bool   // a handler has regenerated the session
	dead     bool   // the client's id is of no use
	clears   bool   // the client's cookies are to be cleared at the end (D27)
	retired  string // the id whose record goes at the commit (D17)
	unsaved  bool   // the session could not be loaded, so there is nothing to save
}

func newExchange(w *world, s sent, fail map[string]bool) *exchange {
	path, query, _ := strings.Cut(s.target, "?")
	x := &exchange{world: w, sent: s, path: path, fail: fail}
	x.query, _ = url.ParseQuery(query)
	x.id = x.query.Get("force_sid")
	x.out.SetCookie, x.out.Store = []Cookie{}, []Call{}
	return x
}

// serve is the traces' outer middleware: an error becomes a 500.
func (x *exchange) serve() {
	if err := x.serveSession(); err != nil {
		x.answer(500, err.Error())
	}
}

func (x *exchange) answer(status int, body string) { x.out.Status, x.out.Body = status, body }

func (x *exchange) serveSession() error {
	if !x.inPath() {
		return x.route()
	}
	if !x.opts.Defer {
		if err := x.load(); err != nil {
			return err
		}
	}
	err := x.route()
	if err != nil && x.opts.Defer && !x.has[D2] {
		return err
	}
	if failed := x.commit(); err == nil {
		err = failed
	}
	if x.clears && x.has[D27] {
		x.clear()
	}
	return err
}

func (x *exchange) inPath() bool { return strings.HasPrefix(x.path, x.opts.Cookie["path"].(string)) }

// load is getSession.
func (x *exchange) load() error {
	x.loaded = true
	if x.id == "" {
		x.id = x.readID()
	}
	if x.id == "" {
		x.begin()
		if x.invalid() { // the library asks for new ones too
			x.begin()
			x.reset()
		}
		return nil
	}
	record, err := x.get()
	if err != nil {
		if !x.opts.SwallowErrors {
			x.unsaved = true
			return err
		}
		if x.has[D7] {
			x.begin()
			x.unsaved = true
			return nil
		}
	}
	if record == nil || x.invalid() {
		x.dead = x.query.Get("force_sid") == ""
		x.begin()
		x.reset()
		return nil
	}
	x.hold(clone(record))
	x.original = clone(record)
	return nil
}

func (x *exchange) invalid() bool { return x.opts.ValidQuery && x.query.Get("valid") == "false" }

// begin makes a new session.
func (x *exchange) begin() {
	x.hold(x.generate())
	x.isNew, x.original = true, nil
	if x.idLater = x.has[D16]; !x.idLater {
		x.id = x.newID()
	}
}

// hold makes a session the request's.
func (x *exchange) hold(session object) {
	x.session = session
	var known bool
	if x.own, known = session["cookie"].(object); !known {
		x.own = x.attributes()
	}
}

func (x *exchange) generate() object { return object{"cookie": x.attributes()} }

// attributes are those of a new session's cookie.
func (w *world) attributes() object {
	attributes := clone(w.opts.Cookie)
	if _, set := attributes["sameSite"]; !set && w.has[D13] {
		attributes["sameSite"] = "lax"
	}
	return attributes
}

// needID returns the session's id.
func (x *exchange) needID() string {
	if x.unsaved {
		return ""
	}
	if x.idLater {
		x.id, x.idLater = x.newID(), false
	}
	return x.id
}

// regenerate is regenerateSession.
func (x *exchange) regenerate() error {
	switch {
	case x.isNew, x.retired != "":
	case x.has[D17]:
		x.retired = x.id
	default:
		if err := x.destroy(x.id); err != nil {
			return err
		}
	}
	x.hold(x.generate())
	x.isNew, x.ended, x.renewed = true, false, true
	x.id, x.idLater = x.newID(), false
	if x.has[D3] {
		x.original = nil
	}
	x.reset()
	return nil
}

// equal compares sessions the way that JSON objects are compared.
func equal(a, b object) bool {
	return maps.EqualFunc(a, b, equalValues)
}

func equalValues(a, b any) bool {
	switch a := a.(type) {
	case object:
		b, ok := b.(object)
		return ok && equal(a, b)
	case []any:
		b, ok := b.([]any)
		return ok && slices.EqualFunc(a, b, equalValues)
	}
	return a == b
}

// clone returns a copy that shares nothing with o.
func clone(o object) object {
	c := make(object, len(o))
	for name, value := range o {
		switch value := value.(type) {
		case object:
			c[name] = clone(value)
		case []any:
			c[name] = slices.Clone(value) // no trace nests deeper
		default:
			c[name] = value
		}
	}
	return c
}

var errOops = errors.New("oops")
