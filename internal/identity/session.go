package identity

import (
	"context"
	"time"

	"github.com/waymark-crm/waymark/internal/postgres"
)

// Session is a signed-in person, as every request reads it anew: a role that was
// changed or a user who was deactivated counts at once.
type Session struct {
	OrgID     int64
	UserID    int64
	TeamID    int64 // 0 for none
	Role      Role
	CSRFToken string

	tokenHash  []byte
	lastSeenAt time.Time
	expiresAt  time.Time
}

// Actor is who the session's transactions act for.
func (s Session) Actor(requestID string) postgres.Actor {
	return postgres.Actor{OrgID: s.OrgID, UserID: s.UserID, TeamID: s.TeamID, Role: string(s.Role), RequestID: requestID}
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
