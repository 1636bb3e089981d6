package frameworks

import (
	"flag"
	"log/slog"
	"os"
	"testing"

	"go.uber.org/goleak"

	"github.com/go-holdall/holdall/internal/testkit/secrets"
)

// TestMain has the tests print no session's id, and leave no goroutine behind,
// but for those of fasthttp's that no call ends: none of them holds a request
// or a session.
func TestMain(m *testing.M) {
	if !secrets.InChild() {
		os.Exit(secrets.Search())
	}
	slog.SetDefault(slog.New(slog.NewTextHandler(secrets.Log{}, nil)))
	flag.Parse()
	// The cells wait for sockets, not for processors.
	if err := flag.Set("test.parallel", "16"); err != nil {
		panic(err)
	}
	const fasthttp = "github.com/valyala/fasthttp"
	goleak.VerifyTestMain(m,
		// The clock of the Date header, one for the life of the program.
		goleak.IgnoreAnyFunction(fasthttp+".updateServerDate.func1"),
		// A server's, which looks only every 10 s whether it was shut down.
		goleak.IgnoreAnyFunction(fasthttp+".(*workerPool).Start.func2"),
		// Fiber's own clock.
		goleak.IgnoreAnyFunction("github.com/gofiber/fiber/v2/utils.StartTimeStampUpdater.func1.1"),
		// Those of the file server and of the compressors, one for each kind
		// or processor and for the life of the program.
		goleak.IgnoreAnyFunction(fasthttp+".(*inMemoryCacheManager).handleCleanCache"),
		goleak.IgnoreAnyFunction(fasthttp+"/stackless.funcWorker"),
		// Those of the proxy's client, which close what has been idle for
		// 10 s and then end by themselves.
		goleak.IgnoreAnyFunction(fasthttp+".(*HostClient).connsCleaner"),
		goleak.IgnoreAnyFunction(fasthttp+".(*Client).mCleaner"),
		goleak.IgnoreAnyFunction(fasthttp+".(*TCPDialer).tcpAddrsClean"),
		// The thread that servers are started from, so that they end with it.
		goleak.IgnoreAnyFunction("github.com/go-holdall/holdall/internal/testkit/rediskit.runForks"),
	)
}
