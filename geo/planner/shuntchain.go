package planner

// From this many visits on the plan of a yard is annealed by a shunt. Routes of
// smaller plans change less between two looks at them than what is remembered
// about them is worth.
const shuntLeast = 250

// shuntCold is a shunt's last temperature, in mean costs of a leg: so large a
// plan has no time for more than the beginning of what the heat would allow.
const shuntCold = 0.05

// Where routes are this long in the mean, a shunt begins with longer strings and
// more of them: what is wrong with such routes is wrong over long parts. In the
// second half of the annealing that no longer pays. On the twelve instances of 400
// and 1,000 customers with wide windows that it was tried on, the mean gap fell
// from 1.15 to 0.91 %, with long strings to the end to 1.07 %.
const (
	longRoute       = 30
	longStringMost  = 20
	longRemoved     = 30
	longStringsTill = 0.5
)

// useShunt lets a shunt anneal the chain's plan.
func (c *chain) useShunt(y *yard) {
	m := c.t.m
	c.u.cold = shuntCold
	c.cold = c.hot / c.u.hot * c.u.cold
	c.shunt = newShunt(m, y, &c.u, &c.t.random)
	c.shunt.load(c.bestPlan.routes, c.bestPlan.absent)
}

// tuneShunt sets what a ruin takes out; progress is that of the annealing, 0 to 1.
func (c *chain) tuneShunt(progress float64) {
	c.u.stringMost, c.u.removed = tuned.stringMost, tuned.removed
	s := c.shunt
	if progress < longStringsTill && int(s.y.n)-len(s.absent) >= longRoute*max(1, s.used) {
		c.u.stringMost, c.u.removed = longStringMost, longRemoved
	}
}

// shuntRound ruins and recreates once; heat is the temperature in 1/64.
func (c *chain) shuntRound(heat int64) {
	c.rounds++
	s := c.shunt
	changed, better := s.round(s.total() + fine*heat*c.t.random.exponential()>>22)
	if changed {
		c.current = s.total() / fine
	}
	if better {
		c.best, c.pending = s.best/fine, true
	}
}

// settle brings bestPlan up to date.
func (c *chain) settle() {
	if !c.pending {
		return
	}
	c.pending = false
	c.t.load(c.shunt.orders())
	c.t.save(&c.bestPlan)
}
