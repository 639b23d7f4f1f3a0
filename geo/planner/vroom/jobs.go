package vroom

import (
	"errors"
	"fmt"

	"github.com/waymark-crm/waymark/geo/planner"
)

func (q *Request) jobs(seriesOf, vehicles map[int64]int) (map[int64]int, error) {
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
		if len(j.SetupPerType)+len(j.ServicePerType) > 0 {
			return nil, fmt.Errorf("job %d: setup_per_type and service_per_type are not supported: give setup and service", j.ID)
		}
		v := planner.Visit{Place: place, SetUp: planner.Seconds(clamp(j.Setup)), Length: planner.Seconds(clamp(j.Service)), Skills: j.Skills,
			Mandatory: j.Mandatory, Prize: planner.Seconds(clamp(j.Prize)), Reps: j.Reps, Preferred: j.Preferred, Forbidden: j.Forbidden,
			EndInside: j.EndInside, Skip: j.Skip, Position: j.Position}
		if err := q.bounds(&v, &j, vehicles); err != nil {
			return nil, fmt.Errorf("job %d: %w", j.ID, err)
		}
		if v.Prize == 0 && j.Series == nil {
			v.Prize = planner.Seconds((1 + j.Priority) * prizeOfPriority)
		}
		if j.Series != nil {
			if v.Series = seriesOf[*j.Series]; v.Series == 0 {
				return nil, fmt.Errorf("job %d: series %d does not exist", j.ID, *j.Series)
			}
		}
		for _, w := range j.Windows {
			x := q.window(w)
			x.Grace = planner.Seconds(clamp(j.Grace))
			v.Windows = append(v.Windows, x)
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

// bounds reads what limits when and by whom a job is done, windows aside.
func (q *Request) bounds(v *planner.Visit, j *job, vehicles map[int64]int) error {
	if j.NotBefore != nil {
		v.NotBefore = q.at(*j.NotBefore)
	}
	if j.NotAfter != nil {
		if v.NotAfter = q.at(*j.NotAfter); v.NotAfter <= 0 {
			return errors.New("not_after must be later than midnight of the first day")
		}
	}
	if j.LastRep != nil {
		if *j.LastRep < 0 || *j.LastRep > planner.MaxShifts {
			return fmt.Errorf("last_rep %d is not from 0 to %d", *j.LastRep, planner.MaxShifts)
		}
		v.LastRep = *j.LastRep + 1
	}
	for _, id := range j.Vehicles {
		i, ok := vehicles[id]
		if !ok {
			return fmt.Errorf("its vehicles name %d, which does not exist", id)
		}
		v.Shifts = append(v.Shifts, i)
	}
	if j.Before != nil {
		i, ok := vehicles[*j.Before]
		if !ok {
			return fmt.Errorf("planned_before names vehicle %d, which does not exist", *j.Before)
		}
		v.Before = i + 1
	}
	return nil
}

// links reads what ties jobs together.
func (q *Request) links(jobs map[int64]int) error {
	for i, l := range q.input.Links {
		x := planner.Link{MinDays: l.MinDays, MaxDays: -1, InOrder: l.InOrder, SameRep: l.SameRep, Both: l.Both}
		for k, id := range l.Jobs {
			at, ok := jobs[id]
			if !ok {
				return fmt.Errorf("link %d names job %d, which does not exist", i, id)
			}
			*[]*int{&x.A, &x.B}[k] = at
		}
		if l.MaxDays != nil {
			x.MaxDays = *l.MaxDays
		}
		if l.MinTime != nil || l.MaxTime != nil {
			x.Time = &planner.Span{Max: -1}
			if l.MinTime != nil {
				x.Time.Min = planner.Seconds(clamp(*l.MinTime))
			}
			if l.MaxTime != nil {
				x.Time.Max = planner.Seconds(clamp(max(0, *l.MaxTime)))
			}
		}
		q.Problem.Links = append(q.Problem.Links, x)
	}
	return nil
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
