package roads

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"math"
	"slices"

	"github.com/paulmach/orb"

	"github.com/waymark-crm/waymark/geo/hexgrid"
)

// Limit bounds a reach: by time or by length, whichever is above zero.
type Limit struct {
	Time   Millis
	Length Decimetres
}

// ErrLimit means that a limit is neither a time nor a length, or too large.
var ErrLimit = errors.New("the limit must be a time or a length above zero")

// Reach is all that can be reached from a place within a limit. A limit of
// time follows the routes that [Network.Route] gives, one of length the
// shortest ones.
type Reach struct {
	From  Snap
	Limit Limit

	n      *Network
	pieces []reached // by edge
	roads  []reached // both directions together
}

// reached is the part of an edge that is within the limit, and the time (or
// length) at its beginning and end, in milliseconds (or decimetres).
type reached struct {
	edge       uint32
	lo, hi     float64
	start, end int32
}

// Reach finds what is within the limit of a place, by a bounded Dijkstra. The
// error is ErrLimit or ctx.Err().
func (n *Network) Reach(ctx context.Context, from Snap, limit Limit) (*Reach, error) {
	if (limit.Time > 0) == (limit.Length > 0) {
		return nil, ErrLimit
	}
	f := n.flood()
	defer n.scratch.floods.Put(f)
	r := &Reach{From: from, Limit: limit, n: n}
	if err := f.run(ctx, n.ends(from, nil), limit, nil); err != nil {
		return nil, err
	}
	slices.Sort(f.touched) // nodes of turns are numbered as their edges are
	for _, v := range f.touched {
		r.addLabel(n.nodeEdge[n.turnNode[v]], &f.labels[v])
	}
	for _, e := range n.ends(from, nil) {
		r.addStart(e)
	}
	sortReached(r.pieces)
	r.roads = r.union()
	return r, nil
}

// most is the limit in the unit of the reach.
func (l Limit) most() int64 { return int64(max(int32(l.Time), int32(l.Length))) }

// of returns what the limit is about: an edge's or a label's time or length.
func (l Limit) of(c cost, length int32) int64 {
	if l.Time > 0 {
		return c.time()
	}
	return int64(length)
}

func (r *Reach) addStart(s end) {
	e := &r.n.edges[s.edge]
	whole := r.Limit.of(e.cost(), e.length)
	left := r.Limit.of(e.left(s.along))
	hi, stop := 1.0, left
	if most := r.Limit.most(); left > most {
		hi, stop = s.along+float64(most)/float64(whole), most
	}
	r.pieces = append(r.pieces, reached{s.edge, s.along, hi, 0, int32(stop)})
}

func (r *Reach) addLabel(edge uint32, l *label) {
	e := &r.n.edges[edge]
	whole := r.Limit.of(e.cost(), e.length)
	stop := r.Limit.of(l.cost, l.length)
	start, most := stop-whole, r.Limit.most()
	if start > most {
		return
	}
	hi := 1.0
	if stop > most {
		hi, stop = float64(most-start)/float64(whole), most
	}
	r.pieces = append(r.pieces, reached{edge, 0, hi, int32(start), int32(stop)})
}

// Place returns how long it takes (or how far it is) to a place; ok is false
// when it is beyond the limit. The unit is that of the limit: milliseconds or
// decimetres.
func (r *Reach) Place(to Snap) (v int32, ok bool) {
	best := int64(math.MaxInt32)
	for _, t := range r.n.ends(to, nil) {
		i, _ := slices.BinarySearchFunc(r.pieces, t.edge, func(p reached, edge uint32) int { return cmp.Compare(p.edge, edge) })
		for ; i < len(r.pieces) && r.pieces[i].edge == t.edge; i++ {
			p := &r.pieces[i]
			if t.along < p.lo {
				continue
			}
			e := &r.n.edges[p.edge]
			at := int64(p.start) + r.Limit.of(e.passed(t.along)) - r.Limit.of(e.passed(p.lo))
			best = min(best, at)
		}
	}
	if best > r.Limit.most() {
		return 0, false
	}
	return int32(best), true
}

// Metres returns the length of road within the limit; a road that is reached
// in both directions counts once.
func (r *Reach) Metres() float64 {
	total := 0.0
	r.eachRoad(func(e *edgeInfo, p *reached) { total += (p.hi - p.lo) * float64(e.length) / 10 })
	return total
}

// eachRoad lists the reached parts of roads, each once, whichever direction
// reaches it: on the edge with the smaller number, from lo to hi, with what
// start and end are there.
func (r *Reach) eachRoad(each func(e *edgeInfo, p *reached)) {
	for i := range r.roads {
		each(&r.n.edges[r.roads[i].edge], &r.roads[i])
	}
}

func (a *reached) before(b *reached) bool {
	switch {
	case a.edge != b.edge:
		return a.edge < b.edge
	case a.lo != b.lo:
		return a.lo < b.lo
	case a.hi != b.hi:
		return a.hi > b.hi
	}
	return a.start < b.start
}

// sortReached sorts by insertion, since all but a few are in their place. Those
// few, the copies of edges, come last: more than a handful are sorted apart.
func sortReached(list []reached) {
	moves := 0
	for i := 1; i < len(list); i++ {
		for j := i; j > 0 && list[j].before(&list[j-1]); j-- {
			list[j], list[j-1] = list[j-1], list[j]
			if moves++; moves > 4*len(list) {
				slices.SortFunc(list, func(a, b reached) int {
					if a.before(&b) {
						return -1
					}
					if b.before(&a) {
						return 1
					}
					return 0
				})
				return
			}
		}
	}
}

func (r *Reach) union() []reached {
	all := slices.Clone(r.pieces)
	for i := range all {
		p := &all[i]
		if mate := r.n.edges[p.edge].mate; mate >= 0 && uint32(mate) < p.edge {
			*p = reached{uint32(mate), 1 - p.hi, 1 - p.lo, p.end, p.start}
		}
	}
	sortReached(all)
	out := all[:0]
	for _, p := range all {
		if len(out) > 0 && out[len(out)-1].edge == p.edge {
			done := out[len(out)-1].hi
			if done >= p.hi {
				continue
			}
			if done > p.lo {
				p.start += int32((done - p.lo) / (p.hi - p.lo) * float64(p.end-p.start))
				p.lo = done
			}
		}
		out = append(out, p)
	}
	return out
}

// samples calls each for points along the reached roads, at most step metres
// apart, with how much of the limit is left there, as a fraction of it.
func (r *Reach) samples(step float64, each func(p orb.Point, left float64)) {
	most := float64(r.Limit.most())
	var line orb.LineString
	r.eachRoad(func(e *edgeInfo, p *reached) {
		line = r.n.appendShape(line[:0], e, p.lo, p.hi)
		length := max((p.hi-p.lo)*float64(e.length)/10, 0.1)
		done := 0.0
		left := func() float64 {
			return 1 - (float64(p.start)+(float64(p.end)-float64(p.start))*min(1, done/length))/most
		}
		each(line[0], left())
		since := 0.0
		for i := 1; i < len(line); i++ {
			a, b := line[i-1], line[i]
			d := metresApart(a, b)
			parts := math.Ceil(d / step)
			if parts <= 1 && since+d < step && i < len(line)-1 {
				since += d
				done += d
				continue
			}
			since = 0
			for k := 1.0; k <= max(parts, 1); k++ {
				f := k / max(parts, 1)
				done += d / max(parts, 1)
				each(orb.Point{a[0] + f*(b[0]-a[0]), a[1] + f*(b[1]-a[1])}, left())
			}
		}
	})
}

// metresApart is the distance of two points that are close together.
func metresApart(a, b orb.Point) float64 {
	const degree = earth * math.Pi / 180
	x := (b[0] - a[0]) * math.Cos((a[1]+b[1])/2*math.Pi/180)
	return degree * math.Hypot(x, b[1]-a[1])
}

// Cells returns the H3 cells that a reached road runs through, ascending. The
// errors are those of [hexgrid.CellAt].
func (r *Reach) Cells(resolution int) ([]hexgrid.Cell, error) {
	if resolution < 0 || resolution > hexgrid.MaxResolution {
		return nil, fmt.Errorf("%w: %d", hexgrid.ErrResolution, resolution)
	}
	edge := hexgrid.EdgeLength(resolution)
	// Roads are looked at every half of an edge, and a cell is asked for once
	// for each small square of the map.
	step := edge / 2
	size := step / (earth * math.Pi / 180)
	seen := make(map[uint64]struct{}, 1<<13) // squares, their column and row in one number
	cells := make([]hexgrid.Cell, 0, 1<<13)
	var failed error
	last := uint64(math.MaxUint64)
	r.samples(step, func(p orb.Point, _ float64) {
		key := uint64(uint32(int32(math.Floor(p[0]/size))))<<32 | uint64(uint32(int32(math.Floor(p[1]/size))))
		if key == last || failed != nil {
			return
		}
		last = key
		if _, ok := seen[key]; ok {
			return
		}
		seen[key] = struct{}{}
		c, err := hexgrid.CellAt(p, resolution)
		if err != nil {
			failed = err
			return
		}
		cells = append(cells, c)
	})
	slices.Sort(cells)
	return slices.Compact(cells), failed
}

// flood is the scratch of a search that spreads over the turns.
type flood struct {
	side
	n       *Network
	touched []uint32
}

func (n *Network) flood() *flood {
	f, ok := n.scratch.floods.Get().(*flood)
	if !ok {
		f = &flood{n: n, side: side{labels: make([]label, len(n.nodeEdge))}}
	}
	return f
}

// run spreads from the ends of a place and labels everything within the limit,
// and what follows directly on it. enough, which may be nil, is called for
// every settled node and may end the search.
func (f *flood) run(ctx context.Context, from []end, limit Limit, enough func(node uint32, l label) bool) error {
	n := f.n
	f.reset()
	f.touched = f.touched[:0]
	most := limit.most()
	byLength := limit.Length > 0
	offer := func(head uint32, c cost, length int32, by uint32) {
		key := c
		if byLength {
			key = cost(length)
		}
		l := &f.labels[head]
		if l.round == f.round {
			if old := l.key(byLength); old <= key {
				return
			}
		} else {
			f.touched = append(f.touched, head)
		}
		*l = label{c, length, arcNone, by, f.round}
		f.queue.push(key, head)
	}
	for _, s := range from {
		e := &n.edges[s.edge]
		if e.start < 0 {
			continue
		}
		c, length := e.left(s.along)
		if limit.of(c, length) > most {
			continue
		}
		for _, a := range n.turns[n.turnFirst[e.start]:n.turnFirst[e.start+1]] {
			offer(a.node, c+a.cost, length+a.length, uint32(e.start))
		}
	}
	for settled := 0; len(f.queue) > 0; settled++ {
		it := f.queue.pop()
		l := f.labels[it.node]
		if l.key(byLength) != it.cost {
			continue
		}
		if settled%4096 == 0 && ctx.Err() != nil {
			return ctx.Err()
		}
		if enough != nil && enough(it.node, l) {
			return nil
		}
		if limit.of(l.cost, l.length) > most {
			continue
		}
		for _, a := range n.turns[n.turnFirst[it.node]:n.turnFirst[it.node+1]] {
			offer(a.node, l.cost+a.cost, l.length+a.length, it.node)
		}
	}
	return ctx.Err()
}

func (l *label) key(byLength bool) cost {
	if byLength {
		return cost(l.length)
	}
	return l.cost
}
