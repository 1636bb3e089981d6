//go:build unix

// Package cpu tells how much of the processors this process has used.
package cpu

import (
	"syscall"
	"time"
)

// Time returns the processor time of all threads of this process so far, in and for it: garbage collection and the
// kernel's work on its connections included.
func Time() time.Duration {
	var usage syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &usage); err != nil {
		panic(err) // only for arguments that the kernel does not know
	}
	return time.Duration(usage.Utime.Nano() + usage.Stime.Nano())
}
