package api

import (
	"context"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"

	"github.com/waymark-crm/waymark/internal/postgres"
)

// addTwin is [tenant.insertTwin], for tests that need one.
func (w *world) addTwin(n *tenant) {
	w.t.Helper()
	ctx := postgres.WithActor(w.t.Context(), postgres.Actor{OrgID: n.org})
	require.NoError(w.t, w.db.Tx(ctx, func(tx pgx.Tx) error { return n.insertTwin(ctx, tx) }))
}

// insertTwin gives a tenant a second account that resembles the first, a merge
// that was undone, and an address to check.
func (n *tenant) insertTwin(ctx context.Context, tx pgx.Tx) error {
	for _, step := range []struct {
		sql  string
		args []any
		id   *int64
	}{
		{`insert into accounts (org_id, name, notes) values ($1, $2, $2) returning id`, []any{n.org, n.mark}, &n.twin},
		{`insert into address_repairs (org_id, account_id, site_id, state, address) values ($1, $2, $3, 'doubtful', $4) returning id`,
			[]any{n.org, n.account, n.site, n.mark}, &n.repair},
	} {
		if err := tx.QueryRow(ctx, step.sql, step.args...).Scan(step.id); err != nil {
			return err
		}
	}
	if err := tx.QueryRow(ctx, `insert into account_merges (org_id, winner_id, loser_id, winner_before, moved, winner_version, loser_version)
		values ($1, $2, $3, jsonb_build_object('name', $4::text, 'external_id', ''), '[]', 2, 2) returning id`, n.org, n.account, n.twin, n.mark).Scan(&n.merge); err != nil {
		return err
	}
	_, err := tx.Exec(ctx, `insert into duplicate_pairs (org_id, a_id, b_id, score, reasons) values ($1, $2, $3, 0.5, '[]')`, n.org, n.account, n.twin)
	return err
}

func init() {
	for id, t := range map[string]trespass{
		"listDuplicates":   {try: func(c *client, _ tenant) *reply { return c.get("/api/duplicates") }},
		"getDuplicateScan": {try: func(c *client, _ tenant) *reply { return c.get("/api/duplicates/look") }},
		"findDuplicates":   {try: func(c *client, _ tenant) *reply { return c.do("POST", "/api/duplicates/look", nil) }},
		"decideDuplicate": {try: func(c *client, their tenant) *reply {
			return c.do("PUT", "/api/duplicates/"+id(their.account)+"/"+id(their.twin), map[string]any{"different": true})
		}, want: 404},
		"listSimilarAccounts": {try: func(c *client, their tenant) *reply {
			return c.get("/api/duplicates/similar?point=-75.52,39.16&name=" + their.mark)
		}},
		"mergeAccounts": {try: func(c *client, their tenant) *reply {
			return c.do("POST", "/api/merges", map[string]any{"winnerId": their.account, "winnerVersion": 1, "loserId": their.twin, "loserVersion": 1, "fromLoser": []string{}})
		}, want: 404},
		"listMerges": {try: func(c *client, _ tenant) *reply { return c.get("/api/merges") }},
		"undoMerge": {try: func(c *client, their tenant) *reply {
			return c.do("POST", "/api/merges/"+id(their.merge)+"/undo", nil)
		}, want: 404},
		"geocode":            {try: func(c *client, _ tenant) *reply { return c.get("/api/geocode?q=dover") }},
		"reverseGeocode":     {try: func(c *client, _ tenant) *reply { return c.get("/api/geocode/reverse?point=-75.52,39.16") }, want: 404, own: 404},
		"listAddressRepairs": {try: func(c *client, _ tenant) *reply { return c.get("/api/address-repairs") }},
		"getAddressRepair": {try: func(c *client, their tenant) *reply {
			return c.get("/api/address-repairs/" + id(their.repair))
		}, want: 404},
		"fixAddressRepair": {try: func(c *client, their tenant) *reply {
			return c.do("POST", "/api/address-repairs/"+id(their.repair)+"/fix", map[string]any{"point": []float64{-75, 39}})
		}, want: 404},
	} {
		trespasses[id] = t
	}
	silent["getDuplicateScan"] = "figures only"
	silent["geocode"] = "the extract's, everyone's"
}
