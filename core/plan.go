package core

import "time"

// facts is all that decides what a commit has to do.
type facts struct {
	prevented   bool // PreventSave
	destroyed   bool // Destroy
	stored      bool // the store has a record under its id
	replaced    bool // the store has a record under the id that it had before Regenerate
	forced      bool // ForceSave
	empty       bool // it has no values
	attributes  bool // its cookie attributes differ from those it began with
	changed     bool // a value does, or MarkDirty
	allowEmpty  bool // Options.AllowEmpty
	rolling     bool // Options.Rolling, and its life is to be extended, or TTLFunc to be asked
	prolongs    bool // to send the cookie makes it live longer
	deadCookies bool // the client sent cookies that are of no use
	outdated    bool // the client's signature is that of an older key
	holds       bool // the client has the cookie as it would be sent
}

// A plan is what a commit does: one thing to the store, and if that worked
// one thing to the cookies.
type plan struct {
	store  storeAct
	cookie cookieAct
}

type storeAct uint8

const (
	storeNothing storeAct = iota
	storeWrite            // the record, and after it remove the one it replaces
	storeExtend           // the record's life
	storeDestroy          // the record, and the one it was to replace
)

type cookieAct uint8

const (
	cookieLeave cookieAct = iota
	cookieSend
	cookieClear
)

// plan is the table of what a commit does. The first rule that fits counts.
func (f facts) plan() plan {
	switch {
	case f.prevented:
		return plan{storeNothing, cookieLeave}
	case f.destroyed && (f.stored || f.replaced):
		return plan{storeDestroy, cookieClear}
	case f.destroyed:
		return plan{storeNothing, f.clearDead()}
	case f.forced:
		return plan{storeWrite, cookieSend}
	case !f.stored && f.empty && !f.attributes && !f.allowEmpty && f.replaced:
		return plan{storeDestroy, cookieClear}
	case !f.stored && f.empty && !f.attributes && !f.allowEmpty:
		return plan{storeNothing, f.clearDead()}
	case !f.stored, f.attributes:
		return plan{storeWrite, cookieSend}
	case f.changed && f.holds:
		return plan{storeWrite, cookieLeave}
	case f.changed:
		return plan{storeWrite, cookieSend}
	case f.rolling && (f.prolongs || f.outdated):
		return plan{storeExtend, cookieSend}
	case f.rolling:
		return plan{storeExtend, cookieLeave}
	case f.outdated:
		return plan{storeNothing, cookieSend}
	}
	return plan{storeNothing, cookieLeave}
}

// keepsAlive reports whether the cookie is sent or cleared only since that is due,
// and not for anything that the handler has done to the session.
func (p plan) keepsAlive() bool { return p.store == storeNothing || p.store == storeExtend }

func (f facts) clearDead() cookieAct {
	if f.deadCookies {
		return cookieClear
	}
	return cookieLeave
}

// prepare collects the facts and plans.
func (s *Session) prepare() (plan, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.syncBindings()
	s.committedAt, s.moment = s.gen, time.Time{}
	if err := s.unsaved(); err != nil || s.unsavable != nil && !s.destroyed {
		return plan{}, err
	}
	f := s.facts()
	p := f.plan()
	if f.prevented || f.destroyed {
		return p, nil
	}
	if s.unanswerable(p) {
		return plan{}, &lostError{ErrAborted}
	}
	for i := range s.changes.list {
		if err := s.changes.list[i].err; err != nil {
			return plan{}, err
		}
	}
	if s.stored && len(s.doubts) == 0 && !s.valuesChanged() {
		// To set a value to what it is is no change, and later ones are made of
		// the record, not of that.
		s.changes.reset()
		s.cleared = false
	}
	return p, nil
}

// stopped reports whether nothing is to be saved: the handler has said so, or a
// commit has failed, which is not tried again behind the error page. An end that
// was asked for since is carried out.
func (s *Session) stopped() bool {
	return s.prevented || s.spoiled && (!s.destroyed || s.gen == s.spoiledAt)
}

// unsaved returns what becomes of the changes of a session of which nothing may
// be saved. An end has its way all the same, unless the session could not even
// be loaded: then to call that a success would be a lie.
func (s *Session) unsaved() error {
	switch {
	case s.unsavable == nil, s.stopped():
		return nil
	case s.unsavable == ErrUnsaved && (s.destroyed || s.replaces):
		return ErrUnsaved
	case s.destroyed:
		return nil
	case s.rejected != nil:
		return s.rejected
	case s.gen == 0, s.gen == s.lostAt:
		return nil
	}
	return &lostError{s.unsavable}
}

func (s *Session) facts() facts {
	f := facts{
		prevented:   s.stopped(),
		destroyed:   s.destroyed,
		stored:      s.stored,
		replaced:    s.replaced != nil || s.destroyed && s.tomb.id != "",
		forced:      s.forced,
		allowEmpty:  s.engine.opts.AllowEmpty,
		rolling:     s.renewable(),
		deadCookies: s.carried.dead,
		outdated:    s.carried.outdated && s.stored && s.id == s.carried.id,
	}
	f.empty = !s.stored && !s.hasValues()
	f.attributes = s.attributesChanged()
	f.changed = s.dirty || len(s.doubts) > 0 || s.valuesChanged()
	f.holds = f.stored && f.changed && s.holdsCookie()
	f.prolongs = f.rolling && s.prolongs()
	return f
}
