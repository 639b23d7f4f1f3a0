package api

import (
	"context"

	"github.com/waymark-crm/waymark/internal/identity"
	"github.com/waymark-crm/waymark/internal/visits"
)

// How reps work, what visits ask for, and a day that is planned anew from where
// the rep is.
func (s *Server) registerPlanTerms() {
	const tag = "Visit plans"
	read, write := need(identity.PlansRead), need(identity.PlansWrite)
	register(s, get("/api/users/{id}/working-terms", "getWorkingTerms", tag, "How a person works", read), s.getWorkingTerms)
	register(s, put("/api/users/{id}/working-terms", "setWorkingTerms", tag, "Change how a person works", write).
		described("One's own, or anybody's with the permission `plans.team`. Plans that are there stay as they were made."), s.setWorkingTerms)
	register(s, get("/api/skills", "listSkills", tag, "Skills that reps have or visits ask for", read), s.listSkills)
	register(s, get("/api/accounts/{id}/visit-terms", "getVisitTerms", tag, "What every visit to an account asks for", read), s.getVisitTerms)
	register(s, put("/api/accounts/{id}/visit-terms", "setVisitTerms", tag, "Change what every visit to an account asks for", need(identity.AccountsWrite)).
		described("In plans that are made from now on."), s.setVisitTerms)
	register(s, put("/api/plans/{id}/visits/{visitId}", "changePlanVisit", tag, "Change what a visit of a plan asks for", write).
		described("It stays where it is, and what that breaks now is marked. Can be undone like any other change of the plan."), s.changePlanVisit)
	register(s, put("/api/plans/{id}/stops/{siteId}/position", "placeStop", tag, "Lock a stop of a rep's day as its first, last or another one", write).
		described("Moves it there and times the day; planning again and repairing keep it there. One stop has each position: another that had it loses it."), s.placeStop)
	register(s, post("/api/plans/{id}/repair/preview", "previewRepair", tag, "How the rest of a rep's day would be", read).
		described("Made stops stay, the clock is at the time given, and what can stay where it was does. Changes nothing; the answer is the plan as it would be."), s.previewRepair)
	register(s, post("/api/plans/{id}/repair", "repairPlan", tag, "Plan the rest of a rep's day anew", write), s.repairPlan)
	register(s, post("/api/plans/{id}/repair/undo", "undoRepair", tag, "Take a day back to what it was before it was planned anew", write), s.undoRepair)
}

type placeStopInput struct {
	ByID
	SiteID int64 `path:"siteId" minimum:"1"`
	Body   struct {
		Version  int `json:"version" minimum:"1" doc:"The version that you saw."`
		Position int `json:"position" minimum:"-1" maximum:"200" doc:"The first stop is 1, the last one -1; 0 lets it go where it suits."`
	}
}

func (s *Server) placeStop(ctx context.Context, in *placeStopInput) (*answer[*visits.Plan], error) {
	return respond(s.visits.PlaceStop(ctx, in.ID, in.Body.Version, in.SiteID, in.Body.Position))
}

func (s *Server) getWorkingTerms(ctx context.Context, in *ByID) (*answer[*visits.WorkingTerms], error) {
	return respond(s.visits.WorkingTerms(ctx, in.ID))
}

type workingTermsInput struct {
	ByID
	Body visits.WorkingTerms
}

func (s *Server) setWorkingTerms(ctx context.Context, in *workingTermsInput) (*answer[*visits.WorkingTerms], error) {
	return respond(s.visits.SetWorkingTerms(ctx, in.ID, in.Body))
}

func (s *Server) listSkills(ctx context.Context, _ *none) (*answer[list[string]], error) {
	skills, err := s.visits.Skills(ctx)
	return respond(list[string]{Items: skills}, err)
}

func (s *Server) getVisitTerms(ctx context.Context, in *ByID) (*answer[*visits.VisitTerms], error) {
	return respond(s.visits.AccountTerms(ctx, in.ID))
}

type visitTermsInput struct {
	ByID
	Body visits.VisitTerms
}

func (s *Server) setVisitTerms(ctx context.Context, in *visitTermsInput) (*answer[*visits.VisitTerms], error) {
	return respond(s.visits.SetAccountTerms(ctx, in.ID, in.Body))
}

type changeVisitInput struct {
	ByID
	VisitID int `path:"visitId" minimum:"1"`
	Body    struct {
		Version int `json:"version" minimum:"1" doc:"The version that you saw."`
		visits.VisitAsk
	}
}

func (s *Server) changePlanVisit(ctx context.Context, in *changeVisitInput) (*answer[*visits.PlanBoard], error) {
	return respond(s.visits.ChangeVisit(ctx, in.ID, in.VisitID, in.Body.Version, in.Body.VisitAsk))
}

type previewRepairInput struct {
	ByID
	Body visits.RepairRequest
}

func (s *Server) previewRepair(ctx context.Context, in *previewRepairInput) (*answer[*visits.Plan], error) {
	return respond(s.visits.PreviewRepair(ctx, in.ID, in.Body))
}

type repairInput struct {
	ByID
	Body struct {
		Version int `json:"version" minimum:"1" doc:"The version that you saw."`
		visits.RepairRequest
	}
}

func (s *Server) repairPlan(ctx context.Context, in *repairInput) (*answer[*visits.Plan], error) {
	return respond(s.visits.Repair(ctx, in.ID, in.Body.Version, in.Body.RepairRequest))
}

func (s *Server) undoRepair(ctx context.Context, in *planVersionInput) (*answer[*visits.Plan], error) {
	return respond(s.visits.UndoRepair(ctx, in.ID, in.Body.Version))
}
