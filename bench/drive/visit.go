// Package drive sends requests to a peer's site in this process, without a network: one at a time to see what it answers,
// and many to see what they cost.
package drive

import (
	"bufio"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"

	"github.com/valyala/fasthttp"

	"github.com/go-holdall/holdall/bench/peers"
	"github.com/go-holdall/holdall/bench/workload"
)

// Analytics is a cookie that stands before the session's in each Cookie header, as in most browsers.
const Analytics = "_ga=GA1.1.1234567890.1700000000; "

// A Response is what a site answered.
type Response struct {
	Status int
	Body   string
	// Cookies are the pairs that it sets, as a browser sends them back.
	Cookies string
}

// A Visit sends one request, with the session's cookies or with none, and returns the answer. Where there is none the
// status is 0 and the body says why.
type Visit func(w workload.Workload, cookies string) Response

// To visits a site in this process.
func To(s *peers.Site) Visit {
	return func(w workload.Workload, cookies string) Response {
		if s.Fast != nil {
			return visitFast(s.Fast, newFast(w, cookies))
		}
		rec := httptest.NewRecorder()
		s.HTTP.ServeHTTP(rec, newHTTP(w, cookies))
		return Response{rec.Code, rec.Body.String(), Pairs(rec.Header()["Set-Cookie"])}
	}
}

func visitFast(handler fasthttp.RequestHandler, r *fasthttp.Request) Response {
	var c fasthttp.RequestCtx
	c.Init(r, nil, nil)
	handler(&c)
	var lines []string
	c.Response.Header.VisitAllCookie(func(_, line []byte) { lines = append(lines, string(line)) })
	return Response{c.Response.StatusCode(), string(c.Response.Body()), Pairs(lines)}
}

// Pairs makes the value of a Cookie header of Set-Cookie lines.
func Pairs(lines []string) string {
	pairs := make([]string, len(lines))
	for i, line := range lines {
		pairs[i], _, _ = strings.Cut(line, ";")
	}
	return strings.Join(pairs, "; ")
}

// Begin makes sessions, each by a first visit, and returns the cookies of each.
func Begin(visit Visit, sessions int) ([]string, error) {
	all := make([]string, sessions)
	for i := range all {
		r := visit(workload.First, "")
		if r.Status != http.StatusOK || r.Body == "" {
			return nil, fmt.Errorf("a first visit is answered with %d %q", r.Status, r.Body)
		}
		all[i] = r.Cookies
	}
	return all, nil
}

// newHTTP is a request as the server has read it.
func newHTTP(w workload.Workload, cookies string) *http.Request {
	r := httptest.NewRequest(http.MethodGet, w.Path(), nil)
	r.Host = "127.0.0.1"
	r.Header.Set("User-Agent", "bench/1.0")
	r.Header.Set("Accept", "*/*")
	if cookies != "" {
		r.Header.Set("Cookie", Analytics+cookies)
	}
	return r
}

// newFast is a request as fasthttp's server has read it: with cookies that nobody has parsed yet.
func newFast(w workload.Workload, cookies string) *fasthttp.Request {
	text := "GET " + w.Path() + " HTTP/1.1\r\nHost: 127.0.0.1\r\nUser-Agent: bench/1.0\r\nAccept: */*\r\n"
	if cookies != "" {
		text += "Cookie: " + Analytics + cookies + "\r\n"
	}
	r := new(fasthttp.Request)
	if err := r.Header.Read(bufio.NewReader(strings.NewReader(text + "\r\n"))); err != nil {
		panic(errors.Join(errors.New("a cookie that no header can hold"), err))
	}
	return r
}
