package osrmapi

import (
	"errors"
	"math"
	"net/url"
	"strconv"
	"strings"

	"github.com/paulmach/orb"

	"github.com/waymark-crm/waymark/geo/roads"
)

// request is what all services have in common, and the query for the rest.
type request struct {
	points []orb.Point
	snap   []roads.SnapOptions
	query  parameters
}

// parameters are those of a query string; of doubles the last counts.
type parameters map[string]string

func (p parameters) Get(name string) string { return p[name] }

func parseQuery(raw string) (parameters, error) {
	p := parameters{}
	for _, pair := range strings.Split(raw, "&") {
		if pair == "" {
			continue
		}
		name, value, _ := strings.Cut(pair, "=")
		name, err := url.QueryUnescape(name)
		if err != nil {
			return nil, fail(codeQuery, "The query can't be read: %q.", pair)
		}
		if value, err = url.QueryUnescape(value); err != nil {
			return nil, fail(codeQuery, "The query can't be read: %q.", pair)
		}
		p[name] = value
	}
	return p, nil
}

// known are the parameters that are understood, or may be passed over because
// they only hint.
var known = map[string]bool{
	"annotations": true, "overview": true, "geometries": true, "steps": true, "alternatives": true,
	"radiuses": true, "approaches": true, "sources": true, "destinations": true, "number": true,
	"continue_straight": true, "fallback_speed": true, "scale_factor": true,
	"hints": true, "generate_hints": true, "skip_waypoints": true, "snapping": true, "format": true,
}

func parse(coordinates, raw string, most int) (*request, error) {
	query, err := parseQuery(raw)
	if err != nil {
		return nil, err
	}
	r := &request{query: query}
	for name := range query {
		if name == "bearings" || name == "exclude" || name == "waypoints" || name == "fallback_coordinate" {
			if query.Get(name) != "" {
				return nil, fail(codeMissing, "The parameter %s is not supported here.", name)
			}
		} else if !known[name] {
			return nil, fail(codeQuery, "There is no parameter %q.", name)
		}
	}
	coordinates = strings.TrimSuffix(coordinates, ".json")
	switch {
	case strings.HasPrefix(coordinates, "polyline(") && strings.HasSuffix(coordinates, ")"):
		r.points, err = decodePolyline(coordinates[9:len(coordinates)-1], 1e5, most)
	case strings.HasPrefix(coordinates, "polyline6(") && strings.HasSuffix(coordinates, ")"):
		r.points, err = decodePolyline(coordinates[10:len(coordinates)-1], 1e6, most)
	default:
		r.points, err = parsePoints(coordinates, most)
	}
	if err != nil {
		return nil, err
	}
	return r, r.parseSnap()
}

func parsePoints(text string, most int) ([]orb.Point, error) {
	if count := strings.Count(text, ";") + 1; count > most {
		return nil, fail(codeTooBig, "%d coordinates are too many; at most %d.", count, most)
	}
	var points []orb.Point
	for i, pair := range strings.Split(text, ";") {
		lon, lat, ok := strings.Cut(pair, ",")
		x, errX := strconv.ParseFloat(lon, 64)
		y, errY := strconv.ParseFloat(lat, 64)
		if !ok || errX != nil || errY != nil {
			return nil, fail(codeQuery, "Coordinate %d is no longitude,latitude: %q.", i, pair)
		}
		points = append(points, orb.Point{x, y})
	}
	return points, checkPoints(points)
}

func checkPoints(points []orb.Point) error {
	for i, p := range points {
		if !(p[0] >= -180 && p[0] <= 180 && p[1] >= -90 && p[1] <= 90) {
			return fail(codeValue, "Coordinate %d is not on the globe.", i)
		}
	}
	return nil
}

// each splits a parameter with one value for each coordinate; nil when it is
// not given.
func (r *request) each(name string) ([]string, error) {
	text := r.query.Get(name)
	if text == "" {
		return nil, nil
	}
	list := strings.Split(text, ";")
	if len(list) != len(r.points) {
		return nil, fail(codeOptions, "%s has %d values for %d coordinates.", name, len(list), len(r.points))
	}
	return list, nil
}

func (r *request) parseSnap() error {
	r.snap = make([]roads.SnapOptions, len(r.points))
	for i := range r.snap {
		r.snap[i].Reach = 50_000 // OSRM has no bound unless one is given
	}
	radiuses, err := r.each("radiuses")
	if err != nil {
		return err
	}
	for i, text := range radiuses {
		if text == "" || text == "unlimited" {
			continue
		}
		v, err := strconv.ParseFloat(text, 64)
		if err != nil || !(v >= 0) || math.IsInf(v, 0) {
			return fail(codeOptions, "The radius %q is no distance in metres.", text)
		}
		r.snap[i].Reach = min(max(v, 0.001), 50_000)
	}
	approaches, err := r.each("approaches")
	if err != nil {
		return err
	}
	for i, text := range approaches {
		switch text {
		case "", "unrestricted":
		case "curb":
			r.snap[i].Approach = roads.Curb
		case "opposite":
			r.snap[i].Approach, r.snap[i].LeftHand = roads.Curb, true
		default:
			return fail(codeOptions, "The approach %q is none of curb, opposite and unrestricted.", text)
		}
	}
	return nil
}

// flag reads true or false.
func (r *request) flag(name string, otherwise bool) (bool, error) {
	switch r.query.Get(name) {
	case "", "default":
		return otherwise, nil
	case "true":
		return true, nil
	case "false":
		return false, nil
	}
	return false, fail(codeOptions, "%s is true or false, not %q.", name, r.query.Get(name))
}

func (r *request) number(name string, otherwise, least, most float64) (float64, error) {
	text := r.query.Get(name)
	if text == "" {
		return otherwise, nil
	}
	v, err := strconv.ParseFloat(text, 64)
	if err != nil || !(v >= least && v <= most) {
		return 0, fail(codeOptions, "%s is a number within %g and %g, not %q.", name, least, most, text)
	}
	return v, nil
}

// indexes reads "all" or a list of numbers of coordinates.
func (r *request) indexes(name string) ([]int, error) {
	text := r.query.Get(name)
	if text == "" || text == "all" {
		list := make([]int, len(r.points))
		for i := range list {
			list[i] = i
		}
		return list, nil
	}
	var list []int
	for _, part := range strings.Split(text, ";") {
		i, err := strconv.Atoi(part)
		if err != nil || i < 0 || i >= len(r.points) {
			return nil, fail(codeOptions, "%s names no coordinate: %q.", name, part)
		}
		list = append(list, i)
	}
	return list, nil
}

// place snaps coordinate i.
func (r *request) place(n *roads.Network, i int) (roads.Snap, error) {
	s, err := n.Snap(r.points[i], r.snap[i])
	if errors.Is(err, roads.ErrTooFar) {
		return s, fail(codeSegment, "Could not find a matching segment for coordinate %d.", i)
	}
	return s, err
}

// decodePolyline decodes Google's encoded polyline, latitude first.
func decodePolyline(text string, factor float64, most int) ([]orb.Point, error) {
	if len(text) > 24*most {
		return nil, fail(codeTooBig, "The polyline is too long; at most %d coordinates.", most)
	}
	var points []orb.Point
	var at [2]int64
	for i := 0; i < len(text); {
		for k := range at {
			var v int64
			for shift := 0; ; shift += 5 {
				if i >= len(text) || text[i] < 63 || shift > 40 {
					return nil, fail(codeQuery, "The polyline can't be decoded.")
				}
				b := int64(text[i]) - 63
				i++
				v |= b & 31 << shift
				if b < 32 {
					break
				}
			}
			at[k] += v>>1 ^ -(v & 1)
		}
		points = append(points, orb.Point{float64(at[1]) / factor, float64(at[0]) / factor})
	}
	if len(points) == 0 || len(points) > most {
		return nil, fail(codeTooBig, "%d coordinates; at least 1 and at most %d.", len(points), most)
	}
	return points, checkPoints(points)
}

// EncodePolyline is the inverse, for 5 or 6 decimals.
func EncodePolyline(line orb.LineString, decimals int) string {
	factor := math.Pow10(decimals)
	out := make([]byte, 0, 8*len(line))
	var last [2]int64
	for _, p := range line {
		for k, v := range [2]int64{int64(math.Round(p[1] * factor)), int64(math.Round(p[0] * factor))} {
			d := v - last[k]
			last[k] = v
			u := uint64(d<<1) ^ uint64(d>>63)
			for u >= 32 {
				out = append(out, byte(u&31|32)+63)
				u >>= 5
			}
			out = append(out, byte(u)+63)
		}
	}
	return string(out)
}

// DecodePolyline decodes a line of 5 or 6 decimals. It is false when the text
// is damaged.
func DecodePolyline(text string, decimals int) (orb.LineString, bool) {
	points, err := decodePolyline(text, math.Pow10(decimals), len(text)+1)
	return points, err == nil
}
