package adaptersuite

import (
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"

	"github.com/go-holdall/holdall/core"
	"github.com/go-holdall/holdall/internal/testkit"
)

// A Visit is one request in a handler's hands.
type Visit struct {
	testkit.Context
	Site *Site
}

// A Step is something that a handler does. An error ends the handler, and is
// returned by it.
type Step func(v *Visit) error

func do(steps ...Step) Step {
	return func(v *Visit) error {
		for _, step := range steps {
			if err := step(v); err != nil {
				return err
			}
		}
		return nil
	}
}

// with is a step that uses the session.
func with(use func(s *core.Session) error) Step {
	return func(v *Visit) error {
		s, err := v.Session()
		if err != nil {
			return err
		}
		return use(s)
	}
}

func set(key string, value any) Step {
	return with(func(s *core.Session) error { return s.Set(key, value) })
}

// call is a step of a method without a result.
func call(method func(s *core.Session)) Step {
	return with(func(s *core.Session) error {
		method(s)
		return nil
	})
}

// use asks for the session, and does nothing with it.
var use = call(func(*core.Session) {})

// read reads a value, and fails if it is not there.
func read(key string, want string) Step {
	return with(func(s *core.Session) error {
		got, err := core.Get[string](s, key)
		if err == nil && got != want {
			err = fmt.Errorf("%s is %q", key, got)
		}
		return err
	})
}

var (
	destroy    = call((*core.Session).Destroy)
	force      = call((*core.Session).ForceSave)
	prevent    = call((*core.Session).PreventSave)
	markDirty  = call((*core.Session).MarkDirty)
	regenerate = with((*core.Session).Regenerate)
	signIn     = with((*core.Session).RegenerateKeep)
)

// save saves at once.
func save(v *Visit) error {
	s, err := v.Session()
	if err != nil {
		return err
	}
	return s.Save(v.Context.Context())
}

// page is what handlers answer: it must never be seen where a save failed.
const page = "handler-page"

// text answers with page.
func text(v *Visit) error { return v.String(http.StatusOK, page) }

// nothing returns from the handler.
func nothing(*Visit) error { return nil }

func write(body string) Step {
	return func(v *Visit) error {
		_, err := io.WriteString(v, body)
		return err
	}
}

func status(code int) Step {
	return func(v *Visit) error { return v.NoContent(code) }
}

func header(name, value string) Step {
	return func(v *Visit) error {
		v.SetHeader(name, value)
		return nil
	}
}

func flush(v *Visit) error {
	v.Flush()
	return nil
}

func redirect(v *Visit) error { return v.Redirect(http.StatusFound, "/"+page) }

func file(v *Visit) error { return v.File(v.Site.File) }

// oops and forbid are a handler's own failures.
func oops(*Visit) error {
	return &testkit.Failure{Status: http.StatusInternalServerError, Text: "oops"}
}

func forbid(*Visit) error { return &testkit.Failure{Status: http.StatusForbidden, Text: "forbidden"} }

func crash(*Visit) error { panic("a handler's panic") }

func abortConnection(*Visit) error { panic(http.ErrAbortHandler) }

// big is more than any buffer in between.
var big = strings.Repeat(page+"\n", 8000)

// chunks reads piece by piece, and has no WriteTo.
func chunks(body string) io.Reader { return struct{ io.Reader }{strings.NewReader(body)} }

// hijack takes the connection and sends an answer of its own.
func hijack(v *Visit) error {
	return v.Hijack(func(conn net.Conn, header http.Header) {
		if header == nil {
			_, _ = io.WriteString(conn, page)
			return
		}
		var answer strings.Builder
		answer.WriteString("HTTP/1.1 200 OK\r\nConnection: close\r\n")
		_ = http.Header{"Set-Cookie": header["Set-Cookie"]}.Write(&answer)
		answer.WriteString("\r\n" + page)
		_, _ = io.WriteString(conn, answer.String())
	})
}

// over is a step of net/http code, on frameworks that have its writer.
func over(answer func(w http.ResponseWriter) error) Step {
	return func(v *Visit) error { return answer(v.Writer()) }
}

// inform sends a 103. It goes past what Echo and Gin make of a status: Echo
// takes it for the answer, and Gin sends no other after it.
var inform = over(func(w http.ResponseWriter) error {
	for {
		inner, wraps := w.(interface{ Unwrap() http.ResponseWriter })
		_, commits := w.(core.Response)
		_, records := w.(interface{ Written() bool })
		if commits && !records || !wraps {
			w.WriteHeader(http.StatusEarlyHints)
			return nil
		}
		w = inner.Unwrap()
	}
})
