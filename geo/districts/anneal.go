package districts

import (
	"context"
	"math"
	"math/rand/v2"
)

// annealing moves cells over borders.
type annealing struct {
	t      *state
	random *rand.Rand
	hot    float64 // the first temperature, in mean changes of a move
	moves  int
	tell   func(moves int)
}

// look is after how many moves the clock, the press and the best are seen to, at
// most.
const look = 4096

func (a *annealing) run(ctx context.Context) attempt {
	t := a.t
	best := attempt{of: append([]int32(nil), t.of...)}
	weigh := func() attempt {
		press := t.press
		t.press = finalPress
		w := attempt{excess: t.excess(), cost: t.total()}
		t.press = press
		return w
	}
	w := weigh()
	best.excess, best.cost = w.excess, w.cost
	keep := func() {
		if w := weigh(); w.better(best) {
			best.excess, best.cost = w.excess, w.cost
			copy(best.of, t.of)
		}
	}
	first := a.hot * a.meanChange()
	chunk := min(look, a.moves/40+1)
	for done := 0; done < a.moves && ctx.Err() == nil; done += chunk {
		share := float64(done) / float64(a.moves)
		t.press = math.Pow(finalPress, share)
		heat := first * math.Pow(0.002, share)
		for range chunk {
			a.step(heat)
		}
		if share > 0.5 {
			keep()
		}
		a.tell(chunk)
	}
	// Downhill only, until every border cell was tried often enough.
	t.press = finalPress
	for round := 0; round < 50 && ctx.Err() == nil; round++ {
		if a.descend() == 0 {
			break
		}
	}
	keep()
	return best
}

// step tries one move: a cell of the border, to the district of one of its
// neighbours.
func (a *annealing) step(heat float64) {
	t := a.t
	if len(t.border) == 0 {
		return
	}
	v := t.border[a.random.IntN(len(t.border))]
	b := a.other(v)
	cost := t.change(v, b)
	if cost > 0 && (heat == 0 || cost > heat*a.random.ExpFloat64()) {
		return
	}
	if t.free(v) {
		t.move(v, b)
	}
}

// other chooses the district of one of the neighbours in another district.
func (a *annealing) other(v int32) int32 {
	t := a.t
	nth := a.random.Int32N(t.foreign[v])
	for _, w := range t.g.neighbours(v) {
		if t.of[w] != t.of[v] {
			if nth == 0 {
				return t.of[w]
			}
			nth--
		}
	}
	return t.of[v]
}

// descend makes every move that pays, cell by cell, and returns how many.
func (a *annealing) descend() int {
	t := a.t
	made := 0
	for v := range int32(t.g.n) {
		if t.foreign[v] == 0 {
			continue
		}
		best, to := -1e-12, int32(-1)
		for _, w := range t.g.neighbours(v) {
			if b := t.of[w]; b != t.of[v] && b != to {
				if cost := t.change(v, b); cost < best {
					best, to = cost, b
				}
			}
		}
		if to >= 0 && t.free(v) {
			t.move(v, to)
			made++
		}
	}
	return made
}

// meanChange is what a move changes of the shapes, on average. A town that moves
// changes the balance by far more, and would make any temperature too high.
func (a *annealing) meanChange() float64 {
	t := a.t
	if len(t.border) == 0 {
		return 0
	}
	press := t.press
	t.press = 0
	defer func() { t.press = press }()
	sum := 0.0
	const tries = 1000
	for range tries {
		v := t.border[a.random.IntN(len(t.border))]
		sum += math.Abs(t.change(v, a.other(v)))
	}
	return sum / tries
}
