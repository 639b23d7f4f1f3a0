package planner

import "slices"

// tuning are the numbers of the method. Strings and their count follow
// Christiaens and Vanden Berghe (2020), section 5, except that a split string
// nearly always keeps all it can inside, and that the annealing begins at the
// mean cost of a leg: both measured better on Solomon's instances in a second.
type tuning struct {
	stringMost int     // longest string removed
	removed    int     // visits removed in the mean
	split      uint32  // of 65536: a string keeps some visits inside
	deeper     uint32  // of 65536: it keeps one more
	blink      uint32  // of 65536: a position is overlooked
	timely     uint32  // of 65536: neighbours by distance and time instead of distance
	generous   uint32  // of 65536: a visit may cost more than its prize
	hot, cold  float64 // first and last temperature, in mean costs of a leg
	farFirst   bool    // visits are inserted from the farthest on
}

var tuned = tuning{stringMost: 10, removed: 10, split: 32768, deeper: 64880, blink: 655, timely: 32768,
	generous: 16384, hot: 1, cold: 0.1}

// ruin takes strings of visits out of routes near a random visit, and returns
// that visit.
func (t *state) ruin(u *tuning) int32 {
	t.removed = t.removed[:0]
	planned, used := 0, 0
	for i := range t.routes {
		if n := t.routes[i].visits() - t.routes[i].locked; n > 0 {
			planned += n
			used++
		}
	}
	seed := int32(t.random.below(len(t.m.visits)))
	if used == 0 {
		return seed
	}
	t.short = planned < besideShort*used
	longest, count := u.strings(&t.random, planned, used)
	t.seenKey++
	if t.at[seed] >= 0 && !t.m.visits[seed].fixed {
		t.ruinString(u, seed, longest)
		count--
	}
	list := t.m.adjacent[seed]
	if t.random.chance(u.timely) {
		list = t.m.near[seed]
	}
	for _, v := range list {
		if count <= 0 {
			break
		}
		if s := t.at[v]; s >= 0 && !t.m.visits[v].fixed && t.seen[s] != t.seenKey {
			t.ruinString(u, v, longest)
			count--
		}
	}
	t.ruinTied()
	for _, s := range t.touched {
		t.time(s)
	}
	return seed
}

// strings is how many strings a ruin takes out of so many routes with so many
// visits, and how long they are at most.
func (u *tuning) strings(r *random, planned, routes int) (longest, count int) {
	longest = max(1, min(u.stringMost, (planned+routes/2)/routes))
	// The number of strings is uniform from 1 up to 4·removed/(1+longest) - 1.
	most := 4*65536*u.removed/(1+longest) - 65536
	count = 1
	if most > 65536 {
		count = (65536 + r.below(most)) / 65536
	}
	return longest, count
}

// string is how many visits of a route are removed, and how many between them
// are kept.
func (u *tuning) string(r *random, size, longest int) (length, kept int) {
	length = 1 + r.below(min(size, longest))
	if length > 1 && length < size && r.chance(u.split) {
		for kept = 1; length+kept < size && r.chance(u.deeper); kept++ {
		}
	}
	return length, kept
}

// ruinString takes a string that holds v out of v's route.
func (t *state) ruinString(u *tuning, v int32, longest int) {
	shift := t.at[v]
	t.seen[shift] = t.seenKey
	r := &t.routes[shift]
	first := 1 + r.locked
	size := r.visits() - r.locked
	at := first
	for r.stops[at].visit != v {
		at++
	}
	length, kept := u.string(&t.random, size, longest)
	// The string of length+kept stops begins where it holds v.
	lo := max(first, at-length-kept+1)
	hi := min(at, first+size-length-kept)
	from := lo + t.random.below(hi-lo+1)
	t.touch(shift)
	if kept == 0 {
		t.take(shift, from, length)
		return
	}
	before := 1 + t.random.below(length-1)
	t.take(shift, from+before+kept, length-before)
	t.take(shift, from, before)
}

// take removes stops and lists them as removed.
func (t *state) take(shift int32, at, count int) {
	for _, s := range t.routes[shift].stops[at : at+count] {
		t.removed = append(t.removed, s.visit)
	}
	t.remove(shift, at, count)
}

// ruinTied removes what depends on the days of visits removed: the other
// occurrences of their series, and visits linked to them.
func (t *state) ruinTied() {
	if len(t.m.series) == 0 && t.m.links == nil {
		return
	}
	drop := func(v int32) {
		shift := t.at[v]
		if shift < 0 || t.m.visits[v].fixed {
			return
		}
		t.touch(shift)
		at := slices.IndexFunc(t.routes[shift].stops, func(s stop) bool { return s.visit == v })
		t.take(shift, at, 1)
	}
	for i := 0; i < len(t.removed); i++ {
		v := t.removed[i]
		if k := t.m.visits[v].series; k >= 0 {
			for _, other := range t.m.series[k].visits {
				drop(other)
			}
		}
		if t.m.links != nil {
			for _, l := range t.m.links[v] {
				drop(l.other)
			}
		}
	}
}
