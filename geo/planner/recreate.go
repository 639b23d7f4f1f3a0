package planner

import (
	"cmp"
	"slices"
)

// spot is where a visit could go.
type spot struct {
	shift int32
	at    int // before this stop
	delta int64
}

const nowhere = int64(1) << 60

// How many visits left out before are tried again in one round.
const retried = 12

// recreate puts removed visits, and some left out before, where each costs
// least. It gives up, returning false, once the plan is worse than limit.
func (t *state) recreate(u *tuning, seed int32, limit int64) bool {
	t.queue = append(t.queue[:0], t.removed...)
	t.retry(seed)
	t.sortQueue(u)
	for _, v := range t.queue {
		t.at[v] = -2 // neither planned nor given up
	}
	prizes := int64(0)
	for _, v := range t.absent {
		if t.at[v] == -1 {
			prizes += t.m.visits[v].prize
		}
	}
	stopEarly := len(t.m.series) == 0 && !t.m.both
	done := true
	t.listShifts()
	for i, v := range t.queue {
		t.at[v] = -1
		if t.m.visits[v].timed {
			if !t.placeTimed(u, v, t.worthBoth(u, v)) {
				prizes += t.m.visits[v].prize
			}
			continue
		}
		s := t.best(u, v, t.worthBoth(u, v))
		if s.shift < 0 {
			prizes += t.m.visits[v].prize
		} else {
			t.touch(s.shift)
			if t.routes[s.shift].visits() == 0 {
				t.begins(s.shift)
			}
			t.insert(v, s.shift, s.at)
		}
		if stopEarly && t.cost+prizes > limit {
			for _, w := range t.queue[i+1:] {
				t.at[w] = -1
			}
			done = false
			break
		}
	}
	if !done {
		return false
	}
	if t.m.both {
		prizes += t.dropHalves()
	}
	t.prizes = prizes
	t.absent = append(t.absent, t.removed...)
	kept := t.absent[:0]
	for _, v := range t.absent {
		if t.at[v] < 0 {
			kept = append(kept, v)
		}
	}
	t.absent = kept
	return true
}

// worth is what a visit may cost. Now and then that is more than its prize,
// since two visits may pay together that do not pay alone.
func (t *state) worth(u *tuning, v int32) int64 {
	prize := t.m.visits[v].prize
	if prize >= int64(MissedMandatory) || !t.random.chance(u.generous) {
		return prize
	}
	return prize + max(prize, t.edge)*t.random.exponential()>>16
}

// retry adds visits left out before to the queue: all if they are few, else
// some that are near and some at random.
func (t *state) retry(seed int32) {
	if len(t.absent) <= retried {
		t.queue = append(t.queue, t.absent...)
		return
	}
	start := len(t.queue)
	add := func(v int32) {
		if t.at[v] == -1 && !t.m.visits[v].skip && !slices.Contains(t.queue[start:], v) && !slices.Contains(t.removed, v) {
			t.queue = append(t.queue, v)
			if t.m.both {
				t.addPartners(start, v)
			}
		}
	}
	add(seed)
	for _, v := range t.m.adjacent[seed][:min(40, len(t.m.adjacent[seed]))] {
		if len(t.queue)-start >= retried*2/3 {
			break
		}
		add(v)
	}
	for range retried / 3 {
		add(t.absent[t.random.below(len(t.absent))])
	}
}

// sortings are the orders of insertion, each as often as it weighs.
const (
	sortings = 14
	farFirst = 8
)

// key is what a visit is sorted by: at random, by what it takes, far or close
// to where shifts begin, by the length, beginning and end of its windows,
// weighted 4:4:2:1:1:1:1.
func (m *model) key(sorting int, v int32, r *random) int64 {
	x := &m.visits[v]
	switch {
	case sorting < 4:
		return int64(r.next() >> 32)
	case sorting < 8:
		if x.load > 0 {
			return -int64(x.load)
		}
		if x.prize > 0 && x.prize < int64(MissedMandatory) {
			return -x.prize
		}
		return -int64(x.length)
	case sorting < 10:
		return -m.far[v]
	case sorting < 11:
		return m.far[v]
	case sorting < 12:
		return m.width[v]
	case sorting < 13:
		return m.opens[v]
	default:
		return m.closes[v]
	}
}

// sortQueue picks one of the orders of insertion.
func (t *state) sortQueue(u *tuning) {
	t.keys = t.keys[:0]
	sorting := t.random.below(sortings)
	if u.farFirst {
		sorting = farFirst
	}
	for _, v := range t.queue {
		t.keys = append(t.keys, t.m.key(sorting, v, &t.random))
	}
	insertionSort(t.queue, t.keys)
	if t.m.placed && t.random.chance(49152) { // others have to be there first
		slices.SortStableFunc(t.queue, func(a, b int32) int {
			return cmp.Compare(uint32(t.m.visits[a].position), uint32(t.m.visits[b].position)) // from the end: at the end
		})
	}
	if t.m.optional { // what must be done comes first more often than not
		if t.random.chance(49152) {
			slices.SortStableFunc(t.queue, func(a, b int32) int {
				return cmp.Compare(t.m.visits[b].prize/int64(MissedMandatory), t.m.visits[a].prize/int64(MissedMandatory))
			})
		}
	}
}

func insertionSort(list []int32, keys []int64) {
	for i := 1; i < len(list); i++ {
		v, k := list[i], keys[i]
		j := i
		for ; j > 0 && keys[j-1] > k; j-- {
			list[j], keys[j] = list[j-1], keys[j-1]
		}
		list[j], keys[j] = v, k
	}
}

// Above this many visits only routes that hold near neighbours are looked at.
const scanAll = 120

// best is the cheapest place for a visit that costs less than limit; its shift
// is -1 when there is none.
func (t *state) best(u *tuning, v int32, limit int64) spot {
	best := spot{shift: -1, delta: limit}
	t.seenKey++
	if t.pos != nil && t.short {
		t.beside(u, v, &best)
	} else if len(t.m.visits) > scanAll {
		for _, w := range t.m.near[v] {
			if s := t.at[w]; s >= 0 && t.seen[s] != t.seenKey {
				t.seen[s] = t.seenKey
				t.tryShift(u, v, s, &best)
			}
		}
	} else {
		for _, s := range t.used {
			t.tryShift(u, v, s, &best)
		}
	}
	for _, s := range t.empty {
		t.tryShift(u, v, s, &best)
	}
	return best
}

// listShifts lists the shifts in use, and of the empty ones the first of each
// kind.
func (t *state) listShifts() {
	t.used, t.empty = t.used[:0], t.empty[:0]
	t.seenKey++
	for s := range t.routes {
		if t.routes[s].visits() > 0 {
			t.used = append(t.used, int32(s))
		} else if k := t.m.shifts[s].kind; t.kind[k] != t.seenKey {
			t.kind[k] = t.seenKey
			t.empty = append(t.empty, int32(s))
		}
	}
}

// begins moves a shift to those in use; the next empty one of its kind takes
// its place.
func (t *state) begins(shift int32) {
	t.used = append(t.used, shift)
	at := slices.Index(t.empty, shift)
	for s := int(shift) + 1; s < len(t.routes); s++ {
		if t.m.shifts[s].kind == t.m.shifts[shift].kind && t.routes[s].visits() == 0 {
			t.empty[at] = int32(s)
			return
		}
	}
	t.empty = slices.Delete(t.empty, at, at+1)
}

// known is the cheapest position of a visit in a route as it was under an id.
// What depends on other routes (series, links, balance) is not in it.
type known struct {
	route uint64
	delta int64
	at    int32
}

// Above this many pairs of visit and shift nothing is remembered.
const knownMost = 8 << 20

// tryShift improves best by a place in one shift.
func (t *state) tryShift(u *tuning, v, shift int32, best *spot) {
	x, r := &t.m.shifts[shift], &t.routes[shift]
	base := int64(0)
	if t.m.tied {
		if c := &t.m.visits[v]; c.series >= 0 {
			delta, ok := t.seriesDelta(c.series, x.day, x.rep)
			// A detour never saves: a day that does not pay by itself is passed over.
			if !ok || delta >= best.delta {
				return
			}
			base += delta
		}
		if !t.linked(v, x.day, x.rep) {
			return
		}
	}
	var found known
	if t.known == nil || t.m.visits[v].timed {
		found = t.scan(v, shift, -1)
	} else {
		pair := &t.known[int(v)*len(t.routes)+int(shift)]
		k := &pair[0]
		if k.route != r.id {
			k = &pair[1]
			if k.route != r.id {
				// What is known about the route before this round is kept: it
				// will most often be the route after it, too.
				if t.stamp[shift] != t.round || pair[0].route != t.saved[shift].id {
					k = &pair[0]
				}
				*k = t.scan(v, shift, -1)
				k.route = r.id
			}
		}
		found = *k
	}
	if found.delta >= nowhere {
		return
	}
	if t.m.balanced {
		base += t.unbalance(x, t.moreWork(shift, v, int(found.at)))
	}
	if found.delta+base >= best.delta {
		return
	}
	if u.blink > 0 && t.random.chance(u.blink) {
		found = t.scan(v, shift, int(found.at))
		if found.delta+base >= best.delta {
			return
		}
	}
	*best = spot{shift, int(found.at), found.delta + base}
}

// scan finds the cheapest position of a visit in a route, other than skip.
func (t *state) scan(v, shift int32, skip int) known {
	x, r, c := &t.m.shifts[shift], &t.routes[shift], &t.m.visits[v]
	none := known{delta: nowhere}
	if r.load+c.load > x.capacity {
		return none
	}
	w := &x.span.windows[v]
	if w.close < w.open {
		return none
	}
	base := int64(0)
	if x.assign != nil {
		if x.assign[v] < 0 {
			return none
		}
		base = int64(x.assign[v])
	}
	if len(r.stops) == 2 && x.fresh {
		base += x.fixed
	}
	if len(r.stops) > 2 && w.count == 0 && !t.m.setUps && t.m.loads == 0 && t.quick(x) {
		return t.scanPlain(v, shift, base, skip)
	}
	return t.scanRich(v, shift, base, skip)
}

// scanPlain tries all positions of a route without breaks, set-ups, limits and
// costs of time, for a visit with one window that day.
func (t *state) scanPlain(v, shift int32, base int64, skip int) known {
	x, r, c := &t.m.shifts[shift], &t.routes[shift], &t.m.visits[v]
	w := x.span.windows[v]
	row := x.legs.row(c.place)
	stops := r.stops
	first := r.locked
	length := c.length
	// Times only grow along a route: skip ahead to the first stop that can
	// come after the visit.
	if n := len(stops); n > 16 {
		lo, hi := first+1, n-1
		for lo < hi {
			mid := (lo + hi) / 2
			if stops[mid].reach < w.open+length {
				lo = mid + 1
			} else {
				hi = mid
			}
		}
		first = lo - 1
	}
	// Without branches: an infeasible position costs never more, and the lowest
	// cost, then position, wins.
	open, shut := w.open, w.close
	from := &stops[first]
	h, leave := &row[from.place], from.leave
	least := int64(never) << 16
	rest := stops[first+1:]
	// Nor can it come after a stop that is left when the visit is shut.
	if n := len(rest); n > 16 {
		lo, hi := 1, n
		for lo < hi {
			mid := (lo + hi) / 2
			if stops[first+mid].leave > shut {
				hi = mid
			} else {
				lo = mid + 1
			}
		}
		rest = rest[:lo]
	}
	for i := range rest {
		next := &rest[i]
		g := &row[next.place]
		arrive := leave + h.from
		begin := max(arrive, open)
		bad := ((shut - arrive) | (next.reach - begin - length - g.to)) >> 31
		if i+first+1 == skip {
			bad = -1
		}
		least = min(least, int64(h.costFrom+g.costTo-next.cost+bad&(2*never))<<16|int64(i))
		leave, h = next.leave, g
	}
	if least >= int64(never)<<16 {
		return known{delta: nowhere}
	}
	return known{delta: base + least>>16, at: int32(least&0xffff) + int32(first) + 1}
}

// scanRich tries all positions of a route with every rule.
func (t *state) scanRich(v, shift int32, base int64, skip int) known {
	best := known{delta: nowhere}
	x, r, c := &t.m.shifts[shift], &t.routes[shift], &t.m.visits[v]
	if int32(r.visits()) >= x.maxStops || !t.carries(v, shift) {
		return best
	}
	row := x.legs.row(c.place)
	stops := r.stops
	unused := len(stops) == 2 && x.fresh
	if t.m.placed {
		t.pushing(shift)
	}
	for i := r.locked; i+1 < len(stops); i++ {
		from, next := &stops[i], &stops[i+1]
		in, out := &row[from.place], &row[next.place]
		delta := base + int64(in.costFrom) + int64(out.costTo)
		if !unused {
			delta -= int64(next.cost)
		}
		if t.m.placed {
			delta += c.displacement(x.made+i+1, x.made+len(stops)-1) + t.pushed[i+1]
		}
		if delta >= best.delta && !x.timed || i+1 == skip {
			continue
		}
		if in.from >= never || out.to >= never {
			continue
		}
		if x.limited && !t.withinLimits(x, r, v, from, next, in, out) {
			continue
		}
		var setUp, nextSetUp int32
		if t.m.setUps {
			if from.place != c.place {
				setUp = c.setUp
			}
			if next.visit >= 0 && next.place != c.place {
				nextSetUp = t.m.visits[next.visit].setUp
			}
		}
		if len(x.breaks) > 0 || x.clock != nil {
			if !t.fitsBreaks(x, r, i, v, in.from, setUp, out.to, nextSetUp) {
				continue
			}
		} else {
			begin := x.span.ready(v, from.leave+in.from+setUp)
			if begin >= never || begin+c.length+out.to+nextSetUp > next.reach {
				continue
			}
		}
		if x.timed {
			after, _ := t.timeCost(shift, v, i+1)
			if after >= int64(never) {
				continue
			}
			delta += after - r.timely
		}
		if delta < best.delta {
			best = known{delta: delta, at: int32(i + 1)}
		}
	}
	return best
}

// withinLimits checks driving and distance after an insertion.
func (t *state) withinLimits(x *shift, r *route, v int32, from, next *stop, in, out *hop) bool {
	place := t.m.visits[v].place
	drive := r.drive - next.drive + in.from + out.to
	road := r.metres - t.m.metres(x.legs, from.place, next.place) +
		t.m.metres(x.legs, from.place, place) + t.m.metres(x.legs, place, next.place)
	return (drive <= x.maxDrive || x.clock != nil) && road <= x.maxRoad // by the clock, see timeCost
}

// carries checks the dimensions of load beyond the first.
func (t *state) carries(v, shift int32) bool {
	capacity := t.m.p.Shifts[shift].Capacity
	if t.m.loads == 0 || len(capacity) < 2 {
		return true
	}
	for d := 1; d < len(capacity); d++ {
		sum := int64(0)
		add := func(v int) {
			if load := t.m.p.Visits[v].Load; d < len(load) {
				sum += int64(load[d])
			}
		}
		add(int(v))
		for _, x := range t.m.p.Shifts[shift].Done {
			add(x.Visit)
		}
		for _, s := range inner(&t.routes[shift]) {
			add(int(s.visit))
		}
		if sum > int64(capacity[d]) {
			return false
		}
	}
	return true
}
