package cluster

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/user"
	"path/filepath"
	"strconv"
	"syscall"

	"golang.org/x/sys/unix"

	"github.com/waymark-crm/waymark/internal/fault"
)

// account is the operating system's user that the server runs as. PostgreSQL
// refuses to run as root, so root lends it another.
type account struct {
	name     string
	uid, gid uint32
	switched bool // differs from this process's user
}

// accountFor returns this process's user; for root the owner of a data folder
// that exists, else the user postgres that the distribution's package makes,
// else nobody.
func accountFor(data string) (account, error) {
	if uid := os.Geteuid(); uid != 0 {
		return account{name: "uid " + strconv.Itoa(uid), uid: uint32(uid), gid: uint32(os.Getegid())}, nil
	}
	if info, err := os.Stat(data); err == nil {
		if stat := info.Sys().(*syscall.Stat_t); stat.Uid != 0 {
			name := "uid " + strconv.Itoa(int(stat.Uid))
			if u, err := user.LookupId(strconv.Itoa(int(stat.Uid))); err == nil {
				name = u.Username
			}
			return account{name: name, uid: stat.Uid, gid: stat.Gid, switched: true}, nil
		}
	}
	for _, name := range []string{"postgres", "nobody"} {
		u, err := user.Lookup(name)
		if err != nil {
			continue
		}
		uid, uidErr := strconv.ParseUint(u.Uid, 10, 32)
		gid, gidErr := strconv.ParseUint(u.Gid, 10, 32)
		if uidErr != nil || gidErr != nil || uid == 0 {
			continue
		}
		return account{name: name, uid: uint32(uid), gid: uint32(gid), switched: true}, nil
	}
	return account{}, fault.New(fault.Unavailable, "PostgreSQL does not run as root, and here is no user postgres to run it as. Make one (useradd --system postgres), or start waymark as another user.")
}

// credential is nil when the process need not change its user.
func (a account) credential() *syscall.Credential {
	if !a.switched {
		return nil
	}
	return &syscall.Credential{Uid: a.uid, Gid: a.gid}
}

// own gives a file to the account.
func (a account) own(path string) error {
	if !a.switched {
		return nil
	}
	if err := os.Chown(path, int(a.uid), int(a.gid)); err != nil {
		return fmt.Errorf("cluster: give %s to %s: %w", path, a.name, err)
	}
	return nil
}

// makeDir makes the cluster's folder, which belongs to the account alone, and
// checks that the account can reach it.
func makeDir(dir string, a account) error {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return fault.Wrap(err, fault.Unavailable, "The data folder "+dir+" cannot be made. Set WAYMARK_DATA to a folder that this user may write to.")
	}
	if err := os.Chmod(dir, 0o700); err != nil {
		return fault.Wrap(err, fault.Unavailable, "The data folder "+dir+" belongs to another user. Start as that user, or set WAYMARK_DATA to another folder.")
	}
	if err := a.own(dir); err != nil {
		return err
	}
	if !a.switched {
		return nil
	}
	for parent := filepath.Dir(dir); ; parent = filepath.Dir(parent) {
		var stat unix.Stat_t
		if err := unix.Stat(parent, &stat); err != nil {
			return fmt.Errorf("cluster: %s: %w", parent, err)
		}
		if !a.mayEnter(stat) {
			return fault.Errorf(fault.Unavailable, "The user %s, as whom PostgreSQL runs, may not enter %s. Set WAYMARK_DATA to a folder that it can reach, such as /var/lib/waymark.", a.name, parent)
		}
		if parent == filepath.Dir(parent) {
			return nil
		}
	}
}

func (a account) mayEnter(stat unix.Stat_t) bool {
	switch {
	case stat.Uid == a.uid:
		return stat.Mode&0o100 != 0
	case stat.Gid == a.gid:
		return stat.Mode&0o010 != 0
	default:
		return stat.Mode&0o001 != 0
	}
}

// makeSocketDir makes the folder of the socket, whose path has to be short: a
// socket's path ends after 107 bytes, and data folders lie deep.
func makeSocketDir(dir string, a account) (string, error) {
	socket := socketDir(dir)
	// Under the lock of the data folder nobody else uses it; what is there is
	// left over from a crash, or not ours.
	info, err := os.Lstat(socket)
	switch {
	case errors.Is(err, fs.ErrNotExist):
	case err != nil:
		return "", fmt.Errorf("cluster: %w", err)
	default:
		stat := info.Sys().(*syscall.Stat_t)
		if !info.IsDir() || stat.Uid != a.uid && int(stat.Uid) != os.Geteuid() {
			return "", fault.Errorf(fault.Unavailable, "%s belongs to someone else. Remove it and start again.", socket)
		}
		if err := os.RemoveAll(socket); err != nil {
			return "", fmt.Errorf("cluster: remove a stale socket: %w", err)
		}
	}
	if err := os.Mkdir(socket, 0o700); err != nil {
		return "", fmt.Errorf("cluster: make the socket's folder: %w", err)
	}
	return socket, a.own(socket)
}
