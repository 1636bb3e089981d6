package pipelining

import (
	"github.com/go-holdall/holdall/core"
	redisstore "github.com/go-holdall/holdall/stores/redis"
)

// A variant is a way to have the Redis store.
type variant struct {
	name    string
	options redisstore.Options
}

// variants are what is compared. A new option of the store is one more line.
var variants = []variant{
	{"plain", redisstore.Options{}},
	{"Pipelining", redisstore.Options{Pipelining: true}},
}

func (v variant) open(addr string) (core.Store, func() error, error) {
	s, err := redisstore.Open("redis://"+addr, v.options)
	if err != nil {
		return nil, nil, err
	}
	return s, s.Close, nil
}
