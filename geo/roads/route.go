package roads

import (
	"context"
	"errors"
	"fmt"
	"math"

	"github.com/paulmach/orb"
)

// ErrNoRoute means that there is no way from one place to another.
var ErrNoRoute = errors.New("there is no way between the two places")

// Route is a way from one place to another.
type Route struct {
	Time     Millis
	Length   Decimetres
	Geometry orb.LineString // from the snapped start to the snapped end, all points of the roads
	Pieces   []Piece        // the road edges, in order
}

// Piece is a road edge that a route uses, or a part of it.
type Piece struct {
	Time     Millis     // including the turn onto the edge
	Length   Decimetres // on the edge
	Turn     Millis     // of Time, what the turn and the junction take
	Name     string     // of the street, may be empty
	Ref      string     // its number, may be empty
	Class    Class
	Way      int64 // OpenStreetMap id; the first one when several were merged
	Geometry orb.LineString

	edge uint32
	node uint32 // in the hierarchy
}

// Route finds the best way between two places. The error is ErrNoRoute or
// ctx.Err().
func (n *Network) Route(ctx context.Context, from, to Snap) (*Route, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	q := n.query()
	defer n.release(q)
	var a, b [2]end
	f, t := n.ends(from, a[:0]), n.ends(to, b[:0])
	best := q.route(f, t)
	if best.cost == noCost {
		return nil, fmt.Errorf("%w: from %v to %v", ErrNoRoute, from.Point, to.Point)
	}
	var few [512]uint32
	nodes := q.nodes(best, few[:0])
	return n.trace(nodes, f, t, best), nil
}

// trace turns nodes into pieces of road.
func (n *Network) trace(nodes []uint32, from, to []end, best found) *Route {
	r := &Route{Time: Millis(min(best.cost.time(), math.MaxInt32)), Length: Decimetres(best.length)}
	first, last := n.nodeEdge[nodes[0]], n.nodeEdge[nodes[len(nodes)-1]]
	start, stop := 0.0, 1.0
	for _, f := range from {
		if f.edge == first {
			start = f.along
		}
	}
	for _, t := range to {
		if t.edge == last {
			stop = t.along
		}
	}
	points := 0
	for _, v := range nodes {
		points += int(n.edges[n.nodeEdge[v]].count)
	}
	r.Geometry = make(orb.LineString, 0, points)
	r.Pieces = make([]Piece, 0, len(nodes))
	for i, v := range nodes {
		e := &n.edges[n.nodeEdge[v]]
		lo, hi := 0.0, 1.0
		if i == 0 {
			lo = start
		}
		if i == len(nodes)-1 {
			hi = stop
		}
		p := Piece{Name: n.text(e.name), Ref: n.text(e.ref), Class: e.class, Way: n.ways[n.nodeEdge[v]], edge: n.nodeEdge[v], node: v}
		c0, l0 := e.passed(lo)
		c1, l1 := e.passed(hi)
		p.Time, p.Length = Millis(c1.time()-c0.time()), Decimetres(l1-l0)
		if i > 0 {
			p.Turn = Millis(n.turnCost(nodes[i-1], v).time() - e.cost().time())
			p.Time += p.Turn
		}
		begin := len(r.Geometry)
		r.Geometry = n.appendShape(r.Geometry, e, lo, hi)
		if begin > 0 {
			begin-- // pieces share the junction
		}
		p.Geometry = r.Geometry[begin:len(r.Geometry):len(r.Geometry)]
		r.Pieces = append(r.Pieces, p)
	}
	return r
}

// Onward is the place where the route ended, to be left only in the direction
// in which the route arrived, so that the next one does not turn back on the
// spot.
func (r *Route) Onward(s Snap) Snap {
	if last := r.Pieces[len(r.Pieces)-1].edge; s.ahead && s.back {
		s.ahead = last == s.edge
		s.back = !s.ahead
	}
	return s
}

// turnCost is the cost of the original arc between two nodes of the hierarchy:
// the turn and the whole second edge.
func (n *Network) turnCost(from, to uint32) cost {
	// The arc lies with whichever of the two is lower in the hierarchy, but a
	// shortcut may have taken its place; the turns have it for sure.
	e := &n.edges[n.nodeEdge[from]]
	best := noCost
	look := func(node, start uint32) {
		if node != from {
			return
		}
		for _, a := range n.turns[n.turnFirst[start]:n.turnFirst[start+1]] {
			if n.turnNode[a.node] == to && a.cost < best {
				best = a.cost
			}
		}
	}
	if e.node == int32(from) {
		look(from, uint32(e.start))
	} else {
		n.nodesOf(n.nodeEdge[from], look)
	}
	return best
}

// appendShape appends an edge's points between two fractions of its length. A
// first point that repeats the last one is left out.
func (n *Network) appendShape(line orb.LineString, e *edgeInfo, lo, hi float64) orb.LineString {
	add := func(p orb.Point) {
		if len(line) == 0 || line[len(line)-1] != p {
			line = append(line, p)
		}
	}
	count := int(e.count)
	if lo <= 0 && hi >= 1 {
		for i := range count {
			add(n.shapePoint(e, i).point())
		}
		return line
	}
	total := 0.0
	for i := 1; i < count; i++ {
		total += metresBetween(n.shapePoint(e, i-1), n.shapePoint(e, i))
	}
	begin, stop, done := lo*total, hi*total, 0.0
	for i := 1; i < count; i++ {
		a, b := n.shapePoint(e, i-1), n.shapePoint(e, i)
		d := metresBetween(a, b)
		at := func(m float64) orb.Point {
			f := 0.0
			if d > 0 {
				f = min(1, max(0, (m-done)/d))
			}
			return orb.Point{
				(float64(a.lon) + f*(float64(b.lon)-float64(a.lon))) / 1e7,
				(float64(a.lat) + f*(float64(b.lat)-float64(a.lat))) / 1e7,
			}
		}
		if done+d >= begin && done <= begin || i == 1 && begin <= 0 {
			add(at(begin))
		}
		if done+d >= stop || i == count-1 {
			if stop > begin || len(line) == 0 {
				add(at(stop))
			}
			return line
		}
		if done+d > begin {
			add(b.point())
		}
		done += d
	}
	return line
}
