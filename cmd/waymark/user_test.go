package main

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/waymark-crm/waymark/internal/fault"
	"github.com/waymark-crm/waymark/internal/identity"
	"github.com/waymark-crm/waymark/internal/testdb"
)

// shell runs the program on a database of the test's own.
type shell struct {
	t  *testing.T
	db *testdb.DB
}

func newShell(t *testing.T) shell { return shell{t: t, db: testdb.New(t)} }

// run returns what the command wrote and its exit code.
func (s shell) run(args ...string) (out, errOut string, code int) {
	s.t.Helper()
	var o, e strings.Builder
	args = append(args, "--data", s.t.TempDir(), "--database-url", s.db.URL, "--database-owner-url", s.db.OwnerURL)
	code = run(s.t.Context(), args, &o, &e)
	return o.String(), e.String(), code
}

func (s shell) must(args ...string) string {
	s.t.Helper()
	out, errOut, code := s.run(args...)
	require.Zero(s.t, code, errOut)
	return out
}

func (s shell) fails(args ...string) string {
	s.t.Helper()
	out, errOut, code := s.run(args...)
	require.Equal(s.t, 1, code, out)
	return errOut
}

func (s shell) signIn(email, password string) error {
	_, _, err := identity.New(s.db.DB, identity.Options{}).SignIn(s.t.Context(), identity.Credentials{Email: email, Password: password}, identity.Origin{})
	return err
}

func TestTheFirstUserIsMadeInTheShell(t *testing.T) {
	t.Parallel()
	s := newShell(t)
	require.Contains(t, s.must("user", "list"), "waymark user org add")
	require.Contains(t, s.fails("user", "add", "ada@example.com"), "waymark user org add")
	require.Contains(t, s.must("user", "org", "add", "acme", "--name", "Acme Ltd", "--time-zone", "Europe/Berlin"), "Acme Ltd")
	require.Contains(t, s.must("user"), "(nobody yet)")

	out := s.must("user", "add", "ada@example.com", "--role", "admin")
	password := regexp.MustCompile(`password of ada@example.com is (\S+)`).FindStringSubmatch(out)
	require.NotNil(t, password, out)
	require.NoError(t, s.signIn("ada@example.com", password[1]))
	require.Regexp(t, `acme +ada@example.com +ada +admin +active`, s.must("user", "list", "--org", "acme"))

	file := filepath.Join(t.TempDir(), "password")
	require.NoError(t, os.WriteFile(file, []byte("a password from a file\n"), 0o600))
	out = s.must("user", "reset-password", "ADA@example.com", "--password-file", file)
	require.NotContains(t, out, "a password from a file")
	require.NoError(t, s.signIn("ada@example.com", "a password from a file"))
	require.True(t, fault.Is(s.signIn("ada@example.com", password[1]), fault.Unauthenticated))
}

func TestWhatIsWrongIsSaidAndNothingIsMade(t *testing.T) {
	t.Parallel()
	s := newShell(t)
	s.must("user", "org", "add", "acme")
	s.must("user", "org", "add", "umbrella")
	require.Contains(t, s.fails("user", "org", "add", "acme"), "already")
	require.Contains(t, s.fails("user", "org", "add", "west", "--time-zone", "Mars/Olympus"), "Mars/Olympus")
	require.Contains(t, s.fails("user", "add", "ada@example.com"), "--org")
	require.Contains(t, s.fails("user", "add", "ada@example.com", "--org", "west"), "west")
	require.Contains(t, s.fails("user", "add", "ada", "--org", "acme"), "e-mail")
	require.Contains(t, s.fails("user", "add", "ada@example.com", "--org", "acme", "--team", "Coast"), "Coast")
	require.Contains(t, s.fails("user", "add", "ada@example.com", "--org", "acme", "--password-file", "/nowhere"), "/nowhere")
	require.Contains(t, s.fails("user", "reset-password", "ada@example.com"), "Nobody")
	_, errOut, code := s.run("user", "add", "ada@example.com", "--role", "king")
	require.Equal(t, 2, code)
	require.Contains(t, errOut, "king")
	require.Equal(t, 2, strings.Count(s.must("user", "list"), "(nobody yet)"))
}

func TestTheOpenAPIFileIsCheckedAgainstTheCode(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "openapi.json")
	command := func(args ...string) (string, int) {
		var out, errOut strings.Builder
		code := run(t.Context(), append([]string{"openapi", "--data", t.TempDir(), "--out", file}, args...), &out, &errOut)
		return errOut.String(), code
	}
	_, code := command()
	require.Zero(t, code)
	_, code = command("--check")
	require.Zero(t, code)
	text, err := os.ReadFile(file)
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(file, []byte(strings.Replace(string(text), "signIn", "logIn", 1)), 0o600))
	errOut, code := command("--check")
	require.Equal(t, 1, code)
	require.Contains(t, errOut, "stale")
}
