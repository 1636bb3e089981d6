package core

import (
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"
)

func TestATurnIsOneGoroutinesAtATime(t *testing.T) {
	var turn turn
	var all sync.WaitGroup
	n := 0
	for range 8 {
		all.Go(func() {
			for range 1000 {
				turn.Lock()
				n++
				turn.Unlock()
			}
		})
	}
	all.Wait()
	require.Equal(t, 8000, n)
	require.Zero(t, turn.waiting.Load())
}

func TestATurnThatWasGivenBackIsNotWaitedFor(t *testing.T) {
	var turn turn
	require.True(t, turn.wait(hookBound))
}

// Each call of a hook has the whole bound, and what is no hook has none.
func TestOnlyOneCallOfAHookIsWaitedForWithinTheBound(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var turn turn
		turn.Lock()
		result := make(chan error, 2)
		for range 2 {
			go func() { result <- turn.lockWithin(hookBound) }()
		}
		time.Sleep(2 * hookBound)
		for range 3 {
			turn.setHook(true)
			time.Sleep(hookBound - 1)
			turn.setHook(false)
		}
		synctest.Wait()
		require.Empty(t, result)
		turn.Unlock()
		require.NoError(t, <-result, "one of them")
		turn.setHook(true)
		begun := time.Now()
		require.ErrorIs(t, <-result, ErrInsideHook)
		require.Equal(t, hookBound, time.Since(begun))
		ended := make(chan bool)
		go func() {
			turn.Lock()
			close(ended)
		}()
		time.Sleep(3 * hookBound)
		turn.setHook(false)
		turn.Unlock()
		<-ended
	})
}
