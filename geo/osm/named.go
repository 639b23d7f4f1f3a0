package osm

import (
	"strconv"
	"strings"

	"github.com/paulmach/orb"
)

// NamedPlace is a settlement or a part of one: city, town, village, hamlet,
// suburb, neighbourhood and so on.
type NamedPlace struct {
	Ref        Ref
	Kind       string // value of the tag "place"
	Name       string
	Population int // 0 when not tagged
	Point      orb.Point
}

// placeReach says how far, in metres, the name of a kind of place is used
// round its middle. The map is also the list of kinds that are collected.
var placeReach = map[string]float64{
	"city": 9000, "town": 4500, "village": 2500, "hamlet": 900, "borough": 3000, "municipality": 4500,
	"suburb": 2000, "quarter": 1200, "neighbourhood": 700, "subdivision": 700, "isolated_dwelling": 400,
	"farm": 400, "island": 3000, "islet": 500, "locality": 700, "square": 200,
	"county": 0, "state": 0, "region": 0, "province": 0, "district": 0,
}

// postal are the kinds that stand in an address as its town.
var postal = map[string]bool{"city": true, "town": true, "village": true, "hamlet": true, "borough": true, "municipality": true}

func placeFrom(ref Ref, tags Tags, at orb.Point) (NamedPlace, bool) {
	kind, name := tags.Get("place"), clean(tags.Get("name"))
	if _, known := placeReach[kind]; !known || name == "" || historical(name) {
		return NamedPlace{}, false
	}
	return NamedPlace{Ref: ref, Kind: kind, Name: name, Population: population(tags.Get("population")), Point: at}, true
}

// population reads "37 786", "37,786" and "37786 (2012)"; what it cannot read
// is 0.
func population(text string) int {
	text, _, _ = strings.Cut(text, "(")
	digits := strings.Map(func(r rune) rune {
		switch {
		case r >= '0' && r <= '9':
			return r
		case r == ' ' || r == ',' || r == '\'' || r == '\u00a0':
			return -1
		}
		return 'x'
	}, text)
	n, err := strconv.ParseInt(digits, 10, 32)
	if err != nil {
		return 0
	}
	return int(n)
}

// historical tells whether a name is of something that is no longer there, as
// the United States' register of names marks it.
func historical(name string) bool {
	return strings.HasSuffix(strings.ToLower(name), "(historical)")
}

// clean takes control characters out of a value, and spaces off its ends and
// where they are doubled.
func clean(s string) string {
	return strings.Join(strings.FieldsFunc(strings.ToValidUTF8(s, ""), func(r rune) bool {
		return r <= ' ' || r == 0x7f || r == '\u00a0' || r == '\u200b' || r == '\ufeff'
	}), " ")
}
