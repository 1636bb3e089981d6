package core

// An edit is a new value for one member; nil bytes delete it.
type edit struct {
	key string
	raw []byte
}

// rewrite returns the document with some members changed. The others keep
// their bytes and their order, new ones follow at the end. With only set,
// members that no edit names and keep does not allow are left out.
func (d *document) rewrite(edits []edit, only bool, keep string) []byte {
	var w rewriting
	d.rewriteTo(&w, edits, only, keep)
	return w.raw
}

func (d *document) rewriteTo(w *rewriting, edits []edit, only bool, keep string) {
	d.read()
	size := len(d.raw) + 2
	for i := range edits {
		size += len(edits[i].key) + len(edits[i].raw) + 4
	}
	w.begin(size)
	var room [few]bool
	done := append(room[:0], make([]bool, len(edits))...)
	at := indexEdits(edits)
	for i := range d.members {
		m := &d.members[i]
		n := d.editOf(m, edits, at)
		switch {
		case n >= 0 && done[n]:
			continue // an earlier member of that key has the new value
		case n >= 0:
			done[n] = true
			if edits[n].raw != nil {
				w.add(d.quotedKey(m), edits[n].raw, m.escaped)
			}
		case !only || d.keyIs(m, keep):
			w.add(d.quotedKey(m), d.raw[m.val:m.valEnd], m.escaped)
		}
	}
	for i := range edits {
		if !done[i] && edits[i].raw != nil {
			w.addNew(edits[i].key, edits[i].raw)
		}
	}
	w.raw = append(w.raw, '}')
}

// A rewriting is a document that is being written, and where its members lie.
type rewriting struct {
	raw     []byte
	members []member
}

// begin uses the room for the members again, but not that of the document.
func (w *rewriting) begin(size int) {
	w.raw, w.members = append(make([]byte, 0, size), '{'), w.members[:0]
}

// room returns that of the members, unless it is large.
func (w *rewriting) room() []member {
	if cap(w.members) > few {
		return nil
	}
	return w.members
}

func (w *rewriting) add(quotedKey, value []byte, escaped bool) {
	w.comma()
	key := len(w.raw)
	w.raw = append(w.raw, quotedKey...)
	w.value(key, value, escaped)
}

func (w *rewriting) addNew(key string, value []byte) {
	w.comma()
	begin := len(w.raw)
	w.raw = appendString(w.raw, key)
	w.value(begin, value, len(w.raw)-begin != len(key)+len(`""`))
}

func (w *rewriting) comma() {
	if len(w.raw) > 1 {
		w.raw = append(w.raw, ',')
	}
}

// value adds the value behind a key.
func (w *rewriting) value(key int, value []byte, escaped bool) {
	keyEnd := len(w.raw)
	w.raw = append(append(w.raw, ':'), value...)
	w.members = append(w.members, newMember(key, keyEnd, keyEnd+1, len(w.raw), escaped))
}

// indexEdits returns where the edit of a key is, nil for a list that is short.
func indexEdits(edits []edit) map[string]int {
	if len(edits) <= few {
		return nil
	}
	at := make(map[string]int, len(edits))
	for i := range edits {
		at[edits[i].key] = i
	}
	return at
}

func (d *document) editOf(m *member, edits []edit, at map[string]int) int {
	if at != nil {
		if i, ok := at[d.key(m)]; ok {
			return i
		}
		return -1
	}
	for i := range edits {
		if d.keyIs(m, edits[i].key) {
			return i
		}
	}
	return -1
}

func (d *document) quotedKey(m *member) []byte { return d.raw[m.key-1 : m.keyEnd+1] }
