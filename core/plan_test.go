package core

import (
	"reflect"
	"testing"

	"github.com/stretchr/testify/require"
)

// A commitRule is a row of the table of commits: when it fits, and what
// becomes of the record and of the client's cookies.
type commitRule struct {
	name   string
	fits   func(f facts) bool
	store  storeAct
	cookie cookieAct
}

// commitRules is the table, read from top to bottom.
var commitRules = []commitRule{
	{"1 save prevented", func(f facts) bool { return f.prevented }, storeNothing, cookieLeave},
	{"2 destroyed, was in the store", func(f facts) bool { return f.destroyed && hasRecord(f) }, storeDestroy, cookieClear},
	{"3 destroyed, was new, dead cookies", func(f facts) bool { return f.destroyed && f.deadCookies }, storeNothing, cookieClear},
	{"3 destroyed, was new", func(f facts) bool { return f.destroyed }, storeNothing, cookieLeave},
	{"5 save forced", func(f facts) bool { return f.forced }, storeWrite, cookieSend},
	{"6 regenerated and empty: the old record has to go", func(f facts) bool { return idle(f) && f.replaced }, storeDestroy, cookieClear},
	{"6 new and empty, dead cookies", func(f facts) bool { return idle(f) && f.deadCookies }, storeNothing, cookieClear},
	{"6 new and empty", idle, storeNothing, cookieLeave},
	{"7 new or regenerated", func(f facts) bool { return !f.stored }, storeWrite, cookieSend},
	{"8 an attribute changed", func(f facts) bool { return f.attributes }, storeWrite, cookieSend},
	{"D21 a value changed, the client has the cookie", func(f facts) bool { return f.changed && f.holds }, storeWrite, cookieLeave},
	{"8 a value changed", func(f facts) bool { return f.changed }, storeWrite, cookieSend},
	{"9 rolling", func(f facts) bool { return f.rolling && f.prolongs }, storeExtend, cookieSend},
	{"9 rolling, D19 signed with an older key", func(f facts) bool { return f.rolling && f.outdated }, storeExtend, cookieSend},
	{"9 rolling, a cookie that no sending prolongs", func(f facts) bool { return f.rolling }, storeExtend, cookieLeave},
	{"D19 signed with an older key", func(f facts) bool { return f.outdated }, storeNothing, cookieSend},
	{"10 unchanged", func(facts) bool { return true }, storeNothing, cookieLeave},
}

func hasRecord(f facts) bool { return f.stored || f.replaced }

func idle(f facts) bool {
	isNew := !f.stored
	return isNew && f.empty && !f.attributes && !f.allowEmpty
}

// everyFact calls visit with all combinations of facts.
func everyFact(visit func(f facts)) {
	fields := []func(*facts) *bool{
		func(f *facts) *bool { return &f.prevented }, func(f *facts) *bool { return &f.destroyed },
		func(f *facts) *bool { return &f.stored },
		func(f *facts) *bool { return &f.replaced }, func(f *facts) *bool { return &f.forced },
		func(f *facts) *bool { return &f.empty }, func(f *facts) *bool { return &f.attributes },
		func(f *facts) *bool { return &f.changed }, func(f *facts) *bool { return &f.allowEmpty },
		func(f *facts) *bool { return &f.rolling }, func(f *facts) *bool { return &f.deadCookies },
		func(f *facts) *bool { return &f.outdated }, func(f *facts) *bool { return &f.holds },
		func(f *facts) *bool { return &f.prolongs },
	}
	for bits := range 1 << len(fields) {
		var f facts
		for i, field := range fields {
			*field(&f) = bits>>i&1 == 1
		}
		visit(f)
	}
}

func TestThePlanIsTheTableOfCommitsForEveryCombinationOfFacts(t *testing.T) {
	require.Equal(t, 14, reflect.TypeFor[facts]().NumField(), "a new fact has to be added here")
	met, combinations := map[string]int{}, 0
	everyFact(func(f facts) {
		combinations++
		for _, rule := range commitRules {
			if rule.fits(f) {
				met[rule.name]++
				if got := f.plan(); got != (plan{rule.store, rule.cookie}) {
					t.Errorf("rule %q: %+v gives %+v", rule.name, f, got)
				}
				break
			}
		}
	})
	require.Equal(t, 1<<14, combinations)
	for _, rule := range commitRules {
		require.Positive(t, met[rule.name], "rule %q decides nothing", rule.name)
	}
}

func TestWhateverTheFactsNoPlanContradictsItself(t *testing.T) {
	everyFact(func(f facts) {
		p := f.plan()
		if p.store == storeWrite && p.cookie != cookieSend && !(f.stored && f.holds) {
			t.Errorf("%+v writes a record that the client has no cookie for", f)
		}
		if p.store == storeDestroy && p.cookie != cookieClear {
			t.Errorf("%+v leaves the cookie of a record that is gone", f)
		}
		if p.store == storeDestroy && !hasRecord(f) || p.store == storeExtend && !f.stored {
			t.Errorf("%+v asks the store for a record that it does not have", f)
		}
		if p.cookie == cookieClear && p.store == storeNothing && !f.deadCookies {
			t.Errorf("%+v clears a cookie that is alive", f)
		}
	})
}
