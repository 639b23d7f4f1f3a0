package visits

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/waymark-crm/waymark/internal/identity"
	"github.com/waymark-crm/waymark/internal/postgres"
)

// board is a plan of a period in memory. It is only read once made.
type board struct {
	head     PlanHead
	revision int
	canRedo  bool
	canUndo  bool
	days     []publishedDay
	hidden   int // visits of accounts that the actor may not see
	task     task
	best     json.RawMessage // the orders of the best so far, of a search that began before
	model    *model          // without travel times, unless it came from Service.inUse
	state    *boardState
}

// publishedDay is a lane as its rep has it.
type publishedDay struct {
	Rep     int64  `json:"rep"`
	Day     string `json:"day"`
	ID      int64  `json:"id"`
	Changed bool   `json:"changed"`
}

// task is what a search is to do.
type task struct {
	Seconds int        `json:"seconds"`
	Lanes   []LaneName `json:"lanes,omitempty"` // empty: all
	First   bool       `json:"first,omitempty"` // the plan is made, not improved
}

// mayWrite says whether the actor may change a plan of a period. Who may not plan
// for others may change what is about their own days only.
func mayWrite(a postgres.Actor, team bool, reps []int64) bool {
	return team || len(reps) == 1 && reps[0] == a.UserID && identity.Role(a.Role).May(identity.PlansWrite)
}

// readHead reads a plan of a period if the actor may see it: their own, a
// published one, or, with the right to plan for a team, any.
func readHead(ctx context.Context, tx pgx.Tx, a postgres.Actor, team bool, id int64) (h *PlanHead, p *period, b *board, err error) {
	h = &PlanHead{ID: id, Kind: kindPeriod}
	b = &board{}
	var request, taskJSON, best, days []byte
	err = tx.QueryRow(ctx, `
		select p.name, p.state, p.progress, p.error, p.preset, to_char(p.day, 'YYYY-MM-DD'), to_char(p.to_day, 'YYYY-MM-DD'),
		       p.rep_ids, o.time_zone, p.version, p.published_at is not null, p.published_at,
		       coalesce(p.published_version <> p.version, false),
		       p.created_at, coalesce(u.id, 0), coalesce(u.name, ''), p.due_left_out, p.request, p.revision,
		       coalesce(p.task, '{}'), p.best, p.best_orders,
		       exists (select from plan_revisions r where r.org_id = p.org_id and r.plan_id = p.id and r.number = p.revision and r.what <> 'planned' and exists (
		         select from plan_revisions b where b.org_id = r.org_id and b.plan_id = r.plan_id and b.number = r.parent and b.snapshot is not null)),
		       exists (select from plan_revisions r where r.org_id = p.org_id and r.plan_id = p.id and r.parent = p.revision and r.snapshot is not null),
		       case when p.published_at is not null then (
		         select jsonb_agg(jsonb_build_object('rep', d.rep_id, 'day', d.day, 'id', d.id, 'changed', d.version > 1))
		         from visit_plans d where d.org_id = p.org_id and d.source_plan_id = p.id and d.replaced_by is null and d.withdrawn_at is null) end
		from visit_plans p
		join organisations o on o.org_id = p.org_id
		left join users u on u.org_id = p.org_id and u.id = p.created_by
		where p.org_id = $1 and p.id = $2 and p.kind = 'period'
		  and ($3 or p.published_at is not null or p.rep_ids = array[$4::bigint] and p.created_by = $4)`, a.OrgID, id, team, a.UserID).
		Scan(&h.Name, &h.State, &h.Progress, &h.Error, &h.Preset, &h.FromDay, &h.ToDay, &h.RepIDs, &h.TimeZone, &h.Version,
			&h.Published, &h.PublishedAt, &h.Changed, &h.CreatedAt, &h.CreatedBy, &h.CreatedByName, &h.DueLeftOut,
			&request, &b.revision, &taskJSON, &best, &b.best, &b.canUndo, &b.canRedo, &days)
	if errors.Is(err, pgx.ErrNoRows) {
		return nil, nil, nil, errNoPlan
	}
	if err != nil {
		return nil, nil, nil, fmt.Errorf("visits: read plan of a period: %w", err)
	}
	p = &period{}
	if err := errors.Join(json.Unmarshal(request, p), json.Unmarshal(taskJSON, &b.task)); err != nil {
		return nil, nil, nil, fmt.Errorf("visits: request of plan %d: %w", id, err)
	}
	if days != nil {
		if err := json.Unmarshal(days, &b.days); err != nil {
			return nil, nil, nil, fmt.Errorf("visits: published days of plan %d: %w", id, err)
		}
	}
	if best != nil && (h.State == Queued || h.State == Running) {
		if err := json.Unmarshal(best, &h.Best); err != nil {
			return nil, nil, nil, fmt.Errorf("visits: best so far of plan %d: %w", id, err)
		}
	}
	h.MayWrite, h.ByHour = mayWrite(a, team, h.RepIDs), p.ByHour
	b.head = *h
	return h, p, b, nil
}

// Kinds of plan.
const (
	kindDay    = "day"
	kindPeriod = "period"
)

// readBoard reads a plan of a period with everything on its board, without
// travel times.
func readBoard(ctx context.Context, tx pgx.Tx, a postgres.Actor, team bool, id int64) (*board, error) {
	h, p, b, err := readHead(ctx, tx, a, team, id)
	if err != nil {
		return nil, err
	}
	zone, err := time.LoadLocation(h.TimeZone)
	if err != nil {
		return nil, fmt.Errorf("visits: time zone of organisation %d: %w", a.OrgID, err)
	}
	list, excluded, err := readVisits(ctx, tx, a.OrgID, id)
	if err != nil {
		return nil, err
	}
	if b.model, err = newModel(*p, zone, list); err != nil {
		return nil, err
	}
	all := 0
	if err := tx.QueryRow(ctx, `select count(*) from plan_visits where org_id = $1 and plan_id = $2`, a.OrgID, id).Scan(&all); err != nil {
		return nil, fmt.Errorf("visits: count visits: %w", err)
	}
	// Who does not see all accounts sees the lanes with gaps, and must not write
	// them back like that.
	if b.hidden = all - len(list); b.hidden > 0 {
		b.head.MayWrite = false
	}
	b.state = b.model.empty()
	for v, out := range excluded {
		b.state.marks[v].excluded = out
	}
	if err := b.model.setDays(); err != nil {
		return nil, err
	}
	if err := readLanes(ctx, tx, a.OrgID, id, b); err != nil {
		return nil, err
	}
	return b, readWhy(ctx, tx, a.OrgID, id, b)
}

// setDays turns the days asked for into numbers of the horizon.
func (m *model) setDays() error {
	for i := range m.visits {
		v := &m.visits[i]
		v.day = -1
		if v.onDay == "" {
			continue
		}
		day, ok := m.horizon.number(v.onDay)
		if !ok {
			return fmt.Errorf("visits: visit %d is asked for on %s, outside of the plan", v.number, v.onDay)
		}
		v.day = day
	}
	return nil
}

func readVisits(ctx context.Context, tx pgx.Tx, org, plan int64) (list []visit, excluded []bool, err error) {
	rows, err := tx.Query(ctx, `
		select v.number, s.id, a.id, a.name, a.class, s.point, s.opening_hours, v.minutes, a.status, `+addressOf+`,
		       coalesce(a.owner_id, 0), v.mandatory, coalesce(v.rep_id, 0), coalesce(to_char(v.day, 'YYYY-MM-DD'), ''),
		       v.reason, coalesce(to_char(v.due_on, 'YYYY-MM-DD'), ''), coalesce(to_char(v.last_visit_on, 'YYYY-MM-DD'), ''),
		       v.interval_days, v.excluded, v.terms, v.ties,
		       case when (v.terms->>'sameRep')::boolean then coalesce((
		         select x.author_id from activities x
		         where x.org_id = v.org_id and x.account_id = v.account_id and x.kind = 'visit' and x.deleted_at is null
		         order by x.happened_at desc, x.id desc limit 1), 0) else 0 end
		from plan_visits v
		join sites s on s.org_id = v.org_id and s.id = v.site_id
		join accounts a on a.org_id = v.org_id and a.id = v.account_id
		where v.org_id = $1 and v.plan_id = $2
		order by v.number`, org, plan)
	if err != nil {
		return nil, nil, fmt.Errorf("visits: read the visits of a plan: %w", err)
	}
	defer rows.Close()
	for rows.Next() {
		var v visit
		var out bool
		if err := rows.Scan(&v.number, &v.site.ID, &v.site.AccountID, &v.site.Name, &v.site.Class, &v.site.Point, &v.site.OpeningHours,
			&v.minutes, &v.status, &v.address, &v.owner, &v.mandatory, &v.rep, &v.onDay,
			&v.reason, &v.due, &v.last, &v.interval, &out, &v.terms, &v.ties, &v.lastRep); err != nil {
			return nil, nil, fmt.Errorf("visits: read the visits of a plan: %w", err)
		}
		list, excluded = append(list, v), append(excluded, out)
	}
	return list, excluded, rows.Err()
}

func readLanes(ctx context.Context, tx pgx.Tx, org, plan int64, b *board) error {
	m := b.model
	rows, err := tx.Query(ctx, `
		select rep_id, to_char(day, 'YYYY-MM-DD'), starts_at, ends_at, drive_seconds, drive_metres, visit_seconds, waiting_seconds,
		       overtime_seconds, lunch_at, lunch_seconds, last_seconds, last_metres, last_estimated, violations
		from routes where org_id = $1 and plan_id = $2`, org, plan)
	if err != nil {
		return fmt.Errorf("visits: read lanes: %w", err)
	}
	defer rows.Close()
	for rows.Next() {
		var (
			rep          int64
			day          string
			starts, ends time.Time
			lunch        *time.Time
			l            = &timedLane{lunch: -1}
		)
		if err := rows.Scan(&rep, &day, &starts, &ends, &l.drive, &l.metres, &l.service, &l.wait, &l.overtime, &lunch, &l.lunchLength,
			&l.last, &l.lastMetres, &l.lastEstimated, &l.violations); err != nil {
			return fmt.Errorf("visits: read lanes: %w", err)
		}
		s, ok := m.shift(rep, day)
		if !ok {
			return fmt.Errorf("visits: plan %d has a route of rep %d on %s, who does not work then", plan, rep, day)
		}
		l.shift, l.starts, l.ends = s, m.horizon.seconds(starts), m.horizon.seconds(ends)
		if lunch != nil {
			l.lunch = m.horizon.seconds(*lunch)
		}
		b.state.lanes[s] = l
	}
	if err := rows.Err(); err != nil {
		return fmt.Errorf("visits: read lanes: %w", err)
	}
	return readLaneStops(ctx, tx, org, plan, b)
}

func readLaneStops(ctx context.Context, tx pgx.Tx, org, plan int64, b *board) error {
	m := b.model
	rows, err := tx.Query(ctx, `
		select r.rep_id, to_char(r.day, 'YYYY-MM-DD'), t.visit, t.arrives_at, coalesce(t.begins_at, t.arrives_at), t.leaves_at, t.visit_seconds,
		       t.drive_seconds, t.drive_metres, t.waiting_seconds, coalesce(t.slack_seconds, -1), t.violation, t.estimated,
		       t.locked, t.locked_at, t.pinned
		from routes r
		join stops t on t.org_id = r.org_id and t.route_id = r.id
		where r.org_id = $1 and r.plan_id = $2
		order by r.id, t.position`, org, plan)
	if err != nil {
		return fmt.Errorf("visits: read stops: %w", err)
	}
	defer rows.Close()
	for rows.Next() {
		var (
			rep                    int64
			day                    string
			number                 int
			arrives, begin, leaves time.Time
			lockedAt               *time.Time
			t                      timedStop
		)
		if err := rows.Scan(&rep, &day, &number, &arrives, &begin, &leaves, &t.service, &t.drive, &t.metres, &t.wait, &t.slack, &t.violation,
			&t.estimated, &t.locked, &lockedAt, &t.pinned); err != nil {
			return fmt.Errorf("visits: read stops: %w", err)
		}
		v, known := m.index[number]
		s, works := m.shift(rep, day)
		if !known && b.hidden > 0 {
			continue
		}
		if !known || !works {
			return fmt.Errorf("visits: plan %d has a stop of visit %d that is not in it", plan, number)
		}
		t.visit, t.arrive, t.begin, t.leave = v, m.horizon.seconds(arrives), m.horizon.seconds(begin), m.horizon.seconds(leaves)
		if lockedAt != nil {
			t.lockedAt = m.horizon.seconds(*lockedAt)
		}
		b.state.orders[s] = append(b.state.orders[s], v)
		b.state.marks[v] = mark{locked: t.locked, lockedAt: t.lockedAt, pinned: t.pinned}
		b.state.why[v] = why{}
		b.state.lanes[s].stops = append(b.state.lanes[s].stops, t)
	}
	if err := rows.Err(); err != nil {
		return fmt.Errorf("visits: read stops: %w", err)
	}
	return nil
}

func readWhy(ctx context.Context, tx pgx.Tx, org, plan int64, b *board) error {
	rows, err := tx.Query(ctx, `select visit, reason, detail from unplanned_visits where org_id = $1 and plan_id = $2`, org, plan)
	if err != nil {
		return fmt.Errorf("visits: read what is not planned: %w", err)
	}
	defer rows.Close()
	for rows.Next() {
		var number int
		var w why
		if err := rows.Scan(&number, &w.code, &w.detail); err != nil {
			return fmt.Errorf("visits: read what is not planned: %w", err)
		}
		if v, ok := b.model.index[number]; ok {
			b.state.why[v] = w
		}
	}
	if err := rows.Err(); err != nil {
		return fmt.Errorf("visits: read what is not planned: %w", err)
	}
	return nil
}

// storeLanes replaces some of a plan's routes by those of b.
func storeLanes(ctx context.Context, tx pgx.Tx, org, plan int64, m *model, b *boardState, shifts map[int]bool) error {
	var (
		reps, dropReps                     []int64
		days, dropDays                     []string
		starts, ends                       []time.Time
		drive, metres, service, wait, over []int
		lunch                              []*time.Time
		lunchLength, last, lastMetres      []int
		lastEstimated                      []bool
		violations                         []string // JSON, since arrays of arrays cannot be unnested
		sRoute, sPosition, sVisit          []int
		sAccount, sSite                    []int64
		sArrive, sBegin, sLeave            []time.Time
		sWait, sService, sDrive, sMetres   []int
		sSlack                             []*int
		sViolation                         []string
		sEstimated, sLocked, sPinned       []bool
		sLockedAt                          []*time.Time
		at                                 = m.horizon.time
	)
	for s := range m.shifts { // in order, so that the rows are the same every time
		if !shifts[s] {
			continue
		}
		name, l := m.lane(s), b.lanes[s]
		dropReps, dropDays = append(dropReps, name.RepID), append(dropDays, name.Day)
		if len(l.stops) == 0 {
			continue
		}
		broken, err := json.Marshal(l.violations)
		if err != nil {
			return fmt.Errorf("visits: violations: %w", err)
		}
		reps, days = append(reps, name.RepID), append(days, name.Day)
		starts, ends = append(starts, at(l.starts)), append(ends, at(l.ends))
		drive, metres, service = append(drive, l.drive), append(metres, l.metres), append(service, l.service)
		wait, over = append(wait, l.wait), append(over, l.overtime)
		lunch, lunchLength = append(lunch, m.moment(l, l.lunch)), append(lunchLength, l.lunchLength)
		last, lastMetres, lastEstimated = append(last, l.last), append(lastMetres, l.lastMetres), append(lastEstimated, l.lastEstimated)
		violations = append(violations, string(broken))
		for i, t := range l.stops {
			v := m.visits[t.visit]
			sRoute, sPosition, sVisit = append(sRoute, len(reps)), append(sPosition, i+1), append(sVisit, v.number)
			sAccount, sSite = append(sAccount, v.site.AccountID), append(sSite, v.site.ID)
			sArrive, sBegin, sLeave = append(sArrive, at(t.arrive)), append(sBegin, at(t.begin)), append(sLeave, at(t.leave))
			sWait, sService = append(sWait, t.wait), append(sService, t.service)
			sDrive, sMetres = append(sDrive, t.drive), append(sMetres, t.metres)
			var slack *int
			if t.slack >= 0 {
				slack = &t.slack
			}
			var lockedAt *time.Time
			if t.locked {
				moment := at(t.lockedAt)
				lockedAt = &moment
			}
			sSlack, sViolation, sEstimated = append(sSlack, slack), append(sViolation, t.violation), append(sEstimated, t.estimated)
			sLocked, sPinned, sLockedAt = append(sLocked, t.locked), append(sPinned, t.pinned), append(sLockedAt, lockedAt)
		}
	}
	var batch pgx.Batch
	batch.Queue(`
		delete from routes r using unnest($3::bigint[], $4::text[]) as lane (rep, day)
		where r.org_id = $1 and r.plan_id = $2 and r.rep_id = lane.rep and r.day = lane.day::date`, org, plan, dropReps, dropDays)
	batch.Queue(`
		with lane as (
		  select * from unnest($3::bigint[], $4::text[], $5::timestamptz[], $6::timestamptz[], $7::int[], $8::int[], $9::int[], $10::int[],
		      $11::int[], $12::timestamptz[], $13::int[], $14::int[], $15::int[], $16::bool[], $17::text[])
		    with ordinality l (rep, day, starts, ends, drive, metres, service, wait, over, lunch, lunch_length, last, last_metres,
		      last_estimated, broken, n)
		), route as (
		  insert into routes (org_id, plan_id, rep_id, day, starts_at, ends_at, drive_seconds, drive_metres, visit_seconds, waiting_seconds,
		      overtime_seconds, lunch_at, lunch_seconds, last_seconds, last_metres, last_estimated, violations)
		  select $1, $2, rep, day::date, starts, ends, drive, metres, service, wait, over, lunch, lunch_length, last, last_metres, last_estimated,
		      array(select jsonb_array_elements_text(broken::jsonb))
		  from lane
		  returning id, rep_id, day
		)
		insert into stops (org_id, route_id, position, visit, account_id, site_id, arrives_at, begins_at, leaves_at, waiting_seconds,
		    visit_seconds, drive_seconds, drive_metres, slack_seconds, violation, estimated, locked, pinned, locked_at)
		select $1, route.id, t.position, t.visit, t.account, t.site, t.arrives, t.begins, t.leaves, t.wait, t.service, t.drive, t.metres,
		    t.slack, t.violation, t.estimated, t.locked, t.pinned, t.locked_at
		from unnest($18::int[], $19::int[], $20::int[], $21::bigint[], $22::bigint[], $23::timestamptz[], $24::timestamptz[], $25::timestamptz[],
		    $26::int[], $27::int[], $28::int[], $29::int[], $30::int[], $31::text[], $32::bool[], $33::bool[], $34::bool[], $35::timestamptz[])
		  as t (route, position, visit, account, site, arrives, begins, leaves, wait, service, drive, metres, slack, violation, estimated, locked, pinned, locked_at)
		join lane on lane.n = t.route
		join route on route.rep_id = lane.rep and route.day = lane.day::date`,
		org, plan, reps, days, starts, ends, drive, metres, service, wait, over, lunch, lunchLength, last, lastMetres, lastEstimated, violations,
		sRoute, sPosition, sVisit, sAccount, sSite, sArrive, sBegin, sLeave, sWait, sService, sDrive, sMetres, sSlack, sViolation,
		sEstimated, sLocked, sPinned, sLockedAt)
	if err := tx.SendBatch(ctx, &batch).Close(); err != nil {
		return fmt.Errorf("visits: store lanes of plan %d: %w", plan, err)
	}
	return nil
}

// storeVisits writes why some visits are in no lane, and which are excluded.
func storeVisits(ctx context.Context, tx pgx.Tx, org, plan int64, m *model, b *boardState, visits map[int]bool) error {
	var (
		numbers, left []int
		excluded      []bool
		codes         []string
		details       []string
		planned       = make([]bool, len(m.visits))
	)
	for _, order := range b.orders {
		for _, v := range order {
			planned[v] = true
		}
	}
	for v := range m.visits {
		if !visits[v] {
			continue
		}
		numbers, excluded = append(numbers, m.visits[v].number), append(excluded, b.marks[v].excluded)
		if planned[v] {
			continue
		}
		detail, err := json.Marshal(b.why[v].detail)
		if err != nil {
			return fmt.Errorf("visits: detail: %w", err)
		}
		left, codes, details = append(left, m.visits[v].number), append(codes, b.why[v].code), append(details, string(detail))
	}
	var batch pgx.Batch
	batch.Queue(`
		update plan_visits v set excluded = t.excluded from unnest($3::int[], $4::bool[]) as t (number, excluded)
		where v.org_id = $1 and v.plan_id = $2 and v.number = t.number and v.excluded <> t.excluded`, org, plan, numbers, excluded)
	batch.Queue(`delete from unplanned_visits where org_id = $1 and plan_id = $2 and visit = any($3)`, org, plan, numbers)
	batch.Queue(`
		insert into unplanned_visits (org_id, plan_id, visit, account_id, site_id, reason, detail)
		select v.org_id, v.plan_id, v.number, v.account_id, v.site_id, t.reason, t.detail::jsonb
		from unnest($3::int[], $4::text[], $5::text[]) as t (number, reason, detail)
		join plan_visits v on v.org_id = $1 and v.plan_id = $2 and v.number = t.number`, org, plan, left, codes, details)
	if err := tx.SendBatch(ctx, &batch).Close(); err != nil {
		return fmt.Errorf("visits: store visits of plan %d: %w", plan, err)
	}
	return nil
}

// all marks every index below n.
func all(n int) map[int]bool {
	set := make(map[int]bool, n)
	for i := range n {
		set[i] = true
	}
	return set
}
