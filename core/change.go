package core

import (
	"bytes"
	"unicode/utf8"
)

// cookieMember is the member of a record that holds the cookie's attributes.
const cookieMember = "cookie"

// reserved reports whether a key cannot be that of a value. Besides the
// attributes it is the names that a Node program must not merge into an
// object, and what JSON cannot say.
func reserved(key string) bool {
	switch key {
	case cookieMember, "__proto__", "constructor", "prototype":
		return true
	}
	return !ascii(key) && !utf8.ValidString(key)
}

// ascii spares nearly all keys the decoder, which takes longer than to find
// their values.
func ascii(key string) bool {
	all := byte(0)
	for i := range len(key) {
		all |= key[i]
	}
	return all < utf8.RuneSelf
}

// current returns the value that a handler sees.
func (s *Session) current(key string) (raw []byte, ok bool) {
	if b := s.bindings.find(key); b != nil {
		s.syncBinding(b)
	}
	if c := s.changes.find(key); c != nil {
		return c.raw, c.raw != nil
	}
	if s.cleared {
		return nil, false
	}
	return s.base.get(key)
}

// change begins a change of a key, in place of an earlier one; as it is, the
// value is deleted. It keeps a binding of the key only if told to.
func (s *Session) change(key string, keepBinding bool) *change {
	s.gen++
	if !keepBinding {
		s.bindings.remove(key)
	}
	mine := s.changes.put(key)
	mine.gen = s.gen
	return mine
}

// syncBinding records what a handler did to a bound value, if anything.
func (s *Session) syncBinding(b *binding) {
	raw, err := encode(b.ptr)
	if err != nil {
		c := s.change(b.key, true)
		c.raw, c.err = b.found, encodeError(b.key, b.ptr, err)
		return
	}
	if c := s.changes.find(b.key); !bytes.Equal(raw, b.found) || c != nil && c.err != nil {
		b.found = raw
		s.change(b.key, true).raw = raw
	}
}

func (s *Session) syncBindings() {
	if s.bindings == nil {
		return
	}
	for i := range s.bindings.list {
		if b := &s.bindings.list[i]; b.ptr != nil {
			s.syncBinding(b)
		}
	}
}

// keys returns the keys of the values that a handler sees, in order.
func (s *Session) keys() []string {
	s.syncBindings()
	var keys []string
	for _, key := range s.base.keys() {
		c := s.changes.find(key)
		if key != cookieMember && (c == nil && !s.cleared || c != nil && c.raw != nil) {
			keys = append(keys, key)
		}
	}
	for i := range s.changes.list {
		c := &s.changes.list[i]
		if _, known := s.base.get(c.key); c.raw != nil && !known {
			keys = append(keys, c.key)
		}
	}
	return keys
}

// hasValues reports whether there are keys.
func (s *Session) hasValues() bool {
	s.syncBindings()
	for i := range s.changes.list {
		if s.changes.list[i].raw != nil {
			return true
		}
	}
	return !s.cleared && s.hasUnchanged()
}

// clear hides the values of the base, and forgets mine.
func (s *Session) clear() {
	s.gen++
	s.changes.reset()
	s.bindings, s.cleared, s.clearedAt = nil, true, s.gen
}

// valuesChanged reports whether some value differs from the store's.
func (s *Session) valuesChanged() bool {
	for i := range s.changes.list {
		c := &s.changes.list[i]
		if raw, ok := s.base.get(c.key); ok != (c.raw != nil) || !bytes.Equal(raw, c.raw) {
			return true
		}
	}
	return s.hidesValues()
}

// hidesValues reports whether a value of the base is neither visible nor set
// anew.
func (s *Session) hidesValues() bool { return s.cleared && s.hasUnchanged() }

// hasUnchanged reports whether the base has a value that is not changed.
func (s *Session) hasUnchanged() bool {
	s.base.read()
	for i := range s.base.members {
		m := &s.base.members[i]
		if !s.base.keyIs(m, cookieMember) && s.changes.find(s.base.key(m)) == nil {
			return true
		}
	}
	return false
}

func (s *Session) attributesChanged() bool {
	return s.cookie != nil && s.cookie != s.cookieFrom && *s.cookie != *s.cookieFrom
}

// encode returns the record as it should be, if the client is given the
// cookie with it or not.
func (s *Session) encode(sends bool) []byte {
	var room [few / 2]edit
	edits := room[:0]
	if raw := s.encodeCookie(sends); raw != nil {
		edits = append(edits, edit{cookieMember, raw})
	}
	for i := range s.changes.list {
		edits = append(edits, edit{s.changes.list[i].key, s.changes.list[i].raw})
	}
	s.base.read()
	if len(s.base.members)+len(edits) > fewMembers {
		s.drawn.raw = nil
		return s.base.rewrite(edits, s.cleared, cookieMember)
	}
	s.drawn.members = s.drawn.inline[:0]
	s.base.rewriteTo(&s.drawn, edits, s.cleared, cookieMember)
	return s.drawn.raw
}

// encodeCookie returns the attributes for the record, nil if it has them.
func (s *Session) encodeCookie(sends bool) []byte {
	raw, changed := s.encodeAttributes()
	switch {
	case s.dated() && sends, s.engine.opts.Rolling && !s.dated():
		return s.stamp(raw)
	case changed:
		return raw
	}
	return nil
}

func (s *Session) encodeAttributes() (raw []byte, changed bool) {
	cookie := s.attributes()
	raw, _ = s.base.get(cookieMember)
	switch isObject := len(raw) > 0 && raw[0] == '{'; {
	case isObject && !s.attributesChanged():
		return raw, false
	case isObject:
		var stored document
		stored.parse(raw)
		from := s.cookieFrom
		if there := decodeCookie(raw, s.engine.opts.Cookie); there.refused(s.engine.opts.Key) {
			from = &there // none of it is to come back
		}
		return stored.rewrite(cookie.edits(from, false), false, ""), true
	case *cookie == s.engine.opts.Cookie:
		return s.engine.newCookie, true
	}
	return cookie.encodeNew(&s.engine.opts.Cookie), true
}
