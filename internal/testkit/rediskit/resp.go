package rediskit

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"net"
	"strconv"
	"strings"
	"time"
)

// Do sends one command over a connection of its own, without any client
// library, and returns the reply: an array as a line for each element.
func (s *Server) Do(args ...string) (string, error) {
	conn, err := net.DialTimeout("tcp", s.Addr(), time.Second)
	if err != nil {
		return "", err
	}
	defer func() { _ = conn.Close() }()
	_ = conn.SetDeadline(time.Now().Add(2 * time.Second))
	var b strings.Builder
	fmt.Fprintf(&b, "*%d\r\n", len(args))
	for _, arg := range args {
		fmt.Fprintf(&b, "$%d\r\n%s\r\n", len(arg), arg)
	}
	if _, err := io.WriteString(conn, b.String()); err != nil {
		return "", err
	}
	return readReply(bufio.NewReader(conn))
}

// MustDo is Do, and ends the test if that fails.
func (s *Server) MustDo(args ...string) string {
	s.t.Helper()
	reply, err := s.Do(args...)
	if err != nil {
		s.t.Fatalf("rediskit: %s: %v", args[0], err)
	}
	return reply
}

func readReply(r *bufio.Reader) (string, error) {
	line, err := r.ReadString('\n')
	if err != nil {
		return "", err
	}
	line = strings.TrimRight(line, "\r\n")
	if line == "" {
		return "", errors.New("empty reply")
	}
	switch kind, rest := line[0], line[1:]; kind {
	case '+', ':':
		return rest, nil
	case '-':
		return "", errors.New(rest)
	case '$':
		return readBulk(r, rest)
	case '*':
		return readArray(r, rest)
	default:
		return "", fmt.Errorf("reply of kind %q", kind)
	}
}

func readBulk(r *bufio.Reader, size string) (string, error) {
	n, err := strconv.Atoi(size)
	if err != nil || n < 0 {
		return "", err
	}
	data := make([]byte, n+2)
	_, err = io.ReadFull(r, data)
	return string(data[:n]), err
}

func readArray(r *bufio.Reader, size string) (string, error) {
	n, err := strconv.Atoi(size)
	if err != nil {
		return "", err
	}
	var elements []string
	for range n {
		element, err := readReply(r)
		if err != nil {
			return "", err
		}
		elements = append(elements, element)
	}
	return strings.Join(elements, "\n"), nil
}

// Sent returns the commands that clients send to the server while f runs, in
// lower case and in order. It leaves out what scripts call, and what sets a
// connection up.
func (s *Server) Sent(f func()) (names []string) {
	s.t.Helper()
	conn, err := net.DialTimeout("tcp", s.Addr(), time.Second)
	if err != nil {
		s.t.Fatalf("rediskit: %v", err)
	}
	defer func() { _ = conn.Close() }()
	_ = conn.SetDeadline(time.Now().Add(startTimeout))
	_, _ = io.WriteString(conn, "MONITOR\r\n")
	r := bufio.NewReader(conn)
	if _, err := readReply(r); err != nil {
		s.t.Fatalf("rediskit: MONITOR: %v", err)
	}
	f()
	const end = "end of what was sent"
	s.MustDo("ECHO", end)
	for {
		line, err := readReply(r)
		switch name := monitored(line); {
		case err != nil:
			s.t.Fatalf("rediskit: MONITOR: %v", err)
		case name == "echo" && strings.Contains(line, end):
			return names
		case name != "":
			names = append(names, name)
		}
	}
}

// monitored returns the command of a line of MONITOR, which looks like
//
//	1700000000.123456 [0 127.0.0.1:50000] "get" "a"
//
// or "" for one that is of no interest.
func monitored(line string) string {
	_, rest, _ := strings.Cut(line, "] ")
	name, _, _ := strings.Cut(rest, " ")
	name = strings.ToLower(strings.Trim(name, `"`))
	if strings.Contains(line, " lua] ") || name == "hello" || name == "client" || name == "select" {
		return ""
	}
	return name
}
