package planner

import (
	"context"
	"math/rand"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// corners are four customers on the corners of a square, ten minutes a side, with
// the office in the middle of the lower side.
func corners() Problem {
	x := []int{5, 0, 0, 10, 10}
	y := []int{0, 0, 10, 10, 0}
	t := Table{Places: 5, Seconds: make([]int32, 25), Metres: make([]int32, 25)}
	for a := range x {
		for b := range x {
			d := max(x[a]-x[b], x[b]-x[a]) + max(y[a]-y[b], y[b]-y[a])
			t.Seconds[a*5+b], t.Metres[a*5+b] = int32(d*60), int32(d*1000)
		}
	}
	p := Problem{Tables: []Table{t}, Shifts: []Shift{{Hours: Window{Open: 8 * Hour, Close: 17 * Hour}}}}
	for i := 1; i <= 4; i++ {
		p.Visits = append(p.Visits, Visit{Place: i, Length: 30 * Minute, Mandatory: true})
	}
	return p
}

func planned(t *testing.T, p Problem, o Options) *Solution {
	t.Helper()
	if o.Iterations == 0 && o.TimeLimit == 0 {
		o.Iterations = 2000
	}
	s, err := Plan(context.Background(), p, o)
	require.NoError(t, err)
	return s
}

func TestAPlanOfASquareGoesAroundIt(t *testing.T) {
	t.Parallel()
	s := planned(t, corners(), Options{})
	require.Contains(t, [][]int{{0, 1, 2, 3}, {3, 2, 1, 0}}, s.Orders()[0])
	require.Equal(t, 40*Minute, s.Totals.Drive)
	require.Equal(t, Metres(40_000), s.Totals.Metres)
	require.Equal(t, 2*Hour, s.Totals.Service)
	require.Empty(t, s.Unplanned)
}

func TestLunchIsATimetableEntryOfItsOwn(t *testing.T) {
	t.Parallel()
	p := corners()
	p.Shifts[0].Breaks = []Break{{Length: 30 * Minute, Earliest: 9 * Hour, Latest: 9*Hour + 30*Minute}}
	s := planned(t, p, Options{})
	entries := s.Routes[0].Entries
	at := slices.IndexFunc(entries, func(e Entry) bool { return e.Kind == Pause })
	require.Positive(t, at)
	require.GreaterOrEqual(t, entries[at].Begin, 9*Hour)
	require.LessOrEqual(t, entries[at].Begin, 9*Hour+30*Minute)
	require.Equal(t, 30*Minute, entries[at].End-entries[at].Begin)
	require.Equal(t, 30*Minute, s.Totals.Breaks)
	for i := 1; i < len(entries); i++ {
		require.GreaterOrEqual(t, entries[i].Arrive, entries[i-1].End)
		require.Equal(t, entries[i].Arrive, entries[i-1].End+entries[i].Drive, "entry %d follows the one before", i)
	}
}

func TestLunchFallsAwayOnAShortDay(t *testing.T) {
	t.Parallel()
	p := corners()
	p.Shifts[0].Hours.Close = 11 * Hour
	p.Shifts[0].Breaks = []Break{{Length: 30 * Minute, Earliest: 10*Hour + 30*Minute, Latest: 12 * Hour, FallsAway: true}}
	s := planned(t, p, Options{})
	require.Empty(t, s.Unplanned)
	require.Zero(t, s.Totals.Breaks)
	p.Shifts[0].Breaks[0].FallsAway = false
	s = planned(t, p, Options{})
	require.Len(t, s.Unplanned, 1, "with lunch there is time for three only")
}

func TestADayBeginsAsLateAsItCan(t *testing.T) {
	t.Parallel()
	p := corners()
	p.Visits[0].Windows = []Window{{Open: 12 * Hour, Close: 12 * Hour}}
	p.Visits = p.Visits[:1]
	s := planned(t, p, Options{})
	require.Equal(t, 12*Hour-5*Minute, s.Routes[0].Entries[0].End)
	require.Zero(t, s.Totals.Waiting)
}

func TestReasonsSayWhatStandsInTheWay(t *testing.T) {
	t.Parallel()
	p := corners()
	p.Shifts[0].Hours.Close = 10*Hour + 10*Minute // time for three
	p.Visits[3].Mandatory = false
	p.Visits[3].Prize = Hour
	add := func(v Visit) int { p.Visits = append(p.Visits, v); return len(p.Visits) - 1 }
	skill := add(Visit{Place: 1, Skills: []int{4}})
	rep := add(Visit{Place: 1, Reps: []int{9}})
	window := add(Visit{Place: 1, Windows: []Window{{Open: 18 * Hour, Close: 19 * Hour}}})
	long := add(Visit{Place: 1, Length: 3 * Hour})
	s := planned(t, p, Options{})
	reasons := map[int]Unplanned{}
	for _, u := range s.Unplanned {
		reasons[u.Visit] = u
	}
	require.Equal(t, Full, reasons[3].Reason)
	require.Contains(t, []int{0, 1, 2}, reasons[3].Displaces)
	require.Positive(t, reasons[3].Over)
	require.Equal(t, NoSkill, reasons[skill].Reason)
	require.Equal(t, NotAllowed, reasons[rep].Reason)
	require.Equal(t, NoWindow, reasons[window].Reason)
	require.Equal(t, TooFar, reasons[long].Reason)
	require.Equal(t, 60*Minute, reasons[long].Over, "3 h and the way, with 130 min for it")
}

func TestAVisitThatIsNotWorthItsWayIsLeftOut(t *testing.T) {
	t.Parallel()
	p := corners()
	p.Weights = Weights{Drive: 10}
	p.Visits[2].Mandatory = false
	p.Visits[2].Prize = 5 * Minute // the detour to it is longer
	p.Visits = append(p.Visits[:0:0], p.Visits[0], p.Visits[2])
	s := planned(t, p, Options{})
	require.Len(t, s.Unplanned, 1)
	require.Equal(t, NotWorth, s.Unplanned[0].Reason)
	require.Equal(t, 30*Minute, s.Unplanned[0].Detour)
	require.Equal(t, Cost(18_000), s.Unplanned[0].Cost)
	require.Equal(t, Cost(3_000), s.Unplanned[0].Lost)
}

func TestNoRoadIsAReason(t *testing.T) {
	t.Parallel()
	p := corners()
	for a := range 5 {
		p.Tables[0].Seconds[a*5+2] = NoRoad
	}
	s := planned(t, p, Options{})
	require.Len(t, s.Unplanned, 1)
	require.Equal(t, NoRoute, s.Unplanned[0].Reason)
}

func TestTheSameSeedGivesTheSamePlan(t *testing.T) {
	t.Parallel()
	p := randomProblem(rand.New(rand.NewSource(1)), 30, 4, everyRule)
	for _, threads := range []int{1, 3} {
		o := Options{Seed: 7, Iterations: 600, Threads: threads}
		first := planned(t, p, o)
		for range 2 {
			again := planned(t, p, o)
			require.Equal(t, first.Orders(), again.Orders(), "%d threads", threads)
		}
	}
}

func TestACancelledSearchReturnsItsBest(t *testing.T) {
	t.Parallel()
	p := randomProblem(rand.New(rand.NewSource(2)), 40, 4, rules{windows: true, prizes: true})
	ctx, cancel := context.WithCancel(context.Background())
	told := 0
	s, err := Plan(ctx, p, Options{TimeLimit: time.Hour, Threads: 2, OnProgress: func(x Progress) {
		told++
		cancel()
	}})
	require.NoError(t, err)
	require.True(t, s.Stopped)
	require.Positive(t, told)
	require.Positive(t, s.Totals.Visits)
	r, err := Check(p, s.Orders())
	require.NoError(t, err)
	require.Equal(t, r.Cost, s.Cost)
}

func TestCheckNamesWhatIsBroken(t *testing.T) {
	t.Parallel()
	p := corners()
	p.Shifts[0].Capacity = []int32{1}
	p.Shifts[0].MaxDrive = 20 * Minute
	p.Shifts[0].MaxVisits = 2
	p.Shifts[0].MaxMetres = 10_000
	p.Shifts[0].Breaks = []Break{{Length: Hour, Earliest: 8 * Hour, Latest: 8 * Hour}}
	p.Visits[0].Windows = []Window{{Open: 8 * Hour, Close: 8*Hour + 4*Minute}}
	p.Visits[1].Skills = []int{1, 2}
	p.Visits[1].Load = []int32{2}
	p.Visits[2].Forbidden = []int{0}
	r, err := Check(p, [][]int{{0, 1, 2, 2, 9}})
	require.NoError(t, err)
	found := map[Rule]int{}
	for _, v := range r.Violations {
		found[v.Rule] = v.By
	}
	require.Equal(t, map[Rule]int{RuleCapacity: 1, RuleDrive: 20 * 60, RuleVisits: 1, RuleMetres: 30_000, RuleSkill: 2,
		RuleRep: 1, RuleMissing: 1, RuleTwice: 1, RuleUnknown: 1, RuleWindow: 60, RuleBreak: 35 * 60}, found,
		"lunch after the first visit is late by its way and length")
}

func TestInsertFindsTheCheapestPlaces(t *testing.T) {
	t.Parallel()
	p := corners()
	p.Shifts = append(p.Shifts, p.Shifts[0])
	p.Shifts[1].Day, p.Shifts[1].Hours = 1, Window{Open: Day + 8*Hour, Close: Day + 17*Hour}
	places, err := Insert(p, [][]int{{0, 1, 2}, {}}, 3, 0)
	require.NoError(t, err)
	require.Len(t, places, 2)
	require.Equal(t, Place{Shift: 0, Position: 3, Begin: places[0].Begin}, places[0], "the corner is on the way home")
	require.Equal(t, 10*Minute, places[1].Detour)
	before, err := Check(p, [][]int{{0, 1, 2}, {}})
	require.NoError(t, err)
	after, err := Check(p, [][]int{{0, 1, 2}, {3}})
	require.NoError(t, err)
	require.Equal(t, places[1].Cost, after.Cost-before.Cost+MissedMandatory)
}

func TestRepairKeepsWhatIsDoneAndPlansTheRest(t *testing.T) {
	t.Parallel()
	p := corners()
	p.Visits = append(p.Visits, Visit{Place: 2, Length: 10 * Minute, Mandatory: true}) // new
	s, changed, err := Repair(context.Background(), p, [][]int{{0, 1, 2, 3}}, Change{
		Now:       10 * Hour,
		Done:      map[int][]Done{0: {{Visit: 0, Arrive: 9 * Hour, Leave: 9*Hour + 50*Minute}}},
		Cancelled: []int{2},
	}, Options{})
	require.NoError(t, err)
	require.Equal(t, []int{0}, s.Orders()[0][:1])
	require.ElementsMatch(t, []int{0, 1, 3, 4}, s.Orders()[0])
	require.Empty(t, s.Unplanned)
	entries := s.Routes[0].Entries
	require.True(t, entries[1].Done)
	require.Equal(t, 9*Hour+50*Minute, entries[1].End)
	require.Equal(t, 10*Hour+10*Minute, entries[2].Arrive, "the clock is at ten")
	r, err := Check(changed, s.Orders())
	require.NoError(t, err)
	require.Empty(t, r.Violations)
}

func TestFrequenciesStretchBeforeAnybodyIsDropped(t *testing.T) {
	t.Parallel()
	// Two accounts due every 2 and every 4 days, one visit a day, 8 days.
	p := corners()
	p.Shifts = nil
	for d := range 8 {
		p.Shifts = append(p.Shifts, Shift{Day: d, Hours: Window{Open: Seconds(d) * Day, Close: Seconds(d)*Day + Hour}, MaxVisits: 1})
	}
	p.Series = []Series{{Interval: 1, Last: -1}, {Interval: 2, Last: -1}}
	p.Visits = nil
	for range 8 {
		p.Visits = append(p.Visits, Visit{Place: 1, Length: 10 * Minute, Series: 1}, Visit{Place: 4, Length: 10 * Minute, Series: 2})
	}
	s := planned(t, p, Options{Iterations: 5000})
	made := map[int]int{}
	for _, order := range s.Orders() {
		for _, v := range order {
			made[p.Visits[v].Series]++
		}
	}
	require.Equal(t, 8, made[1]+made[2], "every day is used")
	require.GreaterOrEqual(t, made[2], 2, "the rarer account is not dropped")
	require.Greater(t, made[1], made[2])
}

func TestProblemsThatMakeNoSenseAreRefused(t *testing.T) {
	t.Parallel()
	for name, spoil := range map[string]func(*Problem){
		"no table":              func(p *Problem) { p.Tables = nil },
		"no shift":              func(p *Problem) { p.Shifts = nil },
		"short table":           func(p *Problem) { p.Tables[0].Seconds = p.Tables[0].Seconds[:3] },
		"huge table":            func(p *Problem) { p.Tables[0].Places = 1 << 40 },
		"endless leg":           func(p *Problem) { p.Tables[0].Seconds[1] = 1 << 30 },
		"negative distance":     func(p *Problem) { p.Tables[0].Metres[1] = -5 },
		"shift backwards":       func(p *Problem) { p.Shifts[0].Hours.Close = 0 },
		"shift far away":        func(p *Problem) { p.Shifts[0].Hours.Close = MaxTime + 1 },
		"start nowhere":         func(p *Problem) { p.Shifts[0].Start = 5 },
		"break backwards":       func(p *Problem) { p.Shifts[0].Breaks = []Break{{Earliest: 9, Latest: 3}} },
		"negative break":        func(p *Problem) { p.Shifts[0].Breaks = []Break{{Length: -1}} },
		"place nowhere":         func(p *Problem) { p.Visits[0].Place = -1 },
		"negative length":       func(p *Problem) { p.Visits[0].Length = -1 },
		"window backwards":      func(p *Problem) { p.Visits[0].Windows = []Window{{Open: 9, Close: 3}} },
		"locked twice":          func(p *Problem) { p.Shifts[0].Head = []int{1, 1} },
		"locked nowhere":        func(p *Problem) { p.Shifts[0].Head = []int{11} },
		"done out of order":     func(p *Problem) { p.Shifts[0].Done = []Done{{Visit: 0, Arrive: 9, Leave: 3}} },
		"unknown series":        func(p *Problem) { p.Visits[0].Series = 1 },
		"series without rhythm": func(p *Problem) { p.Series = []Series{{}} },
		"link to itself":        func(p *Problem) { p.Links = []Link{{A: 1, B: 1}} },
		"negative weight":       func(p *Problem) { p.Weights.Drive = -1 },
		"negative capacity":     func(p *Problem) { p.Shifts[0].Capacity = []int32{-1} },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := corners()
			spoil(&p)
			var wrong *ProblemError
			_, err := Plan(context.Background(), p, Options{Iterations: 10})
			require.ErrorAs(t, err, &wrong)
			_, err = Check(p, [][]int{{}})
			require.ErrorAs(t, err, &wrong)
		})
	}
	_, err := Check(corners(), nil)
	require.Error(t, err, "orders for no shift")
	_, err = Insert(corners(), [][]int{{0}}, 0, 1)
	require.Error(t, err, "planned already")
}

func TestAnEmptyListOfVisitsIsAnEmptyPlan(t *testing.T) {
	t.Parallel()
	p := corners()
	p.Visits = nil
	s := planned(t, p, Options{})
	require.Empty(t, s.Routes[0].Entries)
	require.Zero(t, s.Cost)
}

func TestGainComparesWithTheOrderGiven(t *testing.T) {
	t.Parallel()
	s := planned(t, corners(), Options{Given: [][]int{{0, 2, 1, 3}}})
	require.Equal(t, 20*Minute, s.Gain.Drive)
	require.Equal(t, Metres(20_000), s.Gain.Metres)
	require.Zero(t, s.Gain.Broken)
}

func TestLargePlansKeepEveryRule(t *testing.T) {
	t.Parallel()
	inOneGoroutine(t)
	for seed := range int64(6) {
		on := everyRule
		on.soft = seed%2 == 0
		p := randomProblem(rand.New(rand.NewSource(seed)), 150, 12, on)
		s, err := Plan(context.Background(), p, Options{Seed: seed, Iterations: 400})
		require.NoError(t, err, "seed %d", seed)
		require.Positive(t, s.Totals.Visits)
	}
}

func TestAVisitLeftOutByHandStaysOutThoughManyAreLeftOut(t *testing.T) {
	t.Parallel()
	p := plainProblem(rand.New(rand.NewSource(1)), 60, 4)
	for i := range p.Visits {
		v := &p.Visits[i]
		v.Windows = nil
		switch i % 3 {
		case 1: // it would cost nothing
			v.Place, v.Length, v.Load, v.Skip = p.Visits[i-1].Place, 0, nil, true
		case 2:
			v.Skills = []int{9}
		}
	}
	s := planned(t, p, Options{})
	require.Len(t, s.Unplanned, 20)
	for _, order := range s.Orders() {
		for _, v := range order {
			require.False(t, p.Visits[v].Skip, "visit %d", v)
		}
	}
}
