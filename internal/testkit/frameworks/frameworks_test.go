package frameworks

import (
	"io"
	"net/http"
	"net/http/cookiejar"
	"strconv"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/go-holdall/holdall/core"
	"github.com/go-holdall/holdall/internal/testkit"
)

func TestCountUp(t *testing.T) {
	for _, f := range All {
		t.Run(f.Name, func(t *testing.T) {
			e, err := core.New(core.Options{SigningKeys: []string{"correct horse battery staple"}})
			require.NoError(t, err)
			defer func() { require.NoError(t, e.Close()) }()
			url := f.Serve(t, testkit.App{Engines: []*core.Engine{e}, Handler: func(c testkit.Context) error {
				s, err := c.Session()
				if err != nil {
					return err
				}
				n, err := core.Update(s, "count", func(n int) int { return n + 1 })
				if err != nil {
					return err
				}
				return c.String(200, strconv.Itoa(n))
			}})
			jar, _ := cookiejar.New(nil)
			client := &http.Client{Jar: jar}
			for _, want := range []string{"1", "2", "3"} {
				res, err := client.Get(url + "/")
				require.NoError(t, err)
				body, err := io.ReadAll(res.Body)
				require.NoError(t, err)
				require.NoError(t, res.Body.Close())
				require.Equal(t, want, string(body))
			}
		})
	}
}
