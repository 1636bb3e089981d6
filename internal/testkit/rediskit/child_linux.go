package rediskit

import (
	"os/exec"
	"runtime"
	"sync"
	"syscall"
)

// startChild starts a process that dies with this one. The kernel kills it
// when the thread that forked it ends, and Go ends threads; so one goroutine,
// locked to its thread for good, starts all of them.
func startChild(cmd *exec.Cmd) error {
	cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	started := make(chan error)
	forks() <- func() { started <- cmd.Start() }
	return <-started
}

var forks = sync.OnceValue(func() chan<- func() {
	requests := make(chan func())
	go runForks(requests)
	return requests
})

func runForks(requests <-chan func()) {
	runtime.LockOSThread()
	for fork := range requests {
		fork()
	}
}
