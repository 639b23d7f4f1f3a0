package planner

// A long search first anneals several times, and keeps the best plan of each.
// In its last annealing, which starts from the best of all and less hot, it now
// and then takes a whole route over from one of the others: what two good plans
// have in common stays, and where they differ one learns from the other (after
// the exchange of routes in Nagata, Bräysy and Dullaert, 2010).

// schedule divides a search into annealings.
type schedule struct {
	ends   []float64 // shares of the budget
	number int       // of the present one
}

// Rounds a visit that make several annealings worth while.
const manyRounds = 800

// schedules are the shares of the budget after which each annealing ends.
var (
	oneAnnealing  = []float64{1}
	moreAnnealing = []float64{0.2, 0.4, 0.6, 1}
)

// phase returns the share of the present annealing that is done, after moving
// on to it.
func (c *chain) phase(share float64) float64 {
	if c.plan.ends == nil {
		if share < 0.02 {
			return share
		}
		c.plan.ends = oneAnnealing
		if !c.t.m.tied && !c.gentle && float64(c.rounds)/share > manyRounds*float64(len(c.t.m.visits)) {
			c.plan.ends = moreAnnealing
		}
	}
	begin := 0.0
	for i, end := range c.plan.ends {
		if share < end || i == len(c.plan.ends)-1 {
			if i > c.plan.number {
				c.plan.number = i
				c.nextAnnealing(i == len(c.plan.ends)-1)
			}
			return (share - begin) / (end - begin)
		}
		begin = end
	}
	return 1
}

// nextAnnealing keeps the best plan of the one before.
func (c *chain) nextAnnealing(last bool) {
	c.others = append(c.others, c.phasePlan)
	c.phasePlan, c.phaseBest = plan{}, nowhere
	if last {
		c.t.restore(&c.bestPlan)
		c.current = c.best
		c.recombining = true
		c.hot *= c.u.again
	}
}

// takeOver puts a route of another plan in the place of the route that shares
// most of its visits, and lists what that leaves without a place as removed. It
// returns false, with nothing changed, where the plan has the route already.
func (t *state) takeOver(e *plan) bool {
	v := int32(t.random.below(len(t.m.visits)))
	from := e.at[v]
	if from < 0 {
		return false
	}
	r := &e.routes[from]
	x := &t.m.shifts[from]
	// The shift that has most of its visits.
	t.seenKey++
	target, most := int32(-1), 0
	for _, s := range inner(r) {
		at := t.at[s.visit]
		if at < 0 || t.seen[at] == t.seenKey || t.m.shifts[at].kind != x.kind {
			continue
		}
		t.seen[at] = t.seenKey
		shared := 0
		for _, o := range inner(r) {
			if t.at[o.visit] == at {
				shared++
			}
		}
		if shared > most {
			target, most = at, shared
		}
	}
	if target < 0 || t.routes[target].locked > 0 || r.locked > 0 || !t.m.shifts[target].fresh ||
		most == len(r.stops)-2 && most == t.routes[target].visits() {
		return false
	}
	for _, s := range inner(r) {
		if at := t.at[s.visit]; at >= 0 && t.m.visits[s.visit].fixed {
			return false
		}
	}
	t.removed = t.removed[:0]
	t.touch(target)
	old := t.routes[target].stops
	for i := 1; i < len(old)-1; i++ {
		t.at[old[i].visit] = -1
		t.removed = append(t.removed, old[i].visit)
	}
	for _, s := range inner(r) {
		if at := t.at[s.visit]; at >= 0 {
			t.touch(at)
			t.at[s.visit] = -3
		}
	}
	for _, shift := range t.touched {
		if shift == target {
			continue
		}
		q := &t.routes[shift]
		kept := q.stops[:1]
		for _, s := range q.stops[1:] {
			if s.visit < 0 || t.at[s.visit] != -3 {
				kept = append(kept, s)
			}
		}
		q.stops = kept
		t.time(shift)
	}
	t.routes[target].stops = append(t.routes[target].stops[:0], r.stops...)
	for _, s := range inner(r) {
		t.at[s.visit] = target
	}
	t.time(target)
	kept := t.removed[:0]
	for _, v := range t.removed {
		if t.at[v] < 0 {
			kept = append(kept, v)
		}
	}
	t.removed = kept
	return true
}
