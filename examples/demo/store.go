package main

import (
	"github.com/go-holdall/holdall/core"
	memorystore "github.com/go-holdall/holdall/stores/memory"
)

// recordPrefix is what the store's keys begin with; the id follows.
const recordPrefix = "koa:sess:"

// openStore chooses where the sessions are kept. Nothing else in the demo
// knows.
func openStore() (core.Store, func() error, error) {
	store, err := memorystore.New(memorystore.Options{})
	if err != nil {
		return nil, nil, err
	}
	return store, store.Close, nil
}
