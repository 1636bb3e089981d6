//go:build !linux

package rediskit

import "os/exec"

func startChild(cmd *exec.Cmd) error { return cmd.Start() }
