package planner

import (
	"cmp"
	"slices"
)

// Insert says where one more visit suits a plan best: for every shift that takes
// it the cheapest place, the best first, at most limit of them (0: all). The
// orders must keep the rules (see [Check]); the visit must not be in them. Its
// prize and what is made together with it are not counted.
func Insert(p Problem, orders [][]int, visit, limit int) ([]Place, error) {
	a, err := NewAdvisor(p, orders)
	if err != nil {
		return nil, err
	}
	return a.Insert(visit, limit)
}

// Advisor answers questions about one plan, which is prepared once. It must not
// be used by several goroutines at the same time.
type Advisor struct {
	p    Problem
	t    *state
	seen []bool
}

// NewAdvisor prepares a plan. The orders must keep the rules.
func NewAdvisor(p Problem, orders [][]int) (*Advisor, error) {
	if err := Validate(p); err != nil {
		return nil, err
	}
	if err := validateOrders(p, orders); err != nil {
		return nil, err
	}
	a := &Advisor{p: p, seen: make([]bool, len(p.Visits))}
	for s, order := range orders {
		for _, v := range order {
			if v < 0 || v >= len(p.Visits) || a.seen[v] {
				return nil, wrong("orders", s, "visit %d does not exist or is there twice", v)
			}
			a.seen[v] = true
		}
	}
	m, err := buildModel(&a.p)
	if err != nil {
		return nil, err
	}
	a.t = newState(m, newRandom(0, 0))
	a.t.load(orders)
	return a, nil
}

// Insert is the function of that name.
func (a *Advisor) Insert(visit, limit int) ([]Place, error) {
	if visit < 0 || visit >= len(a.p.Visits) {
		return nil, wrong("orders", -1, "visit %d does not exist", visit)
	}
	if a.seen[visit] {
		return nil, wrong("orders", -1, "visit %d is planned already", visit)
	}
	return a.t.places(int32(visit), limit), nil
}

// places lists the cheapest place of a visit in each shift.
func (t *state) places(v int32, limit int) []Place {
	calm := tuned
	calm.blink = 0
	all := make([]int32, len(t.routes))
	for i := range all {
		all[i] = int32(i)
	}
	spots := t.spotsOf(&calm, v, all)
	slices.SortFunc(spots, func(a, b spot) int { return cmp.Or(cmp.Compare(a.delta, b.delta), cmp.Compare(a.shift, b.shift)) })
	if limit > 0 && len(spots) > limit {
		spots = spots[:limit]
	}
	places := make([]Place, len(spots))
	for i, s := range spots {
		r := &t.routes[s.shift]
		done := len(t.m.p.Shifts[s.shift].Done)
		order := make([]int, 0, done+len(r.stops))
		for _, d := range t.m.p.Shifts[s.shift].Done {
			order = append(order, d.Visit)
		}
		for _, x := range inner(r) {
			order = append(order, int(x.visit))
		}
		before := timetable(t.m.p, int(s.shift), order)
		at := done + s.at - 1
		after := timetable(t.m.p, int(s.shift), slices.Insert(order, at, int(v)))
		places[i] = Place{Shift: int(s.shift), Position: at, Cost: Cost(s.delta),
			Detour: after.Drive - before.Drive, Metres: after.Metres - before.Metres}
		if t.m.visits[v].timed { // others have a say in when it begins
			orders := t.orders()
			orders[s.shift] = slices.Insert(orders[s.shift], at, int(v))
			after = check(t.m.p, orders).Routes[s.shift]
		}
		for _, e := range after.Entries {
			if e.Kind == Stop && e.Visit == int(v) {
				places[i].Begin = e.Begin
			}
		}
	}
	return places
}

// spotsOf are the cheapest places of a visit in the given shifts.
func (t *state) spotsOf(u *tuning, v int32, shifts []int32) []spot {
	var spots []spot
	for _, shift := range shifts {
		s := spot{shift: -1, delta: misplaced}
		if t.m.visits[v].timed {
			s = t.settled(u, v, shift)
		} else {
			t.tryShift(u, v, shift, &s)
		}
		if s.shift >= 0 {
			spots = append(spots, s)
		}
	}
	return spots
}

// timetable times one shift.
func timetable(p *Problem, shift int, order []int) Route {
	c := checker{p: p, w: weightsOf(p), report: &Report{Routes: make([]Route, len(p.Shifts))}}
	c.route(shift, order)
	return c.report.Routes[shift]
}
