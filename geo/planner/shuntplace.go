package planner

// How many visits a visit can be put behind and before are looked at. A position
// between two of them is found from the one before it, so the others matter less.
// In clusters fewer measured worse at 1,000 customers, elsewhere no better.
const (
	afterMost  = 80
	beforeMost = 40
)

// beside is a visit that another one can be put next to, and the edge between.
type beside struct{ visit, cost, way int32 }

// buildBeside lists for every visit those behind which and those before which it
// can ever come, nearest first: by the way and a tenth of the waiting. (A fifth,
// as in model.near, measured worse where routes are long and windows narrow:
// stops to come in some hours fill a list that nearer ones should be in.)
func (s *shunt) buildBeside() {
	y := s.y
	n := y.n
	s.after, s.before = make([][]beside, n), make([][]beside, n)
	after, before := make([]neighbour, 0, n), make([]neighbour, 0, n)
	// score is negative where b cannot come behind a.
	score := func(a, b int32, way int32) int64 {
		left := s.length[a] + way
		if s.early[a]+left > s.late[b] {
			return -1
		}
		return int64(way) + int64(max(0, s.early[b]-s.late[a]-left))/10
	}
	for v := range n {
		after, before = after[:0], before[:0]
		for w := range n {
			if w == v {
				continue
			}
			if d := score(w, v, y.edge(w, v).way); d >= 0 {
				after = append(after, neighbour{w, d})
			}
			if d := score(v, w, y.edge(v, w).way); d >= 0 {
				before = append(before, neighbour{w, d})
			}
		}
		for _, w := range nearest(after, afterMost) {
			e := y.edge(w, v)
			s.after[v] = append(s.after[v], beside{w, e.cost, e.way})
		}
		for _, w := range nearest(before, beforeMost) {
			e := y.edge(v, w)
			s.before[v] = append(s.before[v], beside{w, e.cost, e.way})
		}
	}
}

// place is the car behind which a visit costs least, or -1 where it fits
// nowhere: behind and before near visits, and in a lane of its own. Positions
// are blinked at as in a state.
//
// What a position costs, a+b-c, is at least 2(a-c), as a detour is no shorter
// than the way: most positions are turned down by that, the times and the load
// at once, since the sign of several numbers is one branch.
func (s *shunt) place(v int32) int32 {
	y, n := s.y, s.y.n
	at, best := int32(-1), never
	early, late, length, room := s.early[v], s.late[v], s.length[v], y.capacity-y.loads[v]
	blink := s.u.blink
	cars, trains := s.cars, s.trains
	to := y.row(v)
	after := s.after[v]
	for i := range after {
		e := &after[i]
		c := &cars[e.visit]
		arrive := c.leave + e.way
		if (late-arrive)|(room-trains[c.lane].load)|(best-2*(e.cost-c.out)) < 0 {
			continue
		}
		x := &cars[c.next]
		g := &to[min(c.next, n)]
		delta := e.cost + g.cost - c.out
		if (best-1-delta)|(x.reach-max(arrive, early)-length-g.way) < 0 || s.random.chance(blink) {
			continue
		}
		at, best = e.visit, delta
	}
	from := s.from[v*(n+1) : (v+1)*(n+1)]
	before := s.before[v]
	ready := early + length
	for i := range before {
		e := &before[i]
		c := &cars[e.visit]
		if (c.reach-ready-e.way)|(room-trains[c.lane].load)|(best-2*(e.cost-c.cost)) < 0 {
			continue
		}
		g := &from[min(c.prev, n)]
		delta := e.cost + g.cost - c.cost
		arrive := cars[c.prev].leave + g.way
		if (best-1-delta)|(late-arrive)|(c.reach-max(arrive, early)-length-e.way) < 0 || s.random.chance(blink) {
			continue
		}
		at, best = c.prev, delta
	}
	if s.alone[v] < int64(best) || at < 0 && s.alone[v] < nowhere {
		for k := range y.lanes {
			if trains[k].cars == 0 {
				return n + int32(k)
			}
		}
	}
	return at
}

// insert puts a visit behind a car.
func (s *shunt) insert(v, a int32) {
	x := s.change(a)
	b, k := x.next, x.lane
	t := s.changeTrain(k)
	if t.cars == 0 {
		s.used++
		s.cost += s.y.fixed
	}
	t.cars++
	t.load += s.y.loads[v]
	c := s.change(v)
	c.lane = k
	s.cost -= int64(s.change(b).cost)
	s.couple(a, v)
	s.couple(v, b)
	s.cost += int64(c.cost) + int64(s.cars[b].cost)
	s.forward(v)
	s.backward(v)
	s.retime(a, b)
}

// recreate puts removed visits, and some left out before, where each costs
// least. It gives up, returning false, once the plan costs limit.
func (s *shunt) recreate(limit int64) bool {
	s.queue = append(s.queue[:0], s.removed...)
	for range min(retried, len(s.absent)) {
		i, last := s.random.below(len(s.absent)), len(s.absent)-1
		s.queue = append(s.queue, s.absent[i])
		s.absent[i] = s.absent[last]
		s.absent = s.absent[:last]
	}
	s.keys = s.keys[:0]
	rule := s.random.below(sortings)
	for _, v := range s.queue {
		s.keys = append(s.keys, s.m.key(rule, v, s.random))
	}
	insertionSort(s.queue, s.keys)
	for _, v := range s.queue {
		if a := s.place(v); a >= 0 {
			s.insert(v, a)
		} else {
			s.absent = append(s.absent, v)
		}
		if s.total() >= limit {
			return false
		}
	}
	return true
}

// round ruins and recreates once. The plan stays as it was unless it comes to
// cost less than limit; better says whether it is the best one then.
func (s *shunt) round(limit int64) (changed, better bool) {
	s.begin()
	s.ruin()
	if !s.recreate(limit) || s.total() >= limit {
		s.back()
		return false, false
	}
	if s.total() >= s.best {
		return true, false
	}
	s.keep()
	return true, true
}
