package osrmapi

import (
	"context"
	"errors"
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/paulmach/orb"
	"github.com/paulmach/orb/geo"

	"github.com/waymark-crm/waymark/geo/roads"
)

// tenth rounds to one decimal, as OSRM does.
func tenth(v float64) float64 { return math.Round(v*10) / 10 }

type waypoint struct {
	Name     string     `json:"name"`
	Location [2]float64 `json:"location"`
	Distance float64    `json:"distance"`
}

func waypointOf(s roads.Snap) *waypoint {
	return &waypoint{s.Name, location(s.Point), s.Distance}
}

func location(p orb.Point) [2]float64 {
	return [2]float64{math.Round(p[0]*1e6) / 1e6, math.Round(p[1]*1e6) / 1e6}
}

func (r *request) nearest(n *roads.Network, limits Limits) (any, error) {
	number, err := r.number("number", 1, 1, float64(limits.Nearest))
	if err != nil {
		return nil, err
	}
	found, err := n.SnapNearest(r.points[0], int(number), r.snap[0])
	if errors.Is(err, roads.ErrTooFar) {
		return nil, fail(codeSegment, "Could not find a matching segment for the coordinate.")
	}
	if err != nil {
		return nil, err
	}
	list := make([]*waypoint, len(found))
	for i, s := range found {
		list[i] = waypointOf(s)
	}
	return map[string]any{"code": "Ok", "waypoints": list}, nil
}

func (r *request) table(ctx context.Context, n *roads.Network, limits Limits) (any, error) {
	sources, err := r.indexes("sources")
	if err != nil {
		return nil, err
	}
	targets, err := r.indexes("destinations")
	if err != nil {
		return nil, err
	}
	if len(sources)*len(targets) > limits.TableCells {
		return nil, fail(codeTooBig, "%d by %d is too large a table; at most %d entries.", len(sources), len(targets), limits.TableCells)
	}
	fallback, err := r.number("fallback_speed", 0, 0.001, 1e6)
	if err != nil {
		return nil, err
	}
	scale, err := r.number("scale_factor", 1, 0.001, 1e6)
	if err != nil {
		return nil, err
	}
	wantTime, wantLength := true, false
	if a := r.query.Get("annotations"); a != "" {
		wantTime, wantLength = false, false
		for _, what := range strings.Split(a, ",") {
			switch what {
			case "duration":
				wantTime = true
			case "distance":
				wantLength = true
			default:
				return nil, fail(codeOptions, "annotations of a table are duration and distance, not %q.", what)
			}
		}
	}
	from, fromPoints, err := r.places(n, sources)
	if err != nil {
		return nil, err
	}
	to, toPoints, err := r.places(n, targets)
	if err != nil {
		return nil, err
	}
	t, err := n.Table(ctx, from, to)
	if err != nil {
		return nil, err
	}
	out := map[string]any{"code": "Ok", "sources": fromPoints, "destinations": toPoints}
	var cells [][2]int
	times, lengths := make([][]*float64, t.Rows), make([][]*float64, t.Rows)
	for i := range t.Rows {
		times[i], lengths[i] = make([]*float64, t.Columns), make([]*float64, t.Columns)
		for j := range t.Columns {
			time, length := t.At(i, j)
			seconds, metres := time.Seconds()*scale, length.Metres()
			if time == roads.Unreachable {
				if fallback == 0 {
					continue
				}
				metres = geo.DistanceHaversine(from[i].Point, to[j].Point)
				seconds = metres / fallback
				cells = append(cells, [2]int{i, j})
			}
			seconds, metres = tenth(seconds), tenth(metres)
			times[i][j], lengths[i][j] = &seconds, &metres
		}
	}
	if wantTime {
		out["durations"] = times
	}
	if wantLength {
		out["distances"] = lengths
	}
	if len(cells) > 0 {
		out["fallback_speed_cells"] = cells
	}
	return out, nil
}

func (r *request) places(n *roads.Network, indexes []int) ([]roads.Snap, []*waypoint, error) {
	snaps, points := make([]roads.Snap, len(indexes)), make([]*waypoint, len(indexes))
	for k, i := range indexes {
		s, err := r.place(n, i)
		if err != nil {
			return nil, nil, err
		}
		snaps[k], points[k] = s, waypointOf(s)
	}
	return snaps, points, nil
}

type routeAnswer struct {
	Distance   float64     `json:"distance"`
	Duration   float64     `json:"duration"`
	Weight     float64     `json:"weight"`
	WeightName string      `json:"weight_name"`
	Geometry   any         `json:"geometry,omitempty"`
	Legs       []legAnswer `json:"legs"`
}

type legAnswer struct {
	Distance   float64        `json:"distance"`
	Duration   float64        `json:"duration"`
	Weight     float64        `json:"weight"`
	Summary    string         `json:"summary"`
	Steps      []stepAnswer   `json:"steps"`
	Annotation map[string]any `json:"annotation,omitempty"`
}

type stepAnswer struct {
	Distance      float64        `json:"distance"`
	Duration      float64        `json:"duration"`
	Weight        float64        `json:"weight"`
	Geometry      any            `json:"geometry"`
	Name          string         `json:"name"`
	Ref           string         `json:"ref,omitempty"`
	Mode          string         `json:"mode"`
	DrivingSide   string         `json:"driving_side"`
	Maneuver      maneuver       `json:"maneuver"`
	Intersections []intersection `json:"intersections"`
}

type maneuver struct {
	Type          string     `json:"type"`
	Modifier      string     `json:"modifier,omitempty"`
	Location      [2]float64 `json:"location"`
	BearingBefore int        `json:"bearing_before"`
	BearingAfter  int        `json:"bearing_after"`
	Exit          int        `json:"exit,omitempty"`
	Instruction   string     `json:"instruction"`
}

type intersection struct {
	Location [2]float64 `json:"location"`
	Bearings []int      `json:"bearings"`
	Entry    []bool     `json:"entry"`
	Out      *int       `json:"out,omitempty"`
	In       *int       `json:"in,omitempty"`
}

// drawing says how lines are written.
type drawing struct {
	format   string
	overview string
	steps    bool
	notes    []string
}

func (r *request) drawing() (d drawing, err error) {
	d.format = r.query.Get("geometries")
	if d.format == "" {
		d.format = "polyline"
	}
	if !slices.Contains([]string{"polyline", "polyline6", "geojson"}, d.format) {
		return d, fail(codeOptions, "geometries is polyline, polyline6 or geojson, not %q.", d.format)
	}
	d.overview = r.query.Get("overview")
	if d.overview == "" {
		d.overview = "simplified"
	}
	if !slices.Contains([]string{"simplified", "full", "false", "by_legs"}, d.overview) {
		return d, fail(codeOptions, "overview is simplified, full or false, not %q.", d.overview)
	}
	if d.steps, err = r.flag("steps", false); err != nil {
		return d, err
	}
	switch a := r.query.Get("annotations"); a {
	case "", "false":
	case "true":
		d.notes = []string{"duration", "distance", "speed"}
	default:
		d.notes = strings.Split(a, ",")
		for _, n := range d.notes {
			if n == "nodes" || n == "datasources" {
				return d, fail(codeMissing, "The annotation %s is not supported here.", n)
			}
			if !slices.Contains([]string{"duration", "distance", "speed", "weight"}, n) {
				return d, fail(codeOptions, "There is no annotation %q.", n)
			}
		}
	}
	return d, nil
}

func (d *drawing) line(line orb.LineString) any {
	switch d.format {
	case "geojson":
		points := make([][2]float64, len(line))
		for i, p := range line {
			points[i] = location(p)
		}
		return map[string]any{"type": "LineString", "coordinates": points}
	case "polyline6":
		return EncodePolyline(line, 6)
	}
	return EncodePolyline(line, 5)
}

func (r *request) route(ctx context.Context, n *roads.Network) (any, error) {
	if len(r.points) < 2 {
		return nil, fail(codeOptions, "A route needs at least two coordinates.")
	}
	d, err := r.drawing()
	if err != nil {
		return nil, err
	}
	straight, err := r.flag("continue_straight", true)
	if err != nil {
		return nil, err
	}
	more := 0
	if a := r.query.Get("alternatives"); a == "true" {
		more = 2
	} else if a != "" && a != "false" {
		if more, err = strconv.Atoi(a); err != nil || more < 0 || more > 3 {
			return nil, fail(codeOptions, "alternatives is true, false or a number up to 3, not %q.", a)
		}
	}
	all := make([]int, len(r.points))
	for i := range all {
		all[i] = i
	}
	snaps, waypoints, err := r.places(n, all)
	if err != nil {
		return nil, err
	}
	var answers []routeAnswer
	if len(snaps) == 2 && more > 0 {
		ways, err := n.Alternatives(ctx, snaps[0], snaps[1], more)
		if err != nil {
			return nil, noRoute(err)
		}
		for _, w := range ways {
			answers = append(answers, d.answer(n, []*roads.Route{w}, r.points[1:]))
		}
	} else {
		var legs []*roads.Route
		for i := 1; i < len(snaps); i++ {
			from := snaps[i-1]
			if i > 1 && straight {
				from = legs[i-2].Onward(from)
			}
			w, err := n.Route(ctx, from, snaps[i])
			if err != nil {
				return nil, noRoute(err)
			}
			legs = append(legs, w)
		}
		answers = append(answers, d.answer(n, legs, r.points[1:]))
	}
	return map[string]any{"code": "Ok", "routes": answers, "waypoints": waypoints}, nil
}

func noRoute(err error) error {
	if errors.Is(err, roads.ErrNoRoute) {
		return fail(codeNoRoute, "Impossible route between points.")
	}
	return err
}

func (d *drawing) answer(n *roads.Network, legs []*roads.Route, ends []orb.Point) routeAnswer {
	a := routeAnswer{WeightName: "duration"}
	var line orb.LineString
	for i, leg := range legs {
		a.Legs = append(a.Legs, d.leg(n, leg, ends[i]))
		a.Distance += leg.Length.Metres()
		a.Duration += leg.Time.Seconds()
		if i > 0 {
			line = append(line, leg.Geometry[1:]...)
		} else {
			line = append(line, leg.Geometry...)
		}
	}
	a.Distance, a.Duration = tenth(a.Distance), tenth(a.Duration)
	a.Weight = a.Duration
	switch d.overview {
	case "full":
		a.Geometry = d.line(line)
	case "simplified", "by_legs":
		// The zoom at which the route fills a window of a thousand pixels.
		b := line.Bound()
		span := max(b.Max[0]-b.Min[0], b.Max[1]-b.Min[1], 1e-6)
		a.Geometry = d.line(roads.SimplifyForZoom(line, min(math.Log2(360*1000/512/span), 17.9)))
	}
	return a
}

func (d *drawing) leg(n *roads.Network, r *roads.Route, end orb.Point) legAnswer {
	leg := legAnswer{Distance: tenth(r.Length.Metres()), Duration: tenth(r.Time.Seconds()), Weight: tenth(r.Time.Seconds()), Steps: []stepAnswer{}}
	if d.steps {
		for _, s := range n.Steps(r, roads.SideOf(r, end)) {
			leg.Steps = append(leg.Steps, d.step(s))
		}
		leg.Summary = summary(r)
	}
	if len(d.notes) > 0 {
		leg.Annotation = annotate(r, d.notes)
	}
	return leg
}

func (d *drawing) step(s roads.Step) stepAnswer {
	line := s.Geometry
	if len(line) == 1 {
		line = append(line, line[0])
	}
	mode := "driving"
	if s.Class == roads.ClassFerry {
		mode = "ferry"
	}
	kind := string(s.Kind)
	if s.Kind == roads.StepFerry {
		kind = "notification"
	}
	before, after := int(math.Round(s.Before))%360, int(math.Round(s.After))%360
	zero := 0
	x := intersection{Location: location(s.At), Bearings: []int{after}, Entry: []bool{true}, Out: &zero}
	if s.Kind == roads.StepArrive {
		x = intersection{Location: location(s.At), Bearings: []int{(before + 180) % 360}, Entry: []bool{true}, In: &zero}
	}
	return stepAnswer{
		Distance: tenth(s.Length.Metres()), Duration: tenth(s.Time.Seconds()), Weight: tenth(s.Time.Seconds()),
		Geometry: d.line(line), Name: s.Name, Ref: s.Ref, Mode: mode, DrivingSide: "right",
		Maneuver: maneuver{kind, string(s.Turn), location(s.At), before, after, s.Exit, s.Text}, Intersections: []intersection{x},
	}
}

// summary names the two roads on which a leg is longest, in their order.
func summary(r *roads.Route) string {
	length := map[string]roads.Decimetres{}
	var names []string
	for _, p := range r.Pieces {
		name := p.Name
		if name == "" {
			name = p.Ref
		}
		if name == "" {
			continue
		}
		if length[name] == 0 {
			names = append(names, name)
		}
		length[name] += p.Length + 1
	}
	order := slices.Clone(names)
	slices.SortStableFunc(order, func(a, b string) int { return int(length[b] - length[a]) })
	order = order[:min(2, len(order))]
	slices.SortFunc(order, func(a, b string) int { return slices.Index(names, a) - slices.Index(names, b) })
	return strings.Join(order, ", ")
}

// annotate gives a value for every straight piece of a leg's line.
func annotate(r *roads.Route, what []string) map[string]any {
	var durations, distances, speeds []float64
	for _, p := range r.Pieces {
		seconds, metres := (p.Time - p.Turn).Seconds(), p.Length.Metres()
		for i := 1; i < len(p.Geometry); i++ {
			d := geo.DistanceHaversine(p.Geometry[i-1], p.Geometry[i]) * 6371008.8 / orb.EarthRadius
			t := 0.0
			if metres > 0 {
				t = seconds * d / metres
			}
			distances, durations = append(distances, tenth(d)), append(durations, tenth(t))
			if t > 0 {
				speeds = append(speeds, tenth(d/t))
			} else {
				speeds = append(speeds, 0)
			}
		}
	}
	out := map[string]any{}
	for _, w := range what {
		switch w {
		case "duration", "weight":
			out[w] = durations
		case "distance":
			out[w] = distances
		case "speed":
			out[w] = speeds
		}
	}
	return out
}
