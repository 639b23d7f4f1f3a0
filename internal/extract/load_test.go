package extract

import (
	"bufio"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/paulmach/orb"
	"github.com/paulmach/orb/encoding/mvt"
	"github.com/paulmach/orb/maptile"
	"github.com/paulmach/orb/planar"
	"github.com/stretchr/testify/require"

	"github.com/waymark-crm/waymark/geo/roads"
	"github.com/waymark-crm/waymark/geo/tiles"
	"github.com/waymark-crm/waymark/internal/fault"
	"github.com/waymark-crm/waymark/internal/postgres"
	"github.com/waymark-crm/waymark/internal/testdb"
)

// delaware is the path of the extract of the state of Delaware.
var delaware = sync.OnceValues(func() (string, error) {
	dir, err := exec.Command("go", "list", "-m", "-f", "{{.Dir}}", "github.com/paulmach/osm").Output()
	return filepath.Join(strings.TrimSpace(string(dir)), "testdata", "delaware-latest.osm.pbf"), err
})

func delawareFile(t *testing.T) string {
	t.Helper()
	path, err := delaware()
	require.NoError(t, err)
	return path
}

// TestMain lets this binary be the process that is killed in the middle of a
// load.
func TestMain(m *testing.M) {
	if os.Getenv("WAYMARK_TEST_LOAD") != "" {
		os.Exit(loadAndTell())
	}
	os.Exit(m.Run())
}

// loadAndTell loads an extract and writes each progress to standard output.
func loadAndTell() int {
	ctx := context.Background()
	db, err := postgres.Open(ctx, os.Getenv("WAYMARK_TEST_URL"), postgres.Options{OwnerURL: os.Getenv("WAYMARK_TEST_OWNER_URL")})
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	defer db.Close()
	_, err = Load(ctx, Deps{DB: db, DataDir: os.Getenv("WAYMARK_TEST_DATA"), Progress: func(p Progress) {
		fmt.Printf("%s %.2f\n", p.Stage, p.Done)
	}}, os.Getenv("WAYMARK_TEST_LOAD"))
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	return 0
}

// counts returns the numbers of rows of the extract's tables.
func counts(t *testing.T, db *testdb.DB) map[string]int {
	t.Helper()
	out := map[string]int{}
	require.NoError(t, db.Owner(t.Context(), func(tx pgx.Tx) error {
		for _, table := range []string{"places", "streets", "addresses", "open_prospects"} {
			var n int
			if err := tx.QueryRow(t.Context(), "select count(*) from "+table).Scan(&n); err != nil {
				return err
			}
			out[table] = n
		}
		return nil
	}))
	return out
}

// TestALoadOfDelaware is one long test, since a load takes long: killed in the
// middle, then whole, then what is in it, then again.
func TestALoadOfDelaware(t *testing.T) {
	t.Parallel()
	db := testdb.New(t)
	data := t.TempDir()
	file := delawareFile(t)

	_, err := Current(t.Context(), db.DB, data)
	require.ErrorIs(t, err, ErrNone)

	killInTheMiddle(t, db, data, file)
	require.Equal(t, map[string]int{"places": 0, "streets": 0, "addresses": 0, "open_prospects": 0}, counts(t, db))
	_, err = Current(t.Context(), db.DB, data)
	require.ErrorIs(t, err, ErrNone, "a load that was killed is not current")

	changed := make(chan int64, 10)
	following, stop := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	ready := make(chan struct{})
	go func() {
		close(ready)
		ended <- Follow(following, db.DB, func(id int64) { changed <- id })
	}()
	<-ready

	var stages []Stage
	last := 0.0
	began := time.Now()
	first, err := Load(t.Context(), Deps{DB: db.DB, DataDir: data, Progress: func(p Progress) {
		if len(stages) == 0 || stages[len(stages)-1] != p.Stage {
			stages = append(stages, p.Stage)
		}
		if p.Overall < last {
			t.Errorf("progress went back from %v to %v", last, p.Overall)
		}
		last = p.Overall
	}}, file)
	require.NoError(t, err)
	t.Logf("loaded in %s: %+v", time.Since(began).Round(time.Millisecond), first.Counts)
	require.InDelta(t, 1, last, 1e-6)
	require.Equal(t, StageRead, stages[0])
	require.Equal(t, StageStore, stages[len(stages)-1])
	require.Equal(t, "current", first.State)
	require.Equal(t, "delaware-latest.osm.pbf", first.FileName)
	require.Equal(t, 2016, first.DataTime.Year())
	require.True(t, first.Bounds.Contains(orb.Point{-75.5247, 39.1582}))
	select {
	case id := <-changed:
		require.Equal(t, first.ID, id)
	case <-time.After(10 * time.Second):
		t.Fatal("nobody was told of the new extract")
	}

	rows := counts(t, db)
	require.Equal(t, map[string]int{"places": first.Counts.Places, "streets": first.Counts.Streets,
		"addresses": first.Counts.Addresses, "open_prospects": first.Counts.OpenProspects}, rows)
	require.Greater(t, rows["places"], 1500)
	require.Greater(t, rows["open_prospects"], 1000)
	boundariesOfDelaware(t, db, first.Counts.Boundaries)
	history, err := History(t.Context(), db.DB, 10)
	require.NoError(t, err)
	require.Len(t, history, 2)
	require.Equal(t, "failed", history[1].State)
	require.Contains(t, history[1].Error, "broken off")
	folders, err := os.ReadDir(filepath.Join(data, "extract"))
	require.NoError(t, err)
	require.Len(t, folders, 1, "what the killed load left is cleared away")
	inside, err := os.ReadDir(filepath.Join(data, "extract", folders[0].Name()))
	require.NoError(t, err)
	require.Len(t, inside, 3, "only the extract, roads and tiles")

	t.Run("roads lead from Dover to Wilmington", func(t *testing.T) {
		network, err := roads.Open(first.Roads)
		require.NoError(t, err)
		defer func() { require.NoError(t, network.Close()) }()
		_, err = network.Snap(orb.Point{-75.5247, 39.1582}, roads.SnapOptions{})
		require.NoError(t, err)
		require.Equal(t, 2016, network.Info().DataTimestamp.Year())
	})
	t.Run("roads for bicycles are made when they are asked for, and by the next load along with the car's", func(t *testing.T) { bicyclesOnDemand(t, db, data) })
	t.Run("the bay and the Atlantic are water on the map and the towns are not", func(t *testing.T) { seaOnTheMap(t, first.Tiles) })
	t.Run("names are in the attribute that the style reads", func(t *testing.T) { namesOnTheMap(t, first.Tiles) })

	// Once more, with the tiles of the first: nothing doubles.
	copyTiles := filepath.Join(t.TempDir(), "tilemaker")
	script := "#!/bin/sh\nwhile [ $# -gt 0 ]; do [ \"$1\" = --output ] && cp '" + first.Tiles + "' \"$2\"; shift; done\n"
	require.NoError(t, os.WriteFile(copyTiles, []byte(script), 0o755))
	ids := prospectIDs(t, db)
	again := make(chan error, 1)
	holding := make(chan struct{})
	var once sync.Once
	go func() {
		_, err := Load(t.Context(), Deps{DB: db.DB, DataDir: data, Tilemaker: copyTiles, Progress: func(p Progress) {
			if p.Stage != StageRead {
				once.Do(func() { close(holding) })
			}
		}}, file)
		again <- err
	}()
	select {
	case <-holding:
	case err := <-again:
		t.Fatalf("the second load ended early: %v", err)
	}
	_, err = Load(t.Context(), Deps{DB: db.DB, DataDir: data}, file)
	require.Equal(t, fault.Conflict, fault.CodeOf(err), "%v", err)
	require.Contains(t, fault.Message(err), "delaware-latest.osm.pbf")
	require.Contains(t, fault.Message(err), fmt.Sprint("process ", os.Getpid()))
	require.NoError(t, Clean(t.Context(), Deps{DB: db.DB, DataDir: data}), "cleaning waits for no load")
	require.NoError(t, <-again)
	require.Equal(t, rows, counts(t, db))
	require.Equal(t, ids, prospectIDs(t, db))
	second, err := Current(t.Context(), db.DB, data)
	require.NoError(t, err)
	require.NotEqual(t, first.ID, second.ID)
	require.NotEqual(t, first.Roads, second.Roads)
	require.FileExists(t, first.Roads, "a server may still be using the former files")
	require.NoError(t, Clean(t.Context(), Deps{DB: db.DB, DataDir: data}))
	require.NoFileExists(t, first.Roads)
	require.FileExists(t, second.Roads)
	require.FileExists(t, filepath.Join(filepath.Dir(second.Roads), roadsFile("bicycle", "")), "what was in use is prepared")
	require.Equal(t, second.ID, <-changed)
	stop()
	require.ErrorIs(t, <-ended, context.Canceled)

	require.NoError(t, os.Remove(second.Tiles))
	_, err = Current(t.Context(), db.DB, data)
	require.Equal(t, fault.Unavailable, fault.CodeOf(err))
	require.Contains(t, fault.Message(err), second.Tiles)
}

// killInTheMiddle starts a load in a process of its own and kills it while it
// makes roads and tiles.
func killInTheMiddle(t *testing.T, db *testdb.DB, data, file string) {
	t.Helper()
	self, err := os.Executable()
	require.NoError(t, err)
	command := exec.CommandContext(t.Context(), self)
	command.Env = append(os.Environ(), "WAYMARK_TEST_LOAD="+file, "WAYMARK_TEST_URL="+db.URL, "WAYMARK_TEST_OWNER_URL="+db.OwnerURL, "WAYMARK_TEST_DATA="+data)
	out, err := command.StdoutPipe()
	require.NoError(t, err)
	command.Stderr = os.Stderr
	require.NoError(t, command.Start())
	lines := bufio.NewScanner(out)
	for lines.Scan() {
		if strings.HasPrefix(lines.Text(), string(StageTiles)) {
			break
		}
	}
	require.NoError(t, command.Process.Kill())
	require.Error(t, command.Wait(), "it ended before it could be killed")
	left, err := os.ReadDir(filepath.Join(data, "extract"))
	require.NoError(t, err)
	require.Len(t, left, 1, "the load had begun to write")
	// Its tilemaker dies with it: nothing has the folder as its place any more.
	require.Eventually(t, func() bool { return !someoneWorksIn(filepath.Join(data, "extract")) }, 10*time.Second, 20*time.Millisecond)
	// And its lock ends with its connection.
	require.Eventually(t, func() bool {
		l, err := takeLock(t.Context(), db.DB)
		return err == nil && l.release() == nil
	}, 10*time.Second, 50*time.Millisecond)
}

// someoneWorksIn tells whether a process has its working folder below a folder.
func someoneWorksIn(folder string) bool {
	links, err := filepath.Glob("/proc/[0-9]*/cwd")
	if err != nil {
		return true
	}
	for _, link := range links {
		if at, err := os.Readlink(link); err == nil && strings.HasPrefix(at, folder) {
			return true
		}
	}
	return false
}

func prospectIDs(t *testing.T, db *testdb.DB) (ids string) {
	t.Helper()
	require.NoError(t, db.Owner(t.Context(), func(tx pgx.Tx) error {
		return tx.QueryRow(t.Context(), `select md5(string_agg(osm_type || osm_id || ':' || id, ',' order by osm_type, osm_id)) from open_prospects where not gone`).Scan(&ids)
	}))
	return ids
}

// layersAt reads the tile of a place.
func layersAt(t *testing.T, base *tiles.MBTiles, p orb.Point, zoom int) mvt.Layers {
	t.Helper()
	tile := tiles.At(p, zoom)
	data, err := base.Tile(t.Context(), tile)
	require.NoError(t, err, "%v at zoom %d", p, zoom)
	layers, err := mvt.UnmarshalGzipped(data)
	require.NoError(t, err)
	layers.ProjectToWGS84(maptile.New(tile.X, tile.Y, maptile.Zoom(zoom)))
	return layers
}

func seaOnTheMap(t *testing.T, path string) {
	base, err := tiles.OpenMBTiles(path)
	require.NoError(t, err)
	defer func() { require.NoError(t, base.Close()) }()
	require.Equal(t, 0, base.Info().MinZoom)
	require.Equal(t, 14, base.Info().MaxZoom)
	isWater := func(p orb.Point, zoom int) bool {
		for _, layer := range layersAt(t, base, p, zoom) {
			if layer.Name != "water" {
				continue
			}
			for _, f := range layer.Features {
				switch g := f.Geometry.(type) {
				case orb.Polygon:
					if planar.PolygonContains(g, p) {
						return true
					}
				case orb.MultiPolygon:
					if planar.MultiPolygonContains(g, p) {
						return true
					}
				}
			}
		}
		return false
	}
	for _, zoom := range []int{8, 10, 12, 14} {
		for name, p := range map[string]orb.Point{"Delaware Bay": {-75.25, 39.05}, "Atlantic off Rehoboth": {-75.03, 38.72}} {
			require.True(t, isWater(p, zoom), "%s at zoom %d", name, zoom)
		}
		for name, p := range map[string]orb.Point{"Dover": {-75.5247, 39.1582}, "Wilmington": {-75.5466, 39.7459}, "Georgetown": {-75.3855, 38.6901}} {
			require.False(t, isWater(p, zoom), "%s at zoom %d", name, zoom)
		}
	}
}

func namesOnTheMap(t *testing.T, path string) {
	base, err := tiles.OpenMBTiles(path)
	require.NoError(t, err)
	defer func() { require.NoError(t, base.Close()) }()
	names := map[string]bool{}
	layers := map[string]bool{}
	for _, layer := range layersAt(t, base, orb.Point{-75.5247, 39.1582}, 14) {
		layers[layer.Name] = true
		for _, f := range layer.Features {
			if name, ok := f.Properties["name"].(string); ok {
				names[layer.Name+": "+name] = true
			}
		}
	}
	require.Contains(t, names, "transportation_name: West Loockerman Street")
	for _, want := range []string{"transportation", "building", "landuse"} {
		require.Contains(t, layers, want)
	}
}
