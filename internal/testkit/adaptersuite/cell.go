package adaptersuite

import (
	"github.com/go-holdall/holdall/core"
	"github.com/go-holdall/holdall/internal/testkit"
	"github.com/go-holdall/holdall/internal/testkit/faultstore"
)

// A Cell is one case of the table.
type Cell struct {
	// Name is that of the subtest.
	Name string
	// Rule is what a failure breaks. The matrix names its own.
	Rule string

	// Options changes the options of the engine, which are the zero value
	// but for keys, store and an ErrorHandler that takes note.
	Options func(o *core.Options)
	// Plain leaves the store the three methods of koa-generic-session's.
	Plain bool
	// Trouble tells the store what to do wrong.
	Trouble func(s *faultstore.Store)
	// App changes what is served.
	App func(s *Site, app *testkit.App)
	// Client is who asks, and Ask what for.
	Client Client
	Ask    Ask
	// Do is what the handler does.
	Do Step

	// Want is what is to be seen afterwards.
	Want Outcome
	// Except says, by the framework's name, who differs and why.
	Except map[string]Exception
	// Orphan is why the store may keep a record whose id nobody was told.
	Orphan string

	// Play has more than one request. It takes the place of Client, Ask and
	// Want.
	Play func(s *Site)
	// Serve serves the app in a way that only one framework has.
	Serve func(s *Site, app testkit.App) (url string)
}

// A Client is who asks, by the cookies that they send.
type Client int

// The clients. All but Visitor carry an id that the suite has signed; Known
// is the one whose session is in the store, {"a":"old"}, written by Koa, so
// that nobody knows when the cookie was sent.
const (
	Visitor   Client = iota
	Known            // an id that the store knows
	Stranger         // one that it does not
	Forger           // a known id under a wrong signature
	Unsigned         // a known id without a signature
	Rotated          // a known id, signed with the older key
	Corrupt          // an id whose record is no JSON object
	Retired          // an id that was replaced just now; its successor is known
	Ended            // an id that was ended just now
	Former           // an id that was replaced longer ago than the grace
	Nulled           // an id whose record is a null that is no tombstone
	Malformed        // a signed id of impossible shape
	Recent           // Known, by a cookie that the record says was sent just now
)

// Ask is what a client asks for. The zero value is GET /.
type Ask struct {
	Method, Path string
	Header       map[string]string
}

// An Exception is how a framework differs.
type Exception struct {
	Reason string
	// Want changes what is wanted. Nil means that the framework cannot
	// express the cell at all.
	Want func(o *Outcome)
}

// An Outcome is what can be seen of a request from outside, ids renamed in the
// order of their appearance.
type Outcome struct {
	// Status is zero where the connection was closed in place of an answer.
	Status int
	// Proto is the major version of HTTP, if that matters.
	Proto int
	// Early are the informational statuses that came before.
	Early []int
	// Body is exact, or one of Words and Anything.
	Body string
	// Cookies are whole Set-Cookie lines, with dates as distances from now.
	Cookies []string
	// Store are the calls: get, touch, set and destroy, and swap in its forms
	// create, swap, retire and remove; a TTL that is not a day.
	Store []string
	// Reported is what Options.ErrorHandler was told.
	Reported []string
	// Records is what the store holds in the end. Nil is what it held before.
	Records []string
	// Header are response headers, "" for one that must not be there.
	Header map[string]string
}

const (
	// Words is a body in the framework's own words, in which nothing of the
	// handler's page or the store's error may be found.
	Words = "(the framework's words)"
	// Anything is a body that is of no interest.
	Anything = "(anything)"
	// Cut follows what arrived of a body before the connection broke.
	Cut = "(cut)"
)

// answer begins an Outcome.
func answer(status int, body string) Outcome { return Outcome{Status: status, Body: body} }

// refused is the Outcome of a request that an error of the session has taken
// from its handler.
func refused(status int) Outcome { return answer(status, Words).header("Location", "") }

// closed is the Outcome without an answer.
func closed() Outcome { return Outcome{} }

// day is how the default cookie goes on.
const day = "; path=/; expires=+24h0m0s; samesite=lax; httponly"

// longer is how a cookie goes on that is renewed: for its life, and as long as
// it may take until it is renewed again.
const longer = "; path=/; expires=+25h0m0s; samesite=lax; httponly"

// gone is how it is cleared.
const gone = "; path=/; expires=epoch; samesite=lax; httponly"

// Sets is the default cookie, given to the client with its signature.
func Sets(id string) []string {
	return []string{"koa.sid=" + id + day, "koa.sid.sig=sig(" + id + ")" + day}
}

// sets adds the default cookie and its signature.
func (o Outcome) sets(id string) Outcome { return o.lines(Sets(id)...) }

// renews adds the default cookie as Rolling gives it.
func (o Outcome) renews(id string) Outcome { return o.both(id, longer) }

// clears adds what removes both.
func (o Outcome) clears() Outcome { return o.lines("koa.sid="+gone, "koa.sid.sig="+gone) }

func (o Outcome) lines(lines ...string) Outcome {
	o.Cookies = append(o.Cookies[:len(o.Cookies):len(o.Cookies)], lines...)
	return o
}

// calls sets what the store was asked.
func (o Outcome) calls(calls ...string) Outcome {
	o.Store = calls
	return o
}

// reports sets what the ErrorHandler was told.
func (o Outcome) reports(errs ...string) Outcome {
	o.Reported = errs
	return o
}

// holds sets the records of the store, by id in alphabetical order.
func (o Outcome) holds(records ...string) Outcome {
	o.Records = append([]string{}, records...)
	return o
}

// over sets the version of HTTP.
func (o Outcome) over(proto int) Outcome {
	o.Proto = proto
	return o
}

func (o Outcome) header(name, value string) Outcome {
	header := map[string]string{name: value}
	for other, v := range o.Header {
		if other != name {
			header[other] = v
		}
	}
	o.Header = header
	return o
}

// The records that cells begin with, and the tombstone of Known's.
const (
	oldKnown  = `known {"a":"old"}`
	newKnown  = `known {"a":"new"}`
	tombstone = `known null 1m0s`
)

// fiber returns the exception of the one framework that most cells except.
func fiber(reason string, want func(o *Outcome)) map[string]Exception {
	return map[string]Exception{"fiber": {reason, want}}
}

// The reasons of Fiber, and of those without an http.Handler underneath.
const (
	buffered  = "fasthttp sends nothing before the chain has returned, so nothing is late"
	noWriter  = "there is no http.ResponseWriter"
	noShell   = "there is no http.Handler to put a net/http handler around"
	noRecover = "fasthttp lets a panic end the process: the recover middleware is mandatory"
)
