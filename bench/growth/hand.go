package growth

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha1"
	"encoding/base64"
	"encoding/json"
	"io"
	"net/http"
	"strconv"
	"sync"
	"time"

	"github.com/gofiber/fiber/v2"
	"github.com/gofiber/fiber/v2/utils"

	"github.com/go-holdall/holdall/bench/peers"
	"github.com/go-holdall/holdall/bench/workload"
)

// A hand is a session written by hand for one struct, as `raws` among the peers is: a cookie and its signature, a map under a
// lock, encoding/json both ways, and the cookies sent with each change.
type hand struct {
	shape   shape
	mu      sync.RWMutex
	records map[string]kept
}

type kept struct {
	data    []byte
	expires time.Time
}

const (
	idCookie  = "koa.sid"
	sigCookie = idCookie + ".sig"
)

func openHand(s shape, framework string) (*stand, error) {
	h := &hand{shape: s, records: map[string]kept{}}
	site := &peers.Site{}
	if framework == peers.Fiber {
		site.Fast = h.fiber().Handler()
	} else {
		site.HTTP = h.http()
	}
	return &stand{site, func() error { return nil }}, nil
}

// serve does a workload. It returns the id to be sent in a cookie, if any.
func (h *hand) serve(w workload.Workload, id, sig string) (count int, send string, err error) {
	if w == workload.First {
		var random [24]byte
		_, _ = rand.Read(random[:])
		id = base64.RawURLEncoding.EncodeToString(random[:])
		return 1, id, h.save(id, h.shape.record())
	}
	if !hmac.Equal([]byte(sig), []byte(signature(id))) {
		return 0, "", http.ErrNoCookie
	}
	r, err := h.load(id)
	switch {
	case err != nil:
		return 0, "", err
	case r.UserID != workload.UserID:
		return 0, "", http.ErrNoCookie
	case w == workload.Read:
		return r.Count, "", nil
	}
	r.Count++
	return r.Count, id, h.save(id, r)
}

func (h *hand) load(id string) (r record, err error) {
	h.mu.RLock()
	kept, ok := h.records[id]
	h.mu.RUnlock()
	if !ok || time.Now().After(kept.expires) {
		return r, http.ErrNoCookie
	}
	return r, json.Unmarshal(kept.data, &r)
}

func (h *hand) save(id string, r record) error {
	data, err := json.Marshal(r)
	if err != nil {
		return err
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	h.records[id] = kept{data, time.Now().Add(workload.Life)}
	return nil
}

func signature(id string) string {
	mac := hmac.New(sha1.New, []byte(workload.Key))
	_, _ = io.WriteString(mac, idCookie+"="+id)
	return base64.RawURLEncoding.EncodeToString(mac.Sum(nil))
}

func (h *hand) http() http.Handler {
	mux := http.NewServeMux()
	for _, w := range []workload.Workload{workload.Read, workload.Count, workload.First} {
		mux.HandleFunc("GET "+w.Path(), func(rw http.ResponseWriter, r *http.Request) {
			n, send, err := h.serve(w, cookie(r, idCookie), cookie(r, sigCookie))
			if err != nil {
				http.Error(rw, err.Error(), http.StatusInternalServerError)
				return
			}
			if send != "" {
				http.SetCookie(rw, newCookie(idCookie, send))
				http.SetCookie(rw, newCookie(sigCookie, signature(send)))
			}
			_, _ = io.WriteString(rw, strconv.Itoa(n))
		})
	}
	return mux
}

func cookie(r *http.Request, name string) string {
	c, err := r.Cookie(name)
	if err != nil {
		return ""
	}
	return c.Value
}

func newCookie(name, value string) *http.Cookie {
	return &http.Cookie{
		Name: name, Value: value, Path: "/", HttpOnly: true, SameSite: http.SameSiteLaxMode, Expires: time.Now().Add(workload.Life),
	}
}

func (h *hand) fiber() *fiber.App {
	app := fiber.New()
	for _, w := range []workload.Workload{workload.Read, workload.Count, workload.First} {
		app.Get(w.Path(), func(c *fiber.Ctx) error {
			n, send, err := h.serve(w, utils.CopyString(c.Cookies(idCookie)), c.Cookies(sigCookie))
			if err != nil {
				return err
			}
			if send != "" {
				c.Cookie(fiberCookie(idCookie, send))
				c.Cookie(fiberCookie(sigCookie, signature(send)))
			}
			return c.SendString(strconv.Itoa(n))
		})
	}
	return app
}

func fiberCookie(name, value string) *fiber.Cookie {
	return &fiber.Cookie{
		Name: name, Value: value, Path: "/", HTTPOnly: true, SameSite: fiber.CookieSameSiteLaxMode, Expires: time.Now().Add(workload.Life),
	}
}
