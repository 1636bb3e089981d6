package frameworks

import (
	"github.com/go-holdall/holdall/core"
	"github.com/go-holdall/holdall/internal/testkit/adaptersuite"
	"github.com/go-holdall/holdall/internal/testkit/faultstore"
)

// What the frameworks' own cells share.

// change changes the session of a known client.
func change(v *adaptersuite.Visit) error {
	s, err := v.Session()
	if err != nil {
		return err
	}
	return s.Set("a", "new")
}

func changeAndAnswer(v *adaptersuite.Visit) error {
	if err := change(v); err != nil {
		return err
	}
	return v.String(200, "done")
}

func failSwap(s *faultstore.Store) { s.Fail("swap", faultstore.ErrRefused) }

// refusedSave is what is left where that failed.
var refusedSave = adaptersuite.Outcome{Status: 500, Body: adaptersuite.Words, Store: []string{"get known", "swap known"}, Reported: []string{"store set"}}

// wrongOptions has two faults, and New names both.
var wrongOptions = core.Options{Key: "a b", TTL: -1, Cookie: core.Cookie{DisableSigning: true}}

const wrongOptionsText = "session: option TTL: is negative\n" +
	"session: option Key: is not a cookie name: it has a character that RFC 6265 section 4.1.1 does not allow"
