package planner

// Seconds is a point in time, counted from midnight of the horizon's day 0, or
// a length of time.
type Seconds int32

// Metres is a distance along roads.
type Metres int32

// Cost is what the planner minimises; see [Weights] for what one unit means.
type Cost int64

// Lengths of time.
const (
	Second Seconds = 1
	Minute Seconds = 60
	Hour   Seconds = 3600
	Day    Seconds = 86400
)

// Anywhere, as the start or end of a shift, lets the route begin at its first
// visit or end at its last one without driving there.
const Anywhere = -1

// NoRoad, or any other negative number, in a table's Seconds says that no road
// leads from one place to the other.
const NoRoad int32 = -1

// Problem is everything a plan depends on. Order matters nowhere except as a
// tie-break, and indices into Shifts and Visits name them in every answer.
type Problem struct {
	Tables []Table // one a travel profile; Shift.Table picks one
	Shifts []Shift // one a rep and working day
	Visits []Visit
	Series []Series // accounts due again and again; Visit.Series points here
	Links  []Link   // pairs of visits that depend on each other's day or time

	Weights Weights // the zero value stands for [Balanced]
}

// Table holds travel times and distances between all places, row by row: the
// way from a to b is at a*Places+b.
type Table struct {
	Places  int
	Seconds []int32 // Places×Places; negative where no road leads
	Metres  []int32 // Places×Places, or nil where distance does not matter

	// Periods give other travel times by the clock, each from its From until
	// the next one's, the last until midnight; before the first, Seconds holds.
	// A rep who is on the way when a period begins goes on at its speed, so
	// that leaving later never means arriving earlier (Ichoua, Gendreau and
	// Potvin, "Vehicle dispatching with time-dependent travel times", 2003).
	Periods []Period
}

// Period is travel by the clock.
type Period struct {
	From    Seconds // since midnight, of every day
	Seconds []int32 // Places×Places; no road exactly where the table has none
}

// Window is a span of time.
type Window struct {
	Open, Close Seconds
	// Grace lets a visit begin up to this much after Close, at Weights.Late a
	// second. It means nothing for a shift's hours.
	Grace Seconds
}

// Break is a pause without a place: lunch. It is taken between two stops,
// where it costs least; a rep may stop for it on the way.
type Break struct {
	Length           Seconds
	Earliest, Latest Seconds // bounds of its beginning
	// Windows are the spans in which it may begin, in place of Earliest and
	// Latest, when there are several.
	Windows []Window
	// FallsAway drops the break on a short day: one that ends by Latest (or the
	// last window) or begins after it.
	FallsAway bool
}

// Shift is one rep's working day.
type Shift struct {
	Rep   int    // the same number on all days of one rep
	Day   int    // day of the horizon, counted from 0
	Hours Window // leaving Start no earlier than Open, reaching End no later than Close
	// Overtime lets the day end this much after Hours.Close, at
	// Weights.Overtime a second.
	Overtime Seconds
	// Start and End are indices into the table, or Anywhere. They may differ: a
	// night away is an End at the hotel, where the next day's shift has its Start.
	Start, End int

	Breaks []Break // in the order in which they are taken

	MaxDrive  Seconds // 0: no limit
	MaxMetres Metres  // 0: no limit
	MaxVisits int     // 0: no limit
	Capacity  []int32 // what the rep can carry, dimension by dimension; nil: no limit

	Skills []int // what the rep can do
	Table  int   // index into Problem.Tables
	// SpeedPercent scales the table's speeds: 100 (or 0) as they are, 80 for a
	// slower rep. Service is not scaled.
	SpeedPercent int
	// DrivePercent and DistancePercent scale Weights.Drive and
	// Weights.Distance for this shift; 0 stands for 100.
	DrivePercent, DistancePercent int
	Fixed                         Cost // for using the shift at all

	// Done are the stops already made, in order, with the times as they were.
	// The route goes on from the last of them, no earlier than Now.
	Done []Done
	// Head are visits locked as the next stops in exactly this order.
	Head []int
	// Now is the clock: nothing that is still to do begins earlier.
	Now Seconds
}

// Done is a stop that was made.
type Done struct {
	Visit         int
	Arrive, Leave Seconds
	// BreaksTaken counts the shift's breaks that were taken before leaving.
	BreaksTaken int
}

// Visit is a stop to be made at most once.
type Visit struct {
	Place  int
	Length Seconds
	// SetUp is spent on arrival, before the visit begins (parking, signing
	// in), unless the stop before was at the same place.
	SetUp Seconds
	// Windows bound the beginning of the visit; none means any time. With
	// EndInside the visit must also be over by Close, as opening hours ask.
	Windows   []Window
	EndInside bool
	// NotBefore and NotAfter bound the beginning as well, whatever the windows
	// say; 0 stands for no bound. A fixed time is both.
	NotBefore, NotAfter Seconds

	// Mandatory visits come before everything else. Others are made when their
	// Prize, in seconds of driving one would spend on them, is worth it.
	Mandatory bool
	Prize     Seconds // 0 stands for Weights.Prize

	Load   []int32 // what it takes of Shift.Capacity
	Skills []int   // all of them are needed

	Reps      []int // only these reps; nil: any
	Forbidden []int // never these reps
	Preferred []int // these reps if possible; others cost Weights.NotPreferred
	LastRep   int   // the rep of last time plus 1, 0 for none; another costs Weights.OtherRep
	Shifts    []int // only these shifts: a fixed day, or a lock; nil: any

	// Position locks it as that stop of its route, the first being 1, stops
	// already made included; -1 is the last one, -2 the last but one; 0: any.
	Position int

	// Skip keeps the visit out of the plan, at no cost: cancelled, or excluded
	// by hand.
	Skip bool

	// Before is where an earlier plan had it: index of the shift plus 1, 0 for
	// none. Leaving that shift costs Weights.Move.
	Before int

	// Series is the index of the account's series plus 1; 0 for none. All
	// visits of one series are interchangeable occurrences at one place.
	Series int
}

// Series is an account to be visited every Interval days. How many of its
// visits are made, and when, follows from the cost of being late or early,
// which grows with the square of the deviation as a share of the interval: an
// overbooked month stretches everybody's interval a little before it drops
// anybody.
type Series struct {
	Interval  int  // days from one visit to the next
	Tolerance int  // days that cost nothing, either way
	Last      int  // day of the last visit, negative when before the horizon
	Weight    Cost // 0 stands for Weights.Interval
	MinGap    int  // never closer than this many days; 0: no rule beyond one a day
	MaxGap    int  // never farther apart than this when both are made; 0: no rule
	SameRep   bool // all occurrences by one rep
}

// Link ties two visits together. All but Both applies when both are planned.
type Link struct {
	A, B int // visits
	// MinDays and MaxDays bound the days between them, in either order, or from
	// A to B when InOrder. MaxDays < 0 stands for no bound. {0, 0} is the same
	// day, {1, -1} different days.
	MinDays, MaxDays int
	// Time bounds the time between their beginnings as MinDays and MaxDays do
	// the days, in either order or, when InOrder, from A to B; nil for no
	// bound. {0, 0} lets them begin together, by two reps; {4*Hour, -1} keeps
	// them four hours apart; in order, {A's length, -1} puts B after A.
	Time    *Span
	InOrder bool
	SameRep bool
	// Both or none of them are planned: a visit that takes two reps is two
	// visits that begin together.
	Both bool
}

// Span bounds a length of time.
type Span struct {
	Min, Max Seconds // Max < 0: no bound
}
