package geocode

import (
	"math/rand/v2"
	"strings"
)

// Typed returns an address as somebody may type it who is in a hurry: with a
// letter left out, doubled or swapped with its neighbour, words abbreviated, or a
// part missing. It is for measuring how forgiving a search is: the same random
// numbers give the same errors. what names the error.
func Typed(r *rand.Rand, housenumber, street, city, postcode string) (text, what string) {
	switch r.IntN(6) {
	case 0:
		return housenumber + " " + swapped(r, street) + ", " + city + " " + postcode, "two letters swapped"
	case 1:
		return housenumber + " " + dropped(r, street) + ", " + city, "a letter dropped"
	case 2:
		return housenumber + " " + abbreviated(street) + " " + city + " " + postcode, "abbreviated"
	case 3:
		return housenumber + " " + street + ", " + postcode, "no town"
	case 4:
		return housenumber + " " + street + ", " + swapped(r, city), "letters of the town swapped"
	}
	return strings.ToLower(housenumber + " " + abbreviated(dropped(r, street)) + " " + city), "a letter dropped, abbreviated"
}

func swapped(r *rand.Rand, s string) string {
	letters := []rune(s)
	if len(letters) < 4 {
		return s
	}
	i := 1 + r.IntN(len(letters)-2)
	letters[i], letters[i+1] = letters[i+1], letters[i]
	return string(letters)
}

func dropped(r *rand.Rand, s string) string {
	letters := []rune(s)
	if len(letters) < 5 {
		return s
	}
	i := 1 + r.IntN(len(letters)-2)
	return string(append(letters[:i:i], letters[i+1:]...))
}

// shorts are the abbreviations that people use most.
var shorts = strings.NewReplacer("Street", "St", "Road", "Rd", "Avenue", "Ave", "Drive", "Dr", "Lane", "Ln", "Court", "Ct", "Boulevard", "Blvd",
	"Highway", "Hwy", "North", "N.", "South", "S.", "East", "E.", "West", "W.", "Circle", "Cir", "Place", "Pl")

func abbreviated(s string) string { return shorts.Replace(s) }
