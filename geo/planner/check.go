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
		c.route(s, known)
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
}

func (c *checker) route(si int, order []int) {
	s := &c.p.Shifts[si]
	r := &c.report.Routes[si]
	r.Shift = si
	c.prefix(si, order)
	if len(order) == 0 {
		return
	}
	c.eligible(si, order)

	open := max(s.Hours.Open, s.Now)
	done := min(len(s.Done), len(order))
	taken := 0
	if done > 0 {
		taken = s.Done[done-1].BreaksTaken
	}
	gaps := make([]int, len(s.Breaks))
	best := trial{broken: -1}
	var bestGaps []int
	try := func() {
		// Breaks that fall away may do so because the day begins after them.
		depart := open
		for b := 0; ; b++ {
			t := c.simulate(s, order, gaps, depart, nil)
			if best.broken < 0 || c.better(&t, &best) {
				best, bestGaps = t, slices.Clone(gaps)
			}
			if b == len(gaps) || gaps[b] >= 0 || done > 0 {
				return
			}
			depart = max(depart, s.Breaks[b].Latest)
		}
	}
	c.placeBreaks(s, order, done, taken, gaps, open, true, try)
	if best.broken > 0 {
		c.placeBreaks(s, order, done, taken, gaps, open, false, try)
	}
	// The latest departure that changes neither the end nor what is broken.
	depart := best.depart
	if done == 0 {
		lo, hi := depart, max(depart, best.end)
		for lo < hi {
			mid := lo + (hi-lo+1)/2
			t := c.simulate(s, order, bestGaps, mid, nil)
			if t.end == best.end && t.broken == best.broken && t.late == best.late {
				lo = mid
			} else {
				hi = mid - 1
			}
		}
		depart = lo
	}
	var broken []Violation
	final := c.simulate(s, order, bestGaps, depart, &broken)
	for i := range broken {
		broken[i].Shift = si
	}
	c.report.Violations = append(c.report.Violations, broken...)
	r.Entries = final.entries
	c.slack(s, r, len(broken) > 0)
	c.sum(si, r, &final)
}

func (c *checker) better(a, b *trial) bool {
	if a.broken != b.broken {
		return a.broken < b.broken
	}
	ca := int64(a.late)*int64(c.w.Late) + int64(a.over)*int64(c.w.Overtime)
	cb := int64(b.late)*int64(c.w.Late) + int64(b.over)*int64(c.w.Overtime)
	if ca != cb {
		return ca < cb
	}
	return a.end < b.end
}

// simulate times a route that leaves its start at depart. Gaps beyond those
// given are free of breaks. Broken rules are noted when a list is given.
func (c *checker) simulate(s *Shift, order, gaps []int, depart Seconds, broken *[]Violation) trial {
	t := trial{depart: depart}
	fail := func(rule Rule, visit int, by Seconds) {
		t.broken += int64(by)
		if broken != nil {
			*broken = append(*broken, Violation{rule, 0, visit, int(by)})
		}
	}
	t.entries = make([]Entry, 0, len(order)+len(gaps)+2)
	t.entries = append(t.entries, Entry{Kind: Leave, Visit: -1, Place: s.Start, Arrive: depart, Begin: depart, End: depart})
	now, place := depart, s.Start
	if place == Anywhere {
		place = c.p.Visits[order[0]].Place
		t.entries[0].Place = Anywhere
	}
	done := min(len(s.Done), len(order))
	for i := 0; i <= len(order); i++ {
		to, visit := s.End, -1
		if i < len(order) {
			visit = order[i]
			to = c.p.Visits[visit].Place
		} else if to == Anywhere {
			to = place
		}
		drive, metres, ok := c.leg(s, place, to)
		if !ok {
			fail(RuleRoad, visit, 1)
		}
		if i < done {
			d := s.Done[i]
			if i == 0 && d.Arrive-drive < t.entries[0].End {
				t.entries[0].Arrive, t.entries[0].Begin, t.entries[0].End = max(0, d.Arrive-drive), max(0, d.Arrive-drive), max(0, d.Arrive-drive)
			}
			t.entries = append(t.entries, Entry{Kind: Stop, Visit: visit, Place: to, Drive: drive, Metres: metres,
				Arrive: d.Arrive, Begin: d.Arrive, End: d.Leave, Done: true})
			now, place = max(d.Leave, s.Now), to
			continue
		}
		ready := c.pauses(s, &t, gaps, i, now, drive, metres, place, to, fail)
		left, leftMetres := drive, metres
		for k := len(t.entries) - 1; k > 0 && t.entries[k].Kind == Pause && t.entries[k].Begin >= now; k-- {
			left -= t.entries[k].Drive
			leftMetres -= t.entries[k].Metres
		}
		if visit < 0 {
			t.entries = append(t.entries, Entry{Kind: Return, Visit: -1, Place: s.End, Drive: left, Metres: leftMetres, Arrive: ready, Begin: ready, End: ready})
			now = ready
			break
		}
		v := &c.p.Visits[visit]
		entry := Entry{Kind: Stop, Visit: visit, Place: to, Drive: left, Metres: leftMetres, Arrive: ready}
		if to != place || i == 0 && s.Start == Anywhere {
			entry.SetUp = v.SetUp
		}
		begin, grace, after := beginning(v, ready+entry.SetUp)
		if after > 0 {
			fail(RuleWindow, visit, after)
		}
		t.late += grace
		entry.Wait = begin - ready - entry.SetUp
		entry.Begin, entry.End = begin, begin+v.Length
		t.entries = append(t.entries, entry)
		now, place = entry.End, to
	}
	t.end = now
	t.over = max(0, min(now-s.Hours.Close, s.Overtime))
	if now > s.Hours.Close+s.Overtime {
		fail(RuleHours, -1, now-s.Hours.Close-s.Overtime)
	}
	// A break that fell away needs a day that ends early or begins late.
	for b, g := range gaps {
		if g >= 0 {
			continue
		}
		latest := s.Breaks[b].Latest
		if begin := t.entries[0].End; begin < latest && now > latest {
			fail(RuleBreak, b, min(now-latest, latest-begin))
		}
	}
	return t
}

// beginning is when a visit begins that is ready at the given time, how far
// into a window's grace that is, and how long after all windows.
func beginning(v *Visit, ready Seconds) (begin, grace, after Seconds) {
	if len(v.Windows) == 0 {
		return ready, 0, 0
	}
	begin, after = -1, -1
	for _, w := range v.Windows {
		shut := w.Close
		if v.EndInside {
			shut -= v.Length
		}
		if shut < w.Open {
			continue // too short for this visit
		}
		if ready <= shut+w.Grace {
			at := max(ready, w.Open)
			late := max(0, at-shut)
			if begin < 0 || at < begin || at == begin && late < grace {
				begin, grace = at, late
			}
			continue
		}
		if over := ready - shut - w.Grace; after < 0 || over < after {
			after = over
		}
	}
	if begin >= 0 {
		return begin, grace, 0
	}
	if after < 0 {
		after = max(1, ready-v.Windows[len(v.Windows)-1].Open) // no window is long enough
	}
	return ready, 0, after
}

// slack fills in how much later each entry could be reached, breaks staying
// between the stops where they are.
func (c *checker) slack(s *Shift, r *Route, broken bool) {
	if broken {
		return
	}
	limit := s.Hours.Close + s.Overtime // of reaching the entry after
	var ahead Seconds                   // driving to the entry after
	for i := len(r.Entries) - 1; i >= 0; i-- {
		e := &r.Entries[i]
		leave := limit - ahead
		switch e.Kind {
		case Return:
			e.Slack = limit - e.Arrive
		case Leave:
			e.Slack = leave - e.End
		case Pause:
			b := &s.Breaks[e.Visit]
			latest := min(b.Latest, leave-b.Length)
			e.Slack = max(0, latest-e.Arrive)
			limit, ahead = e.Arrive+e.Slack, e.Drive
			continue
		case Stop:
			if e.Done {
				return
			}
			v := &c.p.Visits[e.Visit]
			latest := latestReady(v, leave-v.Length)
			e.Slack = max(0, latest-e.SetUp-e.Arrive)
			limit, ahead = e.Arrive+e.Slack, e.Drive
			continue
		}
		limit, ahead = e.Arrive+max(0, e.Slack), e.Drive
	}
}

// latestReady is the latest time to be ready so that a visit begins no later
// than the given time.
func latestReady(v *Visit, begin Seconds) Seconds {
	if len(v.Windows) == 0 {
		return begin
	}
	latest := Seconds(-1)
	for _, w := range v.Windows {
		shut := w.Close
		if v.EndInside {
			shut -= v.Length
		}
		if shut < w.Open || w.Open > begin {
			continue
		}
		latest = max(latest, min(begin, shut+w.Grace))
	}
	return latest
}

// sum adds up the route's figures and checks its limits.
func (c *checker) sum(si int, r *Route, t *trial) {
	s := &c.p.Shifts[si]
	cost := s.Fixed
	var load []int64
	place := s.Start
	for i := range r.Entries {
		e := &r.Entries[i]
		r.Drive += e.Drive
		r.Metres += e.Metres
		r.Waiting += e.Wait
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
			if v.Before > 0 && v.Before != si+1 {
				cost += c.w.Move
			}
		}
		to := e.Place
		if place != Anywhere && to != Anywhere {
			drive, metres, _ := c.leg(s, place, to)
			cost += c.legCost(s, drive, metres)
		}
		place = to
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
