package storetest

import (
	"bytes"
	"crypto/rand"
	"fmt"
)

// recordCases are about single records: stored, returned and removed.
func recordCases() []testCase {
	return []testCase{
		{
			name:  "GetMissing",
			rule:  "Get of a key that has no record returns found == false and a nil error; an error is for a store that could not answer.",
			check: func(p *probe) { p.wantNone("never stored", p.key()) },
		},
		{
			name: "SetGet",
			rule: "Get returns what Set has stored.",
			check: func(p *probe) {
				key := p.key()
				p.set(key, []byte(`{"a":1}`), long)
				p.wantHeld("after Set", key, []byte(`{"a":1}`))
				p.wantHeld("after Get", key, []byte(`{"a":1}`))
			},
		},
		{
			name: "SetReplaces",
			rule: "Set replaces the whole record, by a longer or a shorter one.",
			check: func(p *probe) {
				key := p.key()
				for _, data := range []string{"first", "the second, longer", "3rd"} {
					p.set(key, []byte(data), long)
					p.wantHeld("after Set", key, []byte(data))
				}
			},
		},
		{
			name: "Destroy",
			rule: "Destroy removes one record, and none whose key its own matches as a pattern.",
			check: func(p *probe) {
				key := p.key()
				p.set(key, []byte("a"), long)
				p.set(key+"*", []byte("b"), long)
				p.set(key+"c", []byte("c"), long)
				p.destroy(key + "*")
				p.wantNone("after Destroy", key+"*")
				p.wantHeld("after Destroy of another", key, []byte("a"))
				p.wantHeld("after Destroy of another", key+"c", []byte("c"))
			},
		},
		{
			name: "DestroyTwice",
			rule: "Destroy of a key that has no record is no error.",
			check: func(p *probe) {
				key := p.key()
				p.destroy(key)
				p.set(key, []byte("a"), long)
				p.destroy(key)
				p.destroy(key)
				p.wantNone("after Destroy", key)
			},
		},
		{
			name: "SetAfterDestroy",
			rule: "Set stores a record also where one was destroyed.",
			check: func(p *probe) {
				key := p.key()
				p.set(key, []byte("a"), long)
				p.destroy(key)
				p.set(key, []byte("b"), long)
				p.wantHeld("after Set", key, []byte("b"))
			},
		},
		{
			name: "CopiedIn",
			rule: "The caller may change its data after Set; the record stays what it was.",
			check: func(p *probe) {
				key, data := p.key(), []byte("original")
				p.set(key, data, long)
				scribble(data)
				p.wantHeld("after the caller changed its data", key, []byte("original"))
			},
		},
		{
			name: "GivenStays",
			rule: "What Get returned stays as it is, whatever becomes of the record.",
			check: func(p *probe) {
				key := p.key()
				p.set(key, []byte("original"), long)
				data, _ := p.get(key)
				p.wantStays("what Get returned", key, data, []byte("original"))
			},
		},
		{
			name: "Binary",
			rule: "Data is opaque: every byte comes back, whatever it means elsewhere.",
			check: func(p *probe) {
				for _, data := range binaries() {
					key := p.key()
					p.set(key, data, long)
					p.wantHeld("after Set", key, data)
				}
			},
		},
		{
			name: "Empty",
			rule: "A record of no length is a record: it is found.",
			check: func(p *probe) {
				key := p.key()
				p.set(key, []byte{}, long)
				p.wantHeld("after Set", key, []byte{})
			},
		},
		{
			name: "Large",
			rule: "A record of 1 MiB is stored as any other.",
			check: func(p *probe) {
				key, data := p.key(), make([]byte, 1<<20)
				_, _ = rand.Read(data)
				p.set(key, data, long)
				p.wantHeld("after Set", key, data)
			},
		},
		{
			name:  "Keys",
			rule:  "Keys are opaque: any two that differ are of different records.",
			check: checkKeys,
		},
	}
}

// binaries returns data that a store may take for something else.
func binaries() [][]byte {
	every := make([]byte, 256)
	for i := range every {
		every[i] = byte(i)
	}
	return [][]byte{
		every,
		{0},
		{0xff},
		[]byte("a\x00b"),
		[]byte("a\r\nb\r\n"),
		[]byte("\xc3\x28 is not UTF-8"),
		[]byte("12345678901234567890"),
		[]byte("null"),
		[]byte(" "),
		bytes.Repeat([]byte{0}, 4096),
	}
}

func checkKeys(p *probe) {
	base := p.key()
	var keys []string
	for _, odd := range []string{
		"", "a", "A", "a ", " a", "a\x00", "a\x00b", "a\xff", "\xfe", "a\n", "a\r\nb", "a:b", "a*", "a?", "[a]",
		"{a}", "a%", "a_b", "a/b", "../a", `a\b`, `a"b`, "a'b", "é", "e\u0301", "日本",
		string(bytes.Repeat([]byte("k"), 200)),
	} {
		keys = append(keys, base+odd)
	}
	for i, key := range keys {
		p.set(key, fmt.Append(nil, i), long)
	}
	for i, key := range keys {
		p.wantHeld(fmt.Sprintf("key with %q at its end", key[len(base):]), key, fmt.Append(nil, i))
	}
	p.destroy(keys[0])
	p.wantNone("after Destroy", keys[0])
	for i, key := range keys[1:] {
		p.wantHeld(fmt.Sprintf("key with %q at its end, after Destroy of another", key[len(base):]), key, fmt.Append(nil, i+1))
	}
}
