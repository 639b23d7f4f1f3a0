package visits

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/waymark-crm/waymark/geo/planner"
)

func TestNineOClockIsNineOClockOnEveryDayOfAPeriod(t *testing.T) {
	t.Parallel()
	zone, err := time.LoadLocation("America/New_York")
	require.NoError(t, err)
	// Clocks go forward on 8 March 2026 and back on 1 November.
	for _, from := range []string{"2026-03-06", "2026-10-30", "2026-11-23"} {
		first, err := time.Parse(time.DateOnly, from)
		require.NoError(t, err)
		h, err := newHorizon(from, first.AddDate(0, 0, 6).Format(time.DateOnly), zone)
		require.NoError(t, err)
		require.Equal(t, 7, h.days)
		for day := range h.days {
			at := h.at(day, 9*60)
			require.Equal(t, planner.Seconds(day)*planner.Day+9*planner.Hour, at)
			require.Equal(t, h.date(day)+" 09:00", h.time(at).Format("2006-01-02 15:04"))
			require.Equal(t, at, h.seconds(h.time(at).UTC()), "and back from any zone")
			number, ok := h.number(h.date(day))
			require.True(t, ok)
			require.Equal(t, day, number)
		}
		_, ok := h.number(first.AddDate(0, 0, 7).Format(time.DateOnly))
		require.False(t, ok)
		before, ok := h.offset(first.AddDate(0, 0, -10).Format(time.DateOnly))
		require.True(t, ok)
		require.Equal(t, -10, before)
	}
}

func TestWindowsOfAPeriodLieOnTheirDates(t *testing.T) {
	t.Parallel()
	h, err := newHorizon("2026-11-23", "2026-11-27", time.UTC) // Monday to Friday
	require.NoError(t, err)
	require.Equal(t, []int{1, 5}, []int{h.weekday(0), h.weekday(4)})
	windows, known := h.windows("Mo,We 08:00-12:00; Nov 25 off; Th 13:00-17:00")
	require.True(t, known)
	require.Equal(t, [][]planner.Window{
		{{Open: 8 * planner.Hour, Close: 12 * planner.Hour}}, nil, nil,
		{{Open: 3*planner.Day + 13*planner.Hour, Close: 3*planner.Day + 17*planner.Hour}}, nil}, windows)
	_, known = h.windows("ring the bell")
	require.False(t, known, "nothing is known against a visit")
}

func TestTheVisitsThatFallDueAreCounted(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		due      string
		interval int
		times    int
	}{
		{"2026-11-23", 30, 1},
		{"2026-11-23", 7, 4}, // 23rd, 30th, 7th, 14th
		{"2026-12-18", 7, 1},
		{"2026-10-01", 7, 4}, // overdue: once at the beginning, then every week
		{"2026-11-29", 10, 2},
		{"", 7, 1}, // never visited
	} {
		due := &c.due
		if c.due == "" {
			due = nil
		}
		times, err := timesDue(due, c.interval, "2026-11-23", "2026-12-18")
		require.NoError(t, err)
		require.Equal(t, c.times, times, "%+v", c)
	}
}

func TestADetourIsRatedAgainstAQuarterOfAnHourAndTheBest(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		detour, best planner.Seconds
		want         string
	}{
		{0, 0, "green"}, {15 * planner.Minute, 0, "green"}, {16 * planner.Minute, 0, "yellow"}, {30 * planner.Minute, 0, "yellow"},
		{31 * planner.Minute, 0, "red"}, {60 * planner.Minute, 48 * planner.Minute, "green"}, {61 * planner.Minute, 48 * planner.Minute, "red"},
	} {
		require.Equal(t, c.want, rate(c.detour, c.best), "%+v", c)
	}
}
