package core

// facts is all that decides what a commit has to do.
type facts struct {
	prevented   bool // PreventSave
	destroyed   bool // Destroy
	loaded      bool // somebody asked for the session
	stored      bool // the store has a record under its id
	replaced    bool // the store has a record under the id that it had before Regenerate
	forced      bool // ForceSave
	empty       bool // it has no values
	attributes  bool // its cookie attributes differ from those it began with
	changed     bool // a value does, or MarkDirty
	allowEmpty  bool // Options.AllowEmpty
	rolling     bool // Options.Rolling, and its life has not been extended yet
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
	keep    storeAct = iota
	write            // the record, and after it remove the one it replaces
	extend           // the record's life
	destroy          // the record, and the one it was to replace
)

type cookieAct uint8

const (
	leave cookieAct = iota
	send
	clear
)

// plan is the table of what a commit does. The first rule that fits counts.
func (f facts) plan() plan {
	switch {
	case f.prevented:
		return plan{keep, leave}
	case f.destroyed && (f.stored || f.replaced):
		return plan{destroy, clear}
	case f.destroyed:
		return plan{keep, f.clearDead()}
	case !f.loaded:
		return plan{keep, leave}
	case f.forced:
		return plan{write, send}
	case !f.stored && f.empty && !f.attributes && !f.allowEmpty && f.replaced:
		return plan{destroy, clear}
	case !f.stored && f.empty && !f.attributes && !f.allowEmpty:
		return plan{keep, f.clearDead()}
	case !f.stored, f.attributes:
		return plan{write, send}
	case f.changed && f.holds && !f.rolling:
		return plan{write, leave}
	case f.changed:
		return plan{write, send}
	case f.rolling:
		return plan{extend, send}
	case f.outdated:
		return plan{keep, send}
	}
	return plan{keep, leave}
}

func (f facts) clearDead() cookieAct {
	if f.deadCookies {
		return clear
	}
	return leave
}
