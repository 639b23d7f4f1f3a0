// Package cputime measures the processor time that this process has used, for
// budgets and benchmarks that must not depend on what else the machine does.
package cputime

import (
	"syscall"
	"time"
)

// Used is the user and system time of all threads since the process began.
func Used() time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		panic("cputime: getrusage of the process itself failed: " + err.Error()) // only for bad arguments
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// Since returns a clock that starts at zero now.
func Since() func() time.Duration {
	began := Used()
	return func() time.Duration { return Used() - began }
}
