package roads

import (
	"errors"
	"fmt"
	"math"
	"slices"

	"github.com/paulmach/orb"
)

// ErrTooFar means that no road lies within reach of a point.
var ErrTooFar = errors.New("no road is within reach")

// ErrNotAPoint means that a coordinate is no longitude and latitude.
var ErrNotAPoint = errors.New("not a longitude and latitude in degrees")

// DefaultReach is how far from a point a road is looked for, in metres, unless
// the caller says otherwise.
const DefaultReach = 5000

// Approach says from which side a stop may be reached.
type Approach uint8

const (
	// AnySide takes the road in both directions.
	AnySide Approach = iota
	// Curb takes only the direction that passes the point on the side on which
	// traffic keeps, so that nobody crosses the road. Roads of residential
	// rank and below are crossed all the same.
	Curb
	// StrictCurb is Curb on every road.
	StrictCurb
)

// SnapOptions narrows where a point may be put; the zero value asks for the
// nearest road within DefaultReach.
type SnapOptions struct {
	Reach    float64 // metres; 0 means DefaultReach
	Approach Approach
	LeftHand bool // traffic keeps left
}

// Snap is a place on the network: a point of a road, with the directions in
// which it may be left or reached.
type Snap struct {
	Point    orb.Point // on the road
	Distance float64   // metres from the point that was asked for
	Name     string    // of the road, may be empty
	Class    Class

	edge  uint32  // along its shape, or the only direction
	along float64 // fraction of the edge's length, 0 to 1
	ahead bool    // may be used along edge
	back  bool    // may be used along its mate
}

// Snap returns the nearest place on the network. The error wraps ErrTooFar or
// ErrNotAPoint.
func (n *Network) Snap(p orb.Point, o SnapOptions) (Snap, error) {
	var one [1]Snap
	found, err := n.snap(p, o, one[:0], 1)
	if err != nil {
		return Snap{}, err
	}
	return found[0], nil
}

// SnapNearest returns the k nearest places, each on another road edge, the
// nearest first; fewer when fewer are within reach.
func (n *Network) SnapNearest(p orb.Point, k int, o SnapOptions) ([]Snap, error) {
	return n.snap(p, o, nil, max(k, 1))
}

func checkPoint(p orb.Point) error {
	if !(p[0] >= -180 && p[0] <= 180 && p[1] >= -90 && p[1] <= 90) {
		return fmt.Errorf("%w: %v, %v", ErrNotAPoint, p[0], p[1])
	}
	return nil
}

// candidate is the nearest point of one segment so far.
type candidate struct {
	seg      segment
	distance float64 // metres
	t        float64 // along the segment
	x, y     float64 // metres from the point that was asked for
}

func (n *Network) snap(p orb.Point, o SnapOptions, found []Snap, k int) ([]Snap, error) {
	if err := checkPoint(p); err != nil {
		return nil, err
	}
	reach := o.Reach
	if reach <= 0 {
		reach = DefaultReach
	}
	// A plane that touches the earth at p is true to centimetres within reach.
	const unit = earth * math.Pi / 180 / 1e7
	ky := unit
	kx := unit * math.Cos(p[1]*math.Pi/180)
	px, py := p[0]*1e7, p[1]*1e7

	var few [8]candidate
	best := few[:0]
	limit := reach
	n.grid.near(p, func() float64 { return limit }, func(s segment) {
		e := &n.edges[s.edge]
		a, b := n.points[e.shape+s.i], n.points[e.shape+s.i+1]
		ax, ay := (float64(a.lon)-px)*kx, (float64(a.lat)-py)*ky
		dx, dy := (float64(b.lon)-float64(a.lon))*kx, (float64(b.lat)-float64(a.lat))*ky
		t := 0.0
		if l := dx*dx + dy*dy; l > 0 {
			t = min(1, max(0, -(ax*dx+ay*dy)/l))
		}
		x, y := ax+t*dx, ay+t*dy
		d := math.Sqrt(x*x + y*y)
		if d > limit {
			return
		}
		c := candidate{s, d, t, x, y}
		for i := range best {
			if best[i].seg.edge == s.edge {
				if before(c, best[i]) {
					best[i] = c
					sortCandidates(best)
				}
				if len(best) == k {
					limit = best[k-1].distance
				}
				return
			}
		}
		if len(best) < k {
			best = append(best, c)
		} else if before(c, best[k-1]) {
			best[k-1] = c
		} else {
			return
		}
		sortCandidates(best)
		if len(best) == k {
			limit = best[k-1].distance
		}
	})
	if len(best) == 0 {
		return nil, fmt.Errorf("%w: none within %.0f m of %.6f, %.6f", ErrTooFar, reach, p[0], p[1])
	}
	for _, c := range best {
		found = append(found, n.place(c, o))
	}
	return found, nil
}

func before(a, b candidate) bool {
	if a.distance != b.distance {
		return a.distance < b.distance
	}
	if a.seg.edge != b.seg.edge {
		return a.seg.edge < b.seg.edge
	}
	return a.seg.i < b.seg.i
}

func sortCandidates(c []candidate) {
	if len(c) > 1 {
		slices.SortFunc(c, func(a, b candidate) int {
			if before(a, b) {
				return -1
			}
			return 1
		})
	}
}

// place makes a Snap of the nearest point of a segment.
func (n *Network) place(c candidate, o SnapOptions) Snap {
	e := &n.edges[c.seg.edge]
	a, b := n.points[e.shape+c.seg.i], n.points[e.shape+c.seg.i+1]
	var before, total float64
	for i := range e.count - 1 {
		d := metresBetween(n.points[e.shape+i], n.points[e.shape+i+1])
		if i < c.seg.i {
			before += d
		} else if i == c.seg.i {
			before += c.t * d
		}
		total += d
	}
	s := Snap{
		Point: orb.Point{
			(float64(a.lon) + c.t*(float64(b.lon)-float64(a.lon))) / 1e7,
			(float64(a.lat) + c.t*(float64(b.lat)-float64(a.lat))) / 1e7,
		},
		Distance: c.distance, Name: n.text(e.name), Class: e.class, edge: c.seg.edge,
		ahead: true, back: e.mate >= 0,
	}
	if total > 0 {
		s.along = before / total
	}
	if e.flags&edgeReversed != 0 {
		s.along = 1 - s.along
	}
	if o.Approach != AnySide && s.back && (o.Approach == StrictCurb || e.class < ClassResidential) {
		// Which side of the shape is the point on? Towards it is (-x, -y).
		dx := (float64(b.lon) - float64(a.lon)) * math.Cos(float64(a.lat)/1e7*math.Pi/180)
		dy := float64(b.lat) - float64(a.lat)
		right := dy*c.x-dx*c.y < 0
		if c.distance > 1 { // on the road itself both sides are as good
			s.ahead, s.back = right != o.LeftHand, right == o.LeftHand
		}
	}
	return s
}

// end is one directed edge on which a route begins or ends, at a fraction of
// it.
type end struct {
	edge  uint32
	along float64
}

// ends lists the directions of a snap, at most two.
func (n *Network) ends(s Snap, list []end) []end {
	if s.ahead {
		list = append(list, end{s.edge, s.along})
	}
	if mate := n.edges[s.edge].mate; s.back && mate >= 0 {
		list = append(list, end{uint32(mate), 1 - s.along})
	}
	return list
}

// passed is what the first part of an edge costs, up to the fraction, in the
// same rounding wherever it is asked for.
func (e *edgeInfo) passed(along float64) (c cost, length int32) {
	return pack(int64(math.Round(along*float64(e.weight))), int64(math.Round(along*float64(e.time)))),
		int32(math.Round(along * float64(e.length)))
}

// left is what the rest of an edge costs, from the fraction on.
func (e *edgeInfo) left(along float64) (c cost, length int32) {
	c, length = e.passed(along)
	return e.cost() - c, e.length - length
}
