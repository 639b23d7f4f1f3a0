package planner

import (
	"cmp"
	"slices"
)

// buildSpan collects each visit's windows on a day, grace included, merged
// where they touch, in order.
func (m *model) buildSpan(day int) span {
	lo, hi := never, int32(0)
	for i := range m.p.Shifts {
		if s := &m.p.Shifts[i]; s.Day == day {
			lo = min(lo, int32(s.Hours.Open))
			hi = max(hi, int32(s.Hours.Close+s.Overtime), int32(s.Now))
		}
	}
	sp := span{windows: make([]window, len(m.p.Visits))}
	var found []window
	for i := range m.p.Visits {
		v := &m.p.Visits[i]
		if len(v.Windows) == 0 {
			sp.windows[i] = window{open: int32(v.NotBefore), close: bound(v)}
			continue
		}
		found = found[:0]
		for _, w := range v.Windows {
			shut := w.Close
			if v.EndInside {
				shut -= v.Length
			}
			if shut < w.Open || int32(w.Open) > hi || int32(shut+w.Grace) < lo {
				continue
			}
			x := window{open: int32(max(w.Open, v.NotBefore)), close: min(int32(shut+w.Grace), bound(v))}
			if x.open <= x.close {
				found = append(found, x)
			}
		}
		slices.SortFunc(found, func(a, b window) int { return cmp.Or(cmp.Compare(a.open, b.open), cmp.Compare(a.close, b.close)) })
		merged := found[:0]
		for _, w := range found {
			if k := len(merged); k > 0 && w.open <= merged[k-1].close+1 {
				merged[k-1].close = max(merged[k-1].close, w.close)
				continue
			}
			merged = append(merged, w)
		}
		if len(merged) == 0 {
			sp.windows[i] = window{open: 1, close: 0}
			continue
		}
		sp.windows[i] = merged[0]
		if len(merged) > 1 {
			sp.windows[i].more, sp.windows[i].count = int32(len(sp.extra)), int32(len(merged)-1)
			sp.extra = append(sp.extra, merged[1:]...)
		}
	}
	return sp
}

// bound is the latest a visit may begin, windows aside.
func bound(v *Visit) int32 {
	if v.NotAfter == 0 {
		return never
	}
	return int32(v.NotAfter)
}

// buildAssign prices every visit in a shift, travel aside; -1 forbids it.
func (m *model) buildAssign(index int) []int32 {
	s := &m.p.Shifts[index]
	assign := make([]int32, len(m.p.Visits))
	for i := range m.p.Visits {
		v := &m.p.Visits[i]
		cost := m.choice(s, i)
		if v.Before > 0 && v.Before != index+1 {
			cost += m.w.Move
		}
		if len(v.Reps) > 0 && !slices.Contains(v.Reps, s.Rep) || slices.Contains(v.Forbidden, s.Rep) ||
			len(v.Shifts) > 0 && !slices.Contains(v.Shifts, index) {
			cost = -1
		}
		for _, k := range v.Skills {
			if !slices.Contains(s.Skills, k) {
				cost = -1
			}
		}
		assign[i] = int32(cost)
	}
	return assign
}

func (m *model) buildLinks() {
	if len(m.p.Links) == 0 {
		return
	}
	m.links = make([][]link, len(m.p.Visits))
	for _, l := range m.p.Links {
		most := int32(l.MaxDays)
		if l.MaxDays < 0 || most > never {
			most = never
		}
		a := link{other: int32(l.B), minDays: int32(l.MinDays), maxDays: most, sameRep: l.SameRep, both: l.Both}
		if l.Time != nil {
			a.timed, a.min, a.max = true, int32(l.Time.Min), int32(l.Time.Max)
			m.visits[l.A].timed, m.visits[l.B].timed = true, true
		}
		m.timed, m.both = m.timed || a.timed, m.both || a.both
		b := a
		b.other = int32(l.A)
		if l.InOrder {
			a.ordered, b.ordered = 1, -1
		}
		m.links[l.A] = append(m.links[l.A], a)
		m.links[l.B] = append(m.links[l.B], b)
	}
}

// buildPartners makes visits mandatory for the search that belong to one which
// is made already or locked.
func (m *model) buildPartners() {
	if !m.both {
		return
	}
	for v := range m.visits {
		for _, l := range m.links[v] {
			if l.both && m.visits[l.other].fixed && !m.visits[v].fixed {
				m.visits[v].prize = int64(MissedMandatory)
			}
		}
	}
}

// buildDuty adds up the hours by which work is shared among the reps.
func (m *model) buildDuty() {
	if m.w.Balance == 0 || m.team < 2 {
		return
	}
	m.balanced = true
	m.duty = make([]int64, m.reps)
	for i := range m.p.Shifts {
		s := &m.p.Shifts[i]
		d := int64(s.Hours.Close - s.Hours.Open)
		m.duty[s.Rep] += d
		m.onDuty += d
	}
}
