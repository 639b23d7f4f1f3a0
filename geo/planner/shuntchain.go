package planner

// From this many visits on the plan of a yard is annealed by a shunt. Routes of
// smaller plans change less between two looks at them than what is remembered
// about them is worth.
const shuntLeast = 250

// shuntCold is a shunt's last temperature, in mean costs of a leg: so large a
// plan has no time for more than the beginning of what the heat would allow.
const shuntCold = 0.05

// useShunt lets a shunt anneal the chain's plan.
func (c *chain) useShunt(y *yard) {
	m := c.t.m
	c.u.cold = shuntCold
	c.cold = c.hot / c.u.hot * c.u.cold
	c.shunt = newShunt(m, y, &c.u, &c.t.random)
	c.shunt.load(c.bestPlan.routes, c.bestPlan.absent)
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
