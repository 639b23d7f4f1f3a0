package planner

import "slices"

// Explain says why visits are not in a plan, by trying each in every shift:
// first what no plan could change, then what the present one leaves no room
// for, with the cheapest way to make room. Visits that are planned or do not
// exist are passed over.
func Explain(p Problem, orders [][]int, visits []int) ([]Unplanned, error) {
	if err := Validate(p); err != nil {
		return nil, err
	}
	if err := validateOrders(p, orders); err != nil {
		return nil, err
	}
	m, err := buildModel(&p)
	if err != nil {
		return nil, err
	}
	planned := make([]bool, len(p.Visits))
	clean := make([][]int, len(orders))
	for i, order := range orders {
		for _, v := range order {
			if v >= 0 && v < len(planned) && !planned[v] {
				planned[v] = true
				clean[i] = append(clean[i], v)
			}
		}
	}
	var absent []int32
	for _, v := range visits {
		if v >= 0 && v < len(planned) && !planned[v] {
			absent = append(absent, int32(v))
		}
	}
	return explain(m, clean, absent), nil
}

// Displacing one visit after the other is tried for this many visits left out;
// beyond them the figures of the reason alone have to do.
const displacedMost = 60

func explain(m *model, orders [][]int, absent []int32) []Unplanned {
	if len(absent) == 0 {
		return nil
	}
	absent = slices.Sorted(slices.Values(absent))
	t := newState(m, newRandom(0, 0))
	t.load(orders)
	empty := newState(m, newRandom(0, 0))
	out := make([]Unplanned, 0, len(absent))
	for i, v := range absent {
		out = append(out, t.explain(empty, v, i < displacedMost))
	}
	return out
}

func (t *state) explain(empty *state, v int32, displace bool) Unplanned {
	x := Unplanned{Visit: int(v), Shift: -1, Displaces: -1, Lost: Cost(t.m.visits[v].prize)}
	calm := tuned
	calm.blink = 0
	// What no plan changes, the furthest that any shift gets.
	reason := NoSkill
	var alone []int32 // shifts where it fits with nothing else
	for s := range t.routes {
		got, over := empty.tryAlone(&calm, v, int32(s))
		if got == Full {
			alone = append(alone, int32(s))
		}
		if rank(got) > rank(reason) || rank(got) == rank(reason) && (x.Shift < 0 || over < x.Over) {
			reason, x.Shift, x.Over = got, s, over
		}
	}
	if len(alone) == 0 {
		x.Reason = reason
		if x.Shift >= 0 {
			x.Detour = t.there(v, int32(x.Shift))
		}
		return x
	}
	x.Reason, x.Over, x.Shift = Full, 0, -1
	if len(t.spotsOf(&calm, v, alone)) > 0 {
		if t.m.both && t.forsaken(&calm, v) {
			x.Reason = Partner
			return x
		}
		places := t.places(v, 1)
		x.Reason, x.Shift, x.Detour, x.Cost = NotWorth, places[0].Shift, places[0].Detour, places[0].Cost
		if int64(x.Cost) < t.m.visits[v].prize {
			x.Reason = NotImproved
		}
		return x
	}
	if s := t.unplaced(&calm, v, alone); s >= 0 {
		x.Reason, x.Shift, x.Detour = OutOfPlace, s, t.there(v, int32(s))
		return x
	}
	if t.m.visits[v].timed && t.tiedNow(v) {
		x.Reason = GapRule // of those that fit alone: what it is tied to leaves no time
		return x
	}
	gaps := true // is it only the days of its series or links?
	for _, s := range alone {
		day, rep := t.m.shifts[s].day, t.m.shifts[s].rep
		ok := t.linked(v, day, rep)
		if k := t.m.visits[v].series; ok && k >= 0 {
			_, ok = t.seriesDelta(k, day, rep)
		}
		gaps = gaps && !ok
	}
	if gaps {
		x.Reason = GapRule
		return x
	}
	t.tightest(v, alone, &x)
	if displace {
		t.displace(&calm, v, alone, &x)
	}
	return x
}

// unplaced is the shift in which a visit would fit best if no visit were locked
// as a certain stop, -1 when it fits nowhere.
func (t *state) unplaced(u *tuning, v int32, shifts []int32) int {
	s := spot{shift: -1, delta: nowhere}
	if t.m.placed {
		for _, shift := range shifts {
			t.tryShift(u, v, shift, &s)
		}
	}
	return int(s.shift)
}

// rank orders reasons by how far a visit gets.
func rank(r Reason) int {
	return slices.Index([]Reason{NoSkill, NotAllowed, TooLarge, NoRoute, NoWindow, TooFar, Full}, r)
}

// tryAlone says what keeps a visit out of a shift that holds only what is
// locked: Full when nothing does. Over is by how many seconds it misses.
func (t *state) tryAlone(u *tuning, v, shift int32) (Reason, Seconds) {
	p, s := &t.m.p.Visits[v], &t.m.p.Shifts[shift]
	for _, k := range p.Skills {
		if !slices.Contains(s.Skills, k) {
			return NoSkill, 0
		}
	}
	if len(p.Reps) > 0 && !slices.Contains(p.Reps, s.Rep) || slices.Contains(p.Forbidden, s.Rep) ||
		len(p.Shifts) > 0 && !slices.Contains(p.Shifts, int(shift)) {
		return NotAllowed, 0
	}
	for d, l := range p.Load {
		if d < len(s.Capacity) && l > s.Capacity[d] {
			return TooLarge, Seconds(l - s.Capacity[d])
		}
	}
	x := &t.m.shifts[shift]
	row := x.legs.row(t.m.visits[v].place)
	if row[x.start].from >= never || row[x.end].to >= never {
		return NoRoute, 0
	}
	if w := x.span.windows[v]; w.close < w.open || w.open > x.close || lastWindow(x.span, v) < x.open {
		return NoWindow, 0
	}
	at := spot{shift: -1, delta: nowhere}
	t.tryShift(u, v, shift, &at)
	if at.shift >= 0 {
		return Full, 0
	}
	r := timetableAlone(t.m.p, int(shift), int(v))
	return TooFar, max(1, r)
}

func lastWindow(s *span, v int32) int32 {
	w := &s.windows[v]
	if w.count > 0 {
		return s.extra[w.more+w.count-1].close
	}
	return w.close
}

// timetableAlone is by how many seconds a shift with one visit breaks its rules.
func timetableAlone(p *Problem, shift, visit int) Seconds {
	c := checker{p: p, w: weightsOf(p), report: &Report{Routes: make([]Route, len(p.Shifts))}}
	order := make([]int, 0, 1)
	for _, d := range p.Shifts[shift].Done {
		order = append(order, d.Visit)
	}
	order = append(append(order, p.Shifts[shift].Head...), visit)
	c.route(shift, order)
	return c.secondsBroken()
}

// secondsBroken adds up the violations that are counted in seconds.
func (c *checker) secondsBroken() Seconds {
	sum := Seconds(0)
	for _, v := range c.report.Violations {
		switch v.Rule {
		case RuleWindow, RuleHours, RuleBreak, RuleDrive:
			sum += Seconds(v.By)
		}
	}
	return sum
}

// there is the driving from a shift's start to a visit and on to its end.
func (t *state) there(v, shift int32) Seconds {
	x := &t.m.shifts[shift]
	row := x.legs.row(t.m.visits[v].place)
	in, out := row[x.start].from, row[x.end].to
	if in >= never || out >= never {
		return 0
	}
	return Seconds(in + out)
}

// tightest finds the position whose rules a visit breaks by the fewest seconds,
// trying those where it detours least in each shift.
func (t *state) tightest(v int32, shifts []int32, x *Unplanned) {
	const tried = 12 // shifts, by detour
	type option struct {
		shift int32
		at    int
		drive int32
	}
	var options []option
	for _, s := range shifts {
		row := t.m.shifts[s].legs.row(t.m.visits[v].place)
		r := &t.routes[s]
		best := option{shift: -1}
		for i := r.locked; i+1 < len(r.stops); i++ {
			drive := row[r.stops[i].place].from + row[r.stops[i+1].place].to - r.stops[i+1].drive
			if best.shift < 0 || drive < best.drive {
				best = option{s, i + 1, drive}
			}
		}
		options = append(options, best)
	}
	slices.SortStableFunc(options, func(a, b option) int { return int(a.drive) - int(b.drive) })
	for _, o := range options[:min(tried, len(options))] {
		c := checker{p: t.m.p, w: t.m.w, report: &Report{Routes: make([]Route, len(t.routes))}}
		order := ordersOf(t.m, t.routes)[o.shift]
		done := len(t.m.p.Shifts[o.shift].Done)
		c.route(int(o.shift), slices.Insert(order, done+o.at-1, int(v)))
		if over := c.secondsBroken(); x.Shift < 0 || over < x.Over {
			x.Shift, x.Over, x.Detour = int(o.shift), over, Seconds(o.drive)
		}
	}
}

// displace finds the one visit whose removal makes room at the least cost.
func (t *state) displace(u *tuning, v int32, shifts []int32, x *Unplanned) {
	best := misplaced
	for _, s := range shifts {
		for at := 1 + t.routes[s].locked; at < len(t.routes[s].stops)-1; at++ {
			out := t.routes[s].stops[at].visit
			t.begin()
			before := t.cost
			t.touch(s)
			t.remove(s, at, 1)
			t.time(s)
			found := spot{shift: -1, delta: nowhere}
			t.tryShift(u, v, s, &found)
			if found.shift >= 0 {
				if cost := t.cost - before + found.delta + t.m.visits[out].prize; cost < best {
					best = cost
					x.Displaces, x.Cost = int(out), Cost(cost)
				}
			}
			t.back()
		}
	}
}
