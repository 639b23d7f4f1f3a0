package geocode

import (
	"fmt"
	"strings"
)

// Similarity tells how alike two names are, both in the form of [Normalise]:
// 1 for the same, 0 for nothing in common. It counts the trigrams that the two
// share, as PostgreSQL's pg_trgm does, so that a database and this agree, and is
// never less than their edit distance says, which is fairer to short names.
func Similarity(a, b string) float64 {
	if a == b {
		if a == "" {
			return 0
		}
		return 1
	}
	if a == "" || b == "" {
		return 0
	}
	return max(trigramSimilarity(a, b), editSimilarity(a, b))
}

func trigrams(s string) map[string]bool {
	out := map[string]bool{}
	for _, w := range strings.Fields(s) {
		r := []rune("  " + w + " ")
		for i := 0; i+3 <= len(r); i++ {
			out[string(r[i:i+3])] = true
		}
	}
	return out
}

func trigramSimilarity(a, b string) float64 {
	x, y := trigrams(a), trigrams(b)
	shared := 0
	for t := range x {
		if y[t] {
			shared++
		}
	}
	if len(x)+len(y) == 0 {
		return 0
	}
	return float64(shared) / float64(len(x)+len(y)-shared)
}

// editSimilarity is 1 less three times the share of letters that must be
// changed, added, dropped or swapped: a third wrong is nothing alike.
func editSimilarity(a, b string) float64 {
	x, y := []rune(a), []rune(b)
	if len(x) > maxText || len(y) > maxText {
		return 0
	}
	longest := max(len(x), len(y))
	return max(0, 1-3*float64(editDistance(x, y))/float64(longest))
}

// editDistance counts edits, a swap of neighbours as one (Damerau 1964, in the
// restricted form of optimal string alignment).
func editDistance(a, b []rune) int {
	before, last, row := make([]int, len(b)+1), make([]int, len(b)+1), make([]int, len(b)+1)
	for j := range last {
		last[j] = j
	}
	for i := 1; i <= len(a); i++ {
		row[0] = i
		for j := 1; j <= len(b); j++ {
			cost := 1
			if a[i-1] == b[j-1] {
				cost = 0
			}
			row[j] = min(last[j]+1, row[j-1]+1, last[j-1]+cost)
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				row[j] = min(row[j], before[j-2]+1)
			}
		}
		before, last, row = last, row, before
	}
	return last[len(b)]
}

// Candidate is something that a query may mean. Names are in the form of
// [Normalise].
type Candidate struct {
	HouseNumber string // lower case; empty for a street
	Street      string // empty for a place
	Place       string // its town; for a place its own name
	Postcode    string
}

// Match tells how sure it is that a query means a candidate, from 0 to 1, and
// why it is not 1.
func Match(q Query, c Candidate) (confidence float64, reason string) {
	var doubts []string
	doubt := func(format string, args ...any) { doubts = append(doubts, fmt.Sprintf(format, args...)) }
	if c.Street == "" { // a place
		asked := q.Place
		if asked == "" {
			asked = q.Text
		}
		confidence = Similarity(asked, c.Place)
		if confidence < 1 {
			doubt("the place is spelt differently")
		}
		if q.HouseNumber != "" || q.Place != "" && q.Street != "" {
			confidence *= 0.4
			doubt("only the town was found")
		}
		return confidence, strings.Join(doubts, "; ")
	}
	confidence = Similarity(q.Street, c.Street)
	if bare := Similarity(Bare(q.Street), Bare(c.Street)); bare*0.92 > confidence {
		confidence = bare * 0.92
		doubt("the kind of street or its direction differs")
	} else if confidence < 1 {
		doubt("the street is spelt differently")
	}
	if q.HouseNumber != "" && c.HouseNumber != strings.ToLower(q.HouseNumber) {
		confidence *= 0.7
		doubt("the house number is not known")
	}
	placeFits, postcodeFits := Similarity(q.Place, c.Place), q.Postcode != "" && q.Postcode == c.Postcode
	switch {
	case q.Place == "" && q.Postcode == "":
		confidence *= 0.9
		doubt("no town was given")
	case q.Postcode != "" && c.Postcode != "" && !postcodeFits && placeFits < 0.6:
		confidence *= 0.5
		doubt("it lies in another town")
	case q.Postcode != "" && c.Postcode != "" && !postcodeFits:
		confidence *= 0.85
		doubt("the postcode differs")
	case q.Place != "" && placeFits < 0.6 && !postcodeFits:
		confidence *= 0.6
		doubt("it lies in another town")
	case q.Place != "" && placeFits < 0.6:
		confidence *= 0.95
		doubt("the town is called otherwise")
	}
	return confidence, strings.Join(doubts, "; ")
}

// Bare drops from a street's name, in the form of [Normalise], its kind and its
// direction, unless nothing is left: "north main street" is "main". It is what
// an index of streets should hold: far fewer names are like it.
func Bare(s string) string {
	var out []string
	for _, w := range strings.Fields(s) {
		if !streetWords[w] && !directions[w] {
			out = append(out, w)
		}
	}
	if len(out) == 0 {
		return s
	}
	return strings.Join(out, " ")
}
