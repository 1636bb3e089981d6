package core

import (
	"context"
	"errors"
	"sync"
	"time"
)

// A Session is one request's hold on a session. It is safe for several
// goroutines, and sealed when the request ends: later changes return, or
// report, ErrSealed.
//
// Values are kept as JSON: Set encodes at once, and Get, Update, Bind and Pop
// decode the one value that is asked for. Nothing reaches the store before
// the response headers are about to leave, or Save is called.
//
// A hook is given a Session of its own for the same session, so that a Load or
// Save in it is told from one beside it, which waits.
//
// A nil session, which the adapters return with an error, has no values and
// no id: what can return an error returns ErrNoSession, what cannot does
// nothing. So look at the adapter's error before a sign-out. A sealed one
// answers as an empty one where there is no error to return.
type Session struct {
	*state      // home, or that of the session whose hook has this handle; nil before LoadInto
	inside bool // the hook is not done; under mu
	home   state
}

// state is what a session and the handles of its hooks have in common.
type state struct {
	engine *Engine
	req    Request
	res    Response
	outer  *Session

	// io is held by whoever loads or saves, over hooks and store calls. It is
	// taken before mu, and guards those fields of work that only loads and saves
	// use. What is written under both, as committed is, may be read under either.
	io turn

	// mu guards the remaining fields. It is never held over a call of the
	// store, nor of user code but for what knows nothing of the session: the
	// MarshalJSON of a bound value, and GenSID.
	mu        sync.Mutex
	stage     stage
	committed bool // the commit before the headers has run
	sealed    bool
	aborted   bool // by a handler that has died before it answered
	stored    bool // the store has a record under id
	id        string
	arrived   int64 // the request, in milliseconds since 1970; zero: when it is loaded

	*work // nil until the session is loaded, which under Defer most requests never ask for
}

// work is what was loaded, and what the request has made of it. Unlike the
// Session, which a handler may keep for longer than it should, it is used
// again: seal takes it away from its session, under both locks.
type work struct {
	loadErr   error
	unsavable error          // why nothing of this session may be saved
	lostAt    uint64         // the generation of what was carried elsewhere for that reason
	rejected  error          // of a change that was refused, zero for none
	tomb      replacedRecord // of the id that the client sent, if it is a former one

	idErr     error
	sig       string // the signature of id, if the client sent it
	carried   carried
	replaced  *replacedRecord
	destroyed bool
	forced    bool
	prevented bool
	spoiled   bool   // by a commit that failed, or a hook that panicked in one
	spoiledAt uint64 // the generation of the commit that failed
	dirty     bool
	rolled    bool // life extended, cookie sent
	replaces  bool // Regenerate or RegenerateKeep was called
	keeps     bool // and never without the values

	base        document  // as the store has it
	drawn       rewriting // the record as it was drawn up last, nil for one of many members
	changes     changeset // mine on top of it
	room        room      // for their values
	first       [1]step   // room for the first
	cleared     bool      // the base's values are hidden
	clearedAt   uint64    // the generation of that
	bindings    *bindings
	gen         uint64 // counts changes
	committedAt uint64 // the generation of the commit

	cookie     *Cookie       // the attributes, never changed in place; nil until they are needed
	cookieFrom *Cookie       // as they were loaded
	sent       int64         // when the client was given it, see attrSent
	stamped    [160]byte     // room for stamp
	random     [idBytes]byte // for makeID: in a local array it would be an allocation
	moment     time.Time     // see now

	// Under io alone:
	lastKey    string               // see key
	doubts     []draft              // of the base, whose writes had no answer
	own        ownRecord            // zero for none
	owed       cookieAct            // what the response is to say of the cookie
	owedWeakly bool                 // see plan.keepsAlive
	releases   []context.CancelFunc // see detached
	failed     error                // the commit's
}

// lock takes mu for what needs more of the session than how far it is.
func (s *Session) lock() {
	s.mu.Lock()
	if s.work == nil {
		s.work = s.engine.works.Get().(*work)
	}
}

type stage uint8

const (
	deferred stage = iota
	loaded
	failed  // with loadErr
	outside // of the cookie's path
)

// ID returns the session's id. A new session's is made when it is first asked
// for, and used if the session is saved, which it will not be while it is
// empty; see IsNew. The id is empty if Options.GenSID failed, which then fails
// the commit.
func (s *Session) ID() string {
	if s == nil {
		return ""
	}
	s.lock()
	defer s.mu.Unlock()
	if !s.sealed && s.unsavable == nil {
		s.makeID()
	}
	return s.id
}

// makeID makes the id of a new session, unless it has one, and returns the key
// of its record if it did.
func (s *Session) makeID() (key string) {
	if s.id != "" || s.idErr != nil {
		return ""
	}
	if key, s.idErr = s.engine.newKey(&s.random); s.idErr == nil {
		s.id = s.engine.backend.id(key)
	}
	return key
}

// IsNew reports whether the session has no record in the store: a visitor's
// first, one after Regenerate, or one whose cookie was of no use. It turns
// false when the session is saved.
func (s *Session) IsNew() bool {
	if s == nil {
		return true
	}
	s.lock()
	defer s.mu.Unlock()
	return !s.stored
}

// IsSuperseded reports whether another request has replaced or ended the
// session a moment ago: this one has come late, with the former id. It reads an
// empty session, and what changes a value returns ErrSuperseded; unless the
// handler then answers with an error of its own, the commit fails with that. The
// client's cookie is left alone. Regenerate, RegenerateKeep and Destroy have
// their way.
func (s *Session) IsSuperseded() bool {
	if s == nil {
		return false
	}
	s.lock()
	defer s.mu.Unlock()
	return s.unsavable == ErrSuperseded
}

// Cookie returns the attributes of this session's cookie: a copy, which
// SetCookie takes back.
func (s *Session) Cookie() Cookie {
	if s == nil {
		return Cookie{}
	}
	s.lock()
	defer s.mu.Unlock()
	return *s.attributes()
}

// SetCookie gives this session's cookie other attributes, which are stored
// with it and hold until they are set again. Zero fields mean what they mean
// in Options. The error joins an *OptionError for every field that is wrong;
// DisableSigning cannot differ from that in Options.
func (s *Session) SetCookie(c Cookie) error {
	if s == nil {
		return ErrNoSession
	}
	c = c.normal()
	var f faults
	c.validate(&f, "Cookie.")
	f.prefixRules(s.engine.opts.Key, &c)
	f.check(c.DisableSigning == s.engine.opts.Cookie.DisableSigning, "Cookie.DisableSigning", "is the same for all sessions")
	if err := errors.Join(f.found...); err != nil {
		return err
	}
	return s.alter(func() {
		s.attributes()
		s.cookie = &c
	})
}

// Destroy ends the session: at the commit its record is removed and its
// cookie cleared. What would change it afterwards returns ErrDestroyed;
// Regenerate goes on with an empty one.
//
// It has its way whatever became of the session meanwhile: what other requests
// have regenerated it to is ended too, and so are the sessions of all cookies of
// the engine's name that the request carries.
func (s *Session) Destroy() {
	if s == nil {
		return
	}
	s.lock()
	if !s.sealed {
		s.destroyed = true
		s.gen++
		s.mu.Unlock()
		return
	}
	s.mu.Unlock()
	_ = s.refuse(ErrSealed)
}

// Regenerate goes on with an empty session under a new id. At the commit it
// is written, and then the old record goes. Call it, or RegenerateKeep, when
// a user signs in: it is what makes an id that somebody planted worthless. It
// works for a client with an id that another request has replaced, too. The
// error is that of Options.GenSID, or ErrSealed.
func (s *Session) Regenerate() error { return s.regenerate(false) }

// RegenerateKeep is Regenerate with the values and the attributes carried
// over. If the session was ended meanwhile, by another request's Destroy or
// Regenerate, only what this request itself has set goes into the new one; nor
// is there anything to carry under an id that was replaced before.
func (s *Session) RegenerateKeep() error { return s.regenerate(true) }

func (s *Session) regenerate(keepValues bool) error {
	if s == nil {
		return ErrNoSession
	}
	id, err := s.engine.newID()
	if err != nil {
		return err
	}
	s.lock()
	if s.sealed {
		s.mu.Unlock()
		return s.refuse(ErrSealed)
	}
	defer s.mu.Unlock()
	if s.unsavable == ErrSuperseded || s.unsavable == ErrGone {
		s.unsavable, s.rejected = nil, nil
	}
	s.replaces = true
	first := s.replaced == nil
	switch {
	case first && s.stored:
		s.replaced = &replacedRecord{s.id, s.base.raw}
	case first && s.tomb.id != "":
		s.replaced = &replacedRecord{s.tomb.id, s.tomb.raw}
	}
	s.keeps = keepValues && !s.destroyed && (first || s.keeps)
	if !keepValues || s.destroyed {
		s.forget()
	}
	s.id, s.idErr, s.sig, s.stored, s.destroyed = id, nil, "", false, false
	s.gen++
	return nil
}

// MarkDirty has the session saved though no value has changed.
func (s *Session) MarkDirty() { _ = s.alter(func() { s.dirty = true }) }

// ForceSave has the session saved at the commit, whatever its state, unless
// it is destroyed. It undoes PreventSave.
func (s *Session) ForceSave() { s.override(true) }

// PreventSave has the commit do nothing: no save, no removal, no cookie. It
// undoes ForceSave.
func (s *Session) PreventSave() { s.override(false) }

func (s *Session) override(force bool) {
	if s == nil {
		return
	}
	s.lock()
	if !s.sealed {
		s.forced, s.prevented = force, !force
		s.mu.Unlock()
		return
	}
	s.mu.Unlock()
	_ = s.refuse(ErrSealed)
}

// alter makes a change, unless the session cannot be changed any more.
func (s *Session) alter(f func()) error {
	if s == nil {
		return ErrNoSession
	}
	if err := s.alterLocked(f); err != nil {
		return s.refuse(err)
	}
	return nil
}

func (s *Session) alterLocked(f func()) error {
	s.lock()
	defer s.mu.Unlock() // f may look at a bound value, whose MarshalJSON may panic
	err := s.changeable()
	if err == nil {
		f()
		s.gen++
	}
	return err
}

func (s *Session) changeable() error {
	if s.sealed {
		return ErrSealed
	}
	if s.destroyed {
		return ErrDestroyed
	}
	if s.unsavable == ErrSuperseded {
		s.rejected = ErrSuperseded
		return ErrSuperseded
	}
	return nil
}

// refuse returns an error, and reports it if it is one that a goroutine which
// outlived its request might never look at.
func (s *Session) refuse(err error) error {
	if err == ErrSealed {
		s.engine.report(endedRequest{}, err)
	}
	return err
}

// endedRequest stands for a request that is over, whose framework has given
// its context to another one.
type endedRequest struct{}

func (endedRequest) Context() context.Context     { return context.Background() }
func (endedRequest) Path() string                 { return "" }
func (endedRequest) Secure() bool                 { return false }
func (endedRequest) HeaderValues(string) []string { return nil }
