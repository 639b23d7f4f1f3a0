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
		if p != nil && !(p[0] >= -180 && p[0] <= 180 && p[1] >= -90 && p[1] <= 90) {
			return fault.New(fault.Invalid, "That is no place on earth.").WithField(name, "Give longitude, then latitude.")
		}
	}
	if r.EndPoint == nil {
		r.EndPoint, r.EndAddress = r.StartPoint, r.StartAddress
	}
	if r.LunchEarliest == "" {
		r.LunchEarliest = lunchEarliest
	}
	if r.LunchLatest == "" {
		r.LunchLatest = lunchLatest
	}
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
	return checkVisits(ctx, tx, org, r.Visits)
}

func inOrder(from, to string, same bool) bool {
	a, okA := minutes(from)
	b, okB := minutes(to)
	return okA && okB && (a < b || same && a == b)
}

// profile fills in the rep's start, hours and lunch.
func profile(ctx context.Context, tx pgx.Tx, org int64, r *PlanRequest) error {
	var (
		start      *orb.Point
		address    string
		begin, end string
		lunch      int
		active     bool
	)
	err := tx.QueryRow(ctx, `
		select start_point, start_address, to_char(work_start, 'HH24:MI'), to_char(work_end, 'HH24:MI'), lunch_minutes, active
		from users where org_id = $1 and id = $2`, org, r.RepID).
		Scan(&start, &address, &begin, &end, &lunch, &active)
	if errors.Is(err, pgx.ErrNoRows) || err == nil && !active {
		return fault.New(fault.Invalid, "There is no such rep.").WithField("repId", "Choose an active user.")
	}
	if err != nil {
		return fmt.Errorf("visits: profile: %w", err)
	}
	if r.StartPoint == nil {
		r.StartPoint, r.StartAddress = start, address
	}
	if r.WorkStart == "" {
		r.WorkStart = begin
	}
	if r.WorkEnd == "" {
		r.WorkEnd = end
	}
	if r.LunchMinutes == nil {
		r.LunchMinutes = &lunch
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
