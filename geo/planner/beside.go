package planner

// Where the rules allow it, only positions beside near neighbours are tried in
// problems of besideLeast visits and more whose routes have fewer than
// besideShort visits in the mean: of many routes, what is remembered has changed
// by the time a visit is removed again. Few long routes are better scanned whole.
const (
	besideLeast = 250
	besideShort = 20
)

// isPlain says whether no route has breaks, set-ups, limits, or costs that
// depend on times or other routes, and no visit two windows on a day.
func (t *state) isPlain() bool {
	m := t.m
	if m.tied || m.timed || m.balanced || m.setUps || m.loads > 0 {
		return false
	}
	for i := range m.shifts {
		if !t.quick(&m.shifts[i]) || len(m.shifts[i].head) > 0 {
			return false
		}
	}
	for i := range m.spans {
		if len(m.spans[i].extra) > 0 {
			return false
		}
	}
	return true
}

// beside improves best by positions before and after near neighbours.
func (t *state) beside(u *tuning, v int32, best *spot) {
	m := t.m
	c := &m.visits[v]
	var x *shift
	var row []hop
	var w window
	base := int64(0)
	last := int32(-1)
	ok := false
	for _, near := range m.near[v] {
		s := t.at[near]
		if s < 0 {
			continue
		}
		r := &t.routes[s]
		if s != last {
			last = s
			x = &m.shifts[s]
			w = x.span.windows[v]
			ok = r.load+c.load <= x.capacity && w.close >= w.open
			base = 0
			if x.assign != nil {
				base = int64(x.assign[v])
				ok = ok && base >= 0
			}
			row = x.legs.row(c.place)
		}
		if !ok {
			continue
		}
		at := int(t.pos[near])
		stops := r.stops[at-1 : at+2 : at+2]
		for k := range 2 {
			from, next := &stops[k], &stops[k+1]
			h, g := &row[from.place], &row[next.place]
			delta := base + int64(h.costFrom+g.costTo-next.cost)
			if delta >= best.delta {
				continue
			}
			arrive := from.leave + h.from
			if arrive > w.close || max(arrive, w.open)+c.length+g.to > next.reach {
				continue
			}
			if u.blink > 0 && t.random.chance(u.blink) {
				continue
			}
			*best = spot{s, at + k, delta}
		}
	}
}
