package planner

import (
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
)

// team is corners with two reps on one day.
func team() Problem {
	p := corners()
	p.Shifts = append(p.Shifts, p.Shifts[0])
	p.Shifts[1].Rep = 1
	return p
}

// begins are the beginnings by visit, and the shifts they are in.
func begins(s *Solution) (map[int]Seconds, map[int]int) {
	times, shifts := map[int]Seconds{}, map[int]int{}
	for _, r := range s.Routes {
		for _, e := range r.Entries {
			if e.Kind == Stop {
				times[e.Visit], shifts[e.Visit] = e.Begin, r.Shift
			}
		}
	}
	return times, shifts
}

func TestTwoRepsBeginAVisitForTwoTogether(t *testing.T) {
	t.Parallel()
	p := team()
	p.Visits = append(p.Visits, Visit{Place: 2, Length: 30 * Minute, Mandatory: true}) // the second rep at place 2
	p.Links = []Link{{A: 1, B: 4, Time: &Span{}, Both: true}}
	s := planned(t, p, Options{})
	require.Empty(t, s.Unplanned)
	times, shifts := begins(s)
	require.Equal(t, times[1], times[4])
	require.NotEqual(t, shifts[1], shifts[4])
	// One of them waits when the order asks for it, and the checker agrees.
	r, err := Check(p, [][]int{{0, 1}, {2, 3, 4}})
	require.NoError(t, err)
	require.Empty(t, r.Violations)
	first := r.Routes[0].Entries
	at := slices.IndexFunc(first, func(e Entry) bool { return e.Visit == 1 })
	// The other rep: 15 minutes to place 3, 30 there, 10 to place 4, 30 there, 20 to place 2.
	require.Equal(t, 8*Hour+105*Minute, first[at].Begin)
	require.Zero(t, first[at].Slack-first[at].Wait, "it cannot move without the other")
}

func TestAVisitForTwoIsLeftOutWhenOneRepCannotCome(t *testing.T) {
	t.Parallel()
	p := team()
	p.Visits = append(p.Visits, Visit{Place: 2, Length: 30 * Minute, Mandatory: true, Skills: []int{9}})
	p.Links = []Link{{A: 1, B: 4, Time: &Span{}, Both: true}}
	s := planned(t, p, Options{})
	require.Len(t, s.Unplanned, 2)
	require.Equal(t, Partner, s.Unplanned[0].Reason)
	require.Equal(t, NoSkill, s.Unplanned[1].Reason)
	r, err := Check(p, [][]int{{0, 1, 2, 3}, {}})
	require.NoError(t, err)
	require.Contains(t, r.Violations, Violation{RuleTogether, 0, 1, 1})
}

func TestVisitsStayApartInTime(t *testing.T) {
	t.Parallel()
	p := corners()
	p.Links = []Link{{A: 0, B: 1, Time: &Span{Min: 4 * Hour, Max: -1}}}
	s := planned(t, p, Options{})
	require.Empty(t, s.Unplanned)
	times, _ := begins(s)
	require.GreaterOrEqual(t, max(times[0]-times[1], times[1]-times[0]), 4*Hour)
	r, err := Check(p, [][]int{{0, 1, 2, 3}})
	require.NoError(t, err)
	require.Empty(t, r.Violations, "the rep waits")
	p.Shifts[0].Hours.Close = 11 * Hour
	r, err = Check(p, [][]int{{0, 1, 2, 3}})
	require.NoError(t, err)
	require.NotEmpty(t, r.Violations)
	s = planned(t, p, Options{})
	require.Len(t, s.Unplanned, 1)
	require.Equal(t, GapRule, s.Unplanned[0].Reason)
}

func TestOneVisitComesAfterAnother(t *testing.T) {
	t.Parallel()
	p := team()
	p.Links = []Link{{A: 3, B: 0, InOrder: true, Time: &Span{Min: p.Visits[3].Length, Max: 2 * Hour}}}
	p.Visits[0].Reps, p.Visits[3].Reps = []int{0}, []int{1}
	s := planned(t, p, Options{})
	require.Empty(t, s.Unplanned)
	times, _ := begins(s)
	require.GreaterOrEqual(t, times[0], times[3]+30*Minute)
	require.LessOrEqual(t, times[0], times[3]+2*Hour)
	// By hand: visit 0 could begin at 8:05, and waits for visit 3 to be over at 8:35.
	r, err := Check(p, [][]int{{0}, {3}})
	require.NoError(t, err)
	require.Equal(t, 8*Hour+35*Minute, r.Routes[0].Entries[1].Begin)
	require.Equal(t, Seconds(0), r.Routes[0].Entries[1].Wait, "the day begins later instead")
	// Two hours and no more.
	p.Visits[0].Windows = []Window{{Open: 14 * Hour, Close: 15 * Hour}}
	r, err = Check(p, [][]int{{0}, {3}})
	require.NoError(t, err)
	require.Equal(t, 12*Hour, r.Routes[1].Entries[1].Begin)
}

func TestInsertKeepsTiedVisitsTogether(t *testing.T) {
	t.Parallel()
	p := team()
	p.Visits = append(p.Visits, Visit{Place: 1, Length: 10 * Minute})
	p.Links = []Link{{A: 2, B: 4, Time: &Span{}}}
	places, err := Insert(p, [][]int{{0, 1, 2}, {3}}, 4, 0)
	require.NoError(t, err)
	require.Len(t, places, 1, "who is at visit 2 cannot be elsewhere at the same time")
	require.Equal(t, 1, places[0].Shift)
	orders := [][]int{{0, 1, 2}, {3}}
	orders[1] = slices.Insert(orders[1], places[0].Position, 4)
	r, err := Check(p, orders)
	require.NoError(t, err)
	for _, e := range append(r.Routes[0].Entries, r.Routes[1].Entries...) {
		if e.Visit == 2 || e.Visit == 4 {
			require.Equal(t, places[0].Begin, e.Begin)
		}
	}
}
