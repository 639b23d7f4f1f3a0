package districts

import (
	"context"
	"math/rand/v2"
	"slices"
	"sync"
)

// Of the recombination: how many divisions are carried on beside one another,
// moves a cell in one round, and how much worse, in the unit of cost, a round
// may leave a division at first.
const (
	walks       = 2
	roundMoves  = 30
	roundRounds = 12 // of the start within a round
	mayLose     = 0.02
)

// recombineBest carries on with the best of the divisions found, and returns the
// best that it met.
func (s *search) recombineBest(ctx context.Context, found []attempt) attempt {
	slices.SortStableFunc(found, func(a, b attempt) int {
		switch {
		case a.better(b):
			return -1
		case b.better(a):
			return 1
		}
		return 0
	})
	found = found[:min(walks, len(found))]
	budget := (s.moves - s.moves/4) / len(found)
	var all sync.WaitGroup
	for i := range found {
		all.Go(func() { found[i] = s.recombine(ctx, found[i], i, budget) })
	}
	all.Wait()
	best := found[0]
	for _, a := range found[1:] {
		if a.better(best) {
			best = a
		}
	}
	return best
}

// recombine takes a few districts that touch at a time, puts them together and
// divides them anew, with a start and an annealing of their own. What comes out
// is kept when it is better, and while the search is young now and then when it
// is a little worse (ruin and recreate; of electoral districts: DeFord, Duchin
// and Solomon, "Recombination: a family of Markov chains for redistricting",
// 2021). Single cells over a border never get from one arrangement of the
// districts to another; this does.
func (s *search) recombine(ctx context.Context, from attempt, index, budget int) attempt {
	random := rand.New(rand.NewPCG(s.o.Seed, 1<<32+uint64(index)))
	t := newState(s.p, s.g, s.stability())
	t.press = finalPress
	t.set(from.of)
	best := attempt{of: slices.Clone(t.of), excess: t.excess(), cost: t.total()}
	for spent := 0; spent < budget && ctx.Err() == nil; {
		few := t.together(random, 2+random.IntN(3))
		u := t.part(few)
		moves := max(1000, roundMoves*u.g.n)
		heat := mayLose * (1 - float64(spent)/float64(budget))
		spent += moves
		s.tell(moves)
		fixed, apart := u.g.fix(u.locked, u.k)
		if len(few) < 2 || len(apart) > 0 {
			continue
		}
		u.press = finalPress
		u.set(u.of)
		before := attempt{excess: u.excess(), cost: u.total()}
		after := u.again(ctx, random, fixed, moves)
		if after.excess > before.excess+1e-9 ||
			after.excess >= before.excess-1e-9 && after.cost > before.cost+heat*random.ExpFloat64() {
			continue
		}
		for i, v := range u.cells {
			t.of[v] = few[after.of[i]]
		}
		t.set(t.of)
		if now := (attempt{t.of, t.excess(), t.total()}); now.better(best) {
			best = attempt{slices.Clone(now.of), now.excess, now.cost}
		}
	}
	return best
}

// again divides a part from nothing.
func (u *part) again(ctx context.Context, random *rand.Rand, fixed [][]int32, moves int) attempt {
	first := newStart(u.state, random, fixed)
	first.choose()
	u.press = 1
	u.set(first.balance(roundRounds))
	a := annealing{t: u.state, random: random, hot: 0.3, moves: moves, tell: func(int) {}}
	return a.run(ctx)
}

// together chooses districts that touch one another, at most so many: the first
// by chance, each next one by chance among those that touch.
func (t *state) together(random *rand.Rand, most int) []int32 {
	few := []int32{random.Int32N(int32(t.k))}
	for len(few) < most {
		var near []int32
		for _, v := range t.border {
			if !slices.Contains(few, t.of[v]) {
				continue
			}
			for _, w := range t.g.neighbours(v) {
				if d := t.of[w]; !slices.Contains(few, d) && !slices.Contains(near, d) {
					near = append(near, d)
				}
			}
		}
		if len(near) == 0 {
			break
		}
		slices.Sort(near)
		few = append(few, near[random.IntN(len(near))])
	}
	slices.Sort(few)
	return few
}
