package planner

import (
	"context"
	"math/rand"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
)

// plainProblem is a random problem of one kind of shift with windows and loads.
func plainProblem(r *rand.Rand, visits, shifts int) Problem {
	n := visits + 1
	t := Table{Places: n, Seconds: make([]int32, n*n)}
	x, y := make([]int, n), make([]int, n)
	for i := range n {
		x[i], y[i] = r.Intn(3600), r.Intn(3600)
	}
	for a := range n {
		for b := range n {
			if a != b {
				t.Seconds[a*n+b] = int32(max(x[a]-x[b], x[b]-x[a]) + max(y[a]-y[b], y[b]-y[a]) + r.Intn(60))
			}
		}
	}
	p := Problem{Tables: []Table{t}, Weights: Weights{Drive: 10}}
	for i := range shifts {
		p.Shifts = append(p.Shifts, Shift{Rep: i, Hours: Window{Open: 8 * Hour, Close: 18 * Hour}, Capacity: []int32{int32(5*visits/shifts + 5)}, Fixed: 500})
	}
	for i := range visits {
		open := 8*Hour + 130*Minute + Seconds(r.Intn(5*3600)) // within reach
		p.Visits = append(p.Visits, Visit{Place: i + 1, Length: Seconds(r.Intn(20)) * Minute, Mandatory: true, Load: []int32{int32(1 + r.Intn(5))},
			Windows: []Window{{Open: open, Close: open + Seconds(r.Intn(3*3600))}}})
	}
	return p
}

func TestAMoveOfTheLocalSearchChangesThePriceByWhatItSays(t *testing.T) {
	t.Parallel()
	inOneGoroutine(t)
	for seed := range int64(300) {
		r := rand.New(rand.NewSource(seed))
		p := plainProblem(r, 8+r.Intn(30), 2+r.Intn(6))
		require.NoError(t, Validate(p))
		m, err := buildModel(&p)
		require.NoError(t, err)
		m.buildNear()
		y := newYard(m)
		require.NotNil(t, y)
		rnd := newRandom(seed, 0)
		l := newLocal(y, &rnd)
		l.warpPrice, l.loadPrice = int64(1+r.Intn(600)), int64(r.Intn(30000))
		lists := make([][]int32, len(l.lanes))
		for v := range y.n {
			k := r.Intn(len(lists))
			lists[k] = append(lists[k], v)
		}
		for k, list := range lists {
			l.set(int32(k), list)
		}
		total := func() int64 {
			sum := int64(0)
			for k := range l.lanes {
				sum += l.lanes[k].cost + l.lanes[k].price
			}
			return sum
		}
		for k := range l.lanes {
			l.lanes[k].price = l.priceOf(l.lanes[k].load, l.lanes[k].warp)
		}
		before := total()
		l.moved = func(saved int64) {
			now := total()
			require.Equal(t, before+saved, now, "seed %d", seed)
			require.Negative(t, saved)
			before = now
		}
		l.begin()
		l.improve()
	}
}

func TestBreedingFindsTheCheapestPlanOfASmallProblem(t *testing.T) {
	t.Parallel()
	inOneGoroutine(t)
	for seed := range int64(12) {
		p := plainProblem(rand.New(rand.NewSource(seed)), 5, 2)
		want, orders := bruteForce(&p)
		got, err := Plan(context.Background(), p, Options{Seed: 1, Iterations: 8_000})
		require.NoError(t, err, "problem %d", seed)
		require.Equal(t, want, got.Cost, "problem %d: %v, not %v", seed, orders, got.Orders())
	}
}

func TestBredPlansKeepEveryRuleAndCostWhatTheCheckerSays(t *testing.T) {
	t.Parallel()
	inOneGoroutine(t)
	for seed := range int64(8) {
		p := plainProblem(rand.New(rand.NewSource(100+seed)), 40, 14)
		m, err := buildModel(&p)
		require.NoError(t, err)
		m.buildNear()
		o := Options{Seed: seed}
		b := budget{iterations: 8000}
		c := newChain(m, &o, 0)
		y := newYard(m)
		require.NotNil(t, y)
		c.population = newPopulation(y, &c.t.random, c.t.edge)
		c.run(context.Background(), &b, b.iterations)
		require.NotNil(t, c.population.best, "problem %d was bred", seed)
		require.Greater(t, c.population.size(), founders)
		for _, x := range slices.Concat(c.population.keep.members, c.population.not.members) {
			orders := make([][]int, len(p.Shifts))
			from := int32(0)
			for k, end := range x.ends {
				for _, v := range x.visits[from:end] {
					orders[k] = append(orders[k], int(v))
				}
				from = end
			}
			r := check(&p, orders)
			if x.feasible() {
				require.Empty(t, r.Violations, "problem %d", seed)
				require.Equal(t, Cost(x.cost), r.Cost, "problem %d", seed)
			} else {
				require.NotEmpty(t, r.Violations, "problem %d", seed)
			}
		}
	}
}

func TestBreedingGivesTheSamePlanForTheSameSeed(t *testing.T) {
	t.Parallel()
	p := plainProblem(rand.New(rand.NewSource(5)), 50, 20)
	for _, threads := range []int{1, 3} {
		o := Options{Seed: 3, Iterations: 9000, Threads: threads}
		if testing.Short() { // under the race detector: only whether the threads keep apart
			o.Iterations = 2000
		}
		first := planned(t, p, o)
		again := planned(t, p, o)
		require.Equal(t, first.Orders(), again.Orders(), "%d threads", threads)
	}
}

func TestAPlanWithRulesThatTheLocalSearchCannotJudgeIsNotBred(t *testing.T) {
	t.Parallel()
	for name, change := range map[string]func(p *Problem){
		"lunch":          func(p *Problem) { p.Shifts[0].Breaks = []Break{{Length: Hour, Earliest: 11 * Hour, Latest: 13 * Hour}} },
		"prizes":         func(p *Problem) { p.Visits[0].Mandatory = false },
		"two windows":    func(p *Problem) { p.Visits[0].Windows = []Window{{8 * Hour, 9 * Hour, 0}, {11 * Hour, 12 * Hour, 0}} },
		"set-ups":        func(p *Problem) { p.Visits[0].SetUp = 60 },
		"skills":         func(p *Problem) { p.Visits[0].Skills = []int{1} },
		"overtime":       func(p *Problem) { p.Shifts[0].Overtime = Hour },
		"a limit":        func(p *Problem) { p.Shifts[0].MaxVisits = 3 },
		"links":          func(p *Problem) { p.Links = []Link{{A: 0, B: 1}} },
		"different days": func(p *Problem) { p.Shifts[0].Hours.Open += Hour },
		"two loads":      func(p *Problem) { p.Visits[0].Load = []int32{1, 1}; p.Shifts[0].Capacity = []int32{9, 9} },
		"no road":        func(p *Problem) { p.Tables[0].Seconds[5] = NoRoad },
	} {
		p := plainProblem(rand.New(rand.NewSource(5)), 12, 4)
		change(&p)
		require.NoError(t, Validate(p), name)
		m, err := buildModel(&p)
		require.NoError(t, err, name)
		m.buildNear()
		require.Nil(t, newYard(m), name)
	}
}

func TestALargePlanOfShortRoutesKeepsEveryRule(t *testing.T) {
	t.Parallel()
	inOneGoroutine(t)
	p := plainProblem(rand.New(rand.NewSource(9)), 2*besideLeast, 120)
	s, err := Plan(context.Background(), p, Options{Seed: 1, Iterations: 3000})
	require.NoError(t, err)
	r, err := Check(p, s.Orders())
	require.NoError(t, err)
	require.Empty(t, r.Violations)
	require.Equal(t, r.Cost, s.Cost)
}

func TestPositionsInRoutesAreKeptThroughEveryChange(t *testing.T) {
	t.Parallel()
	inOneGoroutine(t)
	p := plainProblem(rand.New(rand.NewSource(4)), besideLeast, 60)
	m, err := buildModel(&p)
	require.NoError(t, err)
	m.buildNear()
	c := newChain(m, &Options{Seed: 2}, 0)
	for range 300 {
		c.round(1000)
		for k := range c.t.routes {
			for i, s := range inner(&c.t.routes[k]) {
				require.Equal(t, int32(k), c.t.at[s.visit])
				require.Equal(t, int32(i+1), c.t.pos[s.visit])
			}
		}
	}
}

func TestASecondDimensionOfLoadIsKept(t *testing.T) {
	t.Parallel()
	inOneGoroutine(t)
	for seed := range int64(10) {
		r := rand.New(rand.NewSource(seed))
		p := plainProblem(r, 5, 3)
		for i := range p.Shifts {
			p.Shifts[i].Capacity = []int32{1000, 7}
		}
		for i := range p.Visits {
			p.Visits[i].Load = []int32{1, int32(1 + r.Intn(5))}
		}
		want, orders := bruteForce(&p)
		got, err := Plan(context.Background(), p, Options{Seed: 1, Iterations: 3000})
		require.NoError(t, err, "problem %d", seed)
		require.Equal(t, want, got.Cost, "problem %d: %v, not %v", seed, orders, got.Orders())
	}
}

func TestAPopulationThatFindsNothingMoreGivesWayToAnother(t *testing.T) {
	t.Parallel()
	p := plainProblem(rand.New(rand.NewSource(101)), 30, 12)
	m, err := buildModel(&p)
	require.NoError(t, err)
	m.buildNear()
	c := newChain(m, &Options{Seed: 1}, 0)
	c.population = newPopulation(newYard(m), &c.t.random, c.t.edge)
	for range founders + 50 {
		c.breed()
	}
	before, best := c.population, c.best
	require.LessOrEqual(t, before.best.cost, best)
	before.idle = patience*len(p.Visits) + 1
	c.breed()
	require.NotSame(t, before, c.population)
	require.Equal(t, 1, c.population.size(), "it begins without the best plan")
	for range founders + 50 {
		c.breed()
	}
	require.LessOrEqual(t, c.best, best, "what was found is kept")
	r := check(&p, ordersOf(m, c.bestPlan.routes))
	require.Equal(t, Cost(c.best), r.Cost)
}
