package visits

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/waymark-crm/waymark/internal/fault"
	"github.com/waymark-crm/waymark/internal/postgres"
)

// ProposalsFilter chooses the reps and days of proposals.
type ProposalsFilter struct {
	RepIDs   []int64 // 1 to 50; or TeamID
	TeamID   int64   // all active reps of a team, when RepIDs is empty
	From, To string  // days, at most 31
	Limit    int
}

// Propose lists the accounts of some reps that fall due in a period. What a rep
// is to visit on a published day before the period counts as visited then.
func (s *Service) Propose(ctx context.Context, f ProposalsFilter) (*Proposals, error) {
	a, team, err := actor(ctx)
	if err != nil {
		return nil, err
	}
	if err := checkPeriod(f.From, f.To); err != nil {
		return nil, err
	}
	var out *Proposals
	err = s.DB.Read(ctx, func(tx pgx.Tx) error {
		reps, err := chooseReps(ctx, tx, a, team || seesAll(a), f.RepIDs, f.TeamID)
		if err != nil {
			return err
		}
		ids := make([]int64, len(reps))
		for i, r := range reps {
			ids[i] = r.ID
		}
		out, err = propose(ctx, tx, a.OrgID, ids, f.From, f.To, f.Limit)
		return err
	})
	return out, err
}

// proposalsSQL reads two ranges of one index, accounts_owner_due: those with a
// due day, and those never visited, whose key is the end of all days.
const proposalsSQL = `
	with candidates as (
	  select a.id, a.name, a.class, a.status, a.owner_id, a.visit_minutes, a.visit_interval_days, a.last_visit_on
	  from accounts a
	  where a.org_id = $1 and a.owner_id = any($2) and a.archived_at is null and a.status <> 'former' and a.due_key <= $4::date
	  union all
	  select a.id, a.name, a.class, a.status, a.owner_id, a.visit_minutes, a.visit_interval_days, a.last_visit_on
	  from accounts a
	  where a.org_id = $1 and a.owner_id = any($2) and a.archived_at is null and a.status <> 'former' and a.due_key = date '9999-12-31'
	), promised as (
	  -- On days that are published and still to come.
	  select t.account_id, max(r.day) as day
	  from visit_plans p
	  join routes r on r.org_id = p.org_id and r.plan_id = p.id
	  join stops t on t.org_id = r.org_id and t.route_id = r.id
	  where p.org_id = $1 and p.rep_id = any($2) and p.kind = 'day' and p.published_at is not null and p.replaced_by is null
	    and p.withdrawn_at is null and p.day >= current_date and p.day < $3::date
	  group by t.account_id
	), due as (
	  select c.*, greatest(c.last_visit_on, promised.day) as last, greatest(c.last_visit_on, promised.day) + c.visit_interval_days as due
	  from candidates c left join promised on promised.account_id = c.id
	), rated as (
	  select due.*, case when last is null then 'never' when due < $3::date then 'overdue' else 'due' end as reason
	  from due where last is null or due <= $4::date
	)
	select s.id, d.id, d.name, d.class, d.status, d.owner_id, ` + addressOf + `, s.point, d.visit_minutes, d.reason,
	       to_char(d.due, 'YYYY-MM-DD'), to_char(d.last, 'YYYY-MM-DD'), d.visit_interval_days,
	       count(*) filter (where d.reason = 'overdue') over (), count(*) filter (where d.reason = 'due') over (),
	       count(*) filter (where d.reason = 'never') over ()
	from rated d
	join sites s on s.org_id = $1 and s.account_id = d.id and s.is_primary
	order by case d.reason when 'overdue' then 0 when 'due' then 1 else 2 end,
	         case d.reason when 'overdue' then ($3::date - d.due)::real / d.visit_interval_days end desc,
	         d.due, d.class, d.id
	limit $5`

func propose(ctx context.Context, tx pgx.Tx, org int64, reps []int64, from, to string, limit int) (*Proposals, error) {
	rows, err := tx.Query(ctx, proposalsSQL, org, reps, from, to, limit)
	if err != nil {
		return nil, fmt.Errorf("visits: proposals: %w", err)
	}
	defer rows.Close()
	out := &Proposals{Items: []Proposal{}}
	for rows.Next() {
		var p Proposal
		r := &out.ByReason
		if err := rows.Scan(&p.SiteID, &p.AccountID, &p.Name, &p.Class, &p.Status, &p.OwnerID, &p.Address, &p.Point, &p.Minutes, &p.Reason,
			&p.DueOn, &p.LastVisitOn, &p.IntervalDays, &r.Overdue, &r.Due, &r.Never); err != nil {
			return nil, fmt.Errorf("visits: proposals: %w", err)
		}
		if p.Times, err = timesDue(p.DueOn, p.IntervalDays, from, to); err != nil {
			return nil, err
		}
		out.Items = append(out.Items, p)
	}
	out.Total = out.ByReason.Overdue + out.ByReason.Due + out.ByReason.Never
	return out, rows.Err()
}

// timesDue counts the visits of an account that fall due in a period: one that
// is overdue at its beginning, then every interval. One never visited counts once.
func timesDue(due *string, interval int, from, to string) (int, error) {
	if due == nil {
		return 1, nil
	}
	var at [3]time.Time
	for i, text := range []string{*due, from, to} {
		var err error
		if at[i], err = time.Parse(time.DateOnly, text); err != nil {
			return 0, fmt.Errorf("visits: a due day: %w", err)
		}
	}
	first := at[0]
	if first.Before(at[1]) {
		first = at[1]
	}
	return 1 + int(at[2].Sub(first)/(24*time.Hour))/interval, nil
}

// checkPeriod refuses days that are none, run backwards or are too many.
func checkPeriod(from, to string) error {
	var at [2]time.Time
	for i, day := range []string{from, to} {
		field := []string{"from", "to"}[i]
		t, err := time.Parse(time.DateOnly, day)
		if err != nil {
			return fault.New(fault.Invalid, "The day is not a date.").WithField(field, "Write it as 2026-11-23.")
		}
		if t.Year() < 1970 || t.Year() > 2200 {
			return fault.New(fault.Invalid, "That day is too far away.").WithField(field, "Choose a day from 1970 to 2200.")
		}
		at[i] = t
	}
	if at[1].Before(at[0]) {
		return fault.New(fault.Invalid, "The period ends before it begins.").WithField("to", "Must not be before from.")
	}
	if days := int(at[1].Sub(at[0])/(24*time.Hour)) + 1; days > MaxPeriodDays {
		return fault.Errorf(fault.Invalid, "%d days are too many for one plan; choose at most %d.", days, MaxPeriodDays).WithField("to", "Is too late.")
	}
	return nil
}

// chooseReps reads the profiles of the reps asked for, or of a team's. others:
// the actor may choose other people than themselves.
func chooseReps(ctx context.Context, tx pgx.Tx, a postgres.Actor, others bool, ids []int64, team int64) ([]RepProfile, error) {
	if len(ids) > MaxPeriodReps {
		return nil, fault.Errorf(fault.Invalid, "%d reps are too many for one plan; choose at most %d.", len(ids), MaxPeriodReps).WithField("repIds", "Is too long.")
	}
	if len(ids) == 0 && team == 0 {
		return nil, fault.New(fault.Invalid, "Choose the reps, or a team.").WithField("repIds", "Is empty.")
	}
	for i, id := range ids {
		if slices.Contains(ids[:i], id) {
			return nil, fault.New(fault.Invalid, "The same rep is chosen twice.").WithField(fmt.Sprintf("repIds[%d]", i), "Stands in the list already.")
		}
	}
	if !others && (len(ids) != 1 || ids[0] != a.UserID) {
		return nil, errNotYours
	}
	rows, err := tx.Query(ctx, `
		select `+profileColumns+`
		from users u
		left join working_terms w on w.org_id = u.org_id and w.user_id = u.id
		where u.org_id = $1 and u.active and (u.id = any($2) or cardinality($2::bigint[]) = 0 and u.team_id = $3 and u.role = 'rep')
		order by array_position($2::bigint[], u.id), u.name collate "und-x-icu", u.id
		limit 51`, a.OrgID, append([]int64{}, ids...), team)
	if err != nil {
		return nil, fmt.Errorf("visits: profiles: %w", err)
	}
	reps, err := pgx.CollectRows(rows, scanProfile)
	if err != nil {
		return nil, fmt.Errorf("visits: profiles: %w", err)
	}
	switch {
	case len(ids) > 0 && len(reps) != len(ids):
		for i, id := range ids {
			if !slices.ContainsFunc(reps, func(r RepProfile) bool { return r.ID == id }) {
				return nil, fault.New(fault.Invalid, "There is no such rep.").WithField(fmt.Sprintf("repIds[%d]", i), "Choose an active user.")
			}
		}
	case len(reps) == 0:
		return nil, fault.New(fault.Invalid, "There is no such team, or it has no active rep.").WithField("teamId", "Choose a team with reps.")
	case len(reps) > MaxPeriodReps:
		return nil, fault.Errorf(fault.Invalid, "The team has more than the %d reps that one plan can hold. Choose some of them.", MaxPeriodReps).WithField("teamId", "Is too large.")
	}
	return reps, nil
}
