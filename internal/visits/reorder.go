package visits

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/waymark-crm/waymark/internal/fault"
	"github.com/waymark-crm/waymark/internal/postgres"
)

// Reorder takes the order of stops made by hand. A stop that is missing moves to
// the visits left out; one that was left out, or is new, is put in where it
// stands. Times are exact; what the order breaks is marked, not refused.
func (s *Service) Reorder(ctx context.Context, id int64, version int, siteIDs []int64) (*Plan, error) {
	return s.change(ctx, id, version, func(tx pgx.Tx, a postgres.Actor, plan *Plan) error {
		if plan.State == Queued || plan.State == Running {
			return errUnderWork.WithCurrent(plan)
		}
		siteIDs, err := madeFirst(plan, siteIDs)
		if err != nil {
			return err
		}
		request, added := plan.Request, []PlanVisit{}
		asked := make(map[int64]bool, len(request.Visits))
		for _, v := range request.Visits {
			asked[v.SiteID] = true
		}
		for _, site := range siteIDs {
			if !asked[site] {
				added = append(added, PlanVisit{SiteID: site})
			}
		}
		if len(added) > 0 {
			request.Visits = append(request.Visits, added...)
			if err := checkVisits(ctx, tx, a.OrgID, request.Visits); err != nil {
				return err
			}
			if err := completeTerms(ctx, tx, a.OrgID, request.Visits[len(plan.Request.Visits):]); err != nil {
				return err
			}
		}
		return s.reorder(ctx, tx, a, plan, request, siteIDs)
	})
}

// reorder times an order and stores it, with the request that it belongs to.
func (s *Service) reorder(ctx context.Context, tx pgx.Tx, a postgres.Actor, plan *Plan, request PlanRequest, siteIDs []int64) error {
	found, err := s.timed(ctx, tx, a, plan, request, siteIDs)
	if err != nil {
		return err
	}
	if err := store(ctx, tx, a.OrgID, plan, found); err != nil {
		return err
	}
	body, err := json.Marshal(request)
	if err != nil {
		return fmt.Errorf("visits: request: %w", err)
	}
	_, err = tx.Exec(ctx, `
		update visit_plans set state = 'done', error = '', request = $3, estimated = $4, version = version + 1
		where org_id = $1 and id = $2`, a.OrgID, plan.ID, body, found.estimated)
	return err
}

// madeFirst is an order in which the stops that were made come first, as they
// were made.
func madeFirst(plan *Plan, siteIDs []int64) ([]int64, error) {
	order := make([]int64, 0, len(siteIDs))
	for _, d := range plan.Request.Done {
		if !slices.Contains(siteIDs, d.SiteID) {
			return nil, fault.New(fault.Invalid, "A stop that was made cannot be taken out of the day.").WithField("siteIds", "A stop that was made is missing.")
		}
		order = append(order, d.SiteID)
	}
	made := len(order)
	for _, id := range siteIDs {
		if !slices.Contains(order[:made], id) {
			order = append(order, id)
		}
	}
	return order, nil
}

// timed works out the route of an order and what is left out of it.
func (s *Service) timed(ctx context.Context, tx pgx.Tx, a postgres.Actor, plan *Plan, request PlanRequest, order []int64) (*outcome, error) {
	sites, err := readSites(ctx, tx, a.OrgID, order)
	if err != nil {
		return nil, err
	}
	if len(sites) != len(order) {
		return nil, fault.New(fault.Invalid, "One of the stops does not exist any more. Load the plan again.")
	}
	seen := make(map[int64]bool, len(order))
	indices := make([]int, len(order))
	for i, id := range order {
		if seen[id] {
			return nil, fault.New(fault.Invalid, "A stop stands in the order twice.").WithField(fmt.Sprintf("siteIds[%d]", i), "Stands in the list already.")
		}
		seen[id], indices[i] = true, i
	}
	zone, err := time.LoadLocation(plan.TimeZone)
	if err != nil {
		return nil, fmt.Errorf("visits: time zone of organisation %d: %w", a.OrgID, err)
	}
	roads, err := s.Travel(request.way())
	if err != nil {
		return nil, err
	}
	day, err := newDay(ctx, roads, request, zone, sites)
	if err != nil {
		return nil, err
	}
	found, err := day.follow(indices)
	if err != nil {
		return nil, err
	}
	if err := day.draw(ctx, roads, found); err != nil {
		return nil, err
	}
	found.unplanned, err = leftOut(ctx, tx, a, plan, request, seen)
	return found, err
}

// leftOut are the visits asked for that are not in the order: with their reason
// when they had one, as removed by hand otherwise.
func leftOut(ctx context.Context, tx pgx.Tx, a postgres.Actor, plan *Plan, request PlanRequest, planned map[int64]bool) ([]left, error) {
	var ids []int64
	for _, v := range request.Visits {
		if !planned[v.SiteID] {
			ids = append(ids, v.SiteID)
		}
	}
	sites, err := readSites(ctx, tx, a.OrgID, ids)
	if err != nil {
		return nil, err
	}
	before := make(map[int64]Unplanned, len(plan.Unplanned))
	for _, u := range plan.Unplanned {
		before[u.SiteID] = u
	}
	out := make([]left, len(sites))
	for i, site := range sites {
		out[i] = left{site: site, reason: ReasonRemoved, detail: UnplannedDetail{OpeningHours: site.OpeningHours}}
		if u, ok := before[site.ID]; ok {
			out[i].reason, out[i].detail = u.Reason, u.Detail
		}
	}
	return out, nil
}
