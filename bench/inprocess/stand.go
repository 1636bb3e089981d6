package inprocess

import (
	"errors"
	"fmt"
	"net/http"
	"strconv"

	"github.com/go-holdall/holdall/bench/drive"
	"github.com/go-holdall/holdall/bench/peers"
	"github.com/go-holdall/holdall/bench/workload"
)

// warmup is how many requests each worker sends before a measurement, so that all connections are open.
const warmup = 4

// A stand is a peer's site with its sessions.
type stand struct {
	peer    peers.Peer
	site    *peers.Site
	cookies []string
}

// harnessLibrary is the name of what measures the driver itself.
const harnessLibrary = "harness"

func harness(framework, store string) *stand {
	return &stand{peers.Peer{Framework: framework, Library: harnessLibrary, Store: store}, drive.Harness(framework), strangers()}
}

// strangers are cookies for those that have no sessions, as long as Koa's.
func strangers() []string {
	all := make([]string, sessions)
	for i := range all {
		all[i] = fmt.Sprintf("koa.sid=%032d; koa.sid.sig=%027d", i, i)
	}
	return all
}

func (a *arena) build(p peers.Peer) (*peers.Site, error) {
	addr := ""
	if a.server != nil {
		addr = a.server.Addr()
	}
	return p.Build(addr)
}

// newStand makes a site, looks whether it does its work, and begins its sessions.
func (a *arena) newStand(p peers.Peer) (*stand, error) {
	site, err := a.build(p)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", p.Name(), err)
	}
	s := &stand{p, site, strangers()}
	if err = drive.Check(p, drive.To(site)); err == nil && p.HasSessions() {
		s.cookies, err = drive.Begin(drive.To(site), sessions)
	}
	if err != nil {
		return nil, errors.Join(fmt.Errorf("%s: %w", p.Name(), err), site.Close())
	}
	return s, nil
}

func (a *arena) load(t turn, requests int) drive.Load {
	return drive.Load{Site: t.site, Workload: t.w, Sessions: t.cookies, Workers: a.workers, Requests: requests, Warmup: warmup}
}

// measure has a turn's answers looked at, takes the sample, and looks whether all that was counted is there.
func (a *arena) measure(t turn, requests int) (drive.Sample, error) {
	load := a.load(t, requests)
	if t.peer.Library == harnessLibrary {
		return load.Run()
	}
	if t.w == workload.First {
		return a.measureFirst(t, load)
	}
	before, err := t.inspect(t.w)
	if err != nil {
		return drive.Sample{}, err
	}
	sample, err := load.Run()
	if err != nil || t.w != workload.Count || !t.peer.HasSessions() {
		return sample, named(t.peer, err)
	}
	after, err := t.total()
	if err == nil && after != before+sample.Sent {
		err = fmt.Errorf("%s: %d requests have counted from %d to %d", t.peer.Name(), sample.Sent, before, after)
	}
	return sample, err
}

// measureFirst measures first visits on a store that begins empty.
func (a *arena) measureFirst(t turn, load drive.Load) (drive.Sample, error) {
	site, err := a.build(t.peer)
	if err != nil {
		return drive.Sample{}, named(t.peer, err)
	}
	load.Site = site
	sample, err := load.Run()
	return sample, named(t.peer, errors.Join(err, site.Close()))
}

func named(p peers.Peer, err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("%s: %w", p.Name(), err)
}

// inspect looks once at the answer to the workload for each session, and returns the sum of the counts afterwards.
func (s *stand) inspect(w workload.Workload) (total int, err error) {
	visit := drive.To(s.site)
	for _, cookies := range s.cookies {
		want, more := 0, 0
		if s.peer.HasSessions() {
			if want, err = s.count(cookies); err != nil {
				return 0, err
			}
		}
		if w == workload.Count {
			more = 1
		}
		shown := 0
		if w.Asks() {
			shown = want + more
		}
		if !w.HasCookie() {
			cookies = ""
		}
		if err := drive.Expect(s.peer, w, visit(w, cookies), shown); err != nil {
			return 0, err
		}
		total += want + more
	}
	return total, nil
}

// total is the sum of all sessions' counts.
func (s *stand) total() (total int, err error) {
	for _, cookies := range s.cookies {
		n, err := s.count(cookies)
		if err != nil {
			return 0, err
		}
		total += n
	}
	return total, nil
}

func (s *stand) count(cookies string) (int, error) {
	r := drive.To(s.site)(workload.Read, cookies)
	if r.Status != http.StatusOK {
		return 0, fmt.Errorf("%s: a session is read with status %d", s.peer.Name(), r.Status)
	}
	return strconv.Atoi(r.Body)
}
