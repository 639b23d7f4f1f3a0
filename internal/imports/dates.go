package imports

import (
	"strconv"
	"strings"
	"time"
	"unicode"
)

// dateOrder tells how a date like 3/4/2026 is meant.
type dateOrder string

// The orders.
const (
	orderUnknown dateOrder = ""
	dayFirst     dateOrder = "dmy"
	monthFirst   dateOrder = "mdy"
)

var months = map[string]time.Month{
	"jan": 1, "feb": 2, "mar": 3, "mrz": 3, "mär": 3, "mae": 3, "apr": 4, "may": 5, "mai": 5, "jun": 6, "jul": 7,
	"aug": 8, "sep": 9, "oct": 10, "okt": 10, "nov": 11, "dec": 12, "dez": 12,
}

// Days of spreadsheets: 1 is 1900-01-01, and there is a 1900-02-29 that never was.
// What lies between 1920 and 2090 is taken for such a number.
const (
	leastSerial = 7_306
	mostSerial  = 69_763
)

// parseDate reads a day as people and programs write it: 2026-03-04,
// 2026-03-04T10:00:00Z, 20260304, 4.3.2026, 3/4/26, 4 March 2026, Mar 4, 2026,
// and the 46085 of a spreadsheet. ambiguous tells that only the order decided
// what is day and what is month.
func parseDate(text string, order dateOrder) (day time.Time, ambiguous, ok bool) {
	text = strings.TrimSpace(text)
	if len(text) < 4 || len(text) > 40 {
		return day, false, false
	}
	if serial, err := strconv.ParseFloat(strings.Replace(text, ",", ".", 1), 64); err == nil && serial >= leastSerial && serial <= mostSerial {
		return time.Date(1899, 12, 30, 0, 0, 0, 0, time.UTC).AddDate(0, 0, int(serial)), false, true
	}
	var numbers []int
	var lengths []int
	var month time.Month
	monthAt := -1
	var marks strings.Builder
	for i := 0; i < len(text); {
		c := rune(text[i])
		if c >= 0x80 {
			for j, r := range text[i:] {
				if j == 0 {
					c = r
				}
			}
		}
		switch {
		case c >= '0' && c <= '9':
			j := i
			for j < len(text) && text[j] >= '0' && text[j] <= '9' {
				j++
			}
			n, err := strconv.Atoi(text[i:j])
			if err != nil {
				return day, false, false
			}
			numbers, lengths = append(numbers, n), append(lengths, j-i)
			i = j
		case unicode.IsLetter(c):
			j := i
			for j < len(text) && (text[j] >= 0x80 || unicode.IsLetter(rune(text[j]))) {
				j++
			}
			word := strings.ToLower(text[i:j])
			i = j
			if (word == "t" || word == "at" || word == "um") && len(numbers) >= 3 {
				i = len(text) // a time follows
			} else if letters := []rune(word); len(letters) >= 3 {
				m, known := months[string(letters[:3])]
				if !known {
					if len(numbers) == 0 { // the name of a weekday
						continue
					}
					return day, false, false
				}
				month, monthAt = m, len(numbers)
			} else if word != "st" && word != "nd" && word != "rd" && word != "th" && word != "of" {
				return day, false, false
			}
		case c == ':' && len(numbers) >= 4: // a time; the day is before it
			i = len(text)
		default:
			if len(numbers) == 1 {
				marks.WriteRune(c)
			}
			i += max(1, len(string(c)))
		}
	}
	year := func(n, length int) int {
		if length > 2 {
			return n
		}
		if n < 70 {
			return 2000 + n
		}
		return 1900 + n
	}
	make := func(y, m, d int) (time.Time, bool) {
		t := time.Date(y, time.Month(m), d, 0, 0, 0, 0, time.UTC)
		return t, y >= 1900 && y <= 2200 && int(t.Month()) == m && t.Day() == d
	}
	switch {
	case monthAt >= 0 && len(numbers) >= 2:
		a, b := numbers[0], numbers[1]
		if lengths[0] == 4 { // 2026 March 4
			day, ok = make(a, int(month), b)
		} else {
			day, ok = make(year(b, lengths[1]), int(month), a)
		}
		return day, false, ok
	case len(numbers) == 1 && lengths[0] == 8:
		n := numbers[0]
		day, ok = make(n/10_000, n/100%100, n%100)
		return day, false, ok
	case len(numbers) < 3:
		return day, false, false
	case lengths[0] == 4:
		day, ok = make(numbers[0], numbers[1], numbers[2])
		return day, false, ok
	}
	a, b, y := numbers[0], numbers[1], year(numbers[2], lengths[2])
	if lengths[2] != 4 && lengths[2] != 2 {
		return day, false, false
	}
	if order == orderUnknown {
		order = monthFirst
		if strings.HasPrefix(marks.String(), ".") {
			order = dayFirst
		}
	}
	if order == dayFirst {
		day, ok = make(y, b, a)
	} else {
		day, ok = make(y, a, b)
	}
	other, otherOK := make(y, a, b)
	if order == monthFirst {
		other, otherOK = make(y, b, a)
	}
	if !ok && otherOK { // 25/12/2026 can be meant in one way only
		return other, false, true
	}
	return day, ok && otherOK && a != b && !strings.HasPrefix(marks.String(), "."), ok
}

// orderOf learns from the dates of a column how they are meant: 25/12/2026 tells
// it of 3/4/2026 too.
func orderOf(samples []string, otherwise dateOrder) dateOrder {
	var dayVotes, monthVotes int
	for _, s := range samples {
		asDay, unsure, ok := parseDate(s, dayFirst)
		if !ok || unsure {
			continue
		}
		asMonth, _, ok := parseDate(s, monthFirst)
		if !ok || !asDay.Equal(asMonth) {
			continue
		}
		first, rest, found := strings.Cut(s, "/")
		if !found {
			first, rest, found = strings.Cut(s, "-")
		}
		second, _, more := strings.Cut(strings.ReplaceAll(rest, "-", "/"), "/")
		if !found || !more {
			continue
		}
		a, errA := strconv.Atoi(strings.TrimSpace(first))
		b, errB := strconv.Atoi(strings.TrimSpace(second))
		if errA != nil || errB != nil || a > 31 {
			continue
		}
		if a > 12 {
			dayVotes++
		} else if b > 12 {
			monthVotes++
		}
	}
	switch {
	case dayVotes > monthVotes:
		return dayFirst
	case monthVotes > dayVotes:
		return monthFirst
	}
	return otherwise
}
