package osm

import (
	"cmp"
	"math"
	"slices"
	"strconv"

	"github.com/paulmach/orb"
	"github.com/paulmach/orb/planar"
)

// BoundaryKind is what a boundary goes round.
type BoundaryKind string

// The kinds of boundaries.
const (
	Administrative BoundaryKind = "administrative" // country, state, county, town …
	Postal         BoundaryKind = "postal"         // a postcode
	Settlement     BoundaryKind = "place"          // a town, suburb or neighbourhood that is drawn as an area
	LandUse        BoundaryKind = "landuse"        // a named business park, shopping or housing area
)

// Boundary is a named area. Where two areas have a border in common, both have
// the same corners on it.
type Boundary struct {
	Ref   Ref
	Kind  BoundaryKind
	Name  string
	Level int // of an administrative one, 2 (country) to 11; else 0
	// Use is the value of the tag place or landuse, such as "suburb" or "retail".
	Use  string
	Area orb.MultiPolygon // rings closed, the outer one of a polygon first
}

// namedUses are the kinds of land that people call by a name and sell into.
var namedUses = map[string]bool{"commercial": true, "industrial": true, "retail": true, "residential": true, "port": true}

// boundaryFrom reads what the tags say of a boundary, but its area.
func boundaryFrom(ref Ref, tags Tags) (Boundary, bool) {
	b := Boundary{Ref: ref, Name: clean(tags.Get("name"))}
	switch tags.Get("boundary") {
	case "administrative":
		level, err := strconv.Atoi(tags.Get("admin_level"))
		if err != nil || level < 2 || level > 11 {
			return b, false
		}
		b.Kind, b.Level, b.Use = Administrative, level, tags.Get("place")
	case "postal_code":
		b.Kind = Postal
		if code := clean(first(tags, "postal_code", "addr:postcode", "ref")); code != "" {
			b.Name = code
		}
	default:
		place, use := tags.Get("place"), tags.Get("landuse")
		if _, known := placeReach[place]; known {
			b.Kind, b.Use = Settlement, place
		} else if namedUses[use] {
			b.Kind, b.Use = LandUse, use
		}
	}
	return b, b.Kind != "" && b.Name != "" && !historical(b.Name)
}

// polygonsOf puts rings together: outer ones, each with the inner ones that lie
// in it. Rings that are not closed, as at the edge of an extract, make the area
// unknown: it is false then, and when there is none.
func polygonsOf(outer, inner []orb.LineString) (orb.MultiPolygon, bool) {
	var out orb.MultiPolygon
	for _, line := range outer {
		ring, ok := ringOf(line)
		if !ok {
			return nil, false
		}
		out = append(out, orb.Polygon{ring})
	}
	for _, line := range inner {
		ring, ok := ringOf(line)
		if !ok {
			return nil, false
		}
		// Of the outer rings that hold it, the smallest.
		best, bestArea := -1, math.Inf(1)
		for i, p := range out {
			if area := math.Abs(planar.Area(p[0])); area < bestArea && planar.RingContains(p[0], ring[0]) {
				best, bestArea = i, area
			}
		}
		if best >= 0 {
			out[best] = append(out[best], ring)
		}
	}
	return out, len(out) > 0
}

func ringOf(line orb.LineString) (orb.Ring, bool) {
	if len(line) < 4 || line[0] != line[len(line)-1] || planar.Area(orb.Ring(line)) == 0 {
		return nil, false
	}
	return orb.Ring(line), true
}

// uniqueBoundaries orders boundaries by kind and id and drops those that say
// what another says: a relation and its closed way, both tagged.
func uniqueBoundaries(all []Boundary) []Boundary {
	slices.SortFunc(all, func(a, b Boundary) int {
		return cmp.Or(cmp.Compare(b.Ref.Kind, a.Ref.Kind), cmp.Compare(a.Ref.ID, b.Ref.ID)) // relations first
	})
	type key struct {
		kind  BoundaryKind
		name  string
		level int
		bound orb.Bound
	}
	seen := map[key]bool{}
	out := all[:0]
	for _, b := range all {
		k := key{b.Kind, b.Name, b.Level, b.Area.Bound()}
		if !seen[k] {
			seen[k] = true
			out = append(out, b)
		}
	}
	return out
}
