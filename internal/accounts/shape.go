package accounts

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"fmt"
	"math"
	"strconv"
	"strings"

	"github.com/paulmach/orb"

	"github.com/waymark-crm/waymark/geo/hexgrid"
	"github.com/waymark-crm/waymark/internal/fault"
)

// MaxVertices is how many corners a drawn shape may have.
const MaxVertices = 500

// coverCells is how many cells the cover of a shape may have. More fit its edge
// better, and each is one descent of an index; at 100,000 sites the two balance
// between 60 and 250.
const coverCells = 128

// Shape is an area on the map, ready to be asked for.
type Shape struct {
	geometry orb.MultiPolygon // sides straight in longitude and latitude
	bound    orb.Bound
	cover    hexgrid.RangeCover
	valid    bool   // as PostGIS has it
	digest   string // of an area's geometry, of a circle or of cells

	box    bool      // of a rectangle on one side of the 180th meridian: bound is the shape
	metres float64   // of a circle
	centre orb.Point // of a circle
	cells  bool      // whole cells: the cover is the shape
}

// Bound returns the rectangle around the shape. Of a box across the 180th
// meridian it is the whole width of the world.
func (s *Shape) Bound() orb.Bound { return s.bound }

// Geometry returns the shape's polygons, within ±180 degrees of longitude. A
// ring may cross itself: what an odd number of turns goes round is inside.
func (s *Shape) Geometry() orb.MultiPolygon { return s.geometry }

// BoxOf returns the shape of a rectangle from its west, south, east and north in
// degrees. A west greater than the east, or degrees beyond ±180 as maps that
// wrap around give them, mean a box across the 180th meridian; 360 degrees of
// width or more are the whole world. It fails with [fault.Invalid] for what is
// no rectangle.
func BoxOf(west, south, east, north float64) (*Shape, error) {
	wrong := func(text string) error {
		return fault.New(fault.Invalid, text).WithField("query.bbox", "Give west,south,east,north in degrees, for example -75.8,38.4,-75.0,39.9.")
	}
	for _, v := range [4]float64{west, south, east, north} {
		if math.IsNaN(v) || math.IsInf(v, 0) {
			return nil, wrong("The box has an edge that is not a number.")
		}
	}
	switch {
	case south < -90 || north > 90:
		return nil, wrong("The box reaches beyond the poles.")
	case south > north:
		return nil, wrong("The box is upside down: its south lies north of its north.")
	case west < -540 || east > 540 || west > 540 || east < -540:
		return nil, wrong("The box lies too far around the world.")
	}
	box := func(w, e float64) orb.Polygon {
		return orb.Bound{Min: orb.Point{w, south}, Max: orb.Point{e, north}}.ToPolygon()
	}
	var g orb.MultiPolygon
	switch w, e := wrap(west), wrap(east); {
	case east-west >= 360:
		g = orb.MultiPolygon{box(-180, 180)}
	case w <= e:
		g = orb.MultiPolygon{box(w, e)}
	default:
		g = orb.MultiPolygon{box(w, 180), box(-180, e)}
	}
	s, err := newShape(g)
	if err != nil {
		return nil, err
	}
	s.box = len(g) == 1
	return s, nil
}

// wrap brings a longitude into ±180 and leaves one that is there as it is.
func wrap(lon float64) float64 {
	for lon > 180 {
		lon -= 360
	}
	for lon < -180 {
		lon += 360
	}
	return lon
}

// RingOf returns the shape of a ring of 3 to [MaxVertices] corners, closed or
// not. It fails with [fault.Invalid] for corners off the map, which includes
// those beyond the 180th meridian.
func RingOf(ring orb.Ring) (*Shape, error) {
	wrong := func(text string) error {
		return fault.New(fault.Invalid, text).WithField("query.within", "Give the corners as longitude,latitude, separated by spaces.")
	}
	if n := len(ring); n > 1 && ring[0] == ring[n-1] {
		ring = ring[:n-1]
	}
	if len(ring) < 3 {
		return nil, wrong("The shape needs at least three corners.")
	}
	if len(ring) > MaxVertices {
		return nil, wrong(fmt.Sprintf("The shape has %d corners and may have %d. Draw it more simply.", len(ring), MaxVertices))
	}
	for _, p := range ring {
		// Written so that not-a-number fails.
		if !(p[0] >= -180 && p[0] <= 180) {
			return nil, wrong("The shape reaches across the 180th meridian or has a corner that is no place. Draw it on one side of that line.")
		}
		if !(p[1] >= -90 && p[1] <= 90) {
			return nil, wrong("The shape has a corner beyond the poles.")
		}
	}
	closed := append(append(make(orb.Ring, 0, len(ring)+1), ring...), ring[0])
	return newShape(orb.MultiPolygon{{closed}})
}

// AreaOf returns the shape of polygons that a program has made: valid ones, of
// as many corners as it needs. The polygons must not be changed afterwards. It
// fails with [fault.Invalid] for polygons that are off the map.
func AreaOf(g orb.MultiPolygon) (*Shape, error) {
	s, err := newShape(g)
	if err != nil {
		return nil, err
	}
	sum := sha256.New()
	for _, polygon := range g {
		for _, ring := range polygon {
			for _, p := range ring {
				var b [16]byte
				binary.LittleEndian.PutUint64(b[:8], math.Float64bits(p[0]))
				binary.LittleEndian.PutUint64(b[8:], math.Float64bits(p[1]))
				sum.Write(b[:])
			}
			sum.Write([]byte("ring"))
		}
		sum.Write([]byte("polygon"))
	}
	s.valid, s.digest = true, base64.RawURLEncoding.EncodeToString(sum.Sum(nil))
	return s, nil
}

func newShape(g orb.MultiPolygon) (*Shape, error) {
	cover, err := hexgrid.CoverRanges(g, hexgrid.CoverOptions{MaxCells: coverCells})
	if err != nil {
		return nil, fault.Wrap(err, fault.Invalid, "This shape cannot be searched in. Draw it again.")
	}
	return &Shape{geometry: g, bound: g.Bound(), cover: cover}, nil
}

// ParseBox reads "west,south,east,north" and fails as [BoxOf] does.
func ParseBox(text string) (*Shape, error) {
	v, ok := parseNumbers(text, 4)
	if !ok {
		return nil, fault.New(fault.Invalid, "The box is not four numbers.").
			WithField("query.bbox", "Give west,south,east,north in degrees, for example -75.8,38.4,-75.0,39.9.")
	}
	return BoxOf(v[0], v[1], v[2], v[3])
}

// ParseRing reads "lon,lat lon,lat …" and fails as [RingOf] does.
func ParseRing(text string) (*Shape, error) {
	corners := strings.FieldsFunc(text, func(r rune) bool { return r == ' ' || r == ';' || r == '\n' || r == '\t' })
	if len(corners) > MaxVertices+1 {
		return nil, fault.Errorf(fault.Invalid, "The shape has %d corners and may have %d. Draw it more simply.", len(corners), MaxVertices).
			WithField("query.within", "Too many corners.")
	}
	ring := make(orb.Ring, 0, len(corners))
	for i, c := range corners {
		v, ok := parseNumbers(c, 2)
		if !ok {
			return nil, fault.Errorf(fault.Invalid, "Corner %d of the shape is not two numbers.", i+1).
				WithField("query.within", "Give the corners as longitude,latitude, separated by spaces.")
		}
		ring = append(ring, orb.Point{v[0], v[1]})
	}
	return RingOf(ring)
}

// parseNumbers reads exactly n finite numbers, separated by commas.
func parseNumbers(text string, n int) ([]float64, bool) {
	parts := strings.Split(text, ",")
	if len(parts) != n {
		return nil, false
	}
	out := make([]float64, n)
	for i, p := range parts {
		v, err := strconv.ParseFloat(strings.TrimSpace(p), 64)
		if err != nil || math.IsNaN(v) || math.IsInf(v, 0) {
			return nil, false
		}
		out[i] = v
	}
	return out, true
}
