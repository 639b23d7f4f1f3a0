package visits

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/waymark-crm/waymark/geo/planner"
	"github.com/waymark-crm/waymark/internal/fault"
	"github.com/waymark-crm/waymark/internal/postgres"
)

// RepairRequest says how a day has gone so far.
type RepairRequest struct {
	At           string      `json:"at" pattern:"^([01][0-9]|2[0-3]):[0-5][0-9]$" example:"10:30" doc:"What time it is, on the plan's day."`
	DelayMinutes int         `json:"delayMinutes,omitempty" minimum:"0" maximum:"600" doc:"The rep goes on this much later."`
	Done         []int64     `json:"done,omitempty" maxItems:"200" nullable:"false" doc:"The sites of all stops that were made. They stay as they were."`
	Cancelled    []int64     `json:"cancelled,omitempty" maxItems:"200" nullable:"false" doc:"Sites of visits that will not take place."`
	Add          []PlanVisit `json:"add,omitempty" maxItems:"20" nullable:"false" doc:"Visits to be made as well; those left out before may be asked for again."`
	Next         int64       `json:"next,omitempty" minimum:"0" doc:"The site that the rep is on the way to, and that stays the next stop; 0 for none."`
}

// ReasonCancelled is the reason of a visit that will not take place.
const ReasonCancelled = "cancelled"

// repair is a day planned anew from where the rep is.
type repair struct {
	request PlanRequest
	found   *outcome
}

// PreviewRepair tells how the rest of a day would be, and changes nothing.
func (s *Service) PreviewRepair(ctx context.Context, id int64, r RepairRequest) (*Plan, error) {
	a, _, err := actor(ctx)
	if err != nil {
		return nil, err
	}
	var plan *Plan
	err = s.DB.Read(ctx, func(tx pgx.Tx) error {
		if plan, err = readPlan(ctx, tx, a, seesAll(a), id); err != nil {
			return err
		}
		x, err := s.repaired(ctx, tx, a, plan, r)
		if err != nil {
			return err
		}
		return x.show(ctx, tx, a.OrgID, plan)
	})
	return plan, s.wanting(ctx, err)
}

// show makes a plan what it would be.
func (x *repair) show(ctx context.Context, tx pgx.Tx, org int64, plan *Plan) error {
	route := x.found.route
	route.StartPoint, route.StartAddress = plan.Route.StartPoint, plan.Route.StartAddress
	route.EndPoint, route.EndAddress = plan.Route.EndPoint, plan.Route.EndAddress
	sites := make([]int64, 0, len(route.Stops)+len(x.found.unplanned))
	for _, stop := range route.Stops {
		sites = append(sites, stop.SiteID)
	}
	for _, u := range x.found.unplanned {
		sites = append(sites, u.site.ID)
	}
	type label struct{ Status, Address string }
	rows, err := tx.Query(ctx, `select s.id, a.status, `+addressOf+` from sites s join accounts a on a.org_id = s.org_id and a.id = s.account_id
		where s.org_id = $1 and s.id = any($2)`, org, sites)
	if err != nil {
		return fmt.Errorf("visits: sites: %w", err)
	}
	labels := map[int64]label{}
	var id int64
	var l label
	if _, err := pgx.ForEachRow(rows, []any{&id, &l.Status, &l.Address}, func() error { labels[id] = l; return nil }); err != nil {
		return fmt.Errorf("visits: sites: %w", err)
	}
	for i := range route.Stops {
		stop := &route.Stops[i]
		stop.Status, stop.Address = labels[stop.SiteID].Status, labels[stop.SiteID].Address
	}
	if len(x.found.line) > 0 {
		route.Geometry = geometryOf(x.found.line)
	}
	plan.Route, plan.Request, plan.Estimated, plan.CanUndoRepair = &route, x.request, x.found.estimated, false
	plan.Unplanned = []Unplanned{}
	for _, u := range x.found.unplanned {
		plan.Unplanned = append(plan.Unplanned, Unplanned{AccountID: u.site.AccountID, SiteID: u.site.ID, Name: u.site.Name, Class: u.site.Class,
			Point: u.site.Point, Address: labels[u.site.ID].Address, Reason: u.reason, Detail: u.detail})
	}
	return nil
}

// Repair plans the rest of a day anew: made stops stay, the clock is at now, and
// what can stay where it was does. It can be taken back until the plan is changed
// in another way, and so can the repairs before it, one after the other.
func (s *Service) Repair(ctx context.Context, id int64, version int, r RepairRequest) (*Plan, error) {
	return s.change(ctx, id, version, func(tx pgx.Tx, a postgres.Actor, plan *Plan) error {
		x, err := s.repaired(ctx, tx, a, plan, r)
		if err != nil {
			return err
		}
		stack := []beforeRepair{}
		if plan.CanUndoRepair {
			if stack, err = readRepairs(ctx, tx, a.OrgID, id); err != nil {
				return err
			}
		}
		if len(stack) == mostRepairs {
			stack = stack[1:]
		}
		before, err := json.Marshal(append(stack, beforeRepair{plan}))
		if err != nil {
			return fmt.Errorf("visits: day before its repair: %w", err)
		}
		body, err := json.Marshal(x.request)
		if err != nil {
			return fmt.Errorf("visits: request: %w", err)
		}
		if err := store(ctx, tx, a.OrgID, plan, x.found); err != nil {
			return err
		}
		_, err = tx.Exec(ctx, `
			update visit_plans set request = $3, estimated = $4, version = version + 1, before_repair = $5, before_repair_version = version + 1
			where org_id = $1 and id = $2`, a.OrgID, id, body, x.found.estimated, before)
		return err
	})
}

var errNoRepair = fault.New(fault.Conflict, "There is nothing to take back: the day was changed since, or not planned anew.")

// mostRepairs is how many repairs of a day can be taken back.
const mostRepairs = 20

// beforeRepair is a day as it was before a repair.
type beforeRepair struct {
	Plan *Plan `json:"plan"`
}

// readRepairs reads what can be taken back to, the latest last. Repairs follow
// each other without another change between them.
func readRepairs(ctx context.Context, tx pgx.Tx, org, id int64) ([]beforeRepair, error) {
	var body []byte
	if err := tx.QueryRow(ctx, `select before_repair from visit_plans where org_id = $1 and id = $2`, org, id).Scan(&body); err != nil {
		return nil, fmt.Errorf("visits: day before its repair: %w", err)
	}
	if len(body) == 0 {
		return nil, nil
	}
	if body[0] != '[' { // kept when there was one of them only
		before := &Plan{}
		if err := json.Unmarshal(body, before); err != nil {
			return nil, fmt.Errorf("visits: day %d before its repair: %w", id, err)
		}
		return []beforeRepair{{before}}, nil
	}
	var stack []beforeRepair
	if err := json.Unmarshal(body, &stack); err != nil {
		return nil, fmt.Errorf("visits: day %d before its repairs: %w", id, err)
	}
	return stack, nil
}

// UndoRepair takes a day back to what it was before its latest repair.
func (s *Service) UndoRepair(ctx context.Context, id int64, version int) (*Plan, error) {
	return s.change(ctx, id, version, func(tx pgx.Tx, a postgres.Actor, plan *Plan) error {
		if !plan.CanUndoRepair {
			return errNoRepair.WithCurrent(plan)
		}
		stack, err := readRepairs(ctx, tx, a.OrgID, id)
		if err != nil {
			return err
		}
		if len(stack) == 0 {
			return errNoRepair.WithCurrent(plan)
		}
		before := stack[len(stack)-1].Plan
		stack = stack[:len(stack)-1]
		var rest []byte
		if len(stack) > 0 {
			if rest, err = json.Marshal(stack); err != nil {
				return fmt.Errorf("visits: day before its repair: %w", err)
			}
		}
		found, err := outcomeOf(ctx, tx, a.OrgID, before)
		if err != nil {
			return err
		}
		request, err := json.Marshal(before.Request)
		if err != nil {
			return fmt.Errorf("visits: request: %w", err)
		}
		if err := store(ctx, tx, a.OrgID, plan, found); err != nil {
			return err
		}
		_, err = tx.Exec(ctx, `
			update visit_plans set request = $3, estimated = $4, version = version + 1, before_repair = $5,
			       before_repair_version = case when $5::jsonb is null then null else version + 1 end
			where org_id = $1 and id = $2`, a.OrgID, id, request, before.Estimated, rest)
		return err
	})
}

// outcomeOf is a stored day as it was worked out. Places that are gone since make
// it a fault.
func outcomeOf(ctx context.Context, tx pgx.Tx, org int64, p *Plan) (*outcome, error) {
	o := &outcome{route: *p.Route, estimated: p.Estimated}
	if p.Route.Geometry != nil {
		line, err := lineFrom(p.Route.Geometry)
		if err != nil {
			return nil, err
		}
		o.line = line
	}
	var sites []int64
	for _, stop := range p.Route.Stops {
		sites = append(sites, stop.SiteID)
	}
	for _, u := range p.Unplanned {
		sites = append(sites, u.SiteID)
		o.unplanned = append(o.unplanned, left{site: site{ID: u.SiteID, AccountID: u.AccountID}, reason: u.Reason, detail: u.Detail})
	}
	there, err := readSites(ctx, tx, org, sites)
	if err != nil {
		return nil, err
	}
	if len(there) != len(sites) {
		return nil, fault.New(fault.Conflict, "One of the accounts of the day is gone since, so it cannot be taken back. Plan the visits again.")
	}
	return o, nil
}

// repaired works out the rest of a day.
func (s *Service) repaired(ctx context.Context, tx pgx.Tx, a postgres.Actor, plan *Plan, r RepairRequest) (*repair, error) {
	if plan.State == Queued || plan.State == Running {
		return nil, errUnderWork.WithCurrent(plan)
	}
	if plan.Route == nil {
		return nil, fault.New(fault.Invalid, "The day has no route yet. Plan its visits first.")
	}
	zone, err := time.LoadLocation(plan.TimeZone)
	if err != nil {
		return nil, fmt.Errorf("visits: time zone of organisation %d: %w", a.OrgID, err)
	}
	x := &repair{request: plan.Request}
	if err := x.ask(ctx, tx, a.OrgID, plan, r, zone); err != nil {
		return nil, err
	}
	wanted, out, err := chosenSites(ctx, tx, a.OrgID, plan, x.request, r)
	if err != nil {
		return nil, err
	}
	roads, err := s.Travel(x.request.way())
	if err != nil {
		return nil, err
	}
	d, err := newDay(ctx, roads, x.request, zone, wanted)
	if err != nil {
		return nil, err
	}
	if x.found, err = d.repair(ctx, plan, r); err != nil {
		return nil, err
	}
	x.found.unplanned = append(x.found.unplanned, out...)
	return x, d.draw(ctx, roads, x.found)
}

// ask turns the request of a day into that of its rest.
func (x *repair) ask(ctx context.Context, tx pgx.Tx, org int64, plan *Plan, r RepairRequest, zone *time.Location) error {
	date, err := time.Parse(time.DateOnly, plan.Day)
	if err != nil {
		return fmt.Errorf("visits: day %q: %w", plan.Day, err)
	}
	at, ok := minutes(r.At)
	end, _ := minutes(plan.Request.WorkEnd) // checked when the plan was asked for
	if !ok || r.DelayMinutes < 0 || r.DelayMinutes > 600 {
		return fault.New(fault.Invalid, "The time or the delay is none.").WithField("at", "Write the time as 10:30, and a delay of at most 600 minutes.")
	}
	if at+r.DelayMinutes >= end {
		return fault.Errorf(fault.Invalid, "The working day ends at %s, so nothing is left to plan.", plan.Request.WorkEnd).WithField("at", "Choose an earlier time or a shorter delay.")
	}
	clock := newClock(date, zone)
	said, now := clock.time(clock.at(at)), clock.time(clock.at(at+r.DelayMinutes))
	x.request.Now, x.request.Done, x.request.LunchTaken = &now, []DoneStop{}, nil
	if lunch := plan.Route.LunchAt; lunch != nil && !lunch.Add(time.Duration(plan.Route.LunchSeconds)*time.Second).After(said) {
		x.request.LunchTaken = lunch
	}
	if err := x.made(plan, r, said); err != nil {
		return err
	}
	x.request.Visits = slices.Clone(plan.Request.Visits)
	for i, v := range r.Add {
		if slices.ContainsFunc(r.Add[:i], func(o PlanVisit) bool { return o.SiteID == v.SiteID }) {
			return fault.New(fault.Invalid, "The same place is asked for twice.").WithField(fmt.Sprintf("add[%d].siteId", i), "Stands in the list already.")
		}
		if !slices.ContainsFunc(x.request.Visits, func(o PlanVisit) bool { return o.SiteID == v.SiteID }) {
			x.request.Visits = append(x.request.Visits, v)
		}
	}
	fresh := x.request.Visits[len(plan.Request.Visits):]
	if len(fresh) == 0 {
		return nil
	}
	if err := checkVisits(ctx, tx, org, x.request.Visits); err != nil {
		return err
	}
	return completeTerms(ctx, tx, org, fresh)
}

// made notes the stops that were made, in the order of the route, at the times at
// which they were planned, but none later than now.
func (x *repair) made(plan *Plan, r RepairRequest, now time.Time) error {
	left := map[int64]bool{}
	for i, site := range r.Done {
		if left[site] {
			return fault.New(fault.Invalid, "A stop is said to be made twice.").WithField(fmt.Sprintf("done[%d]", i), "Stands in the list already.")
		}
		left[site] = true
	}
	known := map[int64]DoneStop{}
	for _, d := range plan.Request.Done {
		known[d.SiteID] = d
	}
	var last time.Time
	for _, stop := range plan.Route.Stops {
		if !left[stop.SiteID] {
			continue
		}
		delete(left, stop.SiteID)
		d, ok := known[stop.SiteID]
		if !ok {
			d = DoneStop{stop.SiteID, stop.ArrivesAt, stop.LeavesAt}
		}
		d.ArrivedAt, d.LeftAt = latest(earliest(d.ArrivedAt, now), last), latest(earliest(d.LeftAt, now), last)
		last = d.LeftAt
		x.request.Done = append(x.request.Done, d)
	}
	if len(left) > 0 {
		return fault.New(fault.Invalid, "A stop that is said to be made is not in the route. Load the plan again.").WithField("done", "Names a site that is no stop.")
	}
	return nil
}

func earliest(a, b time.Time) time.Time {
	if b.Before(a) {
		return b
	}
	return a
}

func latest(a, b time.Time) time.Time {
	if b.After(a) {
		return b
	}
	return a
}

// chosenSites are the places that the rest of the day may go to, and what stays
// out of it by somebody's decision.
func chosenSites(ctx context.Context, tx pgx.Tx, org int64, plan *Plan, request PlanRequest, r RepairRequest) (wanted []site, out []left, err error) {
	added := func(site int64) bool {
		return slices.ContainsFunc(r.Add, func(v PlanVisit) bool { return v.SiteID == site })
	}
	stays := map[int64]string{}
	for _, u := range plan.Unplanned {
		if (u.Reason == ReasonRemoved || u.Reason == ReasonCancelled) && !added(u.SiteID) {
			stays[u.SiteID] = u.Reason
		}
	}
	for i, site := range r.Cancelled {
		if slices.Contains(r.Done, site) || added(site) {
			return nil, nil, fault.New(fault.Invalid, "A visit is cancelled and made, or added, at once.").WithField(fmt.Sprintf("cancelled[%d]", i), "Is said to be made or added too.")
		}
		if !slices.ContainsFunc(request.Visits, func(v PlanVisit) bool { return v.SiteID == site }) {
			return nil, nil, fault.New(fault.Invalid, "A cancelled visit is not in the plan. Load the plan again.").WithField(fmt.Sprintf("cancelled[%d]", i), "Is no visit of the plan.")
		}
		stays[site] = ReasonCancelled
	}
	ids := make([]int64, len(request.Visits))
	for i, v := range request.Visits {
		ids[i] = v.SiteID
	}
	sites, err := readSites(ctx, tx, org, ids)
	if err != nil {
		return nil, nil, err
	}
	for _, x := range sites {
		if reason, is := stays[x.ID]; is {
			out = append(out, left{x, reason, UnplannedDetail{OpeningHours: x.OpeningHours}})
		} else {
			wanted = append(wanted, x)
		}
	}
	return wanted, out, nil
}

// repair searches near the order that was planned.
func (d *day) repair(ctx context.Context, plan *Plan, r RepairRequest) (*outcome, error) {
	open := d.open()
	number := map[int64]int{}
	for i, site := range open {
		number[d.sites[site].ID] = i
	}
	problem := d.problemOf(open)
	for _, v := range r.Add {
		if i, is := number[v.SiteID]; is { // somebody wants it today
			problem.Visits[i].Mandatory = true
		}
	}
	order := []int{}
	for _, x := range problem.Shifts[0].Done {
		order = append(order, x.Visit)
	}
	made := len(order)
	for _, stop := range plan.Route.Stops {
		if i, is := number[stop.SiteID]; is && !slices.Contains(order[:made], i) {
			order = append(order, i)
		}
	}
	change := planner.Change{Now: problem.Shifts[0].Now}
	if r.Next != 0 {
		i, is := number[r.Next]
		if !is || slices.Contains(order[:made], i) {
			return nil, fault.New(fault.Invalid, "The stop that you are on the way to is no stop of the rest of the day.").WithField("next", "Is made, cancelled or closed.")
		}
		change.Head = map[int][]int{0: {i}}
		order = slices.DeleteFunc(order, func(v int) bool { return v == i })
		order = slices.Insert(order, made, i)
	}
	solution, problem, err := planner.Repair(ctx, problem, [][]int{order}, change, planner.Options{Seed: 1})
	if err != nil {
		return nil, fmt.Errorf("visits: repair: %w", err)
	}
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	return d.accepted(problem, solution, open)
}
