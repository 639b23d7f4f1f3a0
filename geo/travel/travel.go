// Package travel answers how long it takes, how far it is and which way it goes
// between places, behind one interface, whoever knows the roads.
//
//	table, err := provider.Table(ctx, points)
//	seconds := table.Seconds[from*table.Places+to]
//
// What no road answers is filled in from the straight line and marked as
// estimated: visibly, never silently.
package travel

import (
	"context"

	"github.com/paulmach/orb"
)

// Provider knows travel times and ways. Implementations are safe for use by many
// goroutines and stop when the context ends.
type Provider interface {
	// Table answers between every two of the points, both ways.
	Table(ctx context.Context, points []orb.Point) (*Table, error)
	// Route goes from the first point by all others, in order, to the last.
	Route(ctx context.Context, points []orb.Point) (*Route, error)
}

// Table is times and distances between all places, row by row: the way from a to
// b is at a*Places+b.
type Table struct {
	Places    int
	Seconds   []int32
	Metres    []int32
	Estimated []bool // by pair, or nil when none is

	// Periods are other times by the clock, each from its From until the next
	// one's, the last until midnight; before the first, Seconds holds. Metres are
	// those of free flow at any hour.
	Periods []Period
}

// Period is travel from a time of the day on.
type Period struct {
	From    int     // seconds since midnight, of every day
	Seconds []int32 // Places×Places
}

// SecondsAt is the time of a way that begins at a time of the day, in seconds
// since midnight, at the pace of that hour all along.
func (t *Table) SecondsAt(from, to, clock int) int32 {
	seconds := t.Seconds
	for _, p := range t.Periods {
		if p.From <= clock {
			seconds = p.Seconds
		}
	}
	return seconds[from*t.Places+to]
}

// IsEstimated reports whether the way from one place to another is an estimate.
func (t *Table) IsEstimated(from, to int) bool {
	return t.Estimated != nil && t.Estimated[from*t.Places+to]
}

// Route is the way by all points; Legs has one element fewer than there are points.
type Route struct {
	Seconds int32
	Metres  int32
	Legs    []Leg
}

// Leg is the way from one point to the next.
type Leg struct {
	Seconds   int32
	Metres    int32
	Geometry  orb.LineString // at least two points
	Estimated bool
}
