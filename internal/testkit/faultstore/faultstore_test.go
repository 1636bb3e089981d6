package faultstore

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/go-holdall/holdall/stores/storetest"
)

func TestConformance(t *testing.T) {
	stores := map[string]storetest.Harness{
		"everything": {
			New:     func() (storetest.Store, error) { return New(), nil },
			Require: []storetest.Capability{storetest.Touch, storetest.Swap, storetest.Outage},
		},
		"plain": {New: func() (storetest.Store, error) { return New().Plain(), nil }},
	}
	for name, harness := range stores {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) { require.NoError(t, storetest.Check(harness)) })
		})
	}
}

func TestFaults(t *testing.T) {
	ctx := context.Background()
	s := New()
	s.Fail("set", ErrRefused)
	require.ErrorIs(t, s.Set(ctx, "k", []byte("v"), time.Hour), ErrRefused)
	require.Empty(t, s.Records())
	s.Fail("set", nil)
	s.LoseAnswer("set")
	require.ErrorIs(t, s.Set(ctx, "k", []byte("v"), time.Hour), ErrAnswerLost)
	require.Equal(t, "v", s.Records()["k"].Data)

	since := time.Now()
	s.Down(since)
	at, back := s.Outage("k")
	require.Equal(t, since, at)
	_, _, err := s.Get(ctx, "k")
	require.ErrorIs(t, err, ErrDown)
	s.Up()
	<-back
	_, found, err := s.Get(ctx, "k")
	require.NoError(t, err)
	require.True(t, found)

	var seen []string
	s.During(func(c Call) { seen = append(seen, c.Op) })
	canceled, cancel := context.WithCancel(ctx)
	cancel()
	require.ErrorIs(t, s.Destroy(canceled, "k"), context.Canceled)
	require.Equal(t, []string{"destroy"}, seen)
	ops := []string{}
	for _, c := range s.Calls() {
		ops = append(ops, c.Op)
	}
	require.Equal(t, []string{"set", "set", "get", "get", "destroy"}, ops)
}

func TestWaitingIsToldOfThoseWhoAskWhileItIsDown(t *testing.T) {
	s, told := New(), 0
	s.Waiting(func() { told++ })
	_, back := s.Outage("key")
	require.Nil(t, back)
	require.Zero(t, told)
	s.Down(time.Now())
	_, back = s.Outage("key")
	require.NotNil(t, back)
	require.Equal(t, 1, told)
	s.Up()
	<-back
}
