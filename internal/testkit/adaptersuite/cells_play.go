package adaptersuite

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"slices"
	"strconv"
	"sync"
	"sync/atomic"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/go-holdall/holdall/core"
	"github.com/go-holdall/holdall/internal/testkit"
)

// who is a handler that remembers who its visitor said to be, and says it.
func who(v *Visit) error {
	s, err := v.Session()
	if err != nil {
		return err
	}
	if name := v.Header("X-Who"); name != "" {
		if err := s.Set("who", name); err != nil {
			return err
		}
	}
	name, err := core.Get[string](s, "who")
	if err != nil {
		return err
	}
	return v.String(http.StatusOK, name)
}

func saying(name string) Ask { return Ask{Header: map[string]string{"X-Who": name}} }

// counting counts the session's visits, and says how many there were.
func counting(v *Visit) error {
	s, err := v.Session()
	if err != nil {
		return err
	}
	n, err := core.Update(s, "n", func(n int) int { return n + 1 })
	if err != nil {
		return err
	}
	return v.String(http.StatusOK, strconv.Itoa(n))
}

// playCells is what takes more than one request.
func playCells() []Cell {
	return slices.Concat([]Cell{
		{Name: "play: two users on one connection", Rule: "the framework's context is never kept", Do: who, Play: twoUsers},
		{Name: "play: 200 new sessions at once", Rule: "each has a session of its own", Do: who, Play: manyUsers},
		{Name: "play: 40 updates of one session", Rule: "no change is lost", Do: counting, Play: manyUpdates},
		{Name: "play: a session that outlives its request", Rule: "a session is sealed when its request ends", Play: outlives},
		{Name: "play: a goroutine beside the handler", Rule: "a session is safe for several goroutines", Play: beside},
		{Name: "play: a visitor signs in and out", Rule: "nothing of a session is left when its user has signed out", Play: signsInAndOut},
		{Name: "play: two tabs, one signs out", Rule: "D14: a destroyed session is not brought back", Play: twoTabs},
		{Name: "play: a key is rotated", Rule: "an id that was signed with an older key is signed again", Do: use, Play: rotates},
		{Name: "play: the store comes back", Rule: "every waiter wakes as soon as it is back", Do: who, Play: comesBack},
		{Name: "play: the client leaves", Rule: "a save outlives the client's disconnect", Play: leaves},
	}, http2Cells())
}

func twoUsers(s *Site) {
	connections := s.keepAlive()
	alice := cookieOf(s.As(Visitor, saying("alice")))
	bob := cookieOf(s.As(Visitor, saying("bob")))
	for range 3 {
		require.Equal(s.T, "alice", s.Send(alice, Ask{}).Body)
		require.Equal(s.T, "bob", s.Send(bob, Ask{}).Body)
		require.Equal(s.T, 500, s.As(Visitor, Ask{}).Status, "a third one is nobody")
	}
	require.EqualValues(s.T, 1, connections.Load(), "connections")
	require.Equal(s.T, []string{oldKnown, `new1 {"who":"alice"}`, `new2 {"who":"bob"}`}, s.Records())
}

// keepAlive has the client use one connection, and counts those that it opens.
func (s *Site) keepAlive() *atomic.Int64 {
	opened, dialer := new(atomic.Int64), new(net.Dialer)
	transport := s.client.Transport.(*http.Transport)
	transport.DisableKeepAlives = false
	transport.DialContext = func(ctx context.Context, network, addr string) (net.Conn, error) {
		opened.Add(1)
		return dialer.DialContext(ctx, network, addr)
	}
	return opened
}

func manyUsers(s *Site) {
	var all sync.WaitGroup
	for client := range 8 {
		all.Go(func() {
			for n := range 25 {
				name := fmt.Sprintf("%d.%d", client, n)
				reply := s.As(Visitor, saying(name))
				assert.Equal(s.T, name, reply.Body)
				assert.Equal(s.T, name, s.Send(cookieOf(reply), Ask{}).Body)
			}
		})
	}
	all.Wait()
	require.Len(s.T, s.Store.Records(), 201)
}

func manyUpdates(s *Site) {
	var all sync.WaitGroup
	for range 8 {
		all.Go(func() {
			for range 5 {
				assert.Equal(s.T, 200, s.As(Known, Ask{}).Status)
			}
		})
	}
	all.Wait()
	s.Settle()
	require.Equal(s.T, []string{`known {"a":"old","n":40}`}, s.Records())
}

func outlives(s *Site) {
	var kept *session
	s.do = func(v *Visit) (err error) {
		if kept != nil {
			return who(v)
		}
		kept, err = v.Session()
		return err
	}
	s.As(Known, Ask{})
	s.Settle()
	alice := s.As(Visitor, saying("alice"))
	s.Settle()
	require.ErrorIs(s.T, kept.Set("a", "new"), core.ErrSealed)
	require.ErrorIs(s.T, kept.Save(context.Background()), core.ErrSealed)
	_, err := core.Get[string](kept, "who")
	require.ErrorIs(s.T, err, core.ErrSealed)
	kept.Destroy()
	require.Equal(s.T, "alice", s.Send(cookieOf(alice), Ask{}).Body)
	require.Equal(s.T, []string{"ErrSealed", "ErrSealed"}, s.Reported(), "of Set and Destroy")
	require.Equal(s.T, []string{oldKnown, `new1 {"who":"alice"}`}, s.Records())
}

func beside(s *Site) {
	ended := make(chan error, 1)
	s.do = func(v *Visit) error {
		kept, err := v.Session()
		if err != nil {
			return err
		}
		started := make(chan struct{})
		go func() {
			close(started)
			for n := 0; err == nil; n++ {
				err = kept.Set("n", n)
				time.Sleep(time.Millisecond)
			}
			ended <- err
		}()
		<-started
		time.Sleep(5 * time.Millisecond)
		return text(v)
	}
	require.Equal(s.T, page, s.As(Known, Ask{}).Body)
	require.ErrorIs(s.T, <-ended, core.ErrSealed)
	require.Equal(s.T, []string{"ErrSealed"}, s.Reported())
}

func signsInAndOut(s *Site) {
	s.do = do(set("cart", 1), text)
	visitor := cookieOf(s.As(Visitor, Ask{}))
	s.do = do(signIn, set("user", "ann"), text)
	user := cookieOf(s.Send(visitor, Ask{}))
	s.do = do(read("user", "ann"), text)
	require.Equal(s.T, 200, s.Send(user, Ask{}).Status)
	late := s.Send(visitor, Ask{})
	require.Equal(s.T, 500, late.Status, "the visitor's id is worth nothing")
	require.Empty(s.T, late.Header["Set-Cookie"], "and its late users lose nothing they have got since")
	s.do = do(destroy, text)
	require.Equal(s.T, Outcome{}.clears().Cookies, s.Cookies(s.Send(user, Ask{}).Header))
	s.do = do(read("user", "ann"), text)
	require.Equal(s.T, 500, s.Send(user, Ask{}).Status)
	require.Equal(s.T, []string{oldKnown, "new1 null 1m0s"}, s.Records())
}

func twoTabs(s *Site) {
	underWay, signedOut := make(chan struct{}), make(chan struct{})
	s.do = func(v *Visit) error {
		if v.Path() == "/signout" {
			return do(destroy, text)(v)
		}
		return do(set("a", "new"), func(*Visit) error {
			close(underWay)
			<-signedOut
			return nil
		}, text)(v)
	}
	replies := make(chan Reply)
	go func() {
		reply, _ := s.send(context.Background(), s.cookieHeader(Known), Ask{})
		replies <- reply
	}()
	<-underWay
	require.Equal(s.T, 200, s.As(Known, Ask{Path: "/signout"}).Status)
	close(signedOut)
	reply := <-replies
	s.Settle()
	require.Equal(s.T, 200, reply.Status)
	require.Empty(s.T, reply.Header["Set-Cookie"])
	require.Equal(s.T, []string{"ErrGone"}, s.Reported())
	require.Empty(s.T, s.Records())
}

func rotates(s *Site) {
	first := s.As(Rotated, Ask{})
	require.Equal(s.T, Outcome{}.sets("known").Cookies, s.Cookies(first.Header))
	require.Empty(s.T, s.Send(cookieOf(first), Ask{}).Header["Set-Cookie"])
	require.Equal(s.T, []string{"get known", "get known", "get known"}, s.Calls(), "before it is sent it is looked for once more")
}

func comesBack(s *Site) {
	alice := cookieOf(s.As(Visitor, saying("alice")))
	const waiters = 20
	var waiting atomic.Int64
	s.Store.Waiting(func() {
		if waiting.Add(1) == waiters {
			s.Store.Up()
		}
	})
	s.Store.Down(time.Now())
	var all sync.WaitGroup
	for range waiters {
		all.Go(func() { assert.Equal(s.T, "alice", s.Send(alice, Ask{}).Body) })
	}
	all.Wait()
	require.Empty(s.T, s.Reported())
}

func leaves(s *Site) {
	arrived, left := make(chan struct{}), make(chan struct{})
	s.do = do(set("a", "new"), func(v *Visit) error {
		close(arrived)
		<-left
		if s.Framework != "fiber" { // where nobody is told that a client has left
			<-v.Context.Context().Done()
		}
		return nil
	}, text)
	ctx, leave := context.WithCancel(context.Background())
	gone := make(chan error)
	go func() {
		_, err := s.send(ctx, s.cookieHeader(Known), Ask{})
		gone <- err
	}()
	<-arrived
	leave()
	require.ErrorIs(s.T, <-gone, context.Canceled)
	close(left)
	s.Settle()
	require.Eventually(s.T, func() bool { return slices.Equal(s.Records(), []string{newKnown}) }, patience, time.Millisecond)
	require.Empty(s.T, s.Reported())
}

// http2Cells is the same over HTTP/2, where a connection has many requests at
// a time and cannot be hijacked.
func http2Cells() []Cell {
	const same = "all is as over HTTP/1.1"
	noHTTP2 := fiber("fasthttp speaks no HTTP/2", nil)
	overTLS := func(_ *Site, app *testkit.App) { app.TLS = true }
	changed := answer(200, page).sets("known").calls("get known", "swap known").holds(newKnown)
	return []Cell{
		{Name: "HTTP/2: set", Rule: same, Client: Known, App: overTLS, Do: do(set("a", "new"), text), Want: changed.over(2), Except: noHTTP2},
		{Name: "HTTP/2: nothing written", Rule: same, Client: Known, App: overTLS, Do: set("a", "new"), Want: withBody(changed, ""), Except: noHTTP2},
		{Name: "HTTP/2: flush first", Rule: same, Client: Known, App: overTLS, Do: do(set("a", "new"), flush, write(page)), Want: changed, Except: noHTTP2},
		{Name: "HTTP/2: late", Rule: same, Client: Known, App: overTLS, Do: do(flush, set("a", "new"), write(page)),
			Want: answer(200, page).calls("get known", "swap known").holds(newKnown), Except: noHTTP2},
		{Name: "HTTP/2: 204", Rule: same, Client: Known, App: overTLS, Do: do(set("a", "new"), status(204)), Want: withStatus(withBody(changed, ""), 204), Except: noHTTP2},
		{Name: "HTTP/2: the save fails", Rule: same, Client: Known, App: overTLS, Trouble: failing("swap"),
			Do:   do(set("a", "new"), func(v *Visit) error { return v.String(200, big) }),
			Want: refused(500).calls("get known", "swap known").reports("store set"), Except: noHTTP2},
		{Name: "HTTP/2: hijack", Rule: "there is no connection to take over", Client: Known, App: overTLS, Do: do(set("a", "new"), hijack),
			Want: withStatus(withBody(changed, Anything), 500),
			Except: map[string]Exception{"fiber": {"fasthttp speaks no HTTP/2", nil},
				"gin": {"its writer panics where there is no http.Hijacker", func(o *Outcome) { *o = Outcome{Store: o.Store, Records: o.Records} }}}},
		{Name: "HTTP/2: 40 updates of one session", Rule: "no change is lost", App: overTLS, Do: counting, Except: noHTTP2, Play: func(s *Site) {
			s.keepAlive()
			manyUpdates(s)
		}},
	}
}
