package main

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// With this variable the test's binary is waymark itself.
const programVariable = "WAYMARK_TEST_IS_PROGRAM"

func TestMain(m *testing.M) {
	if os.Getenv(programVariable) != "" {
		main()
	}
	os.Exit(m.Run())
}

// dataFolder is one that the database's user can reach.
func dataFolder(t *testing.T) string {
	t.Helper()
	dir, err := os.MkdirTemp("/tmp", "waymark-serve-test-")
	require.NoError(t, err)
	require.NoError(t, os.Chmod(dir, 0o755))
	t.Cleanup(func() { require.NoError(t, os.RemoveAll(dir)) })
	return dir
}

func command(t *testing.T, data string, args ...string) *exec.Cmd {
	t.Helper()
	cmd := exec.Command(os.Args[0], args...)
	cmd.Env = append(os.Environ(), programVariable+"=1", "WAYMARK_DATA="+data, "DATABASE_URL=", "DATABASE_OWNER_URL=", "WAYMARK_ADDR=127.0.0.1:0")
	return cmd
}

// waymark runs a command to its end.
func waymark(t *testing.T, data string, args ...string) (out, errOut string, code int) {
	t.Helper()
	cmd := command(t, data, args...)
	var o, e bytes.Buffer
	cmd.Stdout, cmd.Stderr = &o, &e
	if err := cmd.Run(); err != nil {
		require.ErrorAs(t, err, new(*exec.ExitError))
	}
	return o.String(), e.String(), cmd.ProcessState.ExitCode()
}

// watched is the log of a server, and where it says that it serves.
type watched struct {
	mu      sync.Mutex
	text    bytes.Buffer
	serving chan string
	said    bool
}

var servingLine = regexp.MustCompile(`msg=serving address=(\S+)`)

func (w *watched) Write(p []byte) (int, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.text.Write(p)
	if m := servingLine.FindSubmatch(w.text.Bytes()); m != nil && !w.said {
		w.said = true
		w.serving <- string(m[1])
	}
	return len(p), nil
}

func (w *watched) String() string {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.text.String()
}

// serve starts a server and returns its address once it serves.
func serve(t *testing.T, data string) (cmd *exec.Cmd, address string, log *watched) {
	t.Helper()
	cmd = command(t, data, "serve")
	log = &watched{serving: make(chan string, 1)}
	cmd.Stdout, cmd.Stderr = log, log
	require.NoError(t, cmd.Start())
	t.Cleanup(func() {
		_ = cmd.Process.Kill() // most tests have ended it already
		_ = cmd.Wait()
	})
	select {
	case address = <-log.serving:
	case <-time.After(time.Minute):
		t.Fatalf("the server does not come up:\n%s", log)
	}
	return cmd, address, log
}

func fetch(t *testing.T, url string) (int, string) {
	t.Helper()
	r, err := http.Get(url)
	require.NoError(t, err)
	defer r.Body.Close()
	body, err := io.ReadAll(r.Body)
	require.NoError(t, err)
	return r.StatusCode, string(body)
}

func TestTheServerComesUpFromNothingAndStopsWhenAsked(t *testing.T) {
	t.Parallel()
	data := dataFolder(t)
	cmd, address, log := serve(t, data)
	code, body := fetch(t, "http://"+address+"/readyz")
	require.Equal(t, 200, code, body)
	code, body = fetch(t, "http://"+address+"/healthz")
	require.Equal(t, 200, code, body)

	// Commands work beside it.
	out, errOut, exit := waymark(t, data, "migrate")
	require.Zero(t, exit, errOut)
	require.NotContains(t, out, "migrate up", "which applies what is pending")
	require.Contains(t, out, "00001_tenancy.sql")
	_, errOut, exit = waymark(t, data, "health", "--addr", address)
	require.Zero(t, exit, errOut)

	// A second server does not.
	_, errOut, exit = waymark(t, data, "serve")
	require.Equal(t, 1, exit)
	require.Contains(t, errOut, fmt.Sprintf("in use by process %d (", cmd.Process.Pid))
	_, errOut, exit = waymark(t, dataFolder(t), "serve", "--addr", address)
	require.Equal(t, 1, exit)
	require.Contains(t, errOut, "cannot listen on "+address)

	require.NoError(t, cmd.Process.Signal(syscall.SIGTERM))
	require.NoError(t, cmd.Wait(), "%s", log)
	_, err := net.Dial("tcp", address)
	require.Error(t, err)
	require.NoFileExists(t, filepath.Join(data, "postgres", "data", "postmaster.pid"), "the database was shut down")
}

func TestAfterKillNineTheNextServerHasEverything(t *testing.T) {
	t.Parallel()
	data := dataFolder(t)
	cmd, _, _ := serve(t, data)
	_, errOut, exit := waymark(t, data, "user", "--help")
	require.Zero(t, exit, errOut)
	require.NoError(t, cmd.Process.Signal(syscall.SIGKILL))
	require.Error(t, cmd.Wait())
	again, address, log := serve(t, data)
	code, body := fetch(t, "http://"+address+"/readyz")
	require.Equal(t, 200, code, body)
	require.NotContains(t, log.String(), "schema migrated", "the schema was kept")
	require.NoError(t, again.Process.Signal(syscall.SIGINT))
	require.NoError(t, again.Wait(), "%s", log)
}

func TestTheServerEndsWithItsDatabase(t *testing.T) {
	t.Parallel()
	data := dataFolder(t)
	cmd, _, log := serve(t, data)
	text, err := os.ReadFile(filepath.Join(data, "postgres", "data", "postmaster.pid"))
	require.NoError(t, err)
	var pid int
	_, err = fmt.Sscan(string(text), &pid)
	require.NoError(t, err)
	require.NoError(t, syscall.Kill(pid, syscall.SIGKILL))
	require.Error(t, cmd.Wait())
	require.Contains(t, log.String(), "private database has ended by itself")
}

func TestAWrongSettingIsExitCodeTwo(t *testing.T) {
	t.Parallel()
	for _, args := range [][]string{
		{"serve", "--public-url", "example.com"}, {"serve", "--log-format", "xml"}, {"no-such-command"}, {"serve", "--stop-timeout", "0s"},
	} {
		var out, errOut bytes.Buffer
		require.Equal(t, 2, run(context.Background(), args, &out, &errOut), "%v", args)
		require.True(t, strings.HasPrefix(errOut.String(), "waymark: "), errOut.String())
	}
}

func TestADatabaseThatIsNotThereIsSaidPlainly(t *testing.T) {
	t.Parallel()
	var out, errOut bytes.Buffer
	code := run(context.Background(), []string{"migrate", "--database-url", "postgres://nobody@127.0.0.1:1/none"}, &out, &errOut)
	require.Equal(t, 1, code)
	require.Contains(t, errOut.String(), "The database cannot be reached")
}

func TestTheVersionIsShown(t *testing.T) {
	t.Parallel()
	var out, errOut bytes.Buffer
	require.Zero(t, run(context.Background(), []string{"version"}, &out, &errOut))
	require.True(t, strings.HasPrefix(out.String(), "waymark "))
}
