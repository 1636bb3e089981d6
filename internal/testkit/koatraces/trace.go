package koatraces

import (
	"embed"
	"encoding/json"
	"fmt"
	"io/fs"
	"path"
	"strconv"
	"strings"
)

//go:embed testdata/*.json testdata/random.json.gz
var testdata embed.FS

// A Trace is what the real library did with one set of options.
type Trace struct {
	// Name is the file's, such as "defer-rolling".
	Name      string     `json:"-"`
	Options   Options    `json:"options"`
	Scenarios []Scenario `json:"scenarios"`
}

// A Scenario is a run of requests by one client of one fresh store.
type Scenario struct {
	Name  string `json:"name"`
	Steps []Step `json:"steps"`
}

// A Step is a request and what came of it.
type Step struct {
	Request Request `json:"request"`
	Outcome
}

// Options are koa-generic-session's, and what the traces add.
type Options struct {
	Keys           []string `json:"keys,omitempty"`
	Key            string   `json:"key,omitempty"`
	Prefix         string   `json:"prefix,omitempty"`
	TTL            int64    `json:"ttl,omitempty"`
	TTLFunc        bool     `json:"ttlFn,omitempty"`
	Rolling        bool     `json:"rolling,omitempty"`
	Defer          bool     `json:"defer,omitempty"`
	AllowEmpty     bool     `json:"allowEmpty,omitempty"`
	ValidQuery     bool     `json:"validQuery,omitempty"`
	BeforeSavePath bool     `json:"beforeSavePath,omitempty"`
	SwallowErrors  bool     `json:"swallowErrors,omitempty"`
	HeaderIDs      bool     `json:"headerIds,omitempty"`
	// Cookie has the attributes as a Node program writes them, so that
	// missing, null and false can be told apart.
	Cookie object `json:"cookie"`
}

// object is a JSON object, decoded.
type object = map[string]any

// A Request is one of the client, and what happens right before it. The clock
// that a trace may advance is left out: no record and no cookie of a trace is
// old enough to expire.
type Request struct {
	Get       string  `json:"get"`
	Forget    bool    `json:"forget,omitempty"`
	NoCookies bool    `json:"nocookies,omitempty"`
	RawCookie *string `json:"rawcookie,omitempty"`
	Tamper    *Tamper `json:"tamper,omitempty"`
	// Drop is a key that the store loses.
	Drop string `json:"drop,omitempty"`
	// Fail names the store's operations that fail.
	Fail map[string]bool `json:"fail,omitempty"`
}

// A Tamper is a cookie that somebody puts into the client's jar.
type Tamper struct {
	Name  string `json:"name"`
	Value string `json:"value"`
}

// An Outcome is all that can be seen of an answer.
type Outcome struct {
	Status    int      `json:"status"`
	Body      string   `json:"body"`
	SetCookie []Cookie `json:"set_cookie"`
	// SessionID is the x-session-id header; nil: none.
	SessionID *string `json:"session_id_header"`
	Store     []Call  `json:"store"`
}

// A Cookie is one Set-Cookie line, parsed.
type Cookie struct {
	Name        string  `json:"name"`
	Value       string  `json:"value"`
	Path        string  `json:"path"`
	Expires     *Expiry `json:"expires_in_s"`
	Domain      string  `json:"domain"`
	Priority    string  `json:"priority"`
	SameSite    string  `json:"samesite"`
	Secure      bool    `json:"secure"`
	HTTPOnly    bool    `json:"httponly"`
	Partitioned bool    `json:"partitioned"`
}

// An Expiry is a number of seconds from now, or Epoch.
type Expiry int64

// Epoch is the expiry in 1970 that deletes a cookie.
const Epoch Expiry = -1

// UnmarshalJSON reads a number, or "epoch".
func (e *Expiry) UnmarshalJSON(raw []byte) error {
	if string(raw) == `"epoch"` {
		*e = Epoch
		return nil
	}
	n, err := strconv.ParseInt(string(raw), 10, 64)
	*e = Expiry(n)
	return err
}

// A Call is one that the store saw.
type Call struct {
	Op  string `json:"op"`
	Key string `json:"key"`
	// Doc and TTL, in milliseconds, are those of a set.
	Doc any    `json:"doc"`
	TTL *int64 `json:"ttl"`
}

// Load returns the traces of the scenarios.
func Load() ([]Trace, error) {
	names, err := fs.Glob(testdata, "testdata/*.json")
	if err != nil {
		return nil, err
	}
	traces := make([]Trace, 0, len(names))
	for _, name := range names {
		raw, err := testdata.ReadFile(name)
		if err != nil {
			return nil, err
		}
		t := Trace{Name: strings.TrimSuffix(path.Base(name), ".json")}
		if err := json.Unmarshal(raw, &t); err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		t.Options.fillIn()
		traces = append(traces, t)
	}
	return traces, nil
}

// fillIn gives every option its default, as the library does.
func (o *Options) fillIn() {
	if o.Keys == nil {
		o.Keys = []string{"keys", "keykeys"}
	}
	if o.Key == "" {
		o.Key = "koa.sid"
	}
	if o.Prefix == "" {
		o.Prefix = "koa:sess:"
	}
	given := o.Cookie
	o.Cookie = object{"httpOnly": true, "path": "/", "overwrite": true, "signed": true, "maxAge": 86400000.0}
	for name, value := range given {
		o.Cookie[name] = value
	}
}

// ForUs returns the options with the one change that the suite asks for:
// strict.json has Partitioned without Secure, which browsers reject and
// core.New refuses, so there it gets Secure too.
func (o Options) ForUs() Options {
	if o.Cookie["partitioned"] == true {
		o.Cookie = clone(o.Cookie)
		o.Cookie["secure"] = true
	}
	return o
}

// String is an outcome as text, for comparing and for showing.
func (o Outcome) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "status %d\nbody %q\n", o.Status, o.Body)
	for _, c := range o.SetCookie {
		fmt.Fprintf(&b, "cookie %s\n", c)
	}
	if o.SessionID != nil {
		fmt.Fprintf(&b, "x-session-id %q\n", *o.SessionID)
	}
	for _, c := range o.Store {
		fmt.Fprintf(&b, "store %s\n", c)
	}
	return b.String()
}

func (c Cookie) String() string {
	expires := "never"
	if c.Expires != nil {
		expires = strconv.FormatInt(int64(*c.Expires), 10)
	}
	return fmt.Sprintf("%s=%s path=%s expires=%s domain=%s priority=%s samesite=%s secure=%t httponly=%t partitioned=%t",
		c.Name, c.Value, c.Path, expires, c.Domain, c.Priority, c.SameSite, c.Secure, c.HTTPOnly, c.Partitioned)
}

func (c Call) String() string {
	if c.Op != "set" {
		return c.Op + " " + c.Key
	}
	doc, _ := json.Marshal(c.Doc) // of what came from JSON
	ttl := "null"
	if c.TTL != nil {
		ttl = strconv.FormatInt(*c.TTL, 10)
	}
	return fmt.Sprintf("set %s %s ttl %s", c.Key, doc, ttl)
}
