package main

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestAFileIsImportedOnTheCommandLine(t *testing.T) {
	t.Parallel()
	s := newShell(t)
	s.must("user", "org", "add", "north", "--name", "North Ltd")
	folder := t.TempDir()
	file, findings := filepath.Join(folder, "kunden.csv"), filepath.Join(folder, "findings.csv")
	require.NoError(t, os.WriteFile(file, []byte("Kdnr;Firma;Bezirk;E-Mail\n1;Müller GmbH;Ost;info@mueller.example\n2;Maier AG;West;broken\n"), 0o600))

	dry := s.must("import", file, "--org", "north", "--dry-run", "--findings", findings, "--mapping", "Bezirk=category")
	require.Contains(t, dry, "Bezirk → category\n")
	require.Contains(t, dry, "2 rows: 1 new, 0 updates, 0 further rows of accounts, 1 with errors")
	require.Contains(t, dry, "bad_email: 1")
	rows, err := os.ReadFile(findings)
	require.NoError(t, err)
	require.Contains(t, string(rows), "Maier AG")

	done := s.must("import", file, "--org", "north", "--lenient", "--mapping", "bezirk=category;Firma=name")
	require.Contains(t, done, "2 accounts made, 0 changed")
	again := s.must("import", file, "--org", "north", "--lenient")
	require.Contains(t, again, "Bezirk → category\n", "the mapping is remembered")
	require.Contains(t, again, "0 accounts made, 0 changed, 2 as they were")

	for name, args := range map[string][]string{
		"no such organisation": {"import", file, "--org", "south"},
		"no such file":         {"import", file + ".not", "--org", "north"},
		"no such column":       {"import", file, "--org", "north", "--mapping", "Gebiet=category"},
		"no such field":        {"import", file, "--org", "north", "--mapping", "Bezirk=smell"},
		"no name":              {"import", file, "--org", "north", "--mapping", "Firma=;Kdnr="},
	} {
		_, errOut, code := s.run(args...)
		require.Equal(t, 1, code, "%s: %s", name, errOut)
		require.Regexp(t, `waymark: .+\.`, errOut, name)
	}
	_, _, code := s.run("import", file)
	require.Equal(t, 2, code, "an organisation must be named")
}
