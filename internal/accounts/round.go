package accounts

import (
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"math"
	"slices"

	"github.com/paulmach/orb"

	"github.com/waymark-crm/waymark/geo/hexgrid"
	"github.com/waymark-crm/waymark/internal/fault"
)

// sphereRadius is the radius in metres of the sphere that PostGIS measures
// distances on (st_distancesphere): the mean of WGS 84's axes, (2a + b) / 3.
const sphereRadius = (2*6378137.0 + 6356752.314245179498) / 3

// CircleOf returns the shape of all places up to a distance in metres from a
// point, measured on the sphere. It fails with [fault.Invalid] for a point off
// the map or a distance that is not positive.
func CircleOf(centre orb.Point, metres float64) (*Shape, error) {
	// Written so that not-a-number fails.
	if !(math.Abs(centre[0]) <= 180 && math.Abs(centre[1]) <= 90 && metres > 0 && metres <= maxRadius) {
		return nil, fault.New(fault.Invalid, "The circle needs a middle on the map and a radius of up to 200 kilometres.")
	}
	s := &Shape{metres: metres, centre: centre}
	sum := sha256.Sum256(fmt.Appendf(nil, "circle %x %x %x", centre[0], centre[1], metres))
	s.digest = base64.RawURLEncoding.EncodeToString(sum[:])
	north, south := centre[1]+degreesOf(metres*1.01), centre[1]-degreesOf(metres*1.01)
	// The meridians that touch the circle: sin(dLon) = sin(r) / cos(lat).
	width := 180.0
	if share := math.Sin(metres*1.01/sphereRadius) / math.Cos(centre[1]*math.Pi/180); share < 1 && north < 90 && south > -90 {
		width = math.Asin(share) * 180 / math.Pi
	}
	if width >= 90 || centre[0]-width < -180 || centre[0]+width > 180 {
		// Round a pole or across the 180th meridian: every site of a box is tested.
		box, err := BoxOf(centre[0]-width, max(south, -90), centre[0]+width, min(north, 90))
		if err != nil {
			return nil, err
		}
		s.geometry, s.bound = box.geometry, box.bound
		s.cover.Edge = hexgrid.Ranges(nil)
		s.cover.Edge = append(append(s.cover.Edge, box.cover.Inside...), box.cover.Edge...)
		return s, nil
	}
	// A polygon within the circle settles what is in, one round it what is out.
	// Straight sides in longitude and latitude leave the great circle by little at
	// this size; a hundredth more or less is far beyond that.
	inner, err := hexgrid.CoverRanges(ringRound(centre, metres*0.98), hexgrid.CoverOptions{MaxCells: coverCells})
	if err != nil {
		return nil, fault.Wrap(err, fault.Invalid, "This circle cannot be searched in.")
	}
	outer := ringRound(centre, metres*1.01)
	around, err := hexgrid.CoverRanges(outer, hexgrid.CoverOptions{MaxCells: coverCells})
	if err != nil {
		return nil, fault.Wrap(err, fault.Invalid, "This circle cannot be searched in.")
	}
	s.geometry, s.bound = orb.MultiPolygon{outer}, outer.Bound()
	s.cover.Inside = inner.Inside
	s.cover.Edge = without(append(slices.Clone(around.Inside), around.Edge...), inner.Inside)
	return s, nil
}

func degreesOf(metres float64) float64 { return metres / sphereRadius * 180 / math.Pi }

// ringRound is a polygon of 96 corners at a distance from a point.
func ringRound(centre orb.Point, metres float64) orb.Polygon {
	const corners = 96
	ring := make(orb.Ring, 0, corners+1)
	lat, far := centre[1]*math.Pi/180, metres/sphereRadius
	for i := range corners {
		sin, cos := math.Sincos(2 * math.Pi * float64(i) / corners)
		at := math.Asin(math.Sin(lat)*math.Cos(far) + math.Cos(lat)*math.Sin(far)*cos)
		lon := math.Atan2(sin*math.Sin(far)*math.Cos(lat), math.Cos(far)-math.Sin(lat)*math.Sin(at))
		ring = append(ring, orb.Point{centre[0] + lon*180/math.Pi, at * 180 / math.Pi})
	}
	return orb.Polygon{append(ring, ring[0])}
}

// without returns what of some ranges is not in others. The ranges of a list do
// not overlap; they may be in any order.
func without(ranges, others []hexgrid.Range) []hexgrid.Range {
	byLo := func(a, b hexgrid.Range) int { return int(min(max(a.Lo-b.Lo, -1), 1)) }
	ranges, others = slices.SortedFunc(slices.Values(ranges), byLo), slices.SortedFunc(slices.Values(others), byLo)
	out := []hexgrid.Range{}
	j := 0
	for _, r := range ranges {
		for j < len(others) && others[j].Hi < r.Lo {
			j++
		}
		lo := r.Lo
		for k := j; k < len(others) && others[k].Lo <= r.Hi; k++ {
			if others[k].Lo > lo {
				out = append(out, hexgrid.Range{Lo: lo, Hi: others[k].Lo - 1})
			}
			lo = max(lo, others[k].Hi+1)
		}
		if lo <= r.Hi {
			out = append(out, hexgrid.Range{Lo: lo, Hi: r.Hi})
		}
	}
	return out
}

// CellsOf returns the shape of whole H3 cells: the sites whose own cell lies in
// one of them.
func CellsOf(cells []hexgrid.Cell) *Shape {
	s := &Shape{cells: true}
	s.cover.Inside = hexgrid.Ranges(cells)
	sum := sha256.New()
	for _, r := range s.cover.Inside {
		fmt.Fprintf(sum, "%x-%x ", r.Lo, r.Hi)
	}
	s.digest = base64.RawURLEncoding.EncodeToString(sum.Sum(nil))
	for i, c := range cells {
		if outline, err := hexgrid.Boundary(c); err == nil {
			s.geometry = append(s.geometry, outline)
			if i == 0 {
				s.bound = outline.Bound()
			} else {
				s.bound = s.bound.Union(outline.Bound())
			}
		}
	}
	return s
}
