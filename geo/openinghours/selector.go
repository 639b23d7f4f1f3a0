package openinghours

import (
	"slices"
	"time"
)

// selector says on which days a rule applies. Empty lists restrict nothing.
type selector struct {
	years    []intRange
	dates    []dateRange
	weeks    []intRange
	weekdays []weekdayRange
}

// intRange is a range of years or weeks; every is the step, 1 for all.
type intRange struct{ from, to, every int }

func (r intRange) holds(n int) bool {
	return n >= r.from && n <= r.to && (n-r.from)%r.every == 0
}

// monthDay is a day of any year, or of one year when year is not 0.
type monthDay struct {
	year  int
	month time.Month
	day   int
}

// dateRange holds the days from one to another, both included, over the turn of
// the year when from is later than to.
type dateRange struct{ from, to monthDay }

func (r dateRange) holds(d Date) bool {
	if r.from.year != 0 {
		n := key(d.Year, d.Month, d.Day)
		return n >= key(r.from.year, r.from.month, r.from.day) && n <= key(r.to.year, r.to.month, r.to.day)
	}
	n, from, to := key(0, d.Month, d.Day), key(0, r.from.month, r.from.day), key(0, r.to.month, r.to.day)
	if from <= to {
		return n >= from && n <= to
	}
	return n >= from || n <= to
}

func key(year int, month time.Month, day int) int { return year*10000 + int(month)*100 + day }

// weekdayRange holds weekdays, over the turn of the week when from is later
// than to. nth restricts to positions in the month, negative ones counted from
// its end; empty means all.
type weekdayRange struct {
	from, to time.Weekday
	nth      []int
}

func (r weekdayRange) holds(d Date) bool {
	w := d.Weekday()
	if (w-r.from+7)%7 > (r.to-r.from+7)%7 {
		return false
	}
	if len(r.nth) == 0 {
		return true
	}
	last := time.Date(d.Year, d.Month+1, 0, 12, 0, 0, 0, time.UTC).Day()
	for _, n := range r.nth {
		if n > 0 && (d.Day-1)/7+1 == n || n < 0 && (last-d.Day)/7+1 == -n {
			return true
		}
	}
	return false
}

func (s selector) matches(d Date) bool {
	_, week := d.noon().ISOWeek()
	return allows(s.years, func(r intRange) bool { return r.holds(d.Year) }) &&
		allows(s.dates, func(r dateRange) bool { return r.holds(d) }) &&
		allows(s.weeks, func(r intRange) bool { return r.holds(week) }) &&
		allows(s.weekdays, func(r weekdayRange) bool { return r.holds(d) })
}

// allows reports whether a list restricts nothing or holds the day.
func allows[T any](list []T, holds func(T) bool) bool {
	return len(list) == 0 || slices.ContainsFunc(list, holds)
}
