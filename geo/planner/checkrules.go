package planner

import (
	"cmp"
	"math/big"
	"slices"
)

// prefix checks that made stops and the locked beginning are where they belong.
func (c *checker) prefix(si int, order []int) {
	s := &c.p.Shifts[si]
	for i, d := range s.Done {
		if i >= len(order) || order[i] != d.Visit {
			c.break_(RuleBeforeDone, si, d.Visit, 1)
		}
	}
	for i, v := range s.Head {
		if at := len(s.Done) + i; at >= len(order) || order[at] != v {
			c.break_(RuleHead, si, v, 1)
		}
	}
}

// eligible checks who may make which visit.
func (c *checker) eligible(si int, order []int) {
	s := &c.p.Shifts[si]
	for i, vi := range order {
		if i < len(s.Done) {
			continue // it was made, whatever the rules say
		}
		v := &c.p.Visits[vi]
		if v.Skip {
			c.break_(RuleSkip, si, vi, 1)
		}
		missing := 0
		for _, k := range v.Skills {
			if !slices.Contains(s.Skills, k) {
				missing++
			}
		}
		if missing > 0 {
			c.break_(RuleSkill, si, vi, missing)
		}
		if len(v.Reps) > 0 && !slices.Contains(v.Reps, s.Rep) || slices.Contains(v.Forbidden, s.Rep) {
			c.break_(RuleRep, si, vi, 1)
		}
		if len(v.Shifts) > 0 && !slices.Contains(v.Shifts, si) {
			c.break_(RuleShift, si, vi, 1)
		}
		want := v.Position
		if want < 0 { // counted from the end
			want += len(order) + 1
		}
		if at := i + 1; v.Position != 0 && at != want {
			c.break_(RulePosition, si, vi, max(at-want, want-at))
		}
	}
}

// left adds the prizes of visits that are left out.
func (c *checker) left() {
	for i := range c.p.Visits {
		if c.shiftOf[i] >= 0 || c.p.Visits[i].Skip {
			continue
		}
		c.report.Cost += prizeOf(c.p, c.w, i)
		if c.p.Visits[i].Mandatory {
			c.break_(RuleMissing, -1, i, 1)
		}
	}
}

// prizeOf is the cost of leaving a visit out.
func prizeOf(p *Problem, w Weights, visit int) Cost {
	v := &p.Visits[visit]
	if v.Mandatory {
		return MissedMandatory
	}
	prize := v.Prize
	if prize == 0 && v.Series == 0 {
		prize = w.Prize
	}
	return Cost(prize) * max(1, w.Drive) * Cost(w.ValuePercent) / 100
}

// series adds what each account's intervals cost and checks its gaps.
func (c *checker) series() {
	if len(c.p.Series) == 0 {
		return
	}
	end := 0
	for i := range c.p.Shifts {
		end = max(end, c.p.Shifts[i].Day+1)
	}
	made := make([][]int, len(c.p.Series)) // visits, by day
	reps := make([][]int, len(c.p.Series))
	for v, s := range c.shiftOf {
		if k := c.p.Visits[v].Series; k > 0 && s >= 0 {
			made[k-1] = append(made[k-1], v)
			reps[k-1] = append(reps[k-1], c.p.Shifts[s].Rep)
		}
	}
	dayOf := func(v int) int { return c.p.Shifts[c.shiftOf[v]].Day }
	for k := range c.p.Series {
		s := &c.p.Series[k]
		slices.SortFunc(made[k], func(a, b int) int { return cmp.Or(cmp.Compare(dayOf(a), dayOf(b)), cmp.Compare(a, b)) })
		weight := s.Weight
		if weight == 0 {
			weight = c.w.Interval
		}
		before, deviation := s.Last, int64(0)
		for i, v := range made[k] {
			d := dayOf(v)
			gap := d - before
			if gap < max(1, s.MinGap) {
				c.break_(RuleGap, c.shiftOf[v], v, max(1, s.MinGap)-gap)
			}
			if s.MaxGap > 0 && i > 0 && gap > s.MaxGap {
				c.break_(RuleGap, c.shiftOf[v], v, gap-s.MaxGap)
			}
			deviation += square(gap, s)
			before = d
		}
		if gap := end - before; gap > s.Interval {
			deviation += square(gap, s)
		}
		c.report.Cost += Cost(deviation * int64(weight) / (int64(s.Interval) * int64(s.Interval)))
		if s.SameRep {
			slices.Sort(reps[k])
			if n := len(slices.Compact(reps[k])); n > 1 {
				v := made[k][len(made[k])-1]
				c.break_(RuleSameRep, c.shiftOf[v], v, n-1)
			}
		}
	}
}

// square is the square of the days by which a gap misses the interval.
func square(gap int, s *Series) int64 {
	off := gap - s.Interval
	if off < 0 {
		off = -off
	}
	off = max(0, off-s.Tolerance)
	return int64(off) * int64(off)
}

// balance adds the cost of work above the reps' shares by hours on duty.
func (c *checker) balance() {
	if c.w.Balance == 0 {
		return
	}
	work, duty := map[int]int64{}, map[int]int64{}
	var total, onDuty int64
	for i := range c.p.Shifts {
		s, r := &c.p.Shifts[i], &c.report.Routes[i]
		work[s.Rep] += int64(r.Drive + r.Service)
		duty[s.Rep] += int64(s.Hours.Close - s.Hours.Open)
		total += int64(r.Drive + r.Service)
		onDuty += int64(s.Hours.Close - s.Hours.Open)
	}
	if len(work) < 2 {
		return
	}
	var above int64
	for rep, w := range work { // a sum: the order does not matter
		fair := big.NewInt(0)
		if onDuty > 0 {
			fair.Div(fair.Mul(big.NewInt(total), big.NewInt(duty[rep])), big.NewInt(onDuty))
		}
		above += max(0, w-fair.Int64())
	}
	c.report.Cost += Cost(above * int64(c.w.Balance) / 3600)
}
