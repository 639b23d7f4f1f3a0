package imports

import (
	"math"
	"strconv"
	"strings"
	"unicode"

	"github.com/paulmach/orb"
)

// decimalMark tells which of , and . parts the whole from the fraction; 0 when
// each number has to be judged by itself.
type decimalMark byte

// parseNumber reads an amount as people write it: 1,234.50, 1.234,50, 1 234,50,
// 1'234.50, € 1.200,-, (500). mark decides what is unclear in one number, such
// as 1,234.
func parseNumber(text string, mark decimalMark) (v float64, ok bool) {
	text = strings.TrimSpace(text)
	negative := strings.HasPrefix(text, "(") && strings.HasSuffix(text, ")")
	var b strings.Builder
	letters := 0
	for _, r := range strings.Trim(text, "()") {
		switch {
		case r >= '0' && r <= '9', r == ',', r == '.':
			b.WriteRune(r)
		case r == '-' || r == '\u2212':
			if b.Len() == 0 {
				negative = true
			} else if rest := strings.TrimRight(b.String(), ",."); rest == b.String() && strings.HasSuffix(text, "-") {
				negative = true // 500-
			}
		case r == '+' || r == '\'' || r == '’' || r == '%' || unicode.IsSpace(r) || unicode.Is(unicode.Sc, r):
		case unicode.IsLetter(r):
			if letters++; letters > 4 { // EUR, USD, kr
				return 0, false
			}
			if r == 'e' || r == 'E' {
				if f, err := strconv.ParseFloat(strings.ReplaceAll(text, ",", "."), 64); err == nil {
					return f, !math.IsInf(f, 0) && !math.IsNaN(f)
				}
			}
		default:
			return 0, false
		}
	}
	digits := b.String()
	comma, point := strings.LastIndexByte(digits, ','), strings.LastIndexByte(digits, '.')
	switch {
	case comma >= 0 && point >= 0: // the last of the two parts the fraction
		if comma > point {
			digits = strings.ReplaceAll(strings.ReplaceAll(digits, ".", ""), ",", ".")
		} else {
			digits = strings.ReplaceAll(digits, ",", "")
		}
	case comma >= 0:
		digits = one(digits, ',', mark)
	case point >= 0:
		digits = one(digits, '.', mark)
	}
	digits = strings.TrimRight(digits, ".")
	f, err := strconv.ParseFloat(digits, 64)
	if err != nil || math.IsInf(f, 0) {
		return 0, false
	}
	if negative {
		f = -f
	}
	return f, true
}

// one settles a number in which only one kind of mark stands.
func one(digits string, found byte, mark decimalMark) string {
	drop := strings.ReplaceAll(digits, string(found), "")
	if strings.Count(digits, string(found)) > 1 {
		return drop
	}
	_, after, _ := strings.Cut(digits, string(found))
	thousands := mark != 0 && byte(mark) != found || mark == 0 && found == ',' && len(after) == 3
	if thousands && len(after) == 3 {
		return drop
	}
	return strings.Replace(digits, string(found), ".", 1)
}

// markOf learns from the numbers of a column which mark parts the fraction.
func markOf(samples []string) decimalMark {
	votes := map[byte]int{}
	for _, s := range samples {
		comma, point := strings.LastIndexByte(s, ','), strings.LastIndexByte(s, '.')
		switch {
		case comma >= 0 && point >= 0:
			if comma > point {
				votes[',']++
			} else {
				votes['.']++
			}
		case comma >= 0 && strings.Count(s, ",") == 1 && !threeDigitsAfter(s, comma):
			votes[',']++
		case point >= 0 && strings.Count(s, ".") == 1 && !threeDigitsAfter(s, point):
			votes['.']++
		case comma >= 0 && strings.Count(s, ",") > 1:
			votes['.']++
		case point >= 0 && strings.Count(s, ".") > 1:
			votes[',']++
		}
	}
	switch {
	case votes[','] > votes['.']:
		return ','
	case votes['.'] > votes[',']:
		return '.'
	}
	return 0
}

func threeDigitsAfter(s string, at int) bool {
	n := 0
	for _, r := range s[at+1:] {
		if r < '0' || r > '9' {
			break
		}
		n++
	}
	return n == 3
}

// parseDegrees reads one coordinate: -75.5244, -75,5244, 75.5244 W, 39°9'29.5"N.
// axis is 'x' for east and west, 'y' for north and south, 0 when no letter says.
func parseDegrees(text string) (v float64, axis byte, ok bool) {
	text = strings.TrimSpace(strings.ToUpper(text))
	if text == "" || len(text) > 40 {
		return 0, 0, false
	}
	sign := 1.0
	for _, h := range []struct {
		letters string
		axis    byte
		sign    float64
	}{{"N", 'y', 1}, {"S", 'y', -1}, {"E", 'x', 1}, {"O", 'x', 1}, {"W", 'x', -1}} {
		if strings.HasSuffix(text, h.letters) || strings.HasPrefix(text, h.letters) {
			text, axis, sign = strings.TrimSpace(strings.Trim(text, h.letters)), h.axis, h.sign
			break
		}
	}
	if strings.HasPrefix(text, "-") || strings.HasPrefix(text, "\u2212") {
		sign = -sign
		text = strings.TrimLeft(text, "-\u2212")
	}
	parts := strings.FieldsFunc(text, func(r rune) bool { return strings.ContainsRune("°º'’′\"”″ \u00a0", r) })
	if len(parts) == 0 || len(parts) > 3 {
		return 0, 0, false
	}
	scale := 1.0
	for _, part := range parts {
		if strings.Count(part, ",")+strings.Count(part, ".") > 1 {
			return 0, 0, false
		}
		f, err := strconv.ParseFloat(strings.Replace(part, ",", ".", 1), 64)
		if err != nil || f < 0 || scale < 1 && f >= 60 {
			return 0, 0, false
		}
		v += f * scale
		scale /= 60
	}
	return sign * v, axis, !math.IsNaN(v) && !math.IsInf(v, 0)
}

// parseCoordinates reads both in one cell, latitude first unless letters or the
// range say otherwise: "39.158, -75.524", "39,158; -75,524", "POINT(-75.5 39.1)".
func parseCoordinates(text string) (p orb.Point, ok bool) {
	upper := strings.ToUpper(strings.TrimSpace(text))
	if rest, isPoint := strings.CutPrefix(upper, "POINT"); isPoint {
		var parts = strings.Fields(strings.Trim(strings.TrimSpace(rest), "()"))
		if len(parts) != 2 {
			return p, false
		}
		lon, _, ok1 := parseDegrees(parts[0])
		lat, _, ok2 := parseDegrees(parts[1])
		return orb.Point{lon, lat}, ok1 && ok2
	}
	var halves []string
	for _, between := range []string{";", ", ", "/", ",", " "} {
		if first, second, found := strings.Cut(upper, between); found && !strings.Contains(strings.TrimSpace(second), between) {
			halves = []string{first, second}
			break
		}
	}
	if halves == nil {
		return p, false
	}
	a, axisA, ok1 := parseDegrees(halves[0])
	b, axisB, ok2 := parseDegrees(halves[1])
	if !ok1 || !ok2 {
		return p, false
	}
	if axisA == 'x' || axisB == 'y' {
		a, b = b, a
	}
	return orb.Point{b, a}, true
}
