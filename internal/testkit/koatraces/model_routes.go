package koatraces

import (
	"errors"
	"maps"
	"path"
	"strconv"
)

// route runs the traces' handler of this path.
func (x *exchange) route() error {
	name := path.Base(x.path)
	if name == "untouched" {
		x.answer(200, "untouched")
		return nil
	}
	if !x.inPath() {
		x.answer(200, "no session")
		return nil
	}
	if err := x.use(name); err != nil {
		return err
	}
	switch x.query.Get("save") {
	case "force":
		x.forced = true
	case "prevent":
		x.prevented = true
	}
	body, err := x.run(name)
	switch {
	case err != nil:
		return err
	case name == "redirect":
		x.answer(302, "Redirecting to /app/read.")
	case name == "nocontent":
		x.answer(204, "")
	default:
		x.answer(200, body)
	}
	return nil
}

// use loads a deferred session. Two routes assign without reading, which
// under D5 is a use too.
func (x *exchange) use(route string) error {
	if x.loaded {
		return nil
	}
	if (route == "remove" || route == "rewrite") && !x.has[D5] {
		x.assigned = true
		return nil
	}
	return x.load()
}

func (x *exchange) run(name string) (body string, err error) {
	s := x.session
	switch name {
	case "incr", "redirect", "nocontent":
		return x.increment(), nil
	case "fail":
		x.increment()
		return "", errOops
	case "failread":
		return "", errOops
	case "read":
		return number(x.count()), nil
	case "set":
		s[x.query.Get("k")] = x.query.Get("v")
	case "del":
		delete(s, x.query.Get("k"))
	case "push":
		list, _ := s["list"].([]any)
		s["list"] = append(list, x.query.Get("v"))
		return strconv.Itoa(len(list) + 1), nil
	case "same", "undo": // as if nothing had been done
	case "remove":
		x.setNull()
		return "0", nil
	case "readremove":
		body = number(x.count())
		x.setNull()
		return body, nil
	case "rewrite":
		return "ok", x.rewrite()
	case "cookie":
		return "ok", x.changeCookie()
	case "id":
		return x.needID(), nil
	case "clearall":
		maps.DeleteFunc(s, func(name string, _ any) bool { return name != "cookie" })
	case "flip", "flop":
		x.forced, x.prevented = name == "flip", name == "flop"
		return x.increment(), nil
	default:
		return x.runEnding(name)
	}
	return "ok", nil
}

// runEnding runs a route that sets the session to null and goes on.
func (x *exchange) runEnding(name string) (body string, err error) {
	switch name {
	case "removerewrite":
		x.setNull()
		return "ok", x.rewrite()
	case "rewriteremove":
		err := x.rewrite()
		x.setNull()
		return "ok", err
	case "removefail":
		x.setNull()
		return "", errOops
	}
	return x.runRegenerating(name)
}

func (x *exchange) runRegenerating(name string) (body string, err error) {
	count, counted := x.session["count"]
	if attributes, ok := x.session["cookie"].(object); ok && name == "cookiereg" {
		attributes["maxAge"] = float64(far)
	}
	if name == "removereg" {
		x.setNull()
	}
	if err := x.regenerate(); err != nil {
		return "", err
	}
	switch name {
	case "regenerate", "removereg", "regcookie", "regtwice", "regenfail":
		x.session["data"] = "foo"
	case "regremove":
		x.setNull()
		return "0", nil
	case "carry":
		if !counted {
			return "undefined", nil
		}
		x.session["count"] = count
		return number(x.count()), nil
	}
	return x.afterRegenerating(name)
}

func (x *exchange) afterRegenerating(name string) (body string, err error) {
	switch name {
	case "regcookie":
		x.session["cookie"].(object)["maxAge"] = float64(far)
	case "regtwice":
		err := x.regenerate()
		x.session["data"] = "foo"
		return x.id, err
	case "regenfail":
		return "", errOops
	}
	return x.id, nil
}

// far is the maxAge that two routes give, in milliseconds.
const far = 120_000

func (x *exchange) count() float64 {
	n, _ := x.session["count"].(float64)
	return n
}

func (x *exchange) increment() string {
	x.session["count"] = x.count() + 1
	return number(x.count())
}

func number(n float64) string { return strconv.FormatFloat(n, 'f', -1, 64) }

func (x *exchange) setNull() { x.session, x.ended = nil, true }

// errDestroyed is that of a session which was set to null (D26).
var errDestroyed = errors.New("the session was destroyed")

func (x *exchange) rewrite() error {
	if x.ended && x.has[D26] {
		return errDestroyed
	}
	x.session = object{"foo": "bar"}
	if x.has[D4] {
		x.session["cookie"] = x.own
	}
	return nil
}

// A typeError is JavaScript's for a property of what is undefined.
type typeError string

func (e typeError) Error() string {
	return "Cannot set properties of undefined (setting '" + string(e) + "')"
}

func (x *exchange) changeCookie() error {
	attributes, ok := x.session["cookie"].(object)
	if !ok { // a session that was assigned without attributes: see D4
		for _, name := range []string{"maxAge", "httpOnly"} {
			if x.query.Has(name) {
				return typeError(name)
			}
		}
		return nil
	}
	if maxAge := x.query.Get("maxAge"); maxAge == "null" {
		attributes["maxAge"] = nil
	} else if ms, err := strconv.ParseFloat(maxAge, 64); err == nil {
		attributes["maxAge"] = ms
	}
	if x.query.Get("httpOnly") == "false" {
		attributes["httpOnly"] = false
	}
	return nil
}
