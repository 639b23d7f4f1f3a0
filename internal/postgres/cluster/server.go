package cluster

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/exec"
	"runtime"
	"strings"
	"sync"
	"syscall"
	"time"

	"github.com/waymark-crm/waymark/internal/fault"
)

// server is the running PostgreSQL, a child of this process.
type server struct {
	process *os.Process
	log     *serverLog
	done    chan struct{} // closed when it has ended
	ended   error         // how; to be read after done
}

// launch starts the server and returns when it accepts connections.
func launch(ctx context.Context, options Options, data, socket string, a account) (*server, error) {
	read, write, err := os.Pipe()
	if err != nil {
		return nil, fmt.Errorf("cluster: %w", err)
	}
	cmd := exec.Command(options.install.binary("postgres"), "-D", data,
		"-c", "unix_socket_directories="+socket,
		"-c", "unix_socket_permissions=0700",
		"-c", "listen_addresses=",
		"-c", "logging_collector=off",
		"-c", "log_destination=stderr",
		"-c", "lc_messages=C")
	cmd.Dir = data
	cmd.Env = environment()
	cmd.Stderr = write
	cmd.SysProcAttr = &syscall.SysProcAttr{
		Credential: a.credential(),
		Setpgid:    true,           // Ctrl-C is for this process, which ends the server when it has drained
		Pdeathsig:  syscall.SIGINT, // a fast and clean shutdown, when this process is killed
	}
	s := &server{
		log:  &serverLog{logger: options.Logger, ready: make(chan struct{})},
		done: make(chan struct{}),
	}
	started := make(chan error)
	go func() {
		// The kernel takes the death of the thread that made the child for the
		// death of the parent, so this thread lives as long as the child.
		runtime.LockOSThread()
		defer runtime.UnlockOSThread()
		err := cmd.Start()
		s.process = cmd.Process
		started <- err
		if err == nil {
			s.ended = cmd.Wait()
			close(s.done)
		}
	}()
	err = <-started
	if closeErr := write.Close(); err == nil && closeErr != nil {
		err = closeErr
	}
	if err != nil {
		return nil, errors.Join(fmt.Errorf("cluster: start postgres: %w", err), read.Close())
	}
	go s.log.follow(read)

	patience := time.NewTimer(startPatience)
	defer patience.Stop()
	select {
	case <-s.log.ready:
		return s, nil
	case <-s.done:
		return nil, fault.Wrap(fmt.Errorf("cluster: postgres: %w\n%s", s.ended, s.log.last()), fault.Unavailable,
			"The private database does not start; its log says why.")
	case <-ctx.Done():
		err = ctx.Err()
	case <-patience.C:
		err = fault.Errorf(fault.Unavailable, "The private database is not ready after %s; its log says what it is doing.", startPatience)
	}
	return nil, errors.Join(err, s.stop())
}

// stop asks the server to disconnect its clients and shut down, and asks harder
// when that takes too long; then the next start recovers.
func (s *server) stop() error {
	for _, signal := range []syscall.Signal{syscall.SIGINT, syscall.SIGQUIT, syscall.SIGKILL} {
		if err := s.process.Signal(signal); err != nil && !errors.Is(err, os.ErrProcessDone) {
			return fmt.Errorf("cluster: stop postgres: %w", err)
		}
		patience := time.NewTimer(stopPatience)
		select {
		case <-s.done:
			patience.Stop()
			if s.ended != nil {
				return fmt.Errorf("cluster: postgres: %w\n%s", s.ended, s.log.last())
			}
			return nil
		case <-patience.C:
		}
	}
	return errors.New("cluster: postgres does not end")
}

// serverLog passes the server's log on to the program's.
type serverLog struct {
	logger *slog.Logger
	ready  chan struct{} // closed when the server accepts connections

	mu   sync.Mutex
	tail []string
}

const tailLines = 20

func (l *serverLog) follow(from io.ReadCloser) {
	defer from.Close()
	ready := false
	level := slog.LevelDebug
	lines := bufio.NewReaderSize(from, 1<<16)
	for {
		// A line longer than the buffer comes in pieces, which is good enough.
		piece, _, err := lines.ReadLine()
		if err != nil {
			return // the server and its sessions have ended
		}
		line := string(piece)
		l.mu.Lock()
		l.tail = append(l.tail, line)
		if len(l.tail) > tailLines {
			l.tail = l.tail[1:]
		}
		l.mu.Unlock()
		severity, text, _ := strings.Cut(line, ":")
		if found, ok := severities[severity]; ok {
			level = found
			if severity == "LOG" && strings.HasPrefix(strings.TrimSpace(text), "duration:") {
				level = slog.LevelWarn // a slow query
			}
		}
		l.logger.Log(context.Background(), level, "postgres: "+line)
		if !ready && severity == "LOG" && strings.Contains(text, "ready to accept connections") {
			ready = true
			close(l.ready)
		}
	}
}

// severities says how loud the lines are here. An error of a statement is quiet:
// the program has it as well, and most are part of its work, such as a row that
// is there already. FATAL is the end of one session, at every shutdown too. Lines that are not in the table continue the one before.
var severities = map[string]slog.Level{
	"DEBUG": slog.LevelDebug, "INFO": slog.LevelDebug, "LOG": slog.LevelDebug, "NOTICE": slog.LevelDebug,
	"ERROR": slog.LevelDebug, "WARNING": slog.LevelWarn, "FATAL": slog.LevelDebug, "PANIC": slog.LevelError,
}

func (l *serverLog) last() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return strings.Join(l.tail, "\n")
}
