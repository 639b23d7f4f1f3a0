package planner

// stop is a place in a route under search.
type stop struct {
	visit int32 // -1 at both ends
	place int32
	leave int32 // the earliest it can be left, no break taken so far
	reach int32 // the latest it may be ready (reached, set-up done), no break to come
	cost  int32 // of the leg from the stop before
	drive int32 // seconds of that leg, set-up not counted
}

// route is one shift under search: the start, the visits, the end.
type route struct {
	id    uint64 // of its content, within one chain
	stops []stop // from the start to the end
	// With k breaks, times holds 2(k+1) numbers a stop: the earliest it can be
	// left with 0…k breaks taken, and the latest it may be ready when 0…k
	// breaks were taken before it. stop.leave and reach are not used then.
	times  []int32
	cost   int64 // legs, preferences, fixed cost, overtime and lateness
	timely int64 // the part of it that depends on times
	load   int32
	drive  int32
	driven int32 // by the clock, where travel depends on it
	metres int32
	work   int64 // seconds of driving and service, where balance counts
	locked int   // visits at the beginning that stay
}

func (r *route) visits() int { return len(r.stops) - 2 }

// ready is when a visit can begin that is reached at a time, or never.
func (s *span) ready(v, at int32) int32 {
	w := &s.windows[v]
	if at <= w.close {
		return max(at, w.open)
	}
	for _, x := range s.extra[w.more : w.more+w.count] {
		if at <= x.close {
			return max(at, x.open)
		}
	}
	return never
}

// latest is the latest time a visit may be ready to begin no later than at, or
// -never.
func (s *span) latest(v, at int32) int32 {
	w := &s.windows[v]
	for k := w.count - 1; k >= 0; k-- {
		if x := &s.extra[w.more+k]; at >= x.open {
			return min(at, x.close)
		}
	}
	if at >= w.open && w.close >= w.open {
		return min(at, w.close)
	}
	return -never
}

// hop is the driving between two stops and the set-up at the second.
func (t *state) hop(x *shift, from, to *stop) (drive, setUp int32) {
	drive = x.legs.row(from.place)[to.place].to
	if t.m.setUps && to.visit >= 0 && from.place != to.place {
		setUp = t.m.visits[to.visit].setUp
	}
	return drive, setUp
}

// time recomputes a whole route's times and costs from its visits.
func (t *state) time(shift int32) {
	x, r := &t.m.shifts[shift], &t.routes[shift]
	t.newID(r)
	last := len(r.stops) - 1
	cost := int64(0)
	r.drive, r.metres, r.load = 0, 0, 0
	for i := 1; i <= last; i++ {
		from, to := &r.stops[i-1], &r.stops[i]
		h := &x.legs.row(from.place)[to.place]
		to.cost, to.drive = h.costTo, h.to
		cost += int64(h.costTo)
		if x.limited {
			r.drive += h.to
			r.metres += t.m.metres(x.legs, from.place, to.place)
		}
		if to.visit >= 0 {
			if t.pos != nil {
				t.pos[to.visit] = int32(i)
			}
			r.load += t.m.visits[to.visit].load
			if t.m.placed {
				cost += t.m.visits[to.visit].displacement(x.made+i, x.made+last-1)
			}
			if x.assign != nil {
				cost += int64(x.assign[to.visit])
			}
		}
	}
	if last > 1 {
		cost += x.fixed
	} else {
		cost = 0
	}
	if !x.fresh {
		if last == 1 {
			cost = int64(r.stops[1].cost)
		}
		cost += x.base
	}
	if len(x.breaks) > 0 || x.clock != nil {
		t.timeBreaks(shift)
	} else {
		t.forward(shift, 1)
		t.backward(shift, last-1)
	}
	r.timely, r.driven = 0, 0
	if x.timed && (last > 1 || !x.fresh) {
		var drive int32
		if r.timely, drive = t.timeCost(shift, -1, 0); x.clock != nil {
			r.driven = drive
		}
		cost += r.timely
	}
	t.cost += cost - r.cost
	r.cost = cost
	if t.m.balanced {
		work := t.workOf(shift)
		t.work[x.rep] += work - r.work
		r.work = work
	}
}

// newID marks a route's content as new.
func (t *state) newID(r *route) {
	t.ids++
	r.id = t.ids
}

// forward recomputes when stops can be left, from stop i to the end.
func (t *state) forward(shift int32, i int) {
	x, stops := &t.m.shifts[shift], t.routes[shift].stops
	for ; i < len(stops)-1; i++ {
		t.forwardOne(x, stops, i)
	}
}

// forwardOne recomputes when a stop can be left and says whether that changed.
func (t *state) forwardOne(x *shift, stops []stop, i int) bool {
	s, from := &stops[i], &stops[i-1]
	seconds := s.drive
	v := &t.m.visits[s.visit]
	if t.m.setUps && from.place != s.place {
		seconds += v.setUp
	}
	leave := min(never, x.span.ready(s.visit, min(never, from.leave+seconds))+v.length)
	changed := leave != s.leave
	s.leave = leave
	return changed
}

// backward recomputes how late stops may be reached, from stop i to the first.
func (t *state) backward(shift int32, i int) {
	x, stops := &t.m.shifts[shift], t.routes[shift].stops
	for ; i > 0; i-- {
		t.backwardOne(x, stops, i)
	}
}

// backwardOne recomputes how late a stop may be reached and says whether that
// changed.
func (t *state) backwardOne(x *shift, stops []stop, i int) bool {
	s, next := &stops[i], &stops[i+1]
	seconds := next.drive
	if t.m.setUps && next.visit >= 0 && s.place != next.place {
		seconds += t.m.visits[next.visit].setUp
	}
	reach := x.span.latest(s.visit, max(-never, next.reach-seconds-t.m.visits[s.visit].length))
	changed := reach != s.reach
	s.reach = reach
	return changed
}

// insert puts a visit before stop number at of a route.
func (t *state) insert(v, shift int32, at int) {
	x, r := &t.m.shifts[shift], &t.routes[shift]
	r.stops = append(r.stops, stop{})
	copy(r.stops[at+1:], r.stops[at:])
	r.stops[at] = stop{visit: v, place: t.m.visits[v].place}
	t.at[v] = shift
	if t.pos != nil {
		for i, s := range r.stops[at : len(r.stops)-1] {
			t.pos[s.visit] = int32(at + i)
		}
	}
	if k := t.m.visits[v].series; k >= 0 {
		t.setDay(k, x.day, true)
	}
	if t.quick(x) {
		t.insertQuick(v, x, r, shift, at)
	} else {
		t.time(shift)
	}
}

// quick routes keep their sums by difference.
func (t *state) quick(x *shift) bool {
	return !t.m.placed && len(x.breaks) == 0 && !x.limited && !x.timed && x.fresh
}

func (t *state) insertQuick(v int32, x *shift, r *route, shift int32, at int) {
	t.newID(r)
	s, next := &r.stops[at], &r.stops[at+1]
	row := x.legs.row(s.place)
	in, out := row[r.stops[at-1].place], row[next.place]
	s.cost, s.drive = in.costFrom, in.from
	delta := int64(in.costFrom) + int64(out.costTo)
	if len(r.stops) > 3 {
		delta -= int64(next.cost)
	} else {
		delta += x.fixed
	}
	next.cost, next.drive = out.costTo, out.to
	if x.assign != nil {
		delta += int64(x.assign[v])
	}
	if t.m.balanced {
		work := t.workOf(shift)
		t.work[x.rep] += work - r.work
		r.work = work
	}
	r.load += t.m.visits[v].load
	r.cost += delta
	t.cost += delta
	stops := r.stops
	t.forwardOne(x, stops, at)
	for i := at + 1; i < len(stops)-1 && t.forwardOne(x, stops, i); i++ {
	}
	t.backwardOne(x, stops, at)
	for i := at - 1; i > 0 && t.backwardOne(x, stops, i); i-- {
	}
}

// remove takes count visits from stop number at on out of a route, without
// timing it again.
func (t *state) remove(shift int32, at, count int) {
	r := &t.routes[shift]
	for i := at; i < at+count; i++ {
		v := r.stops[i].visit
		t.at[v] = -1
		if k := t.m.visits[v].series; k >= 0 {
			t.setDay(k, t.m.shifts[shift].day, false)
		}
		if t.m.visits[v].timed {
			t.loosen(v)
		}
	}
	r.stops = append(r.stops[:at], r.stops[at+count:]...)
}
