package api

import (
	"context"
	"time"

	"github.com/waymark-crm/waymark/internal/identity"
)

func init() { schemaNames["identity.APIKey"] = "ApiKey" }

func (s *Server) registerKeys() {
	const tag = "API keys"
	register(s, get("/api/keys", "listKeys", tag, "One's own API keys, the newest first", inSession).
		described("Those who may manage users see everyone's."), s.listKeys)
	register(s, post("/api/keys", "createKey", tag, "Make an API key for oneself", inSession).status(201).
		described("The answer holds the key, this once. A program sends it as Authorization: Bearer wm_…"), s.createKey)
	register(s, remove("/api/keys/{id}", "deleteKey", tag, "End an API key", inSession).
		described("At once. Those who may manage users can end everyone's."), s.deleteKey)
}

// keysOf is whose keys a session manages: 0 stands for everyone's.
func keysOf(ctx context.Context) int64 {
	session, _ := identity.SessionFrom(ctx)
	if session.May(identity.UsersManage) {
		return 0
	}
	return session.UserID
}

func (s *Server) listKeys(ctx context.Context, _ *none) (*answer[list[identity.APIKey]], error) {
	keys, err := s.deps.Identity.APIKeys(ctx, keysOf(ctx))
	return respond(list[identity.APIKey]{Items: keys}, err)
}

type createKeyRequest struct {
	Name      string                `json:"name" minLength:"1" maxLength:"200" example:"Route planner"`
	Scopes    []identity.Permission `json:"scopes" minItems:"1" maxItems:"100" nullable:"false" doc:"Permissions, of those that getMe lists."`
	ExpiresAt *time.Time            `json:"expiresAt,omitempty" nullable:"true" doc:"Left out or null: never."`
}

// createdKey is an API key with its text.
type createdKey struct {
	identity.APIKey
	Key string `json:"key" doc:"Shown this once." example:"wm_ABCDEFGHIJKLMNOPQRSTUVWXYZ"`
}

func (s *Server) createKey(ctx context.Context, in *struct{ Body createKeyRequest }) (*answer[createdKey], error) {
	session, _ := identity.SessionFrom(ctx)
	made, key, err := s.deps.Identity.CreateAPIKey(ctx, identity.NewAPIKey{
		UserID: session.UserID, Name: in.Body.Name, Scopes: in.Body.Scopes, ExpiresAt: in.Body.ExpiresAt,
	})
	return respond(createdKey{made, key}, err)
}

func (s *Server) deleteKey(ctx context.Context, in *ByID) (*none, error) {
	return respondNone(s.deps.Identity.DeleteAPIKey(ctx, in.ID, keysOf(ctx)))
}
