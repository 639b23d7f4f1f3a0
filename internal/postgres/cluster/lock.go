package cluster

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"golang.org/x/sys/unix"

	"github.com/waymark-crm/waymark/internal/fault"
)

// lock is held on a cluster's folder for as long as this process uses it. The
// kernel lets go of it when the process ends, however it ends, so its file may
// stay.
type lock struct {
	file    *os.File
	command string
}

// holder is the text of the lock's file.
type holder struct {
	PID     int    `json:"pid"`
	Command string `json:"command"`
	Socket  string `json:"socket,omitempty"` // folder; set once the server is ready
}

func acquire(path, command string, a account) (*lock, error) {
	if command == "" {
		command = filepath.Base(os.Args[0])
		if len(os.Args) > 1 && !strings.HasPrefix(os.Args[1], "-") {
			command += " " + os.Args[1]
		}
	}
	file, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, fault.Wrap(err, fault.Unavailable, "The data folder "+filepath.Dir(path)+" belongs to another user. Start as that user, or set WAYMARK_DATA to another folder.")
	}
	if err := unix.Flock(int(file.Fd()), unix.LOCK_EX|unix.LOCK_NB); err != nil {
		defer file.Close()
		if !errors.Is(err, unix.EWOULDBLOCK) {
			return nil, fmt.Errorf("cluster: lock %s: %w", path, err)
		}
		who := "another process"
		if h, err := readHolder(file); err == nil {
			who = fmt.Sprintf("process %d (%s)", h.PID, h.Command)
		}
		return nil, fault.Errorf(fault.Conflict, "The data folder %s is in use by %s. Stop that one first, or set WAYMARK_DATA to another folder.", filepath.Dir(path), who)
	}
	l := &lock{file: file, command: command}
	// Root's file would keep the account itself out at its next start.
	if err := errors.Join(a.own(path), l.describe("")); err != nil {
		return nil, errors.Join(err, l.release())
	}
	return l, nil
}

// describe writes who holds the lock and, once it is ready, where the server is.
func (l *lock) describe(socket string) error {
	text, err := json.Marshal(holder{PID: os.Getpid(), Command: l.command, Socket: socket})
	if err != nil {
		return fmt.Errorf("cluster: %w", err)
	}
	// In one write, so that a reader sees the old text or the new one, padded
	// over what was longer.
	const width = 512
	line := append(text, strings.Repeat(" ", max(0, width-len(text)-1))...)
	if _, err := l.file.WriteAt(append(line, '\n'), 0); err != nil {
		return fmt.Errorf("cluster: describe the holder in %s: %w", l.file.Name(), err)
	}
	return nil
}

func (l *lock) release() error {
	if err := l.file.Close(); err != nil {
		return fmt.Errorf("cluster: release %s: %w", l.file.Name(), err)
	}
	return nil
}

func readHolder(file *os.File) (holder, error) {
	var h holder
	text, err := io.ReadAll(io.NewSectionReader(file, 0, 1<<16))
	if err != nil {
		return h, fmt.Errorf("cluster: read %s: %w", file.Name(), err)
	}
	if err := json.Unmarshal(text, &h); err != nil {
		return h, fmt.Errorf("cluster: read %s: %w", file.Name(), err)
	}
	return h, nil
}

// join connects to the server of the process that holds the folder's lock, and
// waits while that is still starting.
func join(ctx context.Context, dir string, held error) (*Cluster, error) {
	ctx, cancel := context.WithTimeout(ctx, startPatience)
	defer cancel()
	file, err := os.Open(filepath.Join(dir, "lock"))
	if err != nil {
		return nil, errors.Join(held, err)
	}
	defer file.Close()
	tick := time.NewTicker(50 * time.Millisecond)
	defer tick.Stop()
	for {
		h, err := readHolder(file)
		if err == nil && h.Socket != "" {
			c := &Cluster{socket: h.Socket}
			conn, connectErr := pgx.Connect(ctx, c.URL())
			if connectErr == nil {
				return c, conn.Close(ctx)
			}
			err = connectErr
		}
		select {
		case <-ctx.Done():
			return nil, errors.Join(held, err)
		case <-tick.C:
		}
	}
}

// socketDir returns a short folder for the socket of the cluster in dir, the same
// at every start: under /run where this user has a place, else under /tmp.
func socketDir(dir string) string {
	sum := sha256.Sum256([]byte(dir))
	name := "waymark-" + hex.EncodeToString(sum[:6])
	places := []string{os.Getenv("XDG_RUNTIME_DIR")}
	if os.Geteuid() == 0 {
		places = []string{"/run"}
	}
	for _, place := range places {
		// The server's own user has to enter it as well, hence no XDG for root.
		if place != "" && len(place) < 60 && unix.Access(place, unix.W_OK|unix.X_OK) == nil {
			return filepath.Join(place, name)
		}
	}
	return filepath.Join("/tmp", fmt.Sprintf("%s-%d", name, os.Geteuid()))
}

func (c *Cluster) url(role, database string) string { return URLAt(c.socket, role, database) }

// URLAt returns how to connect to a database as a role through the socket in a folder.
func URLAt(socket, role, database string) string {
	query := url.Values{"host": {socket}, "user": {role}}
	return "postgres:///" + url.PathEscape(database) + "?" + query.Encode()
}
