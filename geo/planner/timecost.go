package planner

// label is one way of having come so far: when, at what cost of lateness and
// travel by the clock, after how much driving.
type label struct {
	at, drive int32
	cost      int64
}

// front holds the labels with one number of breaks taken, of which none is both
// earlier and cheaper than another. Beyond four the dearest falls out.
type front struct {
	labels [4]label
	count  int
}

func (f *front) add(l label) {
	kept := 0
	for i := range f.count {
		o := &f.labels[i]
		if o.at <= l.at && o.cost <= l.cost {
			return
		}
		if l.at > o.at || l.cost > o.cost {
			f.labels[kept] = *o
			kept++
		}
	}
	f.count = kept
	if kept < len(f.labels) {
		f.labels[kept] = l
		f.count++
		return
	}
	worst := 0
	for i := range f.labels {
		if f.labels[i].cost > f.labels[worst].cost {
			worst = i
		}
	}
	if l.cost < f.labels[worst].cost {
		f.labels[worst] = l
	}
}

// timeCost is what lateness, overtime and travel by the clock add to the cost of
// a route, with a visit put before stop number at when v is not negative, and
// how much is driven then. It is never if the route then breaks a rule.
func (t *state) timeCost(shift, v int32, at int) (cost int64, drive int32) {
	x := &t.m.shifts[shift]
	cost, drive = t.timeCostFrom(shift, v, at, x.open)
	if x.clock == nil || !x.fresh {
		return cost, drive
	}
	// Leaving when travel gets faster may pay, within a day.
	for from := x.open; ; {
		_, until := x.clock.period(from)
		if until >= x.close || until > x.open+int32(Day) {
			return cost, drive
		}
		if c, d := t.timeCostFrom(shift, v, at, until); c < cost {
			cost, drive = c, d
		}
		from = until
	}
}

func (t *state) timeCostFrom(shift, v int32, at int, depart int32) (int64, int32) {
	x, r := &t.m.shifts[shift], &t.routes[shift]
	k := len(x.breaks) + 1
	var now, next [MaxBreaks + 1]front
	var leave, reach [MaxBreaks + 1]int32
	x.startTimes(leave[:k])
	x.endTimes(reach[:k])
	for j := range k {
		if leave[j] < never {
			now[j].add(label{at: max(leave[j], depart)})
		}
	}
	step := func(from, to *stop) {
		drive, setUp := t.hop(x, from, to)
		for j := range k {
			next[j].count = 0
			for f := 0; f <= j; f++ {
				for i := range now[f].count {
					l := now[f].labels[i]
					if x.clock != nil {
						ready, driven := x.clock.over(x.breaks[f:j], from.place, to.place, l.at)
						l.at, l.drive = ready, l.drive+driven
						metres := t.m.metres(x.legs, from.place, to.place)
						l.cost += x.legs.price(driven, metres) - x.legs.price(drive, metres)
					} else {
						l.at = after(x.breaks[f:j], l.at, drive)
					}
					if l.at >= never {
						continue
					}
					l.at += setUp
					if to.visit >= 0 {
						begin := x.span.ready(to.visit, l.at)
						if begin >= never {
							continue
						}
						if late := t.lateness(to.visit, begin); late > 0 {
							if wait := t.punctual(to.visit, l.at); wait < never {
								next[j].add(label{at: wait + t.m.visits[to.visit].length, drive: l.drive, cost: l.cost})
							}
							l.cost += late * int64(t.m.w.Late)
						}
						l.at = min(never, begin+t.m.visits[to.visit].length)
					}
					next[j].add(l)
				}
			}
		}
		now, next = next, now
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
	best, drive := int64(never), int32(0)
	for j := range k {
		for _, l := range now[j].labels[:now[j].count] {
			if l.at > reach[j] || x.clock != nil && l.drive > x.maxDrive {
				continue
			}
			over := int64(max(0, l.at-x.regular))
			if cost := l.cost + over*int64(t.m.w.Overtime); cost < best {
				best, drive = cost, l.drive
			}
		}
	}
	return best, drive
}

// punctual is when a visit can begin that waits for a window in which it is not
// late, or never.
func (t *state) punctual(v, ready int32) int32 {
	p, best := &t.m.p.Visits[v], never
	for _, w := range p.Windows {
		shut := w.Close
		if p.EndInside {
			shut -= p.Length
		}
		if at := max(ready, int32(w.Open), int32(p.NotBefore)); at <= min(int32(shut), bound(p)) {
			best = min(best, at)
		}
	}
	if pins := t.pins; pins != nil && (best < pins[v].low || best > pins[v].high) {
		return never
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
