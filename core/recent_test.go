package core

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"
)

// signedCarrier is that of a cookie "koa.sid", and what it reads of a request
// with an id and signatures.
func signedCarrier(keys ...string) (*cookieCarrier, func(id string, sigs ...string) carried) {
	cc := &cookieCarrier{name: "koa.sid", sigName: "koa.sid.sig", signer: newSigner(keys), recent: newRecent(sessKey), shape: widerShape}
	return cc, func(id string, sigs ...string) carried {
		c := newClient()
		line := "koa.sid=" + id
		for _, sig := range sigs {
			line += "; koa.sid.sig=" + sig
		}
		c.headers["Cookie"] = []string{line}
		return cc.read(c)
	}
}

func sessKey(id string) string { return "sess:" + id }

func (cc *cookieCarrier) sign(id string) string {
	return string(cc.signer.appendSignature(nil, cc.name, id))
}

func TestASignatureIsComputedOnce(t *testing.T) {
	cc, read := signedCarrier("key")
	id := strings.Repeat("a", idLen)
	sig := cc.sign(id)
	want := read(id, sig)
	require.Equal(t, id, want.id)
	require.Equal(t, sig, want.sig)
	require.Equal(t, "sess:"+id, want.key)
	cc.signer = newSigner([]string{"another"}) // which would not accept it
	require.Equal(t, want, read(id, sig))
	require.Equal(t, want, read(id, "wrong", sig), "among several")
}

func TestOnlyWhatWasVerifiedIsRemembered(t *testing.T) {
	cc, read := signedCarrier("new", "old")
	id := strings.Repeat("a", idLen)
	sig := cc.sign(id)
	require.Equal(t, sig, read(id, sig).sig)
	other := strings.Repeat("b", idLen)
	for _, wrong := range []string{"", "wrong", sig[1:], sig + "A", sig[:len(sig)-1] + "?", strings.ToUpper(sig), cc.sign(other), strings.Repeat("\x00", signatureLen)} {
		for range 2 {
			require.Equal(t, carried{dead: wrong != ""}, read(id, wrong), wrong)
		}
	}
	for range 2 {
		require.Equal(t, carried{dead: true}, read(other, sig), "of another id")
	}
	_, ok := new(recentPlace).find(strings.Repeat("\x00", idLen), []string{strings.Repeat("\x00", signatureLen)})
	require.False(t, ok, "an empty place")
	old := newSigner([]string{"old"})
	older := string(old.appendSignature(nil, "koa.sid", other))
	for range 2 {
		require.True(t, read(other, older).outdated, "it is to be renewed each time")
	}
}

func TestAnIDOfAnyLengthIsVerified(t *testing.T) {
	cc, read := signedCarrier("key")
	for _, n := range []int{1, idLen - 1, idLen, idLen + 1, maxIDLen} {
		id := strings.Repeat("a", n)
		for range 2 {
			got := read(id, cc.sign(id))
			require.Equal(t, []string{id, cc.sign(id)}, []string{got.id, got.sig})
			require.Equal(t, carried{dead: true}, read(id, cc.sign(id+"a")))
		}
	}
}

func TestPlacesAreTakenOver(t *testing.T) {
	cc, read := signedCarrier("key")
	const many = 3 * recentPlaces
	id := func(n int) string { return fmt.Sprintf("%032d", n) }
	for n := range many {
		sig := cc.sign(id(n))
		for range 2 {
			read(id(n), sig)
		}
		got := read(id(n), sig)
		require.NotNil(t, got.place, "who comes again is let in")
		require.Equal(t, got.key, got.place.key)
		require.Equal(t, carried{dead: true}, read(id(n+1), sig), "with another's signature")
	}
	remembered := 0
	for n := range many {
		if _, ok := cc.recent.find(id(n), []string{cc.sign(id(n))}); ok {
			remembered++
		}
	}
	require.LessOrEqual(t, remembered, recentPlaces)
	require.Greater(t, remembered, recentPlaces*9/10)
}

func TestManyGoroutinesMayShareThePlaces(t *testing.T) {
	cc, read := signedCarrier("key")
	var done sync.WaitGroup
	for range 4 {
		done.Go(func() {
			for n := range recentPlaces {
				id := fmt.Sprintf("%032d", n%(2*len(cc.recent.doors)/3))
				c := read(id, cc.sign(id))
				if c.id != id || c.key != "" && c.key != "sess:"+id {
					t.Errorf("%s: %+v", id, c)
				}
				c.place.forget(c.key)
			}
		})
	}
	done.Wait()
}

// placeOf is the place of an id that was verified, and the key of its record.
func placeOf(r *recent, id string) (*recentPlace, string) {
	c := r.add(id, strings.Repeat("s", signatureLen))
	return c.place, c.key
}

func TestARecordThatHasNotChangedIsNotIndexedAgain(t *testing.T) {
	p, key := placeOf(newRecent(sessKey), strings.Repeat("a", idLen))
	const record = `{"cookie":{"path":"/"}, "n":1,"\u0061":"x","n":2}`
	p.remember(key, parsed(t, record))

	var d document
	require.True(t, p.recall(key, []byte(record), &d))
	require.Equal(t, parsed(t, record).members, d.members)
	raw, ok := d.get("n")
	require.True(t, ok)
	require.Equal(t, "2", string(raw))
	raw, _ = d.get("a")
	require.Equal(t, `"x"`, string(raw))

	for _, other := range []string{
		strings.Replace(record, "2", "3", 1), record + " ", record[1:], "", "{}", "no record",
	} {
		require.False(t, p.recall(key, []byte(other), &d), other)
	}
	require.False(t, p.recall(key+"a", []byte(record), &d), "another session's")
}

func TestTheIndexOfARecordIsACopy(t *testing.T) {
	p, key := placeOf(newRecent(sessKey), strings.Repeat("a", idLen))
	record := []byte(`{"a":1,"b":2}`)
	d := parsed(t, string(record))
	p.remember(key, d)
	d.members[0] = member{}
	var one, other document
	require.True(t, p.recall(key, record, &one))
	one.members[1] = member{}
	require.True(t, p.recall(key, record, &other))
	require.Equal(t, parsed(t, string(record)).members, other.members)
}

func TestARecordIsHeldAsItWas(t *testing.T) {
	p, key := placeOf(newRecent(sessKey), strings.Repeat("a", idLen))
	buffer := append(make([]byte, 0, 1<<20), `{"a":1,"b":2}`...)
	var d document
	require.True(t, d.parse(buffer))
	p.remember(key, &d)
	require.Less(t, cap(p.raw), maxRecentRecord, "whatever the buffer was")
	copy(buffer, `{"aa":1,"b":`) // as a store does that breaks the contract
	require.False(t, p.recall(key, buffer, &d))
	require.True(t, p.recall(key, []byte(`{"a":1,"b":2}`), &d))
}

func TestOnlySmallRecordsAreRemembered(t *testing.T) {
	members := func(n int) string { return "{" + strings.Repeat(`"k":1,`, n-1) + `"k":1}` }
	long := func(n int) string { return `{"k":"` + strings.Repeat("x", n-len(`{"k":""}`)) + `"}` }
	for record, want := range map[string]bool{
		members(fewMembers): true, members(fewMembers + 1): false,
		long(maxRecentRecord): true, long(maxRecentRecord + 1): false,
		"{}": true,
	} {
		p, key := placeOf(newRecent(sessKey), strings.Repeat("a", idLen))
		p.remember(key, parsed(t, record))
		require.Equal(t, want, p.recall(key, []byte(record), new(document)), "%d bytes", len(record))
	}
}

func TestAPlaceThatIsTakenOverForgets(t *testing.T) {
	p := new(recentPlace)
	one, other := strings.Repeat("1", idLen), strings.Repeat("2", idLen)
	sig, otherSig := strings.Repeat("s", signatureLen), strings.Repeat("t", signatureLen)
	p.take(one, sig)
	p.remember(one, parsed(t, `{"a":1}`))
	held := p.raw
	p.take(one, sig)
	require.True(t, p.recall(one, []byte(`{"a":1}`), new(document)), "the same session's signature again")

	p.take(other, otherSig)
	require.Zero(t, string(bytes.Trim(held, "\x00")), "nothing of it is left")
	require.False(t, p.recall(other, []byte(`{"a":1}`), new(document)))
	require.False(t, p.recall(one, []byte(`{"a":1}`), new(document)))
	_, ok := p.find(other, []string{sig})
	require.False(t, ok)
	_, ok = p.find(one, []string{sig})
	require.False(t, ok)
	_, ok = p.find(other, []string{sig, otherSig})
	require.True(t, ok)

	p.remember(one, parsed(t, "{}")) // of a request that was under way
	p.forget(one)
	require.False(t, p.recall(one, []byte("{}"), new(document)))
	require.False(t, p.recall(other, []byte("{}"), new(document)))
	_, ok = p.find(other, []string{otherSig})
	require.True(t, ok)

	var none *recentPlace
	none.remember(one, parsed(t, "{}"))
	none.forget(one)
	require.False(t, none.recall(one, []byte("{}"), new(document)))
}

func TestNearlyAllOfAFewSessionsHaveAPlace(t *testing.T) {
	r := newRecent(sessKey)
	homeless := 0
	places := map[*recentPlace]bool{}
	for n := range recentPlaces / 4 {
		p, _ := placeOf(r, fmt.Sprintf("%032d", n))
		if p == nil {
			homeless++
			continue
		}
		require.False(t, places[p], "nobody has to move out")
		places[p] = true
	}
	require.Less(t, homeless, recentPlaces/4/20, "with one door each it would be more than a tenth")
}

func TestWhoComesTwiceIsLetIn(t *testing.T) {
	var one, other recentDoor
	doors := [2]*recentDoor{&one, &other}
	require.Same(t, &one, doorFor(1, doors))
	one.inside.Store(1)
	require.Same(t, &one, doorFor(1, doors), "its own")
	require.Same(t, &other, doorFor(3, doors))
	other.inside.Store(3)
	require.Same(t, &other, doorFor(3, doors))

	for range 20 { // at either of the two
		require.Nil(t, doorFor(5, doors), "both are another's")
		require.NotNil(t, doorFor(5, doors))
		one.outside.Store(0)
		other.outside.Store(0)
	}
	require.Nil(t, doorFor(5, doors))
	one.outside.Store(7) // another one has come since, wherever that was
	other.outside.Store(7)
	require.Nil(t, doorFor(5, doors))
	require.Same(t, &one, doorFor(1, doors), "who is inside is not asked")
}

// What the store has counts, whoever wrote it.
func TestARecordThatOthersChangeIsReadAnew(t *testing.T) {
	eachStore(t, Options{}, func(t *testing.T, b *bench, _ bool) {
		c := b.signedIn(map[string]any{"n": 0})
		for _, record := range []string{
			`{"n":10,"mm":"xy"}`, `{"mm":"xy","n":10}`, `{"n":1,"mm":"xyz"}`, `{"n":1,"mm":"xy"}`, ` {"n":1,"mm":"xy"}`, `{"mm":"n","n":1,"n":2}`,
		} {
			b.put(b.id(c), record)
			var want struct {
				N  int
				MM string
			}
			require.NoError(t, json.Unmarshal([]byte(record), &want))
			for range 2 {
				require.NoError(t, b.request(c, func(s *Session) {
					n, err := Get[int](s, "n")
					require.NoError(t, err)
					require.Equal(t, want.N, n, record)
					mm, err := Get[string](s, "mm")
					require.NoError(t, err)
					require.Equal(t, want.MM, mm, record)
				}))
			}
		}
		b.put(b.id(c), "no record")
		_ = b.request(c, func(s *Session) { require.True(t, s.IsNew()) })
	})
}

// place is that of a client's session.
func (b *bench) place(c *client) *recentPlace {
	p := b.engine.carrier.read(c).place
	require.NotNil(b.t, p)
	return p
}

func TestALoadUsesWhatIsRemembered(t *testing.T) {
	b := newBench(t, Options{}, "full")
	c := b.signedIn(map[string]any{"a": 1, "b": 2})
	require.NoError(t, b.request(c, func(*Session) {}))
	p := b.place(c)
	require.Equal(t, b.record(b.id(c)), string(p.raw))
	last := p.count - 1
	p.members[last].val, p.members[last].valEnd = p.members[last-1].val, p.members[last-1].valEnd
	require.NoError(t, b.request(c, func(s *Session) {
		got, err := Get[int](s, "b")
		require.NoError(t, err)
		require.Equal(t, 1, got, "the value that lies where b is said to lie")
	}))
}

func TestOfASessionThatEndsNothingIsRemembered(t *testing.T) {
	for name, end := range map[string]func(b *bench, c *client){
		"destroyed":    func(b *bench, c *client) { _ = b.request(c, (*Session).Destroy) },
		"regenerated":  func(b *bench, c *client) { _ = b.request(c, func(s *Session) { _ = s.RegenerateKeep() }) },
		"found gone":   func(b *bench, c *client) { delete(b.records, "koa:sess:"+b.id(c)); _ = b.request(c, func(*Session) {}) },
		"found broken": func(b *bench, c *client) { b.put(b.id(c), "null"); _ = b.request(c, func(*Session) {}) },
	} {
		t.Run(name, func(t *testing.T) {
			b := newBench(t, Options{}, "full")
			c := b.signedIn(map[string]any{"name": "Ada"})
			require.NoError(t, b.request(c, func(*Session) {}))
			p := b.place(c)
			held := p.raw
			require.Contains(t, string(held), "Ada")
			end(b, c)
			require.Empty(t, p.key)
			require.Empty(t, p.raw)
			require.NotContains(t, string(held), "Ada")
		})
	}
}

// An older draft, whose writing had no answer, may turn out to be what the
// store has.
func TestAnOlderDraftIsNotReadAsTheLastOne(t *testing.T) {
	b := newBench(t, Options{}, "full")
	c := b.signedIn(map[string]any{"a": "x", "b": 1})
	require.NoError(t, b.request(c, func(*Session) {}))
	s := b.begin(c)
	require.NoError(t, s.Set("a", "longer"))
	older, err := s.drawUp(false)
	require.NoError(t, err)
	require.NoError(t, s.Set("a", "y"))
	_, err = s.drawUp(false)
	require.NoError(t, err)
	s.written(older)
	raw, _ := s.base.get("b")
	require.Equal(t, "1", string(raw))
	require.NoError(t, s.End())
	p := b.place(c)
	require.Equal(t, parsed(t, string(p.raw)).members, p.members[:p.count])
}

// A save says where the members of what it wrote lie, and says so of nothing
// else.
func TestWhatWasSavedIsRemembered(t *testing.T) {
	for name, c := range map[string]struct {
		handle    func(s *Session)
		forgotten bool // it has too many members, or another id
	}{
		"set":        {handle: func(s *Session) { _ = s.Set("n", 12345) }},
		"a new key":  {handle: func(s *Session) { _ = s.Set("\"new\"", "x") }},
		"update":     {handle: func(s *Session) { _, _ = Update(s, "n", func(n int) int { return n + 1 }) }},
		"delete":     {handle: func(s *Session) { s.Delete("n") }},
		"clear":      {handle: func(s *Session) { s.Clear() }},
		"attributes": {handle: func(s *Session) { _ = s.SetCookie(Cookie{Path: "/other"}) }},
		"many": {handle: func(s *Session) {
			for n := range 2 * fewMembers {
				_ = s.Set(fmt.Sprint(n), n)
			}
		}, forgotten: true},
		"saved twice": {handle: func(s *Session) {
			_ = s.Set("n", 2)
			_ = s.Save(context.Background())
			_ = s.Set("longer", 3)
		}},
		"under another id": {handle: func(s *Session) {
			_ = s.RegenerateKeep()
			_ = s.Set("n", 2)
		}, forgotten: true},
		"nothing": {handle: func(*Session) {}},
	} {
		for _, kind := range []string{"full", "plain", "away"} { // "away": where updates are marked
			t.Run(name+"/"+kind, func(t *testing.T) {
				b := newBench(t, Options{}, kind)
				browser := b.signedIn(map[string]any{"n": 1, "other": "y"})
				require.NoError(t, b.request(browser, func(*Session) {}))
				p := b.place(browser)
				require.NoError(t, b.request(browser, c.handle))
				if len(p.raw) > 0 {
					require.Equal(t, parsed(t, string(p.raw)).members, p.members[:p.count])
				}
				require.Equal(t, !c.forgotten, string(p.raw) == b.record(b.id(browser)))
			})
		}
	}
}
