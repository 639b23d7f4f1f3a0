// Package geocode understands addresses as people write them.
//
//	q := geocode.Parse("123 N. Main St, Dover DE 19901")
//	// q.HouseNumber "123", q.Street "north main street", q.Place "dover", q.Postcode "19901"
//
//	geocode.Similarity(q.Street, geocode.Normalise("North Main Street")) // 1
//
// Names are compared in a normal form: lower case, without accents and
// punctuation, abbreviations written out. What finds candidates (a database, an
// index in memory) stores names in that form; [Match] then tells how well a
// candidate fits the query and why. Nothing here knows of a database.
package geocode

import (
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// abbreviations of words in the names of streets and towns, after the United
// States Postal Service's Publication 28, with what is common in German and
// French beside them. A word that is its own long form does not stand here.
var abbreviations = map[string]string{
	"aly": "alley", "ave": "avenue", "av": "avenue", "aven": "avenue", "bch": "beach", "bldg": "building", "blvd": "boulevard", "boul": "boulevard",
	"br": "branch", "brg": "bridge", "byp": "bypass", "cir": "circle", "circ": "circle", "clb": "club", "cmn": "common", "cor": "corner",
	"cres": "crescent", "crk": "creek", "cswy": "causeway", "ct": "court", "crt": "court", "ctr": "center", "centre": "center", "cv": "cove", "dr": "drive", "drv": "drive",
	"est": "estate", "ests": "estates", "expy": "expressway", "ext": "extension", "fld": "field", "flds": "fields", "frk": "fork", "fwy": "freeway",
	"gdn": "garden", "gdns": "gardens", "gln": "glen", "grn": "green", "grv": "grove", "hbr": "harbor", "harbour": "harbor", "hl": "hill", "hls": "hills",
	"hts": "heights", "hwy": "highway", "hway": "highway", "is": "island", "isl": "island", "jct": "junction", "knl": "knoll", "lk": "lake", "ln": "lane", "lndg": "landing",
	"mdw": "meadow", "mdws": "meadows", "ml": "mill", "mnr": "manor", "mt": "mount", "mtn": "mountain", "nck": "neck", "orch": "orchard", "pk": "park",
	"pkwy": "parkway", "pky": "parkway", "pl": "place", "plz": "plaza", "pln": "plain", "pr": "prairie", "pt": "point", "rd": "road", "rdg": "ridge",
	"riv": "river", "rte": "route", "rt": "route", "shr": "shore", "shrs": "shores", "spg": "spring", "spgs": "springs", "sq": "square", "sta": "station",
	"str": "street", "ter": "terrace", "terr": "terrace", "tpke": "turnpike", "tnpk": "turnpike", "trl": "trail", "trce": "trace", "twp": "township", "vlg": "village",
	"vly": "valley", "vw": "view", "xing": "crossing", "jr": "junior", "sr": "senior", "ft": "fort", "ste": "sainte",
	"n": "north", "s": "south", "e": "east", "w": "west", "ne": "northeast", "nw": "northwest", "se": "southeast", "sw": "southwest",
	"no": "north", "so": "south",
	"1st": "first", "2nd": "second", "3rd": "third", "4th": "fourth", "5th": "fifth", "6th": "sixth", "7th": "seventh", "8th": "eighth", "9th": "ninth", "10th": "tenth",
}

// streetWords end the name of a street.
var streetWords = map[string]bool{"alley": true, "avenue": true, "boulevard": true, "bypass": true, "circle": true, "court": true, "crescent": true,
	"causeway": true, "cove": true, "crossing": true, "drive": true, "expressway": true, "extension": true, "freeway": true, "highway": true, "lane": true,
	"loop": true, "mews": true, "parkway": true, "pass": true, "path": true, "pike": true, "place": true, "plaza": true, "road": true, "row": true, "route": true,
	"run": true, "square": true, "street": true, "terrace": true, "trail": true, "turnpike": true, "view": true, "walk": true, "way": true, "trace": true, "strasse": true}

// directions stand before or after the name of a street.
var directions = map[string]bool{"north": true, "south": true, "east": true, "west": true, "northeast": true, "northwest": true, "southeast": true, "southwest": true}

// Normalise returns the form in which names are compared: lower case, accents
// and punctuation gone, abbreviations written out, one space between words.
// What is empty or only punctuation becomes "".
func Normalise(name string) string { return strings.Join(expand(words(name)), " ") }

// words splits a text into words of letters and digits in lower case.
func words(s string) []string {
	var b strings.Builder
	b.Grow(len(s))
	for _, r := range norm.NFKD.String(strings.ToValidUTF8(s, " ")) {
		switch {
		case unicode.Is(unicode.Mn, r) || r == '\'' || r == '’' || r == '.':
			// Accents; O'Neal is one word, and so is U.S.
		case r == 'ß':
			b.WriteString("ss")
		case r == 'ø' || r == 'Ø':
			b.WriteByte('o')
		case r == 'ł' || r == 'Ł':
			b.WriteByte('l')
		case unicode.IsLetter(r) || unicode.IsDigit(r):
			b.WriteRune(unicode.ToLower(r))
		case r == '&':
			b.WriteString(" and ")
		default:
			b.WriteByte(' ')
		}
	}
	return strings.Fields(b.String())
}

// expand writes abbreviations out. "St" is a saint in front of a name and a
// street behind one.
func expand(w []string) []string {
	out := make([]string, 0, len(w))
	for i, word := range w {
		switch long, known := abbreviations[word]; {
		case word == "st" || word == "saint":
			saint := i+1 < len(w) && !isStreetWord(w[i+1]) && !directions[written(w[i+1])] && (i == 0 || directions[out[len(out)-1]])
			if word == "saint" || saint {
				out = append(out, "saint")
			} else {
				out = append(out, "street")
			}
		case known && !(len(word) == 1 && len(w) == 1):
			out = append(out, long)
		case strings.HasSuffix(word, "str") && len(word) > 5:
			out = append(out, word+"asse") // Hauptstr.
		default:
			out = append(out, word)
		}
	}
	return out
}

func isStreetWord(word string) bool { return streetWords[written(word)] }

func written(word string) string {
	if long, known := abbreviations[word]; known {
		return long
	}
	return word
}
