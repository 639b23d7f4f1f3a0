package osm

import (
	"strings"

	"github.com/paulmach/orb"
)

// Address is a house number and where it is.
type Address struct {
	Ref         Ref
	HouseNumber string
	Street      string // or the hamlet that numbers its houses itself
	City        string
	Postcode    string
	Point       orb.Point
}

// addressFrom reads the addr tags. It is false without a house number.
func addressFrom(ref Ref, tags Tags, at orb.Point) (Address, bool) {
	a := addressTags(tags)
	a.Ref, a.Point = ref, at
	return a, a.HouseNumber != ""
}

func addressTags(tags Tags) Address {
	street := clean(tags.Get("addr:street"))
	if street == "" {
		street = clean(tags.Get("addr:place"))
	}
	return Address{
		HouseNumber: clean(tags.Get("addr:housenumber")),
		Street:      street,
		City:        clean(tags.Get("addr:city")),
		Postcode:    clean(tags.Get("addr:postcode")),
	}
}

// Street is one street of one town: all ways of one name that hang together or
// nearly so.
type Street struct {
	Name     string
	City     string // the town it is in, by nearness
	Postcode string // the commonest among its ways and houses
	Point    orb.Point
	Lines    orb.MultiLineString
}

// streetKinds are the values of "highway" whose names are names of streets.
var streetKinds = map[string]bool{
	"motorway": true, "trunk": true, "primary": true, "secondary": true, "tertiary": true, "unclassified": true,
	"residential": true, "living_street": true, "service": true, "pedestrian": true, "road": true, "track": true,
}

// streetWay is one way of a street.
type streetWay struct {
	name     string
	postcode string
	line     orb.LineString
}

func streetFrom(w *Way) (streetWay, bool) {
	if !streetKinds[w.Tags.Get("highway")] {
		return streetWay{}, false
	}
	name := clean(w.Tags.Get("name"))
	if name == "" {
		return streetWay{}, false
	}
	line, _ := w.Line()
	if len(line) < 2 {
		return streetWay{}, false
	}
	postcode := w.Tags.Get("postal_code")
	for _, key := range []string{"addr:postcode", "tiger:zip_left", "tiger:zip_right"} {
		if postcode == "" {
			postcode = w.Tags.Get(key)
		}
	}
	// Several postcodes along one way are separated; the first will do.
	postcode, _, _ = strings.Cut(postcode, ";")
	postcode, _, _ = strings.Cut(postcode, ":")
	return streetWay{name, clean(postcode), line}, true
}
