package territories

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/paulmach/orb"
	"github.com/paulmach/orb/planar"
	"github.com/stretchr/testify/require"

	"github.com/waymark-crm/waymark/geo/hexgrid"
	"github.com/waymark-crm/waymark/internal/fault"
)

func square(west, south, east, north float64) string {
	return fmt.Sprintf(`{"type":"Polygon","coordinates":[[[%[1]v,%[2]v],[%[3]v,%[2]v],[%[3]v,%[4]v],[%[1]v,%[4]v],[%[1]v,%[2]v]]]}`, west, south, east, north)
}

func collection(features ...string) json.RawMessage {
	return json.RawMessage(`{"type":"FeatureCollection","features":[` + strings.Join(features, ",") + `]}`)
}

func one(name, geometry string) string {
	return fmt.Sprintf(`{"type":"Feature","properties":{"name":%s},"geometry":%s}`, name, geometry)
}

func TestAFileOfShapesBecomesADraft(t *testing.T) {
	t.Parallel()
	s := setup(t)
	// Two that overlap, and one of two parts and a number for a name.
	f, err := s.Import(s.ctx, "By county", 0, "", collection(
		one(`"Kent"`, square(-75.6, 39, -75.4, 39.2)), one(`"Sussex"`, square(-75.5, 39, -75.3, 39.2)),
		one(`7`, square(-76, 39, -75.9, 39.1)), one(`7`, square(-76.2, 39, -76.1, 39.1))))
	require.NoError(t, err)
	require.Equal(t, []string{"Kent", "Sussex", "7"}, []string{f.Territories[0].Name, f.Territories[1].Name, f.Territories[2].Name})
	require.Equal(t, 2, f.Territories[2].Parts)
	kent, err := hexgrid.Fill(orb.Bound{Min: orb.Point{-75.6, 39}, Max: orb.Point{-75.4, 39.2}}, 7)
	require.NoError(t, err)
	require.Equal(t, len(kent), f.Territories[0].Cells, "the first one counts")
	require.True(t, f.CanUndo)
}

func TestHostileFilesAreRefusedInWords(t *testing.T) {
	t.Parallel()
	s := setup(t)
	bow := `{"type":"Polygon","coordinates":[[[-75.6,39],[-75.4,39.2],[-75.4,39],[-75.6,39.2],[-75.6,39]]]}`
	f, err := s.Import(s.ctx, "A ring that crosses itself", 0, "", collection(one(`"A"`, bow)))
	require.NoError(t, err)
	require.Positive(t, f.Territories[0].Cells)

	ring := make([]string, maxCorners+2)
	for i := range ring {
		ring[i] = fmt.Sprintf("[%v,%v]", -75+float64(i%1000)/1e5, 39+float64(i/1000)/1e5)
	}
	ring[len(ring)-1] = ring[0]
	many := make([]string, maxFeatures+1)
	for i := range many {
		many[i] = one(fmt.Sprint(i), square(0, 0, 1, 1))
	}
	for name, raw := range map[string]json.RawMessage{
		"no JSON": json.RawMessage(`{"type":`), "no collection": json.RawMessage(square(0, 0, 1, 1)), "null": json.RawMessage(`null`),
		"no features": collection(), "too many": collection(many...),
		"no name":             collection(one(`null`, square(0, 0, 1, 1))),
		"an object as a name": collection(one(`{}`, square(0, 0, 1, 1))),
		"a name of spaces":    collection(one(`"  "`, square(0, 0, 1, 1))),
		"a point":             collection(one(`"A"`, `{"type":"Point","coordinates":[0,0]}`)),
		"no geometry":         collection(one(`"A"`, `null`)),
		"metres":              collection(one(`"A"`, square(4_000_000, 3_000_000, 4_100_000, 3_100_000))),
		"latitude first":      collection(one(`"A"`, square(39, -175.6, 39.2, -175.4))),
		"an open ring":        collection(one(`"A"`, `{"type":"Polygon","coordinates":[[[0,0],[1,0],[1,1],[0,1]]]}`)),
		"two corners":         collection(one(`"A"`, `{"type":"Polygon","coordinates":[[[0,0],[1,0],[0,0]]]}`)),
		"an empty polygon":    collection(one(`"A"`, `{"type":"Polygon","coordinates":[]}`)),
		"an empty ring":       collection(one(`"A"`, `{"type":"Polygon","coordinates":[[]]}`)),
		"wrong depth":         collection(one(`"A"`, `{"type":"Polygon","coordinates":[[0,0],[1,0],[1,1],[0,0]]}`)),
		"one number a corner": collection(one(`"A"`, `{"type":"Polygon","coordinates":[[[0],[1],[2],[0]]]}`)),
		"no area":             collection(one(`"A"`, `{"type":"Polygon","coordinates":[[[0,0],[0,0],[0,0],[0,0]]]}`)),
		"too many corners":    collection(one(`"A"`, `{"type":"Polygon","coordinates":[[`+strings.Join(ring, ",")+`]]}`)),
		"the whole world":     collection(one(`"A"`, square(-180, -90, 180, 90))),
	} {
		_, err := s.Import(s.ctx, name, 0, "", raw)
		require.Error(t, err, name)
		require.Equal(t, fault.Invalid, fault.CodeOf(err), "%s: %v", name, err)
		require.NotEmpty(t, fault.Of(err).Fields(), name)
	}
	require.Less(t, s.number(`select count(*) from alignments`), int64(3), "what was refused has left nothing")
}

func TestAShapeFillsATerritoryAndTakesNothingFromOthersUnlessTold(t *testing.T) {
	t.Parallel()
	s := setup(t)
	f, west, east := s.draft()
	middle, err := hexgrid.Centre(s.cell(5))
	require.NoError(t, err)
	shape := json.RawMessage(square(middle[0]-0.1, middle[1]-0.05, middle[0]+0.1, middle[1]+0.05))
	e, err := s.Fill(s.ctx, f.ID, f.Version, west, shape, nil, false)
	require.NoError(t, err)
	require.Equal(t, 5, e.Territories[1].Cells, "the east keeps what it has")
	require.Greater(t, e.Territories[0].Cells, 10)
	e, err = s.Fill(s.ctx, f.ID, e.Version, west, shape, nil, true)
	require.NoError(t, err)
	require.Less(t, e.Territories[1].Cells, 5)
	_, err = s.Fill(s.ctx, f.ID, e.Version, east, nil, ptr(int64(123456)), false)
	refused(t, err, fault.NotFound)
	_, err = s.Fill(s.ctx, f.ID, e.Version, east, json.RawMessage(square(10, 10, 10.0001, 10.0001)), nil, false)
	require.Contains(t, refused(t, err, fault.Invalid), "smaller than a cell")

	s.exec(`insert into extracts (file_name, sha256, state) values ('a', 'b', 'current')`)
	s.exec(`insert into boundaries (osm_id, osm_type, kind, name, km2, point, area, extract_id)
		select 1, 'r', 'administrative', 'Kent', 1, st_setsrid(st_makepoint(10.1, 10.1), 4326), st_setsrid(st_multi(st_makeenvelope(10, 10, 10.2, 10.2)), 4326), id from extracts`)
	id := s.number(`select id from boundaries`)
	e, err = s.Fill(s.ctx, f.ID, e.Version, east, nil, &id, false)
	require.NoError(t, err)
	want, err := hexgrid.Fill(orb.Bound{Min: orb.Point{10, 10}, Max: orb.Point{10.2, 10.2}}, 7)
	require.NoError(t, err)
	require.Equal(t, len(want), e.Changed)
}

func TestOutlinesHaveIslandsAndHoles(t *testing.T) {
	t.Parallel()
	for _, at := range []orb.Point{{-75.5, 39}, {179.99, 65}, {0, 0.01}} {
		c, err := hexgrid.CellAt(at, 7)
		require.NoError(t, err)
		disk, err := hexgrid.Disk(c, 8)
		require.NoError(t, err)
		hole, err := hexgrid.Disk(c, 2)
		require.NoError(t, err)
		inner := map[hexgrid.Cell]bool{}
		for _, h := range hole {
			inner[h] = true
		}
		cells := []hexgrid.Cell{c} // an island in the hole
		area := 0.0
		for _, d := range disk {
			if !inner[d] {
				cells = append(cells, d)
			}
		}
		for _, d := range cells {
			b, err := hexgrid.Boundary(d)
			require.NoError(t, err)
			area += planar.Area(b)
		}
		outline, err := dissolve(cells)
		require.NoError(t, err)
		require.Len(t, outline, 2, "the ring and the island")
		holes := 0
		for _, p := range outline {
			require.Equal(t, orb.CCW, p[0].Orientation())
			holes += len(p) - 1
			for _, h := range p[1:] {
				require.Equal(t, orb.CW, h.Orientation())
			}
		}
		require.Equal(t, 1, holes)
		require.InEpsilon(t, area, planar.Area(outline), 1e-9, "nothing is lost and nothing is there twice")
	}
}
