package cluster

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/waymark-crm/waymark/internal/fault"
)

// fake makes an installation that says that it is of the version, as Debian lays
// it out: root/lib/postgresql/15/bin, root/share/postgresql/15/extension.
func fake(t *testing.T, root string, major int, postgis bool) {
	t.Helper()
	bin := filepath.Join(root, "lib/postgresql", fmt.Sprint(major), "bin")
	require.NoError(t, os.MkdirAll(bin, 0o755))
	script := fmt.Sprintf("#!/bin/sh\necho 'postgres (PostgreSQL) %d.4 (Debian %d.4-1)'\n", major, major)
	for _, name := range []string{"postgres", "initdb"} {
		require.NoError(t, os.WriteFile(filepath.Join(bin, name), []byte(script), 0o755))
	}
	if postgis {
		extension := filepath.Join(root, "share/postgresql", fmt.Sprint(major), "extension")
		require.NoError(t, os.MkdirAll(extension, 0o755))
		require.NoError(t, os.WriteFile(filepath.Join(extension, "postgis.control"), nil, 0o644))
	}
}

// look searches the root only.
func look(root string, wanted int) (*install, error) {
	folders, err := filepath.Glob(filepath.Join(root, "lib/postgresql/*/bin"))
	if err != nil {
		return nil, err
	}
	return choose(wanted, folders)
}

func TestTheNewestPostgreSQLWithPostGISIsTaken(t *testing.T) {
	t.Parallel()
	root := t.TempDir()
	fake(t, root, 15, true)
	fake(t, root, 16, true)
	fake(t, root, 17, false)
	i, err := look(root, 0)
	require.NoError(t, err)
	require.Equal(t, 16, i.major)
}

func TestADataFolderIsServedByTheVersionThatMadeIt(t *testing.T) {
	t.Parallel()
	root := t.TempDir()
	fake(t, root, 15, true)
	fake(t, root, 17, true)
	i, err := look(root, 15)
	require.NoError(t, err)
	require.Equal(t, 15, i.major)

	_, err = look(root, 16)
	require.Equal(t, fault.Unavailable, fault.CodeOf(err))
	require.Contains(t, fault.Message(err), "apt install postgresql-16 postgresql-16-postgis-3")
}

func TestWhatIsMissingIsNamedWithTheCommandThatInstallsIt(t *testing.T) {
	t.Parallel()
	root := t.TempDir()
	_, err := look(root, 0)
	require.Contains(t, fault.Message(err), "apt install postgresql-15 postgresql-15-postgis-3")

	fake(t, root, 15, false)
	_, err = look(root, 0)
	require.Contains(t, fault.Message(err), "apt install postgresql-15-postgis-3")

	old := t.TempDir()
	fake(t, old, 11, true)
	_, err = look(old, 0)
	require.Contains(t, fault.Message(err), "too old")
	require.Equal(t, fault.Unavailable, fault.CodeOf(err))
}

func TestSettingsFitTheMachine(t *testing.T) {
	t.Parallel()
	const gib = 1 << 30
	small := settings(gib/2, 64*mib, false)
	require.Contains(t, small, "shared_buffers = 64MB\n")
	require.Contains(t, small, "dynamic_shared_memory_type = 'mmap'\n")
	require.NotContains(t, small, "fsync")
	large := settings(64*gib, 32*gib, false)
	require.Contains(t, large, "shared_buffers = 8192MB\n")
	require.Contains(t, large, "work_mem = 64MB\n")
	require.NotContains(t, large, "mmap")
	require.Contains(t, settings(gib, gib, true), "fsync = off\n")
}

func TestWhatWasInMemoryIsLoadedAgainWhereTheServerCan(t *testing.T) {
	t.Parallel()
	root := t.TempDir()
	fake(t, root, 15, true)
	i, err := look(root, 15)
	require.NoError(t, err)
	written := func(o Options) string {
		data := t.TempDir()
		o.install = i
		require.NoError(t, writeSettings(data, o, account{}))
		text, err := os.ReadFile(filepath.Join(data, ownSettings))
		require.NoError(t, err)
		return string(text)
	}
	require.NotContains(t, written(Options{}), "pg_prewarm") // a library that is not there keeps the server from starting
	lib := filepath.Join(i.bin, "../lib")
	require.NoError(t, os.Mkdir(lib, 0o755))
	require.NoError(t, os.WriteFile(filepath.Join(lib, "pg_prewarm.so"), nil, 0o644))
	require.Contains(t, written(Options{}), "shared_preload_libraries = 'pg_prewarm'\n")
	require.NotContains(t, written(Options{Throwaway: true}), "pg_prewarm")
}

func TestTheSocketsPathIsShort(t *testing.T) {
	t.Parallel()
	deep := "/" + strings.Repeat("a-very-long-folder-name/", 40) + "postgres"
	require.Less(t, len(filepath.Join(socketDir(deep), ".s.PGSQL.5432")), 100)
	require.Equal(t, socketDir(deep), socketDir(deep))
	require.NotEqual(t, socketDir(deep), socketDir(deep+"2"))
}
