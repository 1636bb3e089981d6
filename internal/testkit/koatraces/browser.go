package koatraces

import (
	"slices"
	"strings"
)

// A browser is the traces' client. It keeps cookies as a browser does, but
// for path and domain, which it ignores, and the x-session-id that it is
// given in the place of one.
type browser struct {
	names   []string // of the jar's cookies, in the order of their first setting
	jar     map[string]string
	session string
}

// sent is what the browser makes of a Request.
type sent struct {
	target  string
	cookies string // the Cookie header, "" for none
	session string // x-session-id
}

func (b *browser) send(r Request) sent {
	if r.Forget {
		*b = browser{}
	}
	if r.Tamper != nil {
		b.keep(r.Tamper.Name, r.Tamper.Value)
	}
	s := sent{target: r.Get}
	switch {
	case r.NoCookies:
	case r.RawCookie != nil:
		s.cookies, s.session = *r.RawCookie, b.session
	default:
		s.cookies, s.session = b.header(), b.session
	}
	return s
}

func (b *browser) header() string {
	var pairs []string
	for _, name := range b.names {
		if value, ok := b.jar[name]; ok {
			pairs = append(pairs, name+"="+value)
		}
	}
	return strings.Join(pairs, "; ")
}

func (b *browser) keep(name, value string) {
	if b.jar == nil {
		b.jar = map[string]string{}
	}
	if !slices.Contains(b.names, name) {
		b.names = append(b.names, name)
	}
	b.jar[name] = value
}

// receive takes the cookies of an answer, and its session id.
func (b *browser) receive(o Outcome) {
	for _, c := range o.SetCookie {
		if c.Expires != nil && *c.Expires <= 0 {
			delete(b.jar, c.Name)
			continue
		}
		b.keep(c.Name, c.Value)
	}
	if o.SessionID != nil {
		b.session = *o.SessionID
	}
}
