package planner

import (
	"context"
	"fmt"
	"sync"
	"time"
)

// Options of [Plan].
type Options struct {
	Seed int64
	// Iterations and TimeLimit end the search, whichever comes first; with
	// neither, a number of iterations that suits the problem's size is taken.
	// Only Iterations gives the same plan every time.
	Iterations int
	TimeLimit  time.Duration
	// Threads are independent searches that share their best at fixed
	// iteration counts; 0 stands for 1. Each does Iterations.
	Threads int
	// Given is an order to begin with and compare to: visits by shift. It need
	// not keep the rules.
	Given [][]int
	// OnProgress is called now and then, from one goroutine at a time. It
	// should return soon, as the search waits for it.
	OnProgress func(Progress)
	// Gently searches near the given order only, as suits repair.
	Gently bool
	// Elapsed replaces the clock behind TimeLimit, for instance by CPU time.
	Elapsed func() time.Duration
}

// MaxThreads bounds Options.Threads.
const MaxThreads = 256

// Plan finds a plan. Errors are about the problem and options only (see
// [Validate]): when ctx ends, the best plan so far is returned with Stopped
// set.
func Plan(ctx context.Context, p Problem, o Options) (*Solution, error) {
	began := time.Now()
	if err := Validate(p); err != nil {
		return nil, err
	}
	if o.Iterations < 0 || o.TimeLimit < 0 {
		return nil, wrong("options", -1, "iterations and time limit must not be negative")
	}
	if o.Threads < 0 || o.Threads > MaxThreads {
		return nil, wrong("options", -1, "%d threads are not from 1 to %d", o.Threads, MaxThreads)
	}
	if o.Given != nil {
		if err := validateOrders(p, o.Given); err != nil {
			return nil, err
		}
	}
	b := budget{iterations: o.Iterations, limit: o.TimeLimit, elapsed: o.Elapsed}
	if b.elapsed == nil {
		b.elapsed = func() time.Duration { return time.Since(began) }
	}
	if b.iterations == 0 && b.limit == 0 {
		b.iterations = usualIterations(len(p.Visits))
	}
	m, err := buildModel(&p)
	if err != nil {
		return nil, err
	}
	best, rounds := search(ctx, m, &b, &o)
	s, err := finish(m, best.routes, best.absent)
	if err != nil {
		return nil, err
	}
	s.Iterations, s.Elapsed, s.Stopped = rounds, time.Since(began), ctx.Err() != nil
	if o.Given != nil {
		before := check(&p, o.Given)
		s.Gain = &Gain{Drive: before.Totals.Drive - s.Totals.Drive, Metres: before.Totals.Metres - s.Totals.Metres,
			Waiting: before.Totals.Waiting - s.Totals.Waiting, Cost: before.Cost - s.Cost, Broken: len(before.Violations)}
	}
	return s, nil
}

// usualIterations suit a problem's size: a day of 25 visits takes a few
// hundredths of a second.
func usualIterations(visits int) int { return min(2_000_000, 10_000+400*visits) }

// search runs the chains side by side. They meet at fixed iteration counts,
// where the worst goes on from the best, so that the result depends on seed,
// threads and iterations only.
func search(ctx context.Context, m *model, b *budget, o *Options) (*plan, int) {
	threads := max(1, o.Threads)
	report := newReporter(m, b, o)
	m.buildNear()
	if m.isTour() {
		if best, rounds := searchTour(ctx, m, b, o, report); best != nil {
			return best, rounds
		}
	}
	chains := make([]*chain, threads)
	var y *yard
	if !o.Gently {
		y = newYard(m)
	}
	together(threads, func(i int) {
		chains[i] = newChain(m, o, i)
		if y != nil {
			chains[i].population = newPopulation(y, &chains[i].t.random, chains[i].t.edge)
			if len(m.visits) >= shuntLeast {
				chains[i].useShunt(y)
			}
		}
	})
	if len(m.visits) == 0 {
		return &chains[0].bestPlan, 0
	}
	step := meeting(b, len(m.visits))
	for until, met := step, 1; ; until, met = until+step, met+1 {
		if b.iterations > 0 {
			until = min(until, b.iterations)
		}
		together(threads, func(i int) { chains[i].run(ctx, b, until) })
		best := bestOf(chains)
		if report.due(chains[0].rounds) {
			best.settle()
			report.tell(&best.bestPlan, chains[0].rounds)
		}
		if ctx.Err() != nil || b.share(chains[0].rounds) >= 1 {
			best.settle()
			return &best.bestPlan, chains[0].rounds
		}
		if threads > 1 && met%exchanging == 0 {
			exchange(chains, best)
		}
	}
}

// exchanging is after how many meetings the worst chain goes on from the best.
const exchanging = 8

// meeting is after how many iterations chains meet and progress is told.
func meeting(b *budget, visits int) int {
	if b.iterations > 0 {
		return max(batch, b.iterations/50)
	}
	return max(batch, 200_000/(visits+20)*batch/64)
}

func together(count int, do func(i int)) {
	if count == 1 {
		do(0)
		return
	}
	var wait sync.WaitGroup
	for i := range count {
		wait.Go(func() { do(i) })
	}
	wait.Wait()
}

func bestOf(chains []*chain) *chain {
	best := chains[0]
	for _, c := range chains[1:] {
		if c.best < best.best {
			best = c
		}
	}
	return best
}

// exchange lets the chain whose present plan is worst go on from the best one:
// in its place, or beside it where it breeds.
func exchange(chains []*chain, best *chain) {
	present := func(c *chain) int64 {
		if c.population != nil && c.population.best != nil {
			return c.best
		}
		return c.current
	}
	worst := chains[0]
	for _, c := range chains[1:] {
		if present(c) > present(worst) {
			worst = c
		}
	}
	if worst == best || present(worst) <= best.best {
		return
	}
	best.settle()
	if p := worst.population; p != nil && p.best != nil {
		if len(best.bestPlan.absent) == 0 {
			p.join(&best.bestPlan)
		}
		return
	}
	worst.settle()
	worst.t.restore(&best.bestPlan)
	worst.current = best.best
	if worst.shunt != nil {
		worst.shunt.load(best.bestPlan.routes, best.bestPlan.absent)
	}
}

// feasible makes a plan that keeps every rule out of any order, leaving out
// visits that break one; nil stays nil.
func feasible(m *model, given [][]int) [][]int {
	if given == nil {
		return nil
	}
	if m.timed && len(check(m.p, given).Violations) == 0 {
		return given
	}
	t := newState(m, newRandom(0, 0))
	u := tuned
	u.blink = 0
	for i, order := range given {
		shift := int32(i)
		for _, v := range order {
			if v < 0 || v >= len(m.visits) || t.at[v] >= 0 || m.visits[v].skip || m.visits[v].timed {
				continue
			}
			// Try it last in its shift, where it was.
			r := &t.routes[i]
			locked := r.locked
			r.locked = len(r.stops) - 2
			s := spot{shift: -1, delta: misplaced}
			t.tryShift(&u, int32(v), shift, &s)
			r.locked = locked
			if s.shift >= 0 {
				t.insert(int32(v), shift, s.at)
			}
		}
	}
	orders := t.orders()
	return orders
}

// reporter tells progress at most ten times a second, and at the end.
type reporter struct {
	m           *model
	b           *budget
	listen      func(Progress)
	began, last time.Time
}

func newReporter(m *model, b *budget, o *Options) *reporter {
	now := time.Now()
	return &reporter{m: m, b: b, listen: o.OnProgress, began: now, last: now}
}

// due says whether it is time to tell again.
func (r *reporter) due(rounds int) bool {
	return r.listen != nil && (time.Since(r.last) >= 100*time.Millisecond || r.b.share(rounds) >= 1)
}

func (r *reporter) tell(best *plan, rounds int) {
	if r.listen == nil {
		return
	}
	r.last = time.Now()
	r.listen(Progress{Iterations: rounds, Elapsed: r.last.Sub(r.began), Share: r.b.share(rounds),
		Cost: Cost(best.total), Unplanned: len(best.absent), Orders: ordersOf(r.m, best.routes)})
}

// ordersOf are the visits of routes by shift, stops already made first.
func ordersOf(m *model, routes []route) [][]int {
	t := state{m: m, routes: routes}
	return t.orders()
}

// finish times a plan with the checker and explains what is left out.
func finish(m *model, routes []route, absent []int32) (*Solution, error) {
	orders := ordersOf(m, routes)
	report := check(m.p, orders)
	s := &Solution{Routes: report.Routes, Totals: report.Totals, Cost: report.Cost}
	for _, v := range report.Violations {
		if v.Rule == RuleMissing {
			continue
		}
		if v.Shift >= 0 && len(m.p.Shifts[v.Shift].Done)+len(m.p.Shifts[v.Shift].Head) > 0 {
			s.Forced = append(s.Forced, v)
			continue
		}
		return nil, fmt.Errorf("planner: the plan found breaks the rule %s in shift %d at visit %d by %d: this is a defect of the planner", v.Rule, v.Shift, v.Visit, v.By)
	}
	s.Unplanned = explain(m, orders, absent)
	return s, nil
}

// Orders are the visits of the plan by shift, as [Check], [Insert] and
// Options.Given take them.
func (s *Solution) Orders() [][]int {
	orders := make([][]int, len(s.Routes))
	for i, r := range s.Routes {
		for _, e := range r.Entries {
			if e.Kind == Stop {
				orders[i] = append(orders[i], e.Visit)
			}
		}
	}
	return orders
}
