package main

import (
	"os"
	"strconv"
	"strings"
	"time"
)

// What Linux tells of a process. Other systems are not asked: then there is no such figure.

// memoryOf is how much of a process is resident, in bytes; zero where the system does not tell.
func memoryOf(pid int) int64 {
	text, err := os.ReadFile("/proc/" + strconv.Itoa(pid) + "/status")
	if err != nil {
		return 0
	}
	for line := range strings.Lines(string(text)) {
		if rest, ok := strings.CutPrefix(line, "VmRSS:"); ok {
			kib, _ := strconv.ParseInt(strings.TrimSuffix(strings.TrimSpace(rest), " kB"), 10, 64)
			return kib << 10
		}
	}
	return 0
}

// clockTick is the unit in which Linux counts a process's time for its readers (proc(5)): the same on every machine that Go
// runs on.
const clockTick = 10 * time.Millisecond

// timeOf is how long a process has had a processor; zero where the system does not tell.
func timeOf(pid int) time.Duration {
	text, err := os.ReadFile("/proc/" + strconv.Itoa(pid) + "/stat")
	if err != nil {
		return 0
	}
	_, rest, _ := strings.Cut(string(text), ") ") // after the name, from the third field on
	fields := strings.Fields(rest)
	if len(fields) < 13 {
		return 0
	}
	user, _ := strconv.ParseInt(fields[11], 10, 64)
	system, _ := strconv.ParseInt(fields[12], 10, 64)
	return time.Duration(user+system) * clockTick
}
