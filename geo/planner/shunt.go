package planner

// car is a visit, or the place where a lane starts and ends, in a train of a
// yard. Times of ends are when the lane may start and has to be back.
type car struct {
	prev, next int32
	leave      int32 // the earliest it can be left
	reach      int32 // the latest it may be reached
	cost, way  int32 // of the edge from the car before
	out        int32 // cost of the edge to the car after
	lane       int32 // the number of lanes for a visit that is left out
}

// train is what a lane carries.
type train struct{ load, cars int32 }

// shunt anneals the plan of a yard by ruin and recreate, as a state does, but on
// one flat list of cars: cars 0…n-1 are the visits, car n+k is both ends of lane
// k, so that every lane is a ring. A change writes only cars that it changes,
// which are copied to a log before. Large plans of this kind are limited by how
// much memory a round touches; the annealing of a state does the same in two to
// three times as long.
type shunt struct {
	y      *yard
	m      *model
	u      *tuning
	random *random

	// Of visits and trains as they are.
	cars   []car
	trains []train // the last is of no lane
	cost   int64   // of edges and lanes in use, in fine units
	used   int     // lanes
	absent []int32

	// Of visits, fixed.
	early, late, length []int32
	alone               []int64    // cost of a lane of its own; nowhere if it cannot be
	after, before       [][]beside // see buildBeside
	from                []edge     // edges as those of the yard, by where they lead to

	// The best plan.
	best       int64
	bestCars   []car
	bestAbsent []int32

	undo shuntUndo

	removed, queue []int32
	keys           []int64
	seen           []int32 // by lane: ruin that has been there
	ruins          int32
}

// missedCost is what a visit left out costs, in fine units.
const missedCost = int64(MissedMandatory) * fine

func newShunt(m *model, y *yard, u *tuning, r *random) *shunt {
	n := int(y.n)
	s := &shunt{y: y, m: m, u: u, random: r, cars: make([]car, n+y.lanes), trains: make([]train, y.lanes+1),
		early: make([]int32, n), late: make([]int32, n), length: make([]int32, n), alone: make([]int64, n),
		bestCars: make([]car, n+y.lanes), seen: make([]int32, y.lanes)}
	s.undo.carStamps, s.undo.trainStamps = make([]int32, len(s.cars)), make([]int32, y.lanes)
	depot := &y.nodes[n]
	for v := range int32(n) {
		x := &y.nodes[v]
		s.early[v], s.late[v], s.length[v] = x.early, x.late, x.length
		in, out := y.edge(y.n, v), y.edge(v, y.n)
		s.alone[v] = int64(in.cost) + int64(out.cost) + y.fixed
		if at := depot.early + in.way; at > x.late || max(at, x.early)+x.length+out.way > depot.late || y.loads[v] > y.capacity {
			s.alone[v] = nowhere
		}
	}
	s.turnEdges()
	s.buildBeside()
	return s
}

// turnEdges lists edges by where they lead to. Where ways are the same in both
// directions that is the yard's own list.
func (s *shunt) turnEdges() {
	y, w := s.y, s.y.n+1
	s.from = y.edges
	for a := range w {
		for b := range a {
			if y.edge(a, b) != y.edge(b, a) {
				s.from = make([]edge, len(y.edges))
				for a := range w {
					for b := range w {
						s.from[b*w+a] = y.edges[a*w+b]
					}
				}
				return
			}
		}
	}
}

// load replaces the plan by routes that keep the rules.
func (s *shunt) load(routes []route, absent []int32) {
	y, n := s.y, s.y.n
	s.cost, s.used = 0, 0
	s.absent = append(s.absent[:0], absent...)
	for v := range n {
		s.cars[v] = s.outside()
	}
	clear(s.trains)
	for k := range y.lanes {
		end := n + int32(k)
		s.cars[end] = car{prev: end, next: end, lane: int32(k), leave: y.nodes[n].early, reach: y.nodes[n].late}
		list := inner(&routes[k])
		if len(list) == 0 {
			continue
		}
		last := end
		for _, x := range list {
			s.cars[x.visit].lane = int32(k)
			s.couple(last, x.visit)
			s.forward(x.visit)
			s.cost += int64(s.cars[x.visit].cost)
			s.trains[k].load += y.loads[x.visit]
			last = x.visit
		}
		s.couple(last, end)
		s.cost += int64(s.cars[end].cost) + y.fixed
		s.used++
		s.trains[k].cars = int32(len(list))
		for v := last; v != end; v = s.cars[v].prev {
			s.backward(v)
		}
	}
	s.keep()
}

// outside is the car of a visit that is left out: nothing can be put beside it.
func (s *shunt) outside() car {
	return car{prev: -1, next: -1, leave: never, reach: -never, lane: int32(s.y.lanes)}
}

// total is what the search minimises, in fine units.
func (s *shunt) total() int64 { return s.cost + int64(len(s.absent))*missedCost }

// keep makes the plan the best one.
func (s *shunt) keep() {
	s.best = s.total()
	copy(s.bestCars, s.cars)
	s.bestAbsent = append(s.bestAbsent[:0], s.absent...)
}

// orders are the visits of the best plan by lane.
func (s *shunt) orders() [][]int {
	orders := make([][]int, s.y.lanes)
	for k := range orders {
		end := s.y.n + int32(k)
		for v := s.bestCars[end].next; v != end; v = s.bestCars[v].next {
			orders[k] = append(orders[k], int(v))
		}
	}
	return orders
}

// couple puts b behind a.
func (s *shunt) couple(a, b int32) {
	e := s.y.edge(min(a, s.y.n), min(b, s.y.n))
	x, z := &s.cars[a], &s.cars[b]
	x.next, x.out = b, e.cost
	z.prev, z.cost, z.way = a, e.cost, e.way
}

// forward recomputes when a visit can be left.
func (s *shunt) forward(v int32) {
	c := &s.cars[v]
	c.leave = max(s.cars[c.prev].leave+c.way, s.early[v]) + s.length[v]
}

// backward recomputes how late a visit may be reached.
func (s *shunt) backward(v int32) {
	c := &s.cars[v]
	x := &s.cars[c.next]
	c.reach = min(x.reach-x.way-s.length[v], s.late[v])
}

// retime recomputes the times of a train that has changed between two cars, as
// far as they change.
func (s *shunt) retime(a, b int32) {
	for v := b; v < s.y.n; {
		c := &s.cars[v]
		leave := max(s.cars[c.prev].leave+c.way, s.early[v]) + s.length[v]
		if leave == c.leave {
			break
		}
		s.change(v).leave = leave
		v = c.next
	}
	for v := a; v < s.y.n; {
		c := &s.cars[v]
		x := &s.cars[c.next]
		reach := min(x.reach-x.way-s.length[v], s.late[v])
		if reach == c.reach {
			break
		}
		s.change(v).reach = reach
		v = c.prev
	}
}
