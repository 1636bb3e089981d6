package koatraces

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
)

// Generate returns walks that nobody has taken yet, number from up to to of a
// seed: options and requests without outcomes.
func Generate(seed uint64, from, to int) ([]Trace, error) {
	known, err := Load()
	if err != nil {
		return nil, err
	}
	walks := make([]Trace, 0, to-from)
	for i := from; i < to; i++ {
		g := generator{rand.New(rand.NewPCG(seed, uint64(i)))}
		t := Trace{Name: fmt.Sprintf("seed-%d-%d", seed, i), Options: g.options(known)}
		t.Scenarios = []Scenario{{Name: "walk", Steps: g.steps(t.Options)}}
		walks = append(walks, t)
	}
	return walks, nil
}

type generator struct{ *rand.Rand }

// in reports one time of n.
func (g generator) in(n int) bool { return g.IntN(n) == 0 }

func (g generator) of(choices ...string) string { return choices[g.IntN(len(choices))] }

// options are those of a trace, and every other time some more.
func (g generator) options(known []Trace) Options {
	o := known[g.IntN(len(known))].Options
	if g.in(2) {
		return o
	}
	o.Rolling = o.Rolling || rolls(o) && g.in(4)
	o.Defer = o.Defer || g.in(3)
	o.AllowEmpty = o.AllowEmpty || g.in(5)
	o.ValidQuery = o.ValidQuery || g.in(4)
	o.SwallowErrors = o.SwallowErrors || g.in(4)
	return o
}

// rolls reports whether the life of a session suits Rolling: a few seconds are
// renewed each time, and a minute with a twenty-fourth more is no whole number
// of seconds.
func rolls(o Options) bool {
	return (o.TTL == 0 || o.TTL > minute) && o.Cookie["maxAge"] != float64(minute)
}

const minute = 60_000

func (g generator) steps(o Options) []Step {
	steps := make([]Step, 4+g.IntN(10))
	for i := range steps {
		steps[i].Request = g.request(o)
	}
	return steps
}

func (g generator) request(o Options) Request {
	r := Request{Get: g.target(o), Forget: g.in(26), NoCookies: g.in(100)}
	if g.in(45) {
		r.Drop = o.Prefix + g.id()
	}
	if g.in(20) {
		r.Fail = map[string]bool{g.of("get", "set", "destroy"): true}
	}
	if g.in(40) {
		r.Tamper = &Tamper{o.Key + ".sig", "AAAAAAAAAAAAAAAAAAAAAAAAAAA"}
	}
	if g.in(40) {
		r.Tamper = &Tamper{o.Key, g.id()}
	}
	return r
}

// id is one that a walk is likely to have had.
func (g generator) id() string { return fmt.Sprintf("sid-%020d", 1+g.IntN(6)) }

func (g generator) target(o Options) string {
	if g.in(40) {
		return "/outside/" + g.of("read", "incr", "untouched")
	}
	route := routeNames[g.IntN(len(routeNames))]
	var query []string
	switch route {
	case "set":
		query = append(query, "k="+g.of("a", "b"), "v="+g.of("x", "y"))
	case "del":
		query = append(query, "k="+g.of("a", "b"))
	case "push":
		query = append(query, "v="+g.of("x", "y"))
	case "cookie":
		query = append(query, g.of("maxAge=120000", "maxAge=null", "httpOnly=false", "maxAge=120000&httpOnly=false"))
	}
	if g.in(8) {
		query = append(query, g.of("save=force", "save=prevent"))
	}
	if o.ValidQuery && g.in(5) {
		query = append(query, "valid=false")
	}
	if g.in(60) {
		query = append(query, "force_sid="+g.id())
	}
	if query == nil {
		return "/app/" + route
	}
	return "/app/" + route + "?" + strings.Join(query, "&")
}

// routeNames are those of all routes, some more often than others.
var routeNames = func() []string {
	names := []string{"untouched", "untouched", "incr", "incr", "cookie", "set", "read"}
	for name := range routes {
		names = append(names, name)
	}
	for name := range endingRoutes {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}()
