package secrets

import (
	"errors"
	"fmt"
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
		Heard(fmt.Errorf("a good text: %w", errors.New("ERR unknown command, with args beginning with: 'koa:sess:"+id+"'")))
	case "fail":
		t.Error("as a test does")
	}
}

func TestSearch(t *testing.T) {
	for what, clean := range map[string]bool{"nothing": true, "print": false, "stderr": false, "error": false, "fail": false} {
		t.Run(what, func(t *testing.T) {
			child := exec.Command(os.Args[0], "-test.run=^TestGiveAway$")
			child.Env = append(os.Environ(), role+"="+what)
			out, err := child.CombinedOutput()
			require.Equal(t, clean, err == nil, string(out))
		})
	}
}
