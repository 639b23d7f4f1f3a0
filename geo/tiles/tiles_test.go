package tiles

import (
	"bytes"
	"compress/gzip"
	"context"
	"database/sql"
	"fmt"
	"io"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/paulmach/orb"
	"github.com/paulmach/orb/encoding/mvt"
	"github.com/paulmach/orb/maptile"
	"github.com/paulmach/orb/planar"
	"github.com/stretchr/testify/require"
)

// decode reads a tile with another library, back to degrees.
func decode(t testing.TB, data []byte, tile Tile) mvt.Layers {
	t.Helper()
	layers, err := mvt.Unmarshal(data)
	require.NoError(t, err)
	layers.ProjectToWGS84(maptile.New(tile.X, tile.Y, maptile.Zoom(tile.Z)))
	return layers
}

func mustTile(t testing.TB, z, x, y int) Tile {
	t.Helper()
	tile, err := New(z, x, y)
	require.NoError(t, err)
	return tile
}

func TestAPointInTheMiddleOfTheWorldIsInTheMiddleOfItsTile(t *testing.T) {
	t.Parallel()
	w := NewWriter(mustTile(t, 0, 0, 0))
	l := w.Layer("places")
	name := l.Key("name")
	require.True(t, l.Point(7, orb.Point{0, 0}))
	l.String(name, "Null Island")
	// Worked out by hand from the specification.
	require.Equal(t, []byte{
		0x1a, 51, // layers: 2 + 8 + 17 + 6 + 15 + 3 bytes
		0x78, 2, // version 2
		0x0a, 6, 'p', 'l', 'a', 'c', 'e', 's',
		0x12, 15, // a feature
		0x08, 7, // id
		0x12, 2, 0, 0, // key 0, value 0
		0x18, 1, // a point
		0x22, 5, 9, 0x80, 0x20, 0x80, 0x20, // move to +2048, +2048
		0x1a, 4, 'n', 'a', 'm', 'e',
		0x22, 13, 0x0a, 11, 'N', 'u', 'l', 'l', ' ', 'I', 's', 'l', 'a', 'n', 'd',
		0x28, 0x80, 0x20, // extent 4096
	}, w.Bytes())
}

func TestAnotherLibraryReadsWhatWasWritten(t *testing.T) {
	t.Parallel()
	tile := At(orb.Point{-75.5247, 39.1582}, 10)
	w := NewWriter(tile)
	w.Layer("empty")
	l := w.Layer("accounts")
	name, open, revenue, change, class := l.Key("name"), l.Key("open"), l.Key("revenue"), l.Key("change"), l.Key("class")
	own := l.Key("own")
	require.Equal(t, name, l.Key("name"))
	r := rand.New(rand.NewPCG(1, 1))
	bound := tile.Bound()
	type row struct {
		point   orb.Point
		name    string
		revenue float64
		change  int64
	}
	var rows []row
	for i := range 3000 {
		p := orb.Point{
			bound.Min[0] + r.Float64()*(bound.Max[0]-bound.Min[0]),
			bound.Min[1] + r.Float64()*(bound.Max[1]-bound.Min[1]),
		}
		one := row{p, fmt.Sprintf("Kunde „%d“ Ωmega", i%50), r.NormFloat64() * 1e6, r.Int64N(1<<40) - 1<<39}
		rows = append(rows, one)
		require.True(t, l.Point(uint64(i+1), p))
		l.String(name, one.name)
		l.Bool(open, i%2 == 0)
		l.Float(revenue, one.revenue)
		l.Int(change, one.change)
		l.Unique(own, -one.change)
		l.Int(class, int64(i%3))
		l.String(name, "") // left out
		l.Float(revenue, math.NaN())
	}
	require.Equal(t, 3000, l.Len())
	layers := decode(t, w.Bytes(), tile)
	require.Len(t, layers, 1, "an empty layer is left out")
	require.Equal(t, "accounts", layers[0].Name)
	require.EqualValues(t, 2, layers[0].Version)
	require.Len(t, layers[0].Features, 3000)
	unitDegrees := (bound.Max[0] - bound.Min[0]) / Extent
	for i, f := range layers[0].Features {
		require.EqualValues(t, i+1, f.ID)
		p := f.Geometry.(orb.Point)
		require.InDelta(t, rows[i].point[0], p[0], unitDegrees)
		require.InDelta(t, rows[i].point[1], p[1], unitDegrees)
		require.Equal(t, rows[i].name, f.Properties["name"])
		require.Equal(t, i%2 == 0, f.Properties["open"])
		require.Equal(t, rows[i].revenue, f.Properties["revenue"])
		require.EqualValues(t, rows[i].change, f.Properties["change"])
		require.EqualValues(t, -rows[i].change, f.Properties["own"])
		require.EqualValues(t, i%3, f.Properties["class"])
	}
}

func TestPointsOutsideTheTileAndItsMarginAreLeftOut(t *testing.T) {
	t.Parallel()
	tile := mustTile(t, 5, 9, 12)
	b := tile.Bound()
	w := NewWriter(tile)
	l := w.Layer("points")
	margin := (b.Max[0] - b.Min[0]) / Extent * Margin
	mid := b.Center()
	require.True(t, l.Point(1, orb.Point{b.Min[0] - 0.9*margin, mid[1]}))
	require.False(t, l.Point(2, orb.Point{b.Min[0] - 1.1*margin, mid[1]}))
	l.String(l.Key("name"), "dropped")
	require.False(t, l.Point(3, orb.Point{mid[0], b.Max[1] + 1}))
	require.False(t, l.Point(4, orb.Point{math.NaN(), 0}))
	require.False(t, l.Point(5, orb.Point{math.Inf(1), 0}))
	layers := decode(t, w.Bytes(), tile)
	require.Len(t, layers[0].Features, 1)
	require.Empty(t, layers[0].Features[0].Properties)
	require.Empty(t, NewWriter(tile).Bytes())
}

func TestAPolygonIsClippedAndKeepsItsArea(t *testing.T) {
	t.Parallel()
	tile := At(orb.Point{-75.5, 39.1}, 8)
	b := tile.Bound()
	mid := b.Center()
	square := func(half float64) orb.Ring {
		return orb.Ring{{mid[0] - half, mid[1] - half}, {mid[0] + half, mid[1] - half}, {mid[0] + half, mid[1] + half},
			{mid[0] - half, mid[1] + half}, {mid[0] - half, mid[1] - half}}
	}
	w := NewWriter(tile)
	l := w.Layer("regions")
	require.True(t, l.Polygon(1, orb.Polygon{square(0.2)}))
	require.True(t, l.Polygon(2, orb.Polygon{square(0.2), square(0.1)}))
	clockwise := square(0.2)
	clockwise.Reverse()
	require.True(t, l.Polygon(3, orb.Polygon{clockwise}))
	require.True(t, l.Polygon(4, orb.Polygon{square(20)}))
	require.False(t, l.Polygon(5, orb.Polygon{{{10, 10}, {11, 10}, {11, 11}, {10, 10}}}))
	require.False(t, l.Polygon(6, orb.Polygon{square(1e-9)}), "less than a unit")
	require.False(t, l.Polygon(7, orb.Polygon{}))
	require.False(t, l.Polygon(8, orb.Polygon{{{math.NaN(), 1}, {1, 1}, {2, 2}}}))
	require.True(t, l.Polygon(9, orb.Polygon{square(0.1)}, orb.Polygon{{{b.Min[0], b.Min[1]}, {b.Min[0] + .1, b.Min[1]}, {b.Min[0], b.Min[1] + .1}}}))
	features := decode(t, w.Bytes(), tile)[0].Features
	require.Len(t, features, 5)
	area := func(i int) float64 { return math.Abs(planar.Area(features[i].Geometry)) }
	require.InEpsilon(t, 0.16, area(0), 0.01)
	require.InEpsilon(t, 0.16-0.04, area(1), 0.01)
	require.Equal(t, features[0].Geometry.(orb.Polygon)[0].Orientation(), features[2].Geometry.(orb.Polygon)[0].Orientation(), "winding does not matter")
	require.Equal(t, area(0), area(2))
	whole := tile.BoundWith(float64(Margin) / Extent)
	require.InEpsilon(t, planar.Area(whole), area(3), 0.001)
	require.Len(t, features[4].Geometry, 2)
}

func TestAHexagonOnTheAntimeridianIsDrawnOnBothSides(t *testing.T) {
	t.Parallel()
	hexagon := orb.Polygon{{{179, 0}, {179.5, -1}, {180.5, -1}, {181, 0}, {180.5, 1}, {179.5, 1}, {179, 0}}}
	for _, p := range []orb.Point{{179.9, 0.1}, {-179.9, 0.1}} {
		tile := At(p, 6)
		w := NewWriter(tile)
		l := w.Layer("cells")
		require.True(t, l.Polygon(1, hexagon), "%v", p)
		polygon := decode(t, w.Bytes(), tile)[0].Features[0].Geometry.(orb.Polygon)
		require.True(t, planar.PolygonContains(polygon, p))
	}
}

func TestALineIsCutWhereItLeavesTheTile(t *testing.T) {
	t.Parallel()
	tile := At(orb.Point{-75.5, 39.1}, 8)
	b := tile.Bound()
	mid, w := b.Center(), b.Max[0]-b.Min[0]
	line := orb.LineString{{mid[0] - 2*w, mid[1]}, {mid[0], mid[1]}, {mid[0], mid[1] + 2*w}, {mid[0] + w/4, mid[1] + 2*w}, {mid[0] + w/4, mid[1]}}
	writer := NewWriter(tile)
	l := writer.Layer("route")
	require.True(t, l.Line(1, line))
	require.False(t, l.Line(2, orb.LineString{{10, 10}, {11, 11}}))
	require.False(t, l.Line(3, orb.LineString{mid}))
	features := decode(t, writer.Bytes(), tile)[0].Features
	require.Len(t, features, 1)
	require.Len(t, features[0].Geometry.(orb.MultiLineString), 2)
}

func TestTheTileOfAPointContainsIt(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(2, 2))
	for range 5000 {
		p := orb.Point{r.Float64()*360 - 180, r.Float64()*170 - 85}
		z := r.IntN(20)
		tile := At(p, z)
		require.True(t, tile.Bound().Pad(1e-9).Contains(p))
		want := maptile.At(p, maptile.Zoom(z))
		require.Equal(t, Tile{uint8(z), want.X, want.Y}, tile)
		require.Equal(t, At(p, max(z-1, 0)), tile.Parent())
	}
	require.Equal(t, "3/7/7", At(orb.Point{180, -90}, 3).String())
	require.InDelta(t, -180, mustTile(t, 1, 0, 0).BoundWith(0.5).Min[0], 1e-9)
	require.InDelta(t, 90, mustTile(t, 1, 0, 0).BoundWith(0.5).Max[0], 1e-9)
}

func TestATileThatDoesNotExistIsRefusedWithTheReason(t *testing.T) {
	t.Parallel()
	for _, c := range [][3]int{{-1, 0, 0}, {25, 0, 0}, {0, 1, 0}, {3, 8, 0}, {3, 0, 8}, {3, -1, 0}, {99, 1 << 62, 5}} {
		_, err := New(c[0], c[1], c[2])
		require.ErrorIs(t, err, ErrRange)
	}
	_, err := New(3, 8, 0)
	require.ErrorContains(t, err, "0 to 7")
}

func TestACompressedTileIsSmallerAndTheSame(t *testing.T) {
	t.Parallel()
	plain := []byte(strings.Repeat("waymark ", 5000))
	var wait sync.WaitGroup
	for range 4 {
		wait.Go(func() {
			packed, err := Gzip(plain)
			if err != nil || len(packed) > len(plain)/10 {
				t.Errorf("%d bytes, %v", len(packed), err)
				return
			}
			r, err := gzip.NewReader(bytes.NewReader(packed))
			if err != nil {
				t.Error(err)
				return
			}
			back, err := io.ReadAll(r)
			if err != nil || !bytes.Equal(plain, back) {
				t.Errorf("came back different: %v", err)
			}
		})
	}
	wait.Wait()
}

// writeMBTiles makes a small file of tiles.
func writeMBTiles(t testing.TB, path string, statements ...string) {
	t.Helper()
	db, err := sql.Open("sqlite", path)
	require.NoError(t, err)
	for _, s := range append([]string{"create table metadata (name text, value text)",
		"create table tiles (zoom_level integer, tile_column integer, tile_row integer, tile_data blob)"}, statements...) {
		_, err := db.Exec(s)
		require.NoError(t, err)
	}
	require.NoError(t, db.Close())
}

func TestTilesAreReadByManyAtOnceAndCountedFromTheNorth(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	path := filepath.Join(dir, "a b?c#d%20.mbtiles") // a name that is awkward in a URL
	writeMBTiles(t, filepath.Join(dir, "plain"),
		"insert into metadata values ('name', 'Delaware'), ('format', 'pbf'), ('bounds', '-75.8, 38.4,-75,39.9')",
		"insert into tiles values (1, 0, 1, x'0A'), (1, 0, 0, x'0B'), (2, 3, 0, x'0C')")
	require.NoError(t, os.Rename(filepath.Join(dir, "plain"), path))
	m, err := OpenMBTiles(path)
	require.NoError(t, err)
	require.Equal(t, Info{Name: "Delaware", Format: "pbf", MinZoom: 1, MaxZoom: 2,
		Bounds: orb.Bound{Min: orb.Point{-75.8, 38.4}, Max: orb.Point{-75, 39.9}}}, m.Info())
	var wait sync.WaitGroup
	for range 8 {
		wait.Go(func() {
			for range 100 {
				for tile, want := range map[Tile]byte{{1, 0, 0}: 0x0a, {1, 0, 1}: 0x0b, {2, 3, 3}: 0x0c} {
					data, err := m.Tile(context.Background(), tile)
					if err != nil || len(data) != 1 || data[0] != want {
						t.Errorf("%s: %x, %v", tile, data, err)
						return
					}
				}
			}
		})
	}
	wait.Wait()
	_, err = m.Tile(context.Background(), Tile{9, 1, 1})
	require.ErrorIs(t, err, ErrNoTile)
	ended, cancel := context.WithCancel(context.Background())
	cancel()
	_, err = m.Tile(ended, Tile{1, 0, 0})
	require.ErrorIs(t, err, context.Canceled)
	require.NoError(t, m.Close())
}

func TestAFileThatHoldsNoTilesIsRefused(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	_, err := OpenMBTiles(filepath.Join(dir, "missing.mbtiles"))
	require.ErrorIs(t, err, ErrFile)
	_, err = OpenMBTiles(dir)
	require.ErrorIs(t, err, ErrFile)
	text := filepath.Join(dir, "text.mbtiles")
	require.NoError(t, os.WriteFile(text, []byte(strings.Repeat("no database ", 1000)), 0o600))
	_, err = OpenMBTiles(text)
	require.ErrorIs(t, err, ErrFile)
	empty := filepath.Join(dir, "empty.mbtiles")
	writeMBTiles(t, empty)
	_, err = OpenMBTiles(empty)
	require.ErrorContains(t, err, "no tiles")
	odd := filepath.Join(dir, "odd.mbtiles")
	writeMBTiles(t, odd, "insert into tiles values (0, 0, 0, x'00')", "insert into metadata values ('bounds', 'here,there')")
	_, err = OpenMBTiles(odd)
	require.ErrorIs(t, err, ErrFile)
}

func FuzzPolygon(f *testing.F) {
	f.Add(-75.0, 39.0, -74.0, 39.5, -75.5, 40.0, 8)
	f.Add(math.Inf(1), 90.0, -180.0, -90.0, 181.0, math.NaN(), 0)
	f.Fuzz(func(t *testing.T, ax, ay, bx, by, cx, cy float64, z int) {
		w := NewWriter(At(orb.Point{-75, 39}, z))
		l := w.Layer("l")
		if l.Polygon(1, orb.Polygon{{{ax, ay}, {bx, by}, {cx, cy}}}) {
			l.Int(l.Key("k"), int64(z))
		}
		l.Line(2, orb.LineString{{ax, ay}, {bx, by}, {cx, cy}})
		l.Point(3, orb.Point{ax, ay})
		if _, err := mvt.Unmarshal(w.Bytes()); err != nil {
			t.Fatal(err)
		}
	})
}

func BenchmarkFiveThousandPoints(b *testing.B) {
	tile := At(orb.Point{-75.5, 39.1}, 10)
	bound := tile.Bound()
	r := rand.New(rand.NewPCG(3, 3))
	points := make([]orb.Point, 5000)
	for i := range points {
		points[i] = orb.Point{bound.Min[0] + r.Float64()*(bound.Max[0]-bound.Min[0]), bound.Min[1] + r.Float64()*(bound.Max[1]-bound.Min[1])}
	}
	b.ReportAllocs()
	for b.Loop() {
		w := NewWriter(tile)
		l := w.Layer("accounts")
		status, class := l.Key("status"), l.Key("class")
		for i, p := range points {
			if l.Point(uint64(i+1), p) {
				l.Int(status, int64(i%4))
				l.String(class, "ABC"[i%3:i%3+1])
			}
		}
		if _, err := Gzip(w.Bytes()); err != nil {
			b.Fatal(err)
		}
	}
}
