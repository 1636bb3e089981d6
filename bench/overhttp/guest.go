package overhttp

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/go-holdall/holdall/bench/child"
	"github.com/go-holdall/holdall/bench/drive"
	"github.com/go-holdall/holdall/bench/koa"
	"github.com/go-holdall/holdall/bench/peers"
	"github.com/go-holdall/holdall/bench/workload"
)

// A guest is a peer with a server of its own, and its sessions.
type guest struct {
	peer    peers.Peer
	process *child.Process
	addr    string
	client  *http.Client
	visit   drive.Visit
	cookies []string
}

// invite starts a server, looks whether it does its work, and begins its sessions.
func invite(ctx context.Context, p peers.Peer, redisAddr string) (*guest, error) {
	process, addr, err := start(ctx, p, redisAddr)
	if err != nil {
		return nil, err
	}
	client := &http.Client{Transport: &http.Transport{}, Timeout: 10 * time.Second}
	g := &guest{peer: p, process: process, addr: addr, client: client, visit: over(ctx, client, addr)}
	if err = drive.Check(p, g.visit); err == nil {
		g.cookies, err = begin(p, g.visit)
	}
	if err != nil {
		g.leave()
		return nil, err
	}
	return g, nil
}

func (g *guest) leave() {
	g.client.CloseIdleConnections()
	g.process.Stop()
}

func begin(p peers.Peer, visit drive.Visit) ([]string, error) {
	if !p.HasSessions() {
		return []string{"koa.sid=" + strings.Repeat("0", 32) + "; koa.sid.sig=" + strings.Repeat("0", 27)}, nil
	}
	return drive.Begin(visit, sessions)
}

// measure asks for one workload, and looks whether counts are counted.
func (g *guest) measure(ctx context.Context, l *loader, w workload.Workload) (rate, error) {
	if g.peer.Framework == koa.Framework { // it takes V8 a while to compile
		if _, err := l.run(ctx, g.addr, w, g.cookies, 1); err != nil {
			return rate{}, err
		}
	}
	before := count(g.visit, g.cookies[0])
	used := cpuSeconds(g.process.PID())
	found, err := l.run(ctx, g.addr, w, g.cookies, seconds)
	if err != nil {
		return rate{}, err
	}
	found.serverCPU = cpuSeconds(g.process.PID()) - used
	if after := count(g.visit, g.cookies[0]); g.peer.HasSessions() && (w == workload.Count) != (after > before) {
		return rate{}, fmt.Errorf("the count went from %d to %d", before, after)
	}
	return found, nil
}

func count(visit drive.Visit, cookies string) int {
	n, _ := strconv.Atoi(visit(workload.Read, cookies).Body)
	return n
}

// over visits a server.
func over(ctx context.Context, client *http.Client, addr string) drive.Visit {
	return func(w workload.Workload, cookies string) drive.Response {
		r, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+addr+w.Path(), nil)
		if err != nil {
			return drive.Response{Body: err.Error()}
		}
		if cookies != "" {
			r.Header.Set("Cookie", drive.Analytics+cookies)
		}
		res, err := client.Do(r)
		if err != nil {
			return drive.Response{Body: err.Error()}
		}
		body, err := io.ReadAll(res.Body)
		_ = res.Body.Close()
		if err != nil {
			return drive.Response{Body: err.Error()}
		}
		return drive.Response{Status: res.StatusCode, Body: string(body), Cookies: drive.Pairs(res.Header["Set-Cookie"])}
	}
}
