// Package cluster runs a PostgreSQL of the program's own, with PostGIS, from the
// distribution's binaries, so that nothing else has to be set up:
//
//	c, err := cluster.Start(ctx, cluster.Options{Dir: "/var/lib/waymark/postgres"})
//	defer c.Stop()
//	db, err := postgres.Open(ctx, c.URL(), postgres.Options{OwnerURL: c.OwnerURL()})
//
// The server listens on a unix socket in a folder that only its user may enter,
// and on no network. It is a child of this process and goes down with it, even
// when this process is killed: the kernel then asks it to stop, and a start that
// comes before it has stopped waits for it.
//
// A data folder belongs to one process at a time, which a lock on a file in it
// ensures; the lock's text names the holder. [Use] starts the cluster or, when
// another process of the same program runs it, joins that one.
//
// What is left behind by a crash is stopped and started anew rather than adopted:
// an adopted server would be nobody's child, would keep settings of another
// version of the program, and nobody would read its log.
package cluster

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"sync"
	"time"

	"github.com/waymark-crm/waymark/internal/fault"
)

// Names within the cluster.
const (
	Database  = "waymark"
	OwnerRole = "waymark_owner" // owns the schema and migrates it
	AppRole   = "waymark_app"   // owns nothing; the server connects as it
	SuperRole = "postgres"      // makes roles, the database and the extensions
)

// Options of [Start].
type Options struct {
	// Dir is the cluster's folder; it is made when missing. Required.
	Dir string
	// Logger takes the server's log; nil means slog's default.
	Logger *slog.Logger
	// Throwaway trades safety for speed: after a crash of the machine the data
	// may be lost. For tests.
	Throwaway bool
	// Command says in the lock what this process does, for the message that a
	// second one gets; empty means the program's name and first argument.
	Command string

	install *install // found when nil
}

// Cluster is a running server, or one of another process that was joined.
type Cluster struct {
	options Options
	socket  string // folder
	lock    *lock  // nil when joined
	server  *server
	account account

	stop    sync.Once
	stopErr error
}

// Start makes the cluster at the first time, starts it and returns when it
// accepts connections and has its database, roles and extensions.
//
// It fails with [fault.Unavailable] when PostgreSQL or PostGIS is not installed
// or the folder cannot be used, and with [fault.Conflict] when another process
// holds the folder.
func Start(ctx context.Context, options Options) (*Cluster, error) {
	if options.Logger == nil {
		options.Logger = slog.Default()
	}
	dir, err := filepath.Abs(options.Dir)
	if err != nil {
		return nil, fmt.Errorf("cluster: %w", err)
	}
	options.Dir = dir
	data := filepath.Join(dir, "data")

	// What is missing is said before anything is made.
	if options.install == nil {
		if options.install, err = find(majorOf(data)); err != nil {
			return nil, err
		}
	}
	account, err := accountFor(data)
	if err != nil {
		return nil, err
	}
	if err := makeDir(dir, account); err != nil {
		return nil, err
	}
	held, err := acquire(filepath.Join(dir, "lock"), options.Command, account)
	if err != nil {
		return nil, err
	}
	c := &Cluster{options: options, lock: held, account: account}
	if err := c.start(ctx, data); err != nil {
		return nil, errors.Join(err, c.Stop())
	}
	return c, nil
}

func (c *Cluster) start(ctx context.Context, data string) error {
	if err := stopOrphans(ctx, data, c.options.Logger); err != nil {
		return err
	}
	fresh, err := initialise(ctx, c.options, data, c.account)
	if err != nil {
		return err
	}
	if c.socket, err = makeSocketDir(c.options.Dir, c.account); err != nil {
		return err
	}
	if err := writeSettings(data, c.options, c.account); err != nil {
		return err
	}
	if c.server, err = launch(ctx, c.options, data, c.socket, c.account); err != nil {
		return err
	}
	if err := prepare(ctx, c.url(SuperRole, "postgres"), c.url(SuperRole, Database)); err != nil {
		return err
	}
	if err := c.lock.describe(c.socket); err != nil {
		return err
	}
	c.options.Logger.Debug("private database is ready", "folder", c.options.Dir, "socket", c.socket, "made", fresh)
	return nil
}

// Use is [Start], or, when another process of this program runs the cluster in
// the folder, a connection to that one; Stop then leaves it alone. For commands
// that work beside a running server.
func Use(ctx context.Context, options Options) (*Cluster, error) {
	c, err := Start(ctx, options)
	if !fault.Is(err, fault.Conflict) {
		return c, err
	}
	dir, absErr := filepath.Abs(options.Dir)
	if absErr != nil {
		return nil, fmt.Errorf("cluster: %w", absErr)
	}
	return join(ctx, dir, err)
}

// URL returns how to connect as the role that owns nothing, as the server does.
func (c *Cluster) URL() string { return c.url(AppRole, Database) }

// OwnerURL returns how to connect as the role that owns the schema.
func (c *Cluster) OwnerURL() string { return c.url(OwnerRole, Database) }

// SuperURL returns how to connect to a database of the cluster as its superuser:
// for backup and for tests.
func (c *Cluster) SuperURL(database string) string { return c.url(SuperRole, database) }

// Socket returns the folder of the server's socket.
func (c *Cluster) Socket() string { return c.socket }

// Joined reports whether the server belongs to another process.
func (c *Cluster) Joined() bool { return c.server == nil }

// Done is closed when the server has ended, by [Cluster.Stop] or by itself. It is
// nil, and so never closed, for a joined cluster.
func (c *Cluster) Done() <-chan struct{} {
	if c.server == nil {
		return nil
	}
	return c.server.done
}

// Stop ends the server: open transactions are rolled back, the log is written
// out, the folder is free. Calling it again returns the same result.
func (c *Cluster) Stop() error {
	c.stop.Do(func() {
		if c.server != nil {
			c.stopErr = c.server.stop()
		}
		if c.lock == nil {
			return
		}
		if c.socket != "" {
			if err := os.RemoveAll(c.socket); err != nil {
				c.stopErr = errors.Join(c.stopErr, fmt.Errorf("cluster: remove the socket's folder: %w", err))
			}
		}
		c.stopErr = errors.Join(c.stopErr, c.lock.release())
	})
	return c.stopErr
}

// How long a server may take to do what it was asked, before it is asked harder.
const (
	startPatience = 5 * time.Minute // recovery reads the log since the last checkpoint
	stopPatience  = 30 * time.Second
)
