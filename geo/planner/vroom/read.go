// Package vroom reads planning problems in the JSON of VROOM's API and writes
// plans in the JSON of its answers:
//
//	request, err := vroom.Read(file)
//	solution, err := planner.Plan(ctx, request.Problem, planner.Options{TimeLimit: time.Second})
//	err = request.Write(os.Stdout, solution)
//
// The format is described at https://github.com/VROOM-Project/vroom in
// docs/API.md; docs/plan-json.md lists every field: those of VROOM, what is
// refused by name, and what is ours. A set-up comes before the window here, while
// VROOM counts it as part of the service.
package vroom

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"

	"github.com/waymark-crm/waymark/geo/planner"
)

// Request is a problem with what is needed to answer in the format.
type Request struct {
	Problem  planner.Problem
	input    input
	base     int64 // subtracted from all times
	pickups  bool
	drive    float64 // cost of a second, for answers
	distance float64 // cost of a metre
	// locations by place, nil where only indices were given
	locations [][2]float64
}

// prizeOfPriority is what a job is worth for each step of priority, in seconds
// of driving: more than any route, so that jobs come first, as in VROOM.
const prizeOfPriority = 90_000

// mostBytes bounds a request: 5,000 places take about 200 MB.
const mostBytes = 1 << 30

// Read reads a request. Errors name the field and say what to do about it; the
// problem itself is validated by the planner.
func Read(r io.Reader) (*Request, error) {
	q := &Request{}
	bounded := &io.LimitedReader{R: r, N: mostBytes}
	decoder := json.NewDecoder(bounded)
	if err := decoder.Decode(&q.input); err != nil {
		switch {
		case bounded.N <= 0:
			return nil, fmt.Errorf("the request is longer than %d MB", mostBytes>>20)
		case errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF):
			return nil, errors.New("the file ends before its JSON does")
		}
		return nil, fmt.Errorf("not a request in VROOM's JSON: %w", err)
	}
	if _, err := decoder.Token(); !errors.Is(err, io.EOF) {
		return nil, errors.New("something follows the request: one file holds one JSON object")
	}
	in := &q.input
	if len(in.Shipments) > 0 {
		return nil, errors.New("shipments are not supported: give jobs, or leave them out")
	}
	if len(in.Vehicles) == 0 {
		return nil, errors.New("vehicles: there is none")
	}
	profiles, err := q.tables()
	if err != nil {
		return nil, err
	}
	if err := q.times(); err != nil {
		return nil, err
	}
	q.locations = make([][2]float64, q.Problem.Tables[0].Places)
	for i := range q.locations {
		q.locations[i] = [2]float64{math.NaN(), math.NaN()}
	}
	q.weights()
	seriesOf := map[int64]int{}
	for i, s := range in.Series {
		if _, double := seriesOf[s.ID]; double {
			return nil, fmt.Errorf("series %d is there twice", s.ID)
		}
		seriesOf[s.ID] = i + 1
		q.Problem.Series = append(q.Problem.Series, planner.Series{Interval: s.Interval, Tolerance: s.Tolerance,
			Last: s.Last, MinGap: s.MinGap, MaxGap: s.MaxGap, SameRep: s.SameRep, Weight: planner.Cost(s.Weight)})
	}
	vehicles := map[int64]int{}
	for i, v := range in.Vehicles {
		if _, double := vehicles[v.ID]; double {
			return nil, fmt.Errorf("vehicle %d is there twice", v.ID)
		}
		vehicles[v.ID] = i
	}
	jobs, err := q.jobs(seriesOf, vehicles)
	if err != nil {
		return nil, err
	}
	if err := q.vehicles(profiles, jobs); err != nil {
		return nil, err
	}
	return q, q.links(jobs)
}

// Named puts the ids of the request into an error about its problem.
func (q *Request) Named(err error) error {
	var wrong *planner.ProblemError
	if !errors.As(err, &wrong) || wrong.Index < 0 {
		return err
	}
	switch wrong.Part {
	case "visit":
		return fmt.Errorf("job %d: %s", q.input.Jobs[wrong.Index].ID, wrong.What)
	case "shift":
		return fmt.Errorf("vehicle %d: %s", q.input.Vehicles[wrong.Index].ID, wrong.What)
	case "series":
		return fmt.Errorf("series %d: %s", q.input.Series[wrong.Index].ID, wrong.What)
	}
	return err
}

// tables turns matrices into tables; the map gives each profile's index.
func (q *Request) tables() (map[string]int, error) {
	in := &q.input
	if in.Matrix != nil {
		if in.Matrices == nil {
			in.Matrices = map[string]matrix{}
		}
		in.Matrices["car"] = matrix{Durations: in.Matrix}
	}
	profiles := map[string]int{}
	for i := range in.Vehicles {
		v := &in.Vehicles[i]
		if v.Profile == "" {
			v.Profile = "car"
		}
		if _, known := profiles[v.Profile]; known {
			continue
		}
		m, ok := in.Matrices[v.Profile]
		if !ok || m.Durations == nil {
			return nil, fmt.Errorf("vehicle %d: there is no matrices.%s.durations: travel times must be given", v.ID, v.Profile)
		}
		if m.Costs != nil {
			return nil, fmt.Errorf("matrices.%s.costs is not supported: leave it out, or use costs of the vehicles", v.Profile)
		}
		n := len(m.Durations)
		t := planner.Table{Places: n}
		var err error
		if t.Seconds, err = flat(m.Durations, n); err != nil {
			return nil, fmt.Errorf("matrices.%s.durations: %w", v.Profile, err)
		}
		if m.Distances != nil {
			if t.Metres, err = flat(m.Distances, n); err != nil {
				return nil, fmt.Errorf("matrices.%s.distances: %w", v.Profile, err)
			}
		}
		for k, x := range m.Periods {
			seconds, err := flat(x.Durations, n)
			if err != nil {
				return nil, fmt.Errorf("matrices.%s.periods %d: %w", v.Profile, k, err)
			}
			t.Periods = append(t.Periods, planner.Period{From: planner.Seconds(min(max(x.From, -1), int64(planner.Day))), Seconds: seconds})
		}
		profiles[v.Profile] = len(q.Problem.Tables)
		q.Problem.Tables = append(q.Problem.Tables, t)
	}
	return profiles, nil
}

func flat(rows [][]int64, n int) ([]int32, error) {
	if n > planner.MaxPlaces {
		return nil, fmt.Errorf("%d rows are more than the %d places that can be planned", n, planner.MaxPlaces)
	}
	if len(rows) != n {
		return nil, fmt.Errorf("%d rows, but the durations have %d", len(rows), n)
	}
	out := make([]int32, 0, n*n)
	for i, row := range rows {
		if len(row) != n {
			return nil, fmt.Errorf("row %d has %d numbers for %d rows", i, len(row), n)
		}
		for _, x := range row {
			if x < 0 || x > math.MaxUint32 {
				return nil, fmt.Errorf("row %d holds %d, out of range", i, x)
			}
			if x > math.MaxInt32 {
				x = int64(planner.NoRoad) // VROOM's way of saying that no road leads there
			}
			out = append(out, int32(x))
		}
	}
	return out, nil
}

// times finds what to subtract from all times, which may be Unix seconds.
func (q *Request) times() error {
	lo, hi := int64(math.MaxInt64), int64(0)
	see := func(from, to int64) {
		lo = min(lo, from)
		hi = max(hi, from)
		if to < math.MaxUint32 {
			hi = max(hi, to)
		}
	}
	for _, v := range q.input.Vehicles {
		if v.TimeWindow != nil {
			see(v.TimeWindow[0], v.TimeWindow[1])
		}
		for _, b := range v.Breaks {
			for _, w := range b.Windows {
				see(w[0], w[1])
			}
		}
	}
	for _, j := range q.input.Jobs {
		for _, w := range j.Windows {
			see(w[0], w[1])
		}
		for _, at := range []*int64{j.NotBefore, j.NotAfter} {
			if at != nil {
				see(*at, *at)
			}
		}
	}
	if hi > int64(planner.MaxTime) && lo < math.MaxInt64 {
		q.base = lo - lo%int64(planner.Day)
	}
	if hi-q.base > int64(planner.MaxTime) || lo < 0 {
		return fmt.Errorf("times from %d to %d span more than the %d seconds that can be planned", lo, hi, planner.MaxTime)
	}
	return nil
}

func (q *Request) window(w [2]int64) planner.Window {
	return planner.Window{Open: planner.Seconds(max(0, w[0]-q.base)), Close: planner.Seconds(min(int64(planner.MaxTime), w[1]-q.base))}
}

// at is a time of the request as the planner counts it.
func (q *Request) at(t int64) planner.Seconds { return planner.Seconds(clamp(t - q.base)) }

// clamp keeps a number of seconds within what validation can name.
func clamp(x int64) int64 { return min(max(x, -1), int64(planner.MaxTime)+1) }

// weights scales VROOM's costs per hour and kilometre to whole numbers.
func (q *Request) weights() {
	hour, km := 0.0, 0.0
	for _, v := range q.input.Vehicles {
		h, k, _ := v.costs()
		hour, km = max(hour, h), max(km, k)
	}
	q.drive, q.distance = hour/3600, km/1000
	q.Problem.Weights = planner.Weights{
		Drive:        planner.Cost(math.Round(1000 * hour / 3600)),
		Distance:     planner.Cost(math.Round(1000 * km)),
		Overtime:     3000,
		Late:         2000,
		Move:         600_000,
		NotPreferred: 1_200_000,
		OtherRep:     900_000,
		Interval:     14_400_000,
	}
}

func (v *vehicle) costs() (hour, km, fixed float64) {
	hour = 3600
	if v.Costs != nil {
		if v.Costs.PerHour != nil {
			hour = *v.Costs.PerHour
		}
		km, fixed = v.Costs.PerKm, v.Costs.Fixed
	}
	return hour, km, fixed
}
