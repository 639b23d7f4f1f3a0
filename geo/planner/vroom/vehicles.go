package vroom

import (
	"errors"
	"fmt"
	"math"
	"slices"

	"github.com/waymark-crm/waymark/geo/planner"
)

func (q *Request) vehicles(profiles map[string]int, jobs map[int64]int) error {
	hour, km := q.drive*3600, q.distance*1000
	for i, v := range q.input.Vehicles {
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
			Table: profiles[v.Profile], Hours: planner.Window{Close: planner.MaxTime}, Overtime: planner.Seconds(clamp(v.Overtime))}
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
			s.MaxDrive = planner.Seconds(clamp(*v.MaxTravel))
		}
		if v.MaxDistance != nil {
			s.MaxMetres = planner.Metres(min(max(*v.MaxDistance, -1), math.MaxInt32))
		}
		if (k > 0 || s.MaxMetres > 0) && q.Problem.Tables[s.Table].Metres == nil {
			return fail(fmt.Errorf("per_km and max_distance need matrices.%s.distances", v.Profile))
		}
		if v.Costs != nil && v.Costs.PerTask != 0 {
			return fail(errors.New("costs.per_task_hour is not supported: leave it out"))
		}
		if err := q.breaks(&s, &v); err != nil {
			return fail(err)
		}
		if err := q.begun(&s, &v, jobs); err != nil {
			return fail(err)
		}
		q.Problem.Shifts = append(q.Problem.Shifts, s)
	}
	return q.checkSteps(jobs)
}

func (q *Request) breaks(s *planner.Shift, v *vehicle) error {
	ids := map[int64]bool{}
	for _, b := range v.Breaks {
		if ids[b.ID] {
			return fmt.Errorf("break %d is there twice", b.ID)
		}
		ids[b.ID] = true
		if len(b.MaxLoad) > 0 {
			return fmt.Errorf("break %d: max_load is not supported: leave it out", b.ID)
		}
		x := planner.Break{Length: planner.Seconds(clamp(b.Service)), Earliest: s.Hours.Open, Latest: s.Hours.Close, FallsAway: b.FallsAway}
		for _, w := range b.Windows {
			x.Windows = append(x.Windows, q.window(w))
		}
		if len(x.Windows) == 1 {
			x.Earliest, x.Latest, x.Windows = x.Windows[0].Open, x.Windows[0].Close, nil
		}
		s.Breaks = append(s.Breaks, x)
	}
	return nil
}

// begun reads what of a route is made already or locked.
func (q *Request) begun(s *planner.Shift, v *vehicle, jobs map[int64]int) error {
	if v.Now != 0 {
		s.Now = q.at(v.Now)
	}
	for _, d := range v.Done {
		at, ok := jobs[d.ID]
		if !ok {
			return fmt.Errorf("done names job %d, which does not exist", d.ID)
		}
		s.Done = append(s.Done, planner.Done{Visit: at, Arrive: q.at(d.Arrival), Leave: q.at(d.Departure), BreaksTaken: d.BreaksTaken})
	}
	for _, id := range v.Locked {
		at, ok := jobs[id]
		if !ok {
			return fmt.Errorf("locked names job %d, which does not exist", id)
		}
		s.Head = append(s.Head, at)
	}
	return nil
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

// ToCheck is the problem of timing the vehicles' steps, as in VROOM's plan mode:
// what the steps say about times holds as well.
func (q *Request) ToCheck() (planner.Problem, [][]int, error) {
	given := q.Given()
	if given == nil {
		return planner.Problem{}, nil, errors.New("no vehicle has steps of type job: there is no order to check")
	}
	p := q.Problem
	p.Visits, p.Shifts = slices.Clone(p.Visits), slices.Clone(p.Shifts)
	for i, v := range q.input.Vehicles {
		next := 0
		p.Shifts[i].Breaks = slices.Clone(p.Shifts[i].Breaks)
		for _, s := range v.Steps {
			timed := s.At != nil || s.After != nil || s.Before != nil
			switch s.Type {
			case "job":
				x := &p.Visits[given[i][next]]
				next++
				x.NotBefore, x.NotAfter = q.serviceAt(&s, x.NotBefore, x.NotAfter)
			case "break":
				k := slices.IndexFunc(v.Breaks, func(b pause) bool { return b.ID == s.ID })
				if k < 0 {
					return p, nil, fmt.Errorf("vehicle %d: its steps name break %d, which does not exist", v.ID, s.ID)
				}
				if b := &p.Shifts[i].Breaks[k]; timed {
					b.Earliest, b.Latest = q.serviceAt(&s, b.Earliest, b.Latest)
					b.Windows = nil
				}
			default:
				if timed {
					return p, nil, fmt.Errorf("vehicle %d: service times of steps of type %q are not supported", v.ID, s.Type)
				}
			}
		}
	}
	return p, given, nil
}

// serviceAt narrows bounds by a step's own; 0 as the latest stands for none.
func (q *Request) serviceAt(s *step, earliest, latest planner.Seconds) (planner.Seconds, planner.Seconds) {
	before := func(t int64) {
		if x := max(1, q.at(t)); latest == 0 || x < latest {
			latest = x
		}
	}
	if s.At != nil {
		earliest = max(earliest, q.at(*s.At))
		before(*s.At)
	}
	if s.After != nil {
		earliest = max(earliest, q.at(*s.After))
	}
	if s.Before != nil {
		before(*s.Before)
	}
	return earliest, latest
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
