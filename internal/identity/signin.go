package identity

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"net/netip"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/jackc/pgx/v5"

	"github.com/waymark-crm/waymark/internal/fault"
	"github.com/waymark-crm/waymark/internal/postgres"
)

const (
	// DefaultSessionIdle is how long a session lives without being used.
	DefaultSessionIdle = 14 * 24 * time.Hour
	// SessionLimit is how long a session lives at most.
	SessionLimit = 90 * 24 * time.Hour
	// touchAfter is how old the mark of last use may become before a request
	// writes it anew; it saves a write a request.
	touchAfter = 5 * time.Minute
)

var (
	errWrongCredentials = fault.New(fault.Unauthenticated, "The e-mail address or the password is wrong.")
	errNoSession        = fault.New(fault.Unauthenticated, "Sign in first.")
)

// Credentials are what a person signs in with.
type Credentials struct {
	Email    string
	Password string
}

// Origin is where a sign-in comes from.
type Origin struct {
	Address   netip.Addr // the zero address when unknown
	UserAgent string
}

// SignIn checks the credentials and begins a session. The token goes into the
// cookie; the database keeps its SHA-256 only, so that reading the table signs
// nobody in. It returns
//
//   - a fault Unauthenticated, the same and after the same work for an address
//     that nobody has, a user who is not active, and a wrong password;
//   - a fault TooMany with a [RetryAfter] when there were too many failures for
//     the address or from where it comes.
func (s *Service) SignIn(ctx context.Context, c Credentials, from Origin) (token string, session Session, err error) {
	email := strings.TrimSpace(c.Email)
	subjects := attemptSubjects(email, from.Address)
	// An attempt counts before it is made, so that a hundred at once are a hundred.
	if err := s.countAttempt(ctx, subjects); err != nil {
		return "", Session{}, err
	}
	var org, user int64
	var hash string
	var active bool
	err = s.db.Anonymous(ctx, func(tx pgx.Tx) error {
		if strings.ContainsRune(email, 0) || !utf8.ValidString(email) {
			return nil // nobody's
		}
		err := tx.QueryRow(ctx, `select org_id, user_id, password_hash, active from auth_user_by_email($1)`, email).Scan(&org, &user, &hash, &active)
		if errors.Is(err, pgx.ErrNoRows) {
			return nil
		}
		return err
	})
	if err != nil {
		return "", Session{}, fmt.Errorf("sign in: %w", err)
	}
	ok, err := s.hasher.matches(ctx, c.Password, hash)
	if err != nil {
		return "", Session{}, err
	}
	if !ok || !active {
		return "", Session{}, errWrongCredentials
	}
	token = rand.Text() + rand.Text() // 260 bits
	ctx = postgres.WithActor(ctx, postgres.Actor{OrgID: org, UserID: user})
	err = s.db.Tx(ctx, func(tx pgx.Tx) error {
		if _, err := tx.Exec(ctx, `
			insert into sessions (org_id, token_hash, user_id, csrf_token, user_agent, ip, expires_at)
			values ($1, $2, $3, $4, $5, $6, now() + $7::interval)`,
			org, tokenHash(token), user, rand.Text(), userAgent(from.UserAgent), address(from.Address), s.idle); err != nil {
			return err
		}
		// Sessions that have ended go when their user comes back.
		if _, err := tx.Exec(ctx, `delete from sessions where org_id = $1 and user_id = $2 and expires_at < now()`, org, user); err != nil {
			return err
		}
		return forgiveAttempt(ctx, tx, subjects)
	})
	if err != nil {
		return "", Session{}, fmt.Errorf("sign in: %w", err)
	}
	session, err = s.Session(ctx, token)
	return token, session, err
}

// Session returns the session of a token, and keeps it alive. It returns a fault
// Unauthenticated when the token is nobody's, the session has ended, or its user
// is no longer active.
func (s *Service) Session(ctx context.Context, token string) (Session, error) {
	if len(token) < 20 || len(token) > 100 {
		return Session{}, errNoSession
	}
	session := Session{tokenHash: tokenHash(token)}
	// Every request and every tile comes here, so it is one statement on its own
	// and not a transaction of three: the function alone decides what is seen.
	err := s.db.Pool().QueryRow(ctx, `select org_id, user_id, team_id, role, csrf_token, last_seen_at, expires_at, `+accessOf+` from auth_session($1)`, session.tokenHash).
		Scan(&session.OrgID, &session.UserID, &session.TeamID, &session.Role, &session.CSRFToken, &session.lastSeenAt, &session.expiresAt, &session.access)
	if errors.Is(err, pgx.ErrNoRows) {
		return Session{}, errNoSession
	}
	if err != nil {
		return Session{}, fmt.Errorf("read session: %w", err)
	}
	if time.Since(session.lastSeenAt) > min(touchAfter, s.idle/10) {
		ctx = postgres.WithActor(ctx, session.Actor(""))
		err := s.db.Tx(ctx, func(tx pgx.Tx) error {
			_, err := tx.Exec(ctx, `
				update sessions set last_seen_at = now(), expires_at = least(now() + $3::interval, created_at + $4::interval)
				where org_id = $1 and token_hash = $2`, session.OrgID, session.tokenHash, s.idle, SessionLimit)
			return err
		})
		if err != nil {
			return Session{}, fmt.Errorf("keep session alive: %w", err)
		}
	}
	return session, nil
}

// SignOut ends the session of the token; a token that is nobody's is no error.
func (s *Service) SignOut(ctx context.Context, token string) error {
	session, err := s.Session(ctx, token)
	if fault.Is(err, fault.Unauthenticated) {
		return nil
	}
	if err != nil {
		return err
	}
	ctx = postgres.WithActor(ctx, session.Actor(""))
	err = s.db.Tx(ctx, func(tx pgx.Tx) error {
		_, err := tx.Exec(ctx, `delete from sessions where org_id = $1 and token_hash = $2`, session.OrgID, session.tokenHash)
		return err
	})
	if err != nil {
		return fmt.Errorf("sign out: %w", err)
	}
	return nil
}

// SignOutEverywhere ends every session of the actor.
func (s *Service) SignOutEverywhere(ctx context.Context) error {
	actor, _ := postgres.ActorFrom(ctx)
	err := s.db.Tx(ctx, func(tx pgx.Tx) error { return endSessions(ctx, tx, actor.UserID, nil) })
	if err != nil {
		return fmt.Errorf("sign out everywhere: %w", err)
	}
	return nil
}

// endSessions ends the sessions of a user of the acting organisation, but the one
// with the hash except.
func endSessions(ctx context.Context, tx pgx.Tx, user int64, except []byte) error {
	_, err := tx.Exec(ctx, `
		delete from sessions where org_id = current_org() and user_id = $1 and ($2::bytea is null or token_hash <> $2)`, user, except)
	return err
}

// ChangePassword changes the actor's own password and ends their other sessions.
// It returns a fault Invalid when current is wrong or the new one too weak, and
// TooMany after too many wrong ones: a session left open must not serve to guess.
func (s *Service) ChangePassword(ctx context.Context, current, next string) error {
	session, ok := SessionFrom(ctx)
	if !ok {
		return errNoSession
	}
	var email, hash string
	err := s.db.Read(ctx, func(tx pgx.Tx) error {
		return tx.QueryRow(ctx, `select email, password_hash from users where org_id = $1 and id = $2`, session.OrgID, session.UserID).Scan(&email, &hash)
	})
	if err != nil {
		return fmt.Errorf("change password: %w", err)
	}
	if err := CheckPassword(next, email); err != nil {
		return fault.New(fault.Invalid, fault.Message(err)).WithField("new", fault.Message(err))
	}
	subjects := attemptSubjects(email, netip.Addr{})
	if err := s.countAttempt(ctx, subjects); err != nil {
		return err
	}
	right, err := s.hasher.matches(ctx, current, hash)
	if err != nil {
		return err
	}
	if !right {
		return fault.New(fault.Invalid, "The current password is wrong.").WithField("current", "Is wrong.")
	}
	if hash, err = s.hasher.hash(ctx, next); err != nil {
		return err
	}
	err = s.db.Tx(ctx, func(tx pgx.Tx) error {
		if _, err := tx.Exec(ctx, `update users set password_hash = $3, updated_at = now() where org_id = $1 and id = $2`, session.OrgID, session.UserID, hash); err != nil {
			return err
		}
		if err := endSessions(ctx, tx, session.UserID, session.tokenHash); err != nil {
			return err
		}
		return forgiveAttempt(ctx, tx, subjects)
	})
	if err != nil {
		return fmt.Errorf("change password: %w", err)
	}
	return nil
}

func tokenHash(token string) []byte {
	sum := sha256.Sum256([]byte(token))
	return sum[:]
}

func userAgent(text string) string {
	text = strings.ReplaceAll(strings.ToValidUTF8(text, ""), "\x00", "")
	if r := []rune(text); len(r) > 300 {
		return string(r[:300])
	}
	return text
}

// address is null in the database when it is not known.
func address(a netip.Addr) *netip.Addr {
	if !a.IsValid() {
		return nil
	}
	a = a.WithZone("")
	return &a
}

// attemptSubjects are what an attempt counts against: the e-mail address and
// where it comes from, as hashes, so that the table tells nobody who signs in
// here. An IPv6 network of /64 is one household, so it counts as one address.
func attemptSubjects(email string, from netip.Addr) []attemptSubject {
	subjects := []attemptSubject{{hashed("email", strings.ToLower(email)), perEmail}}
	if from.IsValid() {
		bits := from.BitLen()
		if from.Is6() {
			bits = 64
		}
		network, err := from.WithZone("").Prefix(bits)
		if err == nil {
			subjects = append(subjects, attemptSubject{hashed("from", network.String()), perAddress})
		}
	}
	return subjects
}

func hashed(kind, text string) string {
	sum := sha256.Sum256([]byte(kind + ":" + text))
	return kind + ":" + base64.RawURLEncoding.EncodeToString(sum[:])
}
