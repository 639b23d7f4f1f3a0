package visits

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/waymark-crm/waymark/geo/planner"
	"github.com/waymark-crm/waymark/internal/fault"
	"github.com/waymark-crm/waymark/internal/postgres"
)

// How a detour is rated: what is hardly out of the way is green, what costs half
// an hour yellow.
const (
	greenDetour  = 15 * planner.Minute
	yellowDetour = 30 * planner.Minute
)

// rate a detour beside the best one: 1.25 times the best is as good as it gets.
func rate(detour, best planner.Seconds) string {
	switch {
	case detour <= greenDetour || 4*detour <= 5*best:
		return "green"
	case detour <= yellowDetour:
		return "yellow"
	}
	return "red"
}

// mostPlaces is how many places are named beside the days' ratings.
const mostPlaces = 10

// SuitablePlaces says where a visit of a plan suits best. A visit that is planned
// is taken out of its lane first.
func (s *Service) SuitablePlaces(ctx context.Context, id int64, visitID int) (*SuitablePlaces, error) {
	a, team, err := actor(ctx)
	if err != nil {
		return nil, err
	}
	b, err := s.use(ctx, a, team, id)
	if err != nil {
		return nil, err
	}
	v, ok := b.model.index[visitID]
	if !ok {
		return nil, fault.New(fault.NotFound, "There is no such visit in this plan.")
	}
	return b.model.suitable(b.state, v)
}

// suitable tries a visit in every lane, each as a problem of its own: what it
// costs there does not depend on the others, but for the days of the account's
// other visits.
func (m *model) suitable(b *boardState, v int) (*SuitablePlaces, error) {
	c := b.clone()
	c.take(v)
	c.marks[v] = mark{}
	var found []planner.Place
	for s := range m.shifts {
		if !m.mayBeOn(c, v, s) {
			continue
		}
		p := m.laneProblem(s, append(slices.Clone(c.orders[s]), v), c.marks)
		order := make([]int, len(c.orders[s]))
		for i := range order {
			order[i] = i
		}
		places, err := planner.Insert(p, [][]int{order}, len(order), 1)
		if err != nil {
			return nil, fmt.Errorf("visits: insert: %w", err)
		}
		for _, place := range places {
			place.Shift = s
			found = append(found, place)
		}
	}
	slices.SortStableFunc(found, func(a, b planner.Place) int { return int(a.Detour - b.Detour) })
	out := &SuitablePlaces{Items: []SuitablePlace{}, Days: []SuitableDay{}}
	by := map[int]planner.Place{}
	for _, p := range found {
		by[p.Shift] = p
		if len(out.Items) == mostPlaces {
			continue
		}
		name := m.lane(p.Shift)
		out.Items = append(out.Items, SuitablePlace{RepID: name.RepID, Day: name.Day, Position: p.Position + 1, BeginsAt: m.horizon.time(p.Begin),
			DetourSecs: int(p.Detour), DetourMetres: int(p.Metres), Rating: rate(p.Detour, found[0].Detour)})
	}
	for s := range m.shifts {
		name := m.lane(s)
		day := SuitableDay{RepID: name.RepID, Day: name.Day, Rating: "red", Visits: len(c.orders[s])}
		if p, fits := by[s]; fits {
			detour, begins := int(p.Detour), m.horizon.time(p.Begin)
			day.Fits, day.DetourSecs, day.BeginsAt, day.Rating = true, &detour, &begins, rate(p.Detour, found[0].Detour)
		} else if detour, leads := m.leastDetour(s, c.orders[s], v); leads {
			day.DetourSecs = &detour
		}
		out.Days = append(out.Days, day)
	}
	return out, nil
}

// mayBeOn reports whether nothing but time and distance is against a visit in a
// lane: opening hours, what it was asked for with, and its account's other visits.
// By hand it may go to any rep, unless it was asked for with one.
func (m *model) mayBeOn(b *boardState, v, shift int) bool {
	x, s := m.visits[v], m.shifts[shift]
	if windows, _, any := m.begins(v, s.Day); len(windows) == 0 && !any {
		return false
	}
	if !x.mayBeWith(m.period.Reps[s.Rep].ID) || x.day >= 0 && x.day != s.Day || !m.tiedDays(b, v, s.Day) {
		return false
	}
	gap := 1
	if k := m.seriOf[v]; k > 0 {
		gap = m.series[k-1].MinGap
	}
	for t, order := range b.orders {
		for _, y := range order {
			if m.visits[y].site.ID == x.site.ID && max(s.Day-m.shifts[t].Day, m.shifts[t].Day-s.Day) < gap {
				return false
			}
		}
	}
	return true
}

// tiedDays reports whether the visits that one is tied to leave it a day.
func (m *model) tiedDays(b *boardState, v, day int) bool {
	for _, t := range m.ties {
		other := t.a + t.b - v
		if t.a != v && t.b != v {
			continue
		}
		at, _ := b.shiftOf(other)
		if at < 0 {
			continue
		}
		theirs, ok := m.shifts[at].Day, true
		switch {
		case t.rule == tieSameDay || t.rule == tieSameTime:
			ok = day == theirs
		case t.rule == tieOtherDay:
			ok = day != theirs
		case t.a == v:
			ok = day >= theirs
		default:
			ok = day <= theirs
		}
		if !ok {
			return false
		}
	}
	return true
}

// leastDetour is the driving that a visit would add to a lane at its nearest
// place, whether it fits there or not.
func (m *model) leastDetour(shift int, order []int, v int) (seconds int, leads bool) {
	places := make([]int, 0, len(order)+2)
	if start := m.shifts[shift].Start; start != planner.Anywhere {
		places = append(places, start)
	}
	for _, x := range order {
		places = append(places, m.place[x])
	}
	if end := m.shifts[shift].End; end != planner.Anywhere {
		places = append(places, end)
	}
	// The pace of the middle of the day: a visit that does not fit has no time.
	hours, table := m.shifts[shift].Hours, m.tableOf(shift)
	noon := int((hours.Open + (hours.Close-hours.Open)/2) % planner.Day)
	drive := func(a, b int) int { return int(table.SecondsAt(a, b, noon)) }
	best, at := -1, m.place[v]
	if len(places) < 2 {
		return 0, true // a day without a start begins here
	}
	for i, a := range places[1:] {
		there, back := drive(places[i], at), drive(at, a)
		if there < 0 || back < 0 {
			continue
		}
		if detour := there + back - max(0, drive(places[i], a)); best < 0 || detour < best {
			best = max(0, detour)
		}
	}
	return best, best >= 0
}

// SuitableDays says which of a rep's days suit a visit to a site: against what is
// published, and against the rep's own plans for days that have nothing
// published.
func (s *Service) SuitableDays(ctx context.Context, r SuitableDaysRequest) (*SuitablePlaces, error) {
	a, team, err := actor(ctx)
	if err != nil {
		return nil, err
	}
	if r.RepID != a.UserID && !team && !seesAll(a) {
		return nil, errNotYours
	}
	if err := checkPeriod(r.From, r.To); err != nil {
		return nil, err
	}
	var (
		m     *model
		state *boardState
		of    map[string]dayPlan
	)
	err = s.DB.Read(ctx, func(tx pgx.Tx) error {
		m, state, of, err = readDays(ctx, tx, a, r)
		return err
	})
	if err != nil {
		return nil, err
	}
	if len(m.shifts) == 0 {
		return &SuitablePlaces{Items: []SuitablePlace{}, Days: []SuitableDay{}}, nil
	}
	if err := s.travel(ctx, m); err != nil {
		return nil, err
	}
	out, err := m.suitable(state, len(m.visits)-1)
	if err != nil {
		return nil, err
	}
	for i := range out.Days {
		if p, ok := of[out.Days[i].Day]; ok {
			out.Days[i].PlanID, out.Days[i].Published = &p.id, p.published
		}
	}
	return out, nil
}

// dayPlan is the plan of one of a rep's days.
type dayPlan struct {
	id        int64
	published bool
}

// readDays reads a rep's days as if they were a plan of a period, with the visit
// asked for as the last one, in no lane.
func readDays(ctx context.Context, tx pgx.Tx, a postgres.Actor, r SuitableDaysRequest) (*model, *boardState, map[string]dayPlan, error) {
	reps, err := chooseReps(ctx, tx, a, true, []int64{r.RepID}, 0)
	if err != nil {
		return nil, nil, nil, err
	}
	zone, err := zoneOf(ctx, tx, a.OrgID)
	if err != nil {
		return nil, nil, nil, err
	}
	wanted, err := siteToVisit(ctx, tx, a.OrgID, r)
	if err != nil {
		return nil, nil, nil, err
	}
	rows, err := tx.Query(ctx, `
		with chosen as (
		  select distinct on (day) id, day, published_at is not null as published, coalesce((request->>'byHour')::boolean, false) as by_hour
		  from visit_plans
		  where org_id = $1 and rep_id = $2 and kind = 'day' and day between $3 and $4 and state = 'done'
		    and replaced_by is null and withdrawn_at is null
		  order by day, (published_at is not null) desc, id desc
		)
		select c.id, c.by_hour, to_char(c.day, 'YYYY-MM-DD'), c.published, s.id, s.account_id, a.name, a.class, s.point, s.opening_hours,
		       greatest(1, t.visit_seconds / 60)
		from chosen c
		join routes r on r.org_id = $1 and r.plan_id = c.id
		join stops t on t.org_id = r.org_id and t.route_id = r.id
		join sites s on s.org_id = t.org_id and s.id = t.site_id
		join accounts a on a.org_id = s.org_id and a.id = s.account_id
		order by c.day, t.position`, a.OrgID, r.RepID, r.From, r.To)
	if err != nil {
		return nil, nil, nil, fmt.Errorf("visits: read days: %w", err)
	}
	defer rows.Close()
	p := period{Reps: reps, PeriodRequest: PeriodRequest{From: r.From, To: r.To, WorkingDays: []int{1, 2, 3, 4, 5}, Preset: PresetBalanced, Assignment: assignAny}}
	var list []visit
	var days []string
	of := map[string]dayPlan{}
	for rows.Next() {
		v := visit{number: len(list) + 1, day: -1, reason: reasonChosen}
		var day string
		var plan dayPlan
		var byHour bool
		if err := rows.Scan(&plan.id, &byHour, &day, &plan.published, &v.site.ID, &v.site.AccountID, &v.site.Name, &v.site.Class, &v.site.Point,
			&v.site.OpeningHours, &v.minutes); err != nil {
			return nil, nil, nil, fmt.Errorf("visits: read days: %w", err)
		}
		// Days at the pace of the hour are looked at as they were planned.
		p.ByHour = p.ByHour || byHour
		list, days, of[day] = append(list, v), append(days, day), plan
		t, err := time.Parse(time.DateOnly, day)
		if err != nil {
			return nil, nil, nil, fmt.Errorf("visits: read days: %w", err)
		}
		// Who has a plan for a Saturday works on Saturdays.
		if n := (int(t.Weekday())+6)%7 + 1; !slices.Contains(p.WorkingDays, n) {
			p.WorkingDays = append(p.WorkingDays, n)
		}
	}
	if err := rows.Err(); err != nil {
		return nil, nil, nil, fmt.Errorf("visits: read days: %w", err)
	}
	wanted.number = len(list) + 1
	m, err := newModel(p, zone, append(list, *wanted))
	if err != nil {
		return nil, nil, nil, err
	}
	state := m.empty()
	for i, day := range days {
		s, ok := m.shift(r.RepID, day)
		if !ok {
			return nil, nil, nil, fmt.Errorf("visits: no shift on %s", day)
		}
		state.orders[s] = append(state.orders[s], i)
	}
	return m, state, of, nil
}

func siteToVisit(ctx context.Context, tx pgx.Tx, org int64, r SuitableDaysRequest) (*visit, error) {
	v := &visit{day: -1, reason: reasonChosen}
	err := tx.QueryRow(ctx, `
		select s.id, s.account_id, a.name, a.class, s.point, s.opening_hours, coalesce(nullif($3::int, 0), a.visit_minutes)
		from sites s
		join accounts a on a.org_id = s.org_id and a.id = s.account_id
		where s.org_id = $1 and s.id = $2 and not s.archived`, org, r.SiteID, r.Minutes).
		Scan(&v.site.ID, &v.site.AccountID, &v.site.Name, &v.site.Class, &v.site.Point, &v.site.OpeningHours, &v.minutes)
	if errors.Is(err, pgx.ErrNoRows) {
		return nil, fault.New(fault.Invalid, "The place does not exist or its account is archived.").WithField("siteId", "There is no such site.")
	}
	if err != nil {
		return nil, fmt.Errorf("visits: site: %w", err)
	}
	return v, nil
}
