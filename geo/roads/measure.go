package roads

import (
	"strconv"
	"strings"
)

// parseKmh reads the usual spellings of maxspeed: "50", "30 mph", "55mph",
// "10 knots", "DE:rural", "none", "walk". Of several values ("50;30") the
// first counts. It is false when the value says nothing.
func parseKmh(value string, words map[string]float64) (float64, bool) {
	value = strings.ToLower(strings.TrimSpace(firstOf(value)))
	number, unit := splitNumber(value)
	if number == "" {
		if v, ok := words[value]; ok {
			return v, v > 0
		}
		if _, word, ok := strings.Cut(value, ":"); ok {
			v, ok := words[word]
			return v, ok && v > 0
		}
		return 0, false
	}
	v, err := strconv.ParseFloat(number, 64)
	if err != nil || v <= 0 || v > 500 {
		return 0, false
	}
	switch unit {
	case "mph", "mp/h":
		v *= 1.609344
	case "knots":
		v *= 1.852
	case "", "km/h", "kmh", "kph":
	default:
		return 0, false
	}
	return v, true
}

// parseMetres reads heights, widths and lengths: "3.5", "3.5 m", "350 cm",
// `12'6"`, "12 ft".
func parseMetres(value string) (float64, bool) {
	value = strings.ToLower(strings.TrimSpace(firstOf(value)))
	if feet, inches, ok := strings.Cut(value, "'"); ok {
		f, err := strconv.ParseFloat(strings.TrimSpace(feet), 64)
		if err != nil {
			return 0, false
		}
		inches = strings.TrimSpace(strings.TrimRight(strings.TrimSpace(inches), `"'`))
		if inches == "" {
			return f * 0.3048, f > 0
		}
		i, err := strconv.ParseFloat(inches, 64)
		return f*0.3048 + i*0.0254, err == nil && f >= 0
	}
	number, unit := splitNumber(value)
	v, err := strconv.ParseFloat(number, 64)
	if err != nil || v <= 0 {
		return 0, false
	}
	switch unit {
	case "", "m", "metre", "metres", "meter", "meters":
	case "cm":
		v /= 100
	case "ft", "feet", "foot":
		v *= 0.3048
	case "in", "inches":
		v *= 0.0254
	default:
		return 0, false
	}
	return v, true
}

// parseTonnes reads weights: "7.5", "7.5 t", "3500 kg", "10 st" (short tons),
// "16000 lbs".
func parseTonnes(value string) (float64, bool) {
	number, unit := splitNumber(strings.ToLower(strings.TrimSpace(firstOf(value))))
	v, err := strconv.ParseFloat(number, 64)
	if err != nil || v <= 0 {
		return 0, false
	}
	switch unit {
	case "", "t", "tonnes", "tons":
	case "kg":
		v /= 1000
	case "st":
		v *= 0.90718474
	case "lt":
		v *= 1.0160469
	case "lb", "lbs":
		v *= 0.00045359237
	default:
		return 0, false
	}
	return v, true
}

// parseSeconds reads the duration of a ferry: "00:20", "1:30:00", "20" (which
// means minutes) and "PT1H20M".
func parseSeconds(value string) (float64, bool) {
	value = strings.TrimSpace(value)
	if rest, ok := strings.CutPrefix(strings.ToUpper(value), "PT"); ok {
		var total float64
		for rest != "" {
			number, after := splitNumber(rest)
			v, err := strconv.ParseFloat(number, 64)
			unit := strings.IndexAny("HMS", firstRune(after))
			if err != nil || unit < 0 {
				return 0, false
			}
			total += v * [...]float64{3600, 60, 1}[unit]
			rest = after[1:]
		}
		return total, total > 0
	}
	parts := strings.Split(value, ":")
	if len(parts) > 3 {
		return 0, false
	}
	var total float64
	for _, p := range parts {
		v, err := strconv.ParseFloat(p, 64)
		if err != nil || v < 0 {
			return 0, false
		}
		total = total*60 + v
	}
	if len(parts) < 3 {
		total *= 60
	}
	return total, total > 0 && total < 1e6
}

func firstOf(value string) string {
	first, _, _ := strings.Cut(value, ";")
	return first
}

func firstRune(s string) string {
	if s == "" {
		return "?"
	}
	return s[:1]
}

// splitNumber splits "30 mph" into "30" and "mph".
func splitNumber(s string) (number, unit string) {
	i := 0
	for i < len(s) && (s[i] >= '0' && s[i] <= '9' || s[i] == '.') {
		i++
	}
	return s[:i], strings.TrimSpace(s[i:])
}
