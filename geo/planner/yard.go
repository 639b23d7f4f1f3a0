package planner

// yard is a problem in which all shifts are alike and visits have no rule but
// one window and a load, in flat arrays: nodes 0…n-1 are the visits, node n is
// where routes start and end.
type yard struct {
	n        int32
	lanes    int       // shifts
	edges    []edge    // from a to b at a*(n+1)+b
	nodes    []segment // of one stop each
	loads    []int32
	capacity int32
	fixed    int64     // cost of a lane in use, in fine units
	skew     bool      // some way costs more in one direction than in the other
	near     [][]int32 // by visit: those beside which moves put it
	around   [][]int32 // by visit: neighbours by distance
}

// edge is the way from one node to another.
type edge struct {
	cost int32 // in fine units
	way  int32 // seconds
}

// fine is how many units of the local search make one unit of cost, so that
// what an excess costs a unit can be a part of one.
const fine = 16

const (
	yardMost = 4000 // visits: the edges grow with the square
)

// granular is how many near visits moves look at. Of few visits a few do: what a
// child gains from more is worth less than the children there is time for.
func granular(visits int) int { return min(40, max(15, visits*3/10)) }

func (y *yard) row(a int32) []edge {
	w := y.n + 1
	return y.edges[a*w : (a+1)*w : (a+1)*w]
}

func (y *yard) edge(a, b int32) edge { return y.edges[a*(y.n+1)+b] }

// newYard is nil for a problem with rules that the local search cannot judge.
func newYard(m *model) *yard {
	x := &m.shifts[0]
	switch {
	case m.kinds != 1 || len(m.shifts) < 2 || len(m.visits) < 4 || len(m.visits) > yardMost:
		return nil
	case m.placed || m.tied || m.timed || m.balanced || m.setUps || m.optional || m.loads > 0:
		return nil
	case !x.fresh || len(x.breaks) > 0 || x.clock != nil || x.limited || x.timed || x.assign != nil || len(x.head) > 0:
		return nil
	case len(m.p.Shifts[0].Capacity) > 1:
		return nil
	}
	n := int32(len(m.visits))
	y := &yard{n: n, lanes: len(m.shifts), edges: make([]edge, (n+1)*(n+1)), nodes: make([]segment, n+1),
		loads: make([]int32, n+1), capacity: x.capacity, fixed: x.fixed * fine, near: make([][]int32, n), around: m.adjacent}
	if x.fixed >= int64(never) {
		return nil
	}
	fits := true
	put := func(a, b, cost, way int32) {
		fits = fits && way < never && cost < never/fine
		y.edges[a*(n+1)+b] = edge{cost * fine, way}
	}
	y.nodes[n] = segment{early: x.open, late: x.close}
	for v := range n {
		c, w := &m.visits[v], &x.span.windows[v]
		if c.skip || c.fixed || c.prize < int64(MissedMandatory) || w.count > 0 || w.close < w.open {
			return nil
		}
		y.nodes[v] = segment{length: c.length, early: w.open, late: w.close}
		y.loads[v] = c.load
		y.near[v] = m.near[v][:min(granular(int(n)), len(m.near[v]))]
		row := x.legs.row(c.place)
		for b := range n {
			h := &row[m.visits[b].place]
			put(v, b, h.costTo, h.to)
			y.skew = y.skew || h.costTo != h.costFrom
		}
		start, end := &row[x.start], &row[x.end]
		put(n, v, start.costFrom, start.from)
		put(v, n, end.costTo, end.to)
	}
	if !fits {
		return nil
	}
	return y
}
