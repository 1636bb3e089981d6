package drive

import (
	"errors"
	"fmt"
	"net/http"
	"strconv"

	"github.com/go-holdall/holdall/bench/peers"
	"github.com/go-holdall/holdall/bench/workload"
)

// Check reports what a site does not do as its workloads say: status, count, and cookies.
func Check(p peers.Peer, visit Visit) error {
	c := checker{peer: p, visit: visit}
	if p.HasSessions() {
		c.sessions()
	}
	for _, w := range []workload.Workload{workload.Untouched, workload.Stranger} {
		c.expect(w, c.session, 0)
	}
	return errors.Join(c.wrong...)
}

type checker struct {
	peer    peers.Peer
	visit   Visit
	session string
	wrong   []error
}

func (c *checker) sessions() {
	c.session = c.expect(workload.First, "", 1)
	other := c.expect(workload.First, "", 1)
	if c.session == other {
		c.fail("two first visits are given the same session")
	}
	for _, step := range []struct {
		w    workload.Workload
		want int
	}{{workload.Read, 1}, {workload.Count, 2}, {workload.Count, 3}, {workload.Read, 3}, {workload.Roll, 3}, {workload.Read, 3}} {
		c.expect(step.w, c.session, step.want)
	}
	c.expect(workload.Read, other, 1)
	if r := c.visit(workload.Read, "unknown=session"); r.Status != http.StatusUnauthorized {
		c.fail("a read without a session is answered with %d", r.Status)
	}
}

// expect visits, and returns the cookies that it is given.
func (c *checker) expect(w workload.Workload, cookies string, count int) string {
	if !c.peer.Does(w) && w != workload.Read && w != workload.First && w != workload.Roll {
		return ""
	}
	if !w.HasCookie() {
		cookies = ""
	}
	r := c.visit(w, cookies)
	if err := Expect(c.peer, w, r, count); err != nil {
		c.wrong = append(c.wrong, err)
	}
	return r.Cookies
}

func (c *checker) fail(format string, args ...any) {
	c.wrong = append(c.wrong, fmt.Errorf(c.peer.Name()+": "+format, args...))
}

// Expect reports what is wrong with the answer to a workload. A bare framework always answers 0.
func Expect(p peers.Peer, w workload.Workload, r Response, count int) error {
	if !p.HasSessions() {
		count = 0
	}
	switch {
	case r.Status != http.StatusOK:
		return fmt.Errorf("%s, %s: status %d %q", p.Name(), w, r.Status, r.Body)
	case r.Body != strconv.Itoa(count):
		return fmt.Errorf("%s, %s: the body is %q and not %d", p.Name(), w, r.Body, count)
	case p.Sends(w) != (r.Cookies != ""):
		return fmt.Errorf("%s, %s: cookies %q", p.Name(), w, r.Cookies)
	}
	return nil
}
