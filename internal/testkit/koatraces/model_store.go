package koatraces

import (
	"errors"
	"math"
)

// storeKey is the key of an id. The library makes "undefined" of one that it
// does not have.
func (x *exchange) storeKey(id string) string {
	if id == "" && !x.opts.HeaderIDs { // a header that is missing is ""
		id = "undefined"
	}
	return x.opts.Prefix + id
}

// call records a call, and returns its error if the step wants one.
func (x *exchange) call(c Call) error {
	x.out.Store = append(x.out.Store, c)
	if x.fail[c.Op] {
		return errors.New("mock " + c.Op + " error")
	}
	return nil
}

func (x *exchange) get() (object, error) {
	key := x.storeKey(x.id)
	if err := x.call(Call{Op: "get", Key: key}); err != nil {
		return nil, err
	}
	return x.records[key], nil
}

func (x *exchange) set() error {
	key, record := x.storeKey(x.id), clone(x.session)
	if err := x.call(Call{Op: "set", Key: key, Doc: record, TTL: x.ttl()}); err != nil {
		return err
	}
	x.records[key] = record
	return nil
}

func (x *exchange) destroy(id string) error {
	key := x.storeKey(id)
	if err := x.call(Call{Op: "destroy", Key: key}); err != nil {
		return err
	}
	delete(x.records, key)
	return nil
}

// day is how long a browser session lives in the store (D12).
const day = 24 * 60 * 60 * 1000

// ttl returns milliseconds, nil for ever.
func (x *exchange) ttl() *int64 {
	life, finite := x.life()
	if !finite {
		return nil
	}
	return new(int64(math.Ceil(x.prolonged(life))))
}

func (x *exchange) life() (ms float64, finite bool) {
	attributes, _ := x.session["cookie"].(object)
	maxAge, dated := attributes["maxAge"].(float64)
	switch {
	case x.opts.TTL != 0:
		return float64(x.opts.TTL), true
	case x.opts.TTLFunc && attributes != nil && !dated:
		return hour, true
	case dated:
		return maxAge, true
	case x.has[D12]:
		return day, true
	}
	return 0, x.opts.TTLFunc
}

// hour is what the traces' ttl function gives a browser session.
const hour = 60 * 60 * 1000
