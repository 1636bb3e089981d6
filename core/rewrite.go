package core

import "bytes"

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

// A rewriting is a document that was rewritten, and, if there was room for them,
// where its members lie. The room may be used again, the document is not.
type rewriting struct {
	raw     []byte
	members []member
	inline  [fewMembers]member
}

// rewriteTo is rewrite for those who want to know where the members lie. It
// works in local variables: to keep w up to date with each member would take as
// long as all the rest.
func (d *document) rewriteTo(w *rewriting, edits []edit, only bool, keep string) {
	d.read()
	size := len(d.raw) + 2
	for i := range edits {
		size += len(edits[i].key) + len(edits[i].raw) + 4
	}
	raw, members := append(make([]byte, 0, size), '{'), w.members[:0]
	var room [few]bool
	done := append(room[:0], make([]bool, len(edits))...)
	at := indexEdits(edits)
	for i := range d.members {
		m := &d.members[i]
		value := d.raw[m.val:m.valEnd]
		switch n := d.editOf(m, edits, at); {
		case n >= 0 && done[n]:
			continue // an earlier member of that key has the new value
		case n >= 0:
			done[n], value = true, edits[n].raw
		case only && !d.keyIs(m, keep):
			continue
		}
		if value != nil {
			raw = comma(raw)
			key := len(raw)
			raw = append(raw, d.quotedKey(m)...)
			raw, members = appendValue(raw, members, key, value, m.escaped)
		}
	}
	for i := range edits {
		if !done[i] && edits[i].raw != nil {
			raw = comma(raw)
			key := len(raw)
			raw = appendString(raw, edits[i].key)
			raw, members = appendValue(raw, members, key, edits[i].raw, bytes.IndexByte(raw[key:], '\\') >= 0)
		}
	}
	w.raw, w.members = append(raw, '}'), members
}

func comma(raw []byte) []byte {
	if len(raw) > 1 {
		raw = append(raw, ',')
	}
	return raw
}

// appendValue appends what follows a key, and where that member lies, if members
// has room at all.
func appendValue(raw []byte, members []member, key int, value []byte, escaped bool) ([]byte, []member) {
	keyEnd := len(raw)
	raw = append(append(raw, ':'), value...)
	if members != nil {
		members = append(members, newMember(key, keyEnd, keyEnd+1, len(raw), escaped))
	}
	return raw, members
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
