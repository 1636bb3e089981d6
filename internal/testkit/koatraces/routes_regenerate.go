package koatraces

import (
	"errors"
	"strconv"
	"time"

	"github.com/go-holdall/holdall/core"
	"github.com/go-holdall/holdall/internal/testkit"
)

// endingRoutes are the handlers that end, empty or regenerate the session,
// and those that do several of it.
var endingRoutes = map[string]route{
	"remove": func(c testkit.Context, s *core.Session) error {
		s.Destroy()
		return answer(c, "0", nil)
	},
	"readremove": func(c testkit.Context, s *core.Session) error {
		n, err := count(s)
		s.Destroy()
		return answer(c, strconv.Itoa(n), err)
	},
	"rewrite": func(c testkit.Context, s *core.Session) error {
		return answer(c, "ok", rewrite(s))
	},
	"removerewrite": func(c testkit.Context, s *core.Session) error {
		s.Destroy()
		return answer(c, "ok", rewrite(s))
	},
	"rewriteremove": func(c testkit.Context, s *core.Session) error {
		err := rewrite(s)
		s.Destroy()
		return answer(c, "ok", err)
	},
	"removefail": func(_ testkit.Context, s *core.Session) error {
		s.Destroy()
		return oops
	},
	"clearall": func(c testkit.Context, s *core.Session) error {
		for _, name := range s.Keys() {
			s.Delete(name)
		}
		return answer(c, "ok", nil)
	},
	"carry": func(c testkit.Context, s *core.Session) error {
		if !counted(s) {
			return answer(c, "undefined", s.Regenerate())
		}
		n, err := count(s)
		err = errors.Join(err, s.Regenerate(), s.Set("count", n))
		return answer(c, strconv.Itoa(n), err)
	},
	"regenerate": func(c testkit.Context, s *core.Session) error {
		err := regenerateFoo(s)
		return answer(c, s.ID(), err)
	},
	"regenerateonly": func(c testkit.Context, s *core.Session) error {
		err := s.Regenerate()
		return answer(c, s.ID(), err)
	},
	"regtwice": func(c testkit.Context, s *core.Session) error {
		err := errors.Join(s.Regenerate(), regenerateFoo(s))
		return answer(c, s.ID(), err)
	},
	"regenfail": func(_ testkit.Context, s *core.Session) error {
		if err := regenerateFoo(s); err != nil {
			return err
		}
		return oops
	},
	"regremove": func(c testkit.Context, s *core.Session) error {
		err := s.Regenerate()
		s.Destroy()
		return answer(c, "0", err)
	},
	"removereg": func(c testkit.Context, s *core.Session) error {
		s.Destroy()
		err := regenerateFoo(s)
		return answer(c, s.ID(), err)
	},
	"regcookie": func(c testkit.Context, s *core.Session) error {
		err := errors.Join(regenerateFoo(s), setFar(s))
		return answer(c, s.ID(), err)
	},
	"cookiereg": func(c testkit.Context, s *core.Session) error {
		err := errors.Join(setFar(s), s.Regenerate())
		return answer(c, s.ID(), err)
	},
}

func rewrite(s *core.Session) error { return s.Replace(map[string]any{"foo": "bar"}) }

func regenerateFoo(s *core.Session) error {
	return errors.Join(s.Regenerate(), s.Set("data", "foo"))
}

func setFar(s *core.Session) error {
	attributes := s.Cookie()
	attributes.MaxAge = far * time.Millisecond
	return s.SetCookie(attributes)
}
