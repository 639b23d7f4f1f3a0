package districts

import (
	"context"
	"math"
	"math/rand/v2"
	"sync"
)

// Options of Divide.
type Options struct {
	Seed uint64
	// Moves are how many moves over borders are tried; 0 takes a number that suits
	// the size: some two seconds for a thousand cells, half a minute for twenty
	// thousand, on two cores.
	Moves int
	// Starts are how many starts are tried, with a quarter of the moves in all;
	// 0 takes a number that suits the size. With given districts there is one.
	Starts int
	// Stability is what changing hands costs, when there are given districts: at 1,
	// the default, a tenth of a district's content costs as much as a district of
	// half the best compactness. Negative for 0.
	Stability float64
	// OnProgress is called now and then, from one goroutine at a time.
	OnProgress func(share float64)
}

// Solution is a division of all cells.
type Solution struct {
	District []int // by cell
	Measures Measures
	// Reasons say why something asked for could not be had; none when every
	// figure of every district is within its tolerance.
	Reasons []Reason
	// Bridges are pairs of cells taken for neighbours without an edge, since the
	// edges leave parts that nothing joins: islands.
	Bridges [][2]int
}

// Why is a code for what stands in the way.
type Why string

// What may stand in the way.
const (
	CellTooLarge Why = "cell_too_large" // one cell holds more than a district may
	LockedApart  Why = "locked_apart"   // locked cells that only cells locked elsewhere join
	TooMuchHeld  Why = "too_much_held"  // locked cells and the base alone are more than a district may have
	NotReached   Why = "not_reached"    // none of the above, but nothing better was found
)

// Reason says why a district is out of tolerance, or not in one piece.
type Reason struct {
	Why      Why
	District int     // None when it is about a cell
	Cell     int     // None when it is about a district
	Figure   int     // None when it is about no figure
	Share    float64 // of the figure's mean over the districts
}

// Divide divides the cells. It returns a *ProblemError for a problem that is not
// valid, and the error of ctx when that ends first. Every district is in one
// piece along the edges and Solution.Bridges, unless a Reason says that locks
// forbid it.
func Divide(ctx context.Context, p Problem, o Options) (*Solution, error) {
	if err := Validate(p); err != nil {
		return nil, err
	}
	if o.Stability == 0 {
		o.Stability = 1
	}
	g, err := newConnectedGraph(p.Points, p.Edges)
	if err != nil {
		return nil, err
	}
	fixed, reasons := g.fix(p.Locked, p.K)
	moves := o.Moves
	if moves <= 0 {
		moves = 8_000_000 + 900*len(p.Points)
	}
	s := &search{p: &p, g: g, o: o, fixed: fixed, moves: moves}
	of, err := s.run(ctx)
	if err != nil {
		return nil, err
	}
	out := &Solution{District: make([]int, len(of)), Bridges: g.bridges}
	for v, d := range of {
		out.District[v] = int(d)
	}
	out.Measures = Measure(p, out.District)
	out.Reasons = append(reasons, explain(&p, out, fixed)...)
	return out, nil
}

// search is one call of Divide.
type search struct {
	p     *Problem
	g     *graph
	o     Options
	fixed [][]int32
	moves int

	progress sync.Mutex
	done     int
}

func (s *search) run(ctx context.Context) ([]int32, error) {
	starts := s.o.Starts
	if starts <= 0 {
		starts = max(1, min(8, 8_000/len(s.p.Points)))
	}
	if s.p.Given != nil || s.p.K == 1 {
		starts = 1
	}
	found := make([]attempt, starts)
	workers := make(chan struct{}, 2)
	var all sync.WaitGroup
	for i := range found {
		all.Add(1)
		workers <- struct{}{}
		go func() {
			defer func() { <-workers; all.Done() }()
			found[i] = s.attempt(ctx, i, starts)
		}()
	}
	all.Wait()
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	best := found[0]
	if s.p.Given == nil && s.p.K > 1 {
		best = s.recombineBest(ctx, found)
	}
	return best.of, ctx.Err()
}

// attempt is a division and what it is worth.
type attempt struct {
	of           []int32
	excess, cost float64
}

func (a attempt) better(b attempt) bool {
	if a.excess != b.excess {
		return a.excess < b.excess
	}
	return a.cost < b.cost
}

const finalPress = 20

func (s *search) stability() float64 { return max(0, s.o.Stability) }

func (s *search) attempt(ctx context.Context, index, starts int) attempt {
	random := rand.New(rand.NewPCG(s.o.Seed, uint64(index)))
	t := newState(s.p, s.g, s.stability())
	t.press = 1
	if s.p.Given != nil {
		t.set(s.adopt())
	} else {
		first := newStart(t, random, s.fixed)
		first.choose()
		t.set(first.balance(60))
	}
	a := annealing{t: t, random: random, hot: 0.5, moves: s.moves / 4 / starts, tell: s.tell}
	if s.p.Given != nil {
		a.hot, a.moves = 0.05, s.moves/2 // stay near
	}
	return a.run(ctx)
}

func (s *search) tell(moves int) {
	if s.o.OnProgress == nil {
		return
	}
	s.progress.Lock()
	defer s.progress.Unlock()
	s.done += moves
	s.o.OnProgress(min(1, float64(s.done)/float64(s.moves)))
}

// explain says why what is out of tolerance is so.
func explain(p *Problem, out *Solution, fixed [][]int32) []Reason {
	var reasons []Reason
	for i := range p.Figures {
		f := &p.Figures[i]
		total := 0.0
		for _, list := range [][]float64{f.Values, f.Base} {
			for _, v := range list {
				total += v
			}
		}
		mean := total / float64(p.K)
		most := (1 + f.tolerance()) * mean
		told := map[int]bool{}
		for v, value := range f.Values {
			if value > most {
				reasons = append(reasons, Reason{CellTooLarge, None, v, i, value / mean})
				told[out.District[v]] = true
			}
		}
		for d, district := range out.Measures.Districts {
			if math.Abs(district.Deviations[i]) <= f.tolerance()+1e-9 || told[d] {
				continue
			}
			held := 0.0
			if f.Base != nil {
				held = f.Base[d]
			}
			for _, v := range fixed[d] {
				held += f.Values[v]
			}
			if held > most {
				reasons = append(reasons, Reason{TooMuchHeld, d, None, i, held / mean})
			} else {
				reasons = append(reasons, Reason{NotReached, d, None, i, district.Figures[i] / mean})
			}
		}
	}
	return reasons
}
