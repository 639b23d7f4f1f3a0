package planner

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestAVisitIsTheStopThatItIsLockedAs(t *testing.T) {
	t.Parallel()
	p := corners()
	p.Visits[0].Position = 3
	s := planned(t, p, Options{})
	// By hand: 15 + 10 + 10 + 10 + 5 minutes; the five other orders take an hour and more.
	require.Equal(t, [][]int{{2, 1, 0, 3}}, s.Orders())
	require.Equal(t, 50*Minute, s.Totals.Drive)
	r, err := Check(p, [][]int{{0, 1, 2, 3}})
	require.NoError(t, err)
	require.Equal(t, []Violation{{RulePosition, 0, 0, 2}}, r.Violations)
}

func TestAVisitIsTheLastStopWhenItIsLockedAsThat(t *testing.T) {
	t.Parallel()
	p := corners()
	p.Visits[2].Position = -1
	s := planned(t, p, Options{})
	require.Empty(t, s.Unplanned)
	require.Equal(t, 2, s.Orders()[0][3])
	r, err := Check(p, [][]int{{0, 2, 1, 3}})
	require.NoError(t, err)
	require.Equal(t, []Violation{{RulePosition, 0, 2, 2}}, r.Violations)
	places, err := Insert(p, [][]int{{0, 1, 2}}, 3, 0)
	require.NoError(t, err)
	require.Len(t, places, 1)
	require.Less(t, places[0].Position, 3, "nothing comes behind the last stop")
	p.Visits[0].Position = -1
	s = planned(t, p, Options{})
	require.Len(t, s.Unplanned, 1, "one day has one last stop")
	require.Equal(t, OutOfPlace, s.Unplanned[0].Reason)
}

func TestAnOrderThatMovesALockedStopIsMendedOrTheStopLeftOut(t *testing.T) {
	t.Parallel()
	p := corners()
	p.Visits[0].Position, p.Visits[1].Position = 2, 4
	s := planned(t, p, Options{Given: [][]int{{0, 1, 2, 3}}})
	require.Empty(t, s.Unplanned)
	require.Equal(t, 0, s.Orders()[0][1])
	require.Equal(t, 1, s.Orders()[0][3])
	require.Equal(t, 2, s.Gain.Broken)
	p.Visits[1].Position = 9
	s = planned(t, p, Options{})
	require.Len(t, s.Unplanned, 1)
	require.Equal(t, 1, s.Unplanned[0].Visit)
	require.Equal(t, OutOfPlace, s.Unplanned[0].Reason)
}

func TestStopsMadeCountForALockedPosition(t *testing.T) {
	t.Parallel()
	p := corners()
	p.Visits[2].Position = 3
	p.Shifts[0].Done = []Done{{Visit: 0, Arrive: 8*Hour + 5*Minute, Leave: 8*Hour + 35*Minute}}
	s := planned(t, p, Options{})
	require.Empty(t, s.Unplanned)
	require.Empty(t, s.Forced)
	require.Equal(t, 2, s.Orders()[0][2])
}

func TestInsertMovesNoLockedStop(t *testing.T) {
	t.Parallel()
	p := corners()
	p.Visits[1].Position = 2
	places, err := Insert(p, [][]int{{0, 1, 3}}, 2, 0)
	require.NoError(t, err)
	require.Len(t, places, 1)
	require.Equal(t, 2, places[0].Position)
	places, err = Insert(p, [][]int{{0, 2, 3}}, 1, 0)
	require.NoError(t, err)
	require.Len(t, places, 1)
	require.Equal(t, 1, places[0].Position)
	p.Visits[0].Position, p.Visits[2].Position, p.Visits[3].Position = 1, 2, 3
	places, err = Insert(p, [][]int{{0, 2, 3}}, 1, 0)
	require.NoError(t, err)
	require.Empty(t, places, "the second stop is another one's")
}
