package postgres

import (
	"context"
	"errors"
)

// Actor is who a transaction acts for. It travels in the context, and the
// transaction tells the database: row-level security reads app.org_id, triggers
// that keep an audit trail read the rest.
type Actor struct {
	OrgID     int64  // the organisation whose rows can be seen; required
	UserID    int64  // 0 for work that no person started
	TeamID    int64  // 0 for none
	Role      string // what the user may do, as internal/identity names it
	RequestID string // the request or job that caused this
	KeyID     int64  // the API key that a program acts with, 0 for none
	Address   string // where the request came from, "" when that is not known

	// Access are the settings, a name and a value in turn, that say which accounts
	// the user may see and edit, as the function access_settings gives them. Nil:
	// they are read when the transaction begins. Without a user everything of the
	// organisation can be seen.
	Access []string
}

// ErrNoActor is returned by [DB.Tx] and [DB.Read] when the context names no
// organisation: a defect of the caller, never of the request.
var ErrNoActor = errors.New("postgres: the context carries no actor")

type actorKey struct{}

// WithActor returns a context whose transactions act for a.
func WithActor(ctx context.Context, a Actor) context.Context {
	return context.WithValue(ctx, actorKey{}, a)
}

// ActorFrom returns the actor of ctx; false when there is none.
func ActorFrom(ctx context.Context) (Actor, bool) {
	a, ok := ctx.Value(actorKey{}).(Actor)
	return a, ok
}
