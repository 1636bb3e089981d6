// Package browser is a person with a browser, for tests of the engine: a seed
// says what is clicked when, and how long everything takes on its way. Under a
// fake clock a schedule comes to the same end, but for the engine's random pauses
// after a conflict.
package browser

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"time"
)

// A Kind is what a person, or a page of theirs, does.
type Kind string

// The first four are navigations, which replace each other in their tab.
const (
	Visit   Kind = "opens the sign-in page"
	SignIn  Kind = "clicks on sign in"
	SignOut Kind = "clicks on sign out"
	Rotate  Kind = "confirms the password"
	Cart    Kind = "puts something into the cart"
	Poll    Kind = "polls"
)

func (k Kind) navigates() bool { return k == Visit || k.intends() }
func (k Kind) intends() bool   { return k == SignIn || k == SignOut || k == Rotate }

// An Act is one request and how long its parts take. Each call of the store
// takes Call on its way there and again on its way back.
type Act struct {
	At                   time.Duration
	Tab                  int
	Kind                 Kind
	User                 string
	Up, Work, Call, Down time.Duration
	Lost                 bool // the answer never arrives
}

// A Schedule is what a person does, in order.
type Schedule []Act

// Generate returns the schedule of a seed.
func Generate(seed uint64) Schedule {
	r := rand.New(rand.NewPCG(seed, 1))
	some := func(most int) time.Duration { return time.Duration(1+r.IntN(most)) * time.Millisecond }
	kinds := []Kind{Visit, Visit, SignIn, SignIn, SignIn, SignOut, Rotate, Cart, Cart, Poll, Poll}
	at := time.Duration(0)
	s := Schedule{{Kind: Visit, Up: 1e6, Work: 1e6, Call: 1e6, Down: 1e6}}
	for range 3 + r.IntN(8) {
		at += some([]int{60, 60, 300, 1500, 4000}[r.IntN(5)])
		a := Act{At: at, Tab: r.IntN(2), Kind: kinds[r.IntN(len(kinds))], User: []string{"ada", "bob"}[r.IntN(5)/4]}
		a.Up, a.Work, a.Call, a.Down = some(60), some(250), some(20), some(60)
		a.Lost = r.IntN(12) == 0
		s = append(s, a)
	}
	return s
}

// String tells a schedule as a story.
func (s Schedule) String() string {
	var b strings.Builder
	for _, a := range s {
		fmt.Fprintf(&b, "at %v tab %d %s", a.At, a.Tab+1, a.Kind)
		if a.Kind == SignIn {
			fmt.Fprintf(&b, " as %s", a.User)
		}
		fmt.Fprintf(&b, " (%v there, %v of work, %v to and from the store, %v back", a.Up, a.Work, a.Call, a.Down)
		if a.Lost {
			b.WriteString(", the answer is lost")
		}
		b.WriteString(")\n")
	}
	return b.String()
}

// Shrink returns the shortest schedule that it finds which still fails.
func Shrink(s Schedule, fails func(Schedule) bool) Schedule {
	for i := 0; i < len(s); {
		less := append(append(Schedule(nil), s[:i]...), s[i+1:]...)
		if fails(less) {
			s, i = less, 0
			continue
		}
		i++
	}
	return s
}
