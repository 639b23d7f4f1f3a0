package extract

import (
	"context"
	"os"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/paulmach/orb"
	"github.com/stretchr/testify/require"

	"github.com/waymark-crm/waymark/geo/osm"
	"github.com/waymark-crm/waymark/internal/fault"
	"github.com/waymark-crm/waymark/internal/testdb"
)

func TestAFileThatIsNoExtractIsRefusedWithTheReason(t *testing.T) {
	t.Parallel()
	db := testdb.New(t)
	dir := t.TempDir()
	whole, err := os.ReadFile(delawareFile(t))
	require.NoError(t, err)
	write := func(name string, data []byte) string {
		path := filepath.Join(dir, name)
		require.NoError(t, os.WriteFile(path, data, 0o600))
		return path
	}
	damaged := append([]byte(nil), whole[:2_000_000]...)
	copy(damaged[1_000_000:], make([]byte, 400))
	for _, c := range []struct{ path, says string }{
		{filepath.Join(dir, "missing.osm.pbf"), "There is no such file"},
		{dir, "is not a file"},
		{write("empty.osm.pbf", nil), "no OpenStreetMap extract"},
		{write("text.osm.pbf", []byte("<osm version=\"0.6\"></osm>")), "no OpenStreetMap extract"},
		{write("short.osm.pbf", whole[:3_000_000]), "cut short"},
		{write("damaged.osm.pbf", damaged), "Download it again"},
	} {
		_, err := Load(t.Context(), Deps{DB: db.DB, DataDir: filepath.Join(dir, "data")}, c.path)
		require.Equal(t, fault.Invalid, fault.CodeOf(err), "%s: %v", c.path, err)
		require.Contains(t, fault.Message(err), c.says)
	}
	// What failed after it began says so, and leaves no files.
	history, err := History(t.Context(), db.DB, 10)
	require.NoError(t, err)
	require.NotEmpty(t, history)
	for _, e := range history {
		require.Equal(t, "failed", e.State)
		require.NotEmpty(t, e.Error)
		require.False(t, e.FinishedAt.IsZero())
	}
	left, err := os.ReadDir(filepath.Join(dir, "data", "extract"))
	require.NoError(t, err)
	require.Empty(t, left)
}

func TestWithoutTilemakerItSaysWhatToInstall(t *testing.T) {
	t.Parallel()
	db := testdb.New(t)
	_, err := Load(t.Context(), Deps{DB: db.DB, DataDir: t.TempDir(), Tilemaker: "no-such-tilemaker"}, delawareFile(t))
	require.Equal(t, fault.Unavailable, fault.CodeOf(err))
	require.Contains(t, fault.Message(err), "apt-get install tilemaker")
}

func TestATilemakerThatFailsFailsTheLoad(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		script, says string
	}{
		"it breaks":          {"echo something is wrong; exit 3", "could not make the basemap"},
		"the disk is full":   {"echo 'fatal: No space left on device' >&2; exit 1", "is full"},
		"it makes no tiles":  {"exit 0", "went wrong"},
		"it cannot be begun": {"", "went wrong"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			program := filepath.Join(t.TempDir(), "tilemaker")
			text := "#!/bin/sh\n" + c.script + "\n"
			if c.script == "" {
				text = "#!/no/such/shell\n"
			}
			require.NoError(t, os.WriteFile(program, []byte(text), 0o755))
			db := testdb.New(t)
			l := beginLoad(t, db, t.TempDir())
			l.tilemaker, l.file = program, delawareFile(t)
			err := explain(l.makeTiles(t.Context(), small("Dover")), l.DataDir)
			require.Error(t, err)
			require.Contains(t, fault.Message(err), c.says)
			require.NoError(t, l.fail(t.Context(), err))
			require.NoDirExists(t, l.folder)
		})
	}
}

func TestATilemakerIsStoppedWhenTheLoadIs(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	program, began := filepath.Join(dir, "tilemaker"), filepath.Join(dir, "began")
	require.NoError(t, os.WriteFile(program, []byte("#!/bin/sh\ntouch "+began+"\nsleep 600 & wait\n"), 0o755))
	db := testdb.New(t)
	l := beginLoad(t, db, t.TempDir())
	l.tilemaker, l.file = program, delawareFile(t)
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- l.makeTiles(ctx, small("Dover")) }()
	require.Eventually(t, func() bool { _, err := os.Stat(began); return err == nil }, 10*time.Second, 10*time.Millisecond)
	cancel()
	require.ErrorIs(t, <-done, context.Canceled)
	require.Eventually(t, func() bool { return !someoneWorksIn(l.folder) }, 10*time.Second, 20*time.Millisecond)
}

func TestAFullDiskIsNamed(t *testing.T) {
	t.Parallel()
	err := explain(&os.PathError{Op: "write", Path: "x", Err: syscall.ENOSPC}, "/data")
	require.Equal(t, fault.Unavailable, fault.CodeOf(err))
	require.Contains(t, fault.Message(err), "/data is full")
	require.ErrorContains(t, checkRoom(t.TempDir(), 1<<50), "too little room")
}

// beginLoad returns a load that has begun and holds the lock.
func beginLoad(t *testing.T, db *testdb.DB, data string) *load {
	t.Helper()
	lk, err := takeLock(t.Context(), db.DB)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, lk.release()) })
	return nextLoad(t, db, data, lk)
}

func nextLoad(t *testing.T, db *testdb.DB, data string, lk *lock) *load {
	t.Helper()
	l, err := begin(t.Context(), Deps{DB: db.DB, DataDir: data, Log: discard}, lk, "small.osm.pbf", "0")
	require.NoError(t, err)
	return l
}

// small is the contents of an extract with one business of each name.
func small(businesses ...string) *osm.Contents {
	c := &osm.Contents{
		Header:    osm.Header{Bounds: orb.Bound{Min: orb.Point{-76, 38}, Max: orb.Point{-75, 40}}, Timestamp: time.Date(2026, 1, 2, 0, 0, 0, 0, time.UTC), Nodes: 1},
		Places:    []osm.NamedPlace{{Ref: osm.Ref{ID: 1}, Kind: "city", Name: "Dover", Population: 36000, Point: orb.Point{-75.52, 39.15}}},
		Streets:   []osm.Street{{Name: "N Main St", City: "Dover", Point: orb.Point{-75.52, 39.16}, Lines: orb.MultiLineString{{{-75.52, 39.15}, {-75.52, 39.17}}}}},
		Addresses: []osm.Address{{Ref: osm.Ref{Kind: osm.KindWay, ID: 2}, HouseNumber: "12", Street: "N Main St", City: "Dover", Point: orb.Point{-75.5201, 39.155}}},
	}
	for i, name := range businesses {
		id := int64(0)
		for _, r := range name {
			id = id*31 + int64(r)
		}
		c.Interests = append(c.Interests, osm.Interest{Ref: osm.Ref{ID: id}, Name: name, Category: osm.Retail, Kind: "shop", Point: orb.Point{-75.5 + float64(i)/1000, 39.1}})
	}
	return c
}

func TestANewerExtractChangesRowsAndKeepsTheirIdentity(t *testing.T) {
	t.Parallel()
	db := testdb.New(t)
	data := t.TempDir()
	one := beginLoad(t, db, data)
	require.NoError(t, one.store(t.Context(), small("Bakery", "Butcher", "Cobbler")))
	before := prospects(t, db)
	require.Len(t, before, 3)

	newer := small("Bakery", "Florist")
	newer.Interests[0].Phone = "+1 302 555 0100"
	newer.Places[0].Population = 40000
	newer.Addresses = nil
	two := nextLoad(t, db, data, one.lock)
	require.NoError(t, two.store(t.Context(), newer))
	after := prospects(t, db)
	require.Len(t, after, 4)
	require.Equal(t, before["Bakery"].id, after["Bakery"].id)
	require.Equal(t, "+1 302 555 0100", after["Bakery"].phone)
	require.True(t, after["Butcher"].gone)
	require.True(t, after["Cobbler"].gone)
	require.False(t, after["Florist"].gone)
	require.Equal(t, map[string]int{"places": 1, "streets": 1, "addresses": 0, "open_prospects": 4}, counts(t, db))
	require.Equal(t, 2, two.counts.GoneProspects)

	three := nextLoad(t, db, data, one.lock)
	require.NoError(t, three.store(t.Context(), small("Butcher")))
	back := prospects(t, db)
	require.Equal(t, before["Butcher"].id, back["Butcher"].id, "what comes back has its old number")
	require.False(t, back["Butcher"].gone)

	history, err := History(t.Context(), db.DB, 10)
	require.NoError(t, err)
	require.Equal(t, []string{"current", "former", "former"}, []string{history[0].State, history[1].State, history[2].State})
}

func TestAStoreThatFailsChangesNothing(t *testing.T) {
	t.Parallel()
	db := testdb.New(t)
	data := t.TempDir()
	one := beginLoad(t, db, data)
	require.NoError(t, one.store(t.Context(), small("Bakery")))
	bad := small("Florist")
	bad.Interests[0].Point = orb.Point{0, 91} // found last
	bad.Places = nil
	two := nextLoad(t, db, data, one.lock)
	require.ErrorContains(t, two.store(t.Context(), bad), "point of interest n")
	require.Equal(t, map[string]int{"places": 1, "streets": 1, "addresses": 1, "open_prospects": 1}, counts(t, db))
	history, err := History(t.Context(), db.DB, 10)
	require.NoError(t, err)
	require.Equal(t, "loading", history[0].State)
	require.Equal(t, "current", history[1].State)
}

func TestTheServersRoleMayReadButNotWriteTheExtract(t *testing.T) {
	t.Parallel()
	db := testdb.New(t)
	one := beginLoad(t, db, t.TempDir())
	require.NoError(t, one.store(t.Context(), small("Bakery")))
	for _, statement := range []string{"delete from places", "update open_prospects set gone = true", "insert into streets (name) values ('x')", "update extracts set state = 'failed'"} {
		err := db.Anonymous(t.Context(), func(tx pgx.Tx) error {
			_, err := tx.Exec(t.Context(), statement)
			return err
		})
		require.ErrorContains(t, err, "permission denied", statement)
	}
}

type prospect struct {
	id    int64
	phone string
	gone  bool
}

func prospects(t *testing.T, db *testdb.DB) map[string]prospect {
	t.Helper()
	out := map[string]prospect{}
	require.NoError(t, db.Anonymous(t.Context(), func(tx pgx.Tx) error {
		rows, err := tx.Query(t.Context(), "select name, id, phone, gone from open_prospects")
		if err != nil {
			return err
		}
		defer rows.Close()
		for rows.Next() {
			var name string
			var p prospect
			if err := rows.Scan(&name, &p.id, &p.phone, &p.gone); err != nil {
				return err
			}
			out[name] = p
		}
		return rows.Err()
	}))
	return out
}
