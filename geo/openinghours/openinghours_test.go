package openinghours_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/waymark-crm/waymark/geo/openinghours"
)

// The week of Monday, 23 November 2026.
var monday = openinghours.Date{Year: 2026, Month: time.November, Day: 23}

func write(spans []openinghours.Span) string {
	var parts []string
	for _, s := range spans {
		parts = append(parts, fmt.Sprintf("%02d:%02d-%02d:%02d", s.Open/60, s.Open%60, s.Close/60, s.Close%60))
	}
	return strings.Join(parts, " ")
}

func week(t *testing.T, text string) string {
	t.Helper()
	hours, err := openinghours.Parse(text)
	require.NoError(t, err)
	var days []string
	for i, spans := range hours.Week(monday) {
		if len(spans) > 0 {
			days = append(days, monday.AddDays(i).Weekday().String()[:2]+" "+write(spans))
		}
	}
	return strings.Join(days, "; ")
}

func TestAWeekIsOpenAsWritten(t *testing.T) {
	t.Parallel()
	every := func(hours string) string {
		return "Mo " + hours + "; Tu " + hours + "; We " + hours + "; Th " + hours + "; Fr " + hours + "; Sa " + hours + "; Su " + hours
	}
	for text, want := range map[string]string{
		"24/7":                                            every("00:00-24:00"),
		"08:00-17:00":                                     every("08:00-17:00"),
		"Mo 08:00-12:00,13:00-17:30":                      "Mo 08:00-12:00 13:00-17:30",
		"Mo,We 08:00-12:00":                               "Mo 08:00-12:00; We 08:00-12:00",
		"Sa-Mo 10:00-11:00":                               "Mo 10:00-11:00; Sa 10:00-11:00; Su 10:00-11:00",
		"Mo-We 08:00-17:00; Tu off":                       "Mo 08:00-17:00; We 08:00-17:00",
		"Mo-Tu 08:00-17:00; Tu 09:00-10:00":               "Mo 08:00-17:00; Tu 09:00-10:00",
		"Mo-Tu 08:00-12:00, Tu 14:00-15:00":               "Mo 08:00-12:00; Tu 08:00-12:00 14:00-15:00",
		"Mo 08:00-12:00 || We 10:00-11:00":                "Mo 08:00-12:00; We 10:00-11:00",
		"Fr 22:00-02:00":                                  "Fr 22:00-24:00; Sa 00:00-02:00",
		"Fr 20:00-26:00":                                  "Fr 20:00-24:00; Sa 00:00-02:00",
		"Tu 18:00+":                                       "Tu 18:00-24:00",
		"Mo 08:00-12:00,11:00-13:00":                      "Mo 08:00-13:00",
		"We[4] 08:00-09:00; Th[-1] 10:00-11:00":           "We 08:00-09:00; Th 10:00-11:00",
		"Mo[1] 08:00-09:00":                               "",
		"Nov: Mo 08:00-09:00":                             "Mo 08:00-09:00",
		"Apr-Oct Mo 08:00-09:00":                          "",
		"Oct-Mar Mo 08:00-09:00":                          "Mo 08:00-09:00",
		"Mo-Fr 09:00-10:00; Nov 26 off":                   "Mo 09:00-10:00; Tu 09:00-10:00; We 09:00-10:00; Fr 09:00-10:00",
		"Nov 24-25 09:00-10:00":                           "Tu 09:00-10:00; We 09:00-10:00",
		"2026 Nov 24-2026 Nov 25 09:00-10:00":             "Tu 09:00-10:00; We 09:00-10:00",
		"2025 Mo 09:00-10:00":                             "",
		"2020+ Mo 09:00-10:00":                            "Mo 09:00-10:00",
		"week 48 Mo 09:00-10:00":                          "Mo 09:00-10:00",
		"week 02-52/2 Mo 09:00-10:00; week 1-53/2 Mo off": "Mo 09:00-10:00",
		"Mo 09:00-10:00; PH off":                          "Mo 09:00-10:00",
		"PH,Mo 09:00-10:00":                               "Mo 09:00-10:00",
		"Mo,PH 09:00-10:00":                               "Mo 09:00-10:00",
		`Mo 09:00-10:00 "by appointment"`:                 "Mo 09:00-10:00",
		"mon-tue: 9-17":                                   "Mo 09:00-17:00; Tu 09:00-17:00",
		"Mo 9:00 am - 5:30 pm":                            "Mo 09:00-17:30",
		"Mo 09:00–10:00;":                                 "Mo 09:00-10:00",
		"Tu":                                              "Tu 00:00-24:00",
		"off":                                             "",
	} {
		t.Run(text, func(t *testing.T) {
			t.Parallel()
			require.Equal(t, want, week(t, text))
		})
	}
}

func TestWhatIsNotUnderstoodIsRefused(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]error{
		"":                         openinghours.ErrSyntax,
		" ; ":                      openinghours.ErrSyntax,
		"call us":                  openinghours.ErrSyntax,
		"Mo-":                      openinghours.ErrSyntax,
		"Mo 08:00":                 openinghours.ErrSyntax,
		"Mo 08:00-":                openinghours.ErrSyntax,
		"Mo 08:70-09:00":           openinghours.ErrSyntax,
		"Mo 99:00-100:00":          openinghours.ErrSyntax,
		"Mo[6] 08:00-09:00":        openinghours.ErrSyntax,
		"sunrise-sunset":           openinghours.ErrUnsupported,
		"Mo 08:00-(sunset+01:00)":  openinghours.ErrUnsupported,
		"easter off":               openinghours.ErrUnsupported,
		strings.Repeat("Mo;", 1e4): openinghours.ErrSyntax,
	} {
		_, err := openinghours.Parse(text)
		require.Truef(t, errors.Is(err, want), "%.40q: %v", text, err)
	}
}

func FuzzSpansAreInOrderAndWithinTheDay(f *testing.F) {
	for _, text := range []string{"24/7", "Mo-Fr 08:00-12:00,13:00-26:00; PH off", "Apr 1-Oct 31 We[1,-1] 9-17 || off", "week 1-53/2 Su 10:00+", "2026 Dec 24-26 \"x"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		hours, err := openinghours.Parse(text)
		if err != nil {
			return
		}
		for _, spans := range hours.Week(monday) {
			last := openinghours.Minutes(-1)
			for _, s := range spans {
				if s.Open <= last || s.Close <= s.Open || s.Close > openinghours.MinutesPerDay {
					t.Fatalf("%q: %v", text, spans)
				}
				last = s.Close
			}
		}
	})
}
