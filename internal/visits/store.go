package visits

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/paulmach/orb"
	"github.com/paulmach/orb/geojson"

	"github.com/waymark-crm/waymark/internal/postgres"
)

// readPlan reads a plan with its route and what was left out. all: also other
// people's.
func readPlan(ctx context.Context, tx pgx.Tx, a postgres.Actor, all bool, id int64) (*Plan, error) {
	p := &Plan{ID: id, Unplanned: []Unplanned{}}
	var request []byte
	err := tx.QueryRow(ctx, `
		select p.rep_id, u.name, to_char(p.day, 'YYYY-MM-DD'), p.state, p.progress, p.error, p.request, p.version,
		       p.created_at, p.finished_at, p.estimated, o.time_zone, coalesce(p.before_repair_version = p.version and p.state = 'done', false)
		from visit_plans p
		join users u on u.org_id = p.org_id and u.id = p.rep_id
		join organisations o on o.org_id = p.org_id
		where p.org_id = $1 and p.id = $2 and p.kind = 'day' and ($3 or p.rep_id = $4)`, a.OrgID, id, all, a.UserID).
		Scan(&p.RepID, &p.RepName, &p.Day, &p.State, &p.Progress, &p.Error, &request, &p.Version,
			&p.CreatedAt, &p.FinishedAt, &p.Estimated, &p.TimeZone, &p.CanUndoRepair)
	if errors.Is(err, pgx.ErrNoRows) {
		return nil, errNoPlan
	}
	if err != nil {
		return nil, fmt.Errorf("visits: read plan: %w", err)
	}
	if err := json.Unmarshal(request, &p.Request); err != nil {
		return nil, fmt.Errorf("visits: request of plan %d: %w", id, err)
	}
	if p.Route, err = readRoute(ctx, tx, a.OrgID, p); err != nil {
		return nil, err
	}
	rows, err := tx.Query(ctx, `
		select n.account_id, n.site_id, a.name, a.class, s.point,
		       `+addressOf+`, n.reason, n.detail
		from unplanned_visits n
		join accounts a on a.org_id = n.org_id and a.id = n.account_id
		join sites s on s.org_id = n.org_id and s.id = n.site_id
		where n.org_id = $1 and n.plan_id = $2
		order by a.class, a.name, n.id`, a.OrgID, id)
	if err != nil {
		return nil, fmt.Errorf("visits: read unplanned: %w", err)
	}
	p.Unplanned, err = pgx.AppendRows(p.Unplanned, rows, pgx.RowToStructByPos[Unplanned])
	if err != nil {
		return nil, fmt.Errorf("visits: read unplanned: %w", err)
	}
	return p, nil
}

// addressOf is the address of a site s in one line.
const addressOf = `concat_ws(', ', nullif(concat_ws(' ', nullif(s.housenumber, ''), nullif(s.street, '')), ''), nullif(s.city, ''))`

func readRoute(ctx context.Context, tx pgx.Tx, org int64, p *Plan) (*Route, error) {
	r := &Route{StartPoint: p.Request.StartPoint, StartAddress: p.Request.StartAddress,
		EndPoint: p.Request.EndPoint, EndAddress: p.Request.EndAddress, Stops: []Stop{}}
	var line orb.Geometry
	err := tx.QueryRow(ctx, `
		select id, starts_at, ends_at, drive_seconds, drive_metres, visit_seconds, waiting_seconds,
		       lunch_at, lunch_seconds, gain_seconds, last_seconds, last_metres, last_estimated, violations, geometry
		from routes where org_id = $1 and plan_id = $2`, org, p.ID).
		Scan(&r.ID, &r.StartsAt, &r.EndsAt, &r.DriveSeconds, &r.DriveMetres, &r.VisitSeconds, &r.WaitingSeconds,
			&r.LunchAt, &r.LunchSeconds, &r.GainSeconds, &r.LastLegSeconds, &r.LastLegMetres, &r.LastLegEstimated, &r.Violations, &line)
	if errors.Is(err, pgx.ErrNoRows) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("visits: read route: %w", err)
	}
	if line != nil {
		r.Geometry = geometryOf(line)
	}
	rows, err := tx.Query(ctx, `
		select t.id, t.position, t.account_id, t.site_id, a.name, a.class, a.status, `+addressOf+`, s.point,
		       t.arrives_at, t.waiting_seconds, t.visit_seconds, t.leaves_at, t.drive_seconds, t.drive_metres,
		       t.estimated, t.locked, s.opening_hours, t.violation
		from stops t
		join accounts a on a.org_id = t.org_id and a.id = t.account_id
		join sites s on s.org_id = t.org_id and s.id = t.site_id
		where t.org_id = $1 and t.route_id = $2
		order by t.position`, org, r.ID)
	if err != nil {
		return nil, fmt.Errorf("visits: read stops: %w", err)
	}
	r.Stops, err = pgx.AppendRows(r.Stops, rows, pgx.RowToStructByPos[Stop])
	if err != nil {
		return nil, fmt.Errorf("visits: read stops: %w", err)
	}
	for i := range r.Stops {
		r.Stops[i].Done = slices.ContainsFunc(p.Request.Done, func(d DoneStop) bool { return d.SiteID == r.Stops[i].SiteID })
	}
	return r, nil
}

func geometryOf(g orb.Geometry) *geojson.Geometry { return geojson.NewGeometry(g) }

// lineFrom is geometryOf the other way round.
func lineFrom(g *geojson.Geometry) (orb.MultiLineString, error) {
	line, ok := g.Geometry().(orb.MultiLineString)
	if !ok {
		return nil, fmt.Errorf("visits: a route is drawn as %s", g.Type)
	}
	return line, nil
}

// plansSQL lists plans of days and of periods; each branch reads an index of its
// own. What was replaced or withdrawn is left out, and so are other people's
// plans of periods that are not published, unless $7 lets them be seen.
const plansSQL = `
	with chosen as (
	  (select p.* from visit_plans p
	   where p.org_id = $1 and p.kind = 'day' and ($2::bigint = 0 or p.rep_id = $2) and $6::text <> 'period'
	     and p.replaced_by is null and p.withdrawn_at is null
	     and p.day >= coalesce(nullif($3, '')::date, '-infinity') and p.day <= coalesce(nullif($4, '')::date, 'infinity')
	   order by p.day desc, p.id desc limit $5)
	  union all
	  (select p.* from visit_plans p
	   where p.org_id = $1 and p.kind = 'period' and ($2::bigint = 0 or $2 = any(p.rep_ids)) and $6::text <> 'day'
	     and ($7 or p.published_at is not null or p.created_by = $8 and p.rep_ids = array[$8::bigint])
	     and p.to_day >= coalesce(nullif($3, '')::date, '-infinity') and p.day <= coalesce(nullif($4, '')::date, 'infinity')
	   order by p.day desc, p.id desc limit $5)
	)
	select p.id, u.id, u.name, to_char(p.day, 'YYYY-MM-DD'), p.state, p.version, r.stops,
	       (select count(*) from unplanned_visits n
	        where n.org_id = p.org_id and n.plan_id = p.id and not exists (
	          select from plan_visits v where v.org_id = n.org_id and v.plan_id = n.plan_id and v.number = n.visit and v.excluded))::int,
	       r.drive_seconds, r.drive_metres, p.created_at,
	       p.kind, p.name, to_char(p.day, 'YYYY-MM-DD'), to_char(coalesce(p.to_day, p.day), 'YYYY-MM-DD'),
	       case when p.kind = 'day' then array[p.rep_id] else p.rep_ids end, p.preset, p.progress, p.published_at is not null, p.published_at, p.source_plan_id
	from chosen p
	join users u on u.org_id = p.org_id and u.id = coalesce(p.rep_id, p.rep_ids[1])
	cross join lateral (
	  select coalesce(sum(r.drive_seconds), 0)::int as drive_seconds, coalesce(sum(r.drive_metres), 0)::int as drive_metres,
	         coalesce(sum((select count(*) from stops t where t.org_id = r.org_id and t.route_id = r.id)), 0)::int as stops
	  from routes r where r.org_id = p.org_id and r.plan_id = p.id
	) r
	order by p.day desc, p.id desc
	limit $5`

func listPlans(ctx context.Context, tx pgx.Tx, a postgres.Actor, team bool, f ListFilter) ([]PlanSummary, error) {
	rows, err := tx.Query(ctx, plansSQL, a.OrgID, f.RepID, f.From, f.To, f.Limit, f.Kind, team, a.UserID)
	if err != nil {
		return nil, fmt.Errorf("visits: list plans: %w", err)
	}
	plans, err := pgx.AppendRows([]PlanSummary{}, rows, pgx.RowToStructByPos[PlanSummary])
	if err != nil {
		return nil, fmt.Errorf("visits: list plans: %w", err)
	}
	return plans, nil
}

// site is a place to visit, as the planner needs it.
type site struct {
	ID           int64
	AccountID    int64
	Name         string
	Class        string
	Point        orb.Point
	OpeningHours string
	VisitMinutes int
}

// readSites returns the sites in the order of ids; those that are gone are left out.
func readSites(ctx context.Context, tx pgx.Tx, org int64, ids []int64) ([]site, error) {
	rows, err := tx.Query(ctx, `
		select s.id, s.account_id, a.name, a.class, s.point, s.opening_hours, a.visit_minutes
		from unnest($2::bigint[]) with ordinality wanted (id, n)
		join sites s on s.org_id = $1 and s.id = wanted.id
		join accounts a on a.org_id = s.org_id and a.id = s.account_id
		order by wanted.n`, org, ids)
	if err != nil {
		return nil, fmt.Errorf("visits: read sites: %w", err)
	}
	sites, err := pgx.CollectRows(rows, pgx.RowToStructByPos[site])
	if err != nil {
		return nil, fmt.Errorf("visits: read sites: %w", err)
	}
	return sites, nil
}

// outcome is a route as it was worked out, ready to be stored.
type outcome struct {
	route     Route // without ids
	line      orb.MultiLineString
	estimated bool
	unplanned []left
}

// left is a visit that was left out.
type left struct {
	site   site
	reason string
	detail UnplannedDetail
}

// store replaces the route of a plan.
func store(ctx context.Context, tx pgx.Tx, org int64, p *Plan, o *outcome) error {
	var batch pgx.Batch
	batch.Queue(`delete from routes where org_id = $1 and plan_id = $2`, org, p.ID)
	batch.Queue(`delete from unplanned_visits where org_id = $1 and plan_id = $2`, org, p.ID)
	r := o.route
	var line orb.Geometry
	if len(o.line) > 0 {
		line = o.line
	}
	n := len(r.Stops)
	var (
		accounts, siteIDs             = make([]int64, n), make([]int64, n)
		arrives, leaves               = make([]time.Time, n), make([]time.Time, n)
		waiting, visit, drive, metres = make([]int, n), make([]int, n), make([]int, n), make([]int, n)
		estimated, locked             = make([]bool, n), make([]bool, n)
		violations                    = make([]string, n)
	)
	for i, t := range r.Stops {
		accounts[i], siteIDs[i], arrives[i], leaves[i] = t.AccountID, t.SiteID, t.ArrivesAt, t.LeavesAt
		waiting[i], visit[i], drive[i], metres[i] = t.WaitingSeconds, t.VisitSeconds, t.DriveSeconds, t.DriveMetres
		estimated[i], locked[i], violations[i] = t.Estimated, t.Locked, t.Violation
	}
	batch.Queue(`
		with route as (
		  insert into routes (org_id, plan_id, rep_id, day, starts_at, ends_at, drive_seconds, drive_metres, visit_seconds,
		    waiting_seconds, lunch_at, lunch_seconds, gain_seconds, last_seconds, last_metres, violations, geometry, last_estimated)
		  values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $29) returning id
		)
		insert into stops (org_id, route_id, position, account_id, site_id, arrives_at, leaves_at, waiting_seconds,
		    visit_seconds, drive_seconds, drive_metres, estimated, locked, violation)
		select $1, route.id, t.n, t.account, t.site, t.arrives, t.leaves, t.waiting, t.visit, t.drive, t.metres,
		       t.estimated, t.locked, t.violation
		from route, unnest($18::bigint[], $19::bigint[], $20::timestamptz[], $21::timestamptz[], $22::int[], $23::int[],
		    $24::int[], $25::int[], $26::bool[], $27::bool[], $28::text[])
		  with ordinality t (account, site, arrives, leaves, waiting, visit, drive, metres, estimated, locked, violation, n)`,
		org, p.ID, p.RepID, p.Day, r.StartsAt, r.EndsAt, r.DriveSeconds, r.DriveMetres, r.VisitSeconds,
		r.WaitingSeconds, r.LunchAt, r.LunchSeconds, r.GainSeconds, r.LastLegSeconds, r.LastLegMetres, r.Violations, line,
		accounts, siteIDs, arrives, leaves, waiting, visit, drive, metres, estimated, locked, violations, r.LastLegEstimated)
	for _, u := range o.unplanned {
		batch.Queue(`insert into unplanned_visits (org_id, plan_id, account_id, site_id, reason, detail) values ($1, $2, $3, $4, $5, $6)`,
			org, p.ID, u.site.AccountID, u.site.ID, u.reason, u.detail)
	}
	if err := tx.SendBatch(ctx, &batch).Close(); err != nil {
		return fmt.Errorf("visits: store plan %d: %w", p.ID, err)
	}
	return nil
}
