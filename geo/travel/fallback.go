package travel

import "github.com/paulmach/orb"

// estimate fills one pair of a table from the straight line and marks it.
func (t *Table) estimate(s Straight, points []orb.Point, i, j int) {
	if t.Estimated == nil {
		t.Estimated = make([]bool, len(t.Seconds))
	}
	k := i*t.Places + j
	t.Seconds[k], t.Metres[k] = s.leg(points[i], points[j])
	t.Estimated[k] = true
}

// estimate is a straight leg that says so.
func (s Straight) estimate(a, b orb.Point) Leg {
	leg := Leg{Geometry: orb.LineString{a, b}, Estimated: true}
	leg.Seconds, leg.Metres = s.leg(a, b)
	return leg
}

// add appends a leg.
func (r *Route) add(leg Leg) {
	r.Legs = append(r.Legs, leg)
	r.Seconds += leg.Seconds
	r.Metres += leg.Metres
}
