package cluster_test

import (
	"bufio"
	"context"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"
	"golang.org/x/sys/unix"

	"github.com/waymark-crm/waymark/internal/fault"
	"github.com/waymark-crm/waymark/internal/postgres/cluster"
)

// With this variable the test's binary is a program that runs a cluster in the
// folder until it is told to stop.
const holderVariable = "WAYMARK_CLUSTER_HOLDER"

func TestMain(m *testing.M) {
	if dir := os.Getenv(holderVariable); dir != "" {
		hold(dir)
		return
	}
	code := m.Run()
	if originals != "" {
		if err := os.RemoveAll(originals); err != nil {
			fmt.Fprintln(os.Stderr, err)
			code = 1
		}
	}
	os.Exit(code)
}

func hold(dir string) {
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM)
	defer stop()
	c, err := cluster.Start(ctx, cluster.Options{Dir: dir, Command: "waymark serve"})
	if err != nil {
		fmt.Println("failed:", fault.Message(err))
		os.Exit(1)
	}
	fmt.Println("ready")
	<-ctx.Done()
	if err := c.Stop(); err != nil {
		fmt.Println("failed:", err)
		os.Exit(1)
	}
}

// holder starts the program and returns when its cluster is ready.
func holder(t *testing.T, dir string) *exec.Cmd {
	t.Helper()
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), holderVariable+"="+dir)
	cmd.Stderr = os.Stderr
	out, err := cmd.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, cmd.Start())
	t.Cleanup(func() {
		_ = cmd.Process.Kill() // most tests have ended it already
		_ = cmd.Wait()
	})
	line, err := bufio.NewReader(out).ReadString('\n')
	require.NoError(t, err)
	require.Equal(t, "ready\n", line)
	return cmd
}

// kill is kill -9 of the program.
func kill(t *testing.T, cmd *exec.Cmd) {
	t.Helper()
	require.NoError(t, cmd.Process.Signal(syscall.SIGKILL))
	require.Error(t, cmd.Wait())
}

// postmaster returns a descriptor of the server's first process.
func postmaster(t *testing.T, dir string) (pid, fd int) {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(dir, "data", "postmaster.pid"))
	require.NoError(t, err)
	first, _, _ := strings.Cut(string(text), "\n")
	pid, err = strconv.Atoi(first)
	require.NoError(t, err)
	fd, err = unix.PidfdOpen(pid, 0)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, unix.Close(fd)) })
	return pid, fd
}

func requireEnds(t *testing.T, fd int) {
	t.Helper()
	for {
		n, err := unix.Poll([]unix.PollFd{{Fd: int32(fd), Events: unix.POLLIN}}, 30_000)
		if err == unix.EINTR {
			continue
		}
		require.NoError(t, err)
		require.Equal(t, 1, n, "the process still runs after 30 s")
		return
	}
}

func keepRow(t *testing.T, dir string) {
	t.Helper()
	joined, err := cluster.Use(t.Context(), cluster.Options{Dir: dir})
	require.NoError(t, err)
	require.True(t, joined.Joined())
	conn, err := pgx.Connect(t.Context(), joined.OwnerURL())
	require.NoError(t, err)
	defer conn.Close(context.Background())
	_, err = conn.Exec(t.Context(), "create table kept as select 7 as n")
	require.NoError(t, err)
}

func TestAfterKillNineNothingRunsAndNothingIsLost(t *testing.T) {
	t.Parallel()
	dir := folder(t)
	program := holder(t, dir)
	keepRow(t, dir)
	_, server := postmaster(t, dir)
	kill(t, program)
	requireEnds(t, server)

	c := start(t, dir)
	require.Equal(t, 7, query[int](t, c.OwnerURL(), "select n from kept"))
}

func TestAStartRightAfterKillNineWaitsForTheOldServer(t *testing.T) {
	t.Parallel()
	dir := folder(t)
	for range 3 {
		program := holder(t, dir)
		kill(t, program)
	}
	c := start(t, dir)
	require.Equal(t, 1, query[int](t, c.URL(), "select 1"))
}

func TestAfterKillNineOfTheServerItRecovers(t *testing.T) {
	t.Parallel()
	dir := folder(t)
	c, err := cluster.Start(t.Context(), cluster.Options{Dir: dir, Command: "waymark test"})
	require.NoError(t, err)
	keepRow(t, dir)
	pid, server := postmaster(t, dir)
	require.NoError(t, syscall.Kill(pid, syscall.SIGKILL))
	requireEnds(t, server)
	<-c.Done() // the program hears of it
	require.Error(t, c.Stop())
	require.FileExists(t, filepath.Join(dir, "data", "postmaster.pid"))

	again := start(t, dir)
	require.Equal(t, 7, query[int](t, again.OwnerURL(), "select n from kept"))
}

func TestASessionThatOutlivesItsServerIsEnded(t *testing.T) {
	t.Parallel()
	dir := folder(t)
	c, err := cluster.Start(t.Context(), cluster.Options{Dir: dir, Command: "waymark test"})
	require.NoError(t, err)
	conn, err := pgx.Connect(t.Context(), c.OwnerURL())
	require.NoError(t, err)
	defer conn.Close(context.Background())
	session, err := unix.PidfdOpen(int(conn.PgConn().PID()), 0)
	require.NoError(t, err)
	defer unix.Close(session)
	// Busy, so that it does not notice that it has lost its server.
	busy := make(chan error, 1)
	go func() {
		_, err := conn.Exec(context.Background(), "select count(*) from generate_series(1, 1e12::bigint)")
		busy <- err
	}()
	require.Eventually(t, func() bool {
		return query[int](t, c.OwnerURL(), "select count(*)::int from pg_stat_activity where query like '%1e12%' and pid <> pg_backend_pid()") == 1
	}, 10*time.Second, 10*time.Millisecond)
	pid, server := postmaster(t, dir)
	require.NoError(t, syscall.Kill(pid, syscall.SIGKILL))
	requireEnds(t, server)
	require.Error(t, c.Stop())

	again := start(t, dir)
	requireEnds(t, session)
	require.Error(t, <-busy)
	require.Equal(t, 1, query[int](t, again.URL(), "select 1"))
}

func TestAServerThatNobodyOwnsIsStoppedAndStartedAnew(t *testing.T) {
	t.Parallel()
	dir := folder(t)
	first := start(t, dir)
	data := filepath.Join(dir, "data")
	binary := query[string](t, first.SuperURL("postgres"), "select setting from pg_config where name = 'BINDIR'")
	require.NoError(t, first.Stop())

	info, err := os.Stat(data)
	require.NoError(t, err)
	owner := info.Sys().(*syscall.Stat_t)
	orphan := exec.Command(filepath.Join(binary, "postgres"), "-D", data, "-c", "listen_addresses=", "-c", "unix_socket_directories="+data)
	if os.Geteuid() == 0 {
		orphan.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: owner.Uid, Gid: owner.Gid}}
	}
	log, err := orphan.StderrPipe()
	require.NoError(t, err)
	require.NoError(t, orphan.Start())
	lines := bufio.NewScanner(log)
	for lines.Scan() && !strings.Contains(lines.Text(), "ready to accept connections") {
	}
	ended := make(chan error, 1)
	go func() { ended <- orphan.Wait() }()

	second := start(t, dir)
	require.NoError(t, <-ended, "it shut down cleanly")
	require.Equal(t, 1, query[int](t, second.URL(), "select 1"))
}

func TestAnUnrelatedProcessWithTheOldNumberIsLeftAlone(t *testing.T) {
	t.Parallel()
	dir := folder(t)
	first := start(t, dir)
	pidFile := filepath.Join(dir, "data", "postmaster.pid")
	text, err := os.ReadFile(pidFile)
	require.NoError(t, err)
	info, err := os.Stat(pidFile)
	require.NoError(t, err)
	owner := info.Sys().(*syscall.Stat_t)
	require.NoError(t, first.Stop())

	// As after a restart of a container, where numbers are given out anew.
	stranger := exec.Command("sleep", "600")
	if os.Geteuid() == 0 {
		stranger.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: owner.Uid, Gid: owner.Gid}}
	}
	require.NoError(t, stranger.Start())
	defer func() {
		require.NoError(t, stranger.Process.Kill(), "it still runs")
		require.Error(t, stranger.Wait())
	}()
	_, rest, _ := strings.Cut(string(text), "\n")
	require.NoError(t, os.WriteFile(pidFile, fmt.Appendf(nil, "%d\n%s", stranger.Process.Pid, rest), 0o600))
	require.NoError(t, os.Chown(pidFile, int(owner.Uid), int(owner.Gid)))

	second := start(t, dir)
	require.Equal(t, 1, query[int](t, second.URL(), "select 1"))
	require.NoError(t, stranger.Process.Signal(syscall.Signal(0)))
}

func TestAHalfMadeFolderIsMadeAnew(t *testing.T) {
	t.Parallel()
	dir := empty(t)
	require.NoError(t, os.MkdirAll(filepath.Join(dir, "data.new", "base"), 0o755))
	c := start(t, dir)
	require.Equal(t, 1, query[int](t, c.URL(), "select 1"))
}

func TestAFolderWithSomethingElseInItIsRefused(t *testing.T) {
	t.Parallel()
	dir := empty(t)
	require.NoError(t, os.MkdirAll(filepath.Join(dir, "data"), 0o755))
	require.NoError(t, os.WriteFile(filepath.Join(dir, "data", "thesis.txt"), nil, 0o644))
	_, err := cluster.Start(t.Context(), cluster.Options{Dir: dir})
	require.Equal(t, fault.Unavailable, fault.CodeOf(err))
	require.Contains(t, fault.Message(err), "something in it")
	require.FileExists(t, filepath.Join(dir, "data", "thesis.txt"))
}

func TestAFolderThatTheServersUserCannotReachIsRefused(t *testing.T) {
	t.Parallel()
	if os.Geteuid() != 0 {
		t.Skip("only root runs the server as another user")
	}
	dir := empty(t)
	require.NoError(t, os.Chmod(filepath.Dir(dir), 0o700))
	_, err := cluster.Start(t.Context(), cluster.Options{Dir: dir})
	require.Equal(t, fault.Unavailable, fault.CodeOf(err))
	require.Contains(t, fault.Message(err), filepath.Dir(dir))
}

func TestTwoProgramsNeverShareAFolder(t *testing.T) {
	t.Parallel()
	dir := folder(t)
	program := holder(t, dir)
	_, err := cluster.Start(t.Context(), cluster.Options{Dir: dir})
	require.Equal(t, fault.Conflict, fault.CodeOf(err))
	require.Contains(t, fault.Message(err), fmt.Sprintf("process %d (waymark serve)", program.Process.Pid))

	require.NoError(t, program.Process.Signal(syscall.SIGTERM))
	require.NoError(t, program.Wait())
	start(t, dir)
}
