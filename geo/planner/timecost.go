package planner

// clock is the earliest time of a state and what lateness has cost so far.
type clock struct {
	at   int32
	late int64
}

// timeCost is what lateness and overtime of a route cost, with a visit put
// before stop number at when v is not negative. It is never if the route then
// breaks a rule. Each number of breaks taken keeps its earliest time only.
func (t *state) timeCost(shift, v int32, at int) int64 {
	x, r := &t.m.shifts[shift], &t.routes[shift]
	k := len(x.breaks) + 1
	var now, next [MaxBreaks + 1]clock
	var leave, reach [MaxBreaks + 1]int32
	x.startTimes(leave[:k])
	x.endTimes(reach[:k])
	for j := range k {
		now[j] = clock{at: leave[j]}
	}
	step := func(from, to *stop) {
		drive, setUp := t.hop(x, from, to)
		for j := range k {
			best := clock{at: never}
			for f := 0; f <= j; f++ {
				if now[f].at >= never {
					continue
				}
				ready := after(x.breaks[f:j], now[f].at, drive) + setUp
				if ready < best.at || ready == best.at && now[f].late < best.late {
					best = clock{ready, now[f].late}
				}
			}
			if to.visit >= 0 && best.at < never {
				begin := x.span.ready(to.visit, best.at)
				best.late += t.lateness(to.visit, begin)
				best.at = min(never, begin+t.m.visits[to.visit].length)
			}
			next[j] = best
		}
		now = next
	}
	from := &r.stops[0]
	for i := 1; i < len(r.stops); i++ {
		if i == at && v >= 0 {
			s := stop{visit: v, place: t.m.visits[v].place}
			step(from, &s)
			from = &s
		}
		step(from, &r.stops[i])
		from = &r.stops[i]
	}
	best := int64(never)
	for j := range k {
		if now[j].at > reach[j] {
			continue
		}
		over := int64(max(0, now[j].at-x.regular))
		best = min(best, now[j].late*int64(t.m.w.Late)+over*int64(t.m.w.Overtime))
	}
	return best
}

// lateness is how far into its windows' grace a visit begins.
func (t *state) lateness(v, begin int32) int64 {
	p := &t.m.p.Visits[v]
	least := int64(never)
	for _, w := range p.Windows {
		shut := w.Close
		if p.EndInside {
			shut -= p.Length
		}
		if shut >= w.Open && begin >= int32(w.Open) && begin <= int32(shut+w.Grace) {
			least = min(least, max(0, int64(begin)-int64(shut)))
		}
	}
	if least == int64(never) {
		return 0
	}
	return least
}
