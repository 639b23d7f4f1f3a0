package travel

import (
	"context"
	"log/slog"

	"github.com/paulmach/orb"
)

// OrStraight asks a provider and, when it fails, answers with estimates, all
// marked, and says so in the log. It is for a server that may be away: the work
// goes on, and people see that the figures are estimates.
type OrStraight struct {
	Provider Provider
	Log      *slog.Logger
}

// Table implements [Provider]. The error is ctx.Err().
func (o OrStraight) Table(ctx context.Context, points []orb.Point) (*Table, error) {
	t, err := o.Provider.Table(ctx, points)
	if err == nil || ctx.Err() != nil {
		return t, err
	}
	o.Log.WarnContext(ctx, "travel times are estimated", "places", len(points), "error", err)
	return NewStraight().Table(ctx, points)
}

// Route implements [Provider]. The error is ctx.Err().
func (o OrStraight) Route(ctx context.Context, points []orb.Point) (*Route, error) {
	r, err := o.Provider.Route(ctx, points)
	if err == nil || ctx.Err() != nil {
		return r, err
	}
	o.Log.WarnContext(ctx, "the route is a straight line", "places", len(points), "error", err)
	return NewStraight().Route(ctx, points)
}

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
