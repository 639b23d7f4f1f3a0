package vroom

import (
	"encoding/json"
	"io"
	"math"
	"time"

	"github.com/waymark-crm/waymark/geo/planner"
)

type output struct {
	Code       int       `json:"code"`
	Summary    summary   `json:"summary"`
	Unassigned []leftOut `json:"unassigned"`
	Routes     []answer  `json:"routes"`
}

type summary struct {
	Cost           int64          `json:"cost"`
	Routes         int            `json:"routes"`
	Unassigned     int            `json:"unassigned"`
	Delivery       []int64        `json:"delivery,omitempty"`
	Pickup         []int64        `json:"pickup,omitempty"`
	Setup          int64          `json:"setup"`
	Service        int64          `json:"service"`
	Duration       int64          `json:"duration"`
	WaitingTime    int64          `json:"waiting_time"`
	Priority       int64          `json:"priority"`
	Distance       int64          `json:"distance"`
	Violations     []violation    `json:"violations"`
	ComputingTimes computingTimes `json:"computing_times"`
	Iterations     int            `json:"iterations"`
}

type computingTimes struct {
	Solving int64 `json:"solving"` // milliseconds
}

type violation struct {
	Cause    string `json:"cause"`
	Duration int    `json:"duration,omitempty"`
}

type leftOut struct {
	ID          int64       `json:"id"`
	Type        string      `json:"type"`
	Description string      `json:"description,omitempty"`
	Location    *[2]float64 `json:"location,omitempty"`
	Index       int         `json:"location_index"`
	// What VROOM does not say.
	Reason  string `json:"reason,omitempty"`
	Vehicle *int64 `json:"nearest_vehicle,omitempty"` // where it comes closest
	Detour  int64  `json:"detour"`
	Over    int64  `json:"over"`
	Instead *int64 `json:"displaces,omitempty"` // job whose removal makes room
}

type answer struct {
	Vehicle     int64       `json:"vehicle"`
	Description string      `json:"description,omitempty"`
	Cost        int64       `json:"cost"`
	Setup       int64       `json:"setup"`
	Service     int64       `json:"service"`
	Duration    int64       `json:"duration"`
	WaitingTime int64       `json:"waiting_time"`
	Priority    int64       `json:"priority"`
	Distance    int64       `json:"distance"`
	Delivery    []int64     `json:"delivery,omitempty"`
	Pickup      []int64     `json:"pickup,omitempty"`
	Steps       []line      `json:"steps"`
	Violations  []violation `json:"violations"`
}

type line struct {
	Type        string      `json:"type"`
	ID          *int64      `json:"id,omitempty"`
	Job         *int64      `json:"job,omitempty"`
	Description string      `json:"description,omitempty"`
	Location    *[2]float64 `json:"location,omitempty"`
	Index       *int        `json:"location_index,omitempty"`
	Setup       int64       `json:"setup"`
	Service     int64       `json:"service"`
	WaitingTime int64       `json:"waiting_time"`
	Arrival     int64       `json:"arrival"`
	Duration    int64       `json:"duration"` // driven so far
	Distance    int64       `json:"distance"`
	Load        []int64     `json:"load,omitempty"`
	Slack       int64       `json:"slack"` // how much later it could be reached
	Violations  []violation `json:"violations"`
}

// Write writes a plan as VROOM's answer, one object.
func (q *Request) Write(w io.Writer, s *planner.Solution) error {
	out := q.output(s.Routes, s.Forced)
	out.Summary.ComputingTimes.Solving = int64(s.Elapsed / time.Millisecond)
	out.Summary.Iterations = s.Iterations
	out.Summary.Unassigned = len(s.Unplanned)
	for _, u := range s.Unplanned {
		j := &q.input.Jobs[u.Visit]
		x := leftOut{ID: j.ID, Type: "job", Description: j.Description, Index: q.Problem.Visits[u.Visit].Place, Location: q.location(q.Problem.Visits[u.Visit].Place),
			Reason: string(u.Reason), Detour: int64(u.Detour), Over: int64(u.Over)}
		if u.Shift >= 0 {
			x.Vehicle = &q.input.Vehicles[u.Shift].ID
		}
		if u.Displaces >= 0 {
			x.Instead = &q.input.Jobs[u.Displaces].ID
		}
		out.Unassigned = append(out.Unassigned, x)
	}
	return json.NewEncoder(w).Encode(out)
}

// WriteCheck writes a timed order as VROOM's answer in plan mode: jobs that no
// vehicle has are unassigned, and violations are named.
func (q *Request) WriteCheck(w io.Writer, r *planner.Report) error {
	out := q.output(r.Routes, r.Violations)
	planned := make([]bool, len(q.Problem.Visits))
	for i := range r.Routes {
		for _, e := range r.Routes[i].Entries {
			if e.Kind == planner.Stop {
				planned[e.Visit] = true
			}
		}
	}
	for i, j := range q.input.Jobs {
		if !planned[i] && !j.Skip {
			place := q.Problem.Visits[i].Place
			out.Unassigned = append(out.Unassigned, leftOut{ID: j.ID, Type: "job", Description: j.Description, Index: place, Location: q.location(place)})
		}
	}
	out.Summary.Unassigned = len(out.Unassigned)
	return json.NewEncoder(w).Encode(out)
}

// causes are VROOM's names of rules; the others keep ours.
var causes = map[planner.Rule]string{
	planner.RuleWindow: "delay", planner.RuleHours: "delay", planner.RuleBreak: "delay", planner.RuleCapacity: "load",
	planner.RuleVisits: "max_tasks", planner.RuleSkill: "skills", planner.RuleDrive: "max_travel_time", planner.RuleMetres: "max_distance",
}

func violationOf(v planner.Violation) violation {
	cause, ok := causes[v.Rule]
	if !ok {
		cause = string(v.Rule)
	}
	x := violation{Cause: cause}
	switch v.Rule {
	case planner.RuleWindow, planner.RuleHours, planner.RuleBreak, planner.RuleDrive, planner.RuleTime:
		x.Duration = v.By
	}
	return x
}

// output is the answer to routes; violations of mandatory jobs left out are what
// is unassigned.
func (q *Request) output(routes []planner.Route, broken []planner.Violation) *output {
	out := &output{Unassigned: []leftOut{}, Routes: []answer{}}
	sum := &out.Summary
	sum.Violations = []violation{}
	for _, v := range broken {
		if v.Shift < 0 && v.Rule != planner.RuleMissing {
			sum.Violations = append(sum.Violations, violationOf(v))
		}
	}
	for i := range routes {
		if len(routes[i].Entries) == 0 {
			continue
		}
		a := q.answer(&routes[i])
		for _, v := range broken {
			if v.Shift != i {
				continue
			}
			x := violationOf(v)
			a.Violations = append(a.Violations, x)
			for k := range a.Steps {
				line := &a.Steps[k]
				if v.Rule == planner.RuleBreak {
					if line.Type == "break" && *line.ID == q.input.Vehicles[i].Breaks[v.Visit].ID {
						line.Violations = append(line.Violations, x)
					}
				} else if v.Visit >= 0 && line.Job != nil && *line.Job == q.input.Jobs[v.Visit].ID || v.Rule == planner.RuleHours && line.Type == "end" {
					line.Violations = append(line.Violations, x)
				}
			}
		}
		sum.Violations = append(sum.Violations, a.Violations...)
		sum.Routes++
		sum.Cost += a.Cost
		sum.Setup += a.Setup
		sum.Service += a.Service
		sum.Duration += a.Duration
		sum.WaitingTime += a.WaitingTime
		sum.Priority += a.Priority
		sum.Distance += a.Distance
		sum.Delivery = plus(sum.Delivery, a.Delivery)
		sum.Pickup = plus(sum.Pickup, a.Pickup)
		out.Routes = append(out.Routes, a)
	}
	return out
}

func plus(a, b []int64) []int64 {
	for i, x := range b {
		if i == len(a) {
			a = append(a, 0)
		}
		a[i] += x
	}
	return a
}

func (q *Request) location(place int) *[2]float64 {
	if place < 0 || math.IsNaN(q.locations[place][0]) {
		return nil
	}
	return &q.locations[place]
}

func (q *Request) answer(r *planner.Route) answer {
	v := &q.input.Vehicles[r.Shift]
	a := answer{Vehicle: v.ID, Description: v.Description, Duration: int64(r.Drive), WaitingTime: int64(r.Waiting), Distance: int64(r.Metres),
		Steps: []line{}, Violations: []violation{}}
	hour, km, fixed := v.costs()
	a.Cost = int64(math.Round(fixed + hour/3600*float64(r.Drive) + km/1000*float64(r.Metres)))
	var total []int64
	for _, e := range r.Entries {
		if e.Kind == planner.Stop {
			for d, l := range q.Problem.Visits[e.Visit].Load {
				if d == len(total) {
					total = append(total, 0)
				}
				total[d] += int64(l)
			}
		}
	}
	load := make([]int64, len(total))
	if q.pickups {
		a.Pickup = total
	} else {
		a.Delivery = total
		copy(load, total)
	}
	var driven, metres int64
	for _, e := range r.Entries {
		driven += int64(e.Drive)
		metres += int64(e.Metres)
		x := line{Arrival: int64(e.Arrive) + q.base, Duration: driven, Distance: metres, WaitingTime: int64(e.Wait),
			Setup: int64(e.SetUp), Service: int64(e.End - e.Begin), Slack: int64(e.Slack), Location: q.location(e.Place), Violations: []violation{}}
		if e.Place >= 0 {
			place := e.Place
			x.Index = &place
		}
		switch e.Kind {
		case planner.Leave:
			if e.Place == planner.Anywhere {
				continue
			}
			x.Type = "start"
		case planner.Return:
			if e.Place == planner.Anywhere {
				continue
			}
			x.Type = "end"
		case planner.Pause:
			x.Type = "break"
			x.ID, x.Description = &v.Breaks[e.Visit].ID, v.Breaks[e.Visit].Description
			a.Service += x.Service
		case planner.Stop:
			j := &q.input.Jobs[e.Visit]
			x.Type, x.ID, x.Job, x.Description = "job", &j.ID, &j.ID, j.Description
			a.Setup += x.Setup
			a.Service += x.Service
			a.Priority += j.Priority
			for d, l := range q.Problem.Visits[e.Visit].Load {
				if q.pickups {
					load[d] += int64(l)
				} else {
					load[d] -= int64(l)
				}
			}
		}
		x.Load = append([]int64(nil), load...)
		a.Steps = append(a.Steps, x)
	}
	return a
}
