package api

import (
	"context"
	"net/http"

	"github.com/waymark-crm/waymark/internal/identity"
	"github.com/waymark-crm/waymark/internal/visits"
)

// The board of a plan of several days or reps.
func (s *Server) registerBoard() {
	const tag = "Visit plans"
	read, write := need(identity.PlansRead), need(identity.PlansWrite)
	register(s, get("/api/visits/proposals", "proposeVisits", tag, "Accounts that fall due in a period", read), s.proposeVisits)
	register(s, post("/api/visits/suitable-days", "suitableDays", tag, "Days that suit a visit to a site", read).
		described("Against the rep's published days, and own plans for days that have none."), s.suitableDays)
	register(s, post("/api/plans/periods", "createPeriodPlan", tag, "Plan several days or reps", write).status(http.StatusAccepted).
		described("Answers at once with the queued plan. A job works it out; its progress and best so far come by /api/events and by reading the plan. "+
			"Without visits and without byDueDate the plan begins empty."), s.createPeriodPlan)
	register(s, get("/api/plans/{id}/head", "getPlanHead", tag, "A plan's state and best so far", read), s.getPlanHead)
	register(s, get("/api/plans/{id}/board", "getBoard", tag, "A plan of several days or reps with all its routes", read), s.getBoard)
	register(s, get("/api/plans/{id}/lines", "getPlanLines", tag, "The lines along the roads, a leg each", read), s.getPlanLines)
	register(s, post("/api/plans/{id}/moves/preview", "previewMoves", tag, "What changes by hand would do", read).
		described("Changes nothing. The first answer for a plan takes as long as its travel times; the next ones a few milliseconds."), s.previewMoves)
	register(s, post("/api/plans/{id}/moves", "applyMoves", tag, "Change a plan by hand", write).
		described("All of them or none. What they break is marked, not refused. 409 with the board as it is when the version is not the current one."), s.applyMoves)
	register(s, post("/api/plans/{id}/visits", "addPlanVisits", tag, "Add visits to a plan", write).
		described("They come in unplanned; move them by hand or improve the plan."), s.addPlanVisits)
	register(s, get("/api/plans/{id}/places", "suitablePlaces", tag, "Where a visit of a plan suits best", read), s.suitablePlaces)
	register(s, post("/api/plans/{id}/improve", "improvePlan", tag, "Plan on from the plan as it is", write).status(http.StatusAccepted).
		described("Locked visits keep rep, day and time, pinned ones rep and day, excluded ones stay out. Lanes that are not chosen stay as they are."), s.improvePlan)
	register(s, post("/api/plans/{id}/stop", "stopPlanning", tag, "Stop planning and keep the best so far", write).status(http.StatusAccepted), s.stopPlanning)
	register(s, post("/api/plans/{id}/abandon", "abandonPlanning", tag, "Stop planning and keep the plan as it was before", write), s.abandonPlanning)
	register(s, patch("/api/plans/{id}", "renamePlan", tag, "Give a plan of a period another name", write), s.renamePlan)
	register(s, get("/api/plans/{id}/history", "planHistory", tag, "What was done to a plan, the latest first", read), s.planHistory)
	register(s, post("/api/plans/{id}/undo", "undoPlan", tag, "Undo the latest change", write), s.undoPlan)
	register(s, post("/api/plans/{id}/redo", "redoPlan", tag, "Make the change again that was undone last", write), s.redoPlan)
	register(s, get("/api/plans/compare", "comparePlans", tag, "Two plans side by side", read), s.comparePlans)
	register(s, post("/api/plans/{id}/copy", "copyPlan", tag, "Copy a plan, to try something else", write).status(http.StatusCreated), s.copyPlan)
	register(s, post("/api/plans/{id}/publish", "publishPlan", tag, "Make a plan the reps' own days", write).
		described("Every lane with a stop becomes a plan of that day, which the rep sees and opens. An earlier published plan of the same rep and day is replaced, and kept."), s.publishPlan)
	register(s, post("/api/plans/{id}/withdraw", "withdrawPlan", tag, "Take a published plan back from the reps", write).
		described("What it had replaced is the reps' plan again."), s.withdrawPlan)
}

type proposalsInput struct {
	RepIDs []int64 `query:"repId,explode" maxItems:"50" doc:"Several reps: repId=1&repId=2."`
	TeamID int64   `query:"teamId" minimum:"0"`
	From   string  `query:"from" format:"date" required:"true"`
	To     string  `query:"to" format:"date" required:"true" doc:"At most 31 days in all."`
	Limit  int     `query:"limit" minimum:"1" maximum:"5000" default:"500"`
}

func (s *Server) proposeVisits(ctx context.Context, in *proposalsInput) (*answer[*visits.Proposals], error) {
	return respond(s.visits.Propose(ctx, visits.ProposalsFilter{RepIDs: in.RepIDs, TeamID: in.TeamID, From: in.From, To: in.To, Limit: in.Limit}))
}

func (s *Server) suitableDays(ctx context.Context, in *struct{ Body visits.SuitableDaysRequest }) (*answer[*visits.SuitablePlaces], error) {
	return respond(s.visits.SuitableDays(ctx, in.Body))
}

func (s *Server) createPeriodPlan(ctx context.Context, in *struct{ Body visits.PeriodRequest }) (*answer[*visits.PlanHead], error) {
	return respond(s.visits.CreatePeriod(ctx, in.Body))
}

func (s *Server) getPlanHead(ctx context.Context, in *ByID) (*answer[*visits.PlanHead], error) {
	return respond(s.visits.Head(ctx, in.ID))
}

type boardInput struct {
	ByID
	Best bool `query:"best" doc:"While the plan is being worked on: the best lanes so far instead of the plan's own."`
}

func (s *Server) getBoard(ctx context.Context, in *boardInput) (*answer[*visits.PlanBoard], error) {
	if in.Best {
		return respond(s.visits.BestBoard(ctx, in.ID))
	}
	return respond(s.visits.Board(ctx, in.ID))
}

type linesInput struct {
	ByID
	RepID int64  `query:"repId" minimum:"0" doc:"Of this rep only."`
	Day   string `query:"day" format:"date" doc:"Of this day only."`
}

func (s *Server) getPlanLines(ctx context.Context, in *linesInput) (*answer[*visits.PlanLines], error) {
	return respond(s.visits.Lines(ctx, in.ID, in.RepID, in.Day))
}

type previewInput struct {
	ByID
	Body struct {
		Moves []visits.PlanMove `json:"moves" minItems:"1" maxItems:"200" nullable:"false" doc:"Done one after the other."`
	}
}

func (s *Server) previewMoves(ctx context.Context, in *previewInput) (*answer[*visits.MoveEffect], error) {
	return respond(s.visits.Preview(ctx, in.ID, in.Body.Moves))
}

type movesInput struct {
	ByID
	Body struct {
		Version int               `json:"version" minimum:"1" doc:"The version that you saw."`
		Moves   []visits.PlanMove `json:"moves" minItems:"1" maxItems:"200" nullable:"false" doc:"Done one after the other."`
	}
}

func (s *Server) applyMoves(ctx context.Context, in *movesInput) (*answer[*visits.PlanBoard], error) {
	return respond(s.visits.Apply(ctx, in.ID, in.Body.Version, in.Body.Moves))
}

type addVisitsInput struct {
	ByID
	Body struct {
		Version int                  `json:"version" minimum:"1" doc:"The version that you saw."`
		Visits  []visits.PeriodVisit `json:"visits" minItems:"1" maxItems:"5000" nullable:"false"`
	}
}

func (s *Server) addPlanVisits(ctx context.Context, in *addVisitsInput) (*answer[*visits.PlanBoard], error) {
	return respond(s.visits.AddVisits(ctx, in.ID, in.Body.Version, in.Body.Visits))
}

type suitablePlacesInput struct {
	ByID
	VisitID int `query:"visitId" minimum:"1" required:"true"`
}

func (s *Server) suitablePlaces(ctx context.Context, in *suitablePlacesInput) (*answer[*visits.SuitablePlaces], error) {
	return respond(s.visits.SuitablePlaces(ctx, in.ID, in.VisitID))
}

type improveInput struct {
	ByID
	Body visits.ImproveRequest
}

func (s *Server) improvePlan(ctx context.Context, in *improveInput) (*answer[*visits.PlanHead], error) {
	return respond(s.visits.Improve(ctx, in.ID, in.Body))
}

func (s *Server) stopPlanning(ctx context.Context, in *ByID) (*answer[*visits.PlanHead], error) {
	return respond(s.visits.Stop(ctx, in.ID))
}

func (s *Server) abandonPlanning(ctx context.Context, in *ByID) (*answer[*visits.PlanHead], error) {
	return respond(s.visits.AbandonSearch(ctx, in.ID))
}

type renamePlanInput struct {
	ByID
	Body struct {
		Name string `json:"name" minLength:"1" maxLength:"200"`
	}
}

func (s *Server) renamePlan(ctx context.Context, in *renamePlanInput) (*answer[*visits.PlanHead], error) {
	return respond(s.visits.Rename(ctx, in.ID, in.Body.Name))
}

func (s *Server) planHistory(ctx context.Context, in *ByID) (*answer[list[visits.PlanRevision]], error) {
	items, err := s.visits.History(ctx, in.ID)
	return respond(list[visits.PlanRevision]{Items: items}, err)
}

func (s *Server) undoPlan(ctx context.Context, in *planVersionInput) (*answer[*visits.PlanBoard], error) {
	return respond(s.visits.Undo(ctx, in.ID, in.Body.Version))
}

func (s *Server) redoPlan(ctx context.Context, in *planVersionInput) (*answer[*visits.PlanBoard], error) {
	return respond(s.visits.Redo(ctx, in.ID, in.Body.Version))
}

type compareInput struct {
	A int64 `query:"a" minimum:"1" required:"true"`
	B int64 `query:"b" minimum:"1" required:"true"`
}

func (s *Server) comparePlans(ctx context.Context, in *compareInput) (*answer[*visits.PlanComparison], error) {
	return respond(s.visits.Compare(ctx, in.A, in.B))
}

type copyPlanInput struct {
	ByID
	Body struct {
		Name string `json:"name,omitempty" maxLength:"200" doc:"Empty: the name of the plan with a number."`
	}
}

func (s *Server) copyPlan(ctx context.Context, in *copyPlanInput) (*answer[*visits.PlanHead], error) {
	return respond(s.visits.Copy(ctx, in.ID, in.Body.Name))
}

func (s *Server) publishPlan(ctx context.Context, in *planVersionInput) (*answer[*visits.PlanHead], error) {
	return respond(s.visits.Publish(ctx, in.ID, in.Body.Version))
}

func (s *Server) withdrawPlan(ctx context.Context, in *planVersionInput) (*answer[*visits.PlanHead], error) {
	return respond(s.visits.Withdraw(ctx, in.ID, in.Body.Version))
}
