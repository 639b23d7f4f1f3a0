// Package planner makes visit plans: which visits a rep makes on which day, in
// which order, and when, so that windows, working hours and lunch hold, the
// visits that count most are made, and as little as possible is driven.
//
// The caller gives places as indices into a travel table and gets timetables:
//
//	problem := planner.Problem{
//		Tables: []planner.Table{{Places: 4, Seconds: seconds, Metres: metres}},
//		Shifts: []planner.Shift{{
//			Start: 0, End: 0,
//			Hours:  planner.Window{Open: 8 * planner.Hour, Close: 17 * planner.Hour},
//			Breaks: []planner.Break{{Length: 30 * planner.Minute, Earliest: 11 * planner.Hour, Latest: 13 * planner.Hour}},
//		}},
//		Visits: []planner.Visit{
//			{Place: 1, Length: 45 * planner.Minute, Mandatory: true},
//			{Place: 2, Length: 30 * planner.Minute, Windows: []planner.Window{{Open: 9 * planner.Hour, Close: 10 * planner.Hour}}},
//			{Place: 3, Length: 30 * planner.Minute, Prize: 40 * planner.Minute},
//		},
//	}
//	solution, err := planner.Plan(ctx, problem, planner.Options{Seed: 1, Iterations: 20_000})
//
// [Check] times an order that somebody else made and names every rule it
// breaks, [Insert] says which day and place suit one more visit, [Repair] plans
// the rest of a day that has begun. [Explain] tries an unplanned visit
// everywhere and says what stands in its way.
//
// # Method
//
// Ruin and recreate by string removals under simulated annealing: Jan
// Christiaens and Greet Vanden Berghe, "Slack Induction by String Removals for
// Vehicle Routing Problems", Transportation Science 54 (2020). Every stop keeps
// the earliest time it can be left and the latest time it may be reached, for
// each number of breaks taken so far, so that an insertion is judged in
// constant time, also where travel depends on the time of day. Visits tied to
// each other in time are given spans in which they begin, which keeps routes
// independent of each other.
//
// Where all shifts are alike and visits have windows and loads only, large plans
// are annealed on one flat list of stops (see shunt), and annealing takes a part
// of the budget; the rest breeds plans by route exchange and a local
// search that lets windows be broken at a price: Thibaut Vidal, Teodor Gabriel
// Crainic, Michel Gendreau and Christian Prins, "A hybrid genetic algorithm with
// adaptive diversity management for a large class of vehicle routing problems
// with time-windows", Computers & Operations Research 40 (2013). A single route
// that nothing but distance binds is searched by Lin and Kernighan's steps.
//
// The same problem, seed, iterations and threads give the same plan on every
// machine: costs are integers and ties break by index. Every plan is timed and
// verified by the code behind [Check], which shares nothing with the search.
//
// # Times
//
// All times are [Seconds] since midnight of day 0 of the horizon, so 9:00 on
// day 2 is 2*Day + 9*Hour. A [Problem] is only read and may be shared.
package planner
