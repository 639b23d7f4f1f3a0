package api

import (
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"
)

// boundary puts a named area of the extract round Dover, from -75.7 to -75.3 and
// 39.0 to 39.3, and returns its id.
func (w *world) boundary(name string) int64 {
	w.t.Helper()
	ctx := w.t.Context()
	var id int64
	require.NoError(w.t, w.db.Owner(ctx, func(tx pgx.Tx) error {
		if _, err := tx.Exec(ctx, `insert into extracts (file_name, sha256, state) select 'a.osm.pbf', 'x', 'current' where not exists (select from extracts)`); err != nil {
			return err
		}
		return tx.QueryRow(ctx, `
			insert into boundaries (osm_id, osm_type, kind, name, level, search, km2, point, area, extract_id)
			select hashtext($1), 'r', 'administrative', $1, 6, lower($1), st_area(a::geography) / 1e6, st_centroid(a), st_multi(a), (select min(id) from extracts)
			from st_makeenvelope(-75.7, 39.0, -75.3, 39.3, 4326) a
			on conflict (osm_type, osm_id) do update set name = excluded.name
			returning id`, name).Scan(&id)
	}))
	return id
}

func TestANamedAreaIsFoundByNameAndPlaceAndIsAFilter(t *testing.T) {
	t.Parallel()
	w := setup(t)
	kent := w.boundary("Kent County")
	c := w.as(w.north.manager)
	for query, want := range map[string]int{"": 1, "?q=kent": 1, "?q=kemt+county": 1, "?q=sussex": 0, "?q=100%25": 0, "?kind=postal": 0, "?level=6": 1, "?level=4": 0,
		"?bbox=-76,39.2,-75.6,40": 1, "?bbox=-76,39.4,-75,40": 0} {
		require.Len(t, c.get("/api/places/boundaries" + query).want(200).object()["items"], want, query)
	}
	b := c.get("/api/places/boundaries/" + id(kent)).want(200).object()
	require.Equal(t, "Kent County", b["name"])
	require.InDelta(t, 1152, b["km2"], 5, "34.5 by 33.3 km")
	require.Equal(t, "MultiPolygon", b["polygon"].(map[string]any)["type"])
	c.get("/api/places/boundaries/999999").want(404)
	c.get("/api/places/boundaries?bbox=1,2").want(422)
	c.get("/api/places/boundaries?level=12").want(422)
}
