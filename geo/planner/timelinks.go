package planner

import (
	"cmp"
	"slices"
)

// Visits that are tied to others in time are kept apart from the rest of the
// search by pins: once both ends of a link are planned, each has a span in which
// it must begin, chosen so that any two times in the two spans satisfy the link.
// A route is then feasible or not by itself again, in constant time as ever.
// Pins are chosen when the second of two visits is inserted, and fall when one
// of them is removed; as the search removes linked visits together, it chooses
// them anew again and again.

// pin bounds the beginning of a visit.
type pin struct{ low, high int32 }

var unpinned = pin{0, never}

// pinned is an entry of the journal by which back undoes pins.
type pinned struct {
	visit int32
	was   pin
}

// How often other times are tried for a visit tied to planned ones.
const timedTries = 4

// In how many shifts it is tried each time.
const timedSpots = 6

// ownSpans are a model for one chain, whose windows it may narrow.
func (m *model) ownSpans() *model {
	own := *m
	own.spans = make([]span, len(m.spans))
	for i := range m.spans {
		own.spans[i] = span{slices.Clone(m.spans[i].windows), slices.Clone(m.spans[i].extra)}
	}
	own.shifts = slices.Clone(m.shifts)
	for i := range own.shifts {
		for k := range m.spans {
			if m.shifts[i].span == &m.spans[k] {
				own.shifts[i].span = &own.spans[k]
			}
		}
	}
	return &own
}

// setPin narrows the windows of a visit on every day.
func (t *state) setPin(v int32, p pin) {
	if t.pins[v] == p {
		return
	}
	t.pinLog = append(t.pinLog, pinned{v, t.pins[v]})
	t.narrow(v, p)
}

func (t *state) narrow(v int32, p pin) {
	t.pins[v] = p
	for k := range t.m.spans {
		from, to := &t.wide.spans[k], &t.m.spans[k]
		was, now := from.windows[v], &to.windows[v]
		*now = window{open: 1, close: 0, more: was.more}
		found := int32(0)
		add := func(w window) {
			w.open, w.close = max(w.open, p.low), min(w.close, p.high)
			if w.open > w.close {
				return
			}
			if found == 0 {
				now.open, now.close = w.open, w.close
			} else {
				to.extra[was.more+found-1] = w
			}
			found++
		}
		add(was)
		for i := range was.count {
			add(from.extra[was.more+i])
		}
		now.count = max(0, found-1)
	}
}

// unpin undoes pins set since begin.
func (t *state) unpin() {
	for _, x := range slices.Backward(t.pinLog) {
		t.narrow(x.visit, x.was)
	}
	t.pinLog = t.pinLog[:0]
}

// loosen frees a visit that was taken out, and those that were tied to it only.
// Their routes are touched, to be timed again.
func (t *state) loosen(v int32) {
	t.setPin(v, unpinned)
	for _, l := range t.m.links[v] {
		if at := t.at[l.other]; l.timed && at >= 0 && t.pins[l.other] != unpinned && !t.tiedNow(l.other) {
			t.touch(at)
			t.setPin(l.other, unpinned)
		}
	}
}

// tiedNow says whether a visit is tied in time to one that is planned.
func (t *state) tiedNow(v int32) bool {
	return slices.ContainsFunc(t.m.links[v], func(l link) bool { return l.timed && t.at[l.other] >= 0 })
}

// bounds are the earliest and latest a planned visit may begin.
func (t *state) bounds(v int32) (first, last int32) {
	shift := t.at[v]
	r, x := &t.routes[shift], &t.m.shifts[shift]
	length := t.m.visits[v].length
	for i := 1; i < len(r.stops)-1; i++ {
		s := &r.stops[i]
		if s.visit != v {
			continue
		}
		if len(x.breaks) == 0 && x.clock == nil {
			return s.leave - length, s.reach
		}
		k := len(x.breaks) + 1
		first, last = never, -never
		for j := range k {
			leave, reach := r.times[2*k*i+j], r.times[2*k*i+k+j]
			if leave < never && leave-length <= reach {
				first, last = min(first, leave-length), max(last, reach)
			}
		}
		return first, last
	}
	for _, d := range t.m.p.Shifts[shift].Done {
		if d.Visit == int(v) {
			return int32(d.Arrive), int32(d.Arrive)
		}
	}
	return never, -never
}

// reachable is when a visit may begin for the sake of those planned that it is
// tied to. Bit k of turned puts it before the k-th of them where either order
// will do.
func (t *state) reachable(v int32, turned uint64) (p pin, ok bool) {
	p = unpinned
	for k, l := range t.m.links[v] {
		if !l.timed || t.at[l.other] < 0 {
			continue
		}
		first, last := t.bounds(l.other)
		if first > last {
			return p, false
		}
		after := l.ordered < 0 || l.ordered == 0 && turned>>k&1 == 0 // the other comes first
		switch {
		case l.ordered == 0 && l.min == 0 && l.max < 0: // any time
		case l.ordered == 0 && l.min == 0: // near, before or after
			p.low, p.high = max(p.low, first-l.max), min(p.high, last+l.max)
		case after:
			p.low = max(p.low, first+l.min)
			if l.max >= 0 {
				p.high = min(p.high, last+l.max)
			}
		default:
			p.high = min(p.high, last-l.min)
			if l.max >= 0 {
				p.low = max(p.low, first-l.max)
			}
		}
	}
	p.low = max(0, p.low)
	return p, p.low <= p.high
}

// placeTimed inserts a visit that others are tied to in time where it costs
// least, and says whether it could for less than limit.
func (t *state) placeTimed(u *tuning, v int32, limit int64) bool {
	for range timedTries {
		p, ok := t.reachable(v, t.random.next())
		if !ok {
			continue
		}
		t.setPin(v, p)
		for _, s := range t.spots(u, v, limit) {
			unused := t.routes[s.shift].visits() == 0
			if t.settle(v, s) {
				if unused {
					t.begins(s.shift)
				}
				return true
			}
		}
		t.setPin(v, unpinned)
	}
	return false
}

// settled is the cheapest place in a shift of a visit that others are tied to in
// time, what it does to them included; the plan stays as it is.
func (t *state) settled(u *tuning, v, shift int32) spot {
	best := spot{shift: -1, delta: misplaced}
	for turned := range uint64(2) {
		p, ok := t.reachable(v, -turned)
		if !ok {
			continue
		}
		t.begin()
		before := t.cost
		t.setPin(v, p)
		s := spot{shift: -1, delta: misplaced}
		if t.tryShift(u, v, shift, &s); s.shift >= 0 && t.settle(v, s) {
			if s.delta = t.cost - before; s.delta < best.delta {
				best = s
			}
		}
		t.back()
	}
	return best
}

// spots are the cheapest places of a visit in each shift that cost less than
// limit, cheapest first.
func (t *state) spots(u *tuning, v int32, limit int64) []spot {
	var spots []spot
	try := func(shift int32) {
		s := spot{shift: -1, delta: limit}
		if t.tryShift(u, v, shift, &s); s.shift >= 0 {
			spots = append(spots, s)
		}
	}
	for _, s := range t.used {
		try(s)
	}
	for _, s := range t.empty {
		try(s)
	}
	slices.SortFunc(spots, func(a, b spot) int { return cmp.Or(cmp.Compare(a.delta, b.delta), cmp.Compare(a.shift, b.shift)) })
	return spots[:min(len(spots), timedSpots)]
}

// settle inserts a visit and pins it and those it is tied to, unless a route
// breaks a rule then.
func (t *state) settle(v int32, s spot) bool {
	t.touch(s.shift)
	was := t.pins[v]
	t.insert(v, s.shift, s.at)
	shifts := []int32{s.shift}
	type change struct {
		visit int32
		was   pin
	}
	var changes []change
	ok := t.keeps(s.shift)
	if ok {
		begin, latest := t.bounds(v)
		mine := was
		for _, l := range t.m.links[v] {
			at := t.at[l.other]
			if !l.timed || at < 0 {
				continue
			}
			first, last := t.bounds(l.other)
			a, b := t.agree(&l, begin, latest, first, last)
			mine.low, mine.high = max(mine.low, a.low), min(mine.high, a.high)
			if first == last && t.m.visits[l.other].fixed { // maybe made already: its time stands
				ok = ok && b.low <= first && first <= b.high
				continue
			}
			changes = append(changes, change{l.other, t.pins[l.other]})
			b.low, b.high = max(b.low, t.pins[l.other].low), min(b.high, t.pins[l.other].high)
			t.setPin(l.other, b)
			if !slices.Contains(shifts, at) {
				t.touch(at)
				shifts = append(shifts, at)
			}
		}
		t.setPin(v, mine)
		for _, at := range shifts {
			t.time(at)
			ok = ok && t.keeps(at)
		}
		ok = ok && mine.low <= mine.high
	}
	if ok {
		return true
	}
	for _, c := range slices.Backward(changes) {
		t.setPin(c.visit, c.was)
	}
	r := &t.routes[s.shift]
	r.stops = slices.Delete(r.stops, s.at, s.at+1)
	t.at[v] = -1
	if k := t.m.visits[v].series; k >= 0 {
		t.setDay(k, t.m.shifts[s.shift].day, false)
	}
	t.setPin(v, was)
	for _, at := range shifts {
		t.time(at)
	}
	return false
}

// agree splits the time between a visit that may begin from begin to latest and
// one that may from first to last: any two times in the two spans satisfy the
// link. Half of the time both are put off, so that more fits in before them.
func (t *state) agree(l *link, begin, latest, first, last int32) (mine, other pin) {
	mine, other = unpinned, unpinned
	if l.ordered == 0 && l.min == 0 && l.max < 0 {
		return mine, other
	}
	canFirst := begin+l.min <= last && (l.max < 0 || first <= begin+l.max)
	canLast := first+l.min <= begin && (l.max < 0 || last >= begin-l.max)
	mineFirst := l.ordered > 0 || l.ordered == 0 && canFirst && (!canLast || t.random.chance(32768))
	at := first // of the other
	if mineFirst {
		at = max(first, begin+l.min)
	} else if l.max >= 0 {
		at = max(first, begin-l.max)
	}
	if room := min(latest-begin, last-at); room > 0 && t.random.chance(32768) {
		by := int32(t.random.below(int(room) + 1))
		begin, at = begin+by, at+by
	}
	a, b := begin, at // the earlier and the later
	if !mineFirst {
		a, b = at, begin
	}
	cut := a
	if room := b - a - l.min; room > 0 {
		cut += int32(t.random.below(int(room) + 1))
	}
	early, late := pin{0, cut}, pin{cut + l.min, never}
	if l.max >= 0 {
		early.low, late.high = max(0, a), a+l.max
	}
	if mineFirst {
		return early, late
	}
	return late, early
}

// keeps says whether a route keeps its times.
func (t *state) keeps(shift int32) bool {
	x, r := &t.m.shifts[shift], &t.routes[shift]
	if len(r.stops) == 2 {
		return true
	}
	if x.timed && r.timely >= int64(never) {
		return false
	}
	from, to := &r.stops[0], &r.stops[1]
	drive, setUp := t.hop(x, from, to)
	if len(x.breaks) == 0 && x.clock == nil {
		return max(from.leave+drive+setUp, 0) <= to.reach
	}
	k := len(x.breaks) + 1
	leave, reach := r.times[:k], r.times[3*k:][:k]
	for f := range k {
		for j := f; j < k && leave[f] < never; j++ {
			if reach[j] > -never && x.over(x.breaks[f:j], from.place, to.place, leave[f], drive)+setUp <= reach[j] {
				return true
			}
		}
	}
	return false
}

// pinAll pins the visits of a plan that are tied in time as the checker times
// it.
func (t *state) pinAll() {
	report := check(t.m.p, t.orders())
	begins := make([]int32, len(t.m.visits))
	for i := range report.Routes {
		for _, e := range report.Routes[i].Entries {
			if e.Kind == Stop {
				begins[e.Visit] = int32(e.Begin)
			}
		}
	}
	for v := range t.pins {
		if !t.m.visits[v].timed {
			continue
		}
		p := unpinned
		if t.at[v] >= 0 {
			for _, l := range t.m.links[v] {
				if l.timed && t.at[l.other] >= 0 {
					mine := halfway(&l, begins[v], begins[l.other])
					p.low, p.high = max(p.low, mine.low), min(p.high, mine.high)
				}
			}
		}
		t.setPin(int32(v), p)
	}
	t.pinLog = t.pinLog[:0]
	for i := range t.routes {
		t.time(int32(i))
	}
}

// halfway is the span of the visit that begins at mine when the time between
// the two is split in halves.
func halfway(l *link, mine, other int32) pin {
	if l.ordered == 0 && l.min == 0 && l.max < 0 {
		return unpinned
	}
	a, b := min(mine, other), max(mine, other)
	if l.ordered > 0 {
		a, b = mine, other
	} else if l.ordered < 0 {
		a, b = other, mine
	}
	cut := a + max(0, b-a-l.min)/2
	early, late := pin{0, cut}, pin{cut + l.min, never}
	if l.max >= 0 {
		early.low, late.high = a, a+l.max
	}
	first := l.ordered > 0 || l.ordered == 0 && (mine < other || mine == other)
	if l.ordered == 0 && mine == other {
		return pin{mine, mine}
	}
	if first {
		return early
	}
	return late
}

// verified says whether a plan whose visits are tied in time passes the
// checker, and what it costs: where costs depend on times, the pins leave less
// choice than there is.
func (t *state) verified(total int64) (cost int64, ok bool) {
	report := check(t.m.p, t.orders())
	for _, v := range report.Violations {
		if v.Rule != RuleMissing && (v.Shift < 0 || len(t.m.p.Shifts[v.Shift].Done)+len(t.m.p.Shifts[v.Shift].Head) == 0) {
			return total, false
		}
	}
	if t.m.tense {
		total = int64(report.Cost)
	}
	return total, true
}

// margin is by how much a plan that is verified may seem worse than the best.
func (m *model) margin(best int64) int64 {
	if !m.tense {
		return 0
	}
	return best % int64(MissedMandatory) / 32
}

// dropTimed takes out all visits that are tied in time.
func (t *state) dropTimed() {
	for v := range t.m.visits {
		x := &t.m.visits[v]
		shift := t.at[v]
		if shift < 0 || x.fixed || !x.timed {
			continue
		}
		t.touch(shift)
		t.remove(shift, slices.IndexFunc(t.routes[shift].stops, func(s stop) bool { return s.visit == int32(v) }), 1)
		t.time(shift)
	}
	t.listAbsent()
}
