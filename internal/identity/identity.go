// Package identity knows who acts: organisations, teams, users, their roles and
// what these may do, sign-in and sessions.
//
//	people := identity.New(db, identity.Options{})
//	token, session, err := people.SignIn(ctx, identity.Credentials{Email: "ada@example.com", Password: "…"})
//	session, err = people.Session(ctx, token) // on every request
//	if session.Role.May(identity.AccountsWrite) { … }
package identity

import (
	"time"

	"github.com/alexedwards/argon2id"

	"github.com/waymark-crm/waymark/internal/postgres"
)

// Options of [New]. The zero value is what a server wants.
type Options struct {
	// Hash is what hashing a password costs; nil means [DefaultHash]. Tests make
	// it cheaper.
	Hash *argon2id.Params
	// SessionIdle is how long a session lives without being used; 0 means
	// [DefaultSessionIdle]. At most it lives [SessionLimit].
	SessionIdle time.Duration
}

// Service is the use cases of this package over one database. It is safe for
// concurrent use.
type Service struct {
	db     *postgres.DB
	hasher *hasher
	idle   time.Duration
}

// New returns the service.
func New(db *postgres.DB, options Options) *Service {
	if options.SessionIdle <= 0 {
		options.SessionIdle = DefaultSessionIdle
	}
	return &Service{db: db, hasher: newHasher(options.Hash), idle: min(options.SessionIdle, SessionLimit)}
}
