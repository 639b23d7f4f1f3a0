// Package vroom reads planning problems in the JSON of VROOM's API and writes
// plans in the JSON of its answers:
//
//	request, err := vroom.Read(file)
//	solution, err := planner.Plan(ctx, request.Problem, planner.Options{TimeLimit: time.Second})
//	err = request.Write(os.Stdout, solution)
//
// The format is described at https://github.com/VROOM-Project/vroom in
// docs/API.md. Vehicles (with breaks, skills, capacity, limits, costs, steps),
// jobs and matrices are taken; shipments, costs matrices, breaks with several
// windows, and pickups mixed with deliveries are refused by name. A set-up comes
// before the window here, while VROOM counts it as part of the service.
//
// Beyond VROOM a vehicle may have "rep" and "day" (numbers), "overtime"
// (seconds); a break "falls_away"; a job "mandatory", "prize" (seconds of
// driving it is worth), "reps", "preferred_reps", "forbidden_reps", "series"
// (an id); and the request "series" [{id, interval, tolerance, last, min_gap,
// max_gap, same_rep}], in days.
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

type input struct {
	Vehicles  []vehicle         `json:"vehicles"`
	Jobs      []job             `json:"jobs"`
	Shipments []json.RawMessage `json:"shipments"`
	Matrices  map[string]matrix `json:"matrices"`
	Matrix    [][]int64         `json:"matrix"`
	Series    []series          `json:"series"`
}

type matrix struct {
	Durations [][]int64 `json:"durations"`
	Distances [][]int64 `json:"distances"`
	Costs     [][]int64 `json:"costs"`
}

type vehicle struct {
	ID          int64       `json:"id"`
	Description string      `json:"description"`
	Profile     string      `json:"profile"`
	Start       *[2]float64 `json:"start"`
	StartIndex  *int        `json:"start_index"`
	End         *[2]float64 `json:"end"`
	EndIndex    *int        `json:"end_index"`
	Capacity    []int32     `json:"capacity"`
	Skills      []int       `json:"skills"`
	TimeWindow  *[2]int64   `json:"time_window"`
	Breaks      []pause     `json:"breaks"`
	SpeedFactor float64     `json:"speed_factor"`
	MaxTasks    *int        `json:"max_tasks"`
	MaxTravel   *int64      `json:"max_travel_time"`
	MaxDistance *int64      `json:"max_distance"`
	Costs       *costs      `json:"costs"`
	Steps       []step      `json:"steps"`

	Rep      *int  `json:"rep"`
	Day      int   `json:"day"`
	Overtime int64 `json:"overtime"`
}

type costs struct {
	Fixed   float64  `json:"fixed"`
	PerHour *float64 `json:"per_hour"`
	PerKm   float64  `json:"per_km"`
}

type pause struct {
	ID          int64      `json:"id"`
	Description string     `json:"description"`
	Windows     [][2]int64 `json:"time_windows"`
	Service     int64      `json:"service"`
	FallsAway   bool       `json:"falls_away"`
}

type step struct {
	Type string `json:"type"`
	ID   int64  `json:"id"`
}

type job struct {
	ID          int64       `json:"id"`
	Description string      `json:"description"`
	Location    *[2]float64 `json:"location"`
	Index       *int        `json:"location_index"`
	Setup       int64       `json:"setup"`
	Service     int64       `json:"service"`
	Delivery    []int32     `json:"delivery"`
	Amount      []int32     `json:"amount"`
	Pickup      []int32     `json:"pickup"`
	Skills      []int       `json:"skills"`
	Priority    int64       `json:"priority"`
	Windows     [][2]int64  `json:"time_windows"`

	Mandatory bool   `json:"mandatory"`
	Prize     int64  `json:"prize"`
	Reps      []int  `json:"reps"`
	Preferred []int  `json:"preferred_reps"`
	Forbidden []int  `json:"forbidden_reps"`
	Series    *int64 `json:"series"`
}

type series struct {
	ID        int64 `json:"id"`
	Interval  int   `json:"interval"`
	Tolerance int   `json:"tolerance"`
	Last      int   `json:"last"`
	MinGap    int   `json:"min_gap"`
	MaxGap    int   `json:"max_gap"`
	SameRep   bool  `json:"same_rep"`
}

// prizeOfPriority is what a job is worth for each step of priority, in seconds
// of driving: more than any route, so that jobs come first, as in VROOM.
const prizeOfPriority = 90_000

// Read reads a request. Errors name the field and say what to do about it; the
// problem itself is validated by the planner.
func Read(r io.Reader) (*Request, error) {
	q := &Request{}
	decoder := json.NewDecoder(r)
	if err := decoder.Decode(&q.input); err != nil {
		if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
			return nil, errors.New("the file ends before its JSON does")
		}
		return nil, fmt.Errorf("not a request in VROOM's JSON: %w", err)
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
			Last: s.Last, MinGap: s.MinGap, MaxGap: s.MaxGap, SameRep: s.SameRep})
	}
	jobs, err := q.jobs(seriesOf)
	if err != nil {
		return nil, err
	}
	if err := q.vehicles(profiles, jobs); err != nil {
		return nil, err
	}
	return q, nil
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
		profiles[v.Profile] = len(q.Problem.Tables)
		q.Problem.Tables = append(q.Problem.Tables, t)
	}
	return profiles, nil
}

func flat(rows [][]int64, n int) ([]int32, error) {
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

func (q *Request) jobs(seriesOf map[int64]int) (map[int64]int, error) {
	ids := map[int64]int{}
	delivers := false
	for i, j := range q.input.Jobs {
		if _, double := ids[j.ID]; double {
			return nil, fmt.Errorf("job %d is there twice", j.ID)
		}
		ids[j.ID] = i
		if j.Priority < 0 || j.Priority > 100 {
			return nil, fmt.Errorf("job %d: a priority of %d is not from 0 to 100", j.ID, j.Priority)
		}
		place, err := q.place(j.Index, j.Location)
		if err != nil {
			return nil, fmt.Errorf("job %d: %w", j.ID, err)
		}
		if place == planner.Anywhere {
			return nil, fmt.Errorf("job %d has neither location_index nor location", j.ID)
		}
		v := planner.Visit{Place: place, SetUp: planner.Seconds(j.Setup), Length: planner.Seconds(j.Service), Skills: j.Skills,
			Mandatory: j.Mandatory, Prize: planner.Seconds(j.Prize), Reps: j.Reps, Preferred: j.Preferred, Forbidden: j.Forbidden}
		if v.Prize == 0 && j.Series == nil {
			v.Prize = planner.Seconds((1 + j.Priority) * prizeOfPriority)
		}
		if j.Series != nil {
			if v.Series = seriesOf[*j.Series]; v.Series == 0 {
				return nil, fmt.Errorf("job %d: series %d does not exist", j.ID, *j.Series)
			}
		}
		for _, w := range j.Windows {
			v.Windows = append(v.Windows, q.window(w))
		}
		load := j.Delivery
		if len(load) == 0 {
			load = j.Amount
		}
		delivers = delivers || some(load)
		q.pickups = q.pickups || some(j.Pickup)
		if delivers && q.pickups {
			return nil, fmt.Errorf("job %d: pickups and deliveries in one request are not supported", j.ID)
		}
		if some(j.Pickup) {
			load = j.Pickup
		}
		v.Load = load
		q.Problem.Visits = append(q.Problem.Visits, v)
	}
	return ids, nil
}

func some(amounts []int32) bool {
	for _, a := range amounts {
		if a != 0 {
			return true
		}
	}
	return false
}

// place is a location's index; locations without one are refused, since the
// tables are indexed.
func (q *Request) place(index *int, location *[2]float64) (int, error) {
	switch {
	case index != nil:
		if *index < 0 || *index >= len(q.locations) {
			return 0, fmt.Errorf("index %d is not in the matrix of %d", *index, len(q.locations))
		}
		if location != nil {
			q.locations[*index] = *location
		}
		return *index, nil
	case location != nil:
		return 0, errors.New("a location needs an index into the matrices as well")
	}
	return planner.Anywhere, nil
}

func (q *Request) vehicles(profiles map[string]int, jobs map[int64]int) error {
	seen := map[int64]bool{}
	hour, km := q.drive*3600, q.distance*1000
	for i, v := range q.input.Vehicles {
		if seen[v.ID] {
			return fmt.Errorf("vehicle %d is there twice", v.ID)
		}
		seen[v.ID] = true
		fail := func(err error) error { return fmt.Errorf("vehicle %d: %w", v.ID, err) }
		start, err := q.place(v.StartIndex, v.Start)
		if err != nil {
			return fail(err)
		}
		end, err := q.place(v.EndIndex, v.End)
		if err != nil {
			return fail(err)
		}
		s := planner.Shift{Rep: i, Day: v.Day, Start: start, End: end, Capacity: v.Capacity, Skills: v.Skills,
			Table: profiles[v.Profile], Hours: planner.Window{Close: planner.MaxTime}, Overtime: planner.Seconds(v.Overtime)}
		if v.Rep != nil {
			s.Rep = *v.Rep
		}
		if v.TimeWindow != nil {
			s.Hours = q.window(*v.TimeWindow)
		}
		if v.SpeedFactor != 0 {
			if v.SpeedFactor < 0.1 || v.SpeedFactor > 5 {
				return fail(fmt.Errorf("a speed_factor of %g is not from 0.1 to 5", v.SpeedFactor))
			}
			s.SpeedPercent = int(math.Round(100 * v.SpeedFactor))
		}
		h, k, fixed := v.costs()
		if fixed < 0 || h < 0 || k < 0 || fixed > 1e5 || h > 1e6 || k > 1e3 {
			return fail(fmt.Errorf("costs of %g, %g an hour and %g a kilometre are out of range", fixed, h, k))
		}
		s.Fixed = planner.Cost(1000 * fixed)
		s.DrivePercent, s.DistancePercent = share(h, hour), share(k, km)
		if v.MaxTasks != nil {
			s.MaxVisits = *v.MaxTasks
		}
		if v.MaxTravel != nil {
			s.MaxDrive = planner.Seconds(*v.MaxTravel)
		}
		if v.MaxDistance != nil {
			s.MaxMetres = planner.Metres(*v.MaxDistance)
		}
		for _, b := range v.Breaks {
			if len(b.Windows) > 1 {
				return fail(fmt.Errorf("break %d has %d windows; only one is supported", b.ID, len(b.Windows)))
			}
			w := s.Hours
			if len(b.Windows) == 1 {
				w = q.window(b.Windows[0])
			}
			s.Breaks = append(s.Breaks, planner.Break{Length: planner.Seconds(b.Service), Earliest: w.Open, Latest: w.Close, FallsAway: b.FallsAway})
		}
		q.Problem.Shifts = append(q.Problem.Shifts, s)
	}
	return q.checkSteps(jobs)
}

// share is a cost in percent of the dearest; nothing stands for 100 there.
func share(x, of float64) int {
	if of == 0 {
		return 100
	}
	return max(1, int(math.Round(100*x/of)))
}

// Given are the orders in the vehicles' steps, nil when no vehicle has any.
func (q *Request) Given() [][]int {
	ids := map[int64]int{}
	for i, j := range q.input.Jobs {
		ids[j.ID] = i
	}
	var given [][]int
	for i, v := range q.input.Vehicles {
		for _, s := range v.Steps {
			if s.Type != "job" {
				continue
			}
			if given == nil {
				given = make([][]int, len(q.input.Vehicles))
			}
			given[i] = append(given[i], ids[s.ID])
		}
	}
	return given
}

func (q *Request) checkSteps(jobs map[int64]int) error {
	for _, v := range q.input.Vehicles {
		for _, s := range v.Steps {
			switch s.Type {
			case "start", "end", "break":
			case "job":
				if _, ok := jobs[s.ID]; !ok {
					return fmt.Errorf("vehicle %d: its steps name job %d, which does not exist", v.ID, s.ID)
				}
			default:
				return fmt.Errorf("vehicle %d: steps of type %q are not supported", v.ID, s.Type)
			}
		}
	}
	return nil
}
