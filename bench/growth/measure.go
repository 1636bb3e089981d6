package growth

import (
	"context"
	"fmt"
	"math/rand/v2"
	"runtime"
	"strconv"

	"github.com/go-holdall/holdall/bench/drive"
	"github.com/go-holdall/holdall/bench/peers"
	"github.com/go-holdall/holdall/bench/report"
	"github.com/go-holdall/holdall/bench/workload"
)

// A cell is a subject's cost of one workload at one place of an axis.
type cell struct {
	subject string
	x       int
	w       workload.Workload
}

// found is what the rounds have found in each cell.
type found map[cell][]drive.Sample

// measure goes along the axis in rounds. There is only one site at a time, so that nobody pays for another's heap.
func (a axis) measure(ctx context.Context, c report.Config, s scale) (found, error) {
	all, requests := found{}, map[cell]int{}
	for round := range s.rounds {
		for _, x := range a.xs {
			p := a.at(x)
			for i := range p.subjects {
				subject := p.subjects[(i+round)%len(p.subjects)]
				if !c.Wants(subject.flag()) {
					continue
				}
				if err := ctx.Err(); err != nil {
					return nil, err
				}
				v := visit{a, s, p, subject, x, requests}
				if err := v.measure(all); err != nil {
					return nil, fmt.Errorf("growth: %s at %d: %w", subject.name(), x, err)
				}
			}
			c.Logf("growth: round %d: %s, %s", round+1, a.name, a.format(x))
		}
	}
	return all, nil
}

// A visit is one subject's turn at a place.
type visit struct {
	axis     axis
	scale    scale
	place    place
	subject  subject
	x        int
	requests map[cell]int // that fit into a slice, as the first round has found
}

func (v visit) measure(all found) error {
	clients, cores := v.place.workers()
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(cores))
	stand, err := v.subject.open()
	if err != nil {
		return err
	}
	defer stand.close()
	sessions, err := v.sessions(stand.site)
	if err != nil {
		return err
	}
	counted := 0
	for _, w := range v.axis.does {
		load := drive.Load{Site: stand.site, Workload: w, Sessions: sessions, Workers: clients}
		result, sent, err := v.run(load)
		if err != nil {
			return err
		}
		if w == workload.Count {
			counted += sent
		}
		at := cell{v.subject.name(), v.x, w}
		all[at] = append(all[at], result)
	}
	return v.check(stand.site, sessions, counted)
}

// run runs a load, and returns how many requests it has sent in all.
func (v visit) run(load drive.Load) (result drive.Sample, sent int, err error) {
	at := cell{v.subject.name(), v.x, load.Workload}
	switch {
	case load.Workload == workload.First:
		load.Requests = v.place.begun
	case len(load.Sessions) < v.place.sessions:
		load.Requests = len(load.Sessions) // each once: what is visited again is in a cache
	case v.requests[at] > 0:
		load.Requests = v.requests[at]
	default:
		return v.fit(load)
	}
	result, err = load.Run()
	return result, result.Sent, err
}

// fit finds out how many requests there are in a slice.
func (v visit) fit(load drive.Load) (result drive.Sample, sent int, err error) {
	at := cell{v.subject.name(), v.x, load.Workload}
	for load.Requests = max(64, load.Workers); ; load.Requests *= 4 {
		if result, err = load.Run(); err != nil {
			return result, sent, err
		}
		sent += result.Sent
		if result.Wall >= v.scale.slice/4 {
			v.requests[at] = max(1, int(float64(result.Requests)*float64(v.scale.slice)/float64(result.Wall)))
			return result, sent, nil
		}
	}
}

// sessions fills the store, and returns the cookies of those sessions that will be visited, in no order.
func (v visit) sessions(site *peers.Site) ([]string, error) {
	var cookies []string
	n := v.place.sessions
	every := max(1, n/sample)
	call := drive.To(site)
	for i := range n {
		made := "koa.sid=GxLq2CMRyVbXhdWUwPz0tAnYk7sJe5oF; koa.sid.sig=oQ1cZ7mJtYx0nE4bKpVw2sLhRfD"
		if v.subject.library != peers.Bare {
			r := call(workload.First, "")
			if made = r.Cookies; r.Status != 200 || made == "" {
				return nil, fmt.Errorf("a first visit is answered with %d %q", r.Status, r.Body)
			}
		} else if len(cookies) == min(n, sample) {
			break
		}
		if i%every == 0 {
			cookies = append(cookies, made)
		}
	}
	random := rand.New(rand.NewPCG(1, 2))
	random.Shuffle(len(cookies), func(i, j int) { cookies[i], cookies[j] = cookies[j], cookies[i] })
	return cookies, nil
}

// check reports whether every request that counted was counted.
func (v visit) check(site *peers.Site, sessions []string, counted int) error {
	if v.subject.library == peers.Bare {
		return nil
	}
	call := drive.To(site)
	total := -len(sessions) // each has begun with one
	for _, cookies := range sessions {
		r := call(workload.Read, cookies)
		n, err := strconv.Atoi(r.Body)
		if err != nil || r.Status != 200 {
			return fmt.Errorf("a session is answered with %d %q", r.Status, r.Body)
		}
		total += n
	}
	if total != counted {
		return fmt.Errorf("%d requests counted, and the sessions have counted %d", counted, total)
	}
	return nil
}
