package visits

import (
	"context"
	"slices"

	"github.com/jackc/pgx/v5"

	"github.com/waymark-crm/waymark/internal/fault"
	"github.com/waymark-crm/waymark/internal/postgres"
)

// PlaceStop locks a stop of a day as its first, last or another one, moves it
// there and times the day. Planning again and repairing keep it there. Position is
// that of [VisitTerms]; 0 lets it go where it suits, and moves nothing.
func (s *Service) PlaceStop(ctx context.Context, id int64, version int, siteID int64, position int) (*Plan, error) {
	if position < lastStop || position > MaxVisits {
		return nil, errNoPosition.WithField("position", "From 1 to 200, -1 for the last stop, 0 for any.")
	}
	return s.change(ctx, id, version, func(tx pgx.Tx, a postgres.Actor, plan *Plan) error {
		if plan.State == Queued || plan.State == Running {
			return errUnderWork.WithCurrent(plan)
		}
		order, err := placed(plan, siteID, position)
		if err != nil {
			return err
		}
		request := plan.Request
		request.Visits = slices.Clone(plan.Request.Visits)
		for i := range request.Visits {
			v := &request.Visits[i]
			switch {
			case v.SiteID == siteID:
				terms := VisitTerms{}
				if v.Terms != nil {
					terms = *v.Terms
				}
				terms.settle()
				terms.Position = position
				v.Terms = &terms
			case position != 0 && v.Terms != nil && v.Terms.Position == position:
				other := *v.Terms // a day has one first and one last stop
				other.Position = 0
				v.Terms = &other
			}
		}
		return s.reorder(ctx, tx, a, plan, request, order)
	})
}

// placed is the order of a day's stops with one of them at its position.
func placed(plan *Plan, siteID int64, position int) ([]int64, error) {
	order := []int64{}
	if plan.Route != nil {
		for _, stop := range plan.Route.Stops {
			order = append(order, stop.SiteID)
		}
	}
	at := slices.Index(order, siteID)
	if at < 0 {
		return nil, fault.New(fault.Invalid, "There is no such stop in this day. Load the plan again.").WithField("siteId", "Is no stop of the day.")
	}
	to := position - 1
	if position == lastStop {
		to = len(order) - 1
	}
	if position == 0 {
		return order, nil
	}
	if at < len(plan.Request.Done) || to < len(plan.Request.Done) {
		return nil, fault.New(fault.Invalid, "That part of the day is over already.").WithField("position", "Is among the stops that were made.")
	}
	if to >= len(order) {
		return nil, errNoPosition.WithField("position", "The day has fewer stops.")
	}
	return slices.Insert(slices.Delete(order, at, at+1), to, siteID), nil
}
