package planner

import "slices"

// state is a plan under search, with the scratch of one chain.
type state struct {
	m       *model
	routes  []route
	at      []int32 // by visit: its shift, or -1
	pos     []int32 // by visit: its place in that route; nil where nobody asks
	absent  []int32 // visits left out
	cost    int64   // routes, rhythms of series; prizes of absent visits and balance apart
	prizes  int64   // of the absent
	days    [][]int32
	rhythm  []int64 // cost by series
	rated   int32   // series that ratings are about, -1 for none
	ratings []int64 // by day: see seriesDelta

	random random

	// Undo: copies of the routes touched since begin.
	touched []int32
	stamp   []int32 // by shift: round in which it was touched
	round   int32
	saved   []route
	keep    undo
	short   bool // routes are, in the mean: see besideShort

	// What is known about inserting visits, by visit and shift; nil where that
	// would be too much.
	known [][2]known
	ids   uint64

	// Scratch.
	scratch []int32
	pushed  []int64 // by stop: see pushing
	removed []int32
	queue   []int32
	keys    []int64
	seen    []int32 // by shift or kind: scan number
	seenKey int32
	kind    []int32
	used    []int32 // shifts with visits
	empty   []int32 // without, one of each kind

	// Where visits are tied in time: the model with windows that no pin has
	// narrowed, the pins by visit, and those changed since begin.
	wide   *model
	pins   []pin
	pinLog []pinned

	work []int64 // by rep: seconds of driving and service, where balance counts
	edge int64   // mean cost of a leg
}

// undo is what begin remembers besides the routes.
type undo struct {
	cost, prizes int64
	absent       []int32
}

func newState(m *model, r random) *state {
	wide := m
	if m.timed {
		m = m.ownSpans()
	}
	t := &state{m: m, wide: wide, random: r, rated: -1, ratings: make([]int64, m.days),
		routes: make([]route, len(m.shifts)), at: make([]int32, len(m.visits)),
		days: make([][]int32, len(m.series)), rhythm: make([]int64, len(m.series)),
		stamp: make([]int32, len(m.shifts)), saved: make([]route, len(m.shifts)),
		seen: make([]int32, len(m.shifts)), kind: make([]int32, m.kinds), work: make([]int64, m.reps)}
	for v := range t.at {
		t.at[v] = -1
	}
	if m.timed {
		t.pins = slices.Repeat([]pin{unpinned}, len(m.visits))
	}
	for k := range m.series {
		t.rhythm[k] = m.series[k].cost(nil, m.days)
		t.cost += t.rhythm[k]
	}
	for i := range m.shifts {
		x := &m.shifts[i]
		t.routes[i].stops = []stop{
			{visit: -1, place: x.start, leave: x.open, reach: x.close},
			{visit: -1, place: x.end, leave: x.close, reach: x.close},
		}
		for _, d := range m.p.Shifts[i].Done {
			t.at[d.Visit] = int32(i)
			if k := m.visits[d.Visit].series; k >= 0 {
				if _, taken := slices.BinarySearch(t.days[k], x.day); !taken {
					t.setDay(k, x.day, true)
				}
			}
		}
		t.time(int32(i))
		for j, v := range x.head {
			t.insert(v, int32(i), j+1)
			t.routes[i].locked = j + 1
		}
	}
	if m.timed {
		t.pinAll()
	}
	t.listAbsent()
	return t
}

// remember lets tryShift keep what it finds, which pays in a long search only.
func (t *state) remember() {
	if len(t.m.visits) >= besideLeast && t.isPlain() {
		t.pos = make([]int32, len(t.m.visits))
	}
	if pairs := len(t.m.visits) * len(t.m.shifts); pairs <= knownMost {
		t.known = make([][2]known, pairs)
	}
}

// total is what the search minimises.
func (t *state) total() int64 {
	c := t.cost + t.prizes
	if t.m.balanced {
		c += t.balance()
	}
	return c
}

// begin starts a change that back can undo.
func (t *state) begin() {
	t.round++
	t.touched = t.touched[:0]
	t.pinLog = t.pinLog[:0]
	t.keep.cost, t.keep.prizes = t.cost, t.prizes
	t.keep.absent = append(t.keep.absent[:0], t.absent...)
}

// touch saves a route before it is changed for the first time.
func (t *state) touch(shift int32) {
	if t.stamp[shift] == t.round {
		return
	}
	t.stamp[shift] = t.round
	t.touched = append(t.touched, shift)
	copyRoute(&t.saved[shift], &t.routes[shift])
}

func copyRoute(to, from *route) {
	stops, times := to.stops, to.times
	*to = *from
	to.stops = append(stops[:0], from.stops...)
	to.times = append(times[:0], from.times...)
}

// back undoes everything since begin.
func (t *state) back() {
	if len(t.m.series) > 0 {
		t.backDays()
	}
	t.unpin()
	for _, s := range t.touched {
		for _, x := range inner(&t.routes[s]) {
			t.at[x.visit] = -1
		}
	}
	for _, s := range t.touched {
		t.routes[s], t.saved[s] = t.saved[s], t.routes[s]
		for i, x := range inner(&t.routes[s]) {
			t.at[x.visit] = s
			if t.pos != nil {
				t.pos[x.visit] = int32(i + 1)
			}
		}
	}
	t.cost, t.prizes = t.keep.cost, t.keep.prizes
	if t.m.balanced {
		for _, s := range t.touched {
			t.work[t.m.shifts[s].rep] += t.routes[s].work - t.saved[s].work
		}
	}
	t.absent = append(t.absent[:0], t.keep.absent...)
}

// inner are a route's visits.
func inner(r *route) []stop { return r.stops[1 : len(r.stops)-1] }

// backDays takes the days of touched routes back.
func (t *state) backDays() {
	for _, s := range t.touched {
		day := t.m.shifts[s].day
		for _, x := range inner(&t.routes[s]) {
			if k := t.m.visits[x.visit].series; k >= 0 {
				t.setDay(k, day, false)
			}
		}
	}
	for _, s := range t.touched {
		day := t.m.shifts[s].day
		for _, x := range inner(&t.saved[s]) {
			if k := t.m.visits[x.visit].series; k >= 0 {
				t.setDay(k, day, true)
			}
		}
	}
}

// orders are the visits by shift, stops already made first.
func (t *state) orders() [][]int {
	orders := make([][]int, len(t.routes))
	for i := range t.routes {
		for _, d := range t.m.p.Shifts[i].Done {
			orders[i] = append(orders[i], d.Visit)
		}
		for _, x := range inner(&t.routes[i]) {
			orders[i] = append(orders[i], int(x.visit))
		}
	}
	return orders
}

// load replaces the plan by the given orders, which must keep every rule that
// the search keeps, except that visits may be anywhere in their shift.
func (t *state) load(orders [][]int) {
	t.clear()
	for i, order := range orders {
		shift := int32(i)
		r := &t.routes[i]
		for _, v := range order {
			if t.m.visits[v].fixed {
				continue
			}
			r.stops = slices.Insert(r.stops, len(r.stops)-1, stop{visit: int32(v), place: t.m.visits[v].place})
			t.at[v] = shift
			if k := t.m.visits[v].series; k >= 0 {
				t.setDay(k, t.m.shifts[i].day, true)
			}
		}
		t.time(shift)
	}
	if t.pins != nil {
		t.pinAll()
	}
	t.listAbsent()
}

// clear takes all visits out but the locked ones.
func (t *state) clear() {
	for i := range t.routes {
		r := &t.routes[i]
		if n := r.visits() - r.locked; n > 0 {
			t.remove(int32(i), 1+r.locked, n)
			t.time(int32(i))
		}
	}
	t.listAbsent()
}

// listAbsent finds the visits that are left out.
func (t *state) listAbsent() {
	t.absent, t.prizes = t.absent[:0], 0
	for v := range t.at {
		if t.at[v] < 0 && !t.m.visits[v].skip {
			t.absent = append(t.absent, int32(v))
			t.prizes += t.m.visits[v].prize
		}
	}
}
