package core

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"strings"
)

// Errors to test for with errors.Is. None of them, and none that wraps them,
// says an id, a store key, a signing key or a stored value in its text; what
// StoreError.Err, HookError.Err and ValueError.Err say by themselves is the
// business of the store, the hook and encoding/json.
var (
	// ErrNoSession is returned where no session middleware ran for the request.
	ErrNoSession = errors.New("session: no session middleware for this request")

	// ErrOutsidePath is returned for a request whose path lies outside
	// Options.Cookie.Path. Nothing is read or written for it.
	ErrOutsidePath = errors.New("session: the request's path is outside the cookie's path")

	// ErrNoValue is returned by Get, Pop and their like for a key that the
	// session does not have.
	ErrNoValue = errors.New("session: no such value")

	// ErrReservedKey is returned for a key that a session value cannot have:
	// "cookie", where the attributes are stored, the names with a meaning of
	// their own to the Node programs that may share the record, and what is
	// not valid UTF-8.
	ErrReservedKey = errors.New("session: this key is reserved")

	// ErrSealed is returned by a session whose request is over.
	ErrSealed = errors.New("session: used after its request ended")

	// ErrDestroyed is returned by what would change a destroyed session. Use
	// Regenerate to go on with an empty one.
	ErrDestroyed = errors.New("session: changed after Destroy")

	// ErrTooLate is reported for a change that needs a cookie when the
	// response headers have gone out: a new, regenerated or destroyed session.
	ErrTooLate = errors.New("session: the response headers have gone out, too late for a cookie")

	// ErrAborted is reported for a new or regenerated session whose handler
	// died, by a panic or runtime.Goexit, before it had answered: nothing of it
	// is stored, and the client's session stays as it was.
	ErrAborted = errors.New("session: the handler died before it answered, a new session is not stored")

	// ErrGone is reported for a change to a session that was destroyed, or
	// expired, while the request ran. The change is dropped.
	ErrGone = errors.New("session: destroyed or expired while the request ran")

	// ErrSuperseded is returned by what would change a session under an id that
	// another request has replaced or ended a moment ago, and fails the commit
	// with 503 unless the handler answers with an error of its own: the client
	// may try again, with the cookie that it has by then. It is reported for a
	// change that was under way when another request replaced the session, and
	// could not be carried into its successor.
	ErrSuperseded = errors.New("session: another request has replaced or ended it, try again with the new cookie")

	// ErrConflict is returned when other requests kept changing the record
	// for as long as the engine tried to merge this one's changes into it, and
	// for a value that changes whenever user code runs on it, as when an Update
	// sets its own key.
	ErrConflict = errors.New("session: the record kept changing, gave up merging")

	// ErrAmbiguous is returned when a store did not answer whether it applied
	// an Update, and what it holds now does not tell. The change may or may
	// not have been saved; it has not been saved twice.
	ErrAmbiguous = errors.New("session: the store's answer was lost, the update may or may not be saved")

	// ErrSpoiled is returned by Save after a hook, or a MarshalJSON, has panicked
	// in the commit: nothing but an end is saved any more.
	ErrSpoiled = errors.New("session: a hook panicked in the commit, nothing is saved any more")

	// ErrUnsaved is reported when a request changed a session that could not
	// be loaded, after an ErrorHandler swallowed the load's error.
	ErrUnsaved = errors.New("session: not saved, because it could not be loaded")

	// ErrStoreUnavailable is returned while a store is down, once a request
	// has waited for it as long as Options.ReconnectTimeout allows.
	ErrStoreUnavailable = errors.New("session: the store is unavailable")

	// ErrCorruptRecord is reported for a stored record that is not one JSON
	// object. The request gets a new session.
	ErrCorruptRecord = errors.New("session: the stored record is not a JSON object")

	// ErrInsecureCookie is returned when a Secure cookie would have to be set
	// on a request that did not arrive over TLS.
	ErrInsecureCookie = errors.New("session: a Secure cookie on a request without TLS (see Options.TrustProxy)")

	// ErrBadID is returned when Options.GenSID gives an id of impossible
	// shape, or one that is taken time and again.
	ErrBadID = errors.New("session: the id generator gave an id that cannot be used")

	// ErrInsideHook is returned by Load and Save when one of the Options'
	// hooks calls them for the session that it was given. A call for the
	// request's own session waits until the hook is done, since another
	// goroutine may have made it; if it waits for 5 s it fails too: it is
	// probably the hook's, or that of an Update which is run again.
	ErrInsideHook = errors.New("session: Load or Save inside a hook")

	// ErrTwoEngines is returned for a request that goes through the middleware
	// of two engines with one Options.Key, but other signing keys or another
	// store: they would take each other's cookies for their own. Give one of
	// them another Key, or use one engine for both.
	ErrTwoEngines = errors.New("session: two engines of one Options.Key on one request; give one of them another Key, or use one engine for both")

	// ErrClosed is returned after Engine.Close.
	ErrClosed = errors.New("session: the engine is closed")
)

// A StoreError is a failure of the store. It wraps the store's own error,
// and is ErrStoreUnavailable too if the store was down.
type StoreError struct {
	// Op is what the engine asked for: "get", "set", "touch" or "destroy".
	Op string
	// Err is the store's error.
	Err error

	text        string
	unavailable bool
	retried     bool // an earlier attempt had no answer, and may be done
}

func newStoreError(op, id string, unavailable bool, err error) *StoreError {
	text := "session: store " + op + ": " + redact(err.Error(), id)
	if unavailable {
		text = ErrStoreUnavailable.Error() + ": " + op + ": " + redact(err.Error(), id)
	}
	return &StoreError{Op: op, Err: err, text: text, unavailable: unavailable}
}

// redact guards against drivers that print the key they were given.
func redact(text, id string) string {
	if id == "" {
		return text
	}
	return strings.ReplaceAll(text, id, "[id]")
}

func (e *StoreError) Error() string { return e.text }

// Unwrap returns the store's error.
func (e *StoreError) Unwrap() error { return e.Err }

// Is makes the error of a store that was down an ErrStoreUnavailable.
func (e *StoreError) Is(target error) bool {
	return e.unavailable && target == ErrStoreUnavailable
}

// A HookError is the refusal of one of the Options' hooks.
type HookError struct {
	// Hook is the option's name: "BeforeSave" or "GenSID".
	Hook string
	// Err is what the hook returned.
	Err error
}

func (e *HookError) Error() string { return "session: " + e.Hook + ": " + e.Err.Error() }

// Unwrap returns what the hook returned.
func (e *HookError) Unwrap() error { return e.Err }

// A ValueError says that a session value could not be encoded as JSON, or
// that the stored one is not of the wanted type. Its text names the key and
// the Go type, never the value; the error that it wraps may say more.
type ValueError struct {
	// Key is the value's key in the session.
	Key string
	// Type is the Go type that was wanted or given; nil for a nil value.
	Type reflect.Type
	// Err is the error of the encoding or decoding.
	Err error

	encoding bool
}

func (e *ValueError) Error() string {
	if e.encoding {
		return fmt.Sprintf("session: value %q: a %v cannot be encoded as JSON", e.Key, e.Type)
	}
	return fmt.Sprintf("session: value %q: the stored one is not a %v", e.Key, e.Type)
}

// Unwrap returns the error of the encoding or decoding.
func (e *ValueError) Unwrap() error { return e.Err }

// An OptionError names one wrong field of Options. New joins all that it
// finds.
type OptionError struct {
	// Option is the field, such as "Cookie.Path".
	Option string
	// Reason says what is wrong with it.
	Reason string
}

func (e *OptionError) Error() string { return "session: option " + e.Option + ": " + e.Reason }

// StatusCode returns the HTTP status that fits an error of this package: 503
// for a store that is down, an engine that is closed, a request whose time is
// over, and ErrSuperseded; 500 for any other.
func StatusCode(err error) int {
	for _, passing := range []error{ErrStoreUnavailable, ErrClosed, ErrSuperseded, context.DeadlineExceeded, context.Canceled} {
		if errors.Is(err, passing) {
			return 503
		}
	}
	return 500
}
