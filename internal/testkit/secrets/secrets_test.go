package secrets

import (
	"errors"
	"fmt"
	"log/slog"
	"os"
	"os/exec"
	"testing"

	"github.com/stretchr/testify/require"
)

// role is the environment variable that says what a child of these tests
// gives away.
const role = "HOLDALL_TEST_SECRETS_ROLE"

const id = "0123456789abcdefghijklmnopqrstuv"

func TestMain(m *testing.M) {
	if os.Getenv(role) != "" && !InChild() {
		os.Exit(Search())
	}
	os.Exit(m.Run())
}

// TestGiveAway is what the children of TestSearch run.
func TestGiveAway(t *testing.T) {
	KnowCookies([]string{"koa.sid=" + id + "; path=/", "short=abc"})
	switch os.Getenv(role) {
	case "nothing":
		fmt.Println("all is well: abc")
		Heard(errors.New("no such thing"))
	case "print":
		fmt.Println("GET koa:sess:" + id)
	case "stderr":
		fmt.Fprintln(os.Stderr, "GET koa:sess:"+id)
	case "error":
		Heard(giveaway{errors.New("ERR unknown command, with args beginning with: 'koa:sess:" + id + "'")})
	case "joined":
		Heard(giveaways{errors.New("all is well"), giveaway{errors.New("koa:sess:" + id)}})
	case "log":
		slog.New(slog.NewTextHandler(Log{}, nil)).Error("GET koa:sess:" + id)
	case "fail":
		t.Error("as a test does")
	}
}

// A giveaway has a good text, and wraps an error that has not.
type giveaway struct{ error }

func (giveaway) Error() string   { return "a good text" }
func (g giveaway) Unwrap() error { return g.error }

// giveaways are the same, joined.
type giveaways []error

func (giveaways) Error() string     { return "a good text" }
func (g giveaways) Unwrap() []error { return g }

func TestSearch(t *testing.T) {
	for what, clean := range map[string]bool{"nothing": true, "print": false, "stderr": false, "error": false, "joined": false, "log": false, "fail": false} {
		t.Run(what, func(t *testing.T) {
			child := exec.Command(os.Args[0], "-test.run=^TestGiveAway$")
			child.Env = append(os.Environ(), role+"="+what)
			out, err := child.CombinedOutput()
			require.Equal(t, clean, err == nil, string(out))
		})
	}
}
