package growth

import (
	"fmt"
	"strings"

	"github.com/go-holdall/holdall/bench/workload"
	memorystore "github.com/go-holdall/holdall/stores/memory"
)

// A shape is what a session has besides the workload's five values, and how many there will be of it.
type shape struct {
	members  int // all of them; up to five means no more than the five
	bytes    int // of holdall's record, to which one long value brings it; up to the smallest means no such value
	sessions int // that the store must be able to hold
}

const (
	payload  = 5   // values of the workload
	smallest = 295 // bytes of holdall's record of them
)

// A member is a value that nobody asks for.
type member struct{ key, value string }

func (s shape) extra() []member {
	var extra []member
	for i := payload; i < s.members; i++ {
		extra = append(extra, member{fmt.Sprintf("member%04d", i), "twenty letters, or so"})
	}
	if framing := len(`,"long":""`); s.bytes > smallest+framing {
		extra = append(extra, member{"long", strings.Repeat("abcdefgh", s.bytes/8)[:s.bytes-smallest-framing]})
	}
	return extra
}

// bounds are such that nothing is given up.
func (s shape) bounds() memorystore.Options {
	return memorystore.Options{MaxSessions: max(2*s.sessions, memorystore.DefaultMaxSessions), MaxBytes: 4 << 30}
}

// A record is the session for those who store a struct.
type record struct {
	workload.Payload
	Long    string            `json:"long,omitempty"`
	Members map[string]string `json:"members,omitempty"`
}

func (s shape) record() record {
	r := record{Payload: workload.New()}
	for _, m := range s.extra() {
		switch {
		case m.key == "long":
			r.Long = m.value
		case r.Members == nil:
			r.Members = map[string]string{m.key: m.value}
		default:
			r.Members[m.key] = m.value
		}
	}
	return r
}
