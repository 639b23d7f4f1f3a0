package identity

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"github.com/waymark-crm/waymark/internal/fault"
	"github.com/waymark-crm/waymark/internal/postgres"
)

// KeyPrefix is how every API key begins, so that people and programs that look
// for leaked secrets know one when they see it.
const KeyPrefix = "wm_"

// maxKeys is how many API keys one user may have.
const maxKeys = 50

var (
	errNoKey     = fault.New(fault.NotFound, "There is no such API key.")
	errWrongKey  = fault.New(fault.Unauthenticated, "This API key is not valid: it has expired, was removed, or never was one.")
	errNotMyUser = fault.New(fault.NotFound, "There is no such user.")
)

// APIKey lets a program act for a user, for a part of what the user's role may
// do. The key itself is shown once, when it is made.
type APIKey struct {
	ID         int64        `json:"id" db:"id"`
	UserID     int64        `json:"userId" db:"user_id"`
	UserName   string       `json:"userName" db:"user_name"`
	Name       string       `json:"name" db:"name"`
	Hint       string       `json:"hint" db:"hint" doc:"How the key begins, to tell it from others." example:"wm_ABCDEF"`
	Scopes     []Permission `json:"scopes" db:"scopes" doc:"What it may do, unless its user's role may not."`
	CreatedAt  time.Time    `json:"createdAt" db:"created_at"`
	ExpiresAt  *time.Time   `json:"expiresAt" db:"expires_at" doc:"null: never."`
	LastUsedAt *time.Time   `json:"lastUsedAt" db:"last_used_at" doc:"To some minutes; null: never."`
}

const keyColumns = `k.id, k.user_id, u.name as user_name, k.name, k.hint, k.scopes, k.created_at, k.expires_at, k.last_used_at`

// NewAPIKey is what [Service.CreateAPIKey] needs.
type NewAPIKey struct {
	UserID    int64
	Name      string
	Scopes    []Permission // of the user's role, at least one
	ExpiresAt *time.Time   // nil: never
}

// CreateAPIKey makes a key for a user of the actor's organisation and returns it
// with its text, which is kept nowhere. Who may do this for whom is the caller's
// to decide. It returns a fault NotFound without such a user, Invalid that names
// the field for a name, scope or end that is wrong, and Conflict when the user
// has too many keys.
func (s *Service) CreateAPIKey(ctx context.Context, n NewAPIKey) (made APIKey, key string, err error) {
	n.Name = strings.TrimSpace(n.Name)
	if count := utf8.RuneCountInString(n.Name); count == 0 || count > 200 || !utf8.ValidString(n.Name) || strings.ContainsRune(n.Name, 0) {
		return APIKey{}, "", fault.New(fault.Invalid, "The key needs a name of at most 200 characters.").WithField("name", "Say what the key is for.")
	}
	if n.ExpiresAt != nil && !n.ExpiresAt.After(time.Now()) {
		return APIKey{}, "", fault.New(fault.Invalid, "The key would have expired already.").WithField("expiresAt", "A time to come, or nothing.")
	}
	n.Scopes = slices.Clone(n.Scopes)
	slices.Sort(n.Scopes)
	n.Scopes = slices.Compact(n.Scopes)
	if len(n.Scopes) == 0 {
		return APIKey{}, "", fault.New(fault.Invalid, "The key needs at least one scope.").WithField("scopes", "Choose what the key may do.")
	}
	key = KeyPrefix + rand.Text() + rand.Text() // 260 bits
	err = s.db.Tx(ctx, func(tx pgx.Tx) error {
		// Locked, so that the count below holds when two are made at once.
		var role Role
		err := tx.QueryRow(ctx, `select role from users where org_id = current_org() and id = $1 and active for update`, n.UserID).Scan(&role)
		if errors.Is(err, pgx.ErrNoRows) {
			return errNotMyUser
		}
		if err != nil {
			return err
		}
		for _, scope := range n.Scopes {
			if !role.May(scope) {
				return fault.Errorf(fault.Invalid, "The scope %q is none, or more than the role %s may do.", scope, role).WithField("scopes", "Choose from what the role may do.")
			}
		}
		var count int
		if err := tx.QueryRow(ctx, `select count(*) from api_keys where org_id = current_org() and user_id = $1`, n.UserID).Scan(&count); err != nil {
			return err
		}
		if count >= maxKeys {
			return fault.Errorf(fault.Conflict, "There are %d API keys of this user already. Remove one that is not needed.", count)
		}
		rows, err := tx.Query(ctx, `
			with k as (
			  insert into api_keys (org_id, user_id, name, token_hash, hint, scopes, expires_at)
			  values (current_org(), $1, $2, $3, $4, $5, $6) returning *
			)
			select `+keyColumns+` from k join users u on u.org_id = k.org_id and u.id = k.user_id`,
			n.UserID, n.Name, tokenHash(key), key[:len(KeyPrefix)+6], n.Scopes, n.ExpiresAt)
		if err != nil {
			return err
		}
		made, err = pgx.CollectExactlyOneRow(rows, pgx.RowToStructByName[APIKey])
		return err
	})
	if err != nil {
		return APIKey{}, "", keyFault(err, "create API key")
	}
	return made, key, nil
}

func keyFault(err error, doing string) error {
	var pg *pgconn.PgError
	if fault.Of(err) != nil && !errors.As(err, &pg) {
		return err
	}
	return fmt.Errorf("%s: %w", doing, err)
}

// APIKeys returns the keys of a user, or of everyone in the organisation when
// user is 0, the newest first, expired ones among them.
func (s *Service) APIKeys(ctx context.Context, user int64) (keys []APIKey, err error) {
	err = s.db.Read(ctx, func(tx pgx.Tx) error {
		rows, err := tx.Query(ctx, `
			select `+keyColumns+` from api_keys k join users u on u.org_id = k.org_id and u.id = k.user_id
			where k.org_id = current_org() and ($1 = 0 or k.user_id = $1) order by k.id desc`, user)
		if err != nil {
			return err
		}
		keys, err = pgx.CollectRows(rows, pgx.RowToStructByName[APIKey])
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("list API keys: %w", err)
	}
	return keys, nil
}

// DeleteAPIKey ends a key of a user, or of anyone in the organisation when user
// is 0, at once. It returns a fault NotFound.
func (s *Service) DeleteAPIKey(ctx context.Context, id, user int64) error {
	err := s.db.Tx(ctx, func(tx pgx.Tx) error {
		tag, err := tx.Exec(ctx, `delete from api_keys where org_id = current_org() and id = $1 and ($2 = 0 or user_id = $2)`, id, user)
		if err == nil && tag.RowsAffected() == 0 {
			return errNoKey
		}
		return err
	})
	if err != nil {
		return keyFault(err, "delete API key")
	}
	return nil
}

// IsAPIKey reports whether a text may be an API key.
func IsAPIKey(text string) bool { return strings.HasPrefix(text, KeyPrefix) }

// KeySession returns the session in which a program acts with an API key, and
// notes that it was used. It returns a fault Unauthenticated when the key is
// nobody's, has expired, or its user is no longer active.
func (s *Service) KeySession(ctx context.Context, key string) (Session, error) {
	if !IsAPIKey(key) || len(key) > 100 {
		return Session{}, errWrongKey
	}
	session := Session{}
	var used *time.Time
	err := s.db.Pool().QueryRow(ctx, `select org_id, user_id, team_id, role, key_id, scopes, last_used_at, `+accessOf+` from auth_api_key($1)`, tokenHash(key)).
		Scan(&session.OrgID, &session.UserID, &session.TeamID, &session.Role, &session.KeyID, &session.scopes, &used, &session.access)
	if errors.Is(err, pgx.ErrNoRows) {
		return Session{}, errWrongKey
	}
	if err != nil {
		return Session{}, fmt.Errorf("read API key: %w", err)
	}
	if used == nil || time.Since(*used) > touchAfter {
		ctx = postgres.WithActor(ctx, session.Actor(""))
		err := s.db.Tx(ctx, func(tx pgx.Tx) error {
			_, err := tx.Exec(ctx, `update api_keys set last_used_at = now() where org_id = $1 and id = $2`, session.OrgID, session.KeyID)
			return err
		})
		if err != nil {
			return Session{}, fmt.Errorf("note the use of an API key: %w", err)
		}
	}
	return session, nil
}
