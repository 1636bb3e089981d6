package core

import (
	"context"
	"errors"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

var testKeys = []string{"correct horse battery staple"}

// A client is a request/response pair without HTTP, and the cookies of the
// browser behind it.
type client struct {
	ctx     context.Context
	path    string
	secure  bool
	started bool
	headers map[string][]string

	cookies map[string]string // as the browser holds them
	lines   []string          // Set-Cookie lines of this response
	out     map[string]string // other response headers
}

func newClient() *client {
	return &client{ctx: context.Background(), path: "/", headers: map[string][]string{}, cookies: map[string]string{}, out: map[string]string{}}
}

// again is the browser's next request.
func (c *client) again() *client {
	next := newClient()
	for name, value := range c.cookies {
		next.cookies[name] = value
	}
	return next
}

func (c *client) Context() context.Context { return c.ctx }
func (c *client) Path() string             { return c.path }
func (c *client) Secure() bool             { return c.secure }
func (c *client) Started() bool            { return c.started }

func (c *client) HeaderValues(name string) []string {
	if name != "Cookie" || c.headers[name] != nil {
		return c.headers[name]
	}
	var pairs []string
	for name, value := range c.cookies {
		pairs = append(pairs, name+"="+value)
	}
	return []string{strings.Join(pairs, "; ")}
}

func (c *client) SetHeader(name, value string) { c.out[name] = value }

func (c *client) SetCookie(name, line string) {
	c.lines = append(c.lines, line)
	value, _, _ := strings.Cut(line[len(name)+1:], ";")
	if c.cookies[name] = value; value == "" {
		delete(c.cookies, name)
	}
}

func (c *client) HasCookie(name string) bool {
	return slices.ContainsFunc(c.lines, func(line string) bool { return strings.HasPrefix(line, name+"=") })
}

// A spy is a store that writes down what it is asked, fails on command, and
// can be interrupted.
type spy struct {
	mu      sync.Mutex
	records map[string]string
	ttls    map[string]time.Duration
	calls   []string
	fail    map[string]error  // by operation
	before  map[string]func() // runs once, ahead of an operation
	decline bool              // declines every capability
}

func newSpy() *spy {
	return &spy{records: map[string]string{}, ttls: map[string]time.Duration{}, fail: map[string]error{}, before: map[string]func(){}}
}

func (p *spy) called(op string) error {
	p.mu.Lock()
	p.calls = append(p.calls, op)
	err, before := p.fail[op], p.before[op]
	delete(p.before, op)
	p.mu.Unlock()
	if before != nil {
		before()
	}
	return err
}

func (p *spy) took() []string {
	p.mu.Lock()
	defer p.mu.Unlock()
	calls := p.calls
	p.calls = nil
	return calls
}

func (p *spy) record(id string) string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.records["koa:sess:"+id]
}

func (p *spy) put(id, record string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.records["koa:sess:"+id] = record
}

func (p *spy) Get(_ context.Context, key string) ([]byte, bool, error) {
	if err := p.called("get"); err != nil {
		return nil, false, err
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	record, ok := p.records[key]
	return []byte(record), ok, nil
}

func (p *spy) Set(_ context.Context, key string, data []byte, ttl time.Duration) error {
	if err := p.called("set"); err != nil {
		return err
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.records[key], p.ttls[key] = string(data), ttl
	return nil
}

func (p *spy) Destroy(_ context.Context, key string) error {
	if err := p.called("destroy"); err != nil {
		return err
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	delete(p.records, key)
	return nil
}

// A fullSpy has every capability but Availability.
type fullSpy struct{ *spy }

func (p fullSpy) Touch(_ context.Context, key string, ttl time.Duration) (bool, error) {
	if p.decline {
		return false, errors.ErrUnsupported
	}
	if err := p.called("touch"); err != nil {
		return false, err
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	_, ok := p.records[key]
	if ok {
		p.ttls[key] = ttl
	}
	return ok, nil
}

func (p fullSpy) Swap(_ context.Context, key string, old, new []byte, ttl time.Duration) ([]byte, bool, error) {
	if p.decline {
		return nil, false, errors.ErrUnsupported
	}
	op := "swap"
	if new == nil || isTombstone(new) && ttl < tombstoneTTL {
		op = "destroy"
	}
	if err := p.called(op); err != nil {
		return nil, false, err
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	record, ok := p.records[key]
	switch {
	case ok != (old != nil) || ok && record != string(old):
		if !ok {
			return nil, false, nil
		}
		return []byte(record), false, nil
	case new == nil:
		delete(p.records, key)
	default:
		p.records[key], p.ttls[key] = string(new), ttl
	}
	return nil, true, nil
}

// An awaySpy has Availability too, and is up.
type awaySpy struct{ fullSpy }

func (awaySpy) Outage(string) (since time.Time, back <-chan struct{}) { return time.Time{}, nil }

// A told collects what an ErrorHandler is told. It passes every error on.
type told struct {
	mu   sync.Mutex
	errs []error
}

func (o *told) handle(_ Request, err error) error {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.errs = append(o.errs, err)
	return err
}

func (o *told) take() []error {
	o.mu.Lock()
	defer o.mu.Unlock()
	errs := o.errs
	o.errs = nil
	return errs
}

// A bench is an engine over a spy.
type bench struct {
	*spy
	t      *testing.T
	engine *Engine
	told   *told
}

// eachStore runs a test over a store with every capability, one with none,
// and one that declines all that it has.
func eachStore(t *testing.T, opts Options, test func(t *testing.T, b *bench, swaps bool)) {
	for _, kind := range []string{"full", "plain", "declining"} {
		t.Run(kind, func(t *testing.T) {
			test(t, newBench(t, opts, kind), kind == "full")
		})
	}
}

func newBench(t *testing.T, opts Options, kind string) *bench {
	b := &bench{spy: newSpy(), t: t, told: &told{}}
	b.decline = kind == "declining"
	if opts.Store == nil {
		switch full := (fullSpy{b.spy}); kind {
		case "plain":
			opts.Store = b.spy
		case "away":
			opts.Store = awaySpy{full}
		default:
			opts.Store = full
		}
	}
	if opts.SigningKeys == nil {
		opts.SigningKeys = testKeys
	}
	if opts.ErrorHandler == nil {
		opts.ErrorHandler = b.told.handle
	}
	e, err := New(opts)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, e.Close()) })
	b.engine = e
	return b
}

// begin loads a session for a request.
func (b *bench) begin(c *client) *Session {
	s, err := b.engine.Load(c, c)
	require.NoError(b.t, err)
	return s
}

// request runs a whole request and returns the error of its commit.
func (b *bench) request(c *client, handle func(s *Session)) error {
	s := b.begin(c)
	handle(s)
	return errors.Join(s.Commit(), s.End())
}

// signedIn returns a client with a session that has values.
func (b *bench) signedIn(values map[string]any) *client {
	c := newClient()
	require.NoError(b.t, b.request(c, func(s *Session) { require.NoError(b.t, s.Replace(values)) }))
	b.took()
	return c.again()
}

func (b *bench) id(c *client) string { return c.cookies[b.engine.Name()] }

// live returns the ids that have a record, tombstones left out.
func (b *bench) live() []string {
	b.mu.Lock()
	defer b.mu.Unlock()
	var ids []string
	for key, record := range b.records {
		if !isTombstone([]byte(record)) {
			ids = append(ids, strings.TrimPrefix(key, "koa:sess:"))
		}
	}
	return ids
}

// tombstone returns the one that is under an id.
func (b *bench) tombstone(id string) tombstone {
	record := []byte(b.record(id))
	require.True(b.t, isTombstone(record), "%q", record)
	return decodeTombstone(record)
}

// requireEnded requires that the record of a session is over: gone, or, where
// the store can swap, a tombstone that stays for the grace.
func (b *bench) requireEnded(id string, swaps bool) {
	if !swaps {
		require.NotContains(b.t, b.records, "koa:sess:"+id)
		return
	}
	t := b.tombstone(id)
	require.True(b.t, t.ended)
	require.Empty(b.t, t.successors)
	require.Equal(b.t, defaultGrace+lateLoad, b.ttls["koa:sess:"+id])
}

// age has the record of a client's session say that it was renewed a while ago.
func (b *bench) age(c *client, ago time.Duration) {
	b.put(b.id(c), sentAgo(b.record(b.id(c)), ago))
}
