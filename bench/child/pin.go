package child

import (
	"os/exec"
	"runtime"
	"strconv"
)

// Pin returns the words that start a command on one core, or none where that cannot be done.
func Pin(core int) []string {
	if core >= runtime.NumCPU() {
		return nil
	}
	words := []string{"taskset", "-c", strconv.Itoa(core)}
	if exec.Command(words[0], append(words[1:], "true")...).Run() != nil {
		return nil
	}
	return words
}
