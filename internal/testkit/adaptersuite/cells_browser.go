package adaptersuite

import (
	"context"
	"sync"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/go-holdall/holdall/core"
)

// browserCells is what a browser does to a session by sending several requests
// at once, and several cookies of one name.
func browserCells() []Cell {
	return []Cell{
		{Name: "play: a double click on sign in", Rule: "two sign-ins at once make two sessions", Play: doubleClick},
		{Name: "play: a slow page beside a sign-in, rolling", Rule: "no response carries an id that was replaced", Options: rolling, Play: slowPage},
		{Name: "play: a late poll after a sign-out", Rule: "an ended id does not speak to the browser within the grace", Play: latePoll},
		{Name: "play: a rotation overtakes a sign-out", Rule: "an end follows to every successor", Play: overtakenSignOut},
		{Name: "play: a sign-out overtakes a rotation", Rule: "a rotation never undoes a sign-out", Play: overtakenRotation},
		{Name: "play: a rotation overtakes a change", Rule: "a change under way is carried into the successor", Play: overtakenChange},
		{Name: "two cookies, the first one dead", Rule: candidates, Play: sends(Stranger, Known).reads("old")},
		{Name: "two cookies, the second one dead", Rule: candidates, Play: sends(Known, Stranger).reads("old")},
		{Name: "two cookies, the first one replaced", Rule: candidates, Play: sends(Retired, Known).reads("old")},
		{Name: "two cookies, the first one forged", Rule: candidates, Play: sends(Forger, Known).reads("old")},
		{Name: "two cookies, replaced and dead", Rule: "replaced applies if none lives, and then none is cleared", Play: sends(Retired, Stranger).reads("")},
		{Name: "two cookies, dead and replaced", Rule: "replaced applies if none lives, and then none is cleared", Play: sends(Stranger, Retired).reads("")},
		{Name: "two cookies, both dead", Rule: "only if none lives are dead ones cleared", Play: sends(Stranger, Former).isCleared},
		{Name: "two cookies, destroy", Rule: "Destroy ends every session that the request's cookies name", Play: sends(Stranger, Known).endsBoth},
	}
}

const candidates = "of several well-signed cookies the first that the store knows alive counts, and none is cleared"

// overtaken has a request of Known's under way, with its session loaded, while
// another one of theirs is answered, and returns both answers.
func (s *Site) overtaken(slow, quick Step) (late, first Reply) {
	underWay, answered := make(chan struct{}), make(chan struct{})
	s.do = func(v *Visit) error {
		if v.Path() == "/quick" {
			return quick(v)
		}
		return do(use, func(*Visit) error {
			close(underWay)
			<-answered
			return nil
		}, slow)(v)
	}
	replies := make(chan Reply)
	go func() {
		reply, _ := s.send(context.Background(), s.cookieHeader(Known), Ask{})
		replies <- reply
	}()
	<-underWay
	first = s.As(Known, Ask{Path: "/quick"})
	close(answered)
	late = <-replies
	s.Settle()
	return late, first
}

// sees asks what the holder of some cookies has under a key, "" for nothing.
func (s *Site) sees(cookies, key string) string {
	var value string
	s.do = with(func(session *session) (err error) {
		if value, err = core.Get[string](session, key); err == core.ErrNoValue {
			return nil
		}
		return err
	})
	reply := s.Send(cookies, Ask{})
	require.Equal(s.T, 200, reply.Status)
	require.Empty(s.T, reply.Header["Set-Cookie"])
	return value
}

func doubleClick(s *Site) {
	var loaded, all sync.WaitGroup
	loaded.Add(2)
	s.do = do(use, func(*Visit) error {
		loaded.Done()
		loaded.Wait()
		return nil
	}, signIn, set("user", "ann"), text)
	var replies [2]Reply
	for i := range replies {
		all.Go(func() { replies[i], _ = s.send(context.Background(), s.cookieHeader(Known), Ask{}) })
	}
	all.Wait()
	s.Settle()
	for _, reply := range replies {
		assert.Equal(s.T, 200, reply.Status)
		assert.Equal(s.T, "ann", s.sees(cookieOf(reply), "user"))
		assert.Equal(s.T, "old", s.sees(cookieOf(reply), "a"))
	}
	require.NotEqual(s.T, cookieOf(replies[0]), cookieOf(replies[1]))
	require.Empty(s.T, s.sees(s.cookieHeader(Known), "user"))
	require.Empty(s.T, s.Reported())
}

func slowPage(s *Site) {
	slow, signedIn := s.overtaken(do(read("a", "old"), text), do(signIn, set("user", "ann"), text))
	require.Equal(s.T, page, slow.Body)
	require.Empty(s.T, slow.Header["Set-Cookie"])
	require.Equal(s.T, "ann", s.sees(cookieOf(signedIn), "user"))
	require.Empty(s.T, s.Reported())
}

func latePoll(s *Site) {
	s.do = do(destroy, text)
	require.Equal(s.T, Outcome{}.clears().Cookies, s.Cookies(s.As(Known, Ask{}).Header))
	s.do = do(set("user", "ann"), text)
	again := cookieOf(s.As(Visitor, Ask{}))
	require.Empty(s.T, s.sees(s.cookieHeader(Known), "a"), "and no cookie is cleared")
	require.Equal(s.T, "ann", s.sees(again, "user"))
}

func overtakenSignOut(s *Site) {
	signedOut, rotated := s.overtaken(do(destroy, text), do(signIn, text))
	require.Equal(s.T, Outcome{}.clears().Cookies, s.Cookies(signedOut.Header))
	require.Empty(s.T, s.sees(cookieOf(rotated), "a"))
	require.Empty(s.T, s.Reported())
}

func overtakenRotation(s *Site) {
	rotated, signedOut := s.overtaken(do(signIn, set("b", "new"), text), do(destroy, text))
	require.Equal(s.T, Outcome{}.clears().Cookies, s.Cookies(signedOut.Header))
	require.Equal(s.T, "new", s.sees(cookieOf(rotated), "b"), "what the request itself has set")
	require.Empty(s.T, s.sees(cookieOf(rotated), "a"), "nothing of the session that was ended")
}

func overtakenChange(s *Site) {
	changed, signedIn := s.overtaken(do(set("a", "new"), set("user", "mallory"), text), do(signIn, set("user", "ann"), text))
	require.Equal(s.T, page, changed.Body)
	require.Empty(s.T, changed.Header["Set-Cookie"])
	require.Equal(s.T, "new", s.sees(cookieOf(signedIn), "a"))
	require.Equal(s.T, "ann", s.sees(cookieOf(signedIn), "user"), "what the sign-in itself has set stands")
	require.Empty(s.T, s.Reported())
}

// clients are those whose cookies one request carries.
type clients []Client

func sends(all ...Client) clients { return all }

// cookies are those of all, with what the store has to know about them.
func (all clients) cookies(s *Site) (header string) {
	for _, c := range all {
		arrange(s.Store, c)
		if header != "" {
			header += "; "
		}
		header += s.cookieHeader(c)
	}
	return header
}

// reads is a play in which they have a value, and no cookie is sent.
func (all clients) reads(want string) func(s *Site) {
	return func(s *Site) { require.Equal(s.T, want, s.sees(all.cookies(s), "a")) }
}

func (all clients) isCleared(s *Site) {
	s.do = text
	require.Equal(s.T, Outcome{}.clears().Cookies, s.Cookies(s.Send(all.cookies(s), Ask{}).Header))
}

func (all clients) endsBoth(s *Site) {
	s.Store.Put(prefix+strangerID, `{"cookie":`+attributes+`,"a":"another"}`, 24*time.Hour)
	s.do = do(destroy, text)
	require.Equal(s.T, Outcome{}.clears().Cookies, s.Cookies(s.Send(all.cookies(s), Ask{}).Header))
	require.Empty(s.T, s.Records())
}
