package frameworks

import (
	"context"
	"io"
	"net"
	"net/http"
	"net/http/httputil"
	"net/url"
)

// overHTTP is the part of a context that is the same wherever the framework
// has a net/http response and request.
type overHTTP struct {
	w http.ResponseWriter
	r *http.Request
}

func (c *overHTTP) Context() context.Context     { return c.r.Context() }
func (c *overHTTP) Method() string               { return c.r.Method }
func (c *overHTTP) Path() string                 { return c.r.URL.Path }
func (c *overHTTP) Header(name string) string    { return c.r.Header.Get(name) }
func (c *overHTTP) SetHeader(name, value string) { c.w.Header().Set(name, value) }
func (c *overHTTP) AddCookie(line string)        { c.w.Header().Add("Set-Cookie", line) }
func (c *overHTTP) Write(b []byte) (int, error)  { return c.w.Write(b) }
func (c *overHTTP) WriteHeader(status int)       { c.w.WriteHeader(status) }
func (c *overHTTP) Flush()                       { c.w.(http.Flusher).Flush() }
func (c *overHTTP) Writer() http.ResponseWriter  { return c.w }

func (c *overHTTP) Events(pieces ...func() string) error {
	c.w.Header().Set("Content-Type", "text/event-stream")
	c.w.WriteHeader(http.StatusOK)
	for _, piece := range pieces {
		if _, err := io.WriteString(c.w, piece()); err != nil {
			return err
		}
		c.Flush()
	}
	return nil
}

func (c *overHTTP) Proxy(to string) error {
	target, err := url.Parse(to)
	if err != nil {
		return err
	}
	httputil.NewSingleHostReverseProxy(target).ServeHTTP(c.w, c.r)
	return nil
}

func (c *overHTTP) Hijack(talk func(net.Conn, http.Header)) error {
	header := c.w.Header()
	conn, _, err := c.w.(http.Hijacker).Hijack()
	if err != nil {
		return err
	}
	defer func() { _ = conn.Close() }()
	talk(conn, header)
	return nil
}
