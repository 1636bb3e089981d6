package cookiecorpus

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"syscall"
	"time"
)

// An answer is all that tells how a header was read.
type answer struct {
	status  int
	body    string
	cookies []string
	calls   []string
	refused bool // by the server, before the session
}

// patience is for a server that does not answer at all.
const patience = 10 * time.Second

// ask sends a request with these Cookie lines, byte for byte: no client of
// net/http would.
func ask(address string, lines []string) (a answer, err error) {
	conn, err := net.DialTimeout("tcp", address, patience)
	if err != nil {
		return a, err
	}
	defer func() { _ = conn.Close() }()
	if err := conn.SetDeadline(time.Now().Add(patience)); err != nil {
		return a, err
	}
	var request strings.Builder
	request.WriteString("GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n")
	for _, line := range lines {
		request.WriteString("Cookie: " + line + "\r\n")
	}
	request.WriteString("\r\n")
	// A server that refuses hangs up without reading on, so the write may
	// fail although there is an answer, and the answer be lost with the rest.
	_, _ = io.WriteString(conn, request.String())
	res, err := http.ReadResponse(bufio.NewReader(conn), nil)
	if errors.Is(err, syscall.ECONNRESET) {
		return answer{refused: true}, nil
	}
	if err != nil {
		return a, err
	}
	defer func() { _ = res.Body.Close() }()
	return read(res)
}

func read(res *http.Response) (answer, error) {
	a := answer{status: res.StatusCode}
	if a.status == http.StatusBadRequest || a.status == http.StatusRequestHeaderFieldsTooLarge {
		a.refused = true
		return a, nil
	}
	body, err := io.ReadAll(res.Body)
	a.body = string(body)
	for _, line := range res.Header["Set-Cookie"] {
		a.cookies = append(a.cookies, describe(line, time.Now()))
	}
	return a, err
}

// describe names the expiry of a line that has all the attributes that it has
// to have, and shows any other line as it is.
func describe(line string, now time.Time) string {
	pair, rest, _ := strings.Cut(line, "; path=/; expires=")
	date, found := strings.CutSuffix(rest, "; samesite=lax; httponly")
	expires, err := time.Parse(http.TimeFormat, date)
	left := expires.Sub(now)
	switch {
	case !found || err != nil:
		return fmt.Sprintf("%q", line)
	case expires.Unix() == 0:
		return pair + " at epoch"
	case left > 24*time.Hour-5*time.Second && left <= 24*time.Hour:
		return pair + " in a day"
	}
	return fmt.Sprintf("%q", line)
}
