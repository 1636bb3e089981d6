package koatraces

import (
	"slices"
	"strconv"
)

// A Difference is one of those that the suite means to have, by its number in
// the table of differences from koa-generic-session.
type Difference int

// The differences that the traces can meet. The others, D6, D8, D9, D11, D14,
// D15, D18, D19, D23 and D24, need what no trace does: neighbouring paths,
// colliding checksums, saves within a request, foreign records, concurrent
// requests, past expiries, late changes, rotated keys, fixed dates and requests
// with an id that was replaced a moment ago. D25 is of headers that no trace
// has.
const (
	D1  Difference = 1
	D2  Difference = 2
	D3  Difference = 3
	D4  Difference = 4
	D5  Difference = 5
	D7  Difference = 7
	D10 Difference = 10
	D12 Difference = 12
	D13 Difference = 13
	D16 Difference = 16
	D17 Difference = 17
	D20 Difference = 20
	D21 Difference = 21
	D22 Difference = 22
	D26 Difference = 26
	D27 Difference = 27
	D28 Difference = 28
	D29 Difference = 29
	D30 Difference = 30
	D31 Difference = 31
)

var all = []Difference{D1, D2, D3, D4, D5, D7, D10, D12, D13, D16, D17, D20, D21, D22, D26, D27, D28, D29, D30, D31}

func (d Difference) String() string { return "D" + strconv.Itoa(int(d)) }

func (d Difference) what() string {
	return map[Difference]string{
		D1:  "clearing has the cookie's own attributes",
		D2:  "deferred, a failing handler's changes are saved",
		D3:  "the same values after a regenerate are saved",
		D4:  "a session assigned anew keeps its attributes",
		D5:  "deferred, assigning and destroying load first",
		D7:  "a swallowed load error leaves the cookie alone",
		D10: "errors of destroy go through the error handler",
		D12: "a browser session lives a day in the store",
		D13: "SameSite is Lax unless set",
		D16: "an id is made only when it is needed",
		D17: "regenerate destroys last",
		D20: "a wrong signature clears both cookies",
		D21: "a cookie that the client has is not sent again",
		D22: "rolling renews once in a twenty-fourth of the life",
		D26: "a session that was destroyed is not saved",
		D27: "clears only where the client sent an id",
		D28: "a regenerate that cannot end the old record is taken back",
		D29: "what a beforeSave has restored is not written",
		D30: "that an end was not carried out is not swallowed",
		D31: "what rolls lives for a twenty-fourth more",
	}[d]
}

func without(ds []Difference, d Difference) []Difference {
	return slices.DeleteFunc(slices.Clone(ds), func(other Difference) bool { return other == d })
}
