package overhttp

import (
	"context"
	"fmt"
	"net"
	"os"
	"os/exec"
	"time"

	"github.com/go-holdall/holdall/bench/child"
	"github.com/go-holdall/holdall/bench/koa"
	"github.com/go-holdall/holdall/bench/peers"
)

// The server has a core for itself, and what asks it has another.
const (
	serverCore = 0
	clientCore = 1
)

// start starts the process that serves a peer, and returns when it listens. It tries a second time: somebody else may have
// taken the port meanwhile.
func start(ctx context.Context, p peers.Peer, redisAddr string) (process *child.Process, addr string, err error) {
	for range 2 {
		if process, addr, err = startOnce(ctx, p, redisAddr); err == nil || ctx.Err() != nil {
			break
		}
	}
	return process, addr, err
}

func startOnce(ctx context.Context, p peers.Peer, redisAddr string) (process *child.Process, addr string, err error) {
	if addr, err = child.FreePort(); err != nil {
		return nil, "", err
	}
	words, env, err := command(ctx, p, addr, redisAddr)
	if err != nil {
		return nil, "", err
	}
	words = append(child.Pin(serverCore), words...)
	cmd := exec.CommandContext(ctx, words[0], words[1:]...)
	cmd.Env = append(os.Environ(), env...)
	if process, err = child.Start(cmd); err != nil {
		return nil, "", err
	}
	if err := listening(ctx, process, addr); err != nil {
		process.Stop()
		return nil, "", fmt.Errorf("%s: %w", p.Name(), err)
	}
	return process, addr, nil
}

func command(ctx context.Context, p peers.Peer, addr, redisAddr string) (words, env []string, err error) {
	if p.Framework == koa.Framework {
		return koa.Command(ctx, p, addr, redisAddr)
	}
	self, err := os.Executable()
	return []string{self, ServeCommand, p.Name(), addr, redisAddr}, []string{"GOMAXPROCS=1"}, err
}

func listening(ctx context.Context, process *child.Process, addr string) error {
	giveUp := time.After(15 * time.Second)
	for {
		if c, err := net.Dial("tcp", addr); err == nil {
			return c.Close()
		}
		select {
		case <-process.Ended():
			return process.Err(ctx)
		case <-giveUp:
			return fmt.Errorf("it does not listen: %w", process.Err(ctx))
		case <-time.After(5 * time.Millisecond):
		}
	}
}
