package main

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/go-holdall/holdall/bench/growth"
	"github.com/go-holdall/holdall/bench/inprocess"
	"github.com/go-holdall/holdall/bench/machine"
	"github.com/go-holdall/holdall/bench/memory"
	"github.com/go-holdall/holdall/bench/overhttp"
	"github.com/go-holdall/holdall/bench/pipelining"
	"github.com/go-holdall/holdall/bench/report"
)

// A part makes one section. Several may have one name on the command line.
type part struct {
	name    string
	section string
	run     func(context.Context, report.Config) (report.Section, error)
}

// always is the name of the part that no choice leaves out.
const always = "machine"

func parts() []part {
	return []part{
		{always, "machine", machine.Run},
		{"inprocess", "inprocess", inprocess.Run},
		{"http", "http", overhttp.Run},
		{"redis", "http-redis", overhttp.RunRedis},
		{"redis", "pipelining", pipelining.Run},
		{"memory", "memory", memory.Run},
		{"growth", "growth", growth.Run},
	}
}

// choose returns the parts of these names, separated by commas. Of no names it returns all.
func choose(only string) ([]part, error) {
	if only == "" {
		return parts(), nil
	}
	names := strings.Split(only, ",")
	for _, name := range names {
		if !slices.ContainsFunc(parts(), func(p part) bool { return p.name == name }) {
			return nil, fmt.Errorf("-only: there is no part %q", name)
		}
	}
	return slices.DeleteFunc(parts(), func(p part) bool { return p.name != always && !slices.Contains(names, p.name) }), nil
}
