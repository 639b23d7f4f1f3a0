package planner

import "math/bits"

// balance is the cost of work above the reps' shares.
func (t *state) balance() int64 {
	var sum, above int64
	for _, w := range t.work {
		sum += w
	}
	for rep, w := range t.work {
		above += max(0, w-share(sum, t.m.duty[rep], t.m.onDuty))
	}
	return above * int64(t.m.w.Balance) / 3600
}

// share is a part of a sum, rounded down; nothing when nobody is on duty.
func share(sum, part, of int64) int64 {
	if of == 0 {
		return 0
	}
	hi, lo := bits.Mul64(uint64(sum), uint64(part))
	q, _ := bits.Div64(hi, lo, uint64(of))
	return int64(q)
}

// unbalance is what more work for a shift's rep changes about that cost.
func (t *state) unbalance(x *shift, more int64) int64 {
	before := t.balance()
	t.work[x.rep] += more
	after := t.balance()
	t.work[x.rep] -= more
	return after - before
}

// workOf is the driving and service of a shift, in seconds.
func (t *state) workOf(shift int32) int64 {
	x, r := &t.m.shifts[shift], &t.routes[shift]
	var work int64
	s := &t.m.p.Shifts[shift]
	if !x.fresh {
		place := t.m.place(s.Start)
		for i, d := range s.Done {
			to := t.m.visits[d.Visit].place
			if i > 0 || s.Start != Anywhere {
				if h := x.legs.row(place)[to]; h.to < never {
					work += int64(h.to)
				}
			}
			place = to
			work += int64(d.Leave - d.Arrive)
		}
	}
	if r.visits() == 0 && x.fresh {
		return 0
	}
	work += int64(r.driven)
	for i := 1; i < len(r.stops); i++ {
		to := &r.stops[i]
		if x.clock == nil {
			work += int64(to.drive)
		}
		if to.visit >= 0 {
			v := &t.m.visits[to.visit]
			work += int64(v.length)
			if r.stops[i-1].place != to.place {
				work += int64(v.setUp)
			}
		}
	}
	return work
}

// moreWork is the work that a visit adds before stop number at of a route,
// travel by the clock taken as the table has it.
func (t *state) moreWork(shift, v int32, at int) int64 {
	x, r, c := &t.m.shifts[shift], &t.routes[shift], &t.m.visits[v]
	row := x.legs.row(c.place)
	from, next := &r.stops[at-1], &r.stops[at]
	work := int64(c.length) + int64(row[from.place].from) + int64(row[next.place].to)
	if len(r.stops) > 2 || !x.fresh {
		work -= int64(next.drive)
	}
	if t.m.setUps {
		if from.place != c.place {
			work += int64(c.setUp)
		}
		if next.visit >= 0 {
			setUp := int64(t.m.visits[next.visit].setUp)
			if next.place != c.place {
				work += setUp
			}
			if next.place != from.place {
				work -= setUp
			}
		}
	}
	return work
}
