package districts

import (
	"container/heap"
	"math"
	"math/rand/v2"
	"slices"
)

// start makes a first division of connected districts: shortest-path Voronoi
// regions whose weights are moved towards balance and whose centres towards the
// middle. Locked cells are sources of their districts, together with the paths
// that join them.
type start struct {
	t       *state
	random  *rand.Rand
	centre  []int32   // by district; -1 when the district has fixed cells
	fixed   [][]int32 // cells that a district begins with
	taken   []int32   // by cell: the district of fixed ones, -1
	weight  []float64 // metres that each district begins later
	reached []float64
	of      []int32
	heap    distances
}

func newStart(t *state, random *rand.Rand, fixed [][]int32) *start {
	s := &start{t: t, random: random, fixed: fixed, centre: make([]int32, t.k), taken: make([]int32, t.g.n),
		weight: make([]float64, t.k), reached: make([]float64, t.g.n), of: make([]int32, t.g.n)}
	for v := range s.taken {
		s.taken[v] = -1
	}
	for d, cells := range fixed {
		for _, v := range cells {
			s.taken[v] = int32(d)
		}
	}
	return s
}

// share is a cell's part of all figures, of 1.
func (s *start) share(v int32) float64 {
	sum := 0.0
	for i := range s.t.figures {
		sum += s.t.value[int(v)*s.t.figures+i]
	}
	return sum / float64(s.t.figures*s.t.k)
}

// choose spreads the centres: each next one with a chance that grows with the
// square of the distance from those chosen and with what the cell holds
// (k-means++; Arthur and Vassilvitskii, 2007).
func (s *start) choose() {
	n := int32(s.t.g.n)
	far := make([]float64, n)
	for v := range far {
		far[v] = math.Inf(1)
	}
	near := func(c int32) {
		for v := range n {
			far[v] = min(far[v], s.t.g.between(v, c))
		}
	}
	any := false
	for d, cells := range s.fixed {
		s.centre[d] = -1
		for _, v := range cells {
			near(v)
			any = true
		}
	}
	for d := range s.centre {
		if len(s.fixed[d]) > 0 {
			continue
		}
		sum := 0.0
		chance := make([]float64, n)
		for v := range n {
			if s.taken[v] < 0 && !slices.Contains(s.centre[:d], v) {
				chance[v] = s.share(v) + 0.2/float64(n)
				if any {
					chance[v] *= far[v] * far[v]
				}
				sum += chance[v]
			}
		}
		at := s.random.Float64() * sum
		chosen := int32(-1)
		for v := range n {
			if chance[v] > 0 {
				chosen = v
				if at -= chance[v]; at < 0 {
					break
				}
			}
		}
		if chosen < 0 { // all cells lie on chosen ones
			for v := range n {
				if s.taken[v] < 0 && !slices.Contains(s.centre[:d], v) {
					chosen = v
					break
				}
			}
		}
		s.centre[d] = chosen
		near(chosen)
		any = true
	}
}

// grow makes the regions: a multi-source Dijkstra in which a cell takes the
// district of the cell before it.
func (s *start) grow() {
	g := s.t.g
	for v := range s.of {
		s.of[v], s.reached[v] = -1, math.Inf(1)
	}
	s.heap = s.heap[:0]
	begin := func(v int32, d int, at float64) {
		s.reached[v] = at
		heap.Push(&s.heap, distance{at, v, int32(d)})
	}
	held := make(map[int32]int32, len(s.centre))
	for d := range s.centre {
		for _, v := range s.fixed[d] {
			begin(v, d, s.weight[d])
		}
		if c := s.centre[d]; c >= 0 {
			held[c] = int32(d)
			begin(c, d, s.weight[d])
		}
	}
	mine := func(v, d int32) bool {
		if s.taken[v] >= 0 {
			return s.taken[v] == d
		}
		owner, is := held[v]
		return !is || owner == d
	}
	for len(s.heap) > 0 {
		e := heap.Pop(&s.heap).(distance)
		if s.of[e.cell] >= 0 {
			continue
		}
		s.of[e.cell] = e.district
		for i := g.first[e.cell]; i < g.first[e.cell+1]; i++ {
			w := g.to[i]
			if at := e.at + g.length[i]; s.of[w] < 0 && at < s.reached[w] && mine(w, e.district) {
				s.reached[w] = at
				heap.Push(&s.heap, distance{at, w, e.district})
			}
		}
	}
	// What lies behind the fixed cells of others belongs to whom it touches.
	for changed := true; changed; {
		changed = false
		for v := range int32(g.n) {
			if s.of[v] >= 0 {
				continue
			}
			for _, w := range g.neighbours(v) {
				if s.of[w] >= 0 {
					s.of[v], changed = s.of[w], true
					break
				}
			}
		}
	}
}

// balance moves weights and centres, and returns the division with the least
// cost that it met.
func (s *start) balance(rounds int) []int32 {
	t := s.t
	var best []int32
	least := math.Inf(1)
	reach := math.Sqrt(float64(t.g.n) / float64(t.k) * t.g.area / math.Pi)
	for round := range rounds {
		s.grow()
		t.set(s.of)
		if cost := t.total(); cost < least {
			least = cost
			best = append(best[:0], s.of...)
		}
		cool := 1 - float64(round)/float64(rounds)
		for d := range s.weight {
			worst := 0.0
			for i := range t.figures {
				worst += t.load[d*t.figures+i] - 1
			}
			s.weight[d] += reach * (0.05 + 0.25*cool) * max(-1, min(1, worst/float64(t.figures)))
		}
		if round%3 == 2 {
			s.centreAgain()
		}
	}
	return best
}

// centreAgain puts each centre on the cell of its region nearest to its middle.
func (s *start) centreAgain() {
	t := s.t
	least := make([]float64, t.k)
	for d := range least {
		least[d] = math.Inf(1)
	}
	for v := range int32(t.g.n) {
		d := s.of[v]
		if s.centre[d] < 0 {
			continue
		}
		n := float64(t.count[d])
		if far := math.Hypot(t.g.x[v]-t.sx[d]/n, t.g.y[v]-t.sy[d]/n); far < least[d] {
			least[d], s.centre[d] = far, v
		}
	}
}

type distance struct {
	at             float64
	cell, district int32
}

type distances []distance

func (h distances) Len() int { return len(h) }
func (h distances) Less(i, j int) bool {
	if h[i].at != h[j].at {
		return h[i].at < h[j].at
	}
	return h[i].cell < h[j].cell || h[i].cell == h[j].cell && h[i].district < h[j].district
}
func (h distances) Swap(i, j int) { h[i], h[j] = h[j], h[i] }
func (h *distances) Push(x any)   { *h = append(*h, x.(distance)) }
func (h *distances) Pop() any {
	old := *h
	last := old[len(old)-1]
	*h = old[:len(old)-1]
	return last
}
