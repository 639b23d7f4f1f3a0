// Package openinghours reads opening hours as OpenStreetMap writes them and
// answers on which hours of which day a place is open:
//
//	hours, err := openinghours.Parse("Mo-Fr 08:00-12:00,13:00-17:30; Sa 09:00-12:00; Dec 25 off")
//	spans := hours.On(openinghours.Date{Year: 2026, Month: time.November, Day: 23})
//
// The language is that of https://wiki.openstreetmap.org/wiki/Key:opening_hours/specification.
// Understood are weekdays with ranges, lists and positions in the month
// (Mo-Fr, We[1], Su[-1]), months, days of months and years with ranges, week
// numbers, several spans of hours a day, spans past midnight, open ends, 24/7,
// off and closed, additional rules (","), fall-back rules ("||") and comments.
// Hours on public and school holidays (PH, SH) are read and apply on no day,
// since no calendar of holidays is known here. What depends on the sun or on
// Easter is refused with [ErrUnsupported].
package openinghours

import (
	"errors"
	"slices"
	"time"
)

// Errors of [Parse]; both are wrapped with the place where reading stopped.
var (
	ErrSyntax      = errors.New("opening hours: not understood")
	ErrUnsupported = errors.New("opening hours: not supported")
)

// Minutes counts from midnight at the beginning of a day.
type Minutes int

// MinutesPerDay is the length of a day without a change of clocks.
const MinutesPerDay Minutes = 24 * 60

// Span is a time of being open: from Open up to and without Close, with
// 0 ≤ Open < Close ≤ MinutesPerDay.
type Span struct{ Open, Close Minutes }

// Date is a day of the calendar.
type Date struct {
	Year  int
	Month time.Month
	Day   int
}

// DateOf returns the day of t in t's own location.
func DateOf(t time.Time) Date {
	y, m, d := t.Date()
	return Date{y, m, d}
}

// Weekday returns the day of the week.
func (d Date) Weekday() time.Weekday { return d.noon().Weekday() }

// AddDays returns the day n days later.
func (d Date) AddDays(n int) Date { return DateOf(d.noon().AddDate(0, 0, n)) }

func (d Date) noon() time.Time { return time.Date(d.Year, d.Month, d.Day, 12, 0, 0, 0, time.UTC) }

// Hours are parsed opening hours. The zero value is never open. They are not
// changed after parsing and may be shared.
type Hours struct{ rules []rule }

type joint uint8

const (
	replaces joint = iota // ";": takes the place of earlier rules on the days it matches
	adds                  // ",": is open besides them
	fallback              // "||": applies on days that nothing before it matches
)

type rule struct {
	joint    joint
	days     selector
	spans    []span
	closed   bool
	holidays bool // only on holidays: applies on no day
}

// span may reach past midnight: close may be up to 48 hours.
type span struct{ open, close Minutes }

// On returns the spans of the day in order, without overlaps, including what
// reaches over from the evening before.
func (h *Hours) On(day Date) []Span {
	var out []Span
	for _, s := range h.begun(day.AddDays(-1)) {
		if s.close > MinutesPerDay {
			out = append(out, Span{0, min(s.close-MinutesPerDay, MinutesPerDay)})
		}
	}
	for _, s := range h.begun(day) {
		out = append(out, Span{s.open, min(s.close, MinutesPerDay)})
	}
	return merge(out)
}

// Week returns the spans of seven days from the given one on.
func (h *Hours) Week(from Date) [7][]Span {
	var week [7][]Span
	for i := range week {
		week[i] = h.On(from.AddDays(i))
	}
	return week
}

// begun returns the spans that begin on a day.
func (h *Hours) begun(day Date) []span {
	var spans []span
	matched := false
	for _, r := range h.rules {
		if r.holidays || !r.days.matches(day) || r.joint == fallback && matched {
			continue
		}
		if r.joint != adds {
			spans = nil
		}
		matched = true
		if r.closed {
			spans = nil
			continue
		}
		spans = append(spans, r.spans...)
	}
	return spans
}

func merge(spans []Span) []Span {
	if len(spans) == 0 {
		return nil
	}
	slices.SortFunc(spans, func(a, b Span) int { return int(a.Open - b.Open) })
	out := spans[:1]
	for _, s := range spans[1:] {
		if last := &out[len(out)-1]; s.Open <= last.Close {
			last.Close = max(last.Close, s.Close)
		} else {
			out = append(out, s)
		}
	}
	return out
}
