// Package cookiecorpus has 81 raw Cookie headers, friendly and hostile, and
// how each has to be read: the same under every framework, none of whose own
// cookie parsers agree.
package cookiecorpus

import (
	"crypto/hmac"
	"crypto/sha1"
	_ "embed"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"strings"
)

//go:embed testdata/cookie-corpus.json
var corpus []byte

// What the corpus was made with: the cookie's name, the signing keys, and the
// one id that has a record.
const (
	CookieName = "koa.sid"
	NewKey     = "newkey"
	OldKey     = "oldkey"
	ID         = "Zx9_-aaaaaaaaaaaaaaaaaaaaaaaaaaa"
)

// A Reading is what a header has to be taken for.
type Reading uint8

const (
	// Anonymous is no session: no store call, no cookie.
	Anonymous Reading = iota
	// Cleared is no session, and both cookies cleared: an id that might be
	// one, with a signature that is wrong.
	Cleared
	// Loaded is the session ID, with one load and no cookie.
	Loaded
	// Resigned is Loaded, and both cookies sent again with all attributes,
	// once the store has said that the id is still alive: the signature was an
	// older key's.
	Resigned
)

func (r Reading) String() string {
	return [...]string{"anonymous", "anonymous, cookies cleared", "loaded", "loaded, cookies sent again"}[r]
}

// A Case is one Cookie header, of any number of lines, in raw bytes.
type Case struct {
	Name  string
	Lines []string
	Want  Reading
	// Refusable says that a server may answer 400 or 431 before the session
	// has a say, which is as good as Anonymous.
	Refusable bool
}

// Cases returns the corpus.
func Cases() ([]Case, error) {
	var file struct {
		Cases []struct {
			Name    string   `json:"name"`
			Headers []string `json:"headers"`
		} `json:"cases"`
	}
	if err := json.Unmarshal(corpus, &file); err != nil {
		return nil, err
	}
	cases := make([]Case, len(file.Cases))
	for i, c := range file.Cases {
		want, known := readings[c.Name]
		if !known {
			return nil, fmt.Errorf("%q has no reading", c.Name)
		}
		cases[i] = Case{Name: c.Name, Want: want, Refusable: refusable[c.Name]}
		for _, header := range c.Headers {
			if long, ok := generated[c.Name]; ok {
				header = long()
			}
			cases[i].Lines = append(cases[i].Lines, rawBytes(header))
		}
	}
	return cases, nil
}

// rawBytes returns the bytes of a header whose code points stand for them.
func rawBytes(header string) string {
	raw := make([]byte, 0, len(header))
	for _, r := range header {
		raw = append(raw, byte(r))
	}
	return string(raw)
}

// generated are the headers that are too long to be listed.
var generated = map[string]func() string{
	"id 4 KiB, signed":           func() string { return signedPair(strings.Repeat("a", 4<<10)) },
	"id 64 KiB, signed":          func() string { return signedPair(strings.Repeat("a", 64<<10)) },
	"2999 other cookies + valid": func() string { return others(2999) + signedPair(ID) },
	"3001 other cookies + valid": func() string { return others(3001) + signedPair(ID) },
}

func others(n int) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, "c%d=1; ", i)
	}
	return b.String()
}

func signedPair(id string) string {
	return CookieName + "=" + id + "; " + CookieName + ".sig=" + Sign(NewKey, id)
}

// Sign is keygrip's rule.
func Sign(key, id string) string {
	mac := hmac.New(sha1.New, []byte(key))
	mac.Write([]byte(CookieName + "=" + id))
	return base64.RawURLEncoding.EncodeToString(mac.Sum(nil))
}
