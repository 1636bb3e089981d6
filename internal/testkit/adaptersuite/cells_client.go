package adaptersuite

// clientCells is what the cookies of a client come to.
func clientCells() []Cell {
	const (
		noCall  = "no id, no store call"
		adopt   = "an id that the store does not know is never adopted"
		corrupt = "a record that does not decode is like an unknown id, and reported"
		dead    = "a dead cookie is cleared, unless a new one is set"
		resign  = "D19: a signature under an older key is renewed, with the session's attributes"
	)
	withCorrupt := []string{"corrupt [1]", oldKnown}
	return []Cell{
		{Name: "visitor, untouched", Rule: noCall, Do: text, Want: answer(200, page)},
		{Name: "visitor, nothing done", Rule: noCall, Do: nothing, Want: answer(200, "")},
		{Name: "visitor, session asked for", Rule: noCall, Do: do(use, text), Want: answer(200, page)},
		{Name: "visitor, id asked for", Rule: "D16: an id is made when it is needed, and not saved with an empty session",
			Do: do(call(func(s *session) { s.ID() }), text), Want: answer(200, page)},
		{Name: "visitor, set and unset", Rule: "setting and unsetting is no change",
			Do: do(set("b", 1), call(func(s *session) { s.Delete("b") }), text), Want: answer(200, page)},
		{Name: "known, untouched", Rule: "unchanged, nothing is written and no cookie set", Client: Known, Do: text, Want: answer(200, page).calls("get known")},
		{Name: "known, the same value set", Rule: "setting a value to what it is is no change", Client: Known,
			Do: do(set("a", "old"), text), Want: answer(200, page).calls("get known")},
		{Name: "known, changed and changed back", Rule: "setting a value to what it is is no change", Client: Known,
			Do: do(set("a", "new"), set("a", "old"), text), Want: answer(200, page).calls("get known")},
		{Name: "known, last value deleted", Rule: "a session that was stored may be empty", Client: Known,
			Do:   do(call(func(s *session) { s.Delete("a") }), text),
			Want: answer(200, page).sets("known").calls("get known", "swap known").holds("known {}")},
		{Name: "known, replaced", Rule: "Replace keeps the id and the attributes (D4)", Client: Known,
			Do:   do(with(func(s *session) error { return s.Replace(map[string]any{"b": 1}) }), text),
			Want: answer(200, page).sets("known").calls("get known", "swap known").holds(`known {"b":1}`)},
		{Name: "stranger, untouched", Rule: dead, Client: Stranger, Do: text, Want: answer(200, page).clears().calls("get stranger")},
		{Name: "stranger, set", Rule: adopt, Client: Stranger, Do: do(set("a", "1"), text),
			Want: answer(200, page).sets("new1").calls("get stranger", "create new1").holds(oldKnown, `new1 {"a":"1"}`)},
		{Name: "stranger, destroy", Rule: dead, Client: Stranger, Do: do(destroy, text), Want: answer(200, page).clears().calls("get stranger")},
		{Name: "forger, untouched", Rule: "D20: a wrong signature clears both cookies", Client: Forger, Do: text, Want: answer(200, page).clears()},
		{Name: "forger, set", Rule: dead, Client: Forger, Do: do(set("a", "1"), text),
			Want: answer(200, page).sets("new1").calls("create new1").holds(oldKnown, `new1 {"a":"1"}`)},
		{Name: "unsigned, untouched", Rule: "a missing signature clears nothing", Client: Unsigned, Do: text, Want: answer(200, page)},
		{Name: "unsigned, set", Rule: adopt, Client: Unsigned, Do: do(set("a", "1"), text),
			Want: answer(200, page).sets("new1").calls("create new1").holds(oldKnown, `new1 {"a":"1"}`)},
		{Name: "malformed id, untouched", Rule: "an id of impossible shape: no store call", Client: Malformed, Do: text, Want: answer(200, page)},
		{Name: "corrupt record, untouched", Rule: corrupt, Client: Corrupt, Do: text,
			Want: answer(200, page).clears().calls("get corrupt").reports("ErrCorruptRecord").holds(withCorrupt...)},
		{Name: "corrupt record, set", Rule: corrupt, Client: Corrupt, Do: do(set("a", "1"), text),
			Want: answer(200, page).sets("new1").calls("get corrupt", "create new1").reports("ErrCorruptRecord").
				holds(append(withCorrupt, `new1 {"a":"1"}`)...)},
		{Name: "older key, untouched", Rule: resign, Client: Rotated, Do: text,
			Want: answer(200, page).sets("known").calls("get known", "get known")},
		{Name: "older key, replaced meanwhile", Rule: "a response that sends an id again knows that it is alive", Client: Rotated, Do: do(replaces(heir{strangerID, true}), text),
			Want: answer(200, page).calls("get known", "get known").holds(tombstone)},
		{Name: "older key, set", Rule: resign, Client: Rotated, Do: do(set("a", "new"), text),
			Want: answer(200, page).sets("known").calls("get known", "swap known").holds(newKnown)},
		{Name: "older key, destroy", Rule: "a destroyed session's record goes, and its cookies are cleared", Client: Rotated, Do: do(destroy, text),
			Want: answer(200, page).clears().calls("get known", "destroy known").holds()},
	}
}
