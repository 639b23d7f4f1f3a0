package api

import (
	"context"
	"net/http"

	"github.com/waymark-crm/waymark/internal/accounts"
	"github.com/waymark-crm/waymark/internal/identity"
	"github.com/waymark-crm/waymark/internal/visits"
)

func (s *Server) registerPlans() {
	const tag = "Visit plans"
	read, write := need(identity.PlansRead), need(identity.PlansWrite)
	register(s, get("/api/visits/due", "listDueVisits", tag, "Accounts of a rep that are due for a visit", read), s.listDueVisits)
	register(s, post("/api/plans", "createPlan", tag, "Plan a rep's day", write).status(http.StatusAccepted).
		described("Answers at once with the queued plan. A job works it out; its progress comes by /api/events and by reading the plan."), s.createPlan)
	register(s, get("/api/plans", "listPlans", tag, "Plans, the newest day first", read), s.listPlans)
	register(s, get("/api/plans/{id}", "getPlan", tag, "A plan with its route", read), s.getPlan)
	register(s, put("/api/plans/{id}/order", "reorderPlan", tag, "Put the stops in an order made by hand", write).
		described("A stop left out moves to the visits left out; one that was left out, or is new, goes in. Times are worked out anew at once, and what the order breaks is marked."), s.reorderPlan)
	register(s, post("/api/plans/{id}/optimise", "optimisePlan", tag, "Plan the visits again", write).status(http.StatusAccepted), s.optimisePlan)
	register(s, post("/api/plans/{id}/cancel", "cancelPlan", tag, "Stop planning", write), s.cancelPlan)
	register(s, remove("/api/plans/{id}", "deletePlan", tag, "Delete a plan", write), s.deletePlan)
}

type dueInput struct {
	RepID int64  `query:"repId" minimum:"1" required:"true"`
	Day   string `query:"day" format:"date" required:"true"`
	Limit int    `query:"limit" minimum:"1" maximum:"200" default:"30"`
}

func (s *Server) listDueVisits(ctx context.Context, in *dueInput) (*answer[list[DueVisit]], error) {
	due, err := s.visits.Due(ctx, in.RepID, in.Day, in.Limit)
	if err != nil {
		return nil, err
	}
	ids := make([]int64, len(due))
	for i, d := range due {
		ids[i] = d.AccountID
	}
	rows, err := s.accounts.RowsOf(ctx, ids)
	if err != nil {
		return nil, err
	}
	ByID := make(map[int64]accounts.Row, len(rows))
	for _, row := range rows {
		ByID[row.ID] = row
	}
	items := make([]DueVisit, 0, len(due))
	for _, d := range due {
		if row, ok := ByID[d.AccountID]; ok {
			items = append(items, DueVisit{Account: row, Reason: d.Reason, DaysOverdue: d.DaysOverdue})
		}
	}
	return respond(list[DueVisit]{Items: items}, nil)
}

// DueVisit is an account that should be visited, and why.
type DueVisit struct {
	Account     accounts.Row `json:"account"`
	Reason      string       `json:"reason" enum:"overdue,due,never"`
	DaysOverdue *int         `json:"daysOverdue" doc:"Negative when not due yet; null when never visited."`
}

func (s *Server) createPlan(ctx context.Context, in *struct{ Body visits.PlanRequest }) (*answer[*visits.Plan], error) {
	return respond(s.visits.Create(ctx, in.Body))
}

type plansInput struct {
	RepID int64  `query:"repId" minimum:"1"`
	From  string `query:"from" format:"date"`
	To    string `query:"to" format:"date"`
	Kind  string `query:"kind" enum:"day,period" doc:"Plans of one rep's day, or of a period; both unless given."`
	Limit int    `query:"limit" minimum:"1" maximum:"500" default:"50"`
}

func (s *Server) listPlans(ctx context.Context, in *plansInput) (*answer[list[visits.PlanSummary]], error) {
	plans, err := s.visits.List(ctx, visits.ListFilter{RepID: in.RepID, From: in.From, To: in.To, Kind: in.Kind, Limit: in.Limit})
	return respond(list[visits.PlanSummary]{Items: plans}, err)
}

func (s *Server) getPlan(ctx context.Context, in *ByID) (*answer[*visits.Plan], error) {
	return respond(s.visits.Get(ctx, in.ID))
}

type orderInput struct {
	ByID
	Body struct {
		Version int     `json:"version" minimum:"1" doc:"The version that you saw."`
		SiteIDs []int64 `json:"siteIds" maxItems:"200" nullable:"false" doc:"The sites in the order of the route."`
	}
}

func (s *Server) reorderPlan(ctx context.Context, in *orderInput) (*answer[*visits.Plan], error) {
	return respond(s.visits.Reorder(ctx, in.ID, in.Body.Version, in.Body.SiteIDs))
}

type planVersionInput struct {
	ByID
	Body struct {
		Version int `json:"version" minimum:"1" doc:"The version that you saw."`
	}
}

func (s *Server) optimisePlan(ctx context.Context, in *planVersionInput) (*answer[*visits.Plan], error) {
	return respond(s.visits.Optimise(ctx, in.ID, in.Body.Version))
}

func (s *Server) cancelPlan(ctx context.Context, in *ByID) (*answer[*visits.Plan], error) {
	return respond(s.visits.Cancel(ctx, in.ID))
}

func (s *Server) deletePlan(ctx context.Context, in *ByID) (*none, error) {
	return respondNone(s.visits.Delete(ctx, in.ID))
}
