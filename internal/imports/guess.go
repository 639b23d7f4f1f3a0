package imports

import (
	"crypto/sha256"
	"encoding/hex"
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/waymark-crm/waymark/geo/geocode"
)

// Column is a column of a file.
type Column struct {
	Heading string   `json:"heading" doc:"Unique in its file; columns without a heading are called by their letter."`
	Samples []string `json:"samples" doc:"Of the first rows, shortened."`
	Filled  float64  `json:"filled" doc:"The share of the first rows that have something here."`
	Guess   string   `json:"guess" doc:"The field that it seems to fill; empty for none."`
	Reason  string   `json:"reason" enum:"heading,similar,content," doc:"What the guess rests on."`
}

const (
	sampleRows    = 1_000 // of a file that are looked at
	shownSamples  = 5
	sampleLetters = 120
)

// headings makes names of the first row, or letters where there is none: no two
// are the same, none is empty.
func headings(first []string, given bool, width int) []string {
	out := make([]string, width)
	seen := map[string]int{}
	for i := range out {
		name := ""
		if given && i < len(first) {
			name = shorten(strings.Join(strings.Fields(first[i]), " "), 200)
		}
		if name == "" {
			name = "Column " + letters(i)
		}
		seen[strings.ToLower(name)]++
		if n := seen[strings.ToLower(name)]; n > 1 {
			name += " (" + strconv.Itoa(n) + ")"
			seen[strings.ToLower(name)]++
		}
		out[i] = name
	}
	return out
}

// letters names a column as a spreadsheet does: A, B, … Z, AA.
func letters(i int) string {
	if i < 26 {
		return string(rune('A' + i))
	}
	return letters(i/26-1) + letters(i%26)
}

// fingerprint tells files of one make by their headings.
func fingerprint(headings []string) string {
	forms := make([]string, len(headings))
	for i, h := range headings {
		forms[i] = plain(h)
	}
	sum := sha256.Sum256([]byte(strings.Join(forms, "\x1f")))
	return hex.EncodeToString(sum[:16])
}

// hasHeadings guesses whether the first row names the columns: then it has no
// numbers, no addresses of mail, and no cell twice, unlike the rows below it.
func hasHeadings(first []string, below [][]string) bool {
	known, words := 0, 0
	seen := map[string]bool{}
	for _, cell := range first {
		cell = strings.TrimSpace(cell)
		if cell == "" {
			continue
		}
		if _, number := parseNumber(cell, 0); number || strings.Contains(cell, "@") || strings.HasPrefix(strings.ToLower(cell), "http") || len(cell) > 80 {
			return false
		}
		words++
		if seen[strings.ToLower(cell)] {
			words--
		}
		seen[strings.ToLower(cell)] = true
		form := plain(cell)
		for _, f := range standard {
			if slices.Contains(f.names, form) {
				known++
				break
			}
		}
	}
	if known > 0 || len(below) == 0 {
		return words > 0
	}
	// No word is known: what is below must look otherwise somewhere.
	for i := range first {
		numbers := 0
		for _, row := range below {
			if i < len(row) {
				if _, ok := parseNumber(row[i], 0); ok {
					numbers++
				}
			}
		}
		if numbers*2 > len(below) {
			return true
		}
	}
	return false
}

// guessColumns looks at headings and content. A field is given to one column.
func guessColumns(heads []string, sample [][]string, fields fieldSet) []Column {
	columns := make([]Column, len(heads))
	type offer struct {
		column int
		key    string
		reason string
		score  float64
	}
	var offers []offer
	for i, heading := range heads {
		c := &columns[i]
		c.Heading, c.Samples = heading, []string{}
		var filled []string
		for _, row := range sample {
			if i < len(row) && strings.TrimSpace(row[i]) != "" {
				filled = append(filled, strings.TrimSpace(row[i]))
			}
		}
		if len(sample) > 0 {
			c.Filled = math.Round(100*float64(len(filled))/float64(len(sample))) / 100
		}
		for _, s := range filled {
			if s = shorten(s, sampleLetters); len(c.Samples) < shownSamples && !slices.Contains(c.Samples, s) {
				c.Samples = append(c.Samples, s)
			}
		}
		form := plain(heading)
		for _, f := range fields.all {
			for _, name := range f.names {
				score, reason := 0.0, "heading"
				switch {
				case form == name:
					score = 1
				case strings.ReplaceAll(form, " ", "") == strings.ReplaceAll(name, " ", ""):
					score = 0.97
				case len(name) > 4:
					if s := geocode.Similarity(form, name); s > 0.6 {
						score, reason = 0.9*s, "similar"
					}
				}
				if score > 0 {
					score += contentFits(f.Key, filled)
					offers = append(offers, offer{i, f.Key, reason, score})
				}
			}
		}
		if key, score := byContent(filled); key != "" {
			offers = append(offers, offer{i, key, "content", score})
		}
	}
	slices.SortStableFunc(offers, func(a, b offer) int {
		switch {
		case a.score > b.score:
			return -1
		case a.score < b.score:
			return 1
		}
		return a.column - b.column
	})
	taken := map[string]bool{}
	for _, o := range offers {
		if columns[o.column].Guess == "" && !taken[o.key] && o.score > 0.5 {
			columns[o.column].Guess, columns[o.column].Reason = o.key, o.reason
			taken[o.key] = true
		}
	}
	// An address without a street beside it may be a street: "12 Main St".
	for i := range columns {
		c := &columns[i]
		if c.Guess == fieldAddress && !taken[fieldStreet] && (taken[fieldCity] || taken[fieldPostcode]) {
			c.Guess = fieldStreet
		}
	}
	return columns
}

// contentFits adds to or takes from a guess by heading what the cells say.
func contentFits(key string, filled []string) float64 {
	if len(filled) == 0 {
		return 0
	}
	is := func(fits func(string) bool) float64 { return share(filled, fits) }
	switch key {
	case fieldEmail, fieldContactMail:
		return 0.3 * (is(isMail) - 0.7)
	case fieldRevenue, fieldPotential, "visitIntervalDays", "visitMinutes":
		return 0.6 * (is(isNumber) - 0.7)
	case fieldLatitude, fieldLongitude:
		return 0.6 * (is(func(s string) bool { _, _, ok := parseDegrees(s); return ok }) - 0.7)
	case fieldCoordinates:
		return 0.8 * (is(func(s string) bool { _, ok := parseCoordinates(s); return ok }) - 0.8)
	case fieldStatus:
		return 0.5 * (is(func(s string) bool { _, ok := chosen(standardField(fieldStatus), s); return ok }) - 0.6)
	case fieldClass:
		return 0.5 * (is(func(s string) bool { _, ok := chosen(standardField(fieldClass), s); return ok }) - 0.6)
	case fieldName, fieldCity, fieldStreet:
		return -0.5 * is(isNumber)
	case fieldLastVisit:
		return 0.4 * (is(isDate) - 0.7)
	}
	return 0
}

// byContent guesses without a heading.
func byContent(filled []string) (key string, score float64) {
	if len(filled) < 2 {
		return "", 0
	}
	for _, c := range []struct {
		key  string
		fits func(string) bool
	}{
		{fieldEmail, isMail},
		{fieldWebsite, func(s string) bool { return strings.HasPrefix(s, "http") || strings.HasPrefix(s, "www.") }},
		{fieldCoordinates, func(s string) bool { _, ok := parseCoordinates(s); return ok && strings.ContainsAny(s, ".,") }},
		{fieldPhone, isPhone},
		{fieldHours, func(s string) bool { return strings.Contains(s, "Mo") && strings.Contains(s, ":") }},
	} {
		if of := share(filled, c.fits); of > 0.85 {
			return c.key, 0.55 + 0.1*of
		}
	}
	return "", 0
}

func share(filled []string, fits func(string) bool) float64 {
	n := 0
	for _, s := range filled {
		if fits(s) {
			n++
		}
	}
	return float64(n) / float64(len(filled))
}

func isMail(s string) bool {
	at := strings.IndexByte(s, '@')
	return at > 0 && strings.Contains(s[at:], ".") && !strings.ContainsAny(s, " ")
}

func isNumber(s string) bool { _, ok := parseNumber(s, 0); return ok }

func isDate(s string) bool { _, _, ok := parseDate(s, orderUnknown); return ok }

func isPhone(s string) bool {
	digits := 0
	for _, r := range s {
		if r >= '0' && r <= '9' {
			digits++
		} else if !strings.ContainsRune("+()/-. ", r) {
			return false
		}
	}
	return digits >= 7 && digits <= 16 && (strings.HasPrefix(s, "+") || strings.HasPrefix(s, "0") || strings.ContainsAny(s, "()-/ "))
}

func standardField(key string) *Field {
	i := slices.IndexFunc(standard, func(f Field) bool { return f.Key == key })
	return &standard[i]
}

// chosen finds the value that a text names, by value or by any of its labels.
func chosen(f *Field, text string) (string, bool) {
	form := plain(text)
	for _, c := range f.choices {
		if plain(c.value) == form {
			return c.value, true
		}
		for _, label := range strings.Split(c.label, ", ") {
			if plain(label) == form {
				return c.value, true
			}
		}
	}
	return "", false
}

// nearest is the value whose name is most like a text; "" when none is.
func nearest(f *Field, text string) string {
	form := plain(text)
	best, value := 0.45, ""
	for _, c := range f.choices {
		for _, label := range append(strings.Split(c.label, ", "), c.value) {
			if s := geocode.Similarity(form, plain(label)); s > best {
				best, value = s, c.value
			}
		}
	}
	return value
}

// shorten cuts a text to so many characters.
func shorten(s string, most int) string {
	n := 0
	for i := range s {
		if n++; n > most {
			return s[:i] + "…"
		}
	}
	return s
}
