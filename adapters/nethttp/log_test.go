package nethttpadapter

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/go-holdall/holdall/core"
)

type traceKey struct{}

// A tracer notes the trace ids of what is logged.
type tracer struct {
	slog.Handler
	ids *[]any
}

func (tracer) Enabled(context.Context, slog.Level) bool { return true }

func (t tracer) Handle(ctx context.Context, _ slog.Record) error {
	*t.ids = append(*t.ids, ctx.Value(traceKey{}))
	return nil
}

type full struct{}

func (full) Get(context.Context, string) ([]byte, bool, error)        { return nil, false, nil }
func (full) Set(context.Context, string, []byte, time.Duration) error { return errors.New("full") }
func (full) Destroy(context.Context, string) error                    { return nil }

// What could not be answered is logged under the request's context, also if
// the session has ended by then.
func TestTheLogLineHasTheRequestsContext(t *testing.T) {
	for name, fail := range map[string]func(http.ResponseWriter){
		"a status": func(w http.ResponseWriter) { w.WriteHeader(http.StatusTeapot) },
		"a panic":  func(http.ResponseWriter) { panic(http.ErrAbortHandler) },
	} {
		t.Run(name, func(t *testing.T) { require.Equal(t, []any{"T1"}, tracesOf(t, fail)) })
	}
}

// tracesOf returns the trace ids of what is logged when a save fails and the
// handler does too.
func tracesOf(t *testing.T, fail func(http.ResponseWriter)) []any {
	var ids []any
	before := slog.Default()
	defer slog.SetDefault(before)
	slog.SetDefault(slog.New(tracer{ids: &ids}))
	h := New(core.Options{SigningKeys: []string{"correct horse battery staple"}, Store: full{}})(
		http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			s, err := Session(r)
			require.NoError(t, err)
			require.NoError(t, s.Set("user", "ada"))
			fail(w)
		}))
	r := httptest.NewRequest(http.MethodGet, "/", nil)
	func() {
		defer func() { _ = recover() }()
		h.ServeHTTP(httptest.NewRecorder(), r.WithContext(context.WithValue(r.Context(), traceKey{}, "T1")))
	}()
	return ids
}
