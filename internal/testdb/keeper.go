package testdb

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"time"

	"golang.org/x/sys/unix"

	"github.com/waymark-crm/waymark/internal/postgres/cluster"
)

// The keeper is the process that holds the server for all packages of one `go
// test`. It is the test's own binary, started again with an environment variable
// that init looks for.
//
// Everything rests on locks that the kernel releases when a process ends, however
// it ends. In the folder of the run (named after the go command's process) lie
//
//	users   shared by every test process, until it ends
//	gate    held while one of them looks for the keeper or starts it
//	keeper  held by the keeper
//
// The keeper waits for the end of the go command, then for users to be free, and
// then stops the server, removes the folder and ends. A keeper that is killed
// takes the server with it, as package cluster promises.

const keeperVariable = "WAYMARK_TEST_KEEPER" // folder of the run, and the go command's process

func init() {
	if run, anchor, ok := strings.Cut(os.Getenv(keeperVariable), ":"); ok {
		if err := keep(run, anchor); err != nil {
			slog.Error("keeper", "error", err)
			os.Exit(1)
		}
		os.Exit(0)
	}
}

// useKeeper returns the socket's folder of the run's server, which it starts when
// this is the first test that asks.
func useKeeper() (string, error) {
	anchor, born := anchorProcess()
	run := filepath.Join("/tmp", fmt.Sprintf("waymark-test-%d-%d-%s", os.Geteuid(), anchor, born))
	if err := join(run); err != nil {
		return "", err
	}
	gate, err := lockFile(filepath.Join(run, "gate"), unix.LOCK_EX)
	if err != nil {
		return "", err
	}
	defer gate.Close()
	kept, err := lockFile(filepath.Join(run, "keeper"), unix.LOCK_EX|unix.LOCK_NB)
	switch {
	case errors.Is(err, unix.EWOULDBLOCK): // it runs
		text, err := os.ReadFile(filepath.Join(run, "socket"))
		if err != nil {
			return "", fmt.Errorf("testdb: the keeper has not come up; see %s: %w", filepath.Join(run, "log"), err)
		}
		return string(text), nil
	case err != nil:
		return "", err
	}
	if err := kept.Close(); err != nil {
		return "", fmt.Errorf("testdb: %w", err)
	}
	return startKeeper(run, anchor)
}

// held are the locks that last as long as the process. A file that nothing refers
// to would be closed by the garbage collector, and its lock released.
var held []*os.File

func join(run string) error {
	for {
		if err := os.Mkdir(run, 0o711); err != nil && !errors.Is(err, fs.ErrExist) {
			return fmt.Errorf("testdb: %w", err)
		}
		path := filepath.Join(run, "users")
		file, err := lockFile(path, unix.LOCK_SH)
		if errors.Is(err, fs.ErrNotExist) {
			continue // an ending keeper has removed the folder
		}
		if err != nil {
			return err
		}
		mine, err := file.Stat()
		if err != nil {
			return fmt.Errorf("testdb: %w", err)
		}
		if now, err := os.Stat(path); err != nil || !os.SameFile(mine, now) {
			if err := file.Close(); err != nil {
				return fmt.Errorf("testdb: %w", err)
			}
			continue // the same, while we waited for the lock
		}
		held = append(held, file)
		return nil
	}
}

// lockFile opens, makes and locks a file. It waits unless told not to by LOCK_NB.
func lockFile(path string, how int) (*os.File, error) {
	file, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, fmt.Errorf("testdb: %w", err)
	}
	for {
		err = unix.Flock(int(file.Fd()), how)
		if !errors.Is(err, unix.EINTR) {
			break
		}
	}
	if err != nil {
		return nil, errors.Join(fmt.Errorf("testdb: lock %s: %w", path, err), file.Close())
	}
	return file, nil
}

// anchorProcess returns the process that the server lives as long as: the go
// command that runs this test, or this test itself when another program runs it.
// With it comes the time of its birth, which tells it from a later process with
// the same number.
func anchorProcess() (pid int, born string) {
	pid = os.Getppid()
	if comm, err := os.ReadFile(fmt.Sprintf("/proc/%d/comm", pid)); err != nil || strings.TrimSpace(string(comm)) != "go" {
		pid = os.Getpid()
	}
	stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return pid, "0"
	}
	// Field 22 is the start time; the name in field 2 may hold anything.
	fields := strings.Fields(string(stat[strings.LastIndexByte(string(stat), ')')+1:]))
	if len(fields) < 20 {
		return pid, "0"
	}
	return pid, fields[19]
}

type answer struct {
	Socket string
	Error  string
}

func startKeeper(run string, anchor int) (string, error) {
	read, write, err := os.Pipe()
	if err != nil {
		return "", fmt.Errorf("testdb: %w", err)
	}
	defer read.Close()
	log, err := os.OpenFile(filepath.Join(run, "log"), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return "", errors.Join(fmt.Errorf("testdb: %w", err), write.Close())
	}
	defer log.Close()
	exe, err := os.Executable()
	if err != nil {
		return "", errors.Join(fmt.Errorf("testdb: %w", err), write.Close())
	}
	cmd := exec.Command(exe)
	cmd.Dir = run
	cmd.Env = append(os.Environ(), fmt.Sprintf("%s=%s:%d", keeperVariable, run, anchor))
	// Not the test's own output, for whose end the go command waits.
	cmd.Stdout, cmd.Stderr = log, log
	cmd.ExtraFiles = []*os.File{write}
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true}
	err = cmd.Start()
	if closeErr := write.Close(); err == nil {
		err = closeErr
	}
	if err != nil {
		return "", fmt.Errorf("testdb: start the keeper: %w", err)
	}
	text, err := io.ReadAll(read)
	if err != nil {
		return "", fmt.Errorf("testdb: %w", err)
	}
	var a answer
	if err := json.Unmarshal(text, &a); err != nil {
		return "", fmt.Errorf("testdb: the keeper ended early; see %s", log.Name())
	}
	if a.Error != "" {
		return "", errors.New(a.Error)
	}
	return a.Socket, cmd.Process.Release()
}

// keep is the keeper's main function.
func keep(run, anchor string) error {
	ready := os.NewFile(3, "ready")
	syscall.CloseOnExec(3)
	ctx, cancel := signal.NotifyContext(context.Background(), syscall.SIGTERM, syscall.SIGINT)
	defer cancel()
	c, err := up(ctx, run)
	a := answer{}
	if err != nil {
		a.Error = err.Error()
	} else {
		a.Socket = c.Socket()
		err = os.WriteFile(filepath.Join(run, "socket"), []byte(a.Socket), 0o600)
	}
	text, jsonErr := json.Marshal(a)
	_, writeErr := ready.Write(text)
	if err := errors.Join(err, jsonErr, writeErr, ready.Close()); err != nil {
		if c != nil {
			err = errors.Join(err, c.Stop())
		}
		return err
	}
	over := make(chan error, 1)
	go func() {
		err := waitFor(anchor)
		if err == nil {
			var users *os.File
			users, err = lockFile(filepath.Join(run, "users"), unix.LOCK_EX)
			held = append(held, users)
		}
		over <- err
	}()
	select {
	case err = <-over:
	case <-ctx.Done():
	case <-c.Done():
		err = errors.New("testdb: the server has ended by itself")
	}
	return errors.Join(err, c.Stop(), os.RemoveAll(run))
}

// waitFor returns when the process has ended.
func waitFor(pid string) error {
	n, err := strconv.Atoi(pid)
	if err != nil {
		return fmt.Errorf("testdb: %w", err)
	}
	fd, err := unix.PidfdOpen(n, 0)
	if errors.Is(err, unix.ESRCH) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("testdb: %w", err)
	}
	defer unix.Close(fd)
	for {
		_, err := unix.Poll([]unix.PollFd{{Fd: int32(fd), Events: unix.POLLIN}}, -1)
		if errors.Is(err, unix.EINTR) {
			continue
		}
		return err
	}
}

// up takes the keeper's lock and starts the server from the cached files, which
// it makes when the schema is new.
func up(ctx context.Context, run string) (*cluster.Cluster, error) {
	mine, err := lockFile(filepath.Join(run, "keeper"), unix.LOCK_EX|unix.LOCK_NB)
	if err != nil {
		return nil, err
	}
	held = append(held, mine)
	if err := removeAbandoned(run); err != nil {
		return nil, err
	}
	dir := filepath.Join(run, "postgres")
	options := cluster.Options{Dir: dir, Throwaway: true, Command: "go test"}
	key, err := fingerprint()
	if err != nil {
		return nil, err
	}
	cacheDir, err := os.UserCacheDir()
	if err != nil {
		cacheDir = filepath.Join("/tmp", fmt.Sprintf("waymark-cache-%d", os.Geteuid()))
	}
	cache := filepath.Join(cacheDir, "waymark", "testdb", key)
	if err := copyFiles(cache, dir); err == nil {
		if c, err := cluster.Start(ctx, options); err == nil {
			return c, nil
		}
		// Files of another PostgreSQL, or spoilt: make them anew.
		slog.Warn("the cached database does not start", "folder", cache, "error", err)
	}
	if err := os.RemoveAll(dir); err != nil {
		return nil, fmt.Errorf("testdb: %w", err)
	}
	c, err := cluster.Start(ctx, options)
	if err != nil {
		return nil, err
	}
	url := func(role, database string) string { return cluster.URLAt(c.Socket(), role, database) }
	if err := errors.Join(makeTemplate(ctx, url, templateDatabase), c.Stop()); err != nil {
		return nil, err
	}
	if err := fillCache(dir, cache); err != nil {
		slog.Warn("the migrated database is not cached", "error", err)
	}
	return cluster.Start(ctx, options)
}

func copyFiles(from, to string) error {
	if _, err := os.Stat(from); err != nil {
		return err
	}
	if out, err := exec.Command("cp", "-a", "--reflink=auto", from, to).CombinedOutput(); err != nil {
		return fmt.Errorf("testdb: copy %s: %w: %s", from, err, out)
	}
	return nil
}

const cacheSize = 3 // schemas; people switch between branches

func fillCache(dir, cache string) error {
	parent := filepath.Dir(cache)
	if err := os.MkdirAll(parent, 0o700); err != nil {
		return err
	}
	building, err := os.MkdirTemp(parent, "new-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(building)
	if err := copyFiles(dir, filepath.Join(building, "files")); err != nil {
		return err
	}
	if err := os.RemoveAll(cache); err != nil {
		return err
	}
	if err := os.Rename(filepath.Join(building, "files"), cache); err != nil && !errors.Is(err, fs.ErrExist) {
		return err
	}
	now := time.Now()
	if err := os.Chtimes(cache, now, now); err != nil {
		return err
	}
	entries, err := os.ReadDir(parent)
	if err != nil {
		return err
	}
	age := func(e os.DirEntry) time.Time {
		info, err := e.Info()
		if err != nil {
			return now // another process is removing it
		}
		return info.ModTime()
	}
	slices.SortFunc(entries, func(a, b os.DirEntry) int { return age(b).Compare(age(a)) })
	for i, e := range entries {
		if i >= cacheSize && now.Sub(age(e)) > time.Hour {
			if err := os.RemoveAll(filepath.Join(parent, e.Name())); err != nil {
				return err
			}
		}
	}
	return nil
}

// removeAbandoned removes the folders of runs whose keeper was killed.
func removeAbandoned(mine string) error {
	runs, err := filepath.Glob(fmt.Sprintf("/tmp/waymark-test-%d-*", os.Geteuid()))
	if err != nil {
		return fmt.Errorf("testdb: %w", err)
	}
	for _, run := range runs {
		info, err := os.Stat(run)
		if err != nil || run == mine || time.Since(info.ModTime()) < time.Minute {
			continue
		}
		lock, err := lockFile(filepath.Join(run, "users"), unix.LOCK_EX|unix.LOCK_NB)
		if err != nil {
			continue // in use, or being removed
		}
		kept, err := lockFile(filepath.Join(run, "keeper"), unix.LOCK_EX|unix.LOCK_NB)
		if err == nil {
			err = errors.Join(os.RemoveAll(run), kept.Close())
		}
		if closeErr := lock.Close(); closeErr != nil && err == nil {
			err = closeErr
		}
		if err != nil && !errors.Is(err, unix.EWOULDBLOCK) {
			return fmt.Errorf("testdb: remove %s: %w", run, err)
		}
	}
	return nil
}
