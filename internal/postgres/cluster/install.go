package cluster

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/waymark-crm/waymark/internal/fault"
)

// install is a PostgreSQL of this machine.
type install struct {
	major int
	bin   string // folder of initdb and postgres
}

func (i *install) binary(name string) string { return filepath.Join(i.bin, name) }

// Where distributions keep the server's binaries; * stands for the major version.
var places = []string{
	"/usr/lib/postgresql/*/bin", // Debian, Ubuntu
	"/usr/pgsql-*/bin",          // Fedora, Red Hat
}

const oldestMajor = 14

// find returns the PostgreSQL to run: of the wanted major version, or for 0 the
// newest that has PostGIS. WAYMARK_POSTGRES_BIN names a folder of binaries that
// is preferred to all others.
func find(wanted int) (*install, error) {
	if preferred := os.Getenv("WAYMARK_POSTGRES_BIN"); preferred != "" {
		return choose(wanted, []string{preferred})
	}
	var folders []string
	if path, err := exec.LookPath("postgres"); err == nil {
		if path, err = filepath.EvalSymlinks(path); err == nil {
			folders = append(folders, filepath.Dir(path))
		}
	}
	for _, place := range places {
		matches, err := filepath.Glob(place)
		if err != nil {
			return nil, fmt.Errorf("cluster: %w", err)
		}
		folders = append(folders, matches...)
	}
	return choose(wanted, folders)
}

// choose returns the best installation among folders of binaries.
func choose(wanted int, folders []string) (*install, error) {
	var found []install
	for _, folder := range folders {
		major := majorOfBinary(folder)
		if major == 0 || slices.Contains(found, install{major, folder}) {
			continue
		}
		found = append(found, install{major, folder})
	}
	slices.SortStableFunc(found, func(a, b install) int { return b.major - a.major })

	if len(found) == 0 {
		return nil, fault.New(fault.Unavailable, "PostgreSQL is not installed here. On Debian or Ubuntu: apt install postgresql-15 postgresql-15-postgis-3 (or the version of your release). Or set DATABASE_URL to a PostgreSQL server with PostGIS.")
	}
	if wanted != 0 {
		i := slices.IndexFunc(found, func(i install) bool { return i.major == wanted })
		if i < 0 {
			return nil, fault.Errorf(fault.Unavailable, "The data folder was made by PostgreSQL %d, and here is only PostgreSQL %d. Install the former (on Debian: apt install postgresql-%d postgresql-%d-postgis-3), or restore a backup into a new folder.", wanted, found[0].major, wanted, wanted)
		}
		found = found[i : i+1]
	}
	newest := found[0].major
	found = slices.DeleteFunc(found, func(i install) bool { return i.major < oldestMajor })
	if len(found) == 0 {
		return nil, fault.Errorf(fault.Unavailable, "PostgreSQL %d is too old: version %d or newer is needed.", newest, oldestMajor)
	}
	for _, i := range found {
		if i.hasPostGIS() {
			return &i, nil
		}
	}
	return nil, fault.Errorf(fault.Unavailable, "PostgreSQL %d is installed here without PostGIS. On Debian or Ubuntu: apt install postgresql-%d-postgis-3", found[0].major, found[0].major)
}

// majorOfBinary asks the server's binary in a folder for its version; 0 when
// there is none that runs.
func majorOfBinary(folder string) int {
	if _, err := os.Stat(filepath.Join(folder, "initdb")); err != nil {
		return 0
	}
	out, err := exec.Command(filepath.Join(folder, "postgres"), "--version").Output()
	if err != nil {
		return 0
	}
	// postgres (PostgreSQL) 15.9 (Debian 15.9-0+deb12u1)
	_, version, _ := strings.Cut(string(out), "(PostgreSQL) ")
	digits := strings.IndexFunc(version, func(r rune) bool { return r < '0' || r > '9' })
	if digits < 0 {
		return 0
	}
	major, err := strconv.Atoi(version[:digits])
	if err != nil {
		return 0
	}
	return major
}

// hasPostGIS looks where the installation keeps its extensions.
func (i *install) hasPostGIS() bool {
	shares := []string{
		filepath.Join(i.bin, "../share/extension"),
		filepath.Join(i.bin, "../share/postgresql/extension"),
		filepath.Join(i.bin, "../../../../share/postgresql", strconv.Itoa(i.major), "extension"), // Debian
	}
	if out, err := exec.Command(i.binary("pg_config"), "--sharedir").Output(); err == nil {
		shares = append(shares, filepath.Join(strings.TrimSpace(string(out)), "extension"))
	}
	for _, share := range shares {
		if _, err := os.Stat(filepath.Join(share, "postgis.control")); err == nil {
			return true
		}
	}
	return false
}

// hasLibrary looks where the installation keeps what the server can load.
func (i *install) hasLibrary(name string) bool {
	folders := []string{filepath.Join(i.bin, "../lib")}
	if out, err := exec.Command(i.binary("pg_config"), "--pkglibdir").Output(); err == nil {
		folders = append(folders, strings.TrimSpace(string(out)))
	}
	return slices.ContainsFunc(folders, func(folder string) bool {
		_, err := os.Stat(filepath.Join(folder, name+".so"))
		return err == nil
	})
}

// majorOf returns the major version that made the data folder; 0 for none yet.
func majorOf(data string) int {
	text, err := os.ReadFile(filepath.Join(data, "PG_VERSION"))
	if err != nil {
		return 0 // what is wrong with the folder is said where it is used
	}
	major, err := strconv.Atoi(strings.TrimSpace(string(text)))
	if err != nil {
		return 0
	}
	return major
}
