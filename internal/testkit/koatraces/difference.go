package koatraces

import (
	"slices"
	"strconv"
)

// A Difference is one of those that the suite means to have, by its number in
// the table of differences from koa-generic-session.
type Difference int

// The differences that the traces can meet. The others, D6, D8, D9, D11, D14,
// D15, D18 and D19, need what no trace does: neighbouring paths, colliding
// checksums, saves within a request, foreign records, concurrent requests,
// past expiries, late changes and rotated keys.
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
)

var all = []Difference{D1, D2, D3, D4, D5, D7, D10, D12, D13, D16, D17, D20, D21}

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
	}[d]
}

func without(ds []Difference, d Difference) []Difference {
	return slices.DeleteFunc(slices.Clone(ds), func(other Difference) bool { return other == d })
}
