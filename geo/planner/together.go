package planner

import "slices"

// Visits that are made together or not at all: those whose partner found no place
// are taken out again at the end of a round.

// dropHalves removes visits that are made together with one that is left out,
// and returns the prizes forgone.
func (t *state) dropHalves() int64 {
	prizes := int64(0)
	for again := true; again; {
		again = false
		for _, v := range t.queue {
			shift := t.at[v]
			if shift < 0 || t.m.visits[v].fixed || !t.halved(v) {
				continue
			}
			t.touch(shift)
			at := slices.IndexFunc(t.routes[shift].stops, func(s stop) bool { return s.visit == v })
			t.remove(shift, at, 1)
			t.time(shift)
			prizes += t.m.visits[v].prize
			again = true
		}
	}
	for _, s := range t.touched {
		t.time(s)
	}
	return prizes
}

// worthBoth is worth, and now and then the prizes as well of those planned that
// have to go without the visit.
func (t *state) worthBoth(u *tuning, v int32) int64 {
	worth := t.worth(u, v)
	if t.m.both && t.random.chance(32768) {
		for _, l := range t.m.links[v] {
			if l.both && t.at[l.other] >= 0 {
				worth += t.m.visits[l.other].prize
			}
		}
	}
	return worth
}

// addPartners adds those to the queue that are made together with a visit.
func (t *state) addPartners(start int, v int32) {
	for _, l := range t.m.links[v] {
		if w := l.other; l.both && t.at[w] == -1 && !t.m.visits[w].skip && !slices.Contains(t.queue[start:], w) && !slices.Contains(t.removed, w) {
			t.queue = append(t.queue, w)
		}
	}
}

// halved says whether a visit is made together with one that is left out.
func (t *state) halved(v int32) bool {
	return slices.ContainsFunc(t.m.links[v], func(l link) bool { return l.both && t.at[l.other] < 0 })
}

// forsaken says whether a visit that fits is made together with one that would
// find no place then.
func (t *state) forsaken(u *tuning, v int32) bool {
	for _, l := range t.m.links[v] {
		if !l.both || t.at[l.other] >= 0 {
			continue
		}
		if t.m.visits[l.other].skip || !t.fitBoth(u, v, l.other) {
			return true
		}
	}
	return false
}

// fitBoth tries to insert two visits, wherever the first may go.
func (t *state) fitBoth(u *tuning, v, w int32) bool {
	t.listShifts()
	for _, s := range t.spots(u, v, misplaced) {
		t.begin()
		ok := true
		if t.m.visits[v].timed {
			ok = t.settle(v, s)
		} else {
			t.touch(s.shift)
			t.insert(v, s.shift, s.at)
		}
		if ok {
			t.listShifts()
			if t.m.visits[w].timed {
				ok = t.placeTimed(u, w, misplaced)
			} else {
				ok = len(t.spots(u, w, misplaced)) > 0
			}
		}
		t.back()
		if ok {
			return true
		}
	}
	return false
}
