package visits

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/waymark-crm/waymark/geo/planner"
	"github.com/waymark-crm/waymark/geo/travel"
	"github.com/waymark-crm/waymark/internal/fault"
)

// maxPlacesByHour bounds the places of a plan at the pace of the hour, which needs
// a travel table a time of day.
const maxPlacesByHour = 2500

var (
	errNoProfile       = fault.New(fault.Invalid, "There is no such way to travel.")
	errTooManyForHours = fault.Errorf(fault.Invalid, "At the pace of the hour a plan holds at most %d places. Plan without the traffic of the hour, or make two plans.", maxPlacesByHour).
				WithField("byHour", "Is for smaller plans.")
)

// checkProfile sees to it that a profile of travel is one; field names it.
func checkProfile(profile *string, field string) error {
	if *profile == "" {
		*profile = travel.Car
	}
	if !travel.Known(*profile) {
		return errNoProfile.WithField(field, "Choose car, van, bicycle or foot.")
	}
	return nil
}

// way is how the rep of a day travels.
func (r *PlanRequest) way() travel.Way {
	w := travel.Way{Profile: r.Profile, ByHour: r.ByHour}
	if w.Profile == "" { // planned before one could choose
		w.Profile = travel.Car
	}
	return w
}

// plannerTable is a travel table as the planner takes it.
func plannerTable(t *travel.Table) planner.Table {
	out := planner.Table{Places: t.Places, Seconds: t.Seconds, Metres: t.Metres}
	for _, p := range t.Periods {
		out.Periods = append(out.Periods, planner.Period{From: planner.Seconds(p.From), Seconds: p.Seconds})
	}
	return out
}

// part is the table of some of the places, in that order.
func part(t *travel.Table, places []int) planner.Table {
	n := len(places)
	choose := func(all []int32) []int32 {
		out := make([]int32, n*n)
		for i, a := range places {
			for j, b := range places {
				out[i*n+j] = all[a*t.Places+b]
			}
		}
		return out
	}
	out := planner.Table{Places: n, Seconds: choose(t.Seconds), Metres: choose(t.Metres)}
	for _, p := range t.Periods {
		out.Periods = append(out.Periods, planner.Period{From: planner.Seconds(p.From), Seconds: choose(p.Seconds)})
	}
	return out
}

// buildWays gives every shift the table of its rep's way to travel.
func (m *model) buildWays() {
	for i := range m.shifts {
		w := travel.Way{Profile: m.period.Reps[m.shifts[i].Rep].Profile, ByHour: m.period.ByHour}
		n := slices.Index(m.ways, w)
		if n < 0 {
			n = len(m.ways)
			m.ways = append(m.ways, w)
		}
		m.shifts[i].Table = n
	}
	if len(m.ways) == 0 {
		m.ways = []travel.Way{{Profile: travel.Car, ByHour: m.period.ByHour}}
	}
}

// tableOf is the travel table of a shift.
func (m *model) tableOf(shift int) *travel.Table { return m.tables[m.shifts[shift].Table] }

// travel looks up the travel times of a plan, without which a model answers
// nothing about lanes. Roads that are missing are asked for.
func (s *Service) travel(ctx context.Context, m *model) error {
	providers, err := s.providers(m.ways)
	if err != nil {
		return s.wanting(ctx, err)
	}
	if m.period.ByHour && len(m.points) > maxPlacesByHour {
		return errTooManyForHours
	}
	tables := make([]*travel.Table, len(m.ways))
	for i, w := range m.ways {
		if tables[i], err = s.tables.table(ctx, w, providers[i], m.points); err != nil {
			return fmt.Errorf("visits: travel times: %w", err)
		}
	}
	m.tables, m.providers = tables, providers
	return nil
}

func (s *Service) providers(ways []travel.Way) ([]travel.Provider, error) {
	out := make([]travel.Provider, len(ways))
	for i, w := range ways {
		p, err := s.Travel(w)
		if err != nil {
			return nil, err
		}
		out[i] = p
	}
	return out, nil
}

// wanting has the roads prepared that an error says are missing, and passes the
// error on. It must not be called in a transaction.
func (s *Service) wanting(ctx context.Context, err error) error {
	var missing *travel.NotPrepared
	if s.Want == nil || !errors.As(err, &missing) {
		return err
	}
	if wanted := s.DB.Tx(ctx, func(tx pgx.Tx) error { return s.Want(ctx, tx, missing.Way) }); wanted != nil {
		return wanted
	}
	return err
}

// ofDay is a moment in seconds since midnight of a time zone.
func ofDay(t time.Time, zone *time.Location) int {
	hour, minute, second := t.In(zone).Clock()
	return hour*3600 + minute*60 + second
}
