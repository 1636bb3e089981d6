package core

import (
	"bytes"
	"encoding/json"
	"maps"
	"reflect"
	"slices"
)

// Get returns the value under key, decoded into a T as encoding/json does.
// The error is ErrNoValue if there is none or the session is destroyed, a
// *ValueError if it is not a T, ErrReservedKey, or ErrSealed.
func Get[T any](s *Session, key string) (T, error) {
	raw, err := s.raw(key)
	if err != nil {
		var zero T
		return zero, err
	}
	return decode[T](key, raw)
}

// raw returns a value's JSON.
func (s *Session) raw(key string) ([]byte, error) {
	if s == nil {
		return nil, ErrNoSession
	}
	s.lock()
	defer s.mu.Unlock()
	switch {
	case s.sealed:
		return nil, ErrSealed
	case reserved(key):
		return nil, ErrReservedKey
	case s.destroyed:
		return nil, ErrNoValue
	}
	if raw, ok := s.current(key); ok {
		return raw, nil
	}
	return nil, ErrNoValue
}

func decode[T any](key string, raw []byte) (T, error) {
	if v, ok := decodeFast[T](raw); ok {
		return v, nil
	}
	var v T
	if err := json.Unmarshal(bytes.Clone(raw), &v); err != nil { // an UnmarshalJSON may do to it what it likes
		var zero T
		return zero, &ValueError{Key: key, Type: reflect.TypeFor[T](), Err: err}
	}
	return v, nil
}

// decodeFast decodes the values that most sessions are made of, where they
// have the form that encode gives them.
func decodeFast[T any](raw []byte) (v T, ok bool) {
	switch any(v).(type) {
	case string:
		if s, ok := decodePlain(raw); ok {
			return any(s).(T), true
		}
	case int:
		if n, ok := decodeInt(raw); ok && int64(int(n)) == n {
			return any(int(n)).(T), true
		}
	case int64:
		if n, ok := decodeInt(raw); ok {
			return any(n).(T), true
		}
	case bool:
		if string(raw) == "true" {
			return any(true).(T), true
		}
	}
	return v, false
}

func decodePlain(raw []byte) (string, bool) {
	if len(raw) < 2 || raw[0] != '"' {
		return "", false
	}
	text := raw[1 : len(raw)-1]
	if !plain(text) {
		return "", false
	}
	return string(text), true
}

// decodeInt decodes integers of up to 18 digits.
func decodeInt(raw []byte) (n int64, ok bool) {
	digits := raw
	if len(raw) > 0 && raw[0] == '-' {
		digits = raw[1:]
	}
	if len(digits) == 0 || len(digits) > 18 {
		return 0, false
	}
	for _, c := range digits {
		if c < '0' || c > '9' {
			return 0, false
		}
		n = n*10 + int64(c-'0')
	}
	if len(digits) < len(raw) {
		n = -n
	}
	return n, true
}

// Set gives key a value, encoded as JSON at once: what happens to the value
// afterwards does not reach the session. The error is a *ValueError if it
// cannot be encoded, which also fails the commit unless the key is set again,
// ErrReservedKey, ErrDestroyed or ErrSealed.
func (s *Session) Set(key string, value any) error {
	if s.setPlain(key, value) {
		return nil
	}
	raw, err := encodeAny(value)
	if err != nil {
		err = encodeError(key, value, err)
	}
	if refused := s.store(key, raw, err); refused != nil {
		return refused
	}
	return err
}

// setPlain is Set for the values that can be encoded without any code of the
// user's, and so under the lock. If it returns false Set has to do it, and to
// find the error to return.
func (s *Session) setPlain(key string, value any) bool {
	if s == nil || reserved(key) {
		return false
	}
	s.lock()
	defer s.mu.Unlock()
	if s.changeable() != nil {
		return false
	}
	raw, ok := s.room.encodePlain(value)
	if ok {
		s.change(key, false).raw = raw
	}
	return ok
}

func encodeError(key string, value any, err error) error {
	return &ValueError{Key: key, Type: reflect.TypeOf(value), Err: err, encoding: true}
}

// store records a change that a handler made.
func (s *Session) store(key string, raw []byte, err error) error {
	if reserved(key) {
		return ErrReservedKey
	}
	return s.alter(func() {
		c := s.change(key, false)
		c.raw, c.err = raw, err
	})
}

// Update makes a new value of the one under key, or of the zero T if there is
// none, and returns it. If another request changed the record before this one
// saves it, fn is run again on what that one left, so that no update is lost;
// the value that Update returned was then of the moment. fn must do nothing
// but compute. The error is a *ValueError if the value is not a T or the new
// one cannot be encoded, ErrReservedKey, ErrDestroyed, ErrSuperseded, ErrSealed, or
// ErrConflict if the value kept changing while fn ran, as it does if fn itself
// sets it.
func Update[T any](s *Session, key string, fn func(T) T) (T, error) {
	again := func(raw []byte) ([]byte, error) {
		_, next, err := updated(key, raw, fn)
		return next, err
	}
	var zero T
	for range updateAttempts {
		raw, err := s.updatable(key)
		if err != nil {
			return zero, err
		}
		v, next, err := updated(key, raw, fn)
		if err != nil || s.putUpdate(key, raw, next, again) {
			return v, err
		}
	}
	return zero, ErrConflict
}

// updateAttempts is how often user code is run on a value while others change
// it. It ends one that does so itself.
const updateAttempts = 1000

// updated runs an Update on a value.
func updated[T any](key string, raw []byte, fn func(T) T) (v T, next []byte, err error) {
	var zero T
	if raw != nil {
		if v, err = decode[T](key, raw); err != nil {
			return zero, nil, err
		}
	}
	v = fn(v)
	if next, err = encode(v); err != nil {
		return zero, nil, encodeError(key, v, err)
	}
	return v, next, nil
}

// Pop returns the value under key and deletes it, as a message that is shown
// once. Of several goroutines of a request one gets it; two requests at once
// may both. Its errors are those of Get, ErrDestroyed, and ErrConflict.
func Pop[T any](s *Session, key string) (T, error) {
	var zero T
	for range updateAttempts {
		raw, err := s.raw(key)
		if err != nil {
			return zero, err
		}
		v, err := decode[T](key, raw)
		if err != nil {
			return v, err
		}
		taken, err := s.deleteIf(key, raw)
		if err != nil {
			return zero, err
		}
		if taken {
			return v, nil
		}
	}
	return zero, ErrConflict
}

// deleteIf deletes a value, unless it is another one by now.
func (s *Session) deleteIf(key string, raw []byte) (taken bool, err error) {
	err = s.alter(func() {
		now, _ := s.current(key)
		if taken = same(now, raw); taken {
			s.change(key, false)
		}
	})
	return taken, err
}

// Bind returns a pointer to the value under key, or to a zero T. What the
// handler changes in place is found and saved at the commit. A second Bind of
// the key gives the same pointer; whatever else changes the key ends it. Only
// one goroutine may use the value, and not after the response has begun. The
// error is that of Get but for ErrNoValue, ErrDestroyed, or ErrConflict.
func Bind[T any](s *Session, key string) (*T, error) {
	switch {
	case s == nil:
		return nil, ErrNoSession
	case reserved(key):
		return nil, ErrReservedKey
	}
	for range updateAttempts {
		bound, raw, err := s.bindable(key)
		if ptr, ok := bound.(*T); err != nil || ok {
			return ptr, err
		}
		ptr := new(T)
		if raw != nil {
			if *ptr, err = decode[T](key, raw); err != nil {
				return nil, err
			}
		}
		found, err := encode(ptr)
		if err != nil {
			return nil, encodeError(key, *ptr, err)
		}
		if s.bind(binding{key: key, ptr: ptr, found: found}, bound, raw) {
			return ptr, nil
		}
	}
	return nil, ErrConflict
}

// bindable returns what is bound to a key, and its value, nil for none.
func (s *Session) bindable(key string) (bound any, raw []byte, err error) {
	s.lock()
	defer s.mu.Unlock()
	if err := s.changeable(); err != nil {
		return nil, nil, err
	}
	if b := s.bindings.find(key); b != nil {
		bound = b.ptr
	}
	raw, _ = s.current(key)
	return bound, raw, nil
}

// bind binds a value, unless another goroutine has changed it or bound it by
// now.
func (s *Session) bind(b binding, was any, raw []byte) bool {
	s.lock()
	defer s.mu.Unlock()
	if s.sealed || s.destroyed {
		return false // and the next look will say so
	}
	var bound any
	if now := s.bindings.find(b.key); now != nil {
		bound = now.ptr
	}
	if now, _ := s.current(b.key); bound != was || !same(now, raw) {
		return false
	}
	s.bindings.remove(b.key)
	if s.bindings == nil {
		s.bindings = new(bindings)
	}
	s.bindings.add(b)
	return true
}

// Delete removes the value under key. After the request's end ErrSealed is
// reported to Options.ErrorHandler; a reserved key, and any of a destroyed
// session, is left alone.
func (s *Session) Delete(key string) { _ = s.store(key, nil, nil) }

// Clear removes all values, and keeps id and cookie attributes.
func (s *Session) Clear() { _ = s.alter(s.clear) }

// Replace sets these values and removes all others, under the same id and
// with the same cookie attributes. If one of them cannot be stored nothing is
// changed. Its errors are those of Set.
func (s *Session) Replace(values map[string]any) error {
	edits := make([]edit, 0, len(values))
	for _, key := range slices.Sorted(maps.Keys(values)) {
		if reserved(key) {
			return ErrReservedKey
		}
		raw, err := encode(values[key])
		if err != nil {
			return encodeError(key, values[key], err)
		}
		edits = append(edits, edit{key, raw})
	}
	return s.alter(func() {
		s.clear()
		for _, e := range edits {
			s.change(e.key, false).raw = e.raw
		}
	})
}

// Keys returns the keys of all values, in the order of the record.
func (s *Session) Keys() []string {
	if s == nil {
		return nil
	}
	s.lock()
	defer s.mu.Unlock()
	if s.destroyed {
		return nil
	}
	return s.keys()
}

// Len returns the number of values.
func (s *Session) Len() int { return len(s.Keys()) }
