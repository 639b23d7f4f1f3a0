package extract

import (
	"bufio"
	"bytes"
	"context"
	"embed"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/waymark-crm/waymark/geo/osm"
	"github.com/waymark-crm/waymark/geo/tiles"
	"github.com/waymark-crm/waymark/internal/fault"
)

// recipe is what tells tilemaker how tags become layers.
//
//go:embed tilemaker/config.json tilemaker/process.lua
var recipe embed.FS

func findTilemaker(name string) (string, error) {
	if name == "" {
		name = "tilemaker"
	}
	path, err := exec.LookPath(name)
	if err != nil {
		return "", fault.Wrap(err, fault.Unavailable, "tilemaker, which makes the basemap, is not installed. Install it with: apt-get install tilemaker")
	}
	if path, err = filepath.Abs(path); err != nil {
		return "", fmt.Errorf("find tilemaker: %w", err)
	}
	return path, nil
}

// largeExtract is the size in bytes from which tilemaker keeps its data on the
// disk instead of in memory.
const largeExtract = 400 << 20

// makeTiles runs tilemaker over the extract, with the sea that was made of its
// coast.
func (l *load) makeTiles(ctx context.Context, c *osm.Contents) error {
	work := filepath.Join(l.folder, "work")
	if err := os.MkdirAll(work, 0o755); err != nil {
		return fmt.Errorf("make the basemap: %w", err)
	}
	for _, name := range []string{"config.json", "process.lua"} {
		data, err := recipe.ReadFile("tilemaker/" + name)
		if err != nil {
			return fmt.Errorf("make the basemap: %w", err)
		}
		if err := os.WriteFile(filepath.Join(work, name), data, 0o644); err != nil {
			return fmt.Errorf("make the basemap: %w", err)
		}
	}
	if err := writeShapefile(filepath.Join(work, "sea"), c.Sea); err != nil {
		return err
	}
	input, err := filepath.Abs(l.file)
	if err != nil {
		return fmt.Errorf("make the basemap: %w", err)
	}
	b := c.Header.Bounds
	output := filepath.Join(work, TilesFile)
	args := []string{"--input", input, "--output", output, "--config", "config.json", "--process", "process.lua",
		"--bbox", fmt.Sprintf("%.7f,%.7f,%.7f,%.7f", b.Min[0], b.Min[1], b.Max[0], b.Max[1])}
	if c.Header.Size > largeExtract {
		args = append(args, "--store", filepath.Join(work, "store"))
	}
	if err := l.runTilemaker(ctx, work, args); err != nil {
		return err
	}
	// Whatever the program said: the file must hold tiles.
	base, err := tiles.OpenMBTiles(output)
	if err != nil {
		return fmt.Errorf("make the basemap: %w", err)
	}
	info := base.Info()
	if err := base.Close(); err != nil {
		return fmt.Errorf("make the basemap: %w", err)
	}
	if info.Format != "pbf" || info.MaxZoom != 14 {
		return fmt.Errorf("make the basemap: tilemaker made tiles of format %q up to zoom %d", info.Format, info.MaxZoom)
	}
	path := filepath.Join(l.folder, TilesFile)
	if err := os.Rename(output, path); err != nil {
		return fmt.Errorf("make the basemap: %w", err)
	}
	if l.counts.TilesBytes, err = sizeOf(path); err != nil {
		return err
	}
	if err := os.RemoveAll(work); err != nil {
		return fmt.Errorf("make the basemap: %w", err)
	}
	l.progress.tell(StageTiles, 1)
	return nil
}

// runTilemaker runs the program, which dies with this process.
func (l *load) runTilemaker(ctx context.Context, folder string, args []string) error {
	// The signal at the parent's death is sent when the thread that started the
	// child ends, so that thread must stay.
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	command := exec.CommandContext(ctx, l.tilemaker, args...)
	command.Dir = folder
	command.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL, Setpgid: true}
	command.Cancel = func() error { return syscall.Kill(-command.Process.Pid, syscall.SIGKILL) }
	command.WaitDelay = 5 * time.Second
	out, in, err := os.Pipe()
	if err != nil {
		return fmt.Errorf("make the basemap: %w", err)
	}
	command.Stdout, command.Stderr = in, in
	if err := command.Start(); err != nil {
		return errors.Join(fmt.Errorf("make the basemap: start tilemaker: %w", err), in.Close(), out.Close())
	}
	last := make(chan string, 1)
	go func() { last <- l.watchTilemaker(out) }()
	closed := in.Close()
	err = command.Wait()
	said := <-last
	err = errors.Join(err, closed, out.Close())
	switch {
	case err == nil:
		return nil
	case ctx.Err() != nil:
		return ctx.Err()
	case noRoom(said):
		return fmt.Errorf("make the basemap: %w", syscall.ENOSPC)
	}
	return fault.Wrap(fmt.Errorf("%w; it said: %s", err, said), fault.Internal, "tilemaker could not make the basemap. The log holds what it said.")
}

func noRoom(said string) bool {
	said = strings.ToLower(said)
	return strings.Contains(said, "no space left") || strings.Contains(said, "disk is full")
}

var (
	readPattern  = regexp.MustCompile(`^Block (\d+)/(\d+)`)
	writePattern = regexp.MustCompile(`writing tile (\d+) of (\d+)`)
)

// watchTilemaker turns what the program says into progress and returns the end
// of it.
func (l *load) watchTilemaker(out io.Reader) string {
	const readShare = 0.25
	var tail []string
	scanner := bufio.NewScanner(out)
	scanner.Buffer(nil, 1<<20)
	scanner.Split(scanLinesAndReturns)
	for scanner.Scan() {
		line := strings.TrimSpace(scanner.Text())
		if line == "" {
			continue
		}
		if m := readPattern.FindStringSubmatch(line); m != nil {
			l.progress.tell(StageTiles, readShare*fraction(m))
		} else if m := writePattern.FindStringSubmatch(line); m != nil {
			l.progress.tell(StageTiles, readShare+(0.99-readShare)*fraction(m))
		}
		if tail = append(tail, line); len(tail) > 12 {
			tail = tail[1:]
		}
	}
	if err := scanner.Err(); err != nil {
		tail = append(tail, err.Error())
	}
	return strings.Join(tail, "\n")
}

func fraction(m []string) float64 {
	done, err := strconv.Atoi(m[1])
	total, err2 := strconv.Atoi(m[2])
	if err != nil || err2 != nil || total == 0 {
		return 0
	}
	return float64(done) / float64(total)
}

// scanLinesAndReturns splits at line feeds and at the carriage returns with
// which a program overwrites its own line.
func scanLinesAndReturns(data []byte, atEOF bool) (advance int, token []byte, err error) {
	if i := bytes.IndexAny(data, "\r\n"); i >= 0 {
		return i + 1, data[:i], nil
	}
	if atEOF && len(data) > 0 {
		return len(data), data, nil
	}
	return 0, nil, nil
}
