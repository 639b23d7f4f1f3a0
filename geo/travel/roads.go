package travel

import (
	"context"
	"errors"
	"math"

	"github.com/paulmach/orb"

	"github.com/waymark-crm/waymark/geo/roads"
)

// Roads answers from a road network in process. What the network can't answer,
// because a point has no road within reach or lies outside the extract, comes
// from the straight line and is marked as estimated.
type Roads struct {
	network *roads.Network
	snap    roads.SnapOptions
	rest    Straight
}

// NewRoads returns a provider over a network. The network stays the caller's to
// close, after the last answer.
func NewRoads(n *roads.Network) *Roads {
	return &Roads{network: n, snap: roads.SnapOptions{Reach: 2000}, rest: NewStraight()}
}

// WithSnap returns a provider that puts points on the network in another way:
// from the curb, or within another reach.
func (r *Roads) WithSnap(o roads.SnapOptions) *Roads {
	c := *r
	c.snap = o
	return &c
}

// WithRest returns a provider that estimates in another way what the network
// can't answer.
func (r *Roads) WithRest(s Straight) *Roads {
	c := *r
	c.rest = s
	return &c
}

// place snaps a point; ok is false when there is no road within reach.
func (r *Roads) place(p orb.Point) (s roads.Snap, ok bool, err error) {
	s, err = r.network.Snap(p, r.snap)
	if errors.Is(err, roads.ErrTooFar) {
		return roads.Snap{}, false, nil
	}
	return s, err == nil, err
}

// Table implements [Provider]. The error is [roads.ErrNotAPoint],
// [roads.ErrTooLarge] or ctx.Err().
func (r *Roads) Table(ctx context.Context, points []orb.Point) (*Table, error) {
	n := len(points)
	snaps := make([]roads.Snap, n)
	for i, p := range points {
		s, _, err := r.place(p)
		if err != nil {
			return nil, err
		}
		snaps[i] = s
	}
	answers, err := r.network.Table(ctx, snaps, snaps)
	if err != nil {
		return nil, err
	}
	t := &Table{Places: n, Seconds: make([]int32, n*n), Metres: make([]int32, n*n)}
	for i := range n {
		for j := range n {
			if i == j {
				continue
			}
			time, length := answers.At(i, j)
			if time == roads.Unreachable {
				t.estimate(r.rest, points, i, j)
				continue
			}
			t.Seconds[i*n+j], t.Metres[i*n+j] = round(time.Seconds()), round(length.Metres())
		}
	}
	return t, nil
}

// Route implements [Provider]. The error is [roads.ErrNotAPoint] or ctx.Err().
func (r *Roads) Route(ctx context.Context, points []orb.Point) (*Route, error) {
	route := &Route{}
	for i := 1; i < len(points); i++ {
		leg, err := r.leg(ctx, points[i-1], points[i])
		if err != nil {
			return nil, err
		}
		route.add(leg)
	}
	return route, ctx.Err()
}

func (r *Roads) leg(ctx context.Context, a, b orb.Point) (Leg, error) {
	from, near, err := r.place(a)
	if err != nil {
		return Leg{}, err
	}
	to, far, err := r.place(b)
	if err != nil {
		return Leg{}, err
	}
	if !near || !far {
		return r.rest.estimate(a, b), nil
	}
	way, err := r.network.Route(ctx, from, to)
	if errors.Is(err, roads.ErrNoRoute) {
		return r.rest.estimate(a, b), nil
	}
	if err != nil {
		return Leg{}, err
	}
	line := way.Geometry
	if len(line) == 1 {
		line = append(line, line[0])
	}
	return Leg{Seconds: round(way.Time.Seconds()), Metres: round(way.Length.Metres()), Geometry: line}, nil
}

func round(v float64) int32 { return int32(math.Round(v)) }
