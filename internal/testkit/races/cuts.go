package races

import (
	"fmt"

	"github.com/go-holdall/holdall/internal/testkit/cutproxy"
)

// A Cut is an act whose store replies are lost one after the other, each at
// every byte.
type Cut struct {
	// Name says what the act is.
	Name string
	path string
	// found returns what there is of the act: how many updates have been
	// made, or what else tells one that was carried out from one that was not.
	found func(before, now *Browser) (int, error)
	// done and undone are by how much that has changed with the act, and
	// without it.
	done, undone int
}

// Cuts are the acts.
var Cuts = []Cut{
	{"update", "/update", counted("/count"), 1, 0},
	{"append to a bound value", "/append?key=list", counted("/appended?key=list"), 1, 0},
	{"sign-in, which regenerates", "/login", moved, 1, 0},
	{"sign-out", "/logout", alive, -1, 0},
}

// A CutResult is what became of an act whose replies were lost.
type CutResult struct {
	// Replies are how many were cut, and Failed how often the client was told
	// that the act has failed.
	Replies, Failed int
	// Twice are acts that were carried out more than once, or by half, and
	// False those that were said to be carried out and were not.
	Twice, False int
}

func counted(path string) func(_, now *Browser) (int, error) {
	return func(_, now *Browser) (int, error) { return count(now, path) }
}

// moved returns 1 if the user is signed in under a new id and under no other,
// 0 if it is the old one.
func moved(before, now *Browser) (int, error) {
	old, err := signedIn(before.Copy())
	if err != nil || before.id() == now.id() && old {
		return 0, err
	}
	in, err := signedIn(now.Copy())
	if in && !old {
		return 1, err
	}
	return 2, err
}

// alive returns 1 if the user is signed in.
func alive(before, _ *Browser) (int, error) {
	in, err := signedIn(before.Copy())
	if in {
		return 1, err
	}
	return 0, err
}

// id returns the session's id, as the browser has it.
func (b *Browser) id() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.cookies["koa.sid"]
}

// Run has the act carried out again and again, by a user who is signed in
// before, until each of its replies has been cut after each of its bytes.
func (c Cut) Run(b *Browsers, proxy *cutproxy.Proxy) (r CutResult, err error) {
	for reply := 0; ; reply++ {
		for byt := 0; ; byt++ {
			cut, err := c.once(b, proxy, reply, byt, &r)
			if err != nil {
				return r, fmt.Errorf("%s: reply %d cut at byte %d: %w", c.Name, reply, byt, err)
			}
			if !cut {
				return r, nil // there is no such reply
			}
			if byt >= proxy.Reply()-1 {
				break
			}
		}
	}
}

// once carries the act out while a reply is cut.
func (c Cut) once(b *Browsers, proxy *cutproxy.Proxy, reply, byt int, r *CutResult) (cut bool, err error) {
	now := b.New()
	if _, err := now.Get("/login"); err != nil {
		return false, err
	}
	before := now.Copy()
	was, err := c.found(before, now)
	if err != nil {
		return false, err
	}
	proxy.Cut(reply, byt)
	_, failure := now.Get(c.path)
	if proxy.Disarm() {
		return false, failure
	}
	is, err := c.found(before, now)
	if err != nil {
		return true, err
	}
	r.Replies++
	switch changed := is - was; {
	case failure != nil:
		r.Failed++
		if changed != c.done && changed != c.undone {
			r.Twice++
		}
	case changed == c.undone:
		r.False++
	case changed != c.done:
		r.Twice++
	}
	return true, nil
}
