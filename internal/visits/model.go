package visits

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/paulmach/orb"

	"github.com/waymark-crm/waymark/geo/planner"
	"github.com/waymark-crm/waymark/geo/travel"
)

// RepProfile is how a rep works, as it was when the plan was asked for.
type RepProfile struct {
	ID   int64  `json:"id"`
	Name string `json:"name"`
	WorkingTerms
}

// period is a plan of a period as it is stored: what was asked for, filled in.
type period struct {
	PeriodRequest
	Reps []RepProfile `json:"reps"`
}

// visit is one of a plan's visits.
type visit struct {
	number    int
	site      site
	status    string
	address   string
	owner     int64 // 0: nobody
	minutes   int
	mandatory bool
	rep       int64  // asked for with this rep only; 0: no
	onDay     string // asked for on this day only; empty: no
	day       int    // that day's number; -1: no
	reason    string
	due       string // dates; empty: none
	last      string
	interval  int // days; 0: does not recur
	terms     VisitTerms
	ties      []VisitTie
	lastRep   int64 // who made the latest visit, if that matters; 0: nobody
}

// endpoint is where a lane begins or ends; without a point at its first or last stop.
type endpoint struct {
	point   *orb.Point
	address string
}

// tie ties two visits, by their indices.
type tie struct {
	a, b int
	rule string
}

// model is everything about a plan of a period that its board does not change:
// who works when, which visits there are, and how long the ways take. It is only
// read once made, and shared by all who look at the plan.
type model struct {
	horizon horizon
	period  period
	visits  []visit
	index   map[int]int // of a visit, by its number
	points  []orb.Point
	ways    []travel.Way    // how the reps travel, by Table of their shifts
	tables  []*travel.Table // of the points, by way; nil until travel
	// providers are what the tables came from.
	providers []travel.Provider
	place     []int // of each visit, in the table
	shifts    []planner.Shift
	starts    []endpoint // of each shift
	ends      []endpoint
	skills    map[string]int
	ties      []tie
	// skillsNeeded are those of each visit, by number.
	skillsNeeded [][]int
	shiftOf      [][]int // by rep and day; -1: does not work
	// opening windows by visit and day; nil: not known, so any time.
	open   [][][]planner.Window
	repNo  map[int64]int
	series []planner.Series
	seriOf []int // by visit: index of its series plus 1, 0 for none
}

// newModel reads a plan as the planner sees it, without travel times.
func newModel(p period, zone *time.Location, visits []visit) (*model, error) {
	h, err := newHorizon(p.From, p.To, zone)
	if err != nil {
		return nil, fmt.Errorf("visits: days of a plan: %w", err)
	}
	m := &model{horizon: h, period: p, visits: visits, index: make(map[int]int, len(visits)),
		place: make([]int, len(visits)), repNo: make(map[int64]int, len(p.Reps)), skills: map[string]int{},
		open: make([][][]planner.Window, len(visits)), seriOf: make([]int, len(visits))}
	at := map[orb.Point]int{}
	placeOf := func(p orb.Point) int {
		i, ok := at[p]
		if !ok {
			i = len(m.points)
			at[p], m.points = i, append(m.points, p)
		}
		return i
	}
	for i, v := range visits {
		m.index[v.number] = i
		m.place[i] = placeOf(v.site.Point)
	}
	for i, r := range p.Reps {
		m.repNo[r.ID] = i
		m.period.Reps[i].settle()
	}
	for i := range m.visits {
		m.visits[i].terms.settle()
		m.skillsNeeded = append(m.skillsNeeded, m.skillsOf(m.visits[i].terms.Skills))
	}
	m.buildShifts()
	m.buildNights()
	m.buildWays()
	for s := range m.shifts {
		m.shifts[s].Start, m.shifts[s].End = planner.Anywhere, planner.Anywhere
		if p := m.starts[s].point; p != nil {
			m.shifts[s].Start = placeOf(*p)
		}
		if p := m.ends[s].point; p != nil {
			m.shifts[s].End = placeOf(*p)
		}
	}
	if len(m.points) == 0 { // the planner wants a table of one place at least
		m.points = append(m.points, orb.Point{})
	}
	m.buildWindows()
	m.buildSeries()
	m.buildTies()
	return m, nil
}

func (m *model) buildShifts() {
	off := map[DayOff]bool{}
	for _, d := range m.period.DaysOff {
		off[d] = true
	}
	for i, r := range m.period.Reps {
		row := make([]int, m.horizon.days)
		drive, distance := costs(m.period.Reps, r)
		for day := range row {
			row[day] = -1
			from, to, works := r.hours(m.horizon.weekday(day))
			if !works || !slices.Contains(m.period.WorkingDays, m.horizon.weekday(day)) || off[DayOff{r.ID, m.horizon.date(day)}] {
				continue
			}
			begin, _ := minutes(from) // checked when the plan was asked for
			end, _ := minutes(to)
			row[day] = len(m.shifts)
			shift := planner.Shift{
				Rep: i, Day: day,
				Hours:     planner.Window{Open: m.horizon.at(day, begin), Close: m.horizon.at(day, end)},
				MaxDrive:  planner.Seconds(least(m.period.MaxDriveMinutes, r.MaxDriveMinutes)) * planner.Minute,
				MaxMetres: planner.Metres(r.MaxKilometres) * 1000, MaxVisits: r.MaxVisits,
				Skills: m.skillsOf(r.Skills), SpeedPercent: speed(r.SpeedPercent), DrivePercent: drive, DistancePercent: distance,
			}
			m.starts = append(m.starts, endpoint{r.StartPoint, r.StartAddress})
			point, address := r.end()
			m.ends = append(m.ends, endpoint{point, address})
			if r.LunchMinutes > 0 {
				earliest, _ := minutes(r.LunchEarliest)
				latest, _ := minutes(r.LunchLatest)
				shift.Breaks = []planner.Break{{
					Length:   planner.Seconds(r.LunchMinutes) * planner.Minute,
					Earliest: m.horizon.at(day, earliest), Latest: m.horizon.at(day, latest),
					FallsAway: true,
				}}
			}
			m.shifts = append(m.shifts, shift)
		}
		m.shiftOf = append(m.shiftOf, row)
	}
}

// speed is a rep's speed as the planner takes it: none for the usual one, which
// spares a copy of every table.
func speed(percent int) int {
	if percent == usualSpeed {
		return 0
	}
	return percent
}

// least is the lower of two limits, of which 0 is none.
func least(a, b int) int {
	if a == 0 || b == 0 {
		return max(a, b)
	}
	return min(a, b)
}

// skillsOf numbers skills, whatever their letters' case.
func (m *model) skillsOf(names []string) []int {
	var out []int
	for _, name := range names {
		name = strings.ToLower(name)
		n, known := m.skills[name]
		if !known {
			n = len(m.skills)
			m.skills[name] = n
		}
		out = append(out, n)
	}
	return out
}

// buildNights ends a rep's day where the night is spent, and begins the next one
// there.
func (m *model) buildNights() {
	for _, n := range m.period.Nights {
		s, works := m.shift(n.RepID, n.Day)
		if !works {
			continue
		}
		at := endpoint{&n.Point, n.Address}
		m.ends[s] = at
		for _, next := range m.shiftOf[m.shifts[s].Rep][m.shifts[s].Day+1:] {
			if next >= 0 {
				m.starts[next] = at
				break
			}
		}
	}
}

// buildTies finds the visits that depend on each other.
func (m *model) buildTies() {
	for i, v := range m.visits {
		for _, t := range v.ties {
			if j, here := m.index[t.VisitID]; here && j != i {
				m.ties = append(m.ties, tie{i, j, t.Rule})
			}
		}
	}
}

// link is a tie as the planner takes it.
func (m *model) link(t tie) planner.Link {
	switch t.rule {
	case tieSameDay:
		return planner.Link{A: t.a, B: t.b}
	case tieOtherDay:
		return planner.Link{A: t.a, B: t.b, MinDays: 1, MaxDays: -1}
	case tieSameTime:
		return planner.Link{A: t.a, B: t.b, Time: &planner.Span{}}
	}
	return planner.Link{A: t.b, B: t.a, MaxDays: -1, InOrder: true, Time: &planner.Span{Min: m.length(t.b), Max: -1}}
}

// keeps says whether two planned visits keep their tie.
func (m *model) keeps(t tie, dayA, dayB int, beginA, beginB planner.Seconds) bool {
	switch t.rule {
	case tieSameDay:
		return dayA == dayB
	case tieOtherDay:
		return dayA != dayB
	case tieSameTime:
		return beginA == beginB
	}
	return beginA >= beginB+m.length(t.b)
}

// brokenTies are the visits whose tie to another one does not hold.
func (m *model) brokenTies(b *boardState) map[int]bool {
	if len(m.ties) == 0 {
		return nil
	}
	type at struct {
		day   int
		begin planner.Seconds
	}
	planned := map[int]at{}
	for s, lane := range b.lanes {
		for _, t := range lane.stops {
			planned[t.visit] = at{m.shifts[s].Day, t.begin}
		}
	}
	broken := map[int]bool{}
	for _, t := range m.ties {
		x, here := planned[t.a]
		y, there := planned[t.b]
		if here && there && !m.keeps(t, x.day, y.day, x.begin, y.begin) {
			broken[t.a] = true
		}
	}
	return broken
}

// length is how long a visit takes, without setting up.
func (m *model) length(v int) planner.Seconds {
	return planner.Seconds(m.visits[v].minutes) * planner.Minute
}

// setUp is what a visit needs before it begins.
func (m *model) setUp(v int) planner.Seconds {
	return planner.Seconds(m.visits[v].terms.SetUpMinutes) * planner.Minute
}

// begins are the spans of a day in which a visit may begin; none and any: at any
// time, none and not any: not at all.
func (m *model) begins(v, day int) (windows []planner.Window, endInside, any bool) {
	open := m.open[v] != nil
	var hours []planner.Window
	if open {
		hours = m.open[v][day]
	}
	windows, endInside = m.visits[v].terms.narrowed(hours, open, m.length(v), func(minutes int) planner.Seconds { return m.horizon.at(day, minutes) })
	return windows, endInside, !open && len(windows) == 0
}

func (m *model) buildWindows() {
	if r := m.period.RespectOpeningHours; r != nil && !*r {
		return
	}
	known := map[string][][]planner.Window{}
	for i, v := range m.visits {
		byDay, ok := known[v.site.OpeningHours]
		if !ok {
			byDay, _ = m.horizon.windows(v.site.OpeningHours)
			known[v.site.OpeningHours] = byDay
		}
		m.open[i] = byDay
	}
}

// buildSeries makes a series of every account that falls due in the period.
func (m *model) buildSeries() {
	of := map[int64]int{}
	for i, v := range m.visits {
		if v.interval == 0 {
			continue
		}
		k, ok := of[v.site.ID]
		if !ok {
			k = len(m.series)
			of[v.site.ID] = k
			last := -v.interval
			if days, known := m.horizon.offset(v.last); known && v.last != "" {
				// Beyond three intervals everybody is as late as can be.
				last = max(days, -3*v.interval)
			}
			m.series = append(m.series, planner.Series{Interval: v.interval, Tolerance: tolerance(v.interval), Last: last, MinGap: minGap(v.interval)})
		}
		m.seriOf[i] = k + 1
	}
}

// tolerance is by how many days a visit may miss its interval at no cost: a
// fifth of it.
func tolerance(interval int) int { return interval / 5 }

// minGap keeps two visits of one account in a plan half an interval apart.
func minGap(interval int) int { return max(1, interval/2) }

// lane names the rep and day of a shift.
func (m *model) lane(shift int) LaneName {
	s := &m.shifts[shift]
	return LaneName{RepID: m.period.Reps[s.Rep].ID, Day: m.horizon.date(s.Day)}
}

// shift finds the shift of a rep and day.
func (m *model) shift(rep int64, day string) (int, bool) {
	r, ok := m.repNo[rep]
	if !ok {
		return -1, false
	}
	d, ok := m.horizon.number(day)
	if !ok {
		return -1, false
	}
	s := m.shiftOf[r][d]
	return s, s >= 0
}

// closed reports whether a visit's place does not open at all on a day.
func (m *model) closed(v, day int) bool { return m.open[v] != nil && len(m.open[v][day]) == 0 }

// closedAlways reports whether it opens on none.
func (m *model) closedAlways(v int) bool {
	if m.open[v] == nil {
		return false
	}
	for _, w := range m.open[v] {
		if len(w) > 0 {
			return false
		}
	}
	return true
}

// weights of the presets.
func weights(preset string) planner.Weights {
	switch preset {
	case PresetMostVisits:
		return planner.MostVisits
	case PresetLeastDriving:
		return planner.LeastDriving
	}
	return planner.Balanced
}

// Presets say what matters most.
const (
	PresetBalanced     = "balanced"
	PresetMostVisits   = "most_visits"
	PresetLeastDriving = "least_driving"
)
