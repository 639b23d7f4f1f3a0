package roads

import (
	"math"
	"slices"

	"github.com/paulmach/orb"
)

// The outline of a reach is drawn on a raster: every raster point gets the
// largest value of (width − distance) over the reached roads around it, where
// the width shrinks as the limit comes near. The outline is the line where the
// value is zero, found by marching squares (Lorensen and Cline's marching
// cubes in the plane) with linear interpolation. Each side of a raster square
// is crossed at most once, so that rings touch neither themselves nor each
// other, and the polygon is valid by construction.

const (
	rasterSide    = 200.0 // squares along the longer side
	rasterMinimum = 60.0  // metres, side of a square
	rasterWidth   = 1.5   // squares, half width of the belt along a road
	smallestHole  = 20.0  // squares; smaller holes are filled
	tinyWidth     = 0.65  // of the belt, where the limit is all but used up
)

type raster struct {
	origin     orb.Point // of the first raster point
	dx, dy     float64   // degrees between raster points
	step       float64   // metres between raster points
	cols, rows int
	value      []float32
}

// Polygon returns the area around the reached roads: smooth, valid, outer rings
// counter-clockwise, without holes and parts that are too small to see. It is
// empty when nothing is reached.
func (r *Reach) Polygon() orb.MultiPolygon {
	if len(r.pieces) == 0 {
		return nil
	}
	g := r.raster()
	belt := rasterWidth * g.step
	r.samples(g.step*0.7, func(p orb.Point, left float64) {
		// The last tenth of the limit narrows the belt.
		g.splat(p, belt*(tinyWidth+(1-tinyWidth)*min(1, left*10)))
	})
	return g.polygons(g.rings())
}

// raster lays the grid over the box of the reached roads.
func (r *Reach) raster() *raster {
	b := orb.Bound{Min: r.From.Point, Max: r.From.Point}
	r.eachRoad(func(e *edgeInfo, p *reached) {
		// Whole edges: the part within the limit is inside them.
		for i := range e.count {
			b = b.Extend(r.n.points[e.shape+i].point())
		}
	})
	const degree = earth * math.Pi / 180
	cos := max(math.Cos((b.Min[1]+b.Max[1])/2*math.Pi/180), 0.01)
	width, height := (b.Max[0]-b.Min[0])*degree*cos, (b.Max[1]-b.Min[1])*degree
	g := &raster{step: max(rasterMinimum, max(width, height)/rasterSide)}
	g.dx, g.dy = g.step/(degree*cos), g.step/degree
	const margin = 4
	g.origin = orb.Point{b.Min[0] - margin*g.dx, b.Min[1] - margin*g.dy}
	g.cols, g.rows = int(width/g.step)+2*margin+2, int(height/g.step)+2*margin+2
	g.value = make([]float32, g.cols*g.rows)
	for i := range g.value {
		g.value[i] = -float32(g.step)
	}
	return g
}

// splat raises the raster points around p to width − distance.
func (g *raster) splat(p orb.Point, width float64) {
	x, y := (p[0]-g.origin[0])/g.dx, (p[1]-g.origin[1])/g.dy
	around := width/g.step + 1
	c0, c1 := max(1, int(math.Ceil(x-around))), min(g.cols-2, int(x+around))
	r0, r1 := max(1, int(math.Ceil(y-around))), min(g.rows-2, int(y+around))
	for r := r0; r <= r1; r++ {
		dy := float64(r) - y
		row := g.value[r*g.cols : (r+1)*g.cols]
		for c := c0; c <= c1; c++ {
			dx := float64(c) - x
			if v := float32(width - g.step*math.Sqrt(dx*dx+dy*dy)); v > row[c] {
				row[c] = v
			}
		}
	}
}

// rings follows the zero line. Sides of raster squares are numbered: twice the
// raster point's number for the side to its east, plus one for that to its
// north. Every crossed side has one line in and one out, the reached area to
// the left.
func (g *raster) rings() []orb.Ring {
	next := map[int]int{}
	inside := func(i int) bool { return g.value[i] > 0 }
	for r := range g.rows - 1 {
		for c := range g.cols - 1 {
			sw := r*g.cols + c
			se, nw, ne := sw+1, sw+g.cols, sw+g.cols+1
			south, west, north, east := 2*sw, 2*sw+1, 2*nw, 2*se+1
			kind := 0
			for bit, corner := range [4]int{sw, se, ne, nw} {
				if inside(corner) {
					kind |= 1 << bit
				}
			}
			// Lines run with the inside on their left.
			switch kind {
			case 1:
				next[south] = west
			case 2:
				next[east] = south
			case 3:
				next[east] = west
			case 4:
				next[north] = east
			case 5: // two corners, kept apart
				next[south] = west
				next[north] = east
			case 6:
				next[north] = south
			case 7:
				next[north] = west
			case 8:
				next[west] = north
			case 9:
				next[south] = north
			case 10:
				next[east] = south
				next[west] = north
			case 11:
				next[east] = north
			case 12:
				next[west] = east
			case 13:
				next[south] = east
			case 14:
				next[west] = south
			}
		}
	}
	starts := make([]int, 0, len(next))
	for s := range next {
		starts = append(starts, s)
	}
	slices.Sort(starts)
	var rings []orb.Ring
	for _, s := range starts {
		if _, ok := next[s]; !ok {
			continue
		}
		var ring orb.Ring
		for at := s; ; {
			to, ok := next[at]
			if !ok {
				break
			}
			delete(next, at)
			ring = append(ring, g.crossing(at))
			at = to
		}
		rings = append(rings, append(ring, ring[0]))
	}
	return rings
}

// crossing is where the zero line crosses a side.
func (g *raster) crossing(side int) orb.Point {
	i := side / 2
	j := i + 1
	if side&1 == 1 {
		j = i + g.cols
	}
	a, b := float64(g.value[i]), float64(g.value[j])
	// Not quite at the corners, where four sides would share a point.
	f := min(0.98, max(0.02, a/(a-b)))
	c, r := float64(i%g.cols), float64(i/g.cols)
	if side&1 == 1 {
		r += f
	} else {
		c += f
	}
	return orb.Point{g.origin[0] + c*g.dx, g.origin[1] + r*g.dy}
}

// polygons sorts rings into outer ones and their holes.
func (g *raster) polygons(rings []orb.Ring) orb.MultiPolygon {
	var outer orb.MultiPolygon
	var holes []orb.Ring
	square := g.dx * g.dy
	for _, ring := range rings {
		switch area := signedArea(ring); {
		case area > 0:
			outer = append(outer, orb.Polygon{ring})
		case -area > smallestHole*square:
			holes = append(holes, ring)
		}
	}
	for _, h := range holes {
		// The smallest outer ring around a hole is its own.
		best, bestArea := -1, math.Inf(1)
		for i, p := range outer {
			if area := signedArea(p[0]); area < bestArea && p[0].Bound().Contains(h[0]) && ringContains(p[0], h[0]) {
				best, bestArea = i, area
			}
		}
		if best >= 0 {
			outer[best] = append(outer[best], h)
		}
	}
	// A part within a hole that was filled would lie on its surrounding part.
	kept := outer[:0]
	for i, p := range outer {
		covered := false
		for j, q := range outer {
			if i != j && q[0].Bound().Contains(p[0][0]) && ringContains(q[0], p[0][0]) && !slices.ContainsFunc(q[1:], func(h orb.Ring) bool { return ringContains(h, p[0][0]) }) {
				covered = true
			}
		}
		if !covered {
			kept = append(kept, p)
		}
	}
	return kept
}

func signedArea(r orb.Ring) float64 {
	a := 0.0
	for i := 1; i < len(r); i++ {
		a += (r[i-1][0]-r[0][0])*(r[i][1]-r[0][1]) - (r[i][0]-r[0][0])*(r[i-1][1]-r[0][1])
	}
	return a / 2
}

// ringContains counts crossings of a ray to the east.
func ringContains(r orb.Ring, p orb.Point) bool {
	in := false
	for i := 1; i < len(r); i++ {
		a, b := r[i-1], r[i]
		if (a[1] > p[1]) != (b[1] > p[1]) && p[0] < a[0]+(p[1]-a[1])/(b[1]-a[1])*(b[0]-a[0]) {
			in = !in
		}
	}
	return in
}
