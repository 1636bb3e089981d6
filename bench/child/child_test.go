package child

import (
	"context"
	"os/exec"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func TestStopEndsIt(t *testing.T) {
	p, err := Start(exec.CommandContext(t.Context(), "sleep", "60"))
	require.NoError(t, err)
	p.Stop()
	ended(t, p)
	p.Stop() // once more is once too often, and does no harm
}

func TestItsContextEndsIt(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	p, err := Start(exec.CommandContext(ctx, "sleep", "60"))
	require.NoError(t, err)
	cancel()
	ended(t, p)
	require.ErrorIs(t, p.Err(ctx), context.Canceled)
}

func TestItsInputIsOpen(t *testing.T) {
	p, err := Start(exec.CommandContext(t.Context(), "cat"))
	require.NoError(t, err)
	select {
	case <-p.Ended():
		t.Fatal("cat has read to the end")
	case <-time.After(50 * time.Millisecond):
	}
	p.Stop()
}

func TestErrHasWhatItSaid(t *testing.T) {
	p, err := Start(exec.CommandContext(t.Context(), "sh", "-c", "echo out; echo err >&2; exit 3"))
	require.NoError(t, err)
	ended(t, p)
	require.ErrorContains(t, p.Err(t.Context()), "out\nerr")
}

func TestStartOfNothing(t *testing.T) {
	_, err := Start(exec.CommandContext(t.Context(), "/nowhere/to/be/found"))
	require.Error(t, err)
}

func TestTailKeepsTheEnd(t *testing.T) {
	var out tail
	for range 2 * tailSize {
		_, _ = out.Write([]byte("a"))
	}
	_, _ = out.Write([]byte("b"))
	require.Len(t, out.String(), tailSize)
	require.Equal(t, byte('b'), out.String()[tailSize-1])
}

func TestPinnedCommandsRun(t *testing.T) {
	require.Empty(t, Pin(1_000_000))
	words := append(Pin(0), "true")
	require.NoError(t, exec.Command(words[0], words[1:]...).Run())
}

func ended(t *testing.T, p *Process) {
	t.Helper()
	select {
	case <-p.Ended():
	case <-time.After(10 * time.Second):
		t.Fatal("it has not ended")
	}
}
