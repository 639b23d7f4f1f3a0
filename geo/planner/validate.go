package planner

import "fmt"

// Bounds of what a [Problem] may hold. They keep every sum within 32 bits and
// memory within reason; no rep's year comes near them.
const (
	MaxVisits  = 50_000
	MaxShifts  = 50_000
	MaxPlaces  = 30_000
	MaxBreaks  = 4
	MaxTime    = Seconds(1 << 27) // about four years
	maxLeg     = 10_000_000       // seconds or, times ten, metres of one leg
	maxWeight  = Cost(1_000_000)
	maxPrize   = Seconds(10_000_000)
	maxCost    = Cost(100_000_000) // of a single choice
	maxPercent = 1000
	maxPeriods = 96 // of a table: a quarter of an hour each
	maxWindows = 1000
)

// ProblemError says what is wrong with a problem and where.
type ProblemError struct {
	Part  string // "table", "shift", "visit", "series", "link", "weights", "orders"
	Index int    // within that part; -1 when it is about the part as a whole
	What  string
}

func (e *ProblemError) Error() string {
	if e.Index < 0 {
		return fmt.Sprintf("planner: %s: %s", e.Part, e.What)
	}
	return fmt.Sprintf("planner: %s %d: %s", e.Part, e.Index, e.What)
}

func wrong(part string, index int, format string, args ...any) error {
	return &ProblemError{Part: part, Index: index, What: fmt.Sprintf(format, args...)}
}

// Validate says what is wrong with a problem, or nil. The error is a
// [*ProblemError] that names the first offending element.
func Validate(p Problem) error {
	if err := validateTables(p); err != nil {
		return err
	}
	if len(p.Shifts) == 0 {
		return wrong("shift", -1, "there is none: a plan needs at least one working day")
	}
	if len(p.Shifts) > MaxShifts {
		return wrong("shift", -1, "%d are more than the %d that can be planned at once", len(p.Shifts), MaxShifts)
	}
	if len(p.Visits) > MaxVisits {
		return wrong("visit", -1, "%d are more than the %d that can be planned at once", len(p.Visits), MaxVisits)
	}
	taken := make([]int, len(p.Visits))
	for i := range taken {
		taken[i] = -1
	}
	for i := range p.Shifts {
		if err := validateShift(p, i, taken); err != nil {
			return err
		}
	}
	for i := range p.Visits {
		if err := validateVisit(p, i); err != nil {
			return err
		}
	}
	for i, s := range p.Series {
		switch {
		case s.Interval < 1 || s.Interval > 100_000:
			return wrong("series", i, "an interval of %d days is not from 1 to 100,000", s.Interval)
		case s.Tolerance < 0 || s.MinGap < 0 || s.MaxGap < 0:
			return wrong("series", i, "tolerance and gaps must not be negative")
		case s.MaxGap > 0 && s.MaxGap < s.MinGap:
			return wrong("series", i, "the greatest gap (%d) is below the least (%d)", s.MaxGap, s.MinGap)
		case s.Weight < 0 || s.Weight > maxCost:
			return wrong("series", i, "weight %d is not from 0 to %d", s.Weight, maxCost)
		case s.Last < -100_000 || s.Last > 100_000:
			return wrong("series", i, "day %d of the last visit is out of range", s.Last)
		}
	}
	for i, l := range p.Links {
		switch {
		case l.A < 0 || l.A >= len(p.Visits) || l.B < 0 || l.B >= len(p.Visits):
			return wrong("link", i, "it names a visit that does not exist")
		case l.A == l.B:
			return wrong("link", i, "it links visit %d to itself", l.A)
		case l.MinDays < 0 || l.MaxDays >= 0 && l.MaxDays < l.MinDays:
			return wrong("link", i, "days from %d to %d are no span", l.MinDays, l.MaxDays)
		case l.Time != nil && (l.Time.Min < 0 || l.Time.Min > MaxTime || l.Time.Max >= 0 && l.Time.Max < l.Time.Min):
			return wrong("link", i, "%d to %d seconds between two visits are no span", l.Time.Min, l.Time.Max)
		}
	}
	w := p.Weights
	for _, c := range []Cost{w.Drive, w.Distance, w.Overtime, w.Late, w.Balance, Cost(w.ValuePercent)} {
		if c < 0 || c > maxWeight {
			return wrong("weights", -1, "%d is not from 0 to %d", c, maxWeight)
		}
	}
	for _, c := range []Cost{w.NotPreferred, w.OtherRep, w.Move, w.Interval} {
		if c < 0 || c > maxCost {
			return wrong("weights", -1, "%d is not from 0 to %d", c, maxCost)
		}
	}
	if w.Prize < 0 || w.Prize > maxPrize {
		return wrong("weights", -1, "a prize of %d seconds is not from 0 to %d", w.Prize, maxPrize)
	}
	return nil
}

func validateTables(p Problem) error {
	if len(p.Tables) == 0 {
		return wrong("table", -1, "there is none: a plan needs travel times between its places")
	}
	for i, t := range p.Tables {
		if t.Places < 1 || t.Places > MaxPlaces {
			return wrong("table", i, "%d places are not from 1 to %d", t.Places, MaxPlaces)
		}
		if t.Places != p.Tables[0].Places {
			return wrong("table", i, "it has %d places, the first has %d", t.Places, p.Tables[0].Places)
		}
		n := t.Places * t.Places
		if len(t.Seconds) != n {
			return wrong("table", i, "%d places need %d travel times, but there are %d", t.Places, n, len(t.Seconds))
		}
		if t.Metres != nil && len(t.Metres) != n {
			return wrong("table", i, "%d places need %d distances, but there are %d", t.Places, n, len(t.Metres))
		}
		for j, s := range t.Seconds {
			if s > maxLeg {
				return wrong("table", i, "%d seconds from place %d to %d are more than %d", s, j/t.Places, j%t.Places, maxLeg)
			}
		}
		for j, m := range t.Metres {
			if m > 10*maxLeg || m < 0 && t.Seconds[j] >= 0 {
				return wrong("table", i, "%d metres from place %d to %d are not from 0 to %d", m, j/t.Places, j%t.Places, 10*maxLeg)
			}
		}
		if err := validatePeriods(i, &t); err != nil {
			return err
		}
	}
	return nil
}

func validatePeriods(i int, t *Table) error {
	if len(t.Periods) > maxPeriods {
		return wrong("table", i, "%d periods are more than %d", len(t.Periods), maxPeriods)
	}
	for k, x := range t.Periods {
		if x.From < 0 || x.From >= Day || k > 0 && x.From <= t.Periods[k-1].From {
			return wrong("table", i, "period %d begins at %s, not after the one before and before midnight", k, x.From)
		}
		if len(x.Seconds) != len(t.Seconds) {
			return wrong("table", i, "period %d has %d travel times, not %d", k, len(x.Seconds), len(t.Seconds))
		}
		for j, s := range x.Seconds {
			if s > maxLeg || (s < 0) != (t.Seconds[j] < 0) {
				return wrong("table", i, "period %d: %d seconds from place %d to %d are more than %d, or a road is missing there only", k, s, j/t.Places, j%t.Places, maxLeg)
			}
		}
	}
	return nil
}

func validateShift(p Problem, i int, taken []int) error {
	s := &p.Shifts[i]
	places := p.Tables[0].Places
	switch {
	case s.Hours.Open < 0 || s.Hours.Close > MaxTime:
		return wrong("shift", i, "its hours are not within 0 and %d seconds", MaxTime)
	case s.Hours.Close < s.Hours.Open:
		return wrong("shift", i, "it ends (%s) before it starts (%s)", s.Hours.Close, s.Hours.Open)
	case s.Overtime < 0 || s.Overtime > MaxTime:
		return wrong("shift", i, "overtime of %d seconds is out of range", s.Overtime)
	case s.Start < Anywhere || s.Start >= places:
		return wrong("shift", i, "start %d is not one of the %d places", s.Start, places)
	case s.End < Anywhere || s.End >= places:
		return wrong("shift", i, "end %d is not one of the %d places", s.End, places)
	case s.Table < 0 || s.Table >= len(p.Tables):
		return wrong("shift", i, "table %d does not exist", s.Table)
	case s.MaxDrive < 0 || s.MaxMetres < 0 || s.MaxVisits < 0:
		return wrong("shift", i, "its limits must not be negative")
	case s.Day < 0 || s.Day > 100_000:
		return wrong("shift", i, "day %d is not from 0 to 100,000", s.Day)
	case s.Rep < 0 || s.Rep > MaxShifts:
		return wrong("shift", i, "rep %d is not from 0 to %d", s.Rep, MaxShifts)
	case s.SpeedPercent < 0 || s.SpeedPercent > maxPercent || s.DrivePercent < 0 || s.DrivePercent > maxPercent || s.DistancePercent < 0 || s.DistancePercent > maxPercent:
		return wrong("shift", i, "a percentage is not from 0 to %d", maxPercent)
	case s.SpeedPercent > 0 && s.SpeedPercent < 10:
		return wrong("shift", i, "a speed of %d %% is below 10 %%", s.SpeedPercent)
	case s.Fixed < 0 || s.Fixed > maxCost:
		return wrong("shift", i, "a fixed cost of %d is not from 0 to %d", s.Fixed, maxCost)
	case s.Now < 0 || s.Now > MaxTime:
		return wrong("shift", i, "its clock is at %d, out of range", s.Now)
	case len(s.Breaks) > MaxBreaks:
		return wrong("shift", i, "%d breaks are more than %d", len(s.Breaks), MaxBreaks)
	}
	for j, b := range s.Breaks {
		if b.Length < 0 || b.Length > MaxTime || b.Earliest < 0 || b.Latest > MaxTime {
			return wrong("shift", i, "break %d has a time that is out of range", j)
		}
		if b.Latest < b.Earliest {
			return wrong("shift", i, "break %d must begin by %s but not before %s", j, b.Latest, b.Earliest)
		}
		if len(b.Windows) > maxWindows {
			return wrong("shift", i, "break %d has %d windows, more than %d", j, len(b.Windows), maxWindows)
		}
		for k, w := range b.Windows {
			if w.Open < 0 || w.Close > MaxTime || w.Close < w.Open {
				return wrong("shift", i, "window %d of break %d, from %s to %s, is no span", k, j, w.Open, w.Close)
			}
		}
	}
	for _, c := range s.Capacity {
		if c < 0 {
			return wrong("shift", i, "a capacity of %d is negative", c)
		}
	}
	take := func(v int, list string) error {
		if v < 0 || v >= len(p.Visits) {
			return wrong("shift", i, "%s names visit %d of %d", list, v, len(p.Visits))
		}
		if taken[v] >= 0 {
			return wrong("shift", i, "%s names visit %d, which shift %d has already", list, v, taken[v])
		}
		taken[v] = i
		return nil
	}
	last := Seconds(0)
	for j, d := range s.Done {
		if err := take(d.Visit, "done"); err != nil {
			return err
		}
		if d.Arrive < last || d.Leave < d.Arrive || d.Leave > MaxTime {
			return wrong("shift", i, "stop %d was made from %s to %s, out of order", j, d.Arrive, d.Leave)
		}
		if d.BreaksTaken < 0 || d.BreaksTaken > len(s.Breaks) || j > 0 && d.BreaksTaken < s.Done[j-1].BreaksTaken {
			return wrong("shift", i, "stop %d was made after %d breaks of %d", j, d.BreaksTaken, len(s.Breaks))
		}
		last = d.Leave
	}
	for _, v := range s.Head {
		if err := take(v, "the locked beginning"); err != nil {
			return err
		}
	}
	return nil
}

func validateVisit(p Problem, i int) error {
	v := &p.Visits[i]
	switch {
	case v.Place < 0 || v.Place >= p.Tables[0].Places:
		return wrong("visit", i, "place %d is not one of the table's %d", v.Place, p.Tables[0].Places)
	case v.Length < 0 || v.Length > MaxTime:
		return wrong("visit", i, "a length of %d seconds is out of range", v.Length)
	case v.SetUp < 0 || v.SetUp > MaxTime:
		return wrong("visit", i, "a set-up of %d seconds is out of range", v.SetUp)
	case v.Prize < 0 || v.Prize > maxPrize:
		return wrong("visit", i, "a prize of %d seconds is out of range", v.Prize)
	case v.Before < 0 || v.Before > len(p.Shifts):
		return wrong("visit", i, "it was planned in shift %d, which does not exist", v.Before-1)
	case v.Position < -MaxVisits || v.Position > MaxVisits:
		return wrong("visit", i, "it is locked as stop %d, which is not from 1 to %d, or back from -1, the last", v.Position, MaxVisits)
	case v.Series < 0 || v.Series > len(p.Series):
		return wrong("visit", i, "series %d does not exist", v.Series-1)
	case v.NotBefore < 0 || v.NotBefore > MaxTime || v.NotAfter < 0 || v.NotAfter > MaxTime:
		return wrong("visit", i, "its bounds %s and %s are out of range", v.NotBefore, v.NotAfter)
	case v.NotAfter > 0 && v.NotAfter < v.NotBefore:
		return wrong("visit", i, "it may begin neither before %s nor after %s", v.NotBefore, v.NotAfter)
	case v.LastRep < 0 || v.LastRep > MaxShifts+1:
		return wrong("visit", i, "rep %d of last time is not from 0 to %d", v.LastRep-1, MaxShifts)
	case len(v.Windows) > maxWindows:
		return wrong("visit", i, "%d windows are more than %d", len(v.Windows), maxWindows)
	}
	for j, w := range v.Windows {
		switch {
		case w.Open < 0 || w.Close > MaxTime || w.Grace < 0 || w.Grace > MaxTime:
			return wrong("visit", i, "window %d has a time that is out of range", j)
		case w.Close < w.Open:
			return wrong("visit", i, "window %d ends (%s) before it starts (%s)", j, w.Close, w.Open)
		}
	}
	for _, l := range v.Load {
		if l < 0 {
			return wrong("visit", i, "a load of %d is negative", l)
		}
	}
	for _, s := range v.Shifts {
		if s < 0 || s >= len(p.Shifts) {
			return wrong("visit", i, "shift %d does not exist", s)
		}
	}
	return nil
}

// String writes a time as "3d 09:30", leaving out day 0.
func (s Seconds) String() string {
	if s < 0 {
		return "-" + (-s).String()
	}
	text := fmt.Sprintf("%02d:%02d", s%Day/Hour, s%Hour/Minute)
	if s%Minute != 0 {
		text += fmt.Sprintf(":%02d", s%Minute)
	}
	if s >= Day {
		return fmt.Sprintf("%dd %s", s/Day, text)
	}
	return text
}

func validateOrders(p Problem, orders [][]int) error {
	if len(orders) != len(p.Shifts) {
		return wrong("orders", -1, "there are %d for %d shifts", len(orders), len(p.Shifts))
	}
	total := 0
	for _, o := range orders {
		total += len(o)
	}
	if total > 2*MaxVisits {
		return wrong("orders", -1, "%d stops are too many", total)
	}
	return nil
}
