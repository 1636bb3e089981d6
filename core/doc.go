// Package core is a session engine that knows no web framework: the contract
// of koa-generic-session in Go. Adapters put it under net/http, Echo, Gin and
// Fiber, so that all of them load, save, roll and end sessions alike.
//
// # The life of a request
//
//  1. The adapter's middleware hands the engine an abstract pair, [Request]
//     and [Response]. Unless Options.Defer is set, the session is loaded.
//  2. The id comes from a signed cookie. One that is not signed, or of
//     impossible shape, never reaches the store; one that the store does not
//     know is never adopted.
//  3. The handler gets the [Session] and uses it. Values are kept as JSON and
//     decoded one by one, when they are asked for.
//  4. Right before the first byte of the response leaves, the engine commits:
//     the record is written first, and the cookie set if that worked. Nothing
//     is written that has not changed.
//  5. If the commit fails, what the handler writes is withheld, and the error
//     is the request's: 503 for a store that is down, 500 for another.
//  6. What changes after that is saved when the request ends, if the client
//     has the id already; the rest is reported.
//  7. The session is sealed. A goroutine that still holds it gets
//     [ErrSealed], never somebody else's data.
//
// # What to use when
//
//	s.Set("theme", "dark")                // a value of its own: the last one to set it wins
//	core.Update(s, "count", addOne)       // a new value made of the old one: never lost
//	cart, err := core.Bind[Cart](s, "cart") // a value that is changed in place
//	err = s.Save(ctx)                     // before something that must not happen unsaved
//
// Requests of one session run at the same time: a browser sends six at once.
// Each saves only what it has changed, on top of what the others saved
// meanwhile. Two that Set different keys both succeed. Two that Set the same
// key leave the later value, or what Options.OnConflict makes of both. So Set
// is right for a value that does not depend on the one before, and Update for
// one that does: if the record has moved on, its function runs again on the
// value that is there now. The value that Update returned to the handler was
// then of the moment: fit to be shown, not to be billed by. Call Save after
// the Update, and Get the value again, where it has to be exact. Bind is Set
// with the value at the end of the request.
//
// # What is guaranteed, and what is not
//
// Over a store with [Swapper] no update is lost, and a session that was
// destroyed is never brought back by a request that was under way. Regenerate,
// RegenerateKeep and Destroy have their way whatever other requests do at the
// same time; what those have under way is carried into the new session, or
// dropped with the old one. A late request with an id that was replaced or ended
// a moment ago finds a session that says so, see Session.IsSuperseded, and sends
// the browser no cookie. Over a store without it the last of two
// concurrent saves wins and may bring a destroyed session back, as in
// koa-generic-session.
//
// A save is as durable as the store: a server that acknowledges a write and
// then loses it has lost the session's change too.
package core
