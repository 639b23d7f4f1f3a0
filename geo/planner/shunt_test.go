package planner

import (
	"context"
	"math/rand"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
)

// shuntChain is a chain whose plan a shunt anneals, however small it is.
func shuntChain(t *testing.T, p *Problem, seed int64) *chain {
	t.Helper()
	require.NoError(t, Validate(*p))
	m, err := buildModel(p)
	require.NoError(t, err)
	m.buildNear()
	y := newYard(m)
	require.NotNil(t, y)
	c := newChain(m, &Options{Seed: seed}, 0)
	c.useShunt(y)
	return c
}

func TestAShuntFindsTheBestOfAllPlans(t *testing.T) {
	t.Parallel()
	for seed := range int64(8) {
		p := plainProblem(rand.New(rand.NewSource(200+seed)), 5, 2)
		want, orders := bruteForce(&p)
		c := shuntChain(t, &p, 1)
		c.run(context.Background(), &budget{iterations: 3000}, 3000)
		c.settle()
		require.Equal(t, want, Cost(c.best), "problem %d: %v, not %v", seed, orders, ordersOf(c.t.m, c.bestPlan.routes))
	}
}

// requireRight compares all that a shunt keeps with what it would be if its
// plan was loaded anew.
func requireRight(t *testing.T, s *shunt, routes []route) {
	t.Helper()
	again := &shunt{y: s.y, cars: make([]car, len(s.cars)), trains: make([]train, len(s.trains)),
		early: s.early, late: s.late, length: s.length, bestCars: make([]car, len(s.cars))}
	for k := range routes {
		end := s.y.n + int32(k)
		stops := []stop{{visit: -1}}
		for v := s.cars[end].next; v != end; v = s.cars[v].next {
			stops = append(stops, stop{visit: v})
		}
		routes[k].stops = append(stops, stop{visit: -1})
	}
	again.load(routes, s.absent)
	require.Equal(t, again.cost, s.cost)
	require.Equal(t, again.used, s.used)
	require.True(t, slices.Equal(again.trains, s.trains))
	require.True(t, slices.Equal(again.cars, s.cars))
}

func TestTimesAndCostsOfTrainsAreKeptThroughEveryChange(t *testing.T) {
	t.Parallel()
	for seed := range int64(10) {
		r := rand.New(rand.NewSource(seed))
		p := plainProblem(r, 20+r.Intn(40), 4+r.Intn(12)) // some have too few shifts
		c := shuntChain(t, &p, seed)
		s := c.shunt
		routes := make([]route, len(p.Shifts))
		kept, undone := 0, 0
		for range 60 {
			before := slices.Clone(s.cars)
			trains := slices.Clone(s.trains)
			total := s.total()
			changed, _ := s.round(total + int64(r.Intn(40_000*fine)))
			if changed {
				kept++
				requireRight(t, s, routes)
				continue
			}
			undone++
			require.True(t, slices.Equal(before, s.cars))
			require.True(t, slices.Equal(trains, s.trains))
			require.Equal(t, total, s.total())
		}
		require.Positive(t, kept, "problem %d", seed)
		require.Positive(t, undone, "problem %d", seed)
	}
}

func TestAShuntsBestPlanKeepsEveryRuleAndCostsWhatTheCheckerSays(t *testing.T) {
	t.Parallel()
	left := 0
	for seed := range int64(8) {
		r := rand.New(rand.NewSource(300 + seed))
		p := plainProblem(r, 40, 4+r.Intn(12))
		c := shuntChain(t, &p, seed)
		c.run(context.Background(), &budget{iterations: 2000}, 2000)
		require.True(t, c.pending, "problem %d: something better was found", seed)
		c.settle()
		left += len(c.bestPlan.absent)
		got := check(&p, ordersOf(c.t.m, c.bestPlan.routes))
		require.Equal(t, Cost(c.best), got.Cost, "problem %d", seed)
		require.Equal(t, c.best, c.bestPlan.total, "problem %d", seed)
		for _, v := range got.Violations {
			require.Equal(t, RuleMissing, v.Rule, "problem %d", seed)
		}
	}
	require.Positive(t, left, "some problems have too few shifts")
}

func TestALargePlanIsTheSameForTheSameSeedAndThreads(t *testing.T) {
	t.Parallel()
	p := plainProblem(rand.New(rand.NewSource(7)), shuntLeast, 80)
	for _, threads := range []int{1, 3} {
		o := Options{Seed: 3, Iterations: 700, Threads: threads}
		first := planned(t, p, o)
		require.Equal(t, first.Orders(), planned(t, p, o).Orders(), "%d threads", threads)
	}
}

func TestAVisitThatNoLaneCanMakeIsLeftOutOfAShunt(t *testing.T) {
	t.Parallel()
	p := plainProblem(rand.New(rand.NewSource(8)), 12, 6)
	p.Visits[3].Windows[0] = Window{Open: 8 * Hour, Close: 8*Hour + 1} // before anybody gets there
	p.Visits[7].Load[0] = p.Shifts[0].Capacity[0] + 1
	c := shuntChain(t, &p, 1)
	c.run(context.Background(), &budget{iterations: 500}, 500)
	c.settle()
	require.ElementsMatch(t, []int32{3, 7}, c.bestPlan.absent)
}
