package main

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/go-holdall/holdall/bench/report"
)

func TestChoose(t *testing.T) {
	all, err := choose("")
	require.NoError(t, err)
	require.Len(t, all, len(parts()))
	some, err := choose("redis,inprocess")
	require.NoError(t, err)
	var sections []string
	for _, p := range some {
		sections = append(sections, p.section)
	}
	require.Equal(t, []string{"machine", "inprocess", "http-redis", "pipelining"}, sections)
	_, err = choose("inprocess,nothing")
	require.ErrorContains(t, err, `"nothing"`)
}

func TestParse(t *testing.T) {
	o, err := parse([]string{"-quick", "-only", "http", "-rounds", "3", "-peers", "^gin/"})
	require.NoError(t, err)
	require.True(t, o.config.Quick)
	require.Equal(t, 3, o.config.Rounds)
	require.True(t, o.config.Wants("gin/raw/memory"))
	require.False(t, o.config.Wants("echo/raw/memory"))
	require.Equal(t, report.Document{File: "docs/performance.md", Pictures: "docs/performance"}, o.document)
	for _, wrong := range [][]string{{"-only", "nothing"}, {"-peers", "("}, {"left over"}, {"-write", "-document", "/nowhere.md"}} {
		_, err := parse(wrong)
		require.Error(t, err, wrong)
	}
}

func TestWriteLooksForThePlacesFirst(t *testing.T) {
	page := filepath.Join(t.TempDir(), "page.md")
	require.NoError(t, os.WriteFile(page, []byte("<!-- begin machine -->\n<!-- end machine -->\n"), 0o600))
	_, err := parse([]string{"-only", "http", "-write", "-document", page})
	require.ErrorContains(t, err, "begin http ")
	require.NoError(t, run([]string{"-only", "machine", "-write", "-document", page}))
	text, err := os.ReadFile(page)
	require.NoError(t, err)
	require.Contains(t, string(text), "| Go | go1.")
}
