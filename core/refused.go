package core

// storedCookie reads the attributes of a stored session that is to use them.
// They are checked as options are: somebody else may have written them, or this
// engine under another Key. Those that say who gets the cookie count together.
// If a browser would refuse a cookie that has them, all of them are as in the
// options; how long it lives, and its priority, are the session's own still.
func (e *Engine) storedCookie(raw []byte) Cookie {
	usual := &e.opts.Cookie
	c := decodeCookie(raw, *usual)
	if !c.refused(e.opts.Key) {
		return c
	}
	c.Path, c.Domain, c.Secure, c.DisableHTTPOnly = usual.Path, usual.Domain, usual.Secure, usual.DisableHTTPOnly
	c.SameSite, c.Partitioned = usual.SameSite, usual.Partitioned
	return c
}

// refused reports whether a browser would refuse a cookie of that name.
func (c *Cookie) refused(name string) bool {
	var f faults
	f.needsSecure(c, "")
	f.prefixRules(name, c)
	return f.found != nil
}
