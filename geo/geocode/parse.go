package geocode

import (
	"slices"
	"strings"
	"unicode"
)

// Query is an address taken apart. All parts are in the form of [Normalise]
// and empty where they were not found; HouseNumber is in lower case.
type Query struct {
	HouseNumber string
	Street      string
	Place       string // town, with whatever else stood behind the street
	Postcode    string
	Text        string // everything but the house number and the postcode
}

// maxText bounds what is looked at; no address is as long.
const maxText = 300

// units introduce a part of a building, which has no place of its own.
var units = map[string]bool{"apt": true, "apartment": true, "unit": true, "suite": true, "ste": true, "floor": true, "fl": true, "room": true, "rm": true, "lot": true, "bldg": true, "building": true, "#": true}

// regions are names of states and countries at the end of an address. They
// tell no place within an extract.
var regions = map[string]bool{"usa": true, "us": true, "united states": true, "united states of america": true,
	"al": true, "ak": true, "az": true, "ar": true, "ca": true, "co": true, "ct": true, "de": true, "dc": true, "fl": true, "ga": true, "hi": true, "id": true,
	"il": true, "in": true, "ia": true, "ks": true, "ky": true, "la": true, "me": true, "md": true, "ma": true, "mi": true, "mn": true, "ms": true, "mo": true,
	"mt": true, "ne": true, "nv": true, "nh": true, "nj": true, "nm": true, "ny": true, "nc": true, "nd": true, "oh": true, "ok": true, "or": true, "pa": true,
	"ri": true, "sc": true, "sd": true, "tn": true, "tx": true, "ut": true, "vt": true, "va": true, "wa": true, "wv": true, "wi": true, "wy": true,
	"delaware": true, "maryland": true, "pennsylvania": true, "new jersey": true, "germany": true, "deutschland": true, "france": true, "united kingdom": true, "uk": true}

// Parse takes an address apart, with or without commas, the house number
// before or behind the street, and with any part missing.
func Parse(text string) Query {
	if len(text) > maxText {
		text = strings.ToValidUTF8(text[:maxText], "")
	}
	var parts [][]string
	for _, part := range strings.FieldsFunc(text, func(r rune) bool { return r == ',' || r == ';' || r == '\n' || r == '\r' || r == '\t' }) {
		if w := dropUnit(words(strings.ReplaceAll(part, "#", " # unit "))); len(w) > 0 {
			parts = append(parts, w)
		}
	}
	var q Query
	parts = takeRegion(parts)
	parts, q.Postcode = takePostcode(parts)
	parts = takeRegion(parts)
	if len(parts) == 0 {
		q.Text = q.Postcode
		return q
	}
	parts[0], q.HouseNumber = takeHouseNumber(parts[0])
	if len(parts[0]) == 0 && len(parts) > 1 { // "12, Main Street"
		parts = parts[1:]
	}
	first := expand(parts[0])
	var all []string
	for _, p := range parts {
		all = append(all, expand(p)...)
	}
	q.Text = strings.Join(all, " ")
	street, place := splitStreet(first)
	q.Street = strings.Join(street, " ")
	if len(parts) > 1 {
		q.Street = strings.Join(first, " ")
		place = all[len(first):]
	}
	q.Place = strings.Join(place, " ")
	return q
}

// splitStreet parts a street from the town behind it, when there is no comma:
// the last word of a street's kind ends it, with a direction that follows.
func splitStreet(w []string) (street, place []string) {
	for i := len(w) - 1; i >= 0; i-- {
		numbered := (w[i] == "route" || w[i] == "highway") && i+1 < len(w) && startsWithDigit(w[i+1])
		if !streetWords[w[i]] || i == 0 && !numbered {
			continue
		}
		end := i + 1
		if numbered {
			end++
		}
		if end < len(w) && directions[w[end]] {
			end++
		}
		return w[:end], w[end:]
	}
	return w, nil
}

// dropUnit drops "apt 4b" and the like.
func dropUnit(w []string) []string {
	for i, word := range w {
		if units[word] && i+1 < len(w) && (i > 0 || startsWithDigit(w[i+1])) && (startsWithDigit(w[i+1]) || len(w[i+1]) == 1) {
			return append(append([]string{}, w[:i]...), w[i+2:]...)
		}
	}
	return w
}

// takeRegion drops a state or country off the end.
func takeRegion(parts [][]string) [][]string {
	for len(parts) > 0 {
		last := parts[len(parts)-1]
		switch n := len(last); {
		case regions[strings.Join(last, " ")] && len(parts) > 1:
			parts = parts[:len(parts)-1]
		case n > 1 && len(last[n-1]) == 2 && regions[last[n-1]] && !directions[written(last[n-1])] && (!isStreetWord(last[n-1]) || slices.ContainsFunc(last[1:n-1], isStreetWord)):
			parts = append(append([][]string{}, parts[:len(parts)-1]...), last[:n-1])
		default:
			return parts
		}
	}
	return parts
}

// takePostcode takes a postcode off the end of the address, or off the front
// of its last part ("19901 Dover"). It has at least four digits; a "+4" and a
// word of letters and digits before it (as in Britain) are left.
func takePostcode(parts [][]string) ([][]string, string) {
	for i := len(parts) - 1; i >= 0; i-- {
		w := parts[i]
		n := len(w)
		if n > 1 && isPostcode(w[n-2]) && len(w[n-1]) == 4 && allDigits(w[n-1]) { // 19901-1234
			w, n = w[:n-1], n-1
		}
		alone := len(parts) == 1 && n == 1
		switch {
		case isPostcode(w[n-1]) && (n > 1 || len(parts) > 1 || alone) && !(i == 0 && n == 1 && len(parts) > 1):
			return withPart(parts, i, w[:n-1]), w[n-1]
		case i > 0 && i == len(parts)-1 && n > 1 && isPostcode(w[0]):
			return withPart(parts, i, w[1:]), w[0]
		}
	}
	return parts, ""
}

func withPart(parts [][]string, i int, w []string) [][]string {
	out := append([][]string{}, parts[:i]...)
	if len(w) > 0 {
		out = append(out, w)
	}
	return append(out, parts[i+1:]...)
}

func isPostcode(w string) bool { return len(w) >= 4 && len(w) <= 6 && allDigits(w) }

func allDigits(w string) bool {
	return w != "" && strings.IndexFunc(w, func(r rune) bool { return r < '0' || r > '9' }) < 0
}

func startsWithDigit(w string) bool { return w != "" && w[0] >= '0' && w[0] <= '9' }

// takeHouseNumber takes the number off the front ("12 Main Street"), or off the
// end ("Hauptstrasse 12").
func takeHouseNumber(w []string) (rest []string, number string) {
	n := len(w)
	if n == 0 {
		return w, ""
	}
	if isHouseNumber(w[0]) && (n > 1 || len(w[0]) < 4) && !(n > 1 && isStreetWord(w[1]) && ordinal(w[0])) {
		if n > 2 && len(w[1]) == 1 && !directions[written(w[1])] && unicode.IsLetter(rune(w[1][0])) {
			return w[2:], w[0] + w[1] // 12 B Main Street
		}
		return w[1:], w[0]
	}
	if n > 1 && isHouseNumber(w[n-1]) && w[n-2] != "route" && w[n-2] != "rt" && w[n-2] != "rte" && w[n-2] != "highway" && w[n-2] != "hwy" && w[n-2] != "us" {
		return w[:n-1], w[n-1]
	}
	return w, ""
}

// isHouseNumber accepts digits with at most one letter behind them.
func isHouseNumber(w string) bool {
	digits := strings.TrimRightFunc(w, unicode.IsLetter)
	return allDigits(digits) && len(digits) <= 6 && len(w)-len(digits) <= 1
}

func ordinal(w string) bool {
	return strings.HasSuffix(w, "th") || strings.HasSuffix(w, "st") || strings.HasSuffix(w, "nd") || strings.HasSuffix(w, "rd")
}
