package travel

import (
	"context"
	"fmt"
	"strconv"
	"strings"

	"github.com/paulmach/orb"

	"github.com/waymark-crm/waymark/geo/roads/osrmapi"
)

// OSRM asks an OSRM server (https://project-osrm.org, API version 1). Large
// tables are asked for in blocks, and busy servers again. What the server can't
// answer comes from the straight line and is marked as estimated.
type OSRM struct {
	server Server
	rest   Straight
}

// NewOSRM returns a provider that asks a server.
func NewOSRM(s Server) *OSRM { return &OSRM{s.withDefaults("driving"), NewStraight()} }

type osrmAnswer struct {
	Code         string
	Message      string
	Durations    [][]*float64
	Distances    [][]*float64
	Sources      []*osrmWaypoint
	Destinations []*osrmWaypoint
	Waypoints    []*osrmWaypoint
	Routes       []struct {
		Distance, Duration float64
		Geometry           string
	}
}

type osrmWaypoint struct{ Distance float64 }

func osrmCoordinates(points []orb.Point) string {
	b := make([]byte, 0, 24*len(points))
	for i, p := range points {
		if i > 0 {
			b = append(b, ';')
		}
		b = strconv.AppendFloat(b, p[0], 'f', 7, 64)
		b = append(b, ',')
		b = strconv.AppendFloat(b, p[1], 'f', 7, 64)
	}
	return string(b)
}

// refused tells an answer that names a point or a pair as unreachable, for
// which there is a fallback, from one that means a defect.
func (o *OSRM) refused(a *osrmAnswer) (bool, error) {
	switch a.Code {
	case "Ok":
		return false, nil
	case "NoSegment", "NoRoute", "NoTable":
		return true, nil
	}
	return false, fmt.Errorf("%w: it answers %s: %s", ErrServer, a.Code, a.Message)
}

// Table implements [Provider]. The error wraps ErrServer or ctx.Err().
func (o *OSRM) Table(ctx context.Context, points []orb.Point) (*Table, error) {
	t := blank(points, o.rest)
	return o.server.table(points, t, func(from, to []int) (bool, error) {
		return o.block(ctx, t, points, from, to)
	})
}

func (o *OSRM) block(ctx context.Context, t *Table, points []orb.Point, from, to []int) (lost bool, err error) {
	list := append(pick(points, from), pick(points, to)...)
	numbers := make([]string, len(list))
	for i := range list {
		numbers[i] = strconv.Itoa(i)
	}
	path := fmt.Sprintf("/table/v1/%s/%s?annotations=duration,distance&generate_hints=false&sources=%s&destinations=%s",
		o.server.Profile, osrmCoordinates(list), strings.Join(numbers[:len(from)], ";"), strings.Join(numbers[len(from):], ";"))
	var a osrmAnswer
	if _, err := o.server.call(ctx, path, nil, &a); err != nil {
		return false, err
	}
	if lost, err := o.refused(&a); lost || err != nil {
		return lost, err
	}
	if len(a.Durations) != len(from) || len(a.Distances) != len(from) || len(a.Sources) != len(from) || len(a.Destinations) != len(to) {
		return false, fmt.Errorf("%w: its table has another size than was asked for", ErrServer)
	}
	for i, row := range a.Durations {
		if len(row) != len(to) || len(a.Distances[i]) != len(to) {
			return false, fmt.Errorf("%w: its table has another size than was asked for", ErrServer)
		}
		for j, seconds := range row {
			near := a.Sources[i] != nil && a.Destinations[j] != nil &&
				a.Sources[i].Distance <= o.server.Reach && a.Destinations[j].Distance <= o.server.Reach
			if metres := a.Distances[i][j]; seconds != nil && metres != nil && near {
				t.know(from[i], to[j], *seconds, *metres)
			}
		}
	}
	return false, nil
}

// Route implements [Provider]: a request for each leg, so that one that can't be
// driven does not spoil the others. The error wraps ErrServer or ctx.Err().
func (o *OSRM) Route(ctx context.Context, points []orb.Point) (*Route, error) {
	route := &Route{}
	for i := 1; i < len(points); i++ {
		leg, err := o.leg(ctx, points[i-1], points[i])
		if err != nil {
			return nil, err
		}
		route.add(leg)
	}
	return route, ctx.Err()
}

func (o *OSRM) leg(ctx context.Context, from, to orb.Point) (Leg, error) {
	path := fmt.Sprintf("/route/v1/%s/%s?overview=full&geometries=polyline6&generate_hints=false",
		o.server.Profile, osrmCoordinates([]orb.Point{from, to}))
	var a osrmAnswer
	if _, err := o.server.call(ctx, path, nil, &a); err != nil {
		return Leg{}, err
	}
	lost, err := o.refused(&a)
	if err != nil {
		return Leg{}, err
	}
	for _, w := range a.Waypoints {
		lost = lost || w == nil || w.Distance > o.server.Reach
	}
	if lost || len(a.Routes) == 0 {
		return o.rest.estimate(from, to), nil
	}
	return drawn(a.Routes[0].Duration, a.Routes[0].Distance, a.Routes[0].Geometry)
}

// drawn makes a leg of a server's figures and its encoded line.
func drawn(seconds, metres float64, polyline6 string) (Leg, error) {
	line, ok := osrmapi.DecodePolyline(polyline6, 6)
	if !ok || len(line) == 0 {
		return Leg{}, fmt.Errorf("%w: its line can't be read", ErrServer)
	}
	if len(line) == 1 {
		line = append(line, line[0])
	}
	return Leg{Seconds: round(seconds), Metres: round(metres), Geometry: line}, nil
}
