package workload

import "time"

// A Payload is what a session holds, for those who store a struct: 170 bytes of JSON.
type Payload struct {
	UserID int64    `json:"user_id"`
	Name   string   `json:"name"`
	Roles  []string `json:"roles"`
	Count  int      `json:"count"`
	CSRF   string   `json:"csrf"`
}

// The values of a new session. The user's number is one that JavaScript can hold, so that Koa stores what all others do.
const (
	UserID = int64(7205759403792793)
	Name   = "Ada King of Lovelace"
	CSRF   = "f3Qp7ZkVw1Yb9TnRx5LcJ8sGd2MhUe4A"
)

// Life is how long a session lives, in each peer.
const Life = 24 * time.Hour

// Key signs the cookies of those who sign.
const Key = "c0RfQ7mXw2Lk9TzVb4Ns8GpJd6HyUe3A"

// Roles returns the user's roles. Nobody may change them.
func Roles() []string { return roles }

var roles = []string{"reader", "author", "editor", "billing", "administrator"}

// New returns the payload of a new session.
func New() Payload {
	return Payload{UserID: UserID, Name: Name, Roles: roles, Count: 1, CSRF: CSRF}
}
