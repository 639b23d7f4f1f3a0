package visits

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"

	"github.com/jackc/pgx/v5"

	"github.com/waymark-crm/waymark/internal/events"
	"github.com/waymark-crm/waymark/internal/fault"
	"github.com/waymark-crm/waymark/internal/postgres"
)

// Publish makes every lane with a stop the rep's plan of that day, in one
// transaction. A published plan of the same rep and day is replaced, and kept.
func (s *Service) Publish(ctx context.Context, id int64, version int) (*PlanHead, error) {
	if err := s.drawAll(ctx, id); err != nil {
		return nil, err
	}
	return s.changeHead(ctx, id, version, func(tx pgx.Tx, a postgres.Actor, b *board) error {
		if b.head.State == Queued || b.head.State == Running {
			return errUnderWork.WithCurrent(b.head)
		}
		days, err := b.publishable()
		if err != nil {
			return err
		}
		if err := lockReps(ctx, tx, a.OrgID, b.head.RepIDs); err != nil {
			return err
		}
		// What this plan had published before goes, and what that had replaced comes
		// back for a moment, to be replaced by the new one.
		if err := withdraw(ctx, tx, a.OrgID, id); err != nil {
			return err
		}
		if err := insertDays(ctx, tx, a, b, days); err != nil {
			return err
		}
		if _, err := addRevision(ctx, tx, a, b, nil, revisionPublished, RevisionDetail{Lanes: len(days), Visits: b.model.sum(b.state).Visits}); err != nil {
			return err
		}
		_, err = tx.Exec(ctx, `
			update visit_plans set version = version + 1, published_version = version + 1, published_at = now(), published_by = $3
			where org_id = $1 and id = $2`, a.OrgID, id, a.UserID)
		if err != nil {
			return fmt.Errorf("visits: publish plan %d: %w", id, err)
		}
		reps := []int64{}
		for _, day := range days {
			if !slices.Contains(reps, day.RepID) {
				reps = append(reps, day.RepID)
			}
		}
		return tellReps(ctx, tx, a, b, reps, true)
	})
}

// tellReps lets the browsers of the reps whose days are others now say so.
func tellReps(ctx context.Context, tx pgx.Tx, a postgres.Actor, b *board, reps []int64, published bool) error {
	kind := "days_withdrawn"
	if published {
		kind = "days_published"
	}
	// Unread news of the same plan is overtaken by this.
	var batch pgx.Batch
	batch.Queue(`
		delete from inbox_items where org_id = $1 and plan_id = $2 and user_id = any($3) and read_at is null`, a.OrgID, b.head.ID, reps)
	batch.Queue(`
		insert into inbox_items (org_id, user_id, kind, actor_id, plan_id, from_day, to_day)
		select $1, r, $4, nullif($5::bigint, 0), $2, $6::text::date, $7::text::date from unnest($3::bigint[]) r where r <> $5`,
		a.OrgID, b.head.ID, reps, kind, a.UserID, b.head.FromDay, b.head.ToDay)
	if err := tx.SendBatch(ctx, &batch).Close(); err != nil {
		return fmt.Errorf("visits: news of days: %w", err)
	}
	for _, rep := range reps {
		if rep == a.UserID {
			continue
		}
		if err := events.Notify(ctx, tx, "inbox", map[string]any{"userId": rep}); err != nil {
			return err
		}
	}
	return events.Notify(ctx, tx, "days", map[string]any{
		"planId": b.head.ID, "repIds": reps, "by": a.UserID, "from": b.head.FromDay, "to": b.head.ToDay, "published": published,
	})
}

// Withdraw takes published days back from the reps. What they had replaced is in
// force again.
func (s *Service) Withdraw(ctx context.Context, id int64, version int) (*PlanHead, error) {
	return s.changeHead(ctx, id, version, func(tx pgx.Tx, a postgres.Actor, b *board) error {
		if !b.head.Published {
			return fault.New(fault.Conflict, "The plan is not published.").WithCurrent(b.head)
		}
		if err := lockReps(ctx, tx, a.OrgID, b.head.RepIDs); err != nil {
			return err
		}
		if err := withdraw(ctx, tx, a.OrgID, id); err != nil {
			return err
		}
		if _, err := addRevision(ctx, tx, a, b, nil, revisionWithdrawn, RevisionDetail{}); err != nil {
			return err
		}
		_, err := tx.Exec(ctx, `
			update visit_plans set version = version + 1, published_version = null, published_at = null, published_by = null
			where org_id = $1 and id = $2`, a.OrgID, id)
		if err != nil {
			return fmt.Errorf("visits: withdraw plan %d: %w", id, err)
		}
		reps := []int64{}
		for _, day := range b.days {
			if !slices.Contains(reps, day.Rep) {
				reps = append(reps, day.Rep)
			}
		}
		return tellReps(ctx, tx, a, b, reps, false)
	})
}

// lockReps lets one publication at a time touch a rep's days.
func lockReps(ctx context.Context, tx pgx.Tx, org int64, reps []int64) error {
	if _, err := tx.Exec(ctx, `select from users where org_id = $1 and id = any($2) order by id for no key update`, org, reps); err != nil {
		return fmt.Errorf("visits: lock reps: %w", err)
	}
	return nil
}

// withdraw takes back what a plan has published.
func withdraw(ctx context.Context, tx pgx.Tx, org, id int64) error {
	var batch pgx.Batch
	batch.Queue(`
		update visit_plans set withdrawn_at = now(), version = version + 1
		where org_id = $1 and source_plan_id = $2 and withdrawn_at is null and published_at is not null`, org, id)
	batch.Queue(`
		update visit_plans o set replaced_by = n.replaced_by -- nothing, or what had taken its place as well
		from visit_plans n
		where n.org_id = $1 and n.source_plan_id = $2 and n.withdrawn_at is not null and o.org_id = n.org_id and o.replaced_by = n.id`, org, id)
	if err := tx.SendBatch(ctx, &batch).Close(); err != nil {
		return fmt.Errorf("visits: withdraw plan %d: %w", id, err)
	}
	return nil
}

// publishable are the lanes that have stops, as requests of their days.
func (b *board) publishable() ([]PlanRequest, error) {
	m := b.model
	var days []PlanRequest
	for s, order := range b.state.orders {
		if len(order) == 0 {
			continue
		}
		name := m.lane(s)
		rep := m.period.Reps[m.shifts[s].Rep]
		r := m.dayRequest(s)
		if len(order) > MaxVisits {
			return nil, fault.Errorf(fault.Invalid, "%s has %d visits on %s; a day holds at most %d.", rep.Name, len(order), name.Day, MaxVisits)
		}
		seen := map[int64]bool{}
		for _, v := range order {
			x := m.visits[v]
			if seen[x.site.ID] {
				return nil, fault.Errorf(fault.Invalid, "%s is planned twice for %s on %s. Take one of the visits out.", x.site.Name, rep.Name, name.Day)
			}
			seen[x.site.ID] = true
			ask := PlanVisit{SiteID: x.site.ID, Minutes: x.minutes}
			if !x.terms.none() {
				ask.Terms = &m.visits[v].terms
			}
			r.Visits = append(r.Visits, ask)
		}
		days = append(days, r)
	}
	if len(days) == 0 {
		return nil, fault.New(fault.Invalid, "Nothing is planned yet. Plan some visits before you publish.")
	}
	return days, nil
}

// dayRequest is a lane as the request of its day, without visits.
func (m *model) dayRequest(s int) PlanRequest {
	rep := m.period.Reps[m.shifts[s].Rep]
	from, to, _ := rep.hours(m.horizon.weekday(m.shifts[s].Day))
	lunch := rep.LunchMinutes
	return PlanRequest{RepID: rep.ID, Day: m.lane(s).Day, StartPoint: m.starts[s].point, StartAddress: m.starts[s].address,
		EndPoint: m.ends[s].point, EndAddress: m.ends[s].address, EndAnywhere: m.ends[s].point == nil, WorkStart: from, WorkEnd: to,
		LunchMinutes: &lunch, LunchEarliest: rep.LunchEarliest, LunchLatest: rep.LunchLatest, RespectOpeningHours: m.period.RespectOpeningHours,
		ByHour: m.period.ByHour,
		DayLimits: DayLimits{Profile: rep.Profile, MaxDriveMinutes: least(m.period.MaxDriveMinutes, rep.MaxDriveMinutes), MaxKilometres: rep.MaxKilometres,
			MaxVisits: rep.MaxVisits, SpeedPercent: rep.SpeedPercent, Skills: rep.Skills}}
}

// insertDays makes the plans of the days and puts them in force.
func insertDays(ctx context.Context, tx pgx.Tx, a postgres.Actor, b *board, days []PlanRequest) error {
	id := b.head.ID
	var batch pgx.Batch
	for _, day := range days {
		body, err := json.Marshal(day)
		if err != nil {
			return fmt.Errorf("visits: request: %w", err)
		}
		batch.Queue(`
			with r as (
			  select * from routes where org_id = $1 and plan_id = $2 and rep_id = $3 and day = $4
			), p as (
			  insert into visit_plans (org_id, kind, rep_id, rep_ids, day, to_day, name, state, progress, request, estimated, created_by, finished_at, source_plan_id)
			  select $1, 'day', $3, array[$3::bigint], $4::date, $4::date, $7, 'done', 1, $5,
			         r.last_estimated or exists (select from stops t where t.org_id = $1 and t.route_id = r.id and t.estimated), $6, now(), $2
			  from r returning id
			), n as (
			  insert into routes (org_id, plan_id, rep_id, day, starts_at, ends_at, drive_seconds, drive_metres, visit_seconds, waiting_seconds,
			    overtime_seconds, lunch_at, lunch_seconds, last_seconds, last_metres, last_estimated, violations, geometry)
			  select r.org_id, p.id, r.rep_id, r.day, r.starts_at, r.ends_at, r.drive_seconds, r.drive_metres, r.visit_seconds, r.waiting_seconds,
			    r.overtime_seconds, r.lunch_at, r.lunch_seconds, r.last_seconds, r.last_metres, r.last_estimated, r.violations, r.geometry
			  from r, p returning id
			)
			insert into stops (org_id, route_id, position, visit, account_id, site_id, arrives_at, begins_at, leaves_at, waiting_seconds, visit_seconds,
			    drive_seconds, drive_metres, slack_seconds, violation, estimated, locked)
			select t.org_id, n.id, t.position, t.visit, t.account_id, t.site_id, t.arrives_at, t.begins_at, t.leaves_at, t.waiting_seconds, t.visit_seconds,
			    t.drive_seconds, t.drive_metres, t.slack_seconds, t.violation, t.estimated, t.locked
			from stops t, r, n where t.org_id = $1 and t.route_id = r.id`,
			a.OrgID, id, day.RepID, day.Day, body, a.UserID, b.head.Name)
	}
	const fresh = `n.org_id = $1 and n.source_plan_id = $2 and n.published_at is null`
	batch.Queue(`
		update visit_plans o set replaced_by = n.id
		from visit_plans n
		where `+fresh+` and o.org_id = n.org_id and o.rep_id = n.rep_id and o.day = n.day
		  and o.kind = 'day' and o.published_at is not null and o.replaced_by is null and o.withdrawn_at is null`, a.OrgID, id)
	batch.Queue(`update visit_plans n set published_at = now(), published_by = $3 where `+fresh, a.OrgID, id, a.UserID)
	if err := tx.SendBatch(ctx, &batch).Close(); err != nil {
		return fmt.Errorf("visits: publish plan %d: %w", id, err)
	}
	return nil
}

// Copy makes another plan of the same visits and lanes, to try something else.
func (s *Service) Copy(ctx context.Context, id int64, name string) (*PlanHead, error) {
	a, team, err := actor(ctx)
	if err != nil {
		return nil, err
	}
	if len([]rune(name)) > 200 {
		return nil, fault.New(fault.Invalid, "A name has at most 200 characters.").WithField("name", "Is too long.")
	}
	var head *PlanHead
	err = s.DB.Tx(ctx, func(tx pgx.Tx) error {
		b, err := readBoard(ctx, tx, a, team, id)
		if err != nil {
			return err
		}
		if err := b.refuseWrite(); err != nil {
			return err
		}
		copied, err := copyRows(ctx, tx, a, b, name)
		if err != nil {
			return err
		}
		next := *b
		next.head.ID, next.revision = copied, 0
		if err := storeBoard(ctx, tx, a.OrgID, &next, b.state, all(len(b.model.shifts)), all(len(b.model.visits))); err != nil {
			return err
		}
		if _, err := addRevision(ctx, tx, a, &next, nil, "created", RevisionDetail{Visits: len(b.model.visits), From: id}); err != nil {
			return err
		}
		if head, _, _, err = readHead(ctx, tx, a, team, copied); err != nil {
			return err
		}
		return notifyHead(ctx, tx, head)
	})
	return head, err
}

func copyRows(ctx context.Context, tx pgx.Tx, a postgres.Actor, b *board, name string) (id int64, err error) {
	if name == "" {
		base := []rune(b.head.Name)
		name = string(base[:min(len(base), 190)]) + " (2)"
	}
	err = tx.QueryRow(ctx, `
		insert into visit_plans (org_id, kind, state, name, day, to_day, rep_ids, preset, request, created_by, due_left_out, progress)
		select org_id, kind, 'done', $3, day, to_day, rep_ids, preset, request, $4, due_left_out, 1
		from visit_plans where org_id = $1 and id = $2 returning id`, a.OrgID, b.head.ID, name, a.UserID).Scan(&id)
	if err != nil {
		return 0, fmt.Errorf("visits: copy plan: %w", err)
	}
	if _, err := tx.Exec(ctx, `
		insert into plan_visits (org_id, plan_id, number, account_id, site_id, minutes, mandatory, rep_id, day, reason, due_on, last_visit_on, interval_days, excluded, terms, ties)
		select org_id, $3, number, account_id, site_id, minutes, mandatory, rep_id, day, reason, due_on, last_visit_on, interval_days, excluded, terms, ties
		from plan_visits where org_id = $1 and plan_id = $2`, a.OrgID, b.head.ID, id); err != nil {
		return 0, fmt.Errorf("visits: copy visits: %w", err)
	}
	return id, nil
}

// deletePeriod removes a plan of a period that is not published; is is false when
// the id is none of a period.
func (s *Service) deletePeriod(ctx context.Context, id int64) (is bool, err error) {
	a, team, err := actor(ctx)
	if err != nil {
		return false, err
	}
	err = s.DB.Tx(ctx, func(tx pgx.Tx) error {
		if err := lockPlan(ctx, tx, a.OrgID, id); err != nil {
			return err
		}
		head, _, _, err := readHead(ctx, tx, a, team, id)
		if fault.Is(err, fault.NotFound) {
			return nil
		}
		if err != nil {
			return err
		}
		is = true
		if !head.MayWrite {
			return errNotYourPlan
		}
		if head.Published {
			return fault.New(fault.Conflict, "The plan is published. Withdraw it before you delete it.").WithCurrent(head)
		}
		if _, err := tx.Exec(ctx, `delete from visit_plans where org_id = $1 and id = $2`, a.OrgID, id); err != nil {
			return fmt.Errorf("visits: delete plan: %w", err)
		}
		return notify(ctx, tx, id, nil)
	})
	return is, err
}
