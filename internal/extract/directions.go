package extract

import (
	"context"
	"errors"
	"fmt"
	"math"

	"github.com/paulmach/orb"

	"github.com/waymark-crm/waymark/geo/roads"
	"github.com/waymark-crm/waymark/geo/travel"
)

// directionsZoom is the zoom for which the line of directions is exact: nothing
// moves by more than 30 cm.
const directionsZoom = 17

// Directions is one way from a place to another.
type Directions struct {
	Seconds   int
	Metres    int
	Estimated bool           // from the straight line, without steps: no road leads there
	Steps     []roads.Step   // the last one arrives; empty when estimated
	Geometry  orb.LineString // at least two points
}

// Directions returns the way from a place to another, the one that plans reckon
// with when it begins at clock, in seconds since midnight. Where no road leads, it
// is an estimate and says so. The error wraps a [travel.NotPrepared] while the
// roads of the way to travel are not there.
func (u *InUse) Directions(ctx context.Context, w travel.Way, clock int, from, to orb.Point) (Directions, error) {
	network, err := u.on(w, clock)
	if err != nil {
		return Directions{}, err
	}
	start, err := network.Snap(from, roads.SnapOptions{Reach: maxOffRoad})
	var end roads.Snap
	if err == nil {
		end, err = network.Snap(to, roads.SnapOptions{Reach: maxOffRoad})
	}
	var route *roads.Route
	if err == nil {
		route, err = network.Route(ctx, start, end)
	}
	if errors.Is(err, roads.ErrTooFar) || errors.Is(err, roads.ErrNoRoute) {
		return EstimateDirections(ctx, w, from, to)
	}
	if err != nil {
		return Directions{}, fmt.Errorf("directions: %w", err)
	}
	line := route.Geometry
	if len(line) == 1 {
		line = append(line, line[0])
	}
	return Directions{
		Seconds: int(math.Round(route.Time.Seconds())), Metres: int(math.Round(route.Length.Metres())),
		Steps: network.Steps(route, roads.SideOf(route, to)), Geometry: roads.SimplifyForZoom(line, directionsZoom),
	}, nil
}

// EstimateDirections is the way as the crow flies, for want of roads.
func EstimateDirections(ctx context.Context, w travel.Way, from, to orb.Point) (Directions, error) {
	route, err := travel.StraightFor(w.Profile).Route(ctx, []orb.Point{from, to})
	if err != nil {
		return Directions{}, fmt.Errorf("directions: %w", err)
	}
	leg := route.Legs[0]
	return Directions{Seconds: int(leg.Seconds), Metres: int(leg.Metres), Estimated: true, Geometry: leg.Geometry}, nil
}
