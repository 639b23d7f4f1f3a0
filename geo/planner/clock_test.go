package planner

import (
	"math/rand"
	"testing"

	"github.com/stretchr/testify/require"
)

// rush is corners with travel that takes twice as long from eight to nine.
func rush() Problem {
	p := corners()
	t := &p.Tables[0]
	double := make([]int32, len(t.Seconds))
	for i, s := range t.Seconds {
		double[i] = 2 * s
	}
	t.Periods = []Period{{From: 8 * Hour, Seconds: double}, {From: 9 * Hour, Seconds: t.Seconds}}
	return p
}

func TestADriveGoesOnFasterWhenTheRushIsOver(t *testing.T) {
	t.Parallel()
	p := rush()
	c := newClock(&p.Tables[0], 0)
	// From place 0 to 2 takes 15 minutes, 30 in the rush: the first five
	// minutes are a sixth of the way, five sixths take 12:30.
	require.Equal(t, int32(9*Hour+12*Minute+30*Second), c.arrive(0, 2, int32(8*Hour+55*Minute)))
	require.Equal(t, int32(8*Hour+40*Minute), c.arrive(0, 2, int32(8*Hour+10*Minute)))
	require.Equal(t, int32(7*Hour+15*Minute), c.arrive(0, 2, int32(7*Hour)))
	require.Equal(t, int32(8*Hour+10*Minute), c.arrive(0, 2, int32(7*Hour+50*Minute)), "ten minutes are two thirds")
	k := checker{p: &p}
	at, _ := k.travel(&p.Shifts[0], 2, 8*Hour+55*Minute, MaxTime, 0)
	require.Equal(t, 9*Hour+12*Minute+30*Second, at)
}

func TestWhoLeavesLaterNeverArrivesEarlier(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewSource(1))
	for range 4 {
		p := randomProblem(r, 3, 1, rules{breaks: true, clock: true, limits: true})
		s := &p.Shifts[0]
		s.Table = 0 // that with travel by the clock
		c := newClock(&p.Tables[0], s.SpeedPercent)
		k := checker{p: &p}
		leg := 1*c.places + 2
		arrived, ready := int32(0), int32(0)
		for at := int32(0); at < 2*int32(Day); at += 47 {
			now := c.arrive(1, 2, at)
			require.GreaterOrEqual(t, now, arrived)
			checked, _ := k.travel(s, leg, Seconds(at), MaxTime, 0)
			require.Equal(t, Seconds(now), checked)
			arrived = now
			with, _ := c.over(inOrder(s.Breaks)[:1], 1, 2, at)
			require.GreaterOrEqual(t, with, ready)
			ready = with
			if with < never {
				back := c.before(inOrder(s.Breaks)[:1], 1, 2, with)
				require.GreaterOrEqual(t, back, at)
				over, _ := c.over(inOrder(s.Breaks)[:1], 1, 2, back)
				require.LessOrEqual(t, over, with)
				if back < with {
					over, _ = c.over(inOrder(s.Breaks)[:1], 1, 2, back+1)
					require.Greater(t, over, with, "a second later is too late")
				}
			}
		}
	}
}

func TestADayLeavesAfterTheRush(t *testing.T) {
	t.Parallel()
	s := planned(t, rush(), Options{})
	require.Equal(t, 9*Hour, s.Routes[0].Entries[0].End)
	require.Equal(t, 40*Minute, s.Totals.Drive)
	p := rush()
	p.Visits = p.Visits[:2]
	p.Visits[0].Windows = []Window{{Open: 8*Hour + 30*Minute, Close: 8*Hour + 40*Minute}}
	s = planned(t, p, Options{})
	require.Empty(t, s.Unplanned)
	entries := s.Routes[0].Entries
	// The visit of place 1 from 8:30 asks for the rush: ten minutes instead of
	// five; the rest, 10 and 15 minutes, comes after nine.
	require.Equal(t, 35*Minute, s.Totals.Drive)
	require.Equal(t, 8*Hour+30*Minute, entries[1].Arrive-entries[1].Drive+10*Minute)
	require.Equal(t, 10*Minute, entries[1].Slack)
}

func TestLimitsOfDrivingCountTheRush(t *testing.T) {
	t.Parallel()
	p := rush()
	p.Shifts[0].Hours.Close = 8*Hour + 55*Minute
	p.Visits = p.Visits[:1]
	s := planned(t, p, Options{})
	require.Equal(t, 20*Minute, s.Totals.Drive)
	p.Shifts[0].MaxDrive = 19 * Minute
	s = planned(t, p, Options{})
	require.Len(t, s.Unplanned, 1)
	r, err := Check(p, [][]int{{0}})
	require.NoError(t, err)
	require.Equal(t, []Violation{{RuleDrive, 0, -1, 60}}, r.Violations)
}
