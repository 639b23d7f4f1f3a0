package tiles

import (
	"math"
	"slices"

	"github.com/paulmach/orb"
	"github.com/paulmach/orb/clip"
)

// window is the tile with its margin, in units.
var window = orb.Bound{Min: orb.Point{-Margin, -Margin}, Max: orb.Point{Extent + Margin, Extent + Margin}}

// turns returns by how many units an outline must be moved to be seen in the
// tile: 0, or a whole world east or west.
func (l *Layer) turns(outline orb.Ring) []float64 {
	var out []float64
	b := outline.Bound()
	west, _ := l.project(b.Min)
	east, _ := l.project(b.Max)
	for _, turn := range [3]float64{0, -1, 1} {
		by := turn * l.w.side * Extent
		if east+by >= -Margin && west+by <= Extent+Margin {
			out = append(out, by)
		}
	}
	return out
}

// clipRing returns a ring within the window, open (its first place not
// repeated), or nil when nothing with an area is left.
func (l *Layer) clipRing(ring orb.Ring, turn float64) []unit {
	moved := make(orb.Ring, 0, len(ring)+1)
	box := orb.Bound{Min: orb.Point{math.Inf(1), math.Inf(1)}, Max: orb.Point{math.Inf(-1), math.Inf(-1)}}
	for _, p := range ring {
		x, y := l.project(p)
		if math.IsNaN(x) || math.IsNaN(y) {
			return nil
		}
		q := orb.Point{x + turn, y}
		box = box.Extend(q)
		moved = append(moved, q)
	}
	if len(moved) < 3 || !box.Intersects(window) {
		return nil
	}
	if !moved.Closed() {
		moved = append(moved, moved[0])
	}
	if !window.Contains(box.Min) || !window.Contains(box.Max) {
		moved = clip.Ring(window, moved)
	}
	units := l.round(moved)
	if n := len(units); n > 1 && units[0] == units[n-1] {
		units = units[:n-1]
	}
	if len(units) < 3 || area(units) == 0 {
		return nil
	}
	return units
}

// clipLine returns the parts of a line within the window.
func (l *Layer) clipLine(line orb.LineString) [][]unit {
	moved := make(orb.LineString, 0, len(line))
	for _, p := range line {
		x, y := l.project(p)
		if math.IsNaN(x) || math.IsNaN(y) {
			return nil
		}
		moved = append(moved, orb.Point{x, y})
	}
	if len(moved) < 2 || !moved.Bound().Intersects(window) {
		return nil
	}
	var parts [][]unit
	for _, part := range clip.LineString(window, moved) {
		if units := l.round(part); len(units) > 1 {
			parts = append(parts, slices.Clone(units))
		}
	}
	return parts
}

// round turns places into whole units and drops repeated ones. The result is
// valid until the next call.
func (l *Layer) round(points []orb.Point) []unit {
	l.line = l.line[:0]
	for _, p := range points {
		u := unit{int32(math.Round(p[0])), int32(math.Round(p[1]))}
		if n := len(l.line); n == 0 || l.line[n-1] != u {
			l.line = append(l.line, u)
		}
	}
	return l.line
}

// area returns twice the area of an open ring, positive when it winds
// clockwise as seen, with y downwards.
func area(ring []unit) int64 {
	sum := int64(0)
	for i, p := range ring {
		q := ring[(i+1)%len(ring)]
		sum += int64(p.x)*int64(q.y) - int64(q.x)*int64(p.y)
	}
	return sum
}

// wind turns a ring to clockwise for an outline and anticlockwise for a hole,
// as the specification asks.
func wind(ring []unit, outline bool) {
	if (area(ring) > 0) != outline {
		slices.Reverse(ring)
	}
}
