package api

import (
	"context"
	"maps"

	"github.com/jackc/pgx/v5"
)

// insertBoard gives a tenant a plan of a period: its rep, two days, one visit on
// the first of them, published once and changed since.
func (n *tenant) insertBoard(ctx context.Context, tx pgx.Tx) error {
	if err := tx.QueryRow(ctx, `
		insert into visit_plans (org_id, kind, state, name, day, to_day, rep_ids, request, created_by, revision)
		select $1, 'period', 'done', $4, '2026-11-24', '2026-11-25', array[$2::bigint], jsonb_build_object(
		  'name', $4::text, 'repIds', jsonb_build_array($2::bigint), 'from', '2026-11-24', 'to', '2026-11-25', 'preset', 'balanced', 'assignment', 'owner',
		  'workingDays', '[1, 2, 3, 4, 5]'::jsonb, 'reps', jsonb_build_array(jsonb_build_object('id', $2::bigint, 'name', $4::text,
		    'startPoint', '[-75.5, 39.1]'::jsonb, 'startAddress', $4::text, 'workStart', '08:00', 'workEnd', '17:00', 'lunchMinutes', 0))), $3, 2
		returning id`, n.org, n.rep.ID, n.manager.ID, n.mark).Scan(&n.board); err != nil {
		return err
	}
	if _, err := tx.Exec(ctx, `
		with terms as (
		  insert into working_terms (org_id, user_id, terms) values ($1, $2, jsonb_build_object('skills', jsonb_build_array($4::text)))
		)
		insert into account_visit_terms (org_id, account_id, terms) values ($1, $3, jsonb_build_object('skills', jsonb_build_array($4::text)))`,
		n.org, n.rep.ID, n.account, n.mark); err != nil {
		return err
	}
	_, err := tx.Exec(ctx, `
		with visit as (
		  insert into plan_visits (org_id, plan_id, number, account_id, site_id, minutes, reason) values ($1, $2, 1, $4, $5, 30, 'chosen')
		), route as (
		  insert into routes (org_id, plan_id, rep_id, day, starts_at, ends_at, drive_seconds, drive_metres, visit_seconds, waiting_seconds, last_seconds, last_metres)
		  values ($1, $2, $3, '2026-11-24', '2026-11-24 13:00Z', '2026-11-24 14:00Z', 1200, 9000, 1800, 0, 600, 4500) returning id
		), stop as (
		  insert into stops (org_id, route_id, position, visit, account_id, site_id, arrives_at, begins_at, visit_seconds, leaves_at, drive_seconds, drive_metres)
		  select $1, id, 1, 1, $4, $5, '2026-11-24 13:10Z', '2026-11-24 13:10Z', 1800, '2026-11-24 13:40Z', 600, 4500 from route
		)
		insert into plan_revisions (org_id, plan_id, number, parent, what, detail, snapshot, totals, by_user)
		values ($1, $2, 1, null, 'created', jsonb_build_object('name', $6::text), '{"u": [{"v": 1, "w": "not_improved"}]}', '{}', $7),
		       ($1, $2, 2, 1, 'moved', jsonb_build_object('name', $6::text),
		        jsonb_build_object('l', jsonb_build_array(jsonb_build_object('r', $3::bigint, 'd', '2026-11-24', 'v', '[1]'::jsonb))), '{}', $7)`,
		n.org, n.board, n.rep.ID, n.account, n.site, n.mark, n.manager.ID)
	return err
}

// myID is who is signed in.
func (c *client) myID() float64 {
	c.w.t.Helper()
	return c.get("/api/me").object()["user"].(map[string]any)["id"].(float64)
}

func init() {
	at := func(their tenant, path string) string { return "/api/plans/" + id(their.board) + path }
	post := func(path string, body map[string]any) func(c *client, their tenant) *reply {
		return func(c *client, their tenant) *reply { return c.do("POST", at(their, path), body) }
	}
	get := func(path string) func(c *client, their tenant) *reply {
		return func(c *client, their tenant) *reply { return c.get(at(their, path)) }
	}
	moves := []any{map[string]any{"visitId": 1, "unplan": true}}
	version := map[string]any{"version": 1}
	maps.Copy(trespasses, map[string]trespass{
		"proposeVisits": {try: func(c *client, their tenant) *reply {
			return c.get("/api/visits/proposals?from=2026-11-23&to=2026-11-27&repId=" + id(their.rep.ID))
		}, want: 422},
		"suitableDays": {try: func(c *client, their tenant) *reply {
			return c.do("POST", "/api/visits/suitable-days", map[string]any{"siteId": their.site, "repId": c.myID(), "from": "2026-11-23", "to": "2026-11-27"})
		}, want: 422},
		"createPeriodPlan": {try: func(c *client, their tenant) *reply {
			return c.do("POST", "/api/plans/periods", map[string]any{"repIds": []any{c.myID()}, "from": "2026-11-23", "to": "2026-11-27",
				"visits": []any{map[string]any{"siteId": their.site}}})
		}, want: 422},
		"getPlanHead":     {try: get("/head"), want: 404},
		"getBoard":        {try: get("/board"), want: 404},
		"getPlanLines":    {try: get("/lines"), want: 404},
		"previewMoves":    {try: post("/moves/preview", map[string]any{"moves": moves}), want: 404},
		"applyMoves":      {try: post("/moves", map[string]any{"version": 1, "moves": moves}), want: 404},
		"addPlanVisits":   {try: post("/visits", map[string]any{"version": 1, "visits": []any{map[string]any{"siteId": 1}}}), want: 404, own: 422},
		"suitablePlaces":  {try: get("/places?visitId=1"), want: 404},
		"improvePlan":     {try: post("/improve", map[string]any{"version": 1, "seconds": 1}), want: 404},
		"stopPlanning":    {try: post("/stop", nil), want: 404, own: 409},
		"abandonPlanning": {try: post("/abandon", nil), want: 404, own: 409},
		"renamePlan": {try: func(c *client, their tenant) *reply {
			return c.do("PATCH", at(their, ""), map[string]any{"name": their.mark + "!"})
		}, want: 404},
		"planHistory": {try: get("/history"), want: 404},
		"undoPlan":    {try: post("/undo", version), want: 404},
		"redoPlan":    {try: post("/redo", version), want: 404, own: 409},
		"comparePlans": {try: func(c *client, their tenant) *reply {
			return c.get("/api/plans/compare?a=" + id(their.board) + "&b=" + id(their.board))
		}, want: 404},
		"copyPlan":     {try: post("/copy", map[string]any{"name": "Mine"}), want: 404},
		"publishPlan":  {try: post("/publish", version), want: 404},
		"withdrawPlan": {try: post("/withdraw", version), want: 404, own: 409},
	})
	maps.Copy(silent, map[string]string{
		"previewMoves":   "figures only",
		"suitablePlaces": "figures only",
		"suitableDays":   "figures only",
		"getPlanLines":   "figures only",
	})
}
