package cluster

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"golang.org/x/sys/unix"

	"github.com/waymark-crm/waymark/internal/fault"
)

// stopOrphans ends what a crashed program left running on the data folder, and
// removes the file by which PostgreSQL would take an unrelated process with the
// same number for its predecessor. The caller holds the folder's lock.
//
// A server's processes are known by their working directory, which is the data
// folder, and not by a number in a file, which may have been given to another.
func stopOrphans(ctx context.Context, data string, log *slog.Logger) error {
	pids, err := processesIn(data)
	if err != nil {
		return err
	}
	if len(pids) > 0 {
		log.Warn("stopping a database server that a crash left behind", "folder", data, "processes", len(pids))
	}
	// SIGINT asks the server to disconnect its clients and shut down, and a session
	// that has lost its server to cancel its query, after which it notices the
	// loss; SIGQUIT is an immediate end; after SIGKILL the next start recovers.
	for _, ask := range []struct {
		signal   unix.Signal
		patience time.Duration
	}{{unix.SIGINT, stopPatience}, {unix.SIGQUIT, stopPatience}, {unix.SIGKILL, stopPatience}} {
		if err := end(ctx, data, ask.signal, ask.patience); err != nil {
			return err
		}
		if pids, err = processesIn(data); err != nil {
			return err
		}
		if len(pids) == 0 {
			break
		}
	}
	if len(pids) > 0 {
		return fault.Errorf(fault.Unavailable, "A database server that was left behind on %s does not end (processes %v). End it and start again.", data, pids)
	}
	if err := os.Remove(filepath.Join(data, "postmaster.pid")); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("cluster: remove a stale postmaster.pid: %w", err)
	}
	return nil
}

// end signals the processes of the data folder that are no child of another one
// there (the server itself or, where that was killed, what it left) and waits
// until those have ended or patience runs out.
func end(ctx context.Context, data string, signal unix.Signal, patience time.Duration) error {
	pids, err := processesIn(data)
	if err != nil {
		return err
	}
	deadline := time.Now().Add(patience)
	for _, pid := range pids {
		if slices.Contains(pids, parentOf(pid)) {
			continue
		}
		// A descriptor of the process cannot come to mean another one.
		fd, err := unix.PidfdOpen(pid, 0)
		if errors.Is(err, unix.ESRCH) {
			continue
		}
		if err != nil {
			return fmt.Errorf("cluster: open process %d: %w", pid, err)
		}
		err = endOne(ctx, fd, signal, deadline)
		if closeErr := unix.Close(fd); closeErr != nil && err == nil {
			err = closeErr
		}
		if err != nil {
			return fmt.Errorf("cluster: end process %d: %w", pid, err)
		}
	}
	return nil
}

func endOne(ctx context.Context, fd int, signal unix.Signal, deadline time.Time) error {
	if err := unix.PidfdSendSignal(fd, signal, nil, 0); err != nil {
		if errors.Is(err, unix.ESRCH) {
			return nil
		}
		return err
	}
	for {
		if err := ctx.Err(); err != nil {
			return err
		}
		// Readable means ended. Short waits, so that the context is heard.
		left := min(time.Until(deadline), 200*time.Millisecond)
		if left <= 0 {
			return nil
		}
		n, err := unix.Poll([]unix.PollFd{{Fd: int32(fd), Events: unix.POLLIN}}, int(left.Milliseconds())+1)
		if errors.Is(err, unix.EINTR) {
			continue
		}
		if n > 0 || err != nil {
			return err
		}
	}
}

// processesIn returns the processes named postgres whose working directory is
// the folder, the oldest number first.
func processesIn(folder string) ([]int, error) {
	folder, err := filepath.EvalSymlinks(folder)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("cluster: %w", err)
	}
	entries, err := os.ReadDir("/proc")
	if err != nil {
		return nil, fmt.Errorf("cluster: list the processes: %w", err)
	}
	var pids []int
	for _, entry := range entries {
		pid, err := strconv.Atoi(entry.Name())
		if err != nil {
			continue // not a process
		}
		// Processes of other users cannot be looked into, and are not ours.
		cwd, err := os.Readlink(filepath.Join("/proc", entry.Name(), "cwd"))
		if err != nil || cwd != folder {
			continue
		}
		comm, err := os.ReadFile(filepath.Join("/proc", entry.Name(), "comm"))
		if err != nil || !strings.HasPrefix(string(comm), "postgres") {
			continue
		}
		pids = append(pids, pid)
	}
	return pids, nil
}

// parentOf returns the number of the process's parent; 0 when it has ended.
func parentOf(pid int) int {
	stat, err := os.ReadFile(filepath.Join("/proc", strconv.Itoa(pid), "stat"))
	if err != nil {
		return 0
	}
	// 71 (name, which may hold anything) S 70 ...
	fields := strings.Fields(string(stat[strings.LastIndexByte(string(stat), ')')+1:]))
	if len(fields) < 2 {
		return 0
	}
	parent, err := strconv.Atoi(fields[1])
	if err != nil {
		return 0
	}
	return parent
}
