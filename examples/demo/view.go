package main

import (
	"bytes"
	"context"
	"embed"
	"encoding/json"
	"errors"
	"fmt"
	"html/template"
	"net"
	"net/http"
	"time"

	"github.com/go-holdall/holdall/core"
)

//go:embed page.html page.css
var files embed.FS

// page is the one template that all three frameworks render.
var page = template.Must(template.ParseFS(files, "page.html", "page.css"))

// A visit is what the page takes from the framework's request.
type visit struct {
	framework string
	host      string   // as the browser has it, with the port
	cookies   []string // the lines of the Cookie header
}

// A view is what the page shows.
type view struct {
	Framework string
	Sites     []link
	Name      string // empty: not signed in
	Count     int
	Flash     string
	Session   *sessionView // nil: nothing is stored
	Cookies   []*http.Cookie
}

// A link leads to the page in one of the frameworks.
type link struct {
	Name, Host, Port string
	URL              string
	Current          bool
}

// A sessionView is the session as the server has it.
type sessionView struct {
	ID, Lifetime, Record string
}

func (d *demo) view(ctx context.Context, s *core.Session, from visit) (*view, error) {
	name, nameErr := optional(core.Get[string](s, keyName))
	count, countErr := optional(core.Get[int](s, keyCount))
	flash, flashErr := optional(core.Pop[string](s, keyFlash))
	if err := errors.Join(nameErr, countErr, flashErr); err != nil {
		return nil, err
	}
	stored, err := d.stored(ctx, s)
	if err != nil {
		return nil, err
	}
	return &view{
		Framework: from.framework,
		Sites:     d.links(from),
		Name:      name,
		Count:     count,
		Flash:     flash,
		Session:   stored,
		Cookies:   d.cookies(from.cookies),
	}, nil
}

// optional makes a missing value the zero value.
func optional[T any](v T, err error) (T, error) {
	if errors.Is(err, core.ErrNoValue) {
		err = nil
	}
	return v, err
}

// stored reads the session's record past the engine. It saves first, so that
// what the page shows is what this request leaves behind.
func (d *demo) stored(ctx context.Context, s *core.Session) (*sessionView, error) {
	if err := s.Save(ctx); err != nil {
		return nil, err
	}
	if s.IsNew() {
		return nil, nil
	}
	raw, found, err := d.store.Get(ctx, recordPrefix+s.ID())
	if err != nil {
		// A store's own error may name the key, and with it the id.
		return nil, errors.New("the store did not give the record")
	}
	if !found {
		return nil, nil
	}
	var record bytes.Buffer
	if err := json.Indent(&record, raw, "", "  "); err != nil {
		return nil, err
	}
	return &sessionView{shorten(s.ID()), lifetime(s.Cookie().MaxAge), record.String()}, nil
}

// shorten leaves enough of an id to tell two apart.
func shorten(id string) string {
	const most = 8
	if len(id) <= most {
		return id
	}
	return id[:most] + "…"
}

func lifetime(age time.Duration) string {
	if age == core.BrowserSession {
		return "until the browser is closed"
	}
	return fmt.Sprintf("%g hours after the last change", age.Hours())
}

// cookies returns those of the session; a browser may have others for the
// host, which are none of the demo's business.
func (d *demo) cookies(lines []string) []*http.Cookie {
	id, signature := d.engine.Name(), d.engine.Name()+".sig"
	var own []*http.Cookie
	for _, c := range (&http.Request{Header: http.Header{"Cookie": lines}}).Cookies() {
		if c.Name == id || c.Name == signature {
			own = append(own, c)
		}
	}
	return own
}

// links keeps the host name that the browser used: the cookies are bound to
// it, and localhost is not 127.0.0.1.
func (d *demo) links(from visit) []link {
	host, _, err := net.SplitHostPort(from.host)
	if err != nil {
		host = from.host
	}
	links := make([]link, len(d.sites))
	for i, s := range d.sites {
		_, port, _ := net.SplitHostPort(s.listener.Addr().String())
		links[i] = link{s.name, host, port, "http://" + net.JoinHostPort(host, port) + "/", s.name == from.framework}
	}
	return links
}
