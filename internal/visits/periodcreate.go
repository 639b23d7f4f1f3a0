package visits

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/waymark-crm/waymark/geo/planner"
	"github.com/waymark-crm/waymark/internal/fault"
	"github.com/waymark-crm/waymark/internal/postgres"
)

// CreatePeriod stores a plan of several days or reps and the job that works it
// out. A plan without visits begins empty and done, for visits to be added.
func (s *Service) CreatePeriod(ctx context.Context, request PeriodRequest) (*PlanHead, error) {
	a, team, err := actor(ctx)
	if err != nil {
		return nil, err
	}
	var head *PlanHead
	err = s.DB.Tx(ctx, func(tx pgx.Tx) error {
		p, err := completePeriod(ctx, tx, a, team, request)
		if err != nil {
			return err
		}
		zone, err := zoneOf(ctx, tx, a.OrgID)
		if err != nil {
			return err
		}
		list, left, err := periodVisits(ctx, tx, a.OrgID, p, zone)
		if err != nil {
			return err
		}
		id, err := insertPeriod(ctx, tx, a, p, left)
		if err != nil {
			return err
		}
		if err := insertVisits(ctx, tx, a.OrgID, id, list); err != nil {
			return err
		}
		b, err := readBoard(ctx, tx, a, true, id)
		if err != nil {
			return err
		}
		if len(b.model.shifts) == 0 {
			return errNobodyWorks
		}
		if _, err := s.providers(b.model.ways); err != nil {
			return err
		}
		if p.ByHour && len(b.model.points) > maxPlacesByHour {
			return errTooManyForHours
		}
		if err := storeVisits(ctx, tx, a.OrgID, id, b.model, b.state, all(len(b.model.visits))); err != nil {
			return err
		}
		if _, err := addRevision(ctx, tx, a, b, nil, "created", RevisionDetail{Visits: len(list)}); err != nil {
			return err
		}
		if len(list) > 0 {
			if err := s.queue(ctx, tx, a, id, task{Seconds: p.Seconds, First: true}); err != nil {
				return err
			}
		}
		head, _, _, err = readHead(ctx, tx, a, true, id)
		return err
	})
	return head, s.wanting(ctx, err)
}

var errNobodyWorks = fault.New(fault.Invalid, "None of the reps works on any of these days. Choose other days or working days.").WithField("workingDays", "Leaves no day.")

// completePeriod checks a request and fills in what it leaves out.
func completePeriod(ctx context.Context, tx pgx.Tx, a postgres.Actor, team bool, r PeriodRequest) (*period, error) {
	if err := checkPeriod(r.From, r.To); err != nil {
		return nil, err
	}
	reps, err := chooseReps(ctx, tx, a, team, r.RepIDs, r.TeamID)
	if err != nil {
		return nil, err
	}
	p := &period{PeriodRequest: r, Reps: reps}
	p.RepIDs = nil
	for i := range reps {
		p.RepIDs = append(p.RepIDs, reps[i].ID)
	}
	p.Name = strings.TrimSpace(r.Name)
	if p.Name == "" {
		p.Name = reps[0].Name
		if len(reps) > 1 {
			p.Name = fmt.Sprintf("%s +%d", reps[0].Name, len(reps)-1)
		}
	}
	if p.Preset == "" {
		p.Preset = PresetBalanced
	}
	if p.Assignment == "" {
		p.Assignment = assignOwner
	}
	if !slices.Contains([]string{PresetBalanced, PresetMostVisits, PresetLeastDriving}, p.Preset) {
		return nil, fault.New(fault.Invalid, "There is no such preset.").WithField("preset", "Choose balanced, most_visits or least_driving.")
	}
	if !slices.Contains([]string{assignOwner, assignPreferOwner, assignAny}, p.Assignment) {
		return nil, fault.New(fault.Invalid, "There is no such way to assign visits.").WithField("assignment", "Choose owner, prefer_owner or any.")
	}
	if p.RespectOpeningHours == nil {
		yes := true
		p.RespectOpeningHours = &yes
	}
	if err := completeReps(p); err != nil {
		return nil, err
	}
	if len(p.WorkingDays) == 0 {
		p.WorkingDays = []int{1, 2, 3, 4, 5}
		for _, rep := range p.Reps {
			for _, d := range rep.Week {
				if !slices.Contains(p.WorkingDays, d.Weekday) {
					p.WorkingDays = append(p.WorkingDays, d.Weekday)
				}
			}
		}
		slices.Sort(p.WorkingDays)
	}
	for i, d := range p.WorkingDays {
		if d < 1 || d > 7 {
			return nil, fault.New(fault.Invalid, "There is no such day of the week.").WithField(fmt.Sprintf("workingDays[%d]", i), "From 1 for Monday to 7 for Sunday.")
		}
	}
	for i, off := range p.DaysOff {
		if !slices.Contains(p.RepIDs, off.RepID) {
			return nil, fault.New(fault.Invalid, "A day off is of somebody who is not in the plan.").WithField(fmt.Sprintf("daysOff[%d].repId", i), "Is not one of the reps.")
		}
	}
	return p, nil
}

// completeReps puts what a plan says about its reps in place of their own terms.
func completeReps(p *period) error {
	for i := range p.RepTerms {
		t, field := &p.RepTerms[i], fmt.Sprintf("repTerms[%d]", i)
		n := slices.Index(p.RepIDs, t.RepID)
		if n < 0 {
			return fault.New(fault.Invalid, "Working terms are given for somebody who is not in the plan.").WithField(field+".repId", "Is not one of the reps.")
		}
		if err := t.check(field + "."); err != nil {
			return err
		}
		p.Reps[n].WorkingTerms = t.WorkingTerms
	}
	p.PeriodRequest.RepTerms = nil // they are in Reps
	if p.LunchMinutes != nil {
		for i := range p.Reps {
			p.Reps[i].LunchMinutes = *p.LunchMinutes
		}
	}
	for i, n := range p.Nights {
		field := fmt.Sprintf("nights[%d]", i)
		if !slices.Contains(p.RepIDs, n.RepID) {
			return fault.New(fault.Invalid, "A night away is of somebody who is not in the plan.").WithField(field+".repId", "Is not one of the reps.")
		}
		if !onEarth(n.Point) {
			return fault.New(fault.Invalid, "That is no place on earth.").WithField(field+".point", "Give longitude, then latitude.")
		}
		if day, err := time.Parse(time.DateOnly, n.Day); err != nil || n.Day < p.From || n.Day > p.To || day.Format(time.DateOnly) != n.Day {
			return fault.New(fault.Invalid, "A night away is outside of the plan.").WithField(field+".day", "Is not one of the plan's days.")
		}
		if slices.ContainsFunc(p.Nights[:i], func(o NightAway) bool { return o.RepID == n.RepID && o.Day == n.Day }) {
			return fault.New(fault.Invalid, "One rep spends the same night at two places.").WithField(field+".day", "Stands in the list already.")
		}
	}
	return nil
}

func zoneOf(ctx context.Context, tx pgx.Tx, org int64) (*time.Location, error) {
	var name string
	if err := tx.QueryRow(ctx, `select time_zone from organisations where org_id = $1`, org).Scan(&name); err != nil {
		return nil, fmt.Errorf("visits: time zone: %w", err)
	}
	zone, err := time.LoadLocation(name)
	if err != nil {
		return nil, fmt.Errorf("visits: time zone of organisation %d: %w", org, err)
	}
	return zone, nil
}

// newVisit is a visit that a plan is to have.
type newVisit struct {
	site, rep int64
	minutes   int // 0: the account's own
	mandatory bool
	day       string
	reason    string
	due, last *string
	interval  int
	terms     *VisitTerms // nil: the account's own
}

// periodVisits are those asked for and, by due date, those that are proposed; left
// counts the proposals that were not taken in.
func periodVisits(ctx context.Context, tx pgx.Tx, org int64, p *period, zone *time.Location) (list []newVisit, left int, err error) {
	chosen, err := checkPeriodVisits(ctx, tx, org, p, p.Visits)
	if err != nil || !p.ByDueDate {
		return chosen, 0, err
	}
	m, err := newModel(*p, zone, nil)
	if err != nil {
		return nil, 0, err
	}
	proposed, err := propose(ctx, tx, org, p.RepIDs, p.From, p.To, MaxPeriodVisits)
	if err != nil {
		return nil, 0, err
	}
	at := map[int64]int{}
	for i, v := range chosen {
		at[v.site] = i
	}
	room := min(MaxPeriodVisits-len(chosen), m.capacity(proposed.Items))
	taken := 0
	for _, q := range proposed.Items {
		times := q.Times
		if i, is := at[q.SiteID]; is { // asked for and due: the first of its visits
			v := &chosen[i]
			v.reason, v.due, v.last, v.interval = q.Reason, q.DueOn, q.LastVisitOn, q.IntervalDays
			times, taken = times-1, taken+1
		} else if times <= room {
			taken++
		}
		if times > room {
			continue
		}
		room -= times
		for range times {
			list = append(list, newVisit{site: q.SiteID, reason: q.Reason, due: q.DueOn, last: q.LastVisitOn, interval: q.IntervalDays})
		}
	}
	return append(chosen, list...), proposed.Total - taken, nil
}

// capacity is how many due visits are worth trying: twice as many as fit when a
// visit takes its length and a drive of a quarter of an hour.
func (m *model) capacity(items []Proposal) int {
	if len(items) == 0 {
		return 0
	}
	var work planner.Seconds
	for _, s := range m.shifts {
		work += s.Hours.Close - s.Hours.Open
		for _, b := range s.Breaks {
			work -= b.Length
		}
	}
	each := planner.Seconds(0)
	for _, p := range items {
		each += planner.Seconds(p.Minutes+15) * planner.Minute
	}
	each /= planner.Seconds(len(items))
	return max(20, 2*int(work/each))
}

// checkPeriodVisits checks visits that people ask for.
func checkPeriodVisits(ctx context.Context, tx pgx.Tx, org int64, p *period, visits []PeriodVisit) ([]newVisit, error) {
	if len(visits) > MaxPeriodVisits {
		return nil, fault.Errorf(fault.Invalid, "%d visits are too many for one plan; choose at most %d.", len(visits), MaxPeriodVisits).WithField("visits", "Is too long.")
	}
	h, err := newHorizon(p.From, p.To, time.UTC)
	if err != nil {
		return nil, fmt.Errorf("visits: days of a plan: %w", err)
	}
	ids := make([]int64, len(visits))
	seen := make(map[int64]bool, len(visits))
	list := make([]newVisit, 0, len(visits))
	for i, v := range visits {
		field := fmt.Sprintf("visits[%d]", i)
		if seen[v.SiteID] {
			return nil, fault.New(fault.Invalid, "The same place is asked for twice.").WithField(field+".siteId", "Stands in the list already.")
		}
		ids[i], seen[v.SiteID] = v.SiteID, true
		if v.RepID != 0 && !slices.Contains(p.RepIDs, v.RepID) {
			return nil, fault.New(fault.Invalid, "A visit is asked for with somebody who is not in the plan.").WithField(field+".repId", "Is not one of the reps.")
		}
		if v.Day != "" {
			if _, ok := h.number(v.Day); !ok {
				return nil, fault.New(fault.Invalid, "A visit is asked for on a day outside of the plan.").WithField(field+".day", "Is not one of the plan's days.")
			}
		}
		if v.Minutes < 0 || v.Minutes > 720 {
			return nil, fault.New(fault.Invalid, "A visit takes from 1 minute to 12 hours.").WithField(field+".minutes", "Is out of range.")
		}
		if v.Terms != nil {
			if err := v.Terms.check(ctx, tx, org, field+".terms."); err != nil {
				return nil, err
			}
		}
		list = append(list, newVisit{site: v.SiteID, rep: v.RepID, minutes: v.Minutes, mandatory: v.Mandatory, day: v.Day, reason: reasonChosen, terms: v.Terms})
	}
	rows, err := tx.Query(ctx, `select id from sites where org_id = $1 and id = any($2) and not archived`, org, ids)
	if err != nil {
		return nil, fmt.Errorf("visits: sites: %w", err)
	}
	known, err := pgx.CollectRows(rows, pgx.RowTo[int64])
	if err != nil {
		return nil, fmt.Errorf("visits: sites: %w", err)
	}
	for _, id := range known {
		delete(seen, id)
	}
	for i, v := range visits {
		if seen[v.SiteID] {
			return nil, fault.New(fault.Invalid, "One of the places does not exist or its account is archived.").
				WithField(fmt.Sprintf("visits[%d].siteId", i), "There is no such site.")
		}
	}
	return list, nil
}

func insertPeriod(ctx context.Context, tx pgx.Tx, a postgres.Actor, p *period, left int) (id int64, err error) {
	stored := *p
	stored.Visits = nil // they are rows of their own
	body, err := json.Marshal(stored)
	if err != nil {
		return 0, fmt.Errorf("visits: request: %w", err)
	}
	err = tx.QueryRow(ctx, `
		insert into visit_plans (org_id, kind, state, name, day, to_day, rep_ids, preset, request, created_by, due_left_out, progress)
		values ($1, 'period', 'done', $2, $3, $4, $5, $6, $7, $8, $9, 1) returning id`,
		a.OrgID, p.Name, p.From, p.To, p.RepIDs, p.Preset, body, a.UserID, left).Scan(&id)
	if err != nil {
		return 0, fmt.Errorf("visits: insert plan of a period: %w", err)
	}
	return id, nil
}

// insertVisits adds visits to a plan, numbered on from those that it has.
func insertVisits(ctx context.Context, tx pgx.Tx, org, plan int64, list []newVisit) error {
	n := len(list)
	var (
		sites, reps       = make([]int64, n), make([]*int64, n)
		minutes, interval = make([]int, n), make([]int, n)
		mandatory         = make([]bool, n)
		days, due, last   = make([]*string, n), make([]*string, n), make([]*string, n)
		reason            = make([]string, n)
		terms             = make([]*string, n)
	)
	for i, v := range list {
		sites[i], minutes[i], interval[i], mandatory[i], reason[i] = v.site, v.minutes, v.interval, v.mandatory, v.reason
		due[i], last[i] = v.due, v.last
		if v.rep != 0 {
			reps[i] = &v.rep
		}
		if v.terms != nil {
			body, err := json.Marshal(v.terms)
			if err != nil {
				return fmt.Errorf("visits: terms of a visit: %w", err)
			}
			text := string(body)
			terms[i] = &text
		}
		if v.day != "" {
			days[i] = &v.day
		}
	}
	_, err := tx.Exec(ctx, `
		insert into plan_visits (org_id, plan_id, number, account_id, site_id, minutes, mandatory, rep_id, day, reason, due_on, last_visit_on, interval_days, terms)
		select $1, $2, coalesce((select max(number) from plan_visits where org_id = $1 and plan_id = $2), 0) + t.n,
		       a.id, s.id, coalesce(nullif(t.minutes, 0), a.visit_minutes),
		       t.mandatory or coalesce((coalesce(t.terms::jsonb, w.terms)->>'mandatory')::boolean, false), t.rep, t.day::date, t.reason, t.due::date, t.last::date, t.interval,
		       coalesce(t.terms::jsonb, w.terms, '{}')
		from unnest($3::bigint[], $4::int[], $5::bool[], $6::bigint[], $7::text[], $8::text[], $9::text[], $10::text[], $11::int[], $12::text[])
		  with ordinality t (site, minutes, mandatory, rep, day, reason, due, last, interval, terms, n)
		join sites s on s.org_id = $1 and s.id = t.site
		join accounts a on a.org_id = s.org_id and a.id = s.account_id
		left join account_visit_terms w on w.org_id = a.org_id and w.account_id = a.id`,
		org, plan, sites, minutes, mandatory, reps, days, reason, due, last, interval, terms)
	if err != nil {
		return fmt.Errorf("visits: insert the visits of a plan: %w", err)
	}
	return nil
}
