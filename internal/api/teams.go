package api

import (
	"context"

	"github.com/waymark-crm/waymark/internal/identity"
)

func (s *Server) registerTeams() {
	const tag = "Organisation"
	register(s, get("/api/teams", "listTeams", tag, "Every team, by name", need(identity.UsersRead)), s.listTeams)
	register(s, post("/api/teams", "createTeam", tag, "Add a team", need(identity.UsersManage)).status(201), s.createTeam)
}

func (s *Server) listTeams(ctx context.Context, _ *none) (*answer[list[identity.Team]], error) {
	teams, err := s.deps.Identity.Teams(ctx)
	return respond(list[identity.Team]{Items: teams}, err)
}

type createTeamRequest struct {
	Name string `json:"name" minLength:"1" maxLength:"200"`
}

func (s *Server) createTeam(ctx context.Context, in *struct{ Body createTeamRequest }) (*answer[identity.Team], error) {
	return respond(s.deps.Identity.CreateTeam(ctx, in.Body.Name))
}
