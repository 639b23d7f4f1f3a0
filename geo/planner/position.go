package planner

// A visit may be locked as a certain stop of its route. Inserting or removing a
// visit moves all that come after it, so while a route is taken apart and put
// together again such a visit may be out of its place for a moment. What that
// costs is more than any visit is worth, so that the insertion that puts it right
// is taken first, and a round that ends without is turned down.

// misplaced is the cost of a stop that a locked visit is off its place. It is
// also the limit of what an insertion may cost that keeps all in their places.
const misplaced = int64(1) << 44

// Beyond this many stops a visit's distance from its place does not matter.
const misplacedMost = 16

// displacement is the cost of a visit being stop number at of a route of so many
// stops, the first being 1.
func (v *visit) displacement(at, stops int) int64 {
	if v.position == 0 {
		return 0
	}
	off := int64(at) - int64(v.position)
	if v.position < 0 { // counted from the end
		off -= int64(stops) + 1
	}
	return misplaced * min(misplacedMost, max(off, -off))
}

// displaced is the cost of locked visits that are out of place in a route.
func (t *state) displaced(shift int32) int64 {
	made, cost := t.m.shifts[shift].made, int64(0)
	stops := inner(&t.routes[shift])
	for i, s := range stops {
		cost += t.m.visits[s.visit].displacement(made+i+1, made+len(stops))
	}
	return cost
}

// outOfPlace says whether any visit of the plan is not the stop it is locked as.
func (t *state) outOfPlace() bool {
	for shift := range t.routes {
		if t.displaced(int32(shift)) > 0 {
			return true
		}
	}
	return false
}

// pushing notes by stop what one more stop before it would cost: it and all after
// it move one place on, and all before it one place away from the end.
func (t *state) pushing(shift int32) {
	made, stops := t.m.shifts[shift].made, t.routes[shift].stops
	n := made + len(stops) - 2
	t.pushed = append(t.pushed[:0], make([]int64, len(stops))...)
	for i := len(stops) - 2; i > 0; i-- {
		v := &t.m.visits[stops[i].visit]
		t.pushed[i] = t.pushed[i+1] + v.displacement(made+i+1, n+1) - v.displacement(made+i, n)
	}
	before := int64(0)
	for i := 1; i < len(stops); i++ {
		t.pushed[i] += before
		if i < len(stops)-1 {
			v := &t.m.visits[stops[i].visit]
			before += v.displacement(made+i, n+1) - v.displacement(made+i, n)
		}
	}
}
