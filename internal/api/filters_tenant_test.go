package api

import (
	"context"
	"maps"

	"github.com/jackc/pgx/v5"
)

// filterTenant is what a tenant has of fields, views, segments and batches.
type filterTenant struct{ customField, view, segment, fixed, batch int64 }

// insertFilters gives a tenant a custom field with a value, a view, a dynamic and
// a static segment, and a batch.
func (n *tenant) insertFilters(ctx context.Context, tx pgx.Tx) error {
	for _, row := range []struct {
		id   *int64
		text string
		args []any
	}{
		{&n.customField, `insert into custom_fields (org_id, key, label, type) values ($1, 'secret', $2, 'text') returning id`, []any{n.org, n.mark}},
		{&n.account, `update accounts set custom = jsonb_build_object('secret', $2::text) where org_id = $1 and id = $3 returning id`, []any{n.org, n.mark, n.account}},
		{&n.view, `insert into views (org_id, name, shared, owner_id, filter) values ($1, $2, 'all', $3, '{"field": "name", "op": "not_empty"}') returning id`, []any{n.org, n.mark, n.admin.ID}},
		{&n.segment, `insert into segments (org_id, name, kind, shared, owner_id, filter) values ($1, $2, 'dynamic', 'all', $3, '{"field": "name", "op": "not_empty"}') returning id`, []any{n.org, n.mark, n.admin.ID}},
		{&n.fixed, `insert into segments (org_id, name, kind, shared, owner_id) values ($1, $2, 'static', 'all', $3) returning id`, []any{n.org, n.mark, n.admin.ID}},
		{&n.account, `insert into segment_members (org_id, segment_id, account_id) values ($1, $2, $3) returning account_id`, []any{n.org, &n.fixed, n.account}},
		{&n.batch, `insert into batches (org_id, user_id, change, state, total, done, changed) values ($1, $3, jsonb_build_object('category', $2::text), 'done', 1, 1, 1) returning id`, []any{n.org, n.mark, n.admin.ID}},
		{&n.account, `insert into batch_accounts (org_id, batch_id, account_id, state, before, after)
			values ($1, $2, $3, 'changed', '{"category": ""}', '{"category": "other"}') returning account_id`, []any{n.org, &n.batch, n.account}},
		{&n.account, `insert into recent_records (org_id, user_id, kind, record) values ($1, $2, 'account', $3::bigint::text) returning record::bigint`, []any{n.org, n.admin.ID, n.account}},
	} {
		if err := tx.QueryRow(ctx, row.text, row.args...).Scan(row.id); err != nil {
			return err
		}
	}
	return nil
}

// inSegment is a filter of the members of a segment.
func inSegment(id int64) map[string]any {
	return map[string]any{"field": "segment", "op": "in", "value": []int64{id}}
}

func init() {
	segment := func(method, path string, body any) func(c *client, their tenant) *reply {
		return func(c *client, their tenant) *reply {
			return c.do(method, "/api/segments/"+id(their.segment)+path, body)
		}
	}
	maps.Copy(trespasses, map[string]trespass{
		"listFields": {try: func(c *client, _ tenant) *reply { return c.get("/api/fields") }},
		"getFieldSpread": {try: func(c *client, their tenant) *reply {
			// A field of this name is everybody's own, and no number.
			return c.get("/api/fields/custom." + their.mark + "/spread")
		}, want: 404, own: 404},
		"checkFilter": {try: func(c *client, their tenant) *reply {
			return c.do("POST", "/api/filters/check", map[string]any{"filter": inSegment(their.segment)})
		}, want: 422},
		"listCustomFields": {try: func(c *client, _ tenant) *reply { return c.get("/api/custom-fields") }},
		"createCustomField": {try: func(c *client, _ tenant) *reply {
			return c.do("POST", "/api/custom-fields", map[string]any{"key": "secret2", "label": "Mine", "type": "text"})
		}},
		"updateCustomField": {try: func(c *client, their tenant) *reply {
			return c.do("PATCH", "/api/custom-fields/"+id(their.customField), map[string]any{"position": 7})
		}, want: 404},
		"deleteCustomField": {try: func(c *client, their tenant) *reply {
			return c.do("DELETE", "/api/custom-fields/"+id(their.customField), nil)
		}, want: 404, own: 409},

		"listViews": {try: func(c *client, _ tenant) *reply { return c.get("/api/views") }},
		"createView": {try: func(c *client, their tenant) *reply {
			return c.do("POST", "/api/views", map[string]any{"name": "Mine", "filter": inSegment(their.segment)})
		}, want: 422},
		"updateView": {try: func(c *client, their tenant) *reply {
			return c.do("PATCH", "/api/views/"+id(their.view), map[string]any{"version": 1, "sort": "-name"})
		}, want: 404},
		"deleteView": {try: func(c *client, their tenant) *reply { return c.do("DELETE", "/api/views/"+id(their.view), nil) }, want: 404},

		"listSegments": {try: func(c *client, _ tenant) *reply { return c.get("/api/segments") }},
		"createSegment": {try: func(c *client, their tenant) *reply {
			return c.do("POST", "/api/segments", map[string]any{"name": "Mine", "kind": "dynamic", "filter": inSegment(their.segment)})
		}, want: 422},
		"getSegment":         {try: segment("GET", "", nil), want: 404},
		"updateSegment":      {try: segment("PATCH", "", map[string]any{"version": 1, "description": "Taken"}), want: 404},
		"deleteSegment":      {try: segment("DELETE", "", nil), want: 404},
		"listSegmentMembers": {try: segment("GET", "/members", nil), want: 404},
		"changeSegmentMembers": {try: func(c *client, their tenant) *reply {
			return c.do("POST", "/api/segments/"+id(their.fixed)+"/members", map[string]any{"add": map[string]any{"ids": []int64{their.account}}})
		}, want: 404},
		"listSegmentHistory": {try: segment("GET", "/history", nil), want: 404},

		"bulkAccounts": {try: func(c *client, their tenant) *reply {
			// Ids of others mean no account; what is set must be one's own.
			return c.do("POST", "/api/accounts/bulk", map[string]any{"ids": []int64{their.account}, "set": map[string]any{"ownerId": their.rep.ID, "category": "taken"}})
		}, want: 422},
		"listBatches": {try: func(c *client, _ tenant) *reply { return c.get("/api/batches") }},
		"getBatch":    {try: func(c *client, their tenant) *reply { return c.get("/api/batches/" + id(their.batch)) }, want: 404},
		"undoBatch": {try: func(c *client, their tenant) *reply {
			return c.do("POST", "/api/batches/"+id(their.batch)+"/undo", nil)
		}, want: 404},

		"search": {try: func(c *client, their tenant) *reply { return c.get("/api/search?q=" + their.mark) }},
		"rememberOpened": {try: func(c *client, their tenant) *reply {
			return c.do("POST", "/api/recents", map[string]any{"kind": "account", "id": their.account})
		}, want: 404},
	})
	maps.Copy(silent, map[string]string{
		"checkFilter":        "a number only",
		"bulkAccounts":       "the attempt sets another category",
		"listSegmentHistory": "figures only",
	})
}
