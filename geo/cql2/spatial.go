package cql2

import (
	"strings"

	"github.com/paulmach/orb"
)

// spatial reads S_INTERSECTS or S_WITHIN of a property and a geometry. For
// points, which lie in an area or not, the two are the same.
func (p *parser) spatial() (Expr, error) {
	if !p.take("S_INTERSECTS") && !p.take("S_WITHIN") {
		return nil, p.wrong("of the functions of places, S_INTERSECTS and S_WITHIN are known")
	}
	if err := p.need("("); err != nil {
		return nil, err
	}
	name, err := p.property()
	if err != nil {
		return nil, err
	}
	if err := p.need(","); err != nil {
		return nil, err
	}
	g, err := p.geometry()
	if err != nil {
		return nil, err
	}
	return &Intersects{name, g}, p.need(")")
}

// geometry reads well-known text: POINT, POLYGON, MULTIPOLYGON, and the BBOX of
// CQL2, with two coordinates a position.
func (p *parser) geometry() (orb.Geometry, error) {
	corners := 0
	position := func() (orb.Point, error) {
		at := p.peek()
		x, y := p.next(), p.next()
		if x.kind != number || y.kind != number {
			return orb.Point{}, &Error{at.at, "a longitude and a latitude were expected"}
		}
		if x.number < -180 || x.number > 180 || y.number < -90 || y.number > 90 {
			return orb.Point{}, &Error{at.at, "a longitude lies between -180 and 180, a latitude between -90 and 90"}
		}
		if corners++; corners > MaxCorner {
			return orb.Point{}, p.wrong("the geometry has more than %d positions", MaxCorner)
		}
		return orb.Point{x.number, y.number}, nil
	}
	ring := func() (orb.Ring, error) {
		from := p.peek()
		r, err := inBrackets(p, position)
		if err != nil {
			return nil, err
		}
		if len(r) < 4 || r[0] != r[len(r)-1] {
			return nil, &Error{from.at, "a ring has at least four positions and ends where it begins"}
		}
		return r, nil
	}
	polygon := func() (orb.Polygon, error) {
		rings, err := inBrackets(p, ring)
		return rings, err
	}
	switch t := p.next(); strings.ToUpper(t.text) {
	case "POINT":
		from := p.peek()
		at, err := inBrackets(p, position)
		if err != nil {
			return nil, err
		}
		if len(at) != 1 {
			return nil, &Error{from.at, "a point has one position"}
		}
		return at[0], nil
	case "POLYGON":
		return polygon()
	case "MULTIPOLYGON":
		polygons, err := inBrackets(p, polygon)
		return orb.MultiPolygon(polygons), err
	case "BBOX":
		from := p.peek()
		side, err := inBrackets(p, func() (float64, error) {
			n := p.next()
			if n.kind != number {
				return 0, &Error{n.at, "a number was expected"}
			}
			return n.number, nil
		})
		if err != nil {
			return nil, err
		}
		if len(side) != 4 || side[0] > side[2] || side[1] > side[3] || side[0] < -180 || side[2] > 180 || side[1] < -90 || side[3] > 90 {
			return nil, &Error{from.at, "a box is west, south, east, north in degrees"}
		}
		return orb.Bound{Min: orb.Point{side[0], side[1]}, Max: orb.Point{side[2], side[3]}}.ToPolygon(), nil
	default:
		return nil, &Error{t.at, "of geometries, POINT, POLYGON, MULTIPOLYGON and BBOX are known"}
	}
}

// inBrackets reads a list in brackets, with commas between its parts.
func inBrackets[T any](p *parser, part func() (T, error)) ([]T, error) {
	if err := p.need("("); err != nil {
		return nil, err
	}
	var out []T
	for {
		v, err := part()
		if err != nil {
			return nil, err
		}
		out = append(out, v)
		if !p.take(",") {
			return out, p.need(")")
		}
	}
}
