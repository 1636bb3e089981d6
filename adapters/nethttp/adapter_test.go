package nethttpadapter

import (
	"bytes"
	"errors"
	"log/slog"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"os"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/go-holdall/holdall/core"
)

func TestWrongUseIsFoundAtStartUp(t *testing.T) {
	require.PanicsWithValue(t, "nethttpadapter: Config.Engine is nil", func() { WithConfig(Config{}) })
	require.Panics(t, func() { New(core.Options{}) })
}

func TestThePathIsTheOneThatWasSent(t *testing.T) {
	for target, want := range map[string]string{
		"/a%2Fb/%61?x=/y":      "/a%2Fb/%61",
		"http://host/app/x?y":  "/app/x",
		"http://host":          "/",
		"*":                    "*",
		"example.test:443":     "example.test:443",
		"/plain#fragment":      "/plain",
		"//double//slash/?a=b": "//double//slash/",
	} {
		r := httptest.NewRequest(http.MethodGet, "/", nil)
		r.RequestURI = target
		var x Exchange
		x.Init(httptest.NewRecorder(), r)
		require.Equal(t, want, x.Path(), target)
	}
	r, err := http.NewRequest(http.MethodGet, "http://host/a%2Fb?x", nil)
	require.NoError(t, err)
	var x Exchange
	x.Init(httptest.NewRecorder(), r)
	require.Equal(t, "/a%2Fb", x.Path(), "a request made by hand")
}

func TestSkipperAndErrorHandler(t *testing.T) {
	e, err := core.New(core.Options{SigningKeys: []string{"correct horse battery staple"}})
	require.NoError(t, err)
	require.NoError(t, e.Close())
	h := WithConfig(Config{
		Engine:       e,
		Skipper:      func(r *http.Request) bool { return r.URL.Path == "/skip" },
		ErrorHandler: func(w http.ResponseWriter, _ *http.Request, err error) { http.Error(w, "later", core.StatusCode(err)) },
	})(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, err := Session(r)
		if !errors.Is(err, core.ErrNoSession) {
			w.WriteHeader(http.StatusTeapot)
		}
	}))
	for path, want := range map[string]int{"/skip": 200, "/": 503} {
		w := httptest.NewRecorder()
		h.ServeHTTP(w, httptest.NewRequest(http.MethodGet, path, nil))
		require.Equal(t, want, w.Code, path)
	}
}

func TestWithoutAnErrorHandlerTheErrorIsLogged(t *testing.T) {
	var log bytes.Buffer
	before := slog.Default()
	defer slog.SetDefault(before)
	slog.SetDefault(slog.New(slog.NewTextHandler(&log, nil)))
	keys := []string{"correct horse battery staple"}
	sessions := New(core.Options{SigningKeys: keys, Cookie: core.Cookie{Secure: true}}) // but the request is not
	w := httptest.NewRecorder()
	sessions(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s, err := Session(r)
		require.NoError(t, err)
		require.NoError(t, s.Set("a", 1))
	})).ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/", nil))
	require.Equal(t, http.StatusInternalServerError, w.Code)
	require.Equal(t, "Internal Server Error\n", w.Body.String(), "the client is not told why")
	require.Contains(t, log.String(), core.ErrInsecureCookie.Error())
}

func TestAnUploadLeavesNoFiles(t *testing.T) {
	var file string
	sessions := New(core.Options{SigningKeys: []string{"correct horse battery staple"}})
	server := httptest.NewServer(sessions(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		assert.NoError(t, r.ParseMultipartForm(1))
		f, err := r.MultipartForm.File["upload"][0].Open()
		if onDisk, ok := f.(*os.File); assert.NoError(t, err) && assert.True(t, ok) {
			file = onDisk.Name()
			assert.FileExists(t, file)
			assert.NoError(t, f.Close())
		}
	})))
	var body bytes.Buffer
	form := multipart.NewWriter(&body)
	part, err := form.CreateFormFile("upload", "a.txt")
	require.NoError(t, err)
	_, err = part.Write(make([]byte, 1000))
	require.NoError(t, err)
	require.NoError(t, form.Close())
	res, err := http.Post(server.URL, form.FormDataContentType(), &body)
	require.NoError(t, err)
	require.NoError(t, res.Body.Close())
	server.Close() // waits for what the server does after the answer
	require.NotEmpty(t, file)
	require.NoFileExists(t, file)
}

func TestRequestIsThatOfThisPackage(t *testing.T) {
	r := httptest.NewRequest(http.MethodGet, "/", nil)
	var x Exchange
	x.Init(httptest.NewRecorder(), r)
	got, ok := Request(&x)
	require.True(t, ok)
	require.Same(t, r, got)
	_, ok = Request(struct{ core.Request }{})
	require.False(t, ok)
}
