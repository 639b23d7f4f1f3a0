package visits

import (
	"slices"

	"github.com/waymark-crm/waymark/geo/planner"
)

// search states the plan for the planner, as the board is now: locked visits
// keep rep, day and time, pinned ones rep and day, excluded ones stay out, and
// lanes that are not chosen stay as they are. orders are the ones to begin with.
func (m *model) search(b *boardState, chosen []bool) (p planner.Problem, orders [][]int) {
	p = planner.Problem{
		Shifts: slices.Clone(m.shifts), Visits: make([]planner.Visit, len(m.visits)),
		Series: m.series, Weights: weights(m.period.Preset),
	}
	for _, t := range m.tables {
		p.Tables = append(p.Tables, plannerTable(t))
	}
	for _, t := range m.ties {
		p.Links = append(p.Links, m.link(t))
	}
	orders = make([][]int, len(m.shifts))
	at := make([]int, len(m.visits))
	for i := range at {
		at[i] = -1
	}
	var free []int
	for s, order := range b.orders {
		orders[s] = slices.Clone(order)
		for _, v := range order {
			at[v] = s
		}
		if chosen[s] {
			free = append(free, s)
		} else {
			p.Shifts[s].Head = slices.Clone(order)
		}
	}
	for i := range m.visits {
		p.Visits[i] = m.searchVisit(b, i, at[i], free, chosen)
		if p.Visits[i].Skip && at[i] >= 0 {
			orders[at[i]] = slices.DeleteFunc(orders[at[i]], func(v int) bool { return v == i })
		}
	}
	return p, orders
}

func (m *model) searchVisit(b *boardState, i, at int, free []int, chosen []bool) planner.Visit {
	v, k := m.visits[i], b.marks[i]
	x := planner.Visit{Place: m.place[i], Length: m.length(i), SetUp: m.setUp(i), Skills: m.skillsNeeded[i],
		Mandatory: v.mandatory, Prize: v.terms.worthOf(v.site.Class), Series: m.seriOf[i], Before: at + 1,
		Position: v.terms.Position}
	if v.reason == reasonNever { // somebody who waits comes before somebody new
		x.Prize = x.Prize * 3 / 4
	}
	if k.excluded {
		x.Skip = true
		return x
	}
	if at >= 0 && !chosen[at] { // stays where it is, with all that it breaks
		x.Shifts = []int{at}
		x.Windows, x.EndInside = m.dayWindows(i, m.shifts[at].Day, k)
		return x
	}
	if at >= 0 && (k.locked || k.pinned) {
		x.Shifts, x.Mandatory = []int{at}, true
		x.Windows, x.EndInside = m.dayWindows(i, m.shifts[at].Day, k)
		return x
	}
	x.Shifts = free
	if v.day >= 0 {
		x.Shifts = slices.DeleteFunc(slices.Clone(free), func(s int) bool { return m.shifts[s].Day != v.day })
	}
	if len(free) == len(m.shifts) && v.day < 0 {
		x.Shifts = nil
	} else if len(x.Shifts) == 0 { // no list at all would mean anywhere
		x.Skip = true
	}
	var anyTime bool
	for day := range m.horizon.days {
		var windows []planner.Window
		windows, x.EndInside, anyTime = m.begins(i, day)
		x.Windows = append(x.Windows, windows...)
	}
	if len(x.Windows) == 0 && !anyTime { // no window at all would mean any time
		x.Skip = true
	}
	m.assign(&x, v, at)
	return x
}

// dayWindows are the windows of a visit that stays on its day. What was put on
// a day on which the place is closed was put there by hand, and stays.
func (m *model) dayWindows(i, day int, k mark) ([]planner.Window, bool) {
	if k.locked {
		return lockedWindow(k.lockedAt), false
	}
	windows, endInside, _ := m.begins(i, day)
	if len(windows) == 0 && m.open[i] != nil { // also the time asked for is marked, not held
		return m.open[i][day], len(m.open[i][day]) > 0
	}
	return windows, endInside
}

// assign says whose visit it is. Where it was put by hand is always allowed.
func (m *model) assign(x *planner.Visit, v visit, at int) {
	if v.rep != 0 {
		x.Reps = []int{m.repNo[v.rep]}
		return
	}
	if last, here := m.repNo[v.lastRep]; here && v.terms.SameRep {
		x.LastRep = last + 1
	}
	x.Forbidden, x.Preferred = m.numbers(v.terms.NotReps), m.numbers(v.terms.PreferredReps)
	if len(v.terms.OnlyReps) > 0 {
		if x.Reps = m.numbers(v.terms.OnlyReps); len(x.Reps) == 0 { // none of them is in the plan
			x.Skip = true
		}
		return
	}
	owner, ours := m.repNo[v.owner]
	if !ours || slices.Contains(x.Forbidden, owner) {
		return
	}
	switch m.period.Assignment {
	case assignOwner:
		x.Reps = []int{owner}
		if at >= 0 && m.shifts[at].Rep != owner {
			x.Reps = append(x.Reps, m.shifts[at].Rep)
		}
	case assignPreferOwner:
		if len(x.Preferred) == 0 {
			x.Preferred = []int{owner}
		}
	}
}

// numbers are those of the plan's reps among some people.
func (m *model) numbers(people []int64) []int {
	var out []int
	for _, id := range people {
		if n, here := m.repNo[id]; here {
			out = append(out, n)
		}
	}
	return out
}

// Whose visits are whose.
const (
	assignOwner       = "owner"
	assignPreferOwner = "prefer_owner"
	assignAny         = "any"
)

const (
	reasonChosen  = "chosen"
	reasonOverdue = "overdue"
	reasonDue     = "due"
	reasonNever   = "never"
)
