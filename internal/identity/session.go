package identity

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/waymark-crm/waymark/internal/postgres"
)

// Session is a signed-in person, or a program that acts for one with an API key,
// as every request reads it anew: a role that was changed or a user who was
// deactivated counts at once.
type Session struct {
	OrgID     int64
	UserID    int64
	TeamID    int64 // 0 for none
	Role      Role
	CSRFToken string
	KeyID     int64  // the API key's; 0 for a person
	Address   string // where the request comes from; "" when not known

	scopes     []Permission // of the key
	access     []string     // see postgres.Actor
	tokenHash  []byte
	lastSeenAt time.Time
	expiresAt  time.Time
}

// Actor is who the session's transactions act for.
func (s Session) Actor(requestID string) postgres.Actor {
	return postgres.Actor{OrgID: s.OrgID, UserID: s.UserID, TeamID: s.TeamID, Role: string(s.Role), RequestID: requestID,
		KeyID: s.KeyID, Address: s.Address, Access: s.access}
}

// May reports whether the session has the permission: the role must have it and,
// in a session of an API key, the key too.
func (s Session) May(p Permission) bool {
	return s.Role.May(p) && (s.KeyID == 0 || slices.Contains(s.scopes, p))
}

// Permissions returns what the session may do.
func (s Session) Permissions() []Permission {
	return slices.DeleteFunc(s.Role.Permissions(), func(p Permission) bool { return !s.May(p) })
}

// AccessKey is the same for sessions that see the same accounts: part of the key
// of whatever is cached for several people.
func (s Session) AccessKey() string { return strings.Join(s.access, ",") }

// ActorMay reports whether the actor of ctx, who has the role, has the
// permission. It is [Role.May] that heeds the scopes of an API key; outside of a
// session, in a job or a command, the role alone counts.
func ActorMay(ctx context.Context, role Role, p Permission) bool {
	if s, ok := SessionFrom(ctx); ok && s.KeyID != 0 && !s.May(p) {
		return false
	}
	return role.May(p)
}

type sessionKey struct{}

// WithSession returns a context that carries the session.
func WithSession(ctx context.Context, s Session) context.Context {
	return context.WithValue(ctx, sessionKey{}, s)
}

// SessionFrom returns the session of ctx; false when nobody is signed in.
func SessionFrom(ctx context.Context) (Session, bool) {
	s, ok := ctx.Value(sessionKey{}).(Session)
	return s, ok
}

// RetryAfter is the cause of a fault that passes by itself: after how long.
type RetryAfter time.Duration

func (r RetryAfter) Error() string { return "retry after " + time.Duration(r).String() }
