package core

// A binding is a value that a handler changes in place.
type binding struct {
	key   string
	ptr   any    // nil: it has ended
	found []byte // its encoding when it was last looked at
}

// bindings are those of a request, each key once, in the order in which they
// began. One that ends keeps its place until half of them have: to close the gap
// each time would move all others.
type bindings struct {
	list  []binding
	at    map[string]int // where a key is, for a list that is long
	ended int
}

// find returns the binding of a key, or nil. It is good until the next add or
// remove.
func (bs *bindings) find(key string) *binding {
	if bs == nil {
		return nil
	}
	if bs.at != nil {
		if i, ok := bs.at[key]; ok {
			return &bs.list[i]
		}
		return nil
	}
	for i := range bs.list {
		if b := &bs.list[i]; b.ptr != nil && b.key == key {
			return b
		}
	}
	return nil
}

// add begins a binding of a key that has none.
func (bs *bindings) add(b binding) {
	bs.list = append(bs.list, b)
	if bs.at != nil {
		bs.at[b.key] = len(bs.list) - 1
	} else {
		bs.index()
	}
}

func (bs *bindings) remove(key string) {
	b := bs.find(key)
	if b == nil {
		return
	}
	*b = binding{}
	delete(bs.at, key)
	if bs.ended++; 2*bs.ended > len(bs.list) {
		bs.close()
	}
}

// close moves those that have not ended together.
func (bs *bindings) close() {
	kept := bs.list[:0]
	for _, b := range bs.list {
		if b.ptr != nil {
			kept = append(kept, b)
		}
	}
	clear(bs.list[len(kept):])
	bs.list, bs.ended = kept, 0
	bs.index()
}

// index makes the map of a long list.
func (bs *bindings) index() {
	if bs.at = nil; len(bs.list) <= few {
		return
	}
	bs.at = make(map[string]int, 2*len(bs.list))
	for i := range bs.list {
		if b := &bs.list[i]; b.ptr != nil {
			bs.at[b.key] = i
		}
	}
}
