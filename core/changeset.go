package core

// A change is what this request made of one value.
type change struct {
	key string
	raw []byte // nil: deleted
	err error  // the value could not be encoded; the commit will fail with it

	// updates are the steps from the store's value to raw. They are run again
	// if the store's value turns out to be another one. None: raw stands,
	// whatever the store has.
	updates []step

	gen  uint64 // the session's, when it was made
	firm bool   // it has met another request's, and counts though it may change nothing
}

// A step is an Update.
type step struct {
	run update
	gen uint64
}

// An update makes a new value of an old one, nil for none.
type update func(raw []byte) ([]byte, error)

// A changeset is the changes of a request, each key once, in the order in
// which they began.
type changeset struct {
	list []change
	at   map[string]int // where a key is, for a list that is long
}

// few is how many changes, members or edits are looked through one by one. A
// map of more is the faster the more there are.
const few = 16

// find returns the change of a key, or nil.
func (cs *changeset) find(key string) *change {
	if cs.at != nil {
		if i, ok := cs.at[key]; ok {
			return &cs.list[i]
		}
		return nil
	}
	for i := range cs.list {
		if cs.list[i].key == key {
			return &cs.list[i]
		}
	}
	return nil
}

// put returns an empty change of a key, in place of an earlier one, to be filled
// where it is: a change is large, and a session gets several.
func (cs *changeset) put(key string) *change {
	if mine := cs.find(key); mine != nil {
		*mine = change{key: key}
		return mine
	}
	if cs.list == nil {
		cs.list = make([]change, 0, few/2)
	}
	cs.list = append(cs.list, change{})
	mine := &cs.list[len(cs.list)-1]
	mine.key = key
	if cs.at != nil {
		cs.at[key] = len(cs.list) - 1
	} else {
		cs.index()
	}
	return mine
}

// index makes the map of a long list.
func (cs *changeset) index() {
	if cs.at = nil; len(cs.list) <= few {
		return
	}
	cs.at = make(map[string]int, 2*len(cs.list))
	for i := range cs.list {
		cs.at[cs.list[i].key] = i
	}
}

// dropUntil forgets what was made up to a generation: it is in the record now.
func (cs *changeset) dropUntil(gen uint64) {
	kept := cs.list[:0]
	for _, c := range cs.list {
		if c.gen <= gen {
			continue
		}
		for len(c.updates) > 0 && c.updates[0].gen <= gen {
			c.updates = c.updates[1:]
		}
		if len(c.updates) == 0 {
			c.updates = nil
		}
		kept = append(kept, c)
	}
	if len(kept) == 0 {
		cs.reset()
		return
	}
	clear(cs.list[len(kept):])
	cs.list = kept
	cs.index()
}

// reset forgets all changes, and keeps the room of a short list.
func (cs *changeset) reset() {
	cs.at = nil
	if cap(cs.list) > few {
		cs.list = nil
		return
	}
	clear(cs.list)
	cs.list = cs.list[:0]
}

// rerun runs the updates again on another value.
func (c *change) rerun(raw []byte) ([]byte, error) {
	var err error
	for _, step := range c.updates {
		if raw, err = step.run(raw); err != nil {
			return nil, err
		}
	}
	return raw, nil
}
