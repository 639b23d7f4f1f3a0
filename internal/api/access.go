package api

import (
	"context"

	"github.com/waymark-crm/waymark/internal/identity"
)

func (s *Server) registerAccess() {
	const tag = "Access"
	register(s, get("/api/access-rules", "listAccessRules", tag, "Which accounts each role sees and edits", need(identity.UsersRead)), s.listAccessRules)
	register(s, put("/api/access-rules", "setAccessRules", tag, "Change which accounts roles see and edit", need(identity.OrganisationManage)).
		described("For everyone's next request. Roles that are left out stay as they are; administrators see and edit everything."), s.setAccessRules)
	register(s, get("/api/accounts/{id}/access", "getAccountAccess", tag, "Who can see an account, and why", need(identity.AccountsRead)), s.getAccountAccess)
}

func (s *Server) listAccessRules(ctx context.Context, _ *none) (*answer[list[identity.AccessRule]], error) {
	rules, err := s.deps.Identity.AccessRules(ctx)
	return respond(list[identity.AccessRule]{Items: rules}, err)
}

type setAccessRulesRequest struct {
	Rules []identity.AccessRule `json:"rules" minItems:"1" maxItems:"10" nullable:"false"`
}

func (s *Server) setAccessRules(ctx context.Context, in *struct{ Body setAccessRulesRequest }) (*answer[list[identity.AccessRule]], error) {
	rules, err := s.deps.Identity.SetAccessRules(ctx, in.Body.Rules)
	return respond(list[identity.AccessRule]{Items: rules}, err)
}

func (s *Server) getAccountAccess(ctx context.Context, in *ByID) (*answer[identity.AccountAccess], error) {
	return respond(s.deps.Identity.AccountAccess(ctx, in.ID))
}
