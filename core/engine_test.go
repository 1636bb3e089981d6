package core

import (
	"bytes"
	"log/slog"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestTheDefaultStoreIsTheEnginesOwn(t *testing.T) {
	e, err := New(Options{SigningKeys: testKeys})
	require.NoError(t, err)
	c := newClient()
	s, err := e.Load(c, c)
	require.NoError(t, err)
	require.NoError(t, s.Set("n", 1))
	require.NoError(t, s.End())
	require.Len(t, c.cookies, 2)

	waiting, err := e.Load(c.again(), c)
	require.NoError(t, err)
	require.NoError(t, waiting.Set("n", 2))
	require.NoError(t, e.Close())
	require.NoError(t, e.Close())
	require.ErrorIs(t, waiting.Commit(), ErrClosed)
	require.NoError(t, waiting.End())
}

func TestMust(t *testing.T) {
	require.PanicsWithError(t, "session: option SigningKeys: is empty; set Cookie.DisableSigning to send unsigned cookies", func() {
		Must(New(Options{}))
	})
}

// logged runs f and returns what it gave to the default logger.
func logged(f func()) string {
	var log bytes.Buffer
	before := slog.Default()
	defer slog.SetDefault(before)
	slog.SetDefault(slog.New(slog.NewTextHandler(&log, nil)))
	f()
	return log.String()
}

func TestWhatNobodyIsAnsweredWithIsLogged(t *testing.T) {
	b := newBench(t, Options{}, "full")
	b.engine.opts.ErrorHandler = nil
	c := b.signedIn(map[string]any{"n": 1})
	id := b.id(c)
	text := logged(func() {
		s := b.begin(c)
		require.NoError(t, s.Commit())
		c.started = true
		require.NoError(t, s.Regenerate())
		require.NoError(t, s.Set("n", 2))
		require.NoError(t, s.End())
	})
	require.Contains(t, text, ErrTooLate.Error())
	require.NotContains(t, text, id)

	text = logged(func() {
		b.fail["swap"] = errStore
		s := b.begin(newClient())
		require.NoError(t, s.Set("n", 1))
		err := s.Commit()
		require.ErrorIs(t, err, errStore, "without a handler it is the request's error")
		s.Overruled(s.req, err)
	})
	require.Contains(t, text, errStore.Error())

	b.engine.opts.ErrorHandler = b.told.handle
	require.Empty(t, logged(func() { s := b.begin(newClient()); s.Overruled(s.req, errStore) }), "the handler has been told")
}

func TestAReplyOfAFailedPlainSetIsAnError(t *testing.T) {
	b := newBench(t, Options{}, "plain")
	c := b.signedIn(map[string]any{"n": 1})
	b.fail["set"] = errStore
	require.ErrorIs(t, b.request(c, func(s *Session) { require.NoError(t, s.Set("n", 2)) }), errStore)
	b.fail["destroy"], b.fail["set"] = errStore, nil
	require.ErrorIs(t, b.request(c.again(), func(s *Session) { require.NoError(t, s.RegenerateKeep()) }), errStore)
}
