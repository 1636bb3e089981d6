package nethttpadapter_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"strconv"
	"time"

	nethttpadapter "github.com/go-holdall/holdall/adapters/nethttp"
	"github.com/go-holdall/holdall/core"
)

// newBrowser returns a client that keeps cookies.
func newBrowser() *http.Client {
	jar, _ := cookiejar.New(nil)
	return &http.Client{Jar: jar}
}

func get(browser *http.Client, url string) string {
	res, err := browser.Get(url)
	if err != nil {
		panic(err)
	}
	defer res.Body.Close()
	body, _ := io.ReadAll(res.Body)
	return fmt.Sprint(res.StatusCode, " ", string(body))
}

// Two tabs turn pages at the same time. The furthest one counts, whichever is
// saved last.
func ExampleNew_onConflict() {
	sessions := nethttpadapter.New(core.Options{
		SigningKeys: []string{"replace with 32 random bytes"},
		OnConflict: func(key string, base, mine, theirs []byte) ([]byte, error) {
			if key != "page" {
				return mine, nil
			}
			var m, t int
			err := errors.Join(json.Unmarshal(mine, &m), json.Unmarshal(theirs, &t))
			return strconv.AppendInt(nil, int64(max(m, t)), 10), err
		},
	})
	browser := newBrowser()
	var server *httptest.Server
	server = httptest.NewServer(sessions(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s, err := nethttpadapter.Session(r)
		if err != nil {
			return
		}
		page, err := strconv.Atoi(r.FormValue("page"))
		switch {
		case err != nil:
			page, _ = core.Get[int](s, "page")
		case page == 3:
			get(browser, server.URL+"?page=7") // the other tab is faster
			fallthrough
		default:
			_ = s.Set("page", page)
		}
		fmt.Fprint(w, "page ", page)
	})))
	defer server.Close()

	fmt.Println(get(browser, server.URL+"?page=2"))
	fmt.Println(get(browser, server.URL+"?page=3"))
	fmt.Println(get(browser, server.URL))
	// Output:
	// 200 page 2
	// 200 page 3
	// 200 page 7
}

// A fullStore takes no more records.
type fullStore struct{}

func (fullStore) Get(context.Context, string) ([]byte, bool, error) { return nil, false, nil }
func (fullStore) Set(context.Context, string, []byte, time.Duration) error {
	return errors.New("no space left on device")
}
func (fullStore) Destroy(context.Context, string) error { return nil }

// Where the page matters more than what the session would remember of it, the
// error of a save is noted, and the request goes on.
func ExampleNew_errorHandler() {
	sessions := nethttpadapter.New(core.Options{
		SigningKeys: []string{"replace with 32 random bytes"},
		Store:       fullStore{},
		ErrorHandler: func(req core.Request, err error) error {
			fmt.Println(req.Path(), err)
			var failed *core.StoreError
			if errors.As(err, &failed) && failed.Op == "set" {
				return nil
			}
			return err
		},
	})
	server := httptest.NewServer(sessions(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if s, err := nethttpadapter.Session(r); err == nil {
			_ = s.Set("seen", r.URL.Path)
		}
		fmt.Fprint(w, "Welcome.")
	})))
	defer server.Close()

	fmt.Println(get(newBrowser(), server.URL+"/home"))
	// Output:
	// /home session: store set: no space left on device
	// 200 Welcome.
}

// A player that sends no cookies has a ticket, which stands for the session of
// the page that has started it.
func ExampleMiddleware_withID() {
	e := core.Must(core.New(core.Options{SigningKeys: []string{"replace with 32 random bytes"}}))
	defer e.Close()
	tickets := map[string]string{} // to ids; a real one is random, and good for once
	byTicket := func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if id, ok := tickets[r.FormValue("ticket")]; ok {
				r = r.WithContext(core.WithID(r.Context(), id))
			}
			next.ServeHTTP(w, r)
		})
	}
	server := httptest.NewServer(byTicket(nethttpadapter.Middleware(e)(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s, err := nethttpadapter.Session(r)
		if err != nil {
			return
		}
		switch r.URL.Path {
		case "/login":
			_ = s.Set("user", "ada")
			tickets["t1"] = s.ID()
		case "/stream":
			user, err := core.Get[string](s, "user")
			fmt.Fprint(w, user, " ", err)
		}
	}))))
	defer server.Close()

	get(newBrowser(), server.URL+"/login")
	fmt.Println(get(http.DefaultClient, server.URL+"/stream?ticket=t1"))
	fmt.Println(get(http.DefaultClient, server.URL+"/stream?ticket=t2"))
	// Output:
	// 200 ada <nil>
	// 200  session: no such value
}

// What Update returns may be over when the session is saved: another request
// may have been faster, and the function runs again. After a Save the value is
// what is stored.
func ExampleSession_save() {
	sessions := nethttpadapter.New(core.Options{SigningKeys: []string{"replace with 32 random bytes"}})
	browser := newBrowser()
	var server *httptest.Server
	server = httptest.NewServer(sessions(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s, err := nethttpadapter.Session(r)
		if err != nil {
			return
		}
		_, err = core.Update(s, "orders", func(n int) int { return n + 1 })
		if err == nil && r.URL.Path == "/slow" {
			get(browser, server.URL)
		}
		if err == nil {
			err = s.Save(r.Context())
		}
		if err != nil {
			http.Error(w, "not ordered", core.StatusCode(err))
			return
		}
		n, err := core.Get[int](s, "orders")
		fmt.Fprintln(w, "order", n, err)
	})))
	defer server.Close()

	fmt.Print(get(browser, server.URL))
	fmt.Print(get(browser, server.URL+"/slow"))
	// Output:
	// 200 order 1 <nil>
	// 200 order 3 <nil>
}
