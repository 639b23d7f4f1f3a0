package travel

import (
	"context"
	"fmt"

	"github.com/paulmach/orb"
)

// Valhalla asks a Valhalla server (https://valhalla.github.io). Large tables
// are asked for in blocks, and busy servers again. What the server can't answer
// comes from the straight line and is marked as estimated.
type Valhalla struct {
	server Server
	rest   Straight
}

// NewValhalla returns a provider that asks a server.
func NewValhalla(s Server) *Valhalla { return &Valhalla{s.withDefaults("auto"), NewStraight()} }

type valhallaPlace struct {
	Lat    float64 `json:"lat"`
	Lon    float64 `json:"lon"`
	Cutoff int     `json:"search_cutoff"` // metres beyond which a road is not looked for
}

func (v *Valhalla) places(points []orb.Point) []valhallaPlace {
	list := make([]valhallaPlace, len(points))
	for i, p := range points {
		list[i] = valhallaPlace{p[1], p[0], int(v.server.Reach)}
	}
	return list
}

type valhallaAnswer struct {
	ErrorCode int               `json:"error_code"`
	Error     string            `json:"error"`
	Matrix    [][]*valhallaPair `json:"sources_to_targets"`
	Trip      struct {
		Legs []struct {
			Shape   string
			Summary struct{ Time, Length float64 }
		}
	}
}

type valhallaPair struct {
	Time     *float64 // seconds
	Distance *float64 // kilometres
}

// refused tells an answer that means "no road here" or "no way there" from one
// that means a defect. The numbers are Valhalla's: 170 and 171 no suitable
// road near a place, 441 and 442 no way, 154 and 157 too far for the server.
func (v *Valhalla) refused(status int, a *valhallaAnswer) (bool, error) {
	if status < 400 {
		return false, nil
	}
	switch a.ErrorCode {
	case 154, 157, 170, 171, 441, 442:
		return true, nil
	}
	return false, fmt.Errorf("%w: it answers %d: %s", ErrServer, a.ErrorCode, a.Error)
}

// Table implements [Provider]. The error wraps ErrServer or ctx.Err().
func (v *Valhalla) Table(ctx context.Context, points []orb.Point) (*Table, error) {
	t := blank(points, v.rest)
	return v.server.table(points, t, func(from, to []int) (bool, error) {
		return v.block(ctx, t, points, from, to)
	})
}

func (v *Valhalla) block(ctx context.Context, t *Table, points []orb.Point, from, to []int) (lost bool, err error) {
	var a valhallaAnswer
	status, err := v.server.call(ctx, "/sources_to_targets", map[string]any{
		"sources": v.places(pick(points, from)), "targets": v.places(pick(points, to)),
		"costing": v.server.Profile, "units": "kilometers",
	}, &a)
	if err != nil {
		return false, err
	}
	if lost, err := v.refused(status, &a); lost || err != nil {
		return lost, err
	}
	if len(a.Matrix) != len(from) {
		return false, fmt.Errorf("%w: its table has another size than was asked for", ErrServer)
	}
	for i, row := range a.Matrix {
		if len(row) != len(to) {
			return false, fmt.Errorf("%w: its table has another size than was asked for", ErrServer)
		}
		for j, pair := range row {
			if pair != nil && pair.Time != nil && pair.Distance != nil {
				t.know(from[i], to[j], *pair.Time, *pair.Distance*1000)
			}
		}
	}
	return false, nil
}

// Route implements [Provider]: a request for each leg, so that one that can't be
// driven does not spoil the others. The error wraps ErrServer or ctx.Err().
func (v *Valhalla) Route(ctx context.Context, points []orb.Point) (*Route, error) {
	route := &Route{}
	for i := 1; i < len(points); i++ {
		leg, err := v.leg(ctx, points[i-1], points[i])
		if err != nil {
			return nil, err
		}
		route.add(leg)
	}
	return route, ctx.Err()
}

func (v *Valhalla) leg(ctx context.Context, from, to orb.Point) (Leg, error) {
	var a valhallaAnswer
	status, err := v.server.call(ctx, "/route", map[string]any{
		"locations": v.places([]orb.Point{from, to}), "costing": v.server.Profile,
		"units": "kilometers", "directions_type": "none",
	}, &a)
	if err != nil {
		return Leg{}, err
	}
	lost, err := v.refused(status, &a)
	if err != nil {
		return Leg{}, err
	}
	if lost || len(a.Trip.Legs) == 0 {
		return v.rest.estimate(from, to), nil
	}
	leg := a.Trip.Legs[0]
	return drawn(leg.Summary.Time, leg.Summary.Length*1000, leg.Shape)
}
