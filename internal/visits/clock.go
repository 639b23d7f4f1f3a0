package visits

import (
	"time"

	"github.com/waymark-crm/waymark/geo/openinghours"
	"github.com/waymark-crm/waymark/geo/planner"
)

// clock turns the wall clock of one day into the planner's seconds, which count
// from that day's midnight, and back. On the days when clocks change it keeps
// the wall right.
type clock struct{ midnight time.Time }

func newClock(day time.Time, zone *time.Location) clock {
	y, m, d := day.Date()
	return clock{time.Date(y, m, d, 0, 0, 0, 0, zone)}
}

// at returns the planner's time of a wall-clock time, given in minutes.
func (c clock) at(minutes int) planner.Seconds {
	y, m, d := c.midnight.Date()
	wall := time.Date(y, m, d, 0, minutes, 0, 0, c.midnight.Location())
	return planner.Seconds(wall.Sub(c.midnight) / time.Second)
}

// time returns the moment of a planner's time.
func (c clock) time(s planner.Seconds) time.Time {
	return c.midnight.Add(time.Duration(s) * time.Second)
}

// seconds is the planner's time of a moment.
func (c clock) seconds(t time.Time) planner.Seconds {
	return planner.Seconds(t.Sub(c.midnight) / time.Second)
}

// windows are the spans in which the place is open that day. ok is false when
// the hours are empty or not understood: then nothing is known against a visit.
func (c clock) windows(hours string) (windows []planner.Window, ok bool) {
	if hours == "" {
		return nil, false
	}
	parsed, err := openinghours.Parse(hours)
	if err != nil {
		return nil, false
	}
	for _, s := range parsed.On(openinghours.DateOf(c.midnight)) {
		windows = append(windows, planner.Window{Open: c.at(int(s.Open)), Close: c.at(int(s.Close))})
	}
	return windows, true
}

// minutes reads "HH:MM", whose form the API has checked.
func minutes(hhmm string) (int, bool) {
	t, err := time.Parse("15:04", hhmm)
	return t.Hour()*60 + t.Minute(), err == nil
}
