package planner

// Weights say what counts how much. The unit is free; in the presets one
// second of driving costs 10. A mandatory visit left out costs more than all
// else together, whatever the weights.
type Weights struct {
	Drive        Cost    // a second of driving
	Distance     Cost    // a kilometre; each leg is rounded to a whole cost
	ValuePercent int     // of Drive×Prize lost when a visit is left out; 0 stands for 100
	Prize        Seconds // of a visit that names none
	Overtime     Cost    // a second after the end of the shift
	Late         Cost    // a second into a window's grace
	NotPreferred Cost    // a visit by a rep it does not prefer
	OtherRep     Cost    // a visit by another rep than last time
	Move         Cost    // a visit that leaves the shift of the plan before
	Interval     Cost    // of a series visited a whole interval too late or too early
	Balance      Cost    // an hour of driving and visits above a rep's share of the team's, by hours on duty
}

// Presets people understand.
var (
	// Balanced weighs an hour of driving as an hour, a kilometre as 30 seconds
	// (fuel, wear), and makes a visit that asks for up to four hours' detour. For a team it
	// drives up to 20 minutes to take an hour off who has more than a fair share.
	Balanced = Weights{Drive: 10, Distance: 300, ValuePercent: 100, Prize: 4 * Hour,
		Overtime: 30, Late: 20, NotPreferred: 10 * 1200, OtherRep: 10 * 900, Move: 10 * 600, Interval: 10 * 14400, Balance: 10 * 1200}

	// MostVisits makes every visit that fits, however far.
	MostVisits = Weights{Drive: 10, Distance: 50, ValuePercent: 1000, Prize: 4 * Hour,
		Overtime: 15, Late: 10, NotPreferred: 10 * 300, OtherRep: 10 * 120, Move: 10 * 120, Interval: 10 * 144000, Balance: 0}

	// LeastDriving leaves out what is not worth half its usual detour.
	LeastDriving = Weights{Drive: 10, Distance: 600, ValuePercent: 25, Prize: 4 * Hour,
		Overtime: 30, Late: 20, NotPreferred: 10 * 300, OtherRep: 10 * 120, Move: 10 * 120, Interval: 10 * 3600, Balance: 0}
)
