package hexgrid

import (
	"fmt"
	"math"

	"github.com/paulmach/orb"
	"github.com/uber/h3-go/v4"
)

// Boundary returns the outline of a cell as a closed ring, anticlockwise.
//
// Longitudes run on without a jump: a cell on the antimeridian has some beyond
// 180 or below -180 (never more than 360 from its centre), as web maps want
// them, so an outline is never drawn across the whole world. The two cells over
// the poles reach along their latitude to ±90.
//
// It fails with [ErrCell] for a value that is no cell.
func Boundary(c Cell) (orb.Polygon, error) {
	if !c.Valid() {
		return nil, fmt.Errorf("%w: %x", ErrCell, int64(c))
	}
	return orb.Polygon{boundary(c)}, nil
}

func boundary(c Cell) orb.Ring {
	corners := h3.Cell(c).Boundary()
	ring := make(orb.Ring, 0, len(corners)+3)
	previous := centre(c)[0]
	for _, corner := range corners {
		lon := near(corner.Lng, previous)
		ring = append(ring, orb.Point{lon, corner.Lat})
		previous = lon
	}
	first := ring[0]
	closing := near(first[0], previous)
	if turn := closing - first[0]; math.Abs(turn) > 1 {
		// The outline goes once round a pole.
		pole := math.Copysign(90, first[1])
		ring = append(ring, orb.Point{closing, first[1]}, orb.Point{closing, pole}, orb.Point{first[0], pole})
	}
	ring = append(ring, first)
	if ring.Orientation() == orb.CW {
		ring.Reverse()
	}
	return ring
}

// near returns the longitude that is the same place as lon and at most half a
// turn from another.
func near(lon, other float64) float64 {
	for lon-other > 180 {
		lon -= 360
	}
	for lon-other < -180 {
		lon += 360
	}
	return lon
}

// box is a rectangle of longitude and latitude that may reach beyond ±180.
type box struct{ minX, minY, maxX, maxY float64 }

// spread is how far the descendants of a cell may reach beyond it, in units of
// the distance from its centre to its farthest corner. Children stick out of
// their parents: with edge 1 their centres lie √3/√7 = 0.655 away and theirs
// again, so descendants at all depths end within √3·Σ 7^(-k/2) = 1.053. The
// rest allows for the grid's distortion.
//
// A descent may test a cell only against the sides that touched its parent's
// rectangle: what the cell's own rectangle has beyond the parent's holds no
// descendant.
const spread = 1.15

// exactTo is the finest resolution at which the size of a cell is measured.
// Below it cells shrink by √7 a step; where they bend over an edge of the
// icosahedron they are up to 6 % larger than that, which slack allows for once.
const (
	exactTo = 5
	slack   = 1.08
)

// size returns the angle from a cell's centre to its farthest corner, or more,
// in radians, given that of its parent (0 when it is not known).
func size(c Cell, mid orb.Point, parent float64) float64 {
	if parent > 0 && c.Resolution() > exactTo {
		if c.Resolution() == exactTo+1 {
			parent *= slack
		}
		return parent / math.Sqrt(7)
	}
	radius := 0.0
	for _, corner := range h3.Cell(c).Boundary() {
		radius = max(radius, angle(mid, orb.Point{corner.Lng, corner.Lat}))
	}
	return radius
}

// reach returns a rectangle that holds all descendants of a cell with a centre
// and a size.
func reach(mid orb.Point, size float64) box {
	radius := size*spread + 1e-12
	b := box{mid[0] - 180, mid[1] - degrees(radius), mid[0] + 180, mid[1] + degrees(radius)}
	if b.minY > -90 && b.maxY < 90 {
		// The meridians that touch a circle of this radius.
		dx := degrees(math.Asin(min(1, math.Sin(radius)/math.Cos(radians(mid[1])))))
		b.minX, b.maxX = mid[0]-dx, mid[0]+dx
	}
	return b
}

// angle returns the great-circle angle between two points in radians.
func angle(a, b orb.Point) float64 {
	sinLat := math.Sin(radians(b[1]-a[1]) / 2)
	sinLon := math.Sin(radians(b[0]-a[0]) / 2)
	h := sinLat*sinLat + math.Cos(radians(a[1]))*math.Cos(radians(b[1]))*sinLon*sinLon
	return 2 * math.Asin(math.Sqrt(min(1, h)))
}

func radians(degrees float64) float64 { return degrees * math.Pi / 180 }
func degrees(radians float64) float64 { return radians * 180 / math.Pi }
