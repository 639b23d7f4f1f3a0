package api

import (
	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"

	"github.com/waymark-crm/waymark/geo/hexgrid"
)

// openProspect adds an open prospect where the tenants are, unless there is one
// of that name, and returns its id.
func (w *world) openProspect(name string) int64 {
	w.t.Helper()
	cell, err := hexgrid.CellOf(tenantPlace)
	require.NoError(w.t, err)
	var id int64
	ctx := w.t.Context()
	require.NoError(w.t, w.db.Owner(ctx, func(tx pgx.Tx) error {
		if _, err := tx.Exec(ctx, `insert into extracts (file_name, sha256, state) select 'a.osm.pbf', 'x', 'current' where not exists (select from extracts)`); err != nil {
			return err
		}
		return tx.QueryRow(ctx, `
			insert into open_prospects (osm_id, osm_type, name, category, kind, point, cell, extract_id)
			select hashtext($1), 'n', $1, 'shop', 'shop=bakery', $2, $3, (select min(id) from extracts)
			on conflict (osm_type, osm_id) do update set name = excluded.name
			returning id`, name, tenantPlace, int64(cell)).Scan(&id)
	}))
	return id
}
