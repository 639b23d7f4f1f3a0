package planner

import (
	"cmp"
	"slices"
)

// With k breaks in a day every stop has k+1 earliest times of leaving, one for
// each number of breaks taken so far, and k+1 latest times of being ready. A
// break may lie in any gap between two stops, also in the middle of a drive. So
// for consecutive breaks b…c in a gap that begins at time e and holds d seconds
// of driving,
//
//	over(e)  = e, then for each break max(over, earliest) + length, where max(…) ≤ latest
//	ready(e) = max(over(e), e + d + Σ length)
//
// and an insertion is feasible when some split of the breaks over the two new
// gaps is: (k+1)² constant-time checks for the few breaks that a day has.

// after is when a gap is over that begins at e with the given breaks in it.
func after(breaks []Break, e, drive int32) int32 {
	over, length := e, int32(0)
	for i := range breaks {
		b := &breaks[i]
		begin := max(over, int32(b.Earliest))
		if begin > int32(b.Latest) {
			return never
		}
		if b.Windows != nil {
			begin = b.first(over)
		}
		over = begin + int32(b.Length)
		length += int32(b.Length)
	}
	return max(over, e+drive+length)
}

// before is the latest a gap may begin that must be over by at.
func before(breaks []Break, at, drive int32) int32 {
	limit, length := at, int32(0)
	for i := len(breaks) - 1; i >= 0; i-- {
		b := &breaks[i]
		limit = min(int32(b.Latest), limit-int32(b.Length))
		if limit < int32(b.Earliest) {
			return -never
		}
		if b.Windows != nil {
			limit = b.last(limit)
		}
		length += int32(b.Length)
	}
	return min(limit, at-drive-length)
}

// first is the earliest a break can begin from a time on, or never.
func (b *Break) first(at int32) int32 {
	at = max(at, int32(b.Earliest))
	if at > int32(b.Latest) {
		return never
	}
	for _, w := range b.Windows {
		if at <= int32(w.Close) {
			return max(at, int32(w.Open))
		}
	}
	return at
}

// last is the latest a break can begin by a time that is not before its
// earliest.
func (b *Break) last(at int32) int32 {
	for _, w := range slices.Backward(b.Windows) {
		if at >= int32(w.Open) {
			return min(at, int32(w.Close))
		}
	}
	return at
}

// inOrder sorts and joins the breaks' windows: Earliest and Latest bound all of
// them, and Windows stays nil where there are not several.
func inOrder(breaks []Break) []Break {
	if !slices.ContainsFunc(breaks, func(b Break) bool { return len(b.Windows) > 0 }) {
		return breaks
	}
	out := slices.Clone(breaks)
	for i := range out {
		b := &out[i]
		if len(b.Windows) == 0 {
			continue
		}
		sorted := slices.SortedFunc(slices.Values(b.Windows), func(x, y Window) int { return cmp.Compare(x.Open, y.Open) })
		joined := sorted[:1]
		for _, w := range sorted[1:] {
			if last := &joined[len(joined)-1]; w.Open <= last.Close+1 {
				last.Close = max(last.Close, w.Close)
			} else {
				joined = append(joined, w)
			}
		}
		b.Earliest, b.Latest = joined[0].Open, joined[len(joined)-1].Close
		b.Windows = joined
		if len(joined) == 1 {
			b.Windows = nil
		}
	}
	return out
}

func sameBreak(a, b Break) bool {
	return a.Length == b.Length && a.Earliest == b.Earliest && a.Latest == b.Latest && a.FallsAway == b.FallsAway &&
		slices.Equal(a.Windows, b.Windows)
}

// over is [after], by the clock where the shift's travel depends on it.
func (x *shift) over(breaks []Break, from, to, e, drive int32) int32 {
	if x.clock == nil {
		return after(breaks, e, drive)
	}
	ready, _ := x.clock.over(breaks, from, to, e)
	return ready
}

// startTimes are the earliest times of leaving the start: having taken j
// breaks means that they fell away, because the day begins after them.
func (x *shift) startTimes(leave []int32) {
	leave[0] = x.open
	for j := 1; j <= len(x.breaks); j++ {
		b := &x.breaks[j-1]
		leave[j] = never
		if x.fresh && b.FallsAway && leave[j-1] < never {
			leave[j] = max(leave[j-1], int32(b.Latest))
		}
	}
}

// endTimes are the latest times of reaching the end: with j breaks taken, the
// others must fall away.
func (x *shift) endTimes(reach []int32) {
	k := len(x.breaks)
	reach[k] = x.close
	for j := k - 1; j >= 0; j-- {
		reach[j] = -never
		if b := &x.breaks[j]; b.FallsAway && reach[j+1] > -never {
			reach[j] = min(reach[j+1], int32(b.Latest))
		}
	}
}

// timeBreaks recomputes all times of a route with breaks or travel by the clock.
func (t *state) timeBreaks(shift int32) {
	x, r := &t.m.shifts[shift], &t.routes[shift]
	k := len(x.breaks) + 1
	n := len(r.stops)
	if cap(r.times) < 2*k*n {
		r.times = make([]int32, 2*k*n, 4*k*n)
	}
	r.times = r.times[:2*k*n]
	x.startTimes(r.times[:k])
	for i := 1; i < n-1; i++ {
		s := &r.stops[i]
		drive, setUp := t.hop(x, &r.stops[i-1], s)
		from, to := r.times[2*k*(i-1):][:k], r.times[2*k*i:][:k]
		for j := range to {
			ready := never
			for f := 0; f <= j; f++ {
				if from[f] < never {
					ready = min(ready, x.over(x.breaks[f:j], r.stops[i-1].place, s.place, from[f], drive)+setUp)
				}
			}
			if ready < never {
				ready = min(never, x.span.ready(s.visit, ready)+t.m.visits[s.visit].length)
			}
			to[j] = min(never, ready)
		}
	}
	x.endTimes(r.times[2*k*(n-1)+k:][:k])
	for i := n - 2; i > 0; i-- {
		s := &r.stops[i]
		drive, setUp := t.hop(x, s, &r.stops[i+1])
		here, next := r.times[2*k*i+k:][:k], r.times[2*k*(i+1)+k:][:k]
		for j := range here {
			begin := -never
			for f := j; f < k; f++ {
				if next[f] <= -never {
					continue
				}
				if x.clock != nil {
					begin = max(begin, x.clock.before(x.breaks[j:f], s.place, r.stops[i+1].place, next[f]-setUp))
				} else {
					begin = max(begin, before(x.breaks[j:f], next[f]-setUp, drive))
				}
			}
			if begin > -never {
				begin = x.span.latest(s.visit, begin-t.m.visits[s.visit].length)
			}
			here[j] = begin
		}
	}
}

// fitsBreaks says whether a visit fits between stops i and i+1 of a route with
// breaks or travel by the clock; in and out are the driving to and from it, setUp is its own and
// nextSetUp that of the stop after it.
func (t *state) fitsBreaks(x *shift, r *route, i int, v, in, setUp, out, nextSetUp int32) bool {
	k := len(x.breaks) + 1
	leave, reach := r.times[2*k*i:][:k], r.times[2*k*(i+1)+k:][:k]
	length := t.m.visits[v].length
	here, before, next := t.m.visits[v].place, r.stops[i].place, r.stops[i+1].place
	for f := range k {
		if leave[f] >= never {
			continue
		}
		for j := f; j < k; j++ {
			ready := x.over(x.breaks[f:j], before, here, leave[f], in)
			if ready >= never {
				break
			}
			ready = x.span.ready(v, ready+setUp)
			if ready >= never {
				break
			}
			for l := j; l < k; l++ {
				if reach[l] > -never && x.over(x.breaks[j:l], here, next, ready+length, out)+nextSetUp <= reach[l] {
					return true
				}
			}
		}
	}
	return false
}
