package core

import (
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

	// ErrGone is reported for a change to a session that was destroyed, or
	// expired, while the request ran. The change is dropped.
	ErrGone = errors.New("session: destroyed or expired while the request ran")

	// ErrSuperseded is reported for a change made under an id that another
	// request has replaced with Regenerate. The change is dropped.
	ErrSuperseded = errors.New("session: another request has regenerated it")

	// ErrConflict is returned when other requests kept changing the record
	// for as long as the engine tried to merge this one's changes into it.
	ErrConflict = errors.New("session: the record kept changing, gave up merging")

	// ErrAmbiguous is returned when a store did not answer whether it applied
	// an Update, and what it holds now does not tell. The change may or may
	// not have been saved; it has not been saved twice.
	ErrAmbiguous = errors.New("session: the store's answer was lost, the update may or may not be saved")

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
	// hooks calls them for the session that it was given.
	ErrInsideHook = errors.New("session: Load or Save inside a hook")

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
// for a store that is down or an engine that is closed, 500 for any other.
func StatusCode(err error) int {
	if errors.Is(err, ErrStoreUnavailable) || errors.Is(err, ErrClosed) {
		return 503
	}
	return 500
}
