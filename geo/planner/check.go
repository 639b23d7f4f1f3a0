package planner

import "slices"

// MissedMandatory is what a mandatory visit left out adds to a plan's cost.
const MissedMandatory Cost = 1_000_000_000_000

// Check times the given order (visits by shift) and names every rule it breaks.
// The order may be any; only its number of shifts must be right. It shares no
// evaluation with the search and takes well under a millisecond for a day.
//
// A visit reached after its windows still takes place, late; a day that runs
// over still ends. Breaks are placed where they break the fewest seconds of
// rules, then cost least, then end the day first; and the day begins as late as
// this allows.
func Check(p Problem, orders [][]int) (*Report, error) {
	if err := Validate(p); err != nil {
		return nil, err
	}
	if err := validateOrders(p, orders); err != nil {
		return nil, err
	}
	return check(&p, orders), nil
}

// check is Check on a problem known to be valid.
func check(p *Problem, orders [][]int) *Report {
	c := checker{p: p, w: weightsOf(p), report: &Report{Routes: make([]Route, len(p.Shifts))}}
	c.shiftOf = make([]int, len(p.Visits))
	for i := range c.shiftOf {
		c.shiftOf[i] = -1
	}
	kept := make([][]int, len(orders))
	for s, order := range orders {
		known := make([]int, 0, len(order))
		for _, v := range order {
			switch {
			case v < 0 || v >= len(p.Visits):
				c.break_(RuleUnknown, s, v, 1)
			case c.shiftOf[v] >= 0:
				c.break_(RuleTwice, s, v, 1)
			default:
				c.shiftOf[v] = s
				known = append(known, v)
			}
		}
		kept[s] = known
	}
	tied := c.tied()
	for s := range orders {
		if len(tied) == 0 || !slices.ContainsFunc(tied, func(group []int) bool { return slices.Contains(group, s) }) {
			c.route(s, kept[s])
		}
	}
	for _, group := range tied {
		c.together(group, kept)
	}
	c.left()
	c.series()
	c.links()
	c.balance()
	return c.report
}

// weightsOf are the problem's weights, or the default ones.
func weightsOf(p *Problem) Weights {
	w := p.Weights
	if w == (Weights{}) {
		w = Balanced
	}
	if w.ValuePercent == 0 {
		w.ValuePercent = 100
	}
	return w
}

type checker struct {
	p       *Problem
	w       Weights
	report  *Report
	shiftOf []int // by visit, -1 when left out

	// release is before when a visit does not begin because of others, pace
	// what of others hangs on its beginning; nil without links in time.
	release []Seconds
	pace    []bool
	// patient visits wait for a window in which they are not late.
	patient []bool
	// delay puts off reaching stop number delayed, counted from 1.
	delayed int
	delay   Seconds
}

func (c *checker) break_(rule Rule, shift, visit, by int) {
	c.report.Violations = append(c.report.Violations, Violation{rule, shift, visit, by})
}

// leg is the way between two places for a shift; ok is false without a road.
func (c *checker) leg(s *Shift, from, to int) (drive Seconds, metres Metres, ok bool) {
	if from == Anywhere || to == Anywhere {
		return 0, 0, true
	}
	t := &c.p.Tables[s.Table]
	seconds := t.Seconds[from*t.Places+to]
	if seconds < 0 {
		return 0, 0, false
	}
	if s.SpeedPercent > 0 {
		seconds = int32((int64(seconds)*100 + int64(s.SpeedPercent) - 1) / int64(s.SpeedPercent))
	}
	if t.Metres != nil {
		metres = Metres(t.Metres[from*t.Places+to])
	}
	return Seconds(seconds), metres, true
}

func percent(p int) int64 {
	if p == 0 {
		return 100
	}
	return int64(p)
}

func (c *checker) legCost(s *Shift, drive Seconds, metres Metres) Cost {
	milli := int64(drive)*int64(c.w.Drive)*percent(s.DrivePercent)*10 + int64(metres)*int64(c.w.Distance)*percent(s.DistancePercent)/100
	return Cost((milli + 500) / 1000)
}

// trial is one timing of a route: breaks in fixed gaps, a fixed departure.
type trial struct {
	entries []Entry
	broken  int64 // seconds of time rules broken
	late    Seconds
	over    Seconds
	depart  Seconds
	end     Seconds
	drive   Cost // of driving, where that depends on the time of day
}

func (c *checker) route(si int, order []int) {
	if c.begin(si, order) {
		best, gaps := c.best(si, order)
		c.finish(si, order, &best, gaps)
	}
}

// begin checks what does not depend on times; it is false for an empty route.
func (c *checker) begin(si int, order []int) bool {
	c.report.Routes[si].Shift = si
	c.prefix(si, order)
	if len(order) > 0 {
		c.eligible(si, order)
	}
	return len(order) > 0
}

// best is the best way to time a route, and the gaps in which it has its breaks.
func (c *checker) best(si int, order []int) (trial, []int) {
	for _, v := range order {
		if c.patient != nil {
			c.patient[v] = false
		}
	}
	best, gaps := c.hasty(si, order)
	if best.late == 0 {
		return best, gaps
	}
	// Waiting for a visit's next window may cost less than being late in one.
	choice := c.graceful(&best)
	if len(choice) == 0 {
		return best, gaps
	}
	if c.patient == nil {
		c.patient = make([]bool, len(c.p.Visits))
	}
	set := func(which int) {
		for k, v := range choice {
			c.patient[v] = which>>k&1 == 1
		}
	}
	kept := 0
	for which := 1; which < 1<<len(choice); which++ {
		set(which)
		if t, g := c.hasty(si, order); c.better(&t, &best) {
			best, gaps, kept = t, g, which
		}
	}
	set(kept)
	return best, gaps
}

// graceful are visits with several windows of which some have grace, those that
// are late first; up to four of them.
func (c *checker) graceful(t *trial) []int {
	var late, other []int
	for i := range t.entries {
		e := &t.entries[i]
		if e.Kind != Stop || e.Done || len(c.p.Visits[e.Visit].Windows) < 2 {
			continue
		}
		v := &c.p.Visits[e.Visit]
		if _, grace, _ := beginning(v, e.Begin); grace > 0 {
			late = append(late, e.Visit)
		} else if slices.ContainsFunc(v.Windows, func(w Window) bool { return w.Grace > 0 }) {
			other = append(other, e.Visit)
		}
	}
	late = append(late, other...)
	return late[:min(4, len(late))]
}

// hasty is best when visits begin as soon as a window or its grace lets them,
// the patient ones apart.
func (c *checker) hasty(si int, order []int) (best trial, bestGaps []int) {
	best.broken = -1
	c.trials(si, order, true, func(gaps []int, depart Seconds) bool {
		t := c.simulate(&c.p.Shifts[si], order, gaps, depart, nil)
		if best.broken < 0 || c.better(&t, &best) {
			best, bestGaps = t, slices.Clone(gaps)
		}
		return true
	})
	if best.broken > 0 {
		c.trials(si, order, false, func(gaps []int, depart Seconds) bool {
			t := c.simulate(&c.p.Shifts[si], order, gaps, depart, nil)
			if c.better(&t, &best) {
				best, bestGaps = t, slices.Clone(gaps)
			}
			return true
		})
	}
	return best, bestGaps
}

// trials calls try with every way to spread a route's breaks over its gaps and
// every departure worth trying, until it says that it has seen enough. gaps are
// only valid during the call.
func (c *checker) trials(si int, order []int, timely bool, try func(gaps []int, depart Seconds) bool) {
	s := &c.p.Shifts[si]
	open := max(s.Hours.Open, s.Now)
	done := min(len(s.Done), len(order))
	taken := 0
	if done > 0 {
		taken = s.Done[done-1].BreaksTaken
	}
	gaps := make([]int, len(s.Breaks))
	c.placeBreaks(s, order, done, taken, gaps, open, timely, func() bool {
		// Breaks that fall away may do so because the day begins after them.
		depart := open
		for b := 0; ; b++ {
			if !try(gaps, depart) {
				return false
			}
			if done == 0 {
				for _, later := range c.changes(s, depart) {
					if !try(gaps, later) {
						return false
					}
				}
			}
			if b == len(gaps) || gaps[b] >= 0 || done > 0 {
				return true
			}
			_, latest := bounds(&s.Breaks[b])
			depart = max(depart, latest)
		}
	})
}

// finish writes the timetable of a route whose breaks are in the given gaps,
// beginning as late as that changes nothing else.
func (c *checker) finish(si int, order []int, best *trial, gaps []int) {
	s := &c.p.Shifts[si]
	r := &c.report.Routes[si]
	depart := best.depart
	if len(s.Done) == 0 {
		lo, hi := depart, max(depart, best.end)
		for lo < hi {
			mid := lo + (hi-lo+1)/2
			t := c.simulate(s, order, gaps, mid, nil)
			if t.end == best.end && t.broken == best.broken && t.late == best.late && c.samePace(&t, best) {
				lo = mid
			} else {
				hi = mid - 1
			}
		}
		if t := c.simulate(s, order, gaps, lo, nil); t.drive <= best.drive && t.broken == best.broken {
			depart = lo
		}
	}
	var broken []Violation
	final := c.simulate(s, order, gaps, depart, &broken)
	for i := range broken {
		broken[i].Shift = si
	}
	c.report.Violations = append(c.report.Violations, broken...)
	r.Entries = final.entries
	if len(broken) == 0 {
		if c.byClock(s) {
			c.slackByClock(si, order, gaps, &final)
		} else {
			c.slack(s, r)
		}
	}
	c.sum(si, r, &final)
}

func (c *checker) better(a, b *trial) bool {
	if a.broken != b.broken {
		return a.broken < b.broken
	}
	ca := int64(a.late)*int64(c.w.Late) + int64(a.over)*int64(c.w.Overtime) + int64(a.drive)
	cb := int64(b.late)*int64(c.w.Late) + int64(b.over)*int64(c.w.Overtime) + int64(b.drive)
	if ca != cb {
		return ca < cb
	}
	return a.end < b.end
}

// sum adds up the route's figures and checks its limits.
func (c *checker) sum(si int, r *Route, t *trial) {
	s := &c.p.Shifts[si]
	cost := s.Fixed
	var load []int64
	var drive Seconds // since the stop before
	var metres Metres
	for i := range r.Entries {
		e := &r.Entries[i]
		r.Drive += e.Drive
		r.Metres += e.Metres
		r.Waiting += e.Wait
		drive, metres = drive+e.Drive, metres+e.Metres
		if e.Kind == Pause {
			r.Breaks += e.End - e.Begin
			continue
		}
		if e.Kind == Stop {
			r.Visits++
			v := &c.p.Visits[e.Visit]
			r.Service += e.SetUp + e.End - e.Begin
			for d, l := range v.Load {
				if d == len(load) {
					load = append(load, 0)
				}
				load[d] += int64(l)
			}
			if len(v.Preferred) > 0 && !slices.Contains(v.Preferred, s.Rep) {
				cost += c.w.NotPreferred
			}
			if v.LastRep > 0 && v.LastRep != s.Rep+1 {
				cost += c.w.OtherRep
			}
			if v.Before > 0 && v.Before != si+1 {
				cost += c.w.Move
			}
		}
		cost += c.legCost(s, drive, metres)
		drive, metres = 0, 0
	}
	r.Late, r.Overtime = t.late, t.over
	cost += Cost(t.late)*c.w.Late + Cost(t.over)*c.w.Overtime
	if s.MaxDrive > 0 && r.Drive > s.MaxDrive {
		c.break_(RuleDrive, si, -1, int(r.Drive-s.MaxDrive))
	}
	if s.MaxMetres > 0 && r.Metres > s.MaxMetres {
		c.break_(RuleMetres, si, -1, int(r.Metres-s.MaxMetres))
	}
	if s.MaxVisits > 0 && r.Visits > s.MaxVisits {
		c.break_(RuleVisits, si, -1, r.Visits-s.MaxVisits)
	}
	for d, l := range load {
		if d < len(s.Capacity) && l > int64(s.Capacity[d]) {
			c.break_(RuleCapacity, si, -1, int(l-int64(s.Capacity[d])))
			break
		}
	}
	c.report.Cost += cost
	total := &c.report.Totals
	total.Visits += r.Visits
	total.Drive += r.Drive
	total.Metres += r.Metres
	total.Service += r.Service
	total.Waiting += r.Waiting
	total.Breaks += r.Breaks
	total.Overtime += r.Overtime
	total.Late += r.Late
}
