package visits

import (
	"time"

	"github.com/waymark-crm/waymark/geo/openinghours"
	"github.com/waymark-crm/waymark/geo/planner"
)

// horizon turns the wall clock of several days into the planner's seconds and
// back. Nine o'clock on the third day is 2*Day + 9*Hour also when the clocks
// change in between; only a drive in the very night of a change is an hour off.
type horizon struct {
	first time.Time // midnight of the first day
	days  int
}

// newHorizon reads two days, which the caller has checked.
func newHorizon(from, to string, zone *time.Location) (horizon, error) {
	a, err := time.Parse(time.DateOnly, from)
	if err != nil {
		return horizon{}, err
	}
	b, err := time.Parse(time.DateOnly, to)
	if err != nil {
		return horizon{}, err
	}
	y, m, d := a.Date()
	return horizon{time.Date(y, m, d, 0, 0, 0, 0, zone), int(b.Sub(a)/(24*time.Hour)) + 1}, nil
}

// date is the calendar day of a number of the horizon.
func (h horizon) date(day int) string { return h.first.AddDate(0, 0, day).Format(time.DateOnly) }

// number is the day of a date; ok is false outside of the horizon.
func (h horizon) number(date string) (day int, ok bool) {
	day, ok = h.offset(date)
	return day, ok && day >= 0 && day < h.days
}

// offset counts the days from the first one, also outside of the horizon.
func (h horizon) offset(date string) (days int, ok bool) {
	t, err := time.Parse(time.DateOnly, date)
	if err != nil {
		return 0, false
	}
	y, m, d := h.first.Date()
	return int(t.Sub(time.Date(y, m, d, 0, 0, 0, 0, time.UTC)) / (24 * time.Hour)), true
}

// weekday of a day, 1 for Monday to 7 for Sunday.
func (h horizon) weekday(day int) int {
	return (int(h.first.AddDate(0, 0, day).Weekday())+6)%7 + 1
}

// at is the planner's time of minutes after midnight of a day.
func (h horizon) at(day, minutes int) planner.Seconds {
	return planner.Seconds(day)*planner.Day + planner.Seconds(minutes)*planner.Minute
}

// time is the moment of a planner's time.
func (h horizon) time(s planner.Seconds) time.Time {
	y, m, d := h.first.Date()
	return time.Date(y, m, d+int(s/planner.Day), 0, 0, int(s%planner.Day), 0, h.first.Location())
}

// seconds is the planner's time of a moment.
func (h horizon) seconds(t time.Time) planner.Seconds {
	t = t.In(h.first.Location())
	y, m, d := t.Date()
	fy, fm, fd := h.first.Date()
	days := time.Date(y, m, d, 0, 0, 0, 0, time.UTC).Sub(time.Date(fy, fm, fd, 0, 0, 0, 0, time.UTC)) / (24 * time.Hour)
	hour, minute, second := t.Clock()
	return planner.Seconds(days)*planner.Day + planner.Seconds(hour*3600+minute*60+second)
}

// windows are the spans in which a place is open, day by day. known is false
// when the hours are empty or not understood: then nothing is known against a
// visit.
func (h horizon) windows(hours string) (byDay [][]planner.Window, known bool) {
	if hours == "" {
		return nil, false
	}
	parsed, err := openinghours.Parse(hours)
	if err != nil {
		return nil, false
	}
	byDay = make([][]planner.Window, h.days)
	for day := range byDay {
		for _, s := range parsed.On(openinghours.DateOf(h.first.AddDate(0, 0, day))) {
			byDay[day] = append(byDay[day], planner.Window{Open: h.at(day, int(s.Open)), Close: h.at(day, int(s.Close))})
		}
	}
	return byDay, true
}
