package browser

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/go-holdall/holdall/core"
)

const ms = time.Millisecond

// act is a click whose way takes a moment only.
func act(at time.Duration, tab int, kind Kind, work time.Duration) Act {
	return Act{At: at, Tab: tab, Kind: kind, User: "ada", Up: ms, Work: work, Call: ms, Down: ms}
}

// The stories for which the rules were made.
func TestKnownStories(t *testing.T) {
	slow := act(5010*ms, 0, Rotate, ms)
	slow.Down = 300 * ms
	for name, s := range map[string]Schedule{
		"a double click on sign in":            {act(0, 0, Visit, ms), act(1000*ms, 0, SignIn, 150*ms), act(1030*ms, 0, SignIn, 150*ms)},
		"a page that only reads":               {act(0, 0, Visit, ms), act(1000*ms, 1, Poll, 200*ms), act(1060*ms, 0, SignIn, ms)},
		"a sign-out that a rotation overtakes": {act(0, 0, Visit, ms), act(1000*ms, 0, SignIn, ms), act(5000*ms, 1, SignOut, 100*ms), slow},
		"a change beside a sign-in":            {act(0, 0, Visit, ms), act(1000*ms, 1, Cart, 200*ms), act(1060*ms, 0, SignIn, ms)},
	} {
		t.Run(name, func(t *testing.T) {
			require.Empty(t, play(t, s, core.Options{Rolling: true}), s.String())
		})
	}
}
