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

	loaded   bool
	assigned bool   // a handler has set ctx.session without a load
	id       string // ctx.sessionId
	idLater  bool   // the id is made when it is needed (D16)
	session  object // ctx.session; nil is null
	isNew    bool
	original object // what the session is compared with; nil: nothing is equal to it
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
	if record == nil || x.opts.ValidQuery && x.query.Get("valid") == "false" {
		x.begin()
		x.reset()
		return nil
	}
	x.session, x.original = clone(record), clone(record)
	return nil
}

// begin makes a new session.
func (x *exchange) begin() {
	x.session, x.isNew, x.original = x.generate(), true, nil
	if x.idLater = x.has[D16]; !x.idLater {
		x.id = x.newID()
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
	if x.idLater {
		x.id, x.idLater = x.newID(), false
	}
	return x.id
}

// regenerate is regenerateSession.
func (x *exchange) regenerate() error {
	switch {
	case x.isNew:
	case x.has[D17]:
		x.retired = x.id
	default:
		if err := x.destroy(x.id); err != nil {
			return err
		}
	}
	x.session, x.isNew = x.generate(), true
	x.id, x.idLater = x.newID(), false
	if x.has[D3] {
		x.original = nil
	}
	x.reset()
	return nil
}

// commit is refreshSession.
func (x *exchange) commit() error {
	if x.opts.Defer && !x.loaded {
		if !x.assigned {
			return nil
		}
		x.id = x.readID()
	}
	if x.query.Get("save") == "prevent" || x.unsaved {
		return nil
	}
	if x.session == nil {
		if x.isNew {
			return nil
		}
		x.reset()
		return x.destroyAtCommit()
	}
	if x.mustSave() {
		if err := x.save(); err != nil {
			return err
		}
	}
	if x.retired != "" {
		return x.destroy(x.retired)
	}
	return nil
}

func (x *exchange) mustSave() bool {
	switch {
	case x.query.Get("save") == "force":
		return true
	case !x.opts.AllowEmpty && x.isNew && equal(x.session, x.generate()):
		return false
	}
	return x.opts.Rolling || x.original == nil || !equal(x.session, x.original)
}

func (x *exchange) destroyAtCommit() error {
	err := x.destroy(x.id)
	if x.has[D10] && x.opts.SwallowErrors {
		return nil
	}
	return err
}

// save is saveNow.
func (x *exchange) save() error {
	if x.opts.BeforeSavePath {
		x.session["path"] = x.path
	}
	x.needID()
	sends := !x.clientHasCookie()
	if sends {
		x.stamp()
	}
	if err := x.set(); err != nil {
		if x.opts.SwallowErrors {
			return nil
		}
		return err
	}
	if sends {
		x.sendID()
	}
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
