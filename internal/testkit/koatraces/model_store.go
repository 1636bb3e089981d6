package koatraces

import "errors"

// storeKey is the key of an id. The library makes "undefined" of one that it
// does not have.
func (x *exchange) storeKey(id string) string {
	if id == "" {
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
	attributes, _ := x.session["cookie"].(object)
	maxAge, finite := attributes["maxAge"].(float64)
	var ttl *int64
	switch {
	case x.opts.TTL != 0:
		return new(x.opts.TTL)
	case x.opts.TTLFunc && attributes != nil && !finite:
		return new(int64(hour))
	case x.opts.TTLFunc:
		ttl = new(int64(0))
	}
	switch {
	case finite:
		return new(int64(maxAge))
	case x.has[D12]:
		return new(int64(day))
	}
	return ttl
}

// hour is what the traces' ttl function gives a browser session.
const hour = 60 * 60 * 1000
