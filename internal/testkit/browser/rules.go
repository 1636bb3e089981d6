package browser

import (
	"fmt"
	"slices"
	"time"

	"github.com/go-holdall/holdall/core"
)

// Run plays a schedule, waits until all is quiet and the grace is over, and
// returns the rule that was broken, "" for none.
func Run(s Schedule, store core.Store, opts core.Options) string {
	opts.SigningKeys = []string{"0123456789abcdef-shop-key-ONE-x!"}
	opts.ErrorHandler = func(_ core.Request, err error) error { return err }
	opts.Store = slowStore{store}
	if swap, ok := store.(core.Swapper); ok {
		opts.Store = slowSwapStore{slowStore{store}, swap}
	}
	engine, err := core.New(opts)
	if err != nil {
		return err.Error()
	}
	defer engine.Close()
	w := &world{engine: engine}
	w.pace.taken = map[int64]bool{}
	done, start := make(chan bool), time.Now()
	for _, a := range s {
		d := w.pace.until(start.Add(a.At))
		go func() { time.Sleep(d); w.send(a); done <- true }()
	}
	for range s {
		<-done
	}
	log := slices.Clone(w.log)
	look := Act{Kind: Poll}
	now := w.send(look)
	if broken := intent(log, now); broken != "" {
		return broken
	}
	if broken := saved(log, now); broken != "" && opts.Store != (slowStore{store}) {
		return broken
	}
	time.Sleep(time.Minute)
	w.send(Act{Kind: Visit})
	signed := w.send(Act{Kind: SignIn, User: "eve"})
	if after := w.send(look); after.page.user != "eve" {
		return fmt.Sprintf("2: a visit and a sign-in after the grace: %d, and then user %q", signed.status, after.page.user)
	}
	return planted(w, append(log, signed))
}

// intent is the first rule: of the last sign-in or sign-out. A sign-out stands
// whatever else was under way but a sign-in; a sign-in beside others of the same
// user, as in a double click, and beside pages that learned of it too late to
// speak.
func intent(log []*visit, now *visit) string {
	last := -1
	for i, v := range log {
		if v.Kind == SignIn || v.Kind == SignOut {
			last = i
		}
	}
	if last < 0 {
		return ""
	}
	v := log[last]
	switch {
	case v.Kind == SignOut && !besideSignIn(log, v) && now.page.user != "":
		return fmt.Sprintf("1: signed out (%d), and %q is signed in", v.status, now.page.user)
	case v.Kind == SignIn && v.status == 200 && v.taken && !disputed(log, v) && now.page.user != v.User:
		return fmt.Sprintf("1: signed in as %q, and %q is", v.User, now.page.user)
	}
	return ""
}

func besideSignIn(log []*visit, v *visit) bool {
	return slices.ContainsFunc(log, func(o *visit) bool { return o.Kind == SignIn && o.ended.After(v.sent) })
}

// disputed reports whether something was under way beside a sign-in that no
// server can put in order: another act, or an answer with a cookie that was
// made before the sign-in was done and arrived after it.
func disputed(log []*visit, v *visit) bool {
	return slices.ContainsFunc(log, func(o *visit) bool {
		switch {
		case o == v || o.ended.Before(v.sent):
			return false
		case o.Kind == SignIn:
			return o.User != v.User || o.taken && o.status != 200
		case o.Kind.intends():
			return true
		case !o.taken || o.lines == nil || o.sent.After(v.ended):
			return false
		}
		knew := o.done.Add(-o.Call).After(v.done) && o.arrived.Before(v.arrived.Add(time.Second))
		return !knew || !slices.Equal(o.cookies, v.cookies)
	})
}

// saved is the third rule: what a page said was saved is there, unless an act
// ended it, or an answer that carried it on was lost.
func saved(log []*visit, now *visit) string {
	for _, v := range log {
		if v.Kind != Cart || !v.taken || v.status != 200 || slices.Contains(now.page.cart, v.item) || excused(log, v) {
			continue
		}
		return fmt.Sprintf("3: thing %d was put into the cart and is not there", v.item)
	}
	return ""
}

func excused(log []*visit, v *visit) bool {
	return slices.ContainsFunc(log, func(o *visit) bool {
		switch {
		case o == v || !o.ended.After(v.sent):
			return false
		case !o.Kind.intends():
			return o.lines != nil
		}
		return o.Kind == SignOut || !o.taken || o.status != 200 || raced(log, o)
	}) || beganTwice(log, v)
}

// raced reports whether another act was under way beside o: which of their two
// sessions the browser keeps, the order of the answers decides.
func raced(log []*visit, o *visit) bool {
	return slices.ContainsFunc(log, func(p *visit) bool {
		return p != o && p.Kind.intends() && p.sent.Before(o.ended) && o.sent.Before(p.ended)
	})
}

// beganTwice reports whether two requests at once came without a cookie and made
// a session each, and v may be in the one that the browser does not keep: it was
// sent before both answers had come, or beside an act that was. No server knows
// that the two are of one browser.
func beganTwice(log []*visit, v *visit) bool {
	until := begun(log)
	return until.After(v.sent) || slices.ContainsFunc(log, func(o *visit) bool {
		return o != v && o.Kind.intends() && o.sent.Before(until) && o.ended.After(v.sent)
	})
}

// begun returns when the last of several first sessions was answered, zero where
// there is one at the most.
func begun(log []*visit) (until time.Time) {
	began := func(o *visit) bool { return o.cookies == nil && o.lines != nil && !o.Kind.intends() }
	for _, o := range log {
		twice := began(o) && slices.ContainsFunc(log, func(p *visit) bool {
			return p != o && began(p) && p.sent.Before(o.ended) && o.sent.Before(p.ended)
		})
		if twice && o.ended.After(until) {
			until = o.ended
		}
	}
	return until
}

// planted is the fourth rule: what a sign-in came with is nobody's after it.
func planted(w *world, log []*visit) string {
	for _, v := range log {
		if v.Kind != SignIn || v.status != 200 {
			continue
		}
		probe := &visit{Act: Act{Kind: Poll}, world: w, cookies: v.cookies}
		if probe.serve(); probe.page.user != "" {
			return fmt.Sprintf("4: the id that a sign-in came with is %q's", probe.page.user)
		}
	}
	return ""
}
