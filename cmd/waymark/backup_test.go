package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// TestABackupRestores runs the commands on a private database, as their user does.
func TestABackupRestores(t *testing.T) {
	t.Parallel()
	// A folder that the database's user may reach when the test runs as root.
	data, err := os.MkdirTemp("", "waymark-backup-*")
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, os.RemoveAll(data)) })
	require.NoError(t, os.Chmod(data, 0o755))
	call := func(args ...string) (out, errOut string, code int) {
		var o, e strings.Builder
		code = run(t.Context(), append(args, "--data", data), &o, &e)
		return o.String(), e.String(), code
	}
	must := func(args ...string) string {
		t.Helper()
		out, errOut, code := call(args...)
		require.Zero(t, code, errOut)
		return out
	}
	file := filepath.Join(t.TempDir(), "waymark.backup")

	must("user", "org", "add", "kept", "--name", "Kept Ltd")
	must("backup", "save", file)
	must("user", "org", "add", "later", "--name", "Later Ltd")
	require.Contains(t, must("user", "list"), "later ")

	broken := filepath.Join(t.TempDir(), "broken.backup")
	whole, err := os.ReadFile(file)
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(broken, whole[:len(whole)/2], 0o600))
	for name, args := range map[string][]string{
		"a file that exists": {"backup", "save", file},
		"a missing file":     {"backup", "restore", file + ".not"},
		"a file cut short":   {"backup", "restore", broken},
	} {
		_, errOut, code := call(args...)
		require.Equal(t, 1, code, name)
		require.NotEmpty(t, errOut, name)
	}
	require.Contains(t, must("user", "list"), "later ", "what failed has changed nothing")

	require.Contains(t, must("backup", "restore", file), "Restored")
	list := must("user", "list")
	require.Contains(t, list, "kept ")
	require.NotContains(t, list, "later ")
	must("user", "org", "add", "after", "--name", "After Ltd") // the owner's rights are there again
}
