package testdb

import (
	"bufio"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/stretchr/testify/require"
	"golang.org/x/sys/unix"
)

// With this variable the test's binary is another program of tests, which uses a
// server and then waits until its input ends.
const childVariable = "WAYMARK_TESTDB_CHILD"

func TestMain(m *testing.M) {
	if os.Getenv(childVariable) == "" {
		os.Exit(m.Run())
	}
	socket, err := useKeeper()
	if err != nil {
		fmt.Println("failed:", err)
		os.Exit(1)
	}
	anchor, born := anchorProcess()
	fmt.Printf("%s /tmp/waymark-test-%d-%d-%s\n", socket, os.Geteuid(), anchor, born)
	_, _ = io.Copy(io.Discard, os.Stdin) // until the other end is closed, however
}

// child runs such a program and returns the socket of its server and its folder.
func child(t *testing.T) (cmd *exec.Cmd, input io.Closer, socket, run string) {
	t.Helper()
	cmd = exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), childVariable+"=1")
	cmd.Stderr = os.Stderr
	input, err := cmd.StdinPipe()
	require.NoError(t, err)
	out, err := cmd.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, cmd.Start())
	line, err := bufio.NewReader(out).ReadString('\n')
	require.NoError(t, err)
	socket, run, ok := strings.Cut(strings.TrimSpace(line), " ")
	require.True(t, ok, line)
	require.FileExists(t, filepath.Join(socket, ".s.PGSQL.5432.lock"))
	return cmd, input, socket, run
}

// requireGone waits for the keeper's end, which frees its lock, and checks that it
// took everything with it.
func requireGone(t *testing.T, keeper *os.File, socket, run string) {
	t.Helper()
	require.NoError(t, unix.Flock(int(keeper.Fd()), unix.LOCK_EX))
	require.NoDirExists(t, socket)
	require.NoDirExists(t, run)
	lines, err := filepath.Glob("/proc/[0-9]*/cmdline")
	require.NoError(t, err)
	for _, line := range lines {
		text, err := os.ReadFile(line)
		if err == nil { // it has ended in the meantime
			require.NotContains(t, string(text), run)
		}
	}
}

func TestTheServerGoesWithTheTestsThatUsedIt(t *testing.T) {
	t.Parallel()
	cmd, input, socket, run := child(t)
	keeper, err := os.Open(filepath.Join(run, "keeper"))
	require.NoError(t, err)
	defer keeper.Close()
	require.NoError(t, input.Close())
	require.NoError(t, cmd.Wait())
	requireGone(t, keeper, socket, run)
}

func TestTheServerGoesWhenTheTestsAreKilled(t *testing.T) {
	t.Parallel()
	cmd, _, socket, run := child(t)
	keeper, err := os.Open(filepath.Join(run, "keeper"))
	require.NoError(t, err)
	defer keeper.Close()
	require.NoError(t, cmd.Process.Signal(syscall.SIGKILL))
	require.Error(t, cmd.Wait())
	requireGone(t, keeper, socket, run)
}
