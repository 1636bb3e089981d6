// Package machine says what the figures were measured on.
package machine

import (
	"context"
	"os"
	"os/exec"
	"runtime"
	"runtime/debug"
	"slices"
	"strconv"
	"strings"

	"github.com/go-holdall/holdall/bench/koa"
	"github.com/go-holdall/holdall/bench/report"
)

// measured are the modules whose versions matter.
var measured = []string{
	"github.com/labstack/echo/v4", "github.com/gin-gonic/gin", "github.com/gofiber/fiber/v2", "github.com/valyala/fasthttp",
	"github.com/redis/go-redis/v9", "github.com/alexedwards/scs/v2", "github.com/alexedwards/scs/goredisstore",
	"github.com/gorilla/sessions", "github.com/labstack/echo-contrib", "github.com/quasoft/memstore",
	"github.com/rbcervilla/redisstore/v9", "github.com/gin-contrib/sessions", "github.com/boj/redistore",
	"github.com/gofiber/storage/redis/v3", "github.com/maypok86/otter/v2", "github.com/jellydator/ttlcache/v3",
}

// Run describes the machine, its programs, and the modules that this program was built with. What it cannot find out it
// leaves out.
func Run(ctx context.Context, _ report.Config) (report.Section, error) {
	t := report.NewTable("", "")
	t.Add("CPU", processor())
	t.Add("cores", strconv.Itoa(runtime.NumCPU()))
	t.Add("memory", memory())
	t.Add("system", strings.TrimSpace(runtime.GOOS+"/"+runtime.GOARCH+" "+first(ctx, "uname", "-r")))
	t.Add("Go", runtime.Version())
	t.Add("Node", first(ctx, "node", "--version"))
	t.Add("Redis", redisVersion(ctx))
	t.Add("wrk", wrkVersion(ctx))
	t.Add("modules", strings.Join(modules(), ", "))
	t.Add("npm", koa.Versions())
	return report.Section{Name: "machine", Markdown: t.String()}, ctx.Err()
}

func processor() string { return field("/proc/cpuinfo", "model name") }

func memory() string {
	kib, err := strconv.Atoi(strings.TrimSuffix(field("/proc/meminfo", "MemTotal"), " kB"))
	if err != nil {
		return ""
	}
	return strconv.Itoa(kib>>20) + " GiB"
}

// field returns what stands behind a name and a colon in a file of the kernel's.
func field(file, name string) string {
	text, err := os.ReadFile(file)
	if err != nil {
		return ""
	}
	for line := range strings.Lines(string(text)) {
		if key, value, ok := strings.Cut(line, ":"); ok && strings.TrimSpace(key) == name {
			return strings.TrimSpace(value)
		}
	}
	return ""
}

// first returns the first line that a program prints, whatever it thinks of its arguments.
func first(ctx context.Context, program string, args ...string) string {
	out, _ := exec.CommandContext(ctx, program, args...).CombinedOutput()
	line, _, _ := strings.Cut(string(out), "\n")
	return strings.TrimSpace(line)
}

func redisVersion(ctx context.Context) string {
	for _, program := range []string{"redis-server", "valkey-server"} {
		for word := range strings.FieldsSeq(first(ctx, program, "--version")) {
			if version, ok := strings.CutPrefix(word, "v="); ok {
				return version
			}
		}
	}
	return ""
}

func wrkVersion(ctx context.Context) string {
	words := strings.Fields(first(ctx, "wrk", "--version"))
	if len(words) < 2 || words[0] != "wrk" {
		return ""
	}
	return words[1]
}

func modules() (versions []string) {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return nil
	}
	for _, path := range measured {
		i := slices.IndexFunc(info.Deps, func(m *debug.Module) bool { return m.Path == path })
		if i >= 0 {
			versions = append(versions, strings.TrimPrefix(path, "github.com/")+" "+info.Deps[i].Version)
		}
	}
	return versions
}
