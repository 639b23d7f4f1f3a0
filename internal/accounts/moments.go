package accounts

import (
	"encoding/json"
	"time"
)

// moments are the ends of a span of time, each nil when it is open.
type moments struct{ from, to *time.Time }

// momentsOf reads the value of a condition on a moment that was given to the
// second, as programs do, and not by its day: RFC 3339 for before, after and on,
// which are exact and exclude, exclude and mean that moment; a list of two for
// between, which includes both. ok is false for every other value.
func momentsOf(n *node) (m moments, ok bool) {
	switch n.op {
	case "before", "after", "on":
		var at time.Time
		if json.Unmarshal(n.value, &at) != nil || !storable(at) {
			return m, false
		}
		// What is stored has microseconds.
		before, after := at.Add(-time.Microsecond), at.Add(time.Microsecond)
		switch n.op {
		case "before":
			return moments{to: &before}, true
		case "after":
			return moments{from: &after}, true
		}
		return moments{from: &at, to: &at}, true
	case "between":
		var both [2]time.Time
		if json.Unmarshal(n.value, &both) != nil || !storable(both[0]) || !storable(both[1]) {
			return m, false
		}
		return moments{from: &both[0], to: &both[1]}, true
	}
	return m, false
}

// condition is that a column lies in the span.
func (m moments) condition(column string) *condition {
	return &condition{row: func(q *Statement, alias string) string {
		text := alias + column + " is not null"
		if m.from != nil {
			text += " and " + alias + column + " >= " + q.Arg(*m.from) + "::timestamptz"
		}
		if m.to != nil {
			text += " and " + alias + column + " <= " + q.Arg(*m.to) + "::timestamptz"
		}
		return text
	}}
}

func storable(at time.Time) bool { return at.Year() >= 1000 && at.Year() <= 9000 }
