package core

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/require"
)

func parsed(t testing.TB, text string) *document {
	d := new(document)
	require.True(t, d.parse([]byte(text)), "%q", text)
	return d
}

func TestGetReturnsTheBytesOfAValue(t *testing.T) {
	d := parsed(t, ` { "a" : [1, 2] ,"b":"x","a":{"c": 1e400},"\u0063\n":9007199254740993,"d":"\ud800","__proto__":{"x":1},"":null}`)
	for key, want := range map[string]string{
		"a":         `{"c": 1e400}`, // of two, the last
		"b":         `"x"`,
		"c\n":       `9007199254740993`,
		"d":         `"\ud800"`,
		"__proto__": `{"x":1}`,
		"":          `null`,
	} {
		raw, ok := d.get(key)
		require.True(t, ok, key)
		require.Equal(t, want, string(raw), key)
		require.Equal(t, len(raw), cap(raw), "appending to it must not reach the document")
	}
	_, ok := d.get("x")
	require.False(t, ok)
	_, ok = d.get(`\u0063\n`)
	require.False(t, ok, "a key is compared by what it means")
	require.Equal(t, []string{"a", "b", "c\n", "d", "__proto__", ""}, d.keys())
}

func TestADocumentOfManyMembersIsIndexed(t *testing.T) {
	want := map[string]int{}
	for i := range 1000 {
		want[string(rune('一'+i))] = i
	}
	text, err := json.Marshal(want)
	require.NoError(t, err)
	d := parsed(t, string(text))
	require.Len(t, d.keys(), 1000)
	for key, n := range want {
		raw, _ := d.get(key)
		got, _ := decodeInt(raw)
		require.Equal(t, int64(n), got)
	}
	require.Equal(t, string(text), string(d.rewrite(nil, false, "")))
}

func TestRewriteTouchesWhatIsNamedAndNothingElse(t *testing.T) {
	const record = `{"cookie":{"path":"/"}, "n" : 1e400,"__proto__":{"x":1},"big":9007199254740993,"s":"\ud800` + "\u2028" + `<>&"}`
	for _, c := range []struct {
		rule  string
		from  string
		edits []edit
		only  bool
		want  string
	}{
		{"no edit: the members as they are", record, nil, false,
			`{"cookie":{"path":"/"},"n":1e400,"__proto__":{"x":1},"big":9007199254740993,"s":"\ud800` + "\u2028" + `<>&"}`},
		{"a value changes in its place", record, []edit{{"n", []byte(`2`)}}, false,
			`{"cookie":{"path":"/"},"n":2,"__proto__":{"x":1},"big":9007199254740993,"s":"\ud800` + "\u2028" + `<>&"}`},
		{"a new member follows at the end", `{"a":1}`, []edit{{"c", []byte(`3`)}, {"b", []byte(`2`)}}, false, `{"a":1,"c":3,"b":2}`},
		{"nil deletes", `{"a":1,"b":2,"c":3}`, []edit{{"b", nil}, {"x", nil}}, false, `{"a":1,"c":3}`},
		{"the first member goes with its comma", `{"a":1,"b":2}`, []edit{{"a", nil}}, false, `{"b":2}`},
		{"the last one too", `{"a":1}`, []edit{{"a", nil}}, false, `{}`},
		{"of an empty document", ``, []edit{{"a", []byte(`1`)}}, false, `{"a":1}`},
		{"several members of one key become one", `{"a":1,"b":2,"a":3}`, []edit{{"a", []byte(`4`)}}, false, `{"a":4,"b":2}`},
		{"and are deleted together", `{"a":1,"b":2,"\u0061":3}`, []edit{{"a", nil}}, false, `{"b":2}`},
		{"untouched ones stay", `{"a":1,"b":2,"a":3}`, []edit{{"b", []byte(`4`)}}, false, `{"a":1,"b":4,"a":3}`},
		{"an escaped key keeps its spelling", `{"\u0061":1}`, []edit{{"a", []byte(`2`)}}, false, `{"\u0061":2}`},
		{"a new key is escaped", `{}`, []edit{{"\"\n\u2028é<", []byte(`1`)}}, false, `{"\"\n` + "\u2028é<" + `":1}`},
		{"only: what is neither named nor kept goes", `{"a":1,"cookie":{},"b":2}`, []edit{{"b", []byte(`3`)}}, true, `{"cookie":{},"b":3}`},
	} {
		t.Run(c.rule, func(t *testing.T) {
			var d document
			if c.from != "" {
				d = *parsed(t, c.from)
			}
			before := string(d.raw)
			w := rewriting{members: make([]member, 0, fewMembers)}
			for range 2 { // the second time in the room of the first
				d.rewriteTo(&w, c.edits, c.only, cookieMember)
				require.Equal(t, c.want, string(w.raw))
				require.Equal(t, parsed(t, c.want).members, append([]member{}, w.members...))
			}
			require.Equal(t, before, string(d.raw))
		})
	}
}

func TestRewriteTakesMoreEditsThanItHasRoomFor(t *testing.T) {
	var edits []edit
	want := map[string]int{}
	for i := range 100 {
		key := string(rune('a' + i))
		edits = append(edits, edit{key, boolean(true)})
		want[key] = i
	}
	d := parsed(t, `{"a":1,"z":2}`)
	require.ElementsMatch(t, slices.Collect(maps.Keys(want)), parsed(t, string(d.rewrite(edits, false, ""))).keys())
}

func FuzzDocument(f *testing.F) {
	for _, text := range texts {
		if len(text) < 1000 {
			f.Add([]byte(text))
		}
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		requireAsEncodingJSON(t, text)
		var d document
		if !d.parse(text) {
			return
		}
		requireSameMembers(t, &d, text)
		require.True(t, json.Valid(d.rewrite(nil, false, "")))
	})
}

// requireSameMembers compares the index of a document with what encoding/json
// makes of it.
func requireSameMembers(t *testing.T, d *document, text []byte) {
	var want map[string]json.RawMessage
	require.NoError(t, json.Unmarshal(text, &want))
	if !utf8.Valid(text) {
		return // encoding/json mends keys, which makes different ones equal
	}
	require.ElementsMatch(t, slices.Collect(maps.Keys(want)), d.keys())
	for key, value := range want {
		raw, ok := d.get(key)
		require.True(t, ok)
		require.Equal(t, string(value), string(raw))
	}
}

func FuzzRewrite(f *testing.F) {
	for _, text := range texts {
		if len(text) < 1000 {
			f.Add([]byte(text), "n", []byte("7"), false)
			f.Add([]byte(text), "new", []byte(nil), true)
		}
	}
	f.Fuzz(func(t *testing.T, text []byte, key string, value []byte, only bool) {
		var d document
		if !d.parse(text) || !utf8.ValidString(key) || !utf8.Valid(text) || len(value) > 0 && !json.Valid(value) {
			return
		}
		e := edit{key: key, raw: bytes.TrimSpace(value)}
		if len(value) == 0 {
			e.raw = nil
		}
		w := rewriting{members: make([]member, 0, fewMembers)}
		d.rewriteTo(&w, []edit{e}, only, cookieMember)
		var again document
		require.True(t, again.parse(w.raw), "%q with %q = %q", text, key, value)
		require.Equal(t, append([]member{}, w.members...), append([]member{}, again.members...), "%s", w.raw)

		raw, ok := again.get(key)
		require.Equal(t, e.raw != nil, ok)
		require.Equal(t, string(e.raw), string(raw))
		want := slices.DeleteFunc(d.keys(), func(k string) bool { return k == key || only && k != cookieMember })
		got := slices.DeleteFunc(again.keys(), func(k string) bool { return k == key })
		require.Equal(t, want, got, "the others, in their order")
		for _, k := range got {
			before, _ := d.get(k)
			after, _ := again.get(k)
			require.Equal(t, string(before), string(after))
		}
	})
}

// FuzzKnownBeginning shows that what is known of a record makes no difference.
func FuzzKnownBeginning(f *testing.F) {
	const known = `{"cookie":{"path":"/","maxAge":86400000`
	for _, rest := range []string{
		`}}`, `},"a":1}`, `,"sent":1764000000},"a":[1,"x"]}`, `1},"a":1}`, ` },"a":1}`, `.5}}`, `,}}`, `}`, ``, `,"x":{}},}`, `}} `, `}}x`,
	} {
		f.Add([]byte(rest))
	}
	f.Fuzz(func(t *testing.T, rest []byte) {
		text := append([]byte(known), rest...)
		var d, quick document
		require.Equal(t, d.parse(text), quick.parseAfter(text, known))
		require.Equal(t, d.members, quick.members)
	})
}

// A document of many members finds and changes them as one of few does.
func TestADocumentOfManyMembers(t *testing.T) {
	const many = 100
	var text strings.Builder
	text.WriteString(`{"cookie":{}`)
	var edits []edit
	for i := range many {
		fmt.Fprintf(&text, `,"k%d":%d,"\u006b%d":%d`, i, i, i, 2*i) // the second counts
		switch i % 3 {
		case 0:
			edits = append(edits, edit{fmt.Sprint("k", i), []byte("0")})
		case 1:
			edits = append(edits, edit{fmt.Sprint("k", i), nil})
		}
	}
	edits = append(edits, edit{"new", []byte("1")})
	text.WriteString("}")

	var d document
	require.True(t, d.parse([]byte(text.String())))
	for range 2 {
		for i := range many {
			raw, ok := d.get(fmt.Sprint("k", i))
			require.True(t, ok)
			require.Equal(t, fmt.Sprint(2*i), string(raw))
		}
		_, ok := d.get("missing")
		require.False(t, ok)
	}
	var got map[string]int
	var after document
	require.True(t, after.parse(d.rewrite(edits, false, "")))
	after.raw = bytes.Replace(after.raw, []byte(`"cookie":{},`), nil, 1)
	require.NoError(t, json.Unmarshal(after.raw, &got))
	require.Equal(t, 1, got["new"])
	for i := range many {
		n, ok := got[fmt.Sprint("k", i)]
		require.Equal(t, i%3 != 1, ok)
		require.Equal(t, 2*i*(i%3/2), n)
	}
}

func TestAChangesetOfManyKeys(t *testing.T) {
	var cs changeset
	for round := range 2 {
		for i := range 100 {
			for _, raw := range []string{"1", "2"} {
				cs.put(fmt.Sprint(i)).raw = []byte(raw)
			}
		}
		require.Len(t, cs.list, 100)
		for i := range 100 {
			require.Equal(t, fmt.Sprint(i), cs.list[i].key)
			require.Equal(t, "2", string(cs.find(fmt.Sprint(i)).raw))
		}
		require.Nil(t, cs.find("missing"))
		cs.reset()
		require.Empty(t, cs.list, round)
		require.Nil(t, cs.find("1"))
		cs.put("a")
		kept := cs.list[:1]
		cs.reset()
		require.Zero(t, kept[0], "it keeps room, not changes")
	}
}
