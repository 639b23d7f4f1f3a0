package visits

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/paulmach/orb"

	"github.com/waymark-crm/waymark/geo/planner"
	"github.com/waymark-crm/waymark/geo/travel"
)

// RepProfile is how a rep works, as it was when the plan was asked for.
type RepProfile struct {
	ID           int64      `json:"id"`
	Name         string     `json:"name"`
	StartPoint   *orb.Point `json:"startPoint"`
	StartAddress string     `json:"startAddress"`
	WorkStart    string     `json:"workStart"`
	WorkEnd      string     `json:"workEnd"`
	LunchMinutes int        `json:"lunchMinutes"`
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
	table   *travel.Table // of the points; nil until travel
	place   []int         // of each visit, in the table
	starts  []int         // of each rep, or planner.Anywhere
	shifts  []planner.Shift
	shiftOf [][]int // by rep and day; -1: does not work
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
		place: make([]int, len(visits)), repNo: make(map[int64]int, len(p.Reps)),
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
		if r.StartPoint == nil {
			m.starts = append(m.starts, planner.Anywhere)
		} else {
			m.starts = append(m.starts, placeOf(*r.StartPoint))
		}
	}
	if len(m.points) == 0 { // the planner wants a table of one place at least
		m.points = append(m.points, orb.Point{})
	}
	m.buildShifts()
	m.buildWindows()
	m.buildSeries()
	return m, nil
}

// travel looks up the travel times, without which a model answers nothing about
// lanes.
func (m *model) travel(ctx context.Context, tables *tableCache, roads travel.Provider) error {
	table, err := tables.table(ctx, roads, m.points)
	if err != nil {
		return fmt.Errorf("visits: travel times: %w", err)
	}
	m.table = table
	return nil
}

func (m *model) buildShifts() {
	off := map[DayOff]bool{}
	for _, d := range m.period.DaysOff {
		off[d] = true
	}
	for i, r := range m.period.Reps {
		row := make([]int, m.horizon.days)
		begin, _ := minutes(r.WorkStart) // checked when the plan was asked for
		end, _ := minutes(r.WorkEnd)
		for day := range row {
			row[day] = -1
			if !slices.Contains(m.period.WorkingDays, m.horizon.weekday(day)) || off[DayOff{r.ID, m.horizon.date(day)}] {
				continue
			}
			row[day] = len(m.shifts)
			shift := planner.Shift{
				Rep: i, Day: day,
				Hours: planner.Window{Open: m.horizon.at(day, begin), Close: m.horizon.at(day, end)},
				Start: m.starts[i], End: m.starts[i],
				MaxDrive: planner.Seconds(m.period.MaxDriveMinutes) * planner.Minute,
			}
			if r.LunchMinutes > 0 {
				earliest, _ := minutes(lunchEarliest)
				latest, _ := minutes(lunchLatest)
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
