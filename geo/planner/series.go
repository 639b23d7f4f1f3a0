package planner

import "slices"

// series is an account's rhythm prepared for the search.
type series struct {
	visits         []int32
	last           int32
	interval       int64
	tolerance      int64
	weight         int64
	minGap, maxGap int32
	sameRep        bool
}

func (m *model) buildSeries() {
	m.series = make([]series, len(m.p.Series))
	for i, s := range m.p.Series {
		x := &m.series[i]
		*x = series{last: int32(s.Last), interval: int64(s.Interval), tolerance: int64(s.Tolerance),
			weight: int64(s.Weight), minGap: int32(max(1, s.MinGap)), maxGap: never, sameRep: s.SameRep}
		if s.Weight == 0 {
			x.weight = int64(m.w.Interval)
		}
		if s.MaxGap > 0 {
			x.maxGap = int32(s.MaxGap)
		}
	}
	for v := range m.visits {
		if k := m.visits[v].series; k >= 0 {
			m.series[k].visits = append(m.series[k].visits, int32(v))
		}
	}
}

// deviation is the square of the days by which a gap misses the interval and
// its tolerance.
func (s *series) deviation(gap int32) int64 {
	d := int64(gap) - s.interval
	if d > s.tolerance {
		d -= s.tolerance
	} else if d < -s.tolerance {
		d += s.tolerance
	} else {
		return 0
	}
	return d * d
}

// cost of visits on the given days, in order, in a horizon of so many days.
func (s *series) cost(days []int32, horizon int) int64 {
	before, sum := s.last, int64(0)
	for _, d := range days {
		sum += s.deviation(d - before)
		before = d
	}
	if gap := int32(horizon) - before; int64(gap) > s.interval {
		sum += s.deviation(gap)
	}
	return sum * s.weight / (s.interval * s.interval)
}

// fits says whether one more visit on a day keeps the gaps.
func (s *series) fits(days []int32, day int32) bool {
	at, taken := slices.BinarySearch(days, day)
	if taken {
		return false
	}
	before := s.last
	if at > 0 {
		before = days[at-1]
		if day-before > s.maxGap {
			return false
		}
	}
	if day-before < s.minGap {
		return false
	}
	return at == len(days) || days[at]-day >= s.minGap && days[at]-day <= s.maxGap
}

// seriesDelta is what one more visit of a series on a day changes; ok is false
// where its gaps forbid it. What is found is remembered by day until a series
// changes.
func (t *state) seriesDelta(k, day, rep int32) (delta int64, ok bool) {
	s := &t.m.series[k]
	if s.sameRep {
		for _, v := range s.visits {
			if at := t.at[v]; at >= 0 && t.m.shifts[at].rep != rep {
				return 0, false
			}
		}
	}
	if t.rated != k {
		t.rated = k
		for d := range t.ratings {
			t.ratings[d] = unrated
		}
	}
	if t.ratings[day] == unrated {
		t.ratings[day] = t.rate(s, k, day)
	}
	return t.ratings[day], t.ratings[day] < nowhere
}

// unrated marks a day that no visit was tried on.
const unrated = 2 * nowhere

// rate is what seriesDelta remembers: nowhere where the gaps forbid the day.
func (t *state) rate(s *series, k, day int32) int64 {
	days := t.days[k]
	if !s.fits(days, day) {
		return nowhere
	}
	t.scratch = append(t.scratch[:0], days...)
	at, _ := slices.BinarySearch(t.scratch, day)
	t.scratch = slices.Insert(t.scratch, at, day)
	return s.cost(t.scratch, t.m.days) - t.rhythm[k]
}

// setDay notes that a visit of a series was put on a day, or taken from it.
func (t *state) setDay(k, day int32, on bool) {
	t.rated = -1
	at, _ := slices.BinarySearch(t.days[k], day)
	if on {
		t.days[k] = slices.Insert(t.days[k], at, day)
	} else {
		t.days[k] = slices.Delete(t.days[k], at, at+1)
	}
	cost := t.m.series[k].cost(t.days[k], t.m.days)
	t.cost += cost - t.rhythm[k]
	t.rhythm[k] = cost
}

// linked says whether links let a visit onto a day and a rep.
func (t *state) linked(v, day, rep int32) bool {
	if t.m.links == nil {
		return true
	}
	for _, l := range t.m.links[v] {
		at := t.at[l.other]
		if at < 0 {
			continue
		}
		x := &t.m.shifts[at]
		days := x.day - day
		if l.ordered < 0 || l.ordered == 0 && days < 0 {
			days = -days
		}
		if days < l.minDays || days > l.maxDays || l.sameRep && x.rep != rep {
			return false
		}
	}
	return true
}
