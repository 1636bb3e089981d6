package overhttp

import (
	"fmt"
	"math"
	"os"
	"strings"
)

// userHZ is the unit of the kernel's counts in /proc, the same on all machines of today.
const userHZ = 100

// cpuSeconds is how much of the processors a process has used so far, all its threads together, to the hundredth.
func cpuSeconds(pid int) float64 {
	line, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return math.NaN()
	}
	// The second field is a name in brackets, which may hold anything.
	fields := strings.Fields(string(line[strings.LastIndexByte(string(line), ')')+1:]))
	var user, system float64
	if len(fields) < 13 {
		return math.NaN()
	}
	if _, err := fmt.Sscan(fields[11]+" "+fields[12], &user, &system); err != nil {
		return math.NaN()
	}
	return (user + system) / userHZ
}
