package main

import (
	"fmt"
	"os"
	"strconv"
	"strings"
)

// load is how many processes wanted a processor in the last minute, five and
// fifteen.
func load() string {
	text, err := os.ReadFile("/proc/loadavg")
	if err != nil {
		return "not known here"
	}
	return strings.Join(strings.Fields(string(text))[:3], " ")
}

// forgetPeak begins a new peak of this process's memory.
func forgetPeak() error { return os.WriteFile("/proc/self/clear_refs", []byte("5"), 0) }

// peak is the most memory that this process has held since forgetPeak, in MB.
func peak() (int, error) {
	text, err := os.ReadFile("/proc/self/status")
	if err != nil {
		return 0, err
	}
	for line := range strings.Lines(string(text)) {
		if value, ok := strings.CutPrefix(line, "VmHWM:"); ok {
			kb, err := strconv.Atoi(strings.TrimSuffix(strings.TrimSpace(value), " kB"))
			return kb / 1024, err
		}
	}
	return 0, fmt.Errorf("the kernel does not say how much memory this process holds")
}
