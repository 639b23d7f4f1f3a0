package postgres_test

import (
	"math"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/jackc/pgx/v5"
	"github.com/paulmach/orb"
	"github.com/paulmach/orb/encoding/wkt"
	"github.com/stretchr/testify/require"

	"github.com/waymark-crm/waymark/internal/testdb"
)

var modes = []pgx.QueryExecMode{
	pgx.QueryExecModeCacheStatement, pgx.QueryExecModeCacheDescribe, pgx.QueryExecModeExec,
}

var shapes = []orb.Geometry{
	orb.Point{-75.5466, 39.7447},
	orb.Point{0, 0},
	orb.MultiPoint{{1, 2}, {3, 4}},
	orb.LineString{{1, 2}, {3, 4}, {5, 6}},
	orb.MultiLineString{{{1, 2}, {3, 4}}, {{5, 6}, {7, 8}}},
	orb.Polygon{{{0, 0}, {4, 0}, {4, 4}, {0, 0}}, {{1, 0.5}, {2, 0.5}, {2, 1}, {1, 0.5}}},
	orb.MultiPolygon{{{{0, 0}, {4, 0}, {4, 4}, {0, 0}}}, {{{10, 10}, {14, 10}, {14, 14}, {10, 10}}}},
	orb.Collection{orb.Point{1, 2}, orb.LineString{{1, 2}, {3, 4}}},
}

func TestEveryShapeReachesPostGISAndComesBack(t *testing.T) {
	t.Parallel()
	db := testdb.Empty(t)
	for _, mode := range modes {
		for _, shape := range shapes {
			var back orb.Geometry
			var text string
			var srid int
			err := db.Pool().QueryRow(t.Context(), "select $1::geometry, st_astext($1::geometry), st_srid($1::geometry)", mode, shape).
				Scan(&back, &text, &srid)
			require.NoError(t, err, "%v %v", mode, shape)
			require.Empty(t, cmp.Diff(shape, back), "%v", mode)
			require.Equal(t, 4326, srid)
			// PostGIS's own reading of what it was sent.
			read, err := wkt.Unmarshal(text)
			require.NoError(t, err)
			require.Empty(t, cmp.Diff(shape, read), "%v", mode)
		}
	}
}

func TestAPointIsReadIntoAPoint(t *testing.T) {
	t.Parallel()
	db := testdb.Empty(t)
	for _, mode := range modes {
		for _, expression := range []string{
			"st_setsrid(st_point(1.5, -2.5), 4326)", "st_point(1.5, -2.5)", "st_makepoint(1.5, -2.5, 7)",
			"st_makepointm(1.5, -2.5, 7)", "st_setsrid(st_point(1.5, -2.5), 4326)::geography",
			"st_setsrid(st_makepoint(1.5, -2.5, 7, 8), 3857)",
		} {
			var p orb.Point
			require.NoError(t, db.Pool().QueryRow(t.Context(), "select "+expression, mode).Scan(&p), "%v %s", mode, expression)
			require.Equal(t, orb.Point{1.5, -2.5}, p, "%v %s", mode, expression)
		}
	}
}

func TestNullReadsIntoAPointerAndNotIntoAPoint(t *testing.T) {
	t.Parallel()
	db := testdb.Empty(t)
	p := &orb.Point{1, 1}
	var g orb.Geometry = orb.Point{1, 1}
	require.NoError(t, db.Pool().QueryRow(t.Context(), "select null::geometry, null::geometry").Scan(&p, &g))
	require.Nil(t, p)
	require.Nil(t, g)
	var q orb.Point
	require.ErrorContains(t, db.Pool().QueryRow(t.Context(), "select null::geometry").Scan(&q), "null")
	var none *orb.Point
	var isNull bool
	require.NoError(t, db.Pool().QueryRow(t.Context(), "select $1::geometry is null", none).Scan(&isNull))
	require.True(t, isNull)
}

func TestAShapeOfAnotherKindIsAnError(t *testing.T) {
	t.Parallel()
	db := testdb.Empty(t)
	var p orb.Point
	require.Error(t, db.Pool().QueryRow(t.Context(), "select 'linestring(0 0, 1 1)'::geometry").Scan(&p))
	require.Error(t, db.Pool().QueryRow(t.Context(), "select 'point empty'::geometry").Scan(&p))
	var line orb.LineString
	require.ErrorContains(t, db.Pool().QueryRow(t.Context(), "select st_point(1, 2)").Scan(&line), "Point")
	var many orb.MultiPolygon
	require.NoError(t, db.Pool().QueryRow(t.Context(), "select 'polygon((0 0, 1 0, 1 1, 0 0))'::geometry").Scan(&many))
	require.Len(t, many, 1)
}

func TestCoordinatesThatAreNoNumbersAreRefused(t *testing.T) {
	t.Parallel()
	db := testdb.Empty(t)
	for _, bad := range []float64{math.NaN(), math.Inf(1), math.Inf(-1)} {
		for _, shape := range []orb.Geometry{
			orb.Point{bad, 1}, orb.Point{1, bad}, orb.LineString{{1, 2}, {3, bad}},
			orb.Polygon{{{0, 0}, {bad, 0}, {4, 4}, {0, 0}}}, orb.Collection{orb.MultiPoint{{1, bad}}},
		} {
			var n int
			require.ErrorContains(t, db.Pool().QueryRow(t.Context(), "select 1 from (select $1::geometry) s", shape).Scan(&n), "not a number", "%v", shape)
		}
	}
}

func TestManyPointsAreCopiedAndReadInBinary(t *testing.T) {
	t.Parallel()
	db := testdb.Empty(t)
	require.NoError(t, db.Owner(t.Context(), func(tx pgx.Tx) error {
		_, err := tx.Exec(t.Context(), "create table spots (n int, at geometry(point, 4326))")
		require.NoError(t, err)
		copied, err := tx.CopyFrom(t.Context(), pgx.Identifier{"spots"}, []string{"n", "at"},
			pgx.CopyFromSlice(1000, func(i int) ([]any, error) { return []any{i, orb.Point{float64(i) / 10, float64(-i) / 20}}, nil }))
		require.NoError(t, err)
		require.EqualValues(t, 1000, copied)
		var points []orb.Point
		require.NoError(t, tx.QueryRow(t.Context(), "select array_agg(at order by n) from spots").Scan(&points))
		require.Equal(t, orb.Point{99.9, -49.95}, points[999])
		rows, err := tx.Query(t.Context(), "select at from spots order by n limit 1")
		require.NoError(t, err)
		require.EqualValues(t, 1, rows.FieldDescriptions()[0].Format, "binary")
		rows.Close()
		var hits int
		require.NoError(t, tx.QueryRow(t.Context(), "select count(*) from spots where at = any($1)", []orb.Point{{1, -0.5}, {2, -1}, {77, 77}}).Scan(&hits))
		require.Equal(t, 2, hits)
		return nil
	}))
}
