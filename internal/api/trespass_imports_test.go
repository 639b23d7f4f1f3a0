package api

import (
	"context"

	"github.com/jackc/pgx/v5"
)

// insertImport gives a tenant a checked import whose one row has a finding.
func (n *tenant) insertImport(ctx context.Context, tx pgx.Tx) error {
	if err := tx.QueryRow(ctx, `insert into imports (org_id, file_name, bytes, state, columns, plan, reading, last_row, created_by)
		values ($1, $2, 10, 'checked', jsonb_build_array(jsonb_build_object('heading', $2::text, 'samples', array[$2])),
		  '{"mapping": ["name"], "duplicates": "skip"}', '{"format": "csv", "encoding": "utf-8", "separator": ",", "headings": true}', 2, $3)
		returning id`, n.org, n.mark, n.admin.ID).Scan(&n.imported); err != nil {
		return err
	}
	if _, err := tx.Exec(ctx, `insert into import_rows (org_id, import_id, row_no, name, raw) values ($1, $2, 2, $3, array[$3])`, n.org, n.imported, n.mark); err != nil {
		return err
	}
	_, err := tx.Exec(ctx, `insert into import_findings (org_id, import_id, row_no, position, code, severity, value) values ($1, $2, 2, 0, 'too_long', 'warning', $3)`,
		n.org, n.imported, n.mark)
	return err
}

func init() {
	at := func(their tenant, rest string) string { return "/api/imports/" + id(their.imported) + rest }
	version := map[string]any{"version": 1}
	for id, t := range map[string]trespass{
		"listImports":      {try: func(c *client, _ tenant) *reply { return c.get("/api/imports") }},
		"listImportFields": {try: func(c *client, _ tenant) *reply { return c.get("/api/import-fields") }},
		"createImport": {try: func(c *client, their tenant) *reply {
			return c.do("POST", "/api/imports", map[string]any{"fileName": their.mark + " fil", "bytes": 5})
		}},
		"getImport": {try: func(c *client, their tenant) *reply { return c.get(at(their, "")) }, want: 404},
		"sendImportFile": {try: func(c *client, their tenant) *reply {
			return c.do("PUT", at(their, "/file?offset=0"), "a")
		}, want: 404, own: 409},
		"readImport": {try: func(c *client, their tenant) *reply {
			return c.do("PUT", at(their, "/reading"), map[string]any{"headings": true})
		}, want: 404, own: 409},
		"checkImport": {try: func(c *client, their tenant) *reply {
			return c.do("POST", at(their, "/check"), map[string]any{"version": 1, "plan": map[string]any{"mapping": []string{"name"}, "duplicates": "skip", "lenient": false, "locate": false}})
		}, want: 404},
		"listImportFindings":            {try: func(c *client, their tenant) *reply { return c.get(at(their, "/findings")) }, want: 404},
		"/api/imports/:id/findings.csv": {try: func(c *client, their tenant) *reply { return c.get(at(their, "/findings.csv")) }, want: 404},
		"correctImportRow": {try: func(c *client, their tenant) *reply {
			return c.do("PUT", at(their, "/rows/2"), map[string]any{"decision": "skip"})
		}, want: 404},
		"runImport":    {try: func(c *client, their tenant) *reply { return c.do("POST", at(their, "/run"), version) }, want: 404},
		"cancelImport": {try: func(c *client, their tenant) *reply { return c.do("POST", at(their, "/cancel"), nil) }, want: 404, own: 409},
		"undoImport":   {try: func(c *client, their tenant) *reply { return c.do("POST", at(their, "/undo"), version) }, want: 404, own: 409},
		"deleteImport": {try: func(c *client, their tenant) *reply { return c.do("DELETE", at(their, ""), nil) }, want: 404},
	} {
		trespasses[id] = t
	}
	silent["listImportFields"] = "the product's fields"
	repeated["createImport"] = "SOUTH-ONLY fil"
}
