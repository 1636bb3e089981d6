package peers

import (
	"context"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha1"
	"encoding/base64"
	"encoding/json"
	"net/http"
	"time"

	"github.com/go-holdall/holdall/bench/workload"
)

const (
	handCookie    = "koa.sid"
	handSignature = handCookie + ".sig"
)

// A hand is what a good engineer writes who needs this one session and no library: a cookie, one access to the store, and
// encoding/json of a struct. It asks for nothing that the handler does not need, so an untouched session costs nothing,
// and it loses updates, brings back the destroyed, and lets every error be no session.
//
// signed adds what Koa does to keep ids from being made up: a second cookie with an HMAC of the first.
type hand struct {
	store  handStore
	signed bool
	quiet  bool // a change does not send the cookie again
}

// An answer is what a hand's handler sends.
type answer struct {
	status int
	count  int
	id     string // to be sent in a cookie, unless empty
}

// answer does a workload. id is the one of the cookie, or empty.
func (h *hand) answer(ctx context.Context, w workload.Workload, id string) answer {
	switch {
	case !w.Asks():
		return answer{status: http.StatusOK}
	case w == workload.First:
		return h.begin(ctx)
	case id == "":
		return answer{status: http.StatusUnauthorized}
	}
	p, ok := h.load(ctx, w, id)
	if !ok || p.UserID != workload.UserID {
		return answer{status: http.StatusUnauthorized}
	}
	a := answer{status: http.StatusOK, count: p.Count}
	if w == workload.Count {
		p.Count++
		a.count = p.Count
		if !h.save(ctx, id, p) {
			return answer{status: http.StatusInternalServerError}
		}
	}
	if w == workload.Roll || w == workload.Count && !h.quiet {
		a.id = id
	}
	return a
}

func (h *hand) begin(ctx context.Context) answer {
	var random [24]byte
	_, _ = rand.Read(random[:])
	id := base64.RawURLEncoding.EncodeToString(random[:])
	p := workload.New()
	if !h.save(ctx, id, p) {
		return answer{status: http.StatusInternalServerError}
	}
	return answer{http.StatusOK, p.Count, id}
}

func (h *hand) load(ctx context.Context, w workload.Workload, id string) (p workload.Payload, ok bool) {
	read := h.store.get
	if w == workload.Roll {
		read = h.store.extend
	}
	data, found := read(ctx, id)
	return p, found && json.Unmarshal(data, &p) == nil
}

func (h *hand) save(ctx context.Context, id string, p workload.Payload) bool {
	data, err := json.Marshal(p)
	return err == nil && h.store.set(ctx, id, data)
}

// signature is that of koa's cookies.
func signature(id string) string {
	mac := hmac.New(sha1.New, []byte(workload.Key))
	_, _ = mac.Write([]byte(handCookie + "=" + id))
	return base64.RawURLEncoding.EncodeToString(mac.Sum(nil))
}

func genuine(id, sig string) bool { return hmac.Equal([]byte(signature(id)), []byte(sig)) }

// readHTTP returns the id that a request brings, or nothing.
func (h *hand) readHTTP(w workload.Workload, r *http.Request) string {
	if !w.Asks() || !w.HasCookie() {
		return ""
	}
	c, err := r.Cookie(handCookie)
	if err != nil {
		return ""
	}
	if h.signed {
		sig, err := r.Cookie(handSignature)
		if err != nil || !genuine(c.Value, sig.Value) {
			return ""
		}
	}
	return c.Value
}

func newCookie(name, value string) *http.Cookie {
	return &http.Cookie{
		Name: name, Value: value, Path: "/", HttpOnly: true, SameSite: http.SameSiteLaxMode,
		Expires: time.Now().Add(workload.Life),
	}
}
