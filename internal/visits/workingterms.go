package visits

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/jackc/pgx/v5"
	"github.com/paulmach/orb"

	"github.com/waymark-crm/waymark/geo/travel"
	"github.com/waymark-crm/waymark/internal/fault"
)

// Bounds of what a person may set.
const (
	maxSkills    = 20
	maxSkill     = 60 // characters
	usualSpeed   = 100
	slowestSpeed = 50
	fastestSpeed = 150
)

// Where a rep's day ends.
const (
	endsAtStart    = "start"
	endsAtPlace    = "place"
	endsAtLastStop = "last_stop"
)

// WorkingTerms is how a rep works. Clock times are HH:MM in the organisation's
// time zone.
type WorkingTerms struct {
	StartPoint       *orb.Point    `json:"startPoint" doc:"[longitude, latitude]; null: the day begins at the first visit."`
	StartAddress     string        `json:"startAddress" maxLength:"500"`
	End              string        `json:"end" enum:"start,place,last_stop" doc:"Where the day ends: where it began, at endPoint, or at the last stop."`
	EndPoint         *orb.Point    `json:"endPoint" doc:"[longitude, latitude]; used when end is place."`
	EndAddress       string        `json:"endAddress" maxLength:"500"`
	WorkStart        string        `json:"workStart" pattern:"^([01][0-9]|2[0-3]):[0-5][0-9]$" example:"08:00"`
	WorkEnd          string        `json:"workEnd" pattern:"^([01][0-9]|2[0-3]):[0-5][0-9]$" example:"17:00"`
	Week             []WeekdayTerm `json:"week" maxItems:"50" nullable:"false" doc:"The weekdays on which the rep works, each once, with their hours; empty: every working day of a plan, from workStart to workEnd."`
	LunchMinutes     int           `json:"lunchMinutes" minimum:"0" maximum:"180" doc:"0 for no lunch."`
	LunchEarliest    string        `json:"lunchEarliest" pattern:"^([01][0-9]|2[0-3]):[0-5][0-9]$" doc:"Lunch begins no earlier."`
	LunchLatest      string        `json:"lunchLatest" pattern:"^([01][0-9]|2[0-3]):[0-5][0-9]$" doc:"Lunch begins no later."`
	MaxDriveMinutes  int           `json:"maxDriveMinutes" minimum:"0" maximum:"1440" doc:"A day's most driving; 0: no limit."`
	MaxKilometres    int           `json:"maxKilometres" minimum:"0" maximum:"2000" doc:"A day's longest way; 0: no limit."`
	MaxVisits        int           `json:"maxVisits" minimum:"0" maximum:"200" doc:"A day's most visits; 0: no limit."`
	Profile          string        `json:"profile,omitempty" enum:"car,van,bicycle,foot" default:"car" doc:"How the rep travels."`
	SpeedPercent     int           `json:"speedPercent" minimum:"50" maximum:"150" doc:"How fast the rep drives beside the usual speed of the roads, 100."`
	CostPerHour      float64       `json:"costPerHour" minimum:"0" maximum:"10000" doc:"Of driving, in any currency; 0: like the others."`
	CostPerKilometre float64       `json:"costPerKilometre" minimum:"0" maximum:"1000" doc:"In the same currency; 0: like the others."`
	Skills           []string      `json:"skills" maxItems:"20" nullable:"false" doc:"What the rep can do. A visit that asks for a skill is made by somebody who has it."`
}

// WeekdayTerm is a weekday's hours of work.
type WeekdayTerm struct {
	Weekday int    `json:"weekday" minimum:"1" maximum:"7" doc:"1 for Monday to 7 for Sunday."`
	From    string `json:"from" pattern:"^([01][0-9]|2[0-3]):[0-5][0-9]$"`
	To      string `json:"to" pattern:"^([01][0-9]|2[0-3]):[0-5][0-9]$"`
}

// settle fills in what was not there when the terms were stored.
func (t *WorkingTerms) settle() {
	if t.End == "" {
		t.End = endsAtStart
	}
	if t.LunchEarliest == "" {
		t.LunchEarliest = lunchEarliest
	}
	if t.LunchLatest == "" {
		t.LunchLatest = lunchLatest
	}
	if t.Profile == "" {
		t.Profile = travel.Car
	}
	if t.SpeedPercent == 0 {
		t.SpeedPercent = usualSpeed
	}
	if t.Week == nil {
		t.Week = []WeekdayTerm{}
	}
	if t.Skills == nil {
		t.Skills = []string{}
	}
}

// hours are those of a weekday, 1 to 7; works is false when the rep is off.
func (t *WorkingTerms) hours(weekday int) (from, to string, works bool) {
	if len(t.Week) == 0 {
		return t.WorkStart, t.WorkEnd, true
	}
	for _, d := range t.Week {
		if d.Weekday == weekday {
			return d.From, d.To, true
		}
	}
	return t.WorkStart, t.WorkEnd, false
}

// end is where the day ends; nil for the last stop.
func (t *WorkingTerms) end() (*orb.Point, string) {
	switch t.End {
	case endsAtPlace:
		return t.EndPoint, t.EndAddress
	case endsAtLastStop:
		return nil, ""
	}
	return t.StartPoint, t.StartAddress
}

// check says what is wrong with terms; field names them in the request, with a
// dot at its end, or is empty.
func (t *WorkingTerms) check(field string) error {
	t.settle()
	for name, p := range map[string]*orb.Point{"startPoint": t.StartPoint, "endPoint": t.EndPoint} {
		if p != nil && !onEarth(*p) {
			return fault.New(fault.Invalid, "That is no place on earth.").WithField(field+name, "Give longitude, then latitude.")
		}
	}
	if !slices.Contains([]string{endsAtStart, endsAtPlace, endsAtLastStop}, t.End) {
		return fault.New(fault.Invalid, "There is no such way to end the day.").WithField(field+"end", "Choose start, place or last_stop.")
	}
	if t.End == endsAtPlace && t.EndPoint == nil {
		return fault.New(fault.Invalid, "The place where the day ends is missing.").WithField(field+"endPoint", "Choose a place, or end the day where it begins.")
	}
	if !inOrder(t.WorkStart, t.WorkEnd, false) {
		return fault.New(fault.Invalid, "The working day ends before it begins.").WithField(field+"workEnd", "Must be later than workStart.")
	}
	if !inOrder(t.LunchEarliest, t.LunchLatest, true) {
		return fault.New(fault.Invalid, "The latest lunch is before the earliest.").WithField(field+"lunchLatest", "Must not be earlier than lunchEarliest.")
	}
	if err := checkProfile(&t.Profile, field+"profile"); err != nil {
		return err
	}
	seen := map[int]bool{}
	for i, d := range t.Week {
		at := fmt.Sprintf("%sweek[%d]", field, i)
		if d.Weekday < 1 || d.Weekday > 7 || seen[d.Weekday] {
			return fault.New(fault.Invalid, "A weekday is wrong or stands there twice.").WithField(at+".weekday", "From 1 for Monday to 7 for Sunday, each once.")
		}
		seen[d.Weekday] = true
		if !inOrder(d.From, d.To, false) {
			return fault.New(fault.Invalid, "One of the weekdays ends before it begins.").WithField(at+".to", "Must be later than from.")
		}
	}
	for _, limit := range []struct {
		name     string
		value    int
		from, to int
	}{
		{"lunchMinutes", t.LunchMinutes, 0, 180}, {"maxDriveMinutes", t.MaxDriveMinutes, 0, 1440}, {"maxKilometres", t.MaxKilometres, 0, 2000},
		{"maxVisits", t.MaxVisits, 0, MaxVisits}, {"speedPercent", t.SpeedPercent, slowestSpeed, fastestSpeed},
	} {
		if limit.value < limit.from || limit.value > limit.to {
			return fault.New(fault.Invalid, "One of the figures is out of range.").WithField(field+limit.name, fmt.Sprintf("From %d to %d.", limit.from, limit.to))
		}
	}
	if !(t.CostPerHour >= 0 && t.CostPerHour <= 10_000) || !(t.CostPerKilometre >= 0 && t.CostPerKilometre <= 1000) {
		return fault.New(fault.Invalid, "A cost is out of range.").WithField(field+"costPerHour", "From 0 to 10000, and to 1000 for a kilometre.")
	}
	var err error
	t.Skills, err = cleanSkills(t.Skills, field+"skills")
	return err
}

func onEarth(p orb.Point) bool {
	return p[0] >= -180 && p[0] <= 180 && p[1] >= -90 && p[1] <= 90
}

// cleanSkills trims names of skills and drops those that stand there twice.
func cleanSkills(skills []string, field string) ([]string, error) {
	out := []string{}
	for i, s := range skills {
		s = strings.Join(strings.Fields(s), " ")
		if s == "" || len([]rune(s)) > maxSkill {
			return nil, fault.New(fault.Invalid, "A skill has a name of 1 to 60 characters.").WithField(fmt.Sprintf("%s[%d]", field, i), "Is empty or too long.")
		}
		if !slices.ContainsFunc(out, func(o string) bool { return strings.EqualFold(o, s) }) {
			out = append(out, s)
		}
	}
	if len(out) > maxSkills {
		return nil, fault.Errorf(fault.Invalid, "%d skills are too many; at most %d.", len(out), maxSkills).WithField(field, "Is too long.")
	}
	return out, nil
}

// profileColumns are what profilesOf reads of users u and working_terms w.
const profileColumns = `u.id, u.name, u.start_point, u.start_address, to_char(u.work_start, 'HH24:MI'), to_char(u.work_end, 'HH24:MI'), u.lunch_minutes, w.terms`

func scanProfile(row pgx.CollectableRow) (RepProfile, error) {
	var p RepProfile
	var terms []byte
	var start *orb.Point
	var address, from, to string
	var lunch int
	if err := row.Scan(&p.ID, &p.Name, &start, &address, &from, &to, &lunch, &terms); err != nil {
		return p, err
	}
	if terms != nil {
		if err := json.Unmarshal(terms, &p.WorkingTerms); err != nil {
			return p, fmt.Errorf("working terms of user %d: %w", p.ID, err)
		}
	}
	// These stand in users, where people change them in their own settings too.
	p.StartPoint, p.StartAddress, p.WorkStart, p.WorkEnd, p.LunchMinutes = start, address, from, to, lunch
	p.settle()
	return p, nil
}

// WorkingTerms returns how a person works: oneself, or, with the right to plan
// for others or to see their plans, anybody.
func (s *Service) WorkingTerms(ctx context.Context, user int64) (*WorkingTerms, error) {
	a, team, err := actor(ctx)
	if err != nil {
		return nil, err
	}
	if user != a.UserID && !team && !seesAll(a) {
		return nil, errNotYourTerms
	}
	var out *WorkingTerms
	err = s.DB.Read(ctx, func(tx pgx.Tx) error {
		out, err = workingTerms(ctx, tx, a.OrgID, user)
		return err
	})
	return out, err
}

var (
	errNotYourTerms = fault.New(fault.Forbidden, "You may see and change your own working terms only. Ask your manager for those of others.")
	errNoUser       = fault.New(fault.NotFound, "There is no such user.")
)

func workingTerms(ctx context.Context, tx pgx.Tx, org, user int64) (*WorkingTerms, error) {
	rows, err := tx.Query(ctx, `
		select `+profileColumns+` from users u left join working_terms w on w.org_id = u.org_id and w.user_id = u.id
		where u.org_id = $1 and u.id = $2`, org, user)
	if err != nil {
		return nil, fmt.Errorf("visits: working terms: %w", err)
	}
	p, err := pgx.CollectExactlyOneRow(rows, scanProfile)
	if errors.Is(err, pgx.ErrNoRows) {
		return nil, errNoUser
	}
	if err != nil {
		return nil, fmt.Errorf("visits: working terms: %w", err)
	}
	return &p.WorkingTerms, nil
}

// SetWorkingTerms changes how a person works. Plans that are there stay as they
// were made.
func (s *Service) SetWorkingTerms(ctx context.Context, user int64, t WorkingTerms) (*WorkingTerms, error) {
	a, team, err := actor(ctx)
	if err != nil {
		return nil, err
	}
	if user != a.UserID && !team {
		return nil, errNotYourTerms
	}
	if err := t.check(""); err != nil {
		return nil, err
	}
	body, err := json.Marshal(t)
	if err != nil {
		return nil, fmt.Errorf("visits: working terms: %w", err)
	}
	var out *WorkingTerms
	err = s.DB.Tx(ctx, func(tx pgx.Tx) error {
		tag, err := tx.Exec(ctx, `
			update users set start_point = $3, start_address = $4, work_start = $5::text::time, work_end = $6::text::time, lunch_minutes = $7, updated_at = now()
			where org_id = $1 and id = $2`, a.OrgID, user, t.StartPoint, t.StartAddress, t.WorkStart, t.WorkEnd, t.LunchMinutes)
		if err != nil {
			return fmt.Errorf("visits: working terms: %w", err)
		}
		if tag.RowsAffected() == 0 {
			return errNoUser
		}
		if _, err := tx.Exec(ctx, `
			insert into working_terms (org_id, user_id, terms) values ($1, $2, $3)
			on conflict (org_id, user_id) do update set terms = excluded.terms, updated_at = now()`, a.OrgID, user, body); err != nil {
			return fmt.Errorf("visits: working terms: %w", err)
		}
		if s.Want != nil { // so that they are there when the first plan needs them
			if err := s.Want(ctx, tx, travel.Way{Profile: t.Profile}); err != nil {
				return err
			}
		}
		out, err = workingTerms(ctx, tx, a.OrgID, user)
		return err
	})
	return out, err
}

// Skills lists the skills that reps have or visits ask for, by name.
func (s *Service) Skills(ctx context.Context) ([]string, error) {
	a, _, err := actor(ctx)
	if err != nil {
		return nil, err
	}
	skills := []string{}
	err = s.DB.Read(ctx, func(tx pgx.Tx) error {
		rows, err := tx.Query(ctx, `
			select min(skill) from (
			  select jsonb_array_elements_text(terms->'skills') as skill from working_terms where org_id = $1
			  union all
			  select jsonb_array_elements_text(terms->'skills') from account_visit_terms where org_id = $1
			) s group by lower(skill) order by lower(min(skill)) limit 500`, a.OrgID)
		if err != nil {
			return fmt.Errorf("visits: skills: %w", err)
		}
		skills, err = pgx.AppendRows(skills, rows, pgx.RowTo[string])
		return err
	})
	return skills, err
}

// What an hour and a kilometre cost where nobody says: [planner.Balanced] takes
// 120 kilometres for as dear as an hour.
const (
	usualHour      = 40.0
	kilometresHour = 120.0
)

// costs are a rep's costs as percentages of the others'. Who names no cost counts
// as the mean of those who do.
func costs(reps []RepProfile, r RepProfile) (drive, distance int) {
	sum, n := 0.0, 0
	for _, x := range reps {
		if x.CostPerHour > 0 {
			sum, n = sum+x.CostPerHour, n+1
		}
	}
	hour := usualHour
	if n > 0 {
		hour = sum / float64(n)
	}
	percent := func(cost, usual float64) int {
		if cost == 0 {
			return 0
		}
		return int(math.Round(min(1000, max(1, 100*cost/usual))))
	}
	return percent(r.CostPerHour, hour), percent(r.CostPerKilometre, hour/kilometresHour)
}
