package planner

import (
	"context"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestLunchMayHaveSeveralWindows(t *testing.T) {
	t.Parallel()
	p := corners()
	p.Shifts[0].Breaks = []Break{{Length: 30 * Minute, Windows: []Window{{Open: 11 * Hour, Close: 11*Hour + 15*Minute}, {Open: 8 * Hour, Close: 8 * Hour}}}}
	r, err := Check(p, [][]int{{0, 1, 2, 3}})
	require.NoError(t, err)
	require.Empty(t, r.Violations)
	require.Equal(t, Pause, r.Routes[0].Entries[1].Kind)
	require.Equal(t, 8*Hour, r.Routes[0].Entries[1].Begin, "the day is over before the other window")
	p.Visits[0].Windows = []Window{{Open: 8*Hour + 5*Minute, Close: 8*Hour + 10*Minute}}
	r, err = Check(p, [][]int{{0, 1, 2, 3}})
	require.NoError(t, err)
	require.Empty(t, r.Violations)
	entries := r.Routes[0].Entries
	require.Equal(t, 11*Hour, entries[5].Begin, "after the last visit, on the way home")
	require.Equal(t, Pause, entries[5].Kind)
	s := planned(t, p, Options{})
	require.Empty(t, s.Unplanned)
}

func TestAVisitMayHaveAFixedTime(t *testing.T) {
	t.Parallel()
	p := corners()
	p.Visits[2].NotBefore, p.Visits[2].NotAfter = 13*Hour+7*Minute, 13*Hour+7*Minute
	p.Visits[2].Windows = []Window{{Open: 9 * Hour, Close: 17 * Hour}}
	s := planned(t, p, Options{})
	require.Empty(t, s.Unplanned)
	times, _ := begins(s)
	require.Equal(t, 13*Hour+7*Minute, times[2])
	p.Visits[2].NotAfter, p.Visits[2].NotBefore = 8*Hour+30*Minute, 0
	s = planned(t, p, Options{})
	require.Len(t, s.Unplanned, 1)
	require.Equal(t, NoWindow, s.Unplanned[0].Reason)
	r, err := Check(p, [][]int{{2}})
	require.NoError(t, err)
	require.Equal(t, RuleWindow, r.Violations[0].Rule, "no window lets it begin by then")
	require.Equal(t, 2, r.Violations[0].Visit)
}

func TestWhoCameLastTimeComesAgain(t *testing.T) {
	t.Parallel()
	p := team()
	p.Visits = p.Visits[:1]
	for _, rep := range []int{0, 1} {
		p.Visits[0].LastRep = rep + 1
		s := planned(t, p, Options{})
		_, shifts := begins(s)
		require.Equal(t, rep, shifts[0])
		other, err := Check(p, [][][]int{{{}, {0}}, {{0}, {}}}[rep])
		require.NoError(t, err)
		require.Equal(t, Balanced.OtherRep, other.Cost-s.Cost)
	}
	p.Visits[0].LastRep, p.Visits[0].Preferred = 1, []int{1}
	_, shifts := begins(planned(t, p, Options{}))
	require.Equal(t, 1, shifts[0], "a preference weighs more")
	p.Visits[0].Forbidden = []int{1}
	_, shifts = begins(planned(t, p, Options{}))
	require.Equal(t, 0, shifts[0])
}

func TestANightAway(t *testing.T) {
	t.Parallel()
	p := corners()
	p.Shifts[0].End = 3 // the hotel
	p.Shifts = append(p.Shifts, p.Shifts[0])
	p.Shifts[1].Day, p.Shifts[1].Start, p.Shifts[1].End = 1, 3, 0
	p.Shifts[1].Hours = Window{Open: Day + 8*Hour, Close: Day + 17*Hour}
	p.Shifts[0].MaxVisits, p.Shifts[1].MaxVisits = 2, 2
	s := planned(t, p, Options{})
	require.Empty(t, s.Unplanned)
	require.Equal(t, 40*Minute, s.Totals.Drive, "once around, asleep on the far corner")
	require.Equal(t, 3, s.Routes[0].Entries[len(s.Routes[0].Entries)-1].Place)
	require.Equal(t, 3, s.Routes[1].Entries[0].Place)
}

func TestSetUpIsSpentOnlyWhenTheStopBeforeWasElsewhere(t *testing.T) {
	t.Parallel()
	p := corners()
	p.Visits = []Visit{{Place: 2, SetUp: 7 * Minute, Mandatory: true}, {Place: 2, SetUp: 7 * Minute, Mandatory: true}, {Place: 3, SetUp: Minute, Mandatory: true}}
	s := planned(t, p, Options{})
	require.Equal(t, 8*Minute, s.Totals.Service)
	r, err := Check(p, [][]int{{0, 2, 1}})
	require.NoError(t, err)
	require.Equal(t, 15*Minute, r.Totals.Service)
}

func TestLatenessHasItsPrice(t *testing.T) {
	t.Parallel()
	p := corners()
	p.Visits = p.Visits[:1]
	p.Shifts[0].Start = Anywhere
	p.Shifts[0].Hours.Open = 9*Hour + 10*Minute
	p.Visits[0].Windows = []Window{{Open: 8 * Hour, Close: 9 * Hour, Grace: 15 * Minute}}
	s := planned(t, p, Options{})
	require.Equal(t, 10*Minute, s.Totals.Late)
	require.Equal(t, Cost(600)*Balanced.Late+Cost(5*60)*Balanced.Drive+5*Balanced.Distance, s.Cost)
	p.Visits[0].Windows[0].Grace = 9 * Minute
	s = planned(t, p, Options{})
	require.Equal(t, NoWindow, s.Unplanned[0].Reason)
	// Waiting for the next window costs less than being late in this one.
	p.Visits[0].Windows = []Window{{Open: 8 * Hour, Close: 9 * Hour, Grace: 15 * Minute}, {Open: 11 * Hour, Close: 12 * Hour}}
	s = planned(t, p, Options{})
	require.Zero(t, s.Totals.Late)
}

func TestBalancedSharesTheWorkByHoursOnDuty(t *testing.T) {
	t.Parallel()
	plan := func(w Weights, half bool) []Seconds {
		p := team()
		p.Weights = w
		p.Visits = nil
		for i := range 8 {
			p.Visits = append(p.Visits, Visit{Place: 1 + i%4, Length: Hour, Mandatory: true})
		}
		for i := range p.Shifts {
			p.Shifts[i].Hours.Close = 20 * Hour
		}
		if half {
			p.Shifts[1].Hours.Close = 12*Hour + 40*Minute // 280 of 720 minutes
		}
		s := planned(t, p, Options{})
		require.Empty(t, s.Unplanned)
		return []Seconds{s.Routes[0].Service, s.Routes[1].Service}
	}
	alone := plan(LeastDriving, false)
	require.ElementsMatch(t, []Seconds{8 * Hour, 0}, alone, "one drives around once")
	require.Equal(t, []Seconds{4 * Hour, 4 * Hour}, plan(Balanced, false))
	require.Equal(t, []Seconds{6 * Hour, 2 * Hour}, plan(Balanced, true), "who is on duty for less gets less")
}

func TestAPlanStaysNearTheOneBefore(t *testing.T) {
	t.Parallel()
	p := team()
	p.Visits[0].Before, p.Visits[1].Before, p.Visits[2].Before, p.Visits[3].Before = 1, 1, 2, 2
	p.Weights = LeastDriving
	s := planned(t, p, Options{})
	require.Len(t, s.Orders()[0], 4, "going around once is worth moving two")
	p.Weights.Move = 10 * 3600
	s = planned(t, p, Options{})
	require.ElementsMatch(t, []int{0, 1}, s.Orders()[0])
	require.ElementsMatch(t, []int{2, 3}, s.Orders()[1])
}

func TestAPlanThatIsThereIsImproved(t *testing.T) {
	t.Parallel()
	given := [][]int{{0, 2, 1, 3}}
	var told []Progress
	s := planned(t, corners(), Options{Given: given, Iterations: 500, OnProgress: func(x Progress) { told = append(told, x) }})
	require.Equal(t, 40*Minute, s.Totals.Drive)
	require.NotEmpty(t, told)
	last := told[len(told)-1]
	require.InDelta(t, 1, last.Share, 0)
	require.Equal(t, s.Orders(), last.Orders)
	require.Equal(t, s.Cost, last.Cost)
}

// An overbooked team: twice the visits that fit. Month after month is planned,
// and every account keeps being visited, its interval stretched in proportion.
func TestNobodyIsDroppedForGoodWhenTheMonthIsOverbooked(t *testing.T) {
	t.Parallel()
	inOneGoroutine(t)
	const horizon, months = 20, 6
	intervals := []int{4, 4, 4, 4, 10, 10, 10, 10, 10, 10, 20, 20, 20, 20, 20, 20, 20, 20}
	last := make([]int, len(intervals))
	visited := make([][]int, len(intervals))
	demand := 0.0
	for k, i := range intervals {
		last[k] = -1 - k%i
		demand += 1 / float64(i)
	}
	const perDay = 1
	stretch := demand / perDay // two visits are wanted for each that fits
	require.InDelta(t, 2, stretch, 1e-9)
	for month := range months {
		p := corners()
		p.Shifts = nil
		for d := range horizon {
			at := Seconds(d) * Day
			p.Shifts = append(p.Shifts, Shift{Day: d, Hours: Window{Open: at, Close: at + 4*Hour}, MaxVisits: perDay})
		}
		p.Visits = nil
		for k, i := range intervals {
			p.Series = append(p.Series, Series{Interval: i, Last: last[k] - month*horizon})
			for range 1 + horizon/i {
				p.Visits = append(p.Visits, Visit{Place: 1 + k%4, Length: 10 * Minute, Series: k + 1})
			}
		}
		s, err := Plan(context.Background(), p, Options{Seed: 1, Iterations: 3000})
		require.NoError(t, err)
		for d, order := range s.Orders() {
			for _, v := range order {
				k := p.Visits[v].Series - 1
				visited[k] = append(visited[k], month*horizon+d)
				last[k] = max(last[k], month*horizon+d)
			}
		}
	}
	for k, days := range visited {
		require.NotEmpty(t, days, "account %d, every %d days", k, intervals[k])
		before := -1
		for _, d := range append(days, horizon*months) {
			require.LessOrEqual(t, float64(d-before), 2*stretch*float64(intervals[k])+2, "account %d, every %d days, visited on %v", k, intervals[k], days)
			before = d
		}
		mean := float64(days[len(days)-1]-days[0]) / max(1, float64(len(days)-1))
		if len(days) > 2 {
			require.InDelta(t, stretch*float64(intervals[k]), mean, 0.5*stretch*float64(intervals[k]), "account %d, every %d days, visited on %v", k, intervals[k], days)
		}
	}
}

func TestWhatWasDoneMayBreakARuleOfItsSeries(t *testing.T) {
	t.Parallel()
	p := corners()
	p.Series = []Series{{Interval: 2, Last: 0, MinGap: 1}}
	p.Visits[0].Series, p.Visits[0].Mandatory = 1, false
	p.Shifts[0].Done = []Done{{Visit: 0, Arrive: 8*Hour + 10*Minute, Leave: 8*Hour + 40*Minute}}
	s := planned(t, p, Options{})
	require.Equal(t, []Violation{{RuleGap, 0, 0, 1}}, s.Forced)
	require.Empty(t, s.Unplanned)
}
