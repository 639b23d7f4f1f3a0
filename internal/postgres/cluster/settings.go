package cluster

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"golang.org/x/sys/unix"
)

// The server reads three files in turn: what initdb wrote, waymark.conf, which is
// written anew at every start to fit the machine, and local.conf, which belongs
// to the one who runs it.
const (
	ownSettings   = "waymark.conf"
	localSettings = "local.conf"
)

func includeSettings(data string) error {
	path := filepath.Join(data, "postgresql.conf")
	file, err := os.OpenFile(path, os.O_APPEND|os.O_WRONLY, 0)
	if err != nil {
		return fmt.Errorf("cluster: %w", err)
	}
	_, err = fmt.Fprintf(file, "\n# Written by waymark at every start; put your own settings into %s.\ninclude_if_exists '%s'\ninclude_if_exists '%s'\n",
		localSettings, ownSettings, localSettings)
	if closeErr := file.Close(); err == nil {
		err = closeErr
	}
	if err != nil {
		return fmt.Errorf("cluster: write %s: %w", path, err)
	}
	return nil
}

func writeSettings(data string, o Options, a account) error {
	path := filepath.Join(data, ownSettings)
	text := settings(memory(), sharedMemoryFolder(), o.Throwaway)
	if !o.Throwaway && o.install.hasLibrary("pg_prewarm") {
		// What was in memory when the server ended is there again soon after it has
		// started: the first ones to ask wait no longer than others.
		text += "shared_preload_libraries = 'pg_prewarm'\n"
	}
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		return fmt.Errorf("cluster: write the settings: %w", err)
	}
	return a.own(path)
}

const mib = 1 << 20

// settings returns the text of waymark.conf for a machine with so many bytes of
// memory, of which the server shares the half with the program itself (the road
// network is memory-mapped) and the tiles.
func settings(memory, shared uint64, throwaway bool) string {
	var text strings.Builder
	set := func(name, value string) { fmt.Fprintf(&text, "%s = %s\n", name, value) }
	megabytes := func(bytes uint64) string { return strconv.FormatUint(bytes/mib, 10) + "MB" }
	clamp := func(v, low, high uint64) uint64 { return max(low, min(v, high)) }

	text.WriteString("# Written at every start. Put your own settings into " + localSettings + ".\n")
	set("shared_buffers", megabytes(clamp(memory/8, 64*mib, 8192*mib)))
	set("effective_cache_size", megabytes(clamp(memory/2, 128*mib, 1<<40)))
	set("maintenance_work_mem", megabytes(clamp(memory/16, 64*mib, 1024*mib)))
	set("work_mem", megabytes(clamp(memory/512, 4*mib, 64*mib)))
	set("max_connections", "100")
	set("random_page_cost", "1.1") // solid-state disks
	set("effective_io_concurrency", "200")
	set("jit", "off") // compiling costs more than this program's queries take
	set("wal_compression", "on")
	set("max_wal_size", "2GB")
	set("min_wal_size", "128MB")
	set("checkpoint_timeout", "15min")
	// Queues and sessions change all the time: clean up early and keep statistics fresh.
	set("autovacuum_vacuum_scale_factor", "0.05")
	set("autovacuum_analyze_scale_factor", "0.02")
	set("timezone", "'UTC'")
	set("log_timezone", "'UTC'")
	set("log_line_prefix", "''") // the program's log has the time
	set("log_min_duration_statement", "'10s'")
	set("log_checkpoints", "off")
	if shared < 256*mib {
		// Containers often get 64 MB, at which parallel queries fail.
		set("dynamic_shared_memory_type", "'mmap'")
	}
	if throwaway {
		set("shared_buffers", "128MB")
		set("max_connections", "400") // many tests, each with a pool
		set("fsync", "off")
		set("synchronous_commit", "off")
		set("full_page_writes", "off")
		set("wal_level", "minimal")
		set("max_wal_senders", "0")
		set("autovacuum", "off") // plans in tests must not depend on its timing
		set("max_wal_size", "4GB")
		set("checkpoint_timeout", "1d")
	}
	return text.String()
}

// memory returns how much this process may use: the machine's memory or what its
// control group leaves of it.
func memory() uint64 {
	var info unix.Sysinfo_t
	total := uint64(2048 * mib)
	if err := unix.Sysinfo(&info); err == nil {
		total = info.Totalram * uint64(info.Unit)
	}
	for _, path := range []string{"/sys/fs/cgroup/memory.max", "/sys/fs/cgroup/memory/memory.limit_in_bytes"} {
		text, err := os.ReadFile(path)
		if err != nil {
			continue // not this kind of control group
		}
		if limit, err := strconv.ParseUint(string(bytes.TrimSpace(text)), 10, 64); err == nil && limit > 0 {
			total = min(total, limit)
		}
	}
	return total
}

// sharedMemoryFolder returns the size of /dev/shm; 0 when there is none.
func sharedMemoryFolder() uint64 {
	var stat unix.Statfs_t
	if err := unix.Statfs("/dev/shm", &stat); err != nil {
		return 0
	}
	return stat.Blocks * uint64(stat.Bsize)
}
