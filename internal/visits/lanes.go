package visits

import (
	"fmt"
	"slices"
	"time"

	"github.com/waymark-crm/waymark/geo/planner"
)

// appointment is how much earlier or later than agreed a locked visit may begin.
const appointment = 10 * planner.Minute

// mark is what was decided by hand about a visit.
type mark struct {
	locked   bool
	lockedAt planner.Seconds
	pinned   bool
	excluded bool
}

// timedStop is a stop of a lane as it was worked out.
type timedStop struct {
	visit          int // index into model.visits
	arrive         planner.Seconds
	begin, leave   planner.Seconds
	drive, metres  int // since the stop before
	wait           int
	service        int // setting up and the visit itself
	slack          int // -1: something is broken
	violation      string
	estimated      bool
	lockedAt       planner.Seconds
	locked, pinned bool
}

// timedLane is one rep's day as it was worked out.
type timedLane struct {
	shift         int
	starts, ends  planner.Seconds
	drive, metres int
	service       int
	wait          int
	overtime      int
	lunch         planner.Seconds // -1: none
	lunchLength   int
	last          int // the drive to the end
	lastMetres    int
	lastEstimated bool
	violations    []string // of the day as a whole
	stops         []timedStop
}

func (l *timedLane) totals() LaneTotals {
	t := LaneTotals{Visits: len(l.stops), DriveSeconds: l.drive, DriveMetres: l.metres, VisitSeconds: l.service,
		WaitingSeconds: l.wait, OvertimeSeconds: l.overtime, Violations: len(l.violations)}
	for _, s := range l.stops {
		if s.violation != "" && s.violation != violationOvertime { // that one counts for the day
			t.Violations++
		}
	}
	return t
}

// What an order made by hand may break.
const (
	violationClosedThen  = "closed_at_arrival"
	violationCloses      = "closes_during_visit"
	violationOvertime    = "after_working_hours"
	violationNoLunch     = "no_lunch"
	violationMaxDrive    = "max_drive"
	violationRep         = "other_rep"
	violationDay         = "other_day"
	violationAppointment = "appointment_moved"
	violationTwice       = "same_day_twice"
	violationTime        = "other_time"
	violationSkill       = "no_skill"
	violationTied        = "tied"
	violationPosition    = "other_position"
	violationDistance    = "max_distance"
	violationVisits      = "max_visits"
)

// time works out one lane exactly, in the given order, and names what it breaks.
// It asks the planner's checker about this lane alone: the windows are those of
// its day, so that a visit that comes too late does not wait for tomorrow.
func (m *model) time(shift int, order []int, marks []mark) (*timedLane, error) {
	s := m.shifts[shift]
	lane := &timedLane{shift: shift, starts: s.Hours.Open, ends: s.Hours.Open, lunch: -1, violations: []string{}}
	if len(order) == 0 {
		return lane, nil
	}
	p := m.laneProblem(shift, order, marks)
	own := make([]int, len(order))
	for i := range own {
		own[i] = i
	}
	report, err := planner.Check(p, [][]int{own})
	if err != nil {
		return nil, fmt.Errorf("visits: check a lane: %w", err)
	}
	m.readTimetable(lane, report.Routes[0], order, marks)
	m.readViolations(lane, report.Violations, order, marks)
	return lane, nil
}

// laneProblem is one lane as a problem of its own: visit i is order[i], at place
// i; the start and the end follow, if there are any.
func (m *model) laneProblem(shift int, order []int, marks []mark) planner.Problem {
	s := m.shifts[shift]
	places := make([]int, 0, len(order)+2)
	for _, v := range order {
		places = append(places, m.place[v])
	}
	for _, end := range []*int{&s.Start, &s.End} {
		if *end != planner.Anywhere {
			places = append(places, *end)
			*end = len(places) - 1
		}
	}
	if len(places) == 0 { // the planner wants a table of one place at least
		places = append(places, 0)
	}
	table := part(m.tableOf(shift), places)
	visits := make([]planner.Visit, len(order))
	for i, v := range order {
		visits[i] = planner.Visit{Place: i, Length: m.length(v), SetUp: m.setUp(v), Skills: m.skillsNeeded[v], Position: m.visits[v].terms.Position}
		visits[i].Windows, visits[i].EndInside = m.dayWindows(v, s.Day, marks[v])
	}
	s.Rep, s.Table = 0, 0
	return planner.Problem{Tables: []planner.Table{table}, Shifts: []planner.Shift{s}, Visits: visits}
}

func lockedWindow(at planner.Seconds) []planner.Window {
	return []planner.Window{{Open: max(0, at-appointment), Close: at + appointment}}
}

func (m *model) readTimetable(lane *timedLane, route planner.Route, order []int, marks []mark) {
	place, end := m.shifts[lane.shift].Start, m.shifts[lane.shift].End
	table := m.tableOf(lane.shift)
	var drive, metres int // since the last stop: lunch may lie between
	for i, e := range route.Entries {
		drive += int(e.Drive)
		metres += int(e.Metres)
		if i == 0 {
			lane.starts = e.Arrive
			if e.Kind == planner.Leave {
				lane.starts = e.End
			}
		}
		lane.ends = e.End
		switch e.Kind {
		case planner.Stop:
			v := order[e.Visit]
			lane.stops = append(lane.stops, timedStop{
				visit: v, arrive: e.Arrive, begin: e.Begin, leave: e.End, drive: drive, metres: metres,
				wait: int(e.Wait), service: int(e.SetUp + e.End - e.Begin), slack: max(0, int(e.Slack)),
				estimated: place != planner.Anywhere && table.IsEstimated(place, m.place[v]),
				locked:    marks[v].locked, lockedAt: marks[v].lockedAt, pinned: marks[v].pinned,
			})
			lane.service += int(e.SetUp + e.End - e.Begin)
			lane.wait += int(e.Wait)
			place, drive, metres = m.place[v], 0, 0
		case planner.Pause:
			lane.lunch, lane.lunchLength = e.Begin, int(e.End-e.Begin)
		case planner.Return:
			lane.last, lane.lastMetres = drive, metres
			lane.lastEstimated = place != planner.Anywhere && end != planner.Anywhere && table.IsEstimated(place, end)
		}
		lane.drive += int(e.Drive)
		lane.metres += int(e.Metres)
	}
	lane.overtime = max(0, int(lane.ends-m.shifts[lane.shift].Hours.Close))
}

func (m *model) readViolations(lane *timedLane, found []planner.Violation, order []int, marks []mark) {
	s := m.shifts[lane.shift]
	broken := func(i int, what string) {
		if lane.stops[i].violation == "" {
			lane.stops[i].violation = what
		}
	}
	sites := map[int64]bool{}
	for i := range lane.stops {
		v := m.visits[order[i]]
		if marks[order[i]].locked {
			// An appointment is kept whatever the opening hours say.
		} else if m.closed(order[i], s.Day) {
			broken(i, ReasonClosed)
		}
		if !v.mayBeWith(m.period.Reps[s.Rep].ID) {
			broken(i, violationRep)
		}
		if v.day >= 0 && v.day != s.Day {
			broken(i, violationDay)
		}
		if lo, hi, bound := v.terms.bounds(func(minutes int) planner.Seconds { return m.horizon.at(s.Day, minutes) }); bound && !marks[order[i]].locked &&
			(lane.stops[i].begin < lo || lane.stops[i].begin > hi) {
			broken(i, violationTime)
		}
		if sites[v.site.ID] {
			broken(i, violationTwice)
		}
		sites[v.site.ID] = true
	}
	for _, v := range found {
		isStop := v.Visit >= 0 && v.Visit < len(lane.stops)
		switch v.Rule {
		case planner.RuleBreak:
			lane.violations = addOnce(lane.violations, violationNoLunch)
		case planner.RuleHours:
			lane.violations = addOnce(lane.violations, violationOvertime)
		case planner.RuleDrive:
			lane.violations = addOnce(lane.violations, violationMaxDrive)
		case planner.RuleMetres:
			lane.violations = addOnce(lane.violations, violationDistance)
		case planner.RuleVisits:
			lane.violations = addOnce(lane.violations, violationVisits)
		case planner.RuleSkill:
			if isStop {
				broken(v.Visit, violationSkill)
			}
		case planner.RulePosition:
			if isStop {
				broken(v.Visit, violationPosition)
			}
		case planner.RuleRoad:
			if isStop {
				broken(v.Visit, ReasonNoRoad)
			}
		case planner.RuleWindow:
			if isStop {
				broken(v.Visit, m.windowViolation(s.Day, order[v.Visit], lane.stops[v.Visit], marks))
			}
		}
	}
	for i := range lane.stops {
		if lane.stops[i].leave > s.Hours.Close {
			broken(i, violationOvertime)
		}
	}
	if len(found) == 0 {
		return
	}
	for i := range lane.stops {
		lane.stops[i].slack = -1
	}
}

// mayBeWith says whether a visit may be made by a rep, by what it asks for.
func (v *visit) mayBeWith(rep int64) bool {
	switch {
	case v.rep != 0:
		return v.rep == rep
	case len(v.terms.OnlyReps) > 0:
		return slices.Contains(v.terms.OnlyReps, rep)
	}
	return !slices.Contains(v.terms.NotReps, rep)
}

func (m *model) windowViolation(day, v int, stop timedStop, marks []mark) string {
	if marks[v].locked {
		return violationAppointment
	}
	if m.open[v] == nil {
		return violationTime
	}
	for _, w := range m.open[v][day] {
		if stop.begin >= w.Open && stop.begin < w.Close {
			return violationCloses
		}
	}
	return violationClosedThen
}

// sum adds up lanes as a whole plan.
func (m *model) sum(b *boardState) PlanTotals {
	var t PlanTotals
	planned := make([]bool, len(m.visits))
	for _, lane := range b.lanes {
		x := lane.totals()
		t.Visits += x.Visits
		t.DriveSeconds += x.DriveSeconds
		t.DriveMetres += x.DriveMetres
		t.VisitSeconds += x.VisitSeconds
		t.WaitingSeconds += x.WaitingSeconds
		t.OvertimeSeconds += x.OvertimeSeconds
		t.Violations += x.Violations
		for _, s := range lane.stops {
			planned[s.visit] = true
			t.Value += worth(m.visits[s.visit].site.Class)
		}
	}
	t.Violations += len(m.brokenTies(b))
	for v, in := range planned {
		if in || b.marks[v].excluded {
			continue
		}
		t.Unplanned++
		if m.visits[v].mandatory {
			t.MandatoryMissed++
		}
	}
	return t
}

// worth is what a visit of a class counts, in hours of driving one would spend.
func worth(class string) int { return int(prize[class] / planner.Hour) }

// moment is a time of the lane as it is given out; nil for a lane without stops.
func (m *model) moment(l *timedLane, s planner.Seconds) *time.Time {
	if len(l.stops) == 0 || s < 0 {
		return nil
	}
	t := m.horizon.time(s)
	return &t
}
