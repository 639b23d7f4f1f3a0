package vroom

import (
	"bytes"
	"context"
	"encoding/json"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/waymark-crm/waymark/geo/planner"
)

const request = `{
	"vehicles": [
		{"id": 5, "start": [2.1, 48.1], "start_index": 0, "end_index": 0, "capacity": [3], "skills": [1], "max_tasks": 3,
		 "time_window": [1700000000, 1700030000], "costs": {"fixed": 100, "per_hour": 7200, "per_km": 1},
		 "breaks": [{"id": 1, "service": 600, "time_windows": [[1700010000, 1700012000]]}]},
		{"id": 6, "start_index": 0, "speed_factor": 2, "time_window": [1700000000, 1700030000]}],
	"jobs": [
		{"id": 10, "location_index": 1, "service": 300, "delivery": [2], "skills": [1], "priority": 5},
		{"id": 11, "location": [2.2, 48.2], "location_index": 2, "setup": 60, "service": 300, "delivery": [2],
		 "time_windows": [[1700001000, 1700002000], [1700020000, 1700021000]]}],
	"matrices": {"car": {
		"durations": [[0, 600, 700], [600, 0, 800], [700, 800, 0]],
		"distances": [[0, 6000, 7000], [6000, 0, 8000], [7000, 8000, 0]]}}}`

func TestARequestIsPlannedInItsOwnTerms(t *testing.T) {
	t.Parallel()
	q, err := Read(strings.NewReader(request))
	require.NoError(t, err)
	require.Equal(t, []int{100, 50}, []int{q.Problem.Shifts[0].DrivePercent, q.Problem.Shifts[1].DrivePercent})
	s, err := planner.Plan(context.Background(), q.Problem, planner.Options{Iterations: 1000})
	require.NoError(t, err)
	var out bytes.Buffer
	require.NoError(t, q.Write(&out, s))
	var answer output
	require.NoError(t, json.Unmarshal(out.Bytes(), &answer))
	require.Zero(t, answer.Code)
	require.Empty(t, answer.Unassigned)
	require.Len(t, answer.Routes, 2, "one vehicle can carry one job only")
	one := answer.Routes[0]
	require.Equal(t, int64(5), one.Vehicle)
	require.Equal(t, int64(1200), one.Duration)
	require.Equal(t, int64(12_000), one.Distance)
	require.Equal(t, int64(100+1200*2+12), one.Cost)
	require.Equal(t, int64(5), one.Priority)
	require.Equal(t, &[2]float64{2.1, 48.1}, one.Steps[0].Location)
	var kinds []string
	for _, x := range one.Steps {
		kinds = append(kinds, x.Type)
		require.GreaterOrEqual(t, x.Arrival, int64(1_700_000_000), "times are as in the request")
	}
	require.ElementsMatch(t, []string{"start", "job", "break", "end"}, kinds)
	two := answer.Routes[1]
	require.Equal(t, int64(350), two.Duration, "twice as fast, and it does not come back")
	require.Equal(t, []int64{2}, two.Delivery)
	require.Equal(t, int64(60), two.Setup)
}

func TestStepsAreAnOrderToBeginWith(t *testing.T) {
	t.Parallel()
	q, err := Read(strings.NewReader(`{"vehicles": [{"id": 1, "start_index": 0, "steps": [{"type": "start"}, {"type": "job", "id": 8}, {"type": "job", "id": 7}]}],
		"jobs": [{"id": 7, "location_index": 0}, {"id": 8, "location_index": 0}], "matrix": [[0]]}`))
	require.NoError(t, err)
	require.Equal(t, [][]int{{1, 0}}, q.Given())
}

func TestPriorityDecidesWhoStaysOut(t *testing.T) {
	t.Parallel()
	q, err := Read(strings.NewReader(`{"vehicles": [{"id": 1, "start_index": 0, "max_tasks": 1}],
		"jobs": [{"id": 7, "location_index": 1}, {"id": 8, "location_index": 2, "priority": 9}],
		"matrix": [[0, 1, 900], [1, 0, 900], [900, 900, 0]]}`))
	require.NoError(t, err)
	s, err := planner.Plan(context.Background(), q.Problem, planner.Options{Iterations: 500})
	require.NoError(t, err)
	require.Equal(t, [][]int{{1}}, s.Orders())
	require.Equal(t, 0, s.Unplanned[0].Visit)
	require.Equal(t, 1, s.Unplanned[0].Displaces)
}

func TestWhatIsNotSupportedIsRefusedByName(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		`{"vehicles": [{"id": 1}], "shipments": [{}]}`:                                                                                                                            "shipments",
		`{"vehicles": [{"id": 1, "profile": "bike"}], "matrix": [[0]]}`:                                                                                                           "matrices.bike",
		`{"vehicles": [{"id": 1}], "matrices": {"car": {"durations": [[0]], "costs": [[0]]}}}`:                                                                                    "costs",
		`{"vehicles": [{"id": 1, "breaks": [{"id": 4, "time_windows": [[1, 2], [5, 6]]}]}], "matrix": [[0]]}`:                                                                     "break 4",
		`{"vehicles": [{"id": 1}], "matrix": [[0]], "jobs": [{"id": 1, "location_index": 0, "pickup": [1]}, {"id": 2, "location_index": 0, "delivery": [1]}]}`:                    "pickups and deliveries",
		`{"vehicles": [{"id": 1, "start": [1, 2]}], "matrix": [[0]]}`:                                                                                                             "index into the matrices",
		`{"vehicles": [{"id": 1, "steps": [{"type": "pickup"}]}], "matrix": [[0]]}`:                                                                                               "pickup",
		`{"vehicles": [{"id": 1, "time_window": [0, 5]}], "matrix": [[0]], "jobs": [{"id": 1, "location_index": 0, "time_windows": [[1700000000, 1700000001]]}]}`:                 "span",
		`{"vehicles": [{"id": 1}, {"id": 1}], "matrix": [[0]]}`:                                                                                                                   "twice",
		`{"vehicles": [{"id": 1}], "matrix": [[0]], "jobs": [{"id": 1}]}`:                                                                                                         "neither",
		`{"vehicles": [{"id": 1}], "matrix": [[0]], "jobs": [{"id": 1, "location_index": 0, "series": 3}]}`:                                                                       "series 3",
		`{"vehicles": [{"id": 1, "profile": "a"}, {"id": 2, "profile": "b"}], "matrices": {"a": {"durations": [[0]]}, "b": {"durations": [[0]], "distances": [[0, 1], [1, 0]]}}}`: "distances",
		`{"vehicles": [{"id": 1}], "matrix": [[-1]]}`:                                                                                                                             "out of range",
		`{"vehicles": [{"id": 1, "costs": {"fixed": -1}}], "matrix": [[0]]}`:                                                                                                      "costs",
		`{"vehicles": [{"id": 1, "speed_factor": 9}], "matrix": [[0]]}`:                                                                                                           "speed_factor",
		`{"vehicles": [{"id": 1}], "matrix": [[0]], "jobs": [{"id": 1, "location_index": 0, "priority": 101}]}`:                                                                   "priority",
	} {
		_, err := Read(strings.NewReader(text))
		require.ErrorContains(t, err, want, text)
	}
}

func FuzzRead(f *testing.F) {
	f.Add(request)
	f.Fuzz(func(t *testing.T, text string) {
		if len(text) > 4096 {
			return
		}
		q, err := Read(strings.NewReader(text))
		if err != nil {
			return
		}
		s, err := planner.Plan(context.Background(), q.Problem, planner.Options{Iterations: 20})
		if err != nil {
			require.NotContains(t, err.Error(), "defect")
			return
		}
		require.NoError(t, q.Write(&bytes.Buffer{}, s))
	})
}
