package districts

import (
	"math"
	"math/bits"
)

// state is a division under way, with what its cost is made of.
type state struct {
	g  *graph
	of []int32 // district by cell
	k  int     // districts

	base   []float64 // by district and figure, beside the cells
	given  []int     // district of today by cell, nil
	locked []int     // district that a cell must keep, nil

	count []int32 // cells, by district
	sx    []float64
	sy    []float64
	sq    []float64
	load  []float64 // by district and figure, as a multiple of the figure's mean
	value []float64 // by cell and figure, in the same unit
	moved []float64 // by cell: what it costs when it is not in its given district

	border  []int32 // cells with a neighbour in another district
	at      []int32 // their index in border; -1
	foreign []int32 // neighbours in other districts, by cell

	figures int
	edge    float64 // what one edge of border costs
	slack   []float64
	press   float64 // what deviations cost

	queue []int32
	seen  []int32
	mark  int32
}

func newState(p *Problem, g *graph, stability float64) *state {
	f := len(p.Figures)
	n, k := g.n, p.K
	t := &state{
		g: g, k: k, of: make([]int32, n), base: make([]float64, k*f), given: p.Given, locked: p.Locked, count: make([]int32, k), sx: make([]float64, k), sy: make([]float64, k), sq: make([]float64, k),
		load: make([]float64, k*f), value: make([]float64, n*f), at: make([]int32, n), foreign: make([]int32, n),
		figures: f, slack: make([]float64, f), seen: make([]int32, n),
	}
	if p.Given != nil && stability > 0 {
		t.moved = make([]float64, n)
	}
	for i := range p.Figures {
		figure := &p.Figures[i]
		total := 0.0
		for _, v := range figure.Values {
			total += v
		}
		for _, v := range figure.Base {
			total += v
		}
		mean := total / float64(k)
		for d, v := range figure.Base {
			t.base[d*f+i] = v / mean
		}
		for v := range n {
			t.value[v*f+i] = figure.Values[v] / mean
			if t.moved != nil && p.Given[v] != None {
				t.moved[v] += 10 * stability * (figure.Values[v]/mean + 0.1*float64(k)/float64(n)) / float64(f)
			}
		}
		t.slack[i] = figure.tolerance()
	}
	// A border as long as those of round districts costs 0.26 a district.
	t.edge = 0.13 / (3.5 * math.Sqrt(float64(n)/float64(k)))
	return t
}

// set takes over a division.
func (t *state) set(of []int32) {
	copy(t.of, of)
	clear(t.count)
	clear(t.sx)
	clear(t.sy)
	clear(t.sq)
	copy(t.load, t.base)
	t.border = t.border[:0]
	for v := range int32(t.g.n) {
		d := t.of[v]
		t.count[d]++
		t.sx[d] += t.g.x[v]
		t.sy[d] += t.g.y[v]
		t.sq[d] += t.g.x[v]*t.g.x[v] + t.g.y[v]*t.g.y[v]
		for i := range t.figures {
			t.load[int(d)*t.figures+i] += t.value[int(v)*t.figures+i]
		}
		t.foreign[v], t.at[v] = 0, -1
		for _, w := range t.g.neighbours(v) {
			if t.of[w] != d {
				t.foreign[v]++
			}
		}
		if t.foreign[v] > 0 {
			t.at[v] = int32(len(t.border))
			t.border = append(t.border, v)
		}
	}
}

// strain is the cost of a district's load of a figure: nothing to speak of
// within nine tenths of the tolerance, growing by the square beyond.
func (t *state) strain(load float64, figure int) float64 {
	share := (load - 1) / t.slack[figure]
	if share < 0 {
		share = -share
	}
	cost := 0.01 * share * share
	if over := share - 0.9; over > 0 {
		cost += over * over
	}
	return cost
}

// shape is the cost of a district's shape: twice what its compactness lacks of
// 1, so that a district of few cells, in a town, counts as much as a large one.
func (t *state) shape(n int32, x, y, q float64) float64 {
	if n == 0 {
		return 0
	}
	cells := float64(n)
	return 2 - cells*cells/math.Pi/((q-(x*x+y*y)/cells)/t.g.area+cells*own)
}

// change is what moving cell v to district b costs, when it is negative a gain.
func (t *state) change(v, b int32) float64 {
	a := t.of[v]
	x, y := t.g.x[v], t.g.y[v]
	q := x*x + y*y
	cost := t.shape(t.count[a]-1, t.sx[a]-x, t.sy[a]-y, t.sq[a]-q) - t.shape(t.count[a], t.sx[a], t.sy[a], t.sq[a]) +
		t.shape(t.count[b]+1, t.sx[b]+x, t.sy[b]+y, t.sq[b]+q) - t.shape(t.count[b], t.sx[b], t.sy[b], t.sq[b])
	edges := 0
	for _, w := range t.g.neighbours(v) {
		switch t.of[w] {
		case a:
			edges++
		case b:
			edges--
		}
	}
	cost += t.edge * float64(edges)
	f := t.figures
	for i, value := range t.value[int(v)*f : int(v)*f+f] {
		from, to := t.load[int(a)*f+i], t.load[int(b)*f+i]
		cost += t.press * (t.strain(from-value, i) - t.strain(from, i) + t.strain(to+value, i) - t.strain(to, i))
	}
	if t.moved != nil {
		given := int32(t.given[v])
		if given == a {
			cost += t.moved[v]
		} else if given == b {
			cost -= t.moved[v]
		}
	}
	return cost
}

// move puts cell v into district b.
func (t *state) move(v, b int32) {
	a := t.of[v]
	x, y := t.g.x[v], t.g.y[v]
	q := x*x + y*y
	t.count[a]--
	t.sx[a] -= x
	t.sy[a] -= y
	t.sq[a] -= q
	t.count[b]++
	t.sx[b] += x
	t.sy[b] += y
	t.sq[b] += q
	f := t.figures
	for i, value := range t.value[int(v)*f : int(v)*f+f] {
		t.load[int(a)*f+i] -= value
		t.load[int(b)*f+i] += value
	}
	t.of[v] = b
	for _, w := range t.g.neighbours(v) {
		switch t.of[w] {
		case a:
			t.foreign[w]++
			t.foreign[v]++
		case b:
			t.foreign[w]--
			t.foreign[v]--
		default:
			continue
		}
		t.keep(w)
	}
	t.keep(v)
}

// keep puts a cell on the list of the border or takes it off.
func (t *state) keep(v int32) {
	switch i := t.at[v]; {
	case t.foreign[v] > 0 && i < 0:
		t.at[v] = int32(len(t.border))
		t.border = append(t.border, v)
	case t.foreign[v] == 0 && i >= 0:
		last := t.border[len(t.border)-1]
		t.border[i], t.at[last] = last, i
		t.border = t.border[:len(t.border)-1]
		t.at[v] = -1
	}
}

// searchLimit bounds how far a way around is looked for; beyond it a cell is
// taken for one that holds its district together.
const searchLimit = 400

// free tells whether cell v may leave its district, which then stays in one
// piece and keeps a cell.
func (t *state) free(v int32) bool {
	d := t.of[v]
	if t.count[d] < 2 || t.locked != nil && t.locked[v] != None {
		return false
	}
	near := t.g.neighbours(v)
	if len(near) > maxDegree {
		return false
	}
	members := uint64(0)
	for i, w := range near {
		if t.of[w] == d {
			members |= 1 << i
		}
	}
	if members == 0 {
		return false // alone in a part of its own
	}
	// Joined by neighbours of both?
	ring := t.g.ring[t.g.first[v]:]
	reached := members & -members
	for {
		next := reached
		for m := reached; m != 0; m &= m - 1 {
			next |= ring[bits.TrailingZeros64(m)] & members
		}
		if next == reached {
			break
		}
		reached = next
	}
	if reached == members {
		return true
	}
	return t.around(v, near, members)
}

// around searches the district, without v, from one of v's neighbours for all
// the others.
func (t *state) around(v int32, near []int32, members uint64) bool {
	d := t.of[v]
	t.mark++
	t.seen[v] = t.mark
	start := near[bits.TrailingZeros64(members)]
	wanted := bits.OnesCount64(members) - 1
	t.seen[start] = t.mark
	t.queue = append(t.queue[:0], start)
	for i := 0; i < len(t.queue) && i < searchLimit; i++ {
		for _, w := range t.g.neighbours(t.queue[i]) {
			if t.of[w] != d || t.seen[w] == t.mark {
				continue
			}
			t.seen[w] = t.mark
			for k, u := range near {
				if u == w && members>>k&1 == 1 {
					if wanted--; wanted == 0 {
						return true
					}
				}
			}
			t.queue = append(t.queue, w)
		}
	}
	return false
}

// excess is by how much the tolerance is broken, in tolerances, over all
// districts and figures.
func (t *state) excess() float64 {
	sum := 0.0
	for d := range t.count {
		for i := range t.figures {
			sum += t.over(d, i)
		}
	}
	return sum
}

func (t *state) over(d, figure int) float64 {
	share := (t.load[d*t.figures+figure] - 1) / t.slack[figure]
	return max(0, max(share, -share)-1)
}

// total is the cost of everything.
func (t *state) total() float64 {
	cost, edges := 0.0, 0
	for d := range t.count {
		cost += t.shape(t.count[d], t.sx[d], t.sy[d], t.sq[d])
		for i := range t.figures {
			cost += t.press * t.strain(t.load[d*t.figures+i], i)
		}
	}
	for v := range t.of {
		edges += int(t.foreign[v])
		if t.moved != nil && t.given[v] != None && int32(t.given[v]) != t.of[v] {
			cost += t.moved[v]
		}
	}
	return cost + t.edge*float64(edges)/2
}
