package main

import (
	"errors"
	"strings"
	"unicode/utf8"

	"github.com/go-holdall/holdall/core"
)

// The keys of the session's values.
const (
	keyCount = "count"
	keyName  = "name"
	keyFlash = "flash"
)

// maxName is the longest name, in characters, that the demo remembers.
const maxName = 40

// An action is what a button of the page does to the session. It knows of no
// framework. form has the fields that came with the click.
type action func(s *core.Session, form func(field string) string) error

// actions are the paths that take a POST.
var actions = map[string]action{
	"/count":    countUp,
	"/sign-in":  signIn,
	"/sign-out": signOut,
}

// countUp uses Update, which loses no click: where two arrive at once, the
// later one is counted on top of the earlier one.
func countUp(s *core.Session, _ func(string) string) error {
	_, err := core.Update(s, keyCount, func(n int) int { return n + 1 })
	return err
}

// signIn gives the session a new id and keeps its values. Somebody who knew
// the id of the visitor does not know that of the user.
func signIn(s *core.Session, form func(string) string) error {
	name := strings.TrimSpace(form("name"))
	if name == "" || utf8.RuneCountInString(name) > maxName {
		return s.Set(keyFlash, "A name has one to forty characters.")
	}
	if err := s.RegenerateKeep(); err != nil {
		return err
	}
	return errors.Join(
		s.Set(keyName, name),
		s.Set(keyFlash, "Welcome, "+name+". Your session has a new id, and your count came along."),
	)
}

// signOut ends the session: the record goes from the store, the cookies from
// the browser.
func signOut(s *core.Session, _ func(string) string) error {
	s.Destroy()
	return nil
}
