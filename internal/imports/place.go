package imports

import (
	"math"
	"slices"
	"strings"

	"github.com/paulmach/orb"

	"github.com/waymark-crm/waymark/geo/geocode"
	"github.com/waymark-crm/waymark/geo/hexgrid"
)

// place reads the coordinates and finds the mistakes that people make with them.
func (c *checker) place(r *row, rec record) {
	var p orb.Point
	text, at := c.cellOf(fieldCoordinates, rec)
	lat, latAt := c.cellOf(fieldLatitude, rec)
	lon, lonAt := c.cellOf(fieldLongitude, rec)
	one := cellCheck{c, r, at, c.fields.byKey[fieldCoordinates], text}
	switch {
	case lat != "" || lon != "":
		one.position, one.value = latAt, strings.TrimSpace(lat+" "+lon)
		if lat == "" || lon == "" {
			one.find("half_a_place", Error, "", "")
			return
		}
		y, yAxis, ok1 := parseDegrees(lat)
		x, xAxis, ok2 := parseDegrees(lon)
		if !ok1 || !ok2 {
			if !ok1 {
				one.position, one.value = latAt, lat
			} else {
				one.position, one.value = lonAt, lon
			}
			one.find("bad_coordinate", Error, "", "")
			return
		}
		if yAxis == 'x' || xAxis == 'y' {
			x, y = y, x
		}
		p = orb.Point{x, y}
	case text != "":
		var ok bool
		if p, ok = parseCoordinates(text); !ok {
			one.find("bad_coordinate", Error, "39.158, -75.524", "")
			return
		}
	default:
		return
	}
	if p[0] == 0 && p[1] == 0 {
		one.find("zero_place", Warning, "", "")
		return
	}
	written := func(p orb.Point) string { return trimFloat(p[1]) + ", " + trimFloat(p[0]) }
	if math.Abs(p[1]) > 90 && math.Abs(p[0]) <= 90 && math.Abs(p[1]) <= 180 {
		p = orb.Point{p[1], p[0]}
		one.find("swapped", Warning, written(p), "")
	} else if c.bounds != nil && !c.bounds.Contains(p) {
		swapped, west := orb.Point{p[1], p[0]}, orb.Point{-p[0], p[1]}
		switch {
		case c.bounds.Contains(swapped):
			p = swapped
			one.find("swapped", Warning, written(p), "")
		case c.bounds.Contains(west):
			p = west
			one.find("wrong_sign", Warning, written(p), "")
		}
	}
	cell, err := hexgrid.CellOf(p)
	if err != nil {
		one.find("bad_coordinate", Error, "", "")
		return
	}
	id := int64(cell)
	source := "import"
	r.point, r.cell, r.source = &p, &id, &source
}

// splitNumber parts "12 Main St" and "Hauptstr. 12a" into street and number.
func splitNumber(line string) (street, number string, ok bool) {
	words := strings.Fields(line)
	if len(words) < 2 {
		return "", "", false
	}
	numeric := func(w string) bool {
		w = strings.TrimSuffix(w, ",")
		return w != "" && w[0] >= '0' && w[0] <= '9' && len(w) <= 8 && !strings.HasSuffix(w, "th") && !strings.HasSuffix(w, "st") && !strings.HasSuffix(w, "nd") && !strings.HasSuffix(w, "rd") && !strings.HasSuffix(w, ".")
	}
	switch n := len(words); {
	case numeric(words[0]):
		return strings.Join(words[1:], " "), strings.TrimSuffix(words[0], ","), true
	case numeric(words[n-1]) && !slices.Contains([]string{"route", "rt", "rte", "highway", "hwy", "us", "sr", "platz"}, strings.ToLower(strings.TrimSuffix(words[n-2], "."))):
		return strings.TrimSuffix(strings.Join(words[:n-1], " "), ","), words[n-1], true
	case n > 2 && numeric(words[n-2]) && len(words[n-1]) == 1:
		return strings.Join(words[:n-2], " "), words[n-2] + words[n-1], true
	}
	return "", "", false
}

// takeAddressApart fills the parts of an address that stands in one cell, as far
// as commas tell them apart.
func (r *row) takeAddressApart() {
	parts := strings.FieldsFunc(*r.address, func(c rune) bool { return c == ',' || c == ';' })
	q := geocode.Parse(*r.address)
	if q.Postcode != "" && r.postcode == nil {
		r.postcode = &q.Postcode
	}
	street := strings.TrimSuffix(shorten(strings.TrimSpace(parts0(parts)), 200), "…")
	if street != "" {
		r.street = &street
	}
	if name, number, ok := splitNumber(street); ok && r.housenumber == nil {
		r.street, r.housenumber = &name, &number
	}
	if len(parts) > 1 && r.city == nil {
		var words []string
		for _, w := range strings.Fields(parts[1]) {
			if q.Postcode == "" || !strings.HasPrefix(w, q.Postcode) {
				words = append(words, w)
			}
		}
		if city := strings.TrimSuffix(shorten(strings.Join(words, " "), 200), "…"); city != "" {
			r.city = &city
		}
	}
}

func parts0(parts []string) string {
	if len(parts) == 0 {
		return ""
	}
	return parts[0]
}
