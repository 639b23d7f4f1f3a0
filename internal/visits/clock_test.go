package visits

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/waymark-crm/waymark/geo/planner"
)

func TestTheWallClockIsRightOnTheDaysWhenClocksChange(t *testing.T) {
	t.Parallel()
	zone, err := time.LoadLocation("America/New_York")
	require.NoError(t, err)
	for day, seconds := range map[string]planner.Seconds{
		"2026-11-23": 9 * planner.Hour,
		"2026-03-08": 8 * planner.Hour, // an hour is skipped in the night
		"2026-11-01": 10 * planner.Hour,
	} {
		date, err := time.Parse(time.DateOnly, day)
		require.NoError(t, err)
		c := newClock(date, zone)
		require.Equal(t, seconds, c.at(9*60), day)
		require.Equal(t, "09:00", c.time(seconds).Format("15:04"), day)
	}
}

func TestWindowsFollowOpeningHours(t *testing.T) {
	t.Parallel()
	c := newClock(time.Date(2026, 11, 23, 0, 0, 0, 0, time.UTC), time.UTC) // a Monday
	windows, known := c.windows("Mo 08:00-12:00,13:00-17:00")
	require.True(t, known)
	require.Equal(t, []planner.Window{
		{Open: 8 * planner.Hour, Close: 12 * planner.Hour}, {Open: 13 * planner.Hour, Close: 17 * planner.Hour}}, windows)
	windows, known = c.windows("Tu 08:00-12:00")
	require.True(t, known)
	require.Empty(t, windows, "closed on Mondays")
	for _, text := range []string{"", "ring the bell"} {
		_, known = c.windows(text)
		require.False(t, known, "nothing is known against a visit")
	}
}
