package koatraces

import (
	"errors"
	"path"
	"slices"
	"strconv"
	"time"

	"github.com/go-holdall/holdall/core"
	"github.com/go-holdall/holdall/internal/testkit"
)

func routeName(p string) string { return path.Base(p) }

// A route is one of the traces' handlers.
type route func(testkit.Context, *core.Session) error

// routes are the traces' handlers, as one would write them with the suite,
// but for the endingRoutes.
var routes = map[string]route{
	"incr": func(c testkit.Context, s *core.Session) error {
		n, err := increment(s)
		return answer(c, strconv.Itoa(n), err)
	},
	"read": func(c testkit.Context, s *core.Session) error {
		n, err := count(s)
		return answer(c, strconv.Itoa(n), err)
	},
	"set": func(c testkit.Context, s *core.Session) error {
		return answer(c, "ok", s.Set(c.Query("k"), c.Query("v")))
	},
	"del": func(c testkit.Context, s *core.Session) error {
		s.Delete(c.Query("k"))
		return answer(c, "ok", nil)
	},
	"same": func(c testkit.Context, s *core.Session) error {
		if !counted(s) { // JSON drops the undefined that Koa sets
			return answer(c, "ok", nil)
		}
		n, err := count(s)
		return answer(c, "ok", errors.Join(err, s.Set("count", n)))
	},
	"undo": func(c testkit.Context, s *core.Session) error {
		err := s.Set("tmp", "x")
		s.Delete("tmp")
		return answer(c, "ok", err)
	},
	"push": func(c testkit.Context, s *core.Session) error {
		list, err := core.Bind[[]string](s, "list")
		if err != nil {
			return err
		}
		*list = append(*list, c.Query("v"))
		return answer(c, strconv.Itoa(len(*list)), nil)
	},
	"cookie": func(c testkit.Context, s *core.Session) error {
		return answer(c, "ok", changeCookie(c, s))
	},
	"id": func(c testkit.Context, s *core.Session) error {
		return answer(c, s.ID(), nil)
	},
	"flip": func(c testkit.Context, s *core.Session) error {
		s.PreventSave()
		n, err := increment(s)
		s.ForceSave()
		return answer(c, strconv.Itoa(n), err)
	},
	"flop": func(c testkit.Context, s *core.Session) error {
		s.ForceSave()
		n, err := increment(s)
		s.PreventSave()
		return answer(c, strconv.Itoa(n), err)
	},
	"fail": func(_ testkit.Context, s *core.Session) error {
		if _, err := increment(s); err != nil {
			return err
		}
		return oops
	},
	"failread": func(testkit.Context, *core.Session) error { return oops },
	"redirect": func(c testkit.Context, s *core.Session) error {
		if _, err := increment(s); err != nil {
			return err
		}
		return c.Redirect(302, "/app/read")
	},
	"nocontent": func(c testkit.Context, s *core.Session) error {
		if _, err := increment(s); err != nil {
			return err
		}
		return c.NoContent(204)
	},
}

var oops = &testkit.Failure{Status: 500, Text: "oops"}

func answer(c testkit.Context, body string, err error) error {
	if err != nil {
		return err
	}
	return c.String(200, body)
}

func count(s *core.Session) (int, error) {
	n, err := core.Get[int](s, "count")
	if errors.Is(err, core.ErrNoValue) {
		return 0, nil
	}
	return n, err
}

func counted(s *core.Session) bool { return slices.Contains(s.Keys(), "count") }

func increment(s *core.Session) (int, error) {
	return core.Update(s, "count", func(n int) int { return n + 1 })
}

func changeCookie(c testkit.Context, s *core.Session) error {
	attributes := s.Cookie()
	if maxAge := c.Query("maxAge"); maxAge == "null" {
		attributes.MaxAge = core.BrowserSession
	} else if ms, err := strconv.Atoi(maxAge); err == nil {
		attributes.MaxAge = time.Duration(ms) * time.Millisecond
	}
	if c.Query("httpOnly") == "false" {
		attributes.DisableHTTPOnly = true
	}
	return s.SetCookie(attributes)
}
