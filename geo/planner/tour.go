package planner

import (
	"context"
	"slices"
)

// A single route that nothing but distance binds is a travelling salesman's
// tour. It is searched by Lin and Kernighan's steps on an array (Johnson and
// McGeoch, "The Traveling Salesman Problem: A Case Study in Local
// Optimization", 1997), restarted by double bridges of neighbouring segments
// (Applegate, Cook and Rohe, "Chained Lin-Kernighan for Large Traveling
// Salesman Problems", 2003) that are taken back when they lead to nothing.

// isTour says whether the problem is such a route.
func (m *model) isTour() bool {
	if len(m.shifts) != 1 || len(m.visits) < 8 || m.placed || m.setUps || m.tied {
		return false
	}
	x := &m.shifts[0]
	s := &m.p.Shifts[0]
	if !x.fresh || len(x.breaks) > 0 || x.limited || x.timed || len(x.head) > 0 || x.assign != nil || s.Start != s.End || len(s.Capacity) > 1 {
		return false
	}
	load := int64(0)
	for v := range m.visits {
		w := &x.span.windows[v]
		if !m.p.Visits[v].Mandatory || m.visits[v].skip || w.count > 0 || w.open > x.open || w.close < x.close {
			return false
		}
		load += int64(m.visits[v].load)
	}
	if load > int64(x.capacity) {
		return false
	}
	for v := range m.visits {
		row := x.legs.row(m.visits[v].place)
		for w := range v {
			if h := &row[m.visits[w].place]; h.costTo != h.costFrom || h.to >= never || h.from >= never {
				return false
			}
		}
		if h := &row[x.start]; h.costTo != h.costFrom || h.to >= never || h.from >= never {
			return false
		}
	}
	return true
}

const (
	tourNear  = 8  // neighbours tried from each city
	tourDepth = 12 // exchanges of one step
	tourSpan  = 50 // cities of a segment that a kick moves
)

// tour is one search for a tour. City n-1 is the place where the route begins.
type tour struct {
	places []int32
	legs   *legs
	order  []int32 // by position
	pos    []int32 // by city
	near   [][]int32
	length int64
	random random

	queue  []int32
	queued []bool
	flips  [][2]int32 // since the last kick, to undo
	added  [][2]int32 // edges of the present step
}

func newTour(m *model, seed int64, stream int) *tour {
	n := len(m.visits) + 1
	t := &tour{places: make([]int32, n), legs: m.shifts[0].legs, order: make([]int32, 0, n), pos: make([]int32, n),
		near: make([][]int32, n), random: newRandom(seed, stream), queued: make([]bool, n)}
	for v := range m.visits {
		t.places[v] = m.visits[v].place
	}
	t.places[n-1] = m.shifts[0].start
	list := make([]neighbour, 0, n)
	for a := range n {
		list = list[:0]
		for b := range n {
			if a != b {
				list = append(list, neighbour{int32(b), int64(t.cost(int32(a), int32(b)))})
			}
		}
		t.near[a] = nearest(list, tourNear)
	}
	t.greedy()
	for i, c := range t.order {
		t.pos[c] = int32(i)
		t.length += int64(t.cost(c, t.order[(i+1)%n]))
	}
	return t
}

func (t *tour) cost(a, b int32) int32 { return t.legs.row(t.places[a])[t.places[b]].costTo }

// greedy begins with a walk to the nearest city not visited yet.
func (t *tour) greedy() {
	n := len(t.places)
	done := make([]bool, n)
	at := int32(n - 1)
	for {
		t.order = append(t.order, at)
		done[at] = true
		if len(t.order) == n {
			return
		}
		next := int32(-1)
		for _, c := range t.near[at] {
			if !done[c] {
				next = c
				break
			}
		}
		if next < 0 {
			for c := range int32(n) {
				if !done[c] && (next < 0 || t.cost(at, c) < t.cost(at, next)) {
					next = c
				}
			}
		}
		at = next
	}
}

func (t *tour) next(c int32) int32 {
	if i := int(t.pos[c]) + 1; i < len(t.order) {
		return t.order[i]
	}
	return t.order[0]
}

func (t *tour) before(c int32) int32 {
	if i := t.pos[c]; i > 0 {
		return t.order[i-1]
	}
	return t.order[len(t.order)-1]
}

// reverse turns the cities from position i on to position j around, or all the
// others: the tour is the same.
func (t *tour) reverse(i, j int32) {
	n := int32(len(t.order))
	inside := j - i
	if inside < 0 {
		inside += n
	}
	inside++
	if 2*inside > n {
		i, j, inside = j+1, i-1, n-inside
		if i == n {
			i = 0
		}
		if j < 0 {
			j = n - 1
		}
	}
	t.flips = append(t.flips, [2]int32{i, j})
	t.turn(i, j, inside)
}

// turnSpan turns exactly the cities from position i on to position j around.
func (t *tour) turnSpan(i, j int32) {
	t.flips = append(t.flips, [2]int32{i, j})
	inside := j - i + 1
	if inside <= 0 {
		inside += int32(len(t.order))
	}
	t.turn(i, j, inside)
}

func (t *tour) turn(i, j, inside int32) {
	n := int32(len(t.order))
	order, pos := t.order, t.pos
	for k := inside / 2; k > 0; k-- {
		a, b := order[i], order[j]
		order[i], order[j] = b, a
		pos[b], pos[a] = i, j
		if i++; i == n {
			i = 0
		}
		if j--; j < 0 {
			j = n - 1
		}
	}
}

// undo takes flips back until so many are left.
func (t *tour) undo(left int) {
	n := int32(len(t.order))
	for k := len(t.flips) - 1; k >= left; k-- {
		i, j := t.flips[k][0], t.flips[k][1]
		inside := j - i
		if inside < 0 {
			inside += n
		}
		t.turn(i, j, inside+1)
	}
	t.flips = t.flips[:left]
}

func (t *tour) push(c int32) {
	if !t.queued[c] {
		t.queued[c] = true
		t.queue = append(t.queue, c)
	}
}

// improve works the queue off: from each city, in both directions, a chain of
// exchanges as long as their gain is positive.
func (t *tour) improve() {
	for head := 0; head < len(t.queue); head++ {
		c := t.queue[head]
		t.queued[c] = false
		for t.improveCity(c) {
		}
		if head > 1024 && 2*head > len(t.queue) {
			t.queue = append(t.queue[:0], t.queue[head+1:]...)
			head = -1
		}
	}
	t.queue = t.queue[:0]
}

func (t *tour) improveCity(first int32) bool {
	for _, second := range [2]int32{t.next(first), t.before(first)} {
		t.added = t.added[:0]
		if gain := t.step(first, second, int64(t.cost(first, second)), 0); gain > 0 {
			t.length -= gain
			t.push(first)
			t.push(second)
			return true
		}
	}
	return false
}

// breadth is how many exchanges are tried at each depth of a step.
var breadth = [...]int{5, 3, 2, 1}

// step exchanges edges from second on, the edge first–second being open: join
// second to a near city c, and open the edge between c and the city before it
// (seen from first to second). It returns the gain of the best tour met, which
// it leaves behind, or 0 with nothing changed.
func (t *tour) step(first, second int32, open int64, depth int) int64 {
	type exchange struct {
		city, before int32
		open         int64
	}
	var list [5]exchange
	count, most := 0, breadth[min(depth, len(breadth)-1)]
	forward := t.next(first) == second
	for _, c := range t.near[second] {
		left := open - int64(t.cost(second, c))
		if left <= 0 {
			break
		}
		if c == first {
			continue
		}
		d := t.before(c)
		if !forward {
			d = t.next(c)
		}
		if d == second || t.isAdded(c, d) {
			continue
		}
		x := exchange{c, d, left + int64(t.cost(c, d))}
		// The few best, by what stays open.
		at := count
		for at > 0 && list[at-1].open < x.open {
			at--
		}
		if at >= most {
			continue
		}
		if count < most {
			count++
		}
		copy(list[at+1:count], list[at:count-1])
		list[at] = x
	}
	for _, x := range list[:count] {
		mark := len(t.flips)
		if forward {
			t.reverse(t.pos[second], t.pos[x.before])
		} else {
			t.reverse(t.pos[x.before], t.pos[second])
		}
		t.added = append(t.added, [2]int32{second, x.city})
		closed := x.open - int64(t.cost(x.before, first))
		var further int64
		if depth < tourDepth {
			// What comes after counts from the tour as it is when closed.
			if further = t.deeper(first, x.before, x.open, depth, closed); further < closed {
				further = closed
			}
		}
		if further > 0 {
			t.push(second)
			t.push(x.city)
			t.push(x.before)
			return further
		}
		t.added = t.added[:len(t.added)-1]
		t.undo(mark)
	}
	return 0
}

// deeper goes on with a step; where that gains less than closing now, its
// exchanges are taken back.
func (t *tour) deeper(first, second int32, open int64, depth int, closed int64) int64 {
	mark, added := len(t.flips), len(t.added)
	gain := t.step(first, second, open, depth+1)
	if gain <= max(0, closed) {
		t.undo(mark)
		t.added = t.added[:added]
		return 0
	}
	return gain
}

func (t *tour) isAdded(a, b int32) bool {
	for _, e := range t.added {
		if e[0] == a && e[1] == b || e[0] == b && e[1] == a {
			return true
		}
	}
	return false
}

// kick swaps two short neighbouring segments and improves what that broke, or
// takes it all back.
func (t *tour) kick() {
	n := len(t.order)
	span := min(tourSpan, (n-2)/2)
	p := t.random.below(n)
	one, two := 1+t.random.below(span), 1+t.random.below(span)
	at := func(i int) int32 { return int32((p + i) % n) }
	before := t.length
	t.flips = t.flips[:0]
	a, b := t.order[at(0)], t.order[at(1)]
	c, d := t.order[at(one)], t.order[at(one+1)]
	e, f := t.order[at(one+two)], t.order[at(one+two+1)]
	t.length += int64(t.cost(a, d)) + int64(t.cost(e, b)) + int64(t.cost(c, f)) -
		int64(t.cost(a, b)) - int64(t.cost(c, d)) - int64(t.cost(e, f))
	// Turning both segments and then the whole swaps them.
	t.turnSpan(at(1), at(one))
	t.turnSpan(at(one+1), at(one+two))
	t.turnSpan(at(1), at(one+two))
	for _, x := range [6]int32{a, b, c, d, e, f} {
		t.push(x)
	}
	t.improve()
	if t.length > before {
		t.undo(0)
		t.length = before
	}
}

// orders is the tour as visits, from where the route begins.
func (t *tour) orders() []int {
	n := len(t.order)
	at := int(t.pos[n-1])
	order := make([]int, 0, n-1)
	for i := 1; i < n; i++ {
		order = append(order, int(t.order[(at+i)%n]))
	}
	// Of the two directions, always the same.
	if order[0] > order[n-2] {
		slices.Reverse(order)
	}
	return order
}

// searchTour finds a tour; it returns nil when the shift has no time for it.
func searchTour(ctx context.Context, m *model, b *budget, o *Options, r *reporter) (*plan, int) {
	tours := make([]*tour, max(1, o.Threads))
	rounds := make([]int, len(tours))
	together(len(tours), func(i int) {
		tours[i] = newTour(m, o.Seed, i)
		for c := range tours[i].order {
			tours[i].push(int32(c))
		}
		tours[i].improve()
	})
	// The best is taken before a round of kicks, so that telling it is safe.
	for until := batch; ; until += batch {
		if b.iterations > 0 {
			until = min(until, b.iterations)
		}
		together(len(tours), func(i int) {
			for ; rounds[i] < until && ctx.Err() == nil; rounds[i]++ {
				tours[i].kick()
			}
		})
		best := tours[0]
		for _, t := range tours[1:] {
			if t.length < best.length {
				best = t
			}
		}
		over := ctx.Err() != nil || b.share(rounds[0]) >= 1
		if !over && !r.due(rounds[0]) {
			continue
		}
		t := newState(m, newRandom(o.Seed, 0))
		t.load([][]int{best.orders()})
		if !t.feasible(0) {
			return nil, 0
		}
		var p plan
		t.save(&p)
		r.tell(&p, rounds[0])
		if over {
			return &p, rounds[0]
		}
	}
}

// feasible says whether a route without breaks keeps its hours and windows.
func (t *state) feasible(shift int32) bool {
	x, stops := &t.m.shifts[shift], t.routes[shift].stops
	if len(stops) < 3 {
		return true
	}
	drive, setUp := t.hop(x, &stops[0], &stops[1])
	return stops[0].leave+drive+setUp <= stops[1].reach
}
