package hexgrid

import (
	"fmt"
	"math"

	"github.com/paulmach/orb"
)

// maxShapePoints bounds the corners of a shape to cover; a drawn shape has
// hundreds, a country's border tens of thousands.
const maxShapePoints = 500_000

// segment is one side of a shape.
type segment struct{ ax, ay, bx, by float64 }

// shape is a set of polygons made ready for tests against rectangles and
// points. Sides are straight in longitude and latitude, as in PostGIS geometry.
type shape struct {
	parts    [][]segment // sides of each polygon, holes among them
	segments []segment   // all sides
	bound    box
}

// newShape accepts orb.Bound, orb.Ring, orb.Polygon and orb.MultiPolygon. A
// bound whose east is less than its west crosses the antimeridian. Rings need
// not be closed, and may cross themselves: what an odd number of rings goes
// round is inside.
func newShape(g orb.Geometry) (*shape, error) {
	var polygons orb.MultiPolygon
	switch g := g.(type) {
	case orb.Bound:
		if g.Max[0] < g.Min[0] {
			g.Max[0] += 360
		}
		polygons = orb.MultiPolygon{g.ToPolygon()}
	case orb.Ring:
		polygons = orb.MultiPolygon{{g}}
	case orb.Polygon:
		polygons = orb.MultiPolygon{g}
	case orb.MultiPolygon:
		polygons = g
	case nil:
		return nil, fmt.Errorf("%w: no geometry", ErrShape)
	default:
		return nil, fmt.Errorf("%w: a %s has no area", ErrShape, g.GeoJSONType())
	}
	points := 0
	for _, p := range polygons {
		for _, r := range p {
			points += len(r)
		}
	}
	if points > maxShapePoints {
		return nil, fmt.Errorf("%w: %d corners, at most %d", ErrShape, points, maxShapePoints)
	}
	s := &shape{bound: box{math.Inf(1), math.Inf(1), math.Inf(-1), math.Inf(-1)}, segments: make([]segment, 0, points)}
	for _, p := range polygons {
		begin := len(s.segments)
		for _, r := range p {
			if err := s.addRing(r); err != nil {
				return nil, err
			}
		}
		s.parts = append(s.parts, s.segments[begin:len(s.segments):len(s.segments)])
	}
	if len(s.segments) == 0 {
		return nil, fmt.Errorf("%w: it is empty", ErrShape)
	}
	return s, nil
}

func (s *shape) addRing(r orb.Ring) error {
	if len(r) > 1 && r[0] == r[len(r)-1] {
		r = r[:len(r)-1]
	}
	if len(r) < 3 {
		return fmt.Errorf("%w: a ring of %d corners", ErrShape, len(r))
	}
	for i, p := range r {
		// Written so that not-a-number fails.
		if !(p[0] >= -540 && p[0] <= 540 && p[1] >= -90 && p[1] <= 90) {
			return fmt.Errorf("%w: corner at longitude %v, latitude %v", ErrShape, p[0], p[1])
		}
		q := r[(i+1)%len(r)]
		s.segments = append(s.segments, segment{p[0], p[1], q[0], q[1]})
		s.bound.minX, s.bound.maxX = min(s.bound.minX, p[0]), max(s.bound.maxX, p[0])
		s.bound.minY, s.bound.maxY = min(s.bound.minY, p[1]), max(s.bound.maxY, p[1])
	}
	return nil
}

// contains tells whether a point lies inside, by the even-odd rule.
func (s *shape) contains(x, y float64) bool {
	if x < s.bound.minX || x > s.bound.maxX || y < s.bound.minY || y > s.bound.maxY {
		return false
	}
	for _, part := range s.parts {
		odd := false
		for i := range part {
			g := &part[i]
			if (g.ay > y) != (g.by > y) && x < (g.bx-g.ax)*(y-g.ay)/(g.by-g.ay)+g.ax {
				odd = !odd
			}
		}
		if odd {
			return true
		}
	}
	return false
}

// relation is how a rectangle lies to a shape.
type relation int8

const (
	outside relation = iota
	edge
	inside
)

// relate compares a rectangle with the shape at every whole turn of longitude,
// given the sides that may touch it, and returns those that do.
func (s *shape) relate(b box, candidates []int32) (relation, []int32) {
	var touching []int32
	result := outside
	for turn := -360.0; turn <= 360; turn += 360 {
		t := box{b.minX + turn, b.minY, b.maxX + turn, b.maxY}
		if !t.overlaps(s.bound) {
			continue
		}
		before := len(touching)
		for _, i := range candidates {
			if t.touches(&s.segments[i]) {
				touching = append(touching, i)
			}
		}
		if len(touching) > before {
			result = edge
		} else if result != edge && s.contains((t.minX+t.maxX)/2, (t.minY+t.maxY)/2) {
			result = inside
		}
	}
	if result != edge {
		return result, nil
	}
	return edge, touching
}

func (b box) overlaps(o box) bool {
	return b.minX <= o.maxX && b.maxX >= o.minX && b.minY <= o.maxY && b.maxY >= o.minY
}

// touches tells whether a side has a point in the closed rectangle: neither
// the axes nor the side itself separates the two.
func (b box) touches(g *segment) bool {
	if max(g.ax, g.bx) < b.minX || min(g.ax, g.bx) > b.maxX || max(g.ay, g.by) < b.minY || min(g.ay, g.by) > b.maxY {
		return false
	}
	dx, dy := g.bx-g.ax, g.by-g.ay
	left, right := false, false
	for _, corner := range [4][2]float64{{b.minX, b.minY}, {b.maxX, b.minY}, {b.maxX, b.maxY}, {b.minX, b.maxY}} {
		cross := dx*(corner[1]-g.ay) - dy*(corner[0]-g.ax)
		left = left || cross >= 0
		right = right || cross <= 0
	}
	return left && right
}

// touchesRing tells whether a side has a point in a closed ring.
func touchesRing(ring orb.Ring, g *segment) bool {
	odd := false
	for i := 1; i < len(ring); i++ {
		p, q := ring[i-1], ring[i]
		if crosses(g, p, q) {
			return true
		}
		if (p[1] > g.ay) != (q[1] > g.ay) && g.ax < (q[0]-p[0])*(g.ay-p[1])/(q[1]-p[1])+p[0] {
			odd = !odd
		}
	}
	return odd
}

// crosses tells whether a side has a point in common with the line from p to q.
func crosses(g *segment, p, q orb.Point) bool {
	if max(g.ax, g.bx) < min(p[0], q[0]) || min(g.ax, g.bx) > max(p[0], q[0]) ||
		max(g.ay, g.by) < min(p[1], q[1]) || min(g.ay, g.by) > max(p[1], q[1]) {
		return false
	}
	side := func(ax, ay, bx, by, x, y float64) float64 { return (bx-ax)*(y-ay) - (by-ay)*(x-ax) }
	a, b := side(p[0], p[1], q[0], q[1], g.ax, g.ay), side(p[0], p[1], q[0], q[1], g.bx, g.by)
	c, d := side(g.ax, g.ay, g.bx, g.by, p[0], p[1]), side(g.ax, g.ay, g.bx, g.by, q[0], q[1])
	return !(a > 0 && b > 0 || a < 0 && b < 0 || c > 0 && d > 0 || c < 0 && d < 0)
}
