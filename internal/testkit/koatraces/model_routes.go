package koatraces

import (
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
		x.session = nil
		return "0", nil
	case "readremove":
		body = number(x.count())
		x.session = nil
		return body, nil
	case "rewrite":
		x.rewrite()
	case "cookie":
		x.changeCookie(s["cookie"].(object))
	case "id":
		return x.needID(), nil
	default:
		return x.runRegenerating(name)
	}
	return "ok", nil
}

func (x *exchange) runRegenerating(name string) (body string, err error) {
	count := x.count()
	if err := x.regenerate(); err != nil {
		return "", err
	}
	switch name {
	case "regenerate":
		x.session["data"] = "foo"
	case "carry":
		x.session["count"] = count
		return number(count), nil
	}
	return x.id, nil
}

func (x *exchange) count() float64 {
	n, _ := x.session["count"].(float64)
	return n
}

func (x *exchange) increment() string {
	x.session["count"] = x.count() + 1
	return number(x.count())
}

func number(n float64) string { return strconv.FormatFloat(n, 'f', -1, 64) }

func (x *exchange) rewrite() {
	attributes, known := x.session["cookie"]
	if !known {
		attributes = x.attributes()
	}
	x.session = object{"foo": "bar"}
	if x.has[D4] {
		x.session["cookie"] = attributes
	}
}

func (x *exchange) changeCookie(attributes object) {
	if maxAge := x.query.Get("maxAge"); maxAge == "null" {
		attributes["maxAge"] = nil
	} else if ms, err := strconv.ParseFloat(maxAge, 64); err == nil {
		attributes["maxAge"] = ms
	}
	if x.query.Get("httpOnly") == "false" {
		attributes["httpOnly"] = false
	}
}
