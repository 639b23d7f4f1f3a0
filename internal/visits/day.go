package visits

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/paulmach/orb"

	"github.com/waymark-crm/waymark/geo/planner"
	"github.com/waymark-crm/waymark/geo/travel"
)

// What a visit is worth, in driving that one would spend on it: enough that
// whatever fits is planned, and that an A account is kept before two C accounts.
var prize = map[string]planner.Seconds{"A": 12 * planner.Hour, "B": 7 * planner.Hour, "C": 4 * planner.Hour}

// day is one rep's day as a problem of the planner. Visit i is the visit of
// sites[i] and lies at place i of the table; start and end follow.
type day struct {
	clock   clock
	request PlanRequest
	sites   []site
	closed  []bool // by site: not open at all that day
	// untimely, by site: not open at the time asked for.
	untimely []bool
	terms    []VisitTerms
	table    *travel.Table
	skills   map[string]int
	problem  planner.Problem
	start    int // place, or planner.Anywhere
	end      int
}

// newDay looks up the travel times and states the problem.
func newDay(ctx context.Context, roads travel.Provider, request PlanRequest, zone *time.Location, sites []site) (*day, error) {
	date, err := time.Parse(time.DateOnly, request.Day)
	if err != nil {
		return nil, fmt.Errorf("visits: day %q: %w", request.Day, err)
	}
	d := &day{clock: newClock(date, zone), request: request, sites: sites, skills: map[string]int{},
		closed: make([]bool, len(sites)), untimely: make([]bool, len(sites)), terms: make([]VisitTerms, len(sites)), start: planner.Anywhere, end: planner.Anywhere}
	points := make([]orb.Point, 0, len(sites)+2)
	for _, s := range sites {
		points = append(points, s.Point)
	}
	if request.StartPoint != nil {
		d.start = len(points)
		points = append(points, *request.StartPoint)
	}
	if request.EndPoint != nil {
		d.end = len(points)
		if request.StartPoint != nil && *request.EndPoint == *request.StartPoint {
			d.end = d.start
		} else {
			points = append(points, *request.EndPoint)
		}
	}
	if d.table, err = roads.Table(ctx, points); err != nil {
		return nil, fmt.Errorf("visits: travel times: %w", err)
	}
	d.problem = planner.Problem{
		Tables: []planner.Table{plannerTable(d.table)},
		Shifts: []planner.Shift{d.shift()},
		Visits: d.visits(),
	}
	d.done()
	return d, nil
}

// done holds the stops that were made, and the clock, where the day was planned
// anew from where the rep was.
func (d *day) done() {
	s := &d.problem.Shifts[0]
	if d.request.Now != nil {
		s.Now = max(0, d.clock.seconds(*d.request.Now))
	}
	for _, x := range d.request.Done {
		if i := slices.IndexFunc(d.sites, func(s site) bool { return s.ID == x.SiteID }); i >= 0 {
			s.Done = append(s.Done, planner.Done{Visit: i, Arrive: d.clock.seconds(x.ArrivedAt), Leave: d.clock.seconds(x.LeftAt)})
		}
	}
	if len(s.Breaks) == 0 || len(s.Done) == 0 || d.request.LunchTaken == nil {
		if d.request.LunchTaken != nil {
			s.Breaks = nil
		}
		return
	}
	// Lunch is over: it belongs to the last stop that was made.
	s.Done[len(s.Done)-1].BreaksTaken = 1
}

// made counts the stops that were made.
func (d *day) made() int { return len(d.problem.Shifts[0].Done) }

// skillsOf numbers skills, whatever their letters' case.
func (d *day) skillsOf(names []string) []int {
	var out []int
	for _, name := range names {
		name = strings.ToLower(name)
		n, known := d.skills[name]
		if !known {
			n = len(d.skills)
			d.skills[name] = n
		}
		out = append(out, n)
	}
	return out
}

func (d *day) shift() planner.Shift {
	r := d.request
	at := func(hhmm string) planner.Seconds {
		m, _ := minutes(hhmm) // checked when the plan was asked for
		return d.clock.at(m)
	}
	shift := planner.Shift{
		Hours: planner.Window{Open: at(r.WorkStart), Close: at(r.WorkEnd)},
		Start: d.start,
		End:   d.end,

		MaxDrive: planner.Seconds(r.MaxDriveMinutes) * planner.Minute, MaxMetres: planner.Metres(r.MaxKilometres) * 1000,
		MaxVisits: r.MaxVisits, SpeedPercent: speed(r.SpeedPercent), Skills: d.skillsOf(r.Skills),
	}
	if r.LunchMinutes != nil && *r.LunchMinutes > 0 {
		shift.Breaks = []planner.Break{{
			Length:    planner.Seconds(*r.LunchMinutes) * planner.Minute,
			Earliest:  at(r.LunchEarliest),
			Latest:    at(r.LunchLatest),
			FallsAway: true,
		}}
	}
	return shift
}

func (d *day) visits() []planner.Visit {
	asked := make(map[int64]PlanVisit, len(d.request.Visits))
	for _, v := range d.request.Visits {
		asked[v.SiteID] = v
	}
	visits := make([]planner.Visit, len(d.sites))
	for i, s := range d.sites {
		m := asked[s.ID].Minutes
		if m == 0 {
			m = s.VisitMinutes
		}
		terms := d.terms[i]
		if t := asked[s.ID].Terms; t != nil {
			terms = *t
			d.terms[i] = terms
		}
		visits[i] = planner.Visit{
			Place: i, Length: planner.Seconds(m) * planner.Minute, SetUp: planner.Seconds(terms.SetUpMinutes) * planner.Minute,
			Prize: terms.worthOf(s.Class), Mandatory: terms.Mandatory, Skills: d.skillsOf(terms.Skills), Position: terms.Position,
		}
		var windows []planner.Window
		var known bool
		if r := d.request.RespectOpeningHours; r == nil || *r {
			windows, known = d.clock.windows(s.OpeningHours)
		}
		d.closed[i] = known && len(windows) == 0
		x := &visits[i]
		if x.Windows, x.EndInside = terms.narrowed(windows, known, x.Length, d.clock.at); known && len(x.Windows) == 0 && !d.closed[i] {
			// Never open at the time asked for: planned by nobody, and marked where it
			// was put by hand.
			d.untimely[i] = true
			x.Windows, x.EndInside = windows, true
		}
	}
	return visits
}

// open are the visits whose place opens at some time of the day. The planner
// takes no windows to mean any time, so the others are kept from it.
func (d *day) open() []int {
	var open []int
	for i := range d.sites {
		if !(d.closed[i] || d.untimely[i]) || d.isDone(i) {
			open = append(open, i)
		}
	}
	return open
}

func (d *day) isDone(site int) bool {
	return slices.ContainsFunc(d.problem.Shifts[0].Done, func(x planner.Done) bool { return x.Visit == site })
}

// search finds the best route. given is the number of the sites in the order in
// which they were asked for; progress gets 0 to 1.
func (d *day) search(ctx context.Context, budget time.Duration, progress func(float64)) (*outcome, error) {
	open := d.open()
	problem := d.problemOf(open)
	given := make([]int, len(open))
	for i := range open {
		given[i] = i
	}
	solution, err := planner.Plan(ctx, problem, planner.Options{
		Seed:       1,
		TimeLimit:  budget,
		OnProgress: func(p planner.Progress) { progress(p.Share) },
	})
	if err != nil {
		return nil, fmt.Errorf("visits: %w", err)
	}
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	o, err := d.accepted(problem, solution, open)
	if err != nil {
		return nil, err
	}
	if d.made() > 0 { // against what the order was this morning nothing can be compared
		return o, nil
	}
	if err := d.gain(o, problem, solution.Orders()[0]); err != nil {
		return nil, err
	}
	return o, nil
}

// problemOf is the day with some of its visits only.
func (d *day) problemOf(open []int) planner.Problem {
	problem := d.problem
	problem.Shifts = slices.Clone(d.problem.Shifts)
	problem.Visits = make([]planner.Visit, len(open))
	for i, site := range open {
		problem.Visits[i] = d.problem.Visits[site]
	}
	done := slices.Clone(problem.Shifts[0].Done)
	for i := range done {
		done[i].Visit = slices.Index(open, done[i].Visit)
	}
	problem.Shifts[0].Done = done
	return problem
}

// accepted has a solution checked by code that shares nothing with the search,
// and writes it as a route, with the reasons of what is left out.
func (d *day) accepted(problem planner.Problem, solution *planner.Solution, open []int) (*outcome, error) {
	if err := accept(problem, solution); err != nil {
		return nil, err
	}
	o := d.outcome(solution.Routes[0], func(visit int) int { return open[visit] })
	if len(solution.Forced) > 0 { // what stops already made bring about
		if err := d.marked(o, solution.Orders()[0], open); err != nil {
			return nil, err
		}
	}
	for _, u := range solution.Unplanned {
		s := d.sites[open[u.Visit]]
		detail := UnplannedDetail{DetourSeconds: int(u.Detour), OverSeconds: int(u.Over), OpeningHours: s.OpeningHours}
		if u.Displaces >= 0 {
			other := d.sites[open[u.Displaces]]
			detail.DisplacesSite, detail.DisplacesName = other.ID, other.Name
		}
		reason := reasonOf(u.Reason)
		if _, _, bound := d.terms[open[u.Visit]].bounds(d.clock.at); bound && u.Reason == planner.NoWindow {
			reason = ReasonNoTime
		}
		o.unplanned = append(o.unplanned, left{s, reason, detail})
	}
	for i, s := range d.sites {
		switch {
		case d.isDone(i):
		case d.closed[i]:
			o.unplanned = append(o.unplanned, left{s, ReasonClosed, UnplannedDetail{OpeningHours: s.OpeningHours}})
		case d.untimely[i]:
			o.unplanned = append(o.unplanned, left{s, ReasonNoTime, UnplannedDetail{OpeningHours: s.OpeningHours}})
		}
	}
	return o, nil
}

// marked marks what an order breaks, given as the planner's numbers.
func (d *day) marked(o *outcome, order, open []int) error {
	sites := make([]int, len(order))
	for i, v := range order {
		sites[i] = open[v]
	}
	followed, err := d.follow(sites)
	if err != nil {
		return err
	}
	o.route.Violations = followed.route.Violations
	for i := range o.route.Stops {
		o.route.Stops[i].Violation = followed.route.Stops[i].Violation
	}
	return nil
}

// gain compares the driving with that of the same visits in the order given.
func (d *day) gain(o *outcome, problem planner.Problem, order []int) error {
	given := make([]int, 0, len(order))
	planned := make(map[int]bool, len(order))
	for _, v := range order {
		planned[v] = true
	}
	for v := range problem.Visits {
		if planned[v] {
			given = append(given, v)
		}
	}
	report, err := planner.Check(problem, [][]int{given})
	if err != nil {
		return fmt.Errorf("visits: check the order given: %w", err)
	}
	o.route.GainSeconds = max(0, int(report.Totals.Drive)-o.route.DriveSeconds)
	return nil
}

// Reasons for leaving a visit out.
const (
	ReasonClosed  = "closed_that_day"
	ReasonHours   = "closed_all_shift"
	ReasonTooFar  = "too_far"
	ReasonFull    = "day_full"
	ReasonNoRoad  = "unreachable"
	ReasonNoWorth = "not_worth"
	ReasonRemoved = "removed_by_hand"
	ReasonNoSkill = "no_skill" // nobody who could come has the skills
	ReasonPlace   = "position" // fits, but not as the stop of the day that it is locked as
	ReasonNoTime  = "no_time"  // the time asked for is outside of opening or working hours
)

func reasonOf(r planner.Reason) string {
	switch r {
	case planner.NoSkill:
		return ReasonNoSkill
	case planner.NoWindow:
		return ReasonHours
	case planner.TooFar:
		return ReasonTooFar
	case planner.NoRoute:
		return ReasonNoRoad
	case planner.OutOfPlace:
		return ReasonPlace
	case planner.NotWorth:
		return ReasonNoWorth
	default: // what fits alone but not beside the others
		return ReasonFull
	}
}

// follow times an order made by hand, given as indices into sites.
func (d *day) follow(order []int) (*outcome, error) {
	report, err := planner.Check(d.problem, [][]int{order})
	if err != nil {
		return nil, fmt.Errorf("visits: check: %w", err)
	}
	o := d.outcome(report.Routes[0], func(visit int) int { return visit })
	position := make(map[int]int, len(order))
	for i, site := range order {
		position[site] = i
		if lo, hi, bound := d.terms[site].bounds(d.clock.at); d.closed[site] {
			o.route.Stops[i].Violation = ReasonClosed
		} else if begin := d.begin(o.route.Stops[i]); bound && (begin < lo || begin > hi) {
			o.route.Stops[i].Violation = violationTime
		}
	}
	for _, v := range report.Violations {
		i, isStop := position[v.Visit]
		if v.Visit < 0 {
			isStop = false
		}
		switch {
		case v.Rule == planner.RuleMissing:
		case v.Rule == planner.RuleBreak:
			o.route.Violations = addOnce(o.route.Violations, "no_lunch")
		case v.Rule == planner.RuleHours:
			o.route.Violations = addOnce(o.route.Violations, "after_working_hours")
			if isStop && o.route.Stops[i].Violation == "" {
				o.route.Stops[i].Violation = "after_working_hours"
			}
		case v.Rule == planner.RuleDrive:
			o.route.Violations = addOnce(o.route.Violations, violationMaxDrive)
		case v.Rule == planner.RuleMetres:
			o.route.Violations = addOnce(o.route.Violations, violationDistance)
		case v.Rule == planner.RuleVisits:
			o.route.Violations = addOnce(o.route.Violations, violationVisits)
		case isStop && v.Rule == planner.RuleSkill:
			o.route.Stops[i].Violation = violationSkill
		case isStop && v.Rule == planner.RuleWindow && o.route.Stops[i].Violation == "":
			o.route.Stops[i].Violation = d.windowViolation(order[i], o.route.Stops[i])
		case isStop && v.Rule == planner.RulePosition && o.route.Stops[i].Violation == "":
			o.route.Stops[i].Violation = violationPosition
		case isStop && v.Rule == planner.RuleRoad:
			o.route.Stops[i].Violation = ReasonNoRoad
		}
	}
	end := d.clock.time(d.problem.Shifts[0].Hours.Close)
	for i := range o.route.Stops {
		if stop := &o.route.Stops[i]; stop.Violation == "" && stop.LeavesAt.After(end) {
			stop.Violation = "after_working_hours"
		}
	}
	return o, nil
}

func addOnce(list []string, s string) []string {
	for _, have := range list {
		if have == s {
			return list
		}
	}
	return append(list, s)
}

// windowViolation tells a place that is closed on arrival from one that closes
// before the visit is over.
func (d *day) windowViolation(site int, stop Stop) string {
	begin := d.begin(stop)
	for _, w := range d.problem.Visits[site].Windows {
		if begin >= w.Open && begin < w.Close {
			return "closes_during_visit"
		}
	}
	return "closed_at_arrival"
}

// begin is when a stop's visit begins: after setting up and waiting.
func (d *day) begin(stop Stop) planner.Seconds {
	length := d.problem.Visits[slices.IndexFunc(d.sites, func(s site) bool { return s.ID == stop.SiteID })].Length
	return d.clock.seconds(stop.LeavesAt) - length
}

// outcome writes a timetable as a route. site turns the planner's number of a
// visit into the index of its site.
func (d *day) outcome(timetable planner.Route, site func(visit int) int) *outcome {
	o := &outcome{route: Route{
		StartsAt:   d.clock.time(d.problem.Shifts[0].Hours.Open),
		EndsAt:     d.clock.time(d.problem.Shifts[0].Hours.Open),
		Violations: []string{},
		Stops:      []Stop{},
	}}
	r := &o.route
	place := d.start
	var drive, metres int // since the last stop: lunch may lie between
	for i, e := range timetable.Entries {
		drive += int(e.Drive)
		metres += int(e.Metres)
		if i == 0 {
			r.StartsAt = d.clock.time(e.Arrive)
			if e.Kind == planner.Leave {
				r.StartsAt = d.clock.time(e.End)
			}
		}
		r.EndsAt = d.clock.time(e.End)
		switch e.Kind {
		case planner.Stop:
			s := d.sites[site(e.Visit)]
			estimated := place != planner.Anywhere && d.table.IsEstimated(place, site(e.Visit))
			o.estimated = o.estimated || estimated
			r.Stops = append(r.Stops, Stop{
				Position: len(r.Stops) + 1, AccountID: s.AccountID, SiteID: s.ID, Name: s.Name, Class: s.Class, Point: s.Point,
				ArrivesAt: d.clock.time(e.Arrive), WaitingSeconds: int(e.Wait), VisitSeconds: int(e.SetUp + e.End - e.Begin), LeavesAt: d.clock.time(e.End),
				DriveSeconds: drive, DriveMetres: metres, Estimated: estimated, OpeningHours: s.OpeningHours, Done: e.Done,
			})
			r.VisitSeconds += int(e.SetUp + e.End - e.Begin)
			r.WaitingSeconds += int(e.Wait)
			place, drive, metres = site(e.Visit), 0, 0
		case planner.Pause:
			at := d.clock.time(e.Begin)
			r.LunchAt, r.LunchSeconds = &at, int(e.End-e.Begin)
		case planner.Return:
			r.LastLegSeconds, r.LastLegMetres = drive, metres
			r.LastLegEstimated = place != planner.Anywhere && d.end != planner.Anywhere && d.table.IsEstimated(place, d.end)
			o.estimated = o.estimated || r.LastLegEstimated
		}
		r.DriveSeconds += int(e.Drive)
		r.DriveMetres += int(e.Metres)
	}
	return o
}

// draw adds the line along the roads.
func (d *day) draw(ctx context.Context, roads travel.Provider, o *outcome) error {
	if len(o.route.Stops) == 0 {
		return nil
	}
	var points []orb.Point
	if d.request.StartPoint != nil {
		points = append(points, *d.request.StartPoint)
	} else { // the day begins at the first stop: its leg has no length
		points = append(points, o.route.Stops[0].Point)
	}
	for _, s := range o.route.Stops {
		points = append(points, s.Point)
	}
	if d.request.EndPoint != nil {
		points = append(points, *d.request.EndPoint)
	}
	clocks := []int{ofDay(o.route.StartsAt, d.clock.midnight.Location())}
	for _, s := range o.route.Stops {
		clocks = append(clocks, ofDay(s.LeavesAt, d.clock.midnight.Location()))
	}
	var err error
	o.line, err = lineOf(ctx, roads, points, clocks)
	return err
}
