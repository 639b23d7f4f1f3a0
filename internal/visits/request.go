package visits

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/paulmach/orb"

	"github.com/waymark-crm/waymark/internal/fault"
)

// When lunch may begin unless the request says otherwise.
const (
	lunchEarliest = "11:30"
	lunchLatest   = "14:00"
)

// complete checks a request and fills in what it leaves out from the rep's
// profile, so that the plan can be made again later just as it was asked for.
func complete(ctx context.Context, tx pgx.Tx, org int64, r *PlanRequest) error {
	if _, err := time.Parse(time.DateOnly, r.Day); err != nil {
		return fault.New(fault.Invalid, "The day is not a date.").WithField("day", "Write it as 2026-11-23.")
	}
	if err := profile(ctx, tx, org, r); err != nil {
		return err
	}
	for name, p := range map[string]*orb.Point{"startPoint": r.StartPoint, "endPoint": r.EndPoint} {
		if p != nil && !onEarth(*p) {
			return fault.New(fault.Invalid, "That is no place on earth.").WithField(name, "Give longitude, then latitude.")
		}
	}
	if r.EndAnywhere {
		r.EndPoint, r.EndAddress = nil, ""
	} else if r.EndPoint == nil {
		r.EndPoint, r.EndAddress = r.StartPoint, r.StartAddress
	}
	var err error
	if r.Skills, err = cleanSkills(r.Skills, "skills"); err != nil {
		return err
	}
	if err := checkProfile(&r.Profile, "profile"); err != nil {
		return err
	}
	if r.SpeedPercent != 0 && (r.SpeedPercent < slowestSpeed || r.SpeedPercent > fastestSpeed) {
		return fault.New(fault.Invalid, "The speed is out of range.").WithField("speedPercent", "From 50 to 150.")
	}
	r.Done, r.Now, r.LunchTaken = nil, nil, nil
	if r.RespectOpeningHours == nil {
		yes := true
		r.RespectOpeningHours = &yes
	}
	if !inOrder(r.WorkStart, r.WorkEnd, false) {
		return fault.New(fault.Invalid, "The working day ends before it begins.").WithField("workEnd", "Must be later than workStart.")
	}
	if !inOrder(r.LunchEarliest, r.LunchLatest, true) {
		return fault.New(fault.Invalid, "The latest lunch is before the earliest.").WithField("lunchLatest", "Must not be earlier than lunchEarliest.")
	}
	if err := checkVisits(ctx, tx, org, r.Visits); err != nil {
		return err
	}
	return completeTerms(ctx, tx, org, r.Visits)
}

// completeTerms checks what visits ask for, and takes the accounts' own terms
// where they say nothing.
func completeTerms(ctx context.Context, tx pgx.Tx, org int64, visits []PlanVisit) error {
	at := map[int64]int{}
	var sites []int64
	for i := range visits {
		if t := visits[i].Terms; t != nil {
			if err := t.check(ctx, tx, org, fmt.Sprintf("visits[%d].terms.", i)); err != nil {
				return err
			}
			continue
		}
		at[visits[i].SiteID], sites = i, append(sites, visits[i].SiteID)
	}
	rows, err := tx.Query(ctx, `
		select s.id, w.terms from sites s join account_visit_terms w on w.org_id = s.org_id and w.account_id = s.account_id
		where s.org_id = $1 and s.id = any($2)`, org, sites)
	if err != nil {
		return fmt.Errorf("visits: terms of accounts: %w", err)
	}
	defer rows.Close()
	for rows.Next() {
		var site int64
		t := &VisitTerms{}
		if err := rows.Scan(&site, t); err != nil {
			return fmt.Errorf("visits: terms of accounts: %w", err)
		}
		t.settle()
		visits[at[site]].Terms = t
	}
	return rows.Err()
}

func inOrder(from, to string, same bool) bool {
	a, okA := minutes(from)
	b, okB := minutes(to)
	return okA && okB && (a < b || same && a == b)
}

// profile fills in how the rep works.
func profile(ctx context.Context, tx pgx.Tx, org int64, r *PlanRequest) error {
	rows, err := tx.Query(ctx, `
		select `+profileColumns+` from users u left join working_terms w on w.org_id = u.org_id and w.user_id = u.id
		where u.org_id = $1 and u.id = $2 and u.active`, org, r.RepID)
	if err != nil {
		return fmt.Errorf("visits: profile: %w", err)
	}
	p, err := pgx.CollectExactlyOneRow(rows, scanProfile)
	if errors.Is(err, pgx.ErrNoRows) {
		return fault.New(fault.Invalid, "There is no such rep.").WithField("repId", "Choose an active user.")
	}
	if err != nil {
		return fmt.Errorf("visits: profile: %w", err)
	}
	day, err := time.Parse(time.DateOnly, r.Day)
	if err != nil {
		return fmt.Errorf("visits: profile: %w", err)
	}
	from, to, _ := p.hours((int(day.Weekday())+6)%7 + 1)
	own := r.StartPoint == nil
	if own {
		r.StartPoint, r.StartAddress = p.StartPoint, p.StartAddress
	}
	// Who begins elsewhere ends there too, unless the own day ends at a place of its own.
	if r.EndPoint == nil && !r.EndAnywhere && (own || p.End == endsAtPlace) {
		if point, address := p.end(); point != nil {
			r.EndPoint, r.EndAddress = point, address
		} else {
			r.EndAnywhere = p.End == endsAtLastStop
		}
	}
	for _, fill := range []struct {
		to   *string
		from string
	}{{&r.WorkStart, from}, {&r.WorkEnd, to}, {&r.LunchEarliest, p.LunchEarliest}, {&r.LunchLatest, p.LunchLatest}} {
		if *fill.to == "" {
			*fill.to = fill.from
		}
	}
	if r.LunchMinutes == nil {
		r.LunchMinutes = &p.LunchMinutes
	}
	for _, limit := range []struct {
		to   *int
		from int
	}{{&r.MaxDriveMinutes, p.MaxDriveMinutes}, {&r.MaxKilometres, p.MaxKilometres}, {&r.MaxVisits, p.MaxVisits}, {&r.SpeedPercent, p.SpeedPercent}} {
		if *limit.to == 0 {
			*limit.to = limit.from
		}
	}
	if r.Profile == "" {
		r.Profile = p.Profile
	}
	if r.Skills == nil {
		r.Skills = p.Skills
	}
	return nil
}

// MaxVisits is the largest number of visits of one day's plan.
const MaxVisits = 200

func checkVisits(ctx context.Context, tx pgx.Tx, org int64, visits []PlanVisit) error {
	if len(visits) == 0 {
		return fault.New(fault.Invalid, "Choose at least one account to visit.").WithField("visits", "Is empty.")
	}
	if len(visits) > MaxVisits {
		return fault.Errorf(fault.Invalid, "%d visits are too many for one day; choose at most %d.", len(visits), MaxVisits)
	}
	ids := make([]int64, len(visits))
	seen := make(map[int64]bool, len(visits))
	for i, v := range visits {
		if seen[v.SiteID] {
			return fault.New(fault.Invalid, "The same place is asked for twice.").WithField(fmt.Sprintf("visits[%d].siteId", i), "Stands in the list already.")
		}
		ids[i], seen[v.SiteID] = v.SiteID, true
	}
	rows, err := tx.Query(ctx, `select id from sites where org_id = $1 and id = any($2) and not archived`, org, ids)
	if err != nil {
		return fmt.Errorf("visits: sites: %w", err)
	}
	known, err := pgx.CollectRows(rows, pgx.RowTo[int64])
	if err != nil {
		return fmt.Errorf("visits: sites: %w", err)
	}
	for _, id := range known {
		delete(seen, id)
	}
	for i, v := range visits {
		if seen[v.SiteID] {
			return fault.New(fault.Invalid, "One of the places does not exist or its account is archived.").
				WithField(fmt.Sprintf("visits[%d].siteId", i), "There is no such site.")
		}
	}
	return nil
}
