package vroom

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
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
		`{"vehicles": [{"id": 1, "breaks": [{"id": 4}, {"id": 4}]}], "matrix": [[0]]}`:                                                                                            "break 4",
		`{"vehicles": [{"id": 1, "breaks": [{"id": 4, "max_load": [1]}]}], "matrix": [[0]]}`:                                                                                      "max_load",
		`{"vehicles": [{"id": 1, "costs": {"per_task_hour": 9}}], "matrix": [[0]]}`:                                                                                               "per_task_hour",
		`{"vehicles": [{"id": 1, "costs": {"per_km": 9}}], "matrix": [[0]]}`:                                                                                                      "distances",
		`{"vehicles": [{"id": 1, "max_distance": 9}], "matrix": [[0]]}`:                                                                                                           "distances",
		`{"vehicles": [{"id": 1}], "matrix": [[0]], "jobs": [{"id": 1, "location_index": 0, "service_per_type": {"van": 3}}]}`:                                                    "service_per_type",
		`{"vehicles": [{"id": 1}], "matrix": [[0]]} {}`:                                                                                                                           "one JSON object",
		`{"vehicles": [{"id": 1}], "matrix": [[0]], "links": [{"jobs": [1, 2]}]}`:                                                                                                 "link 0",
		`{"vehicles": [{"id": 1, "done": [{"id": 3}]}], "matrix": [[0]]}`:                                                                                                         "done",
		`{"vehicles": [{"id": 1, "locked": [3]}], "matrix": [[0]]}`:                                                                                                               "locked",
		`{"vehicles": [{"id": 1}], "matrix": [[0]], "jobs": [{"id": 1, "location_index": 0, "vehicles": [4]}]}`:                                                                   "vehicles",
		`{"vehicles": [{"id": 1}], "matrices": {"car": {"durations": [[0]], "periods": [{"from": 3, "durations": [[0, 1]]}]}}}`:                                                   "periods 0",
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

// what is planned from a request.
func answerTo(t *testing.T, text string) output {
	t.Helper()
	q, err := Read(strings.NewReader(text))
	require.NoError(t, err)
	s, err := planner.Plan(context.Background(), q.Problem, planner.Options{Iterations: 1000, Given: q.Given()})
	require.NoError(t, err)
	var out bytes.Buffer
	require.NoError(t, q.Write(&out, s))
	var answer output
	require.NoError(t, json.Unmarshal(out.Bytes(), &answer))
	return answer
}

func TestBreaksMayHaveSeveralWindows(t *testing.T) {
	t.Parallel()
	answer := answerTo(t, `{"vehicles": [{"id": 1, "start_index": 0, "end_index": 0, "time_window": [28800, 61200],
			"breaks": [{"id": 4, "description": "lunch", "service": 1800, "time_windows": [[28800, 28800], [43200, 46800]]}]}],
		"jobs": [{"id": 7, "location_index": 1, "service": 3600, "time_windows": [[28800, 30000]]}],
		"matrix": [[0, 600], [600, 0]]}`)
	require.Empty(t, answer.Unassigned)
	at := map[string]int64{}
	for _, x := range answer.Routes[0].Steps {
		at[x.Type] = x.Arrival + x.WaitingTime
	}
	require.Equal(t, int64(43_200), at["break"])
}

func TestLimitsAndCostsOfAVehicleHold(t *testing.T) {
	t.Parallel()
	base := `{"vehicles": [{"id": 1, "start_index": 0, "end_index": 0, %s}], "jobs": [{"id": 7, "location_index": 1}, {"id": 8, "location_index": 2}],
		"matrices": {"car": {"durations": [[0, 100, 300], [100, 0, 250], [300, 250, 0]], "distances": [[0, 1000, 3000], [1000, 0, 2500], [3000, 2500, 0]]}}}`
	for limit, left := range map[string]int{`"max_tasks": 1`: 1, `"max_travel_time": 649`: 1, `"max_travel_time": 650`: 0,
		`"max_distance": 6499`: 1, `"max_distance": 6500`: 0, `"speed_factor": 2, "max_travel_time": 325`: 0, `"speed_factor": 2, "max_travel_time": 324`: 1} {
		require.Len(t, answerTo(t, fmt.Sprintf(base, limit)).Unassigned, left, limit)
	}
	answer := answerTo(t, fmt.Sprintf(base, `"costs": {"fixed": 10, "per_hour": 36000, "per_km": 2}`))
	require.Equal(t, int64(10+6500+13), answer.Summary.Cost)
}

func TestAnOrderIsCheckedAsInPlanMode(t *testing.T) {
	t.Parallel()
	q, err := Read(strings.NewReader(`{"vehicles": [{"id": 1, "start_index": 0, "time_window": [0, 1000], "max_tasks": 1,
			"breaks": [{"id": 5, "service": 10}],
			"steps": [{"type": "start"}, {"type": "job", "id": 8, "service_at": 400}, {"type": "break", "id": 5, "service_at": 450}, {"type": "job", "id": 7}, {"type": "end"}]}],
		"jobs": [{"id": 7, "location_index": 1, "time_windows": [[0, 500]]}, {"id": 8, "location_index": 2}, {"id": 9, "location_index": 2}],
		"matrix": [[0, 100, 300], [100, 0, 250], [300, 250, 0]]}`))
	require.NoError(t, err)
	p, orders, err := q.ToCheck()
	require.NoError(t, err)
	r, err := planner.Check(p, orders)
	require.NoError(t, err)
	var out bytes.Buffer
	require.NoError(t, q.WriteCheck(&out, r))
	var answer output
	require.NoError(t, json.Unmarshal(out.Bytes(), &answer))
	require.Equal(t, 1, answer.Summary.Unassigned)
	require.Equal(t, int64(9), answer.Unassigned[0].ID)
	// Job 8 at 400 as the step says, 250 to job 7 and 10 for the break: 660.
	require.ElementsMatch(t, []violation{{"delay", 160}, {"max_tasks", 0}}, answer.Summary.Violations)
	steps := answer.Routes[0].Steps
	require.Equal(t, []string{"start", "job", "break", "job"}, []string{steps[0].Type, steps[1].Type, steps[2].Type, steps[3].Type})
	require.Equal(t, int64(400), steps[1].Arrival+steps[1].WaitingTime)
	require.Equal(t, int64(660), steps[3].Arrival)
	require.Equal(t, []violation{{"delay", 160}}, steps[3].Violations)
}

func TestOurExtensionsReachThePlan(t *testing.T) {
	t.Parallel()
	answer := answerTo(t, `{"vehicles": [
			{"id": 1, "rep": 4, "start_index": 0, "end_index": 0, "time_window": [28800, 61200], "now": 36000, "done": [{"id": 6, "arrival": 32400, "departure": 34200}], "locked": [9]},
			{"id": 2, "rep": 5, "start_index": 0, "end_index": 0, "time_window": [28800, 61200]}],
		"jobs": [
			{"id": 6, "location_index": 1, "service": 600},
			{"id": 7, "location_index": 1, "service": 600},
			{"id": 8, "location_index": 1, "service": 600, "vehicles": [2], "not_before": 40000, "not_after": 40000},
			{"id": 9, "location_index": 2, "service": 600, "planned_before": 1},
			{"id": 10, "location_index": 2, "service": 600, "skip": true},
			{"id": 12, "location_index": 1, "service": 600, "position": 4, "vehicles": [1]},
			{"id": 11, "location_index": 2, "service": 600, "last_rep": 5, "time_windows": [[28800, 28900]], "grace": 7200, "mandatory": true}],
		"links": [{"jobs": [7, 8], "max_time": 0, "both": true}],
		"matrices": {"car": {"durations": [[0, 600, 900], [600, 0, 400], [900, 400, 0]],
			"periods": [{"from": 28800, "durations": [[0, 1200, 1800], [1200, 0, 800], [1800, 800, 0]]}, {"from": 32400, "durations": [[0, 600, 900], [600, 0, 400], [900, 400, 0]]}]}}}`)
	begin, by := map[int64]int64{}, map[int64]int64{}
	for _, r := range answer.Routes {
		for _, x := range r.Steps {
			if x.Type == "job" {
				begin[*x.ID], by[*x.ID] = x.Arrival+x.WaitingTime, r.Vehicle
			}
		}
	}
	require.Equal(t, map[int64]int64{6: 1, 7: 1, 8: 2, 9: 1, 11: 2, 12: 1}, by)
	fourth := answer.Routes[0].Steps[4]
	require.Equal(t, int64(12), *fourth.ID, "after the start and three jobs")
	require.Equal(t, int64(32_400), begin[6])
	require.Equal(t, int64(40_000), begin[7])
	require.Equal(t, int64(40_000), begin[8])
	require.Equal(t, int64(36_400), begin[9], "next from job 6, at ten")
	require.LessOrEqual(t, begin[11], int64(36_100))
	require.Len(t, answer.Unassigned, 0)
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
