package api

import (
	"context"

	"github.com/waymark-crm/waymark/internal/identity"
)

func (s *Server) registerUsers() {
	const tag = "Organisation"
	register(s, get("/api/users", "listUsers", tag, "Every user, active or not, by name", need(identity.UsersRead)), s.listUsers)
	register(s, post("/api/users", "createUser", tag, "Add a user", need(identity.UsersManage)).status(201), s.createUser)
	register(s, patch("/api/users/{id}", "updateUser", tag, "Change a user", need(identity.UsersManage)).
		described("A new password or the end of being active ends the user's sessions. The last active administrator stays one."), s.updateUser)
}

func (s *Server) listUsers(ctx context.Context, _ *none) (*answer[list[identity.User]], error) {
	users, err := s.deps.Identity.Users(ctx)
	return respond(list[identity.User]{Items: users}, err)
}

type createUserRequest struct {
	Name     string        `json:"name" minLength:"1" maxLength:"200"`
	Email    string        `json:"email" minLength:"3" maxLength:"320"`
	Role     identity.Role `json:"role" enum:"admin,manager,rep,marketer,service,backoffice"`
	TeamID   *int64        `json:"teamId,omitempty" nullable:"true" minimum:"1"`
	Password string        `json:"password" maxLength:"1000" doc:"At least 10 characters."`
}

func (s *Server) createUser(ctx context.Context, in *struct{ Body createUserRequest }) (*answer[identity.User], error) {
	b := in.Body
	return respond(s.deps.Identity.CreateUser(ctx, identity.NewUser{Name: b.Name, Email: b.Email, Role: b.Role, TeamID: b.TeamID, Password: b.Password}))
}

type updateUserRequest struct {
	Name     string        `json:"name,omitempty" minLength:"1" maxLength:"200"`
	Role     identity.Role `json:"role,omitempty" enum:"admin,manager,rep,marketer,service,backoffice"`
	TeamID   field[int64]  `json:"teamId,omitzero"`
	Active   *bool         `json:"active,omitempty"`
	Password string        `json:"password,omitempty" maxLength:"1000"`
}

type updateUserInput struct {
	ByID
	Body updateUserRequest
}

func (s *Server) updateUser(ctx context.Context, in *updateUserInput) (*answer[identity.User], error) {
	b := in.Body
	change := identity.UserChange{Name: given(b.Name), TeamID: b.TeamID.change(), Active: b.Active, Password: given(b.Password)}
	if b.Role != "" {
		change.Role = &b.Role
	}
	return respond(s.deps.Identity.UpdateUser(ctx, in.ID, change))
}
