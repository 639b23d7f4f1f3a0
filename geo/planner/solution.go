package planner

import "time"

// Solution is a plan. It keeps every rule, but see Forced.
type Solution struct {
	Routes    []Route // one a shift, in the order of Problem.Shifts
	Unplanned []Unplanned
	Totals    Totals
	Cost      Cost

	// Forced are rules that stops already made or locked break by themselves;
	// empty in a problem without them.
	Forced []Violation

	// Gain says what was saved against the order in Options.Given.
	Gain *Gain

	Iterations int
	Elapsed    time.Duration
	Stopped    bool // cancelled before the budget was used
}

// Route is the timetable of one shift; Entries is empty when it is not used.
type Route struct {
	Shift   int
	Entries []Entry
	Totals
}

// Kind says what an [Entry] is.
type Kind uint8

// Kinds of entry.
const (
	Leave  Kind = iota // leaving the start
	Stop               // a visit
	Pause              // a break
	Return             // reaching the end
)

// String names the kind as in answers to programs: leave, visit, break, return.
func (k Kind) String() string {
	switch k {
	case Leave:
		return "leave"
	case Stop:
		return "visit"
	case Pause:
		return "break"
	case Return:
		return "return"
	}
	return "unknown"
}

// Entry is a line of a timetable.
type Entry struct {
	Kind   Kind
	Visit  int // index into Problem.Visits, or of the break into Shift.Breaks; -1 for Leave and Return
	Place  int // index into the table; Anywhere for a break on the way or a shift without a place
	Drive  Seconds
	Metres Metres  // driven since the entry before
	Arrive Seconds // at the place; for a break, when it begins
	SetUp  Seconds
	Wait   Seconds // between set-up and Begin
	Begin  Seconds
	End    Seconds // the rep leaves
	// Slack is how much later the rep could arrive without breaking a hard
	// rule here or later that day, or moving a visit that others are tied to in
	// time.
	Slack Seconds
	Done  bool // was made already
}

// Totals add up a route or a plan.
type Totals struct {
	Visits   int
	Drive    Seconds
	Metres   Metres
	Service  Seconds // set-up included
	Waiting  Seconds
	Breaks   Seconds
	Overtime Seconds
	Late     Seconds // within windows' grace
}

// Gain compares with an order given.
type Gain struct {
	Drive   Seconds
	Metres  Metres
	Waiting Seconds
	Cost    Cost
	// Broken counts the rules that the given order breaks.
	Broken int
}

// Reason says why a visit is not in the plan.
type Reason string

// Reasons, from what can never work to what could be had at a price.
const (
	NoSkill     Reason = "no_skill"     // no rep has the skills
	NotAllowed  Reason = "not_allowed"  // no shift is allowed for it
	NoRoute     Reason = "no_road"      // no road leads there and back
	NoWindow    Reason = "no_window"    // no window overlaps an allowed shift
	TooFar      Reason = "too_far"      // even alone, it does not fit in the day's hours or drive limit
	TooLarge    Reason = "too_large"    // takes more than any rep can carry
	GapRule     Reason = "gap_rule"     // its series or links leave no day or time
	OutOfPlace  Reason = "position"     // fits, but not as the stop it is locked as, or not without moving one that is
	Partner     Reason = "partner"      // would be made together with another visit only, which is not planned
	Full        Reason = "full"         // fits alone, but not beside the visits planned
	NotWorth    Reason = "not_worth"    // fits, but costs more than its prize
	NotImproved Reason = "not_improved" // fits and would pay: more planning time would find room
)

// Unplanned is a visit left out, with the figures that explain it, found by
// trying it in every shift.
type Unplanned struct {
	Visit  int
	Reason Reason
	// Shift is where it comes closest to fitting; -1 when nowhere.
	Shift int
	// Detour is the driving it would add there.
	Detour Seconds
	// Over is by how much the nearest rule would be broken there: seconds too
	// late, too long, or too much driving.
	Over Seconds
	// Displaces is the visit whose removal would make room at the least cost,
	// -1 when no single one does.
	Displaces int
	// Cost is what the plan's cost would grow by if it were made there.
	Cost Cost
	// Lost is the prize forgone, in cost.
	Lost Cost
}

// Rule names what a [Violation] breaks.
type Rule string

// Rules.
const (
	RuleWindow     Rule = "window"      // begins outside its windows
	RuleHours      Rule = "hours"       // leaves before or returns after the shift's hours
	RuleBreak      Rule = "break"       // the break cannot begin in time
	RuleDrive      Rule = "max_drive"   // By: seconds
	RuleMetres     Rule = "max_metres"  // By: metres
	RuleVisits     Rule = "max_visits"  // By: visits
	RuleCapacity   Rule = "capacity"    // By: units of the first dimension exceeded
	RuleSkill      Rule = "skill"       // By: skills missing
	RuleRep        Rule = "rep"         // not by this rep
	RuleShift      Rule = "shift"       // not in this shift
	RuleHead       Rule = "locked"      // the locked beginning was changed
	RulePosition   Rule = "position"    // not the stop it is locked as; By: stops
	RuleGap        Rule = "gap"         // By: days
	RuleTime       Rule = "time"        // too close to or far from a linked visit; By: seconds
	RuleTogether   Rule = "together"    // made without the visit it belongs to
	RuleSameRep    Rule = "same_rep"    // occurrences by different reps
	RuleRoad       Rule = "no_road"     // no road leads from the stop before
	RuleTwice      Rule = "twice"       // the visit is made more than once
	RuleMissing    Rule = "mandatory"   // a mandatory visit is left out
	RuleSkip       Rule = "skip"        // a visit that was to stay out
	RuleUnknown    Rule = "unknown"     // no such visit
	RuleBeforeDone Rule = "before_done" // a stop that was made is missing or moved
)

// Violation is a rule that an order breaks.
type Violation struct {
	Rule  Rule
	Shift int // -1 when not about a shift
	Visit int // -1 when not about a visit
	By    int // in the rule's unit
}

// Report is the exact timetable of an order, whether it keeps the rules or not.
type Report struct {
	Routes     []Route
	Violations []Violation
	Totals     Totals
	// Cost counts prizes of what is left out, and is comparable between
	// reports with equal violations only.
	Cost Cost
}

// Progress is what a running plan tells.
type Progress struct {
	Iterations int
	Elapsed    time.Duration
	// Share of the budget used, 0 to 1.
	Share     float64
	Cost      Cost
	Unplanned int
	// Orders are the best so far, visits by shift; the slice belongs to the receiver.
	Orders [][]int
}

// Place found by [Insert].
type Place struct {
	Shift    int
	Position int     // the visit becomes the route's stop number Position, counted from 0
	Detour   Seconds // driving added
	Metres   Metres  // distance added
	Begin    Seconds // when the visit would begin
	Cost     Cost    // what the plan's cost grows by, its prize not counted
}
