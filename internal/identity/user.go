package identity

import (
	"context"
	"errors"
	"fmt"
	"net/mail"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/paulmach/orb"

	"github.com/waymark-crm/waymark/internal/fault"
	"github.com/waymark-crm/waymark/internal/postgres"
)

// Language is a language that Waymark speaks.
type Language string

// The languages.
const (
	English Language = "en"
	German  Language = "de"
)

// User is a person who can sign in. Clock times are HH:MM in the organisation's
// time zone.
type User struct {
	ID           int64      `json:"id" db:"id"`
	Name         string     `json:"name" db:"name"`
	Email        string     `json:"email" db:"email"`
	Role         Role       `json:"role" db:"role" enum:"admin,manager,rep,marketer,service,backoffice"`
	TeamID       *int64     `json:"teamId" db:"team_id"`
	Language     *Language  `json:"language" db:"language" enum:"en,de" doc:"null: the organisation's."`
	Active       bool       `json:"active" db:"active"`
	StartPoint   *orb.Point `json:"startPoint" db:"start_point" nullable:"true" doc:"Where the day starts and ends, [longitude, latitude]."`
	StartAddress string     `json:"startAddress" db:"start_address"`
	WorkStart    string     `json:"workStart" db:"work_start" example:"08:00"`
	WorkEnd      string     `json:"workEnd" db:"work_end" example:"17:00"`
	LunchMinutes int        `json:"lunchMinutes" db:"lunch_minutes"`
}

const userColumns = `id, name, email, role, team_id, language, active, start_point, start_address,
	to_char(work_start, 'HH24:MI') as work_start, to_char(work_end, 'HH24:MI') as work_end, lunch_minutes`

// Users returns every user of the organisation, active or not, by name.
func (s *Service) Users(ctx context.Context) (users []User, err error) {
	err = s.db.Read(ctx, func(tx pgx.Tx) error {
		rows, err := tx.Query(ctx, `select `+userColumns+` from users where org_id = current_org() order by lower(name), id`)
		if err != nil {
			return err
		}
		users, err = pgx.CollectRows(rows, pgx.RowToStructByName[User])
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("list users: %w", err)
	}
	return users, nil
}

// User returns one user, or a fault NotFound.
func (s *Service) User(ctx context.Context, id int64) (user User, err error) {
	err = s.db.Read(ctx, func(tx pgx.Tx) error {
		user, err = userByID(ctx, tx, id)
		return err
	})
	return user, err
}

var errNoUser = fault.New(fault.NotFound, "There is no such user.")

func userByID(ctx context.Context, tx pgx.Tx, id int64) (User, error) {
	rows, err := tx.Query(ctx, `select `+userColumns+` from users where org_id = current_org() and id = $1`, id)
	if err != nil {
		return User{}, fmt.Errorf("read user: %w", err)
	}
	user, err := pgx.CollectExactlyOneRow(rows, pgx.RowToStructByName[User])
	if errors.Is(err, pgx.ErrNoRows) {
		return User{}, errNoUser
	}
	if err != nil {
		return User{}, fmt.Errorf("read user: %w", err)
	}
	return user, nil
}

// NewUser is what [Service.CreateUser] needs.
type NewUser struct {
	Name     string
	Email    string
	Role     Role
	TeamID   *int64
	Password string
}

// CreateUser adds a user to the actor's organisation. It returns a fault Invalid
// that names the field for a bad address, role, team or password, and Conflict
// when the address is taken, by whatever organisation: one person, one sign-in.
func (s *Service) CreateUser(ctx context.Context, n NewUser) (user User, err error) {
	name, err := cleanName(n.Name)
	if err != nil {
		return User{}, err
	}
	email, err := cleanEmail(n.Email)
	if err != nil {
		return User{}, err
	}
	if !n.Role.Known() {
		return User{}, errUnknownRole(n.Role)
	}
	if err := CheckPassword(n.Password, email); err != nil {
		return User{}, fault.New(fault.Invalid, fault.Message(err)).WithField("password", fault.Message(err))
	}
	hash, err := s.hasher.hash(ctx, n.Password)
	if err != nil {
		return User{}, err
	}
	err = s.db.Tx(ctx, func(tx pgx.Tx) error {
		rows, err := tx.Query(ctx, `
			insert into users (org_id, email, name, role, team_id, password_hash)
			values (current_org(), $1, $2, $3, $4, $5)
			returning `+userColumns, email, name, n.Role, n.TeamID, hash)
		if err != nil {
			return err
		}
		user, err = pgx.CollectExactlyOneRow(rows, pgx.RowToStructByName[User])
		return err
	})
	if err != nil {
		return User{}, userFault(err, "create user")
	}
	return user, nil
}

// UserChange is what [Service.UpdateUser] changes; nil means as it is.
type UserChange struct {
	Name     *string
	Role     *Role
	TeamID   **int64 // a pointer to nil: no team
	Active   *bool
	Password *string
}

// UpdateUser changes a user of the actor's organisation. It returns a fault
// NotFound, Invalid for a field that is wrong, and Conflict when the organisation
// would be left without an active administrator.
func (s *Service) UpdateUser(ctx context.Context, id int64, c UserChange) (user User, err error) {
	if c.Name != nil {
		name, err := cleanName(*c.Name)
		if err != nil {
			return User{}, err
		}
		c.Name = &name
	}
	if c.Role != nil && !c.Role.Known() {
		return User{}, errUnknownRole(*c.Role)
	}
	var hash *string
	if c.Password != nil {
		if err := CheckPassword(*c.Password, ""); err != nil {
			return User{}, fault.New(fault.Invalid, fault.Message(err)).WithField("password", fault.Message(err))
		}
		h, err := s.hasher.hash(ctx, *c.Password)
		if err != nil {
			return User{}, err
		}
		hash = &h
	}
	err = s.db.Tx(ctx, func(tx pgx.Tx) error {
		// One after the other, so that two administrators cannot demote each other.
		if _, err := tx.Exec(ctx, `select from organisations where org_id = current_org() for update`); err != nil {
			return err
		}
		rows, err := tx.Query(ctx, `
			update users set
				name = coalesce($2, name), role = coalesce($3, role), active = coalesce($4, active),
				password_hash = coalesce($5, password_hash),
				team_id = case when $6 then $7 else team_id end,
				updated_at = now()
			where org_id = current_org() and id = $1
			returning `+userColumns, id, c.Name, c.Role, c.Active, hash, c.TeamID != nil, deref(c.TeamID))
		if err != nil {
			return err
		}
		user, err = pgx.CollectExactlyOneRow(rows, pgx.RowToStructByName[User])
		if errors.Is(err, pgx.ErrNoRows) {
			return errNoUser
		}
		if err != nil {
			return err
		}
		if err := someoneAdministers(ctx, tx); err != nil {
			return err
		}
		if hash != nil || !user.Active {
			return endSessions(ctx, tx, id, nil)
		}
		return nil
	})
	if err != nil {
		return User{}, userFault(err, "update user")
	}
	return user, nil
}

func someoneAdministers(ctx context.Context, tx pgx.Tx) error {
	var ok bool
	err := tx.QueryRow(ctx, `select exists (select from users where org_id = current_org() and role = 'admin' and active)`).Scan(&ok)
	if err != nil {
		return err
	}
	if !ok {
		return fault.New(fault.Conflict, "This is the organisation's only active administrator. Make someone else one first.")
	}
	return nil
}

// OwnChange is what people change about themselves; nil means as it is.
type OwnChange struct {
	Name         *string
	Language     **Language  // a pointer to nil: the organisation's
	StartPoint   **orb.Point // a pointer to nil: none
	StartAddress *string
	WorkStart    *string // HH:MM
	WorkEnd      *string // HH:MM
	LunchMinutes *int
}

// UpdateMe changes the actor's own settings, or returns a fault Invalid that
// names the field.
func (s *Service) UpdateMe(ctx context.Context, c OwnChange) error {
	if c.Name != nil {
		name, err := cleanName(*c.Name)
		if err != nil {
			return err
		}
		c.Name = &name
	}
	if l := deref(c.Language); l != nil && *l != English && *l != German {
		return fault.Errorf(fault.Invalid, "Waymark does not speak %q yet.", *l).WithField("language", "Use en or de.")
	}
	if p := deref(c.StartPoint); p != nil && !(p.Lon() >= -180 && p.Lon() <= 180 && p.Lat() >= -90 && p.Lat() <= 90) {
		return fault.New(fault.Invalid, "The start point is not on the earth.").WithField("startPoint", "Longitude -180 to 180, latitude -90 to 90, in this order.")
	}
	for name, clock := range map[string]*string{"workStart": c.WorkStart, "workEnd": c.WorkEnd} {
		if clock == nil {
			continue
		}
		if _, err := time.Parse("15:04", *clock); err != nil || len(*clock) != len("15:04") {
			return fault.Errorf(fault.Invalid, "This is no time of day: %q.", *clock).WithField(name, "Write it as 08:00.")
		}
	}
	if c.LunchMinutes != nil && (*c.LunchMinutes < 0 || *c.LunchMinutes > 180) {
		return fault.New(fault.Invalid, "Lunch may take 0 to 180 minutes.").WithField("lunchMinutes", "0 to 180.")
	}
	actor, _ := postgres.ActorFrom(ctx)
	err := s.db.Tx(ctx, func(tx pgx.Tx) error {
		tag, err := tx.Exec(ctx, `
			update users set
				name = coalesce($2, name), start_address = coalesce($3, start_address),
				work_start = coalesce($4::time, work_start), work_end = coalesce($5::time, work_end),
				lunch_minutes = coalesce($6, lunch_minutes),
				language = case when $7 then $8 else language end,
				start_point = case when $9 then $10 else start_point end,
				updated_at = now()
			where org_id = current_org() and id = $1`,
			actor.UserID, c.Name, c.StartAddress, c.WorkStart, c.WorkEnd, c.LunchMinutes,
			c.Language != nil, deref(c.Language), c.StartPoint != nil, deref(c.StartPoint))
		if err == nil && tag.RowsAffected() == 0 {
			return errNoUser
		}
		return err
	})
	return userFault(err, "update own settings")
}

// Me returns the actor and their organisation.
func (s *Service) Me(ctx context.Context) (user User, organisation Organisation, err error) {
	actor, ok := postgres.ActorFrom(ctx)
	if !ok {
		return User{}, Organisation{}, postgres.ErrNoActor
	}
	err = s.db.Read(ctx, func(tx pgx.Tx) error {
		if user, err = userByID(ctx, tx, actor.UserID); err != nil {
			return err
		}
		organisation, err = organisationOf(ctx, tx)
		return err
	})
	return user, organisation, err
}

// deref is nil for a field that is not to change and for one that is to be none.
func deref[T any](p **T) *T {
	if p == nil {
		return nil
	}
	return *p
}

func cleanName(name string) (string, error) {
	name = strings.TrimSpace(name)
	switch {
	case name == "":
		return "", fault.New(fault.Invalid, "The name is missing.").WithField("name", "Must not be empty.")
	case len([]rune(name)) > 200:
		return "", fault.New(fault.Invalid, "The name is too long.").WithField("name", "At most 200 characters.")
	}
	return name, nil
}

func cleanEmail(email string) (string, error) {
	email = strings.TrimSpace(email)
	a, err := mail.ParseAddress(email)
	if err != nil || a.Address != email || len(email) > 320 {
		return "", fault.Errorf(fault.Invalid, "This is no e-mail address: %q.", email).WithField("email", "It looks like ada@example.com.")
	}
	return email, nil
}

func errUnknownRole(r Role) error {
	return fault.Errorf(fault.Invalid, "There is no role %q.", r).
		WithField("role", "One of admin, manager, rep, marketer, service, backoffice.")
}

// userFault turns what the schema refuses about a user into words.
func userFault(err error, doing string) error {
	if err == nil {
		return nil
	}
	var pg *pgconn.PgError
	if errors.As(err, &pg) {
		switch pg.ConstraintName {
		case "users_email":
			return fault.Wrap(err, fault.Conflict, "This e-mail address is in use already.").WithField("email", "Is in use already.")
		case "users_org_id_team_id_fkey":
			return fault.Wrap(err, fault.Invalid, "There is no such team.").WithField("teamId", "There is no such team.")
		case "users_check":
			return fault.Wrap(err, fault.Invalid, "The working day must end later than it starts.").WithField("workEnd", "Must be later than workStart.")
		}
	}
	if fault.Of(err) != nil {
		return err
	}
	return fmt.Errorf("%s: %w", doing, err)
}
