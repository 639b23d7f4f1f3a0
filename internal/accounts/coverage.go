package accounts

import "strconv"

// Coverage is how an account's visits keep up with its interval.
type Coverage string

// The coverages. An account is due from seven days before the day on which the
// next visit should happen, and overdue after that day.
const (
	CoverageNever   Coverage = "never"    // no visit yet
	CoverageOnTrack Coverage = "on_track" // the next visit is more than seven days off
	CoverageDue     Coverage = "due"      // within seven days, today among them
	CoverageOverdue Coverage = "overdue"  // the day has passed
)

// dueWithinDays is how many days before its day a visit counts as due.
const dueWithinDays = 7

// CoverageSQL is the one place where coverage is decided. dueOn is the SQL of
// the day on which the next visit should happen (null before the first), today
// the SQL of the organisation's day, a date; see [Today].
func CoverageSQL(dueOn, today string) string {
	return "(case when " + dueOn + " is null then 'never'" +
		" when " + dueOn + " < " + today + " then 'overdue'" +
		" when " + dueOn + " <= " + today + " + " + strconv.Itoa(dueWithinDays) + " then 'due'" +
		" else 'on_track' end)"
}
