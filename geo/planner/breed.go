package planner

// Where all shifts are alike and visits have windows and loads only, a chain
// anneals for a part of its budget and then breeds: the annealed plan joins a
// population, and children of its members are improved by a local search. On
// wide windows annealing alone settles in one of many basins that are equally
// deep at first sight; recombination gets out of them.

// patience is how many children a visit may bring nothing better.
const patience = 40

// childRounds is how many rounds of annealing take as long as a child.
func (c *chain) childRounds() int {
	if c.shunt != nil {
		return len(c.t.m.visits)
	}
	return max(8, len(c.t.m.visits)*3/4)
}

// annealing is the share of a chain's annealing that is over. With breeding to
// follow it takes n² rounds for n visits or half the budget, whichever is less:
// the larger the problem, the longer annealing gains more than children of bad
// plans would. Where the other half would bring fewer children than half as many
// again as there are visits, there is no breeding.
func (c *chain) annealing(share float64) float64 {
	if c.population == nil {
		return share
	}
	n := len(c.t.m.visits)
	if !c.planned && share > c.prepared+1./32 {
		c.planned = true
		// What was over before the first round went into preparing it all.
		if children := float64(c.rounds) / (share - c.prepared) / 2 / float64(c.childRounds()); children < 1.5*float64(n) {
			c.population = nil
			return share
		}
	}
	return max(2*share, float64(c.rounds)/float64(max(2000, n*n)))
}

// breeds says whether annealing is over and breeding has begun. A plan that
// leaves visits out goes on being annealed.
func (c *chain) breeds(share float64) bool {
	if c.population == nil || !c.planned || c.annealing(share) < 1 {
		return false
	}
	c.settle()
	return len(c.bestPlan.absent) == 0
}

// breed makes one member of the population. One that has found nothing better
// for long gives way to another, made without it.
func (c *chain) breed() {
	p := c.population
	if p.idle > patience*len(c.t.m.visits) {
		p = newPopulation(p.l.y, p.random, c.t.edge)
		p.another = true
		c.population, c.current = p, c.best
	}
	switch {
	case p.size() == 0 && !p.another:
		p.join(&c.bestPlan)
	case p.size() < founders:
		c.found()
	default:
		p.breed()
	}
	c.rounds += c.childRounds()
	if p.best != nil && p.best.cost < c.best {
		c.take(p.best)
	}
}

// join adds a plan of the search, and what the local search makes of it.
func (p *population) join(x *plan) {
	l := p.l
	for k := range x.routes {
		p.crossing.list = p.crossing.list[:0]
		for _, s := range inner(&x.routes[k]) {
			p.crossing.list = append(p.crossing.list, s.visit)
		}
		l.set(int32(k), p.crossing.list)
	}
	p.add(l.member())
	p.settle()
}

// settle improves what is in the lanes and adds it.
func (p *population) settle() {
	p.l.loadPrice, p.l.warpPrice = p.loadPrice, p.warpPrice
	p.l.begin()
	p.l.improve()
	p.add(p.l.member())
}

// found adds a plan made anew.
func (c *chain) found() {
	t, l := c.t, c.population.l
	t.clear()
	t.begin()
	t.removed = append(t.removed[:0], t.absent...)
	t.absent = t.absent[:0]
	t.recreate(&c.u, 0, nowhere)
	for k := range t.routes {
		c.population.crossing.list = c.population.crossing.list[:0]
		for _, s := range inner(&t.routes[k]) {
			c.population.crossing.list = append(c.population.crossing.list, s.visit)
		}
		l.set(int32(k), c.population.crossing.list)
	}
	for _, v := range t.absent {
		l.insert(v)
	}
	c.population.settle()
}

// take makes a member the chain's best plan.
func (c *chain) take(x *member) {
	orders := make([][]int, len(c.t.routes))
	from := int32(0)
	for k, end := range x.ends {
		for _, v := range x.visits[from:end] {
			orders[k] = append(orders[k], int(v))
		}
		from = end
	}
	c.t.load(orders)
	c.current = c.t.total()
	c.best = c.current
	c.t.save(&c.bestPlan)
}
