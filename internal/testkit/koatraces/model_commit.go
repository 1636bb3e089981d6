package koatraces

import "errors"

// commit is refreshSession.
func (x *exchange) commit() error {
	if x.opts.Defer && !x.loaded {
		if !x.assigned {
			return nil
		}
		x.id = x.readID()
	}
	switch {
	case x.prevented:
		return nil
	case x.unsaved:
		return x.neverSaved()
	case x.session == nil:
		return x.end()
	case !x.mustSave():
		return x.endRetired()
	}
	return x.save()
}

// errUnsaved is that of an act on a session that could not be loaded.
var errUnsaved = errors.New("the session could not be loaded")

func (x *exchange) neverSaved() error {
	if x.has[D30] && (x.ended || x.renewed) {
		return errUnsaved
	}
	return nil
}

// end is the commit of a session that was set to null.
func (x *exchange) end() error {
	switch {
	case x.retired != "":
		return x.endRetired()
	case x.isNew:
		x.clears = x.dead
		return nil
	}
	x.clears = true
	x.reset()
	return x.endFailed(x.destroy(x.id))
}

// endRetired ends the record of a session that was regenerated, where none
// takes its place (D17).
func (x *exchange) endRetired() error {
	if x.retired == "" {
		x.clears = x.isNew && x.dead
		return nil
	}
	x.clears = true
	return x.endFailed(x.destroy(x.retired))
}

// replaceRetired ends it where one does, which goes again if that fails (D28).
func (x *exchange) replaceRetired() error {
	if x.retired == "" {
		return nil
	}
	err := x.destroy(x.retired)
	if err != nil && x.has[D28] {
		_ = x.destroy(x.id) // fails too
	}
	return x.endFailed(err)
}

// endFailed returns what becomes of the error of an end.
func (x *exchange) endFailed(err error) error {
	if x.has[D10] && x.opts.SwallowErrors && !x.has[D30] {
		return nil
	}
	return err
}

func (x *exchange) mustSave() bool {
	switch {
	case x.forced:
		return true
	case !x.opts.AllowEmpty && x.isNew && equal(x.session, x.generate()):
		return false
	}
	return x.rolls() || x.original == nil || !equal(x.session, x.original)
}

// rolls reports whether the session's life is renewed (D22).
func (x *exchange) rolls() bool {
	attributes, _ := x.session["cookie"].(object)
	return x.opts.Rolling && !(x.has[D22] && attributes["sent"] == sentNow)
}

// prolonged is a life with what is added to that of a rolling session (D31).
func (w *world) prolonged(life float64) float64 {
	if w.opts.Rolling && w.has[D31] {
		return life + life/24
	}
	return life
}

// save is saveNow.
func (x *exchange) save() error {
	if x.opts.BeforeSavePath {
		x.session["path"] = x.path
		if x.has[D29] && !x.mustSave() {
			return nil
		}
	}
	x.needID()
	sends := !x.clientHasCookie()
	if sends {
		x.stamp()
	}
	if err := x.set(); err != nil {
		if x.opts.SwallowErrors && !(x.has[D30] && x.renewed) {
			return nil
		}
		return err
	}
	if x.has[D28] {
		if err := x.replaceRetired(); err != nil {
			return err
		}
	}
	if sends {
		x.sendID()
	}
	if x.has[D28] {
		return nil
	}
	return x.replaceRetired()
}
