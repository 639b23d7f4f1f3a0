package timeline

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/jackc/pgx/v5"

	"github.com/waymark-crm/waymark/internal/events"
	"github.com/waymark-crm/waymark/internal/fault"
	"github.com/waymark-crm/waymark/internal/identity"
	"github.com/waymark-crm/waymark/internal/postgres"
)

// Draft is an activity to write.
type Draft struct {
	AccountID  *int64 // required but for a task
	Kind       Kind
	Subject    string
	Body       string
	Outcome    string
	Direction  string // in, out or empty
	Minutes    *int
	ContactID  *int64
	HappenedAt *time.Time // nil: now
	AssigneeID *int64     // of a task; nil: the author
	DueOn      *string    // of a task, YYYY-MM-DD
	RemindAt   *time.Time // of a task
}

// Edit changes an activity; nil fields stay as they are.
type Edit struct {
	Version    int
	Subject    *string
	Body       *string
	Outcome    *string
	Direction  *string
	Minutes    **int
	ContactID  **int64
	HappenedAt *time.Time
	AssigneeID **int64
	DueOn      **string
	RemindAt   **time.Time
}

var (
	errNoActivity = fault.New(fault.NotFound, "There is no such entry, or you may not see it.")
	errNotAuthor  = fault.New(fault.Forbidden, "Only who wrote it may change it. Add a comment instead.")
	errStale      = fault.New(fault.Conflict, "Someone else has changed this in the meantime. Look at it and make your change again.")
	errNoContact  = fault.New(fault.Invalid, "This account has no such contact.").WithField("contactId", "Choose a contact of the account.")
	errNoAssignee = fault.New(fault.Invalid, "There is no such active person to give the task to.").WithField("assigneeId", "Choose an active user.")
)

// input collects what is wrong with the fields of a request.
type input struct{ err *fault.Error }

func (in *input) refuse(field, text string) {
	if in.err == nil {
		in.err = fault.New(fault.Invalid, text)
	}
	in.err = in.err.WithField(field, text)
}

func (in *input) failed() error {
	if in.err == nil {
		return nil
	}
	return in.err
}

func (in *input) text(field, what string, v *string, most int) {
	if v == nil {
		return
	}
	*v = strings.TrimSpace(strings.ReplaceAll(*v, "\r\n", "\n"))
	if !utf8.ValidString(*v) || strings.ContainsFunc(*v, func(r rune) bool {
		return unicode.IsControl(r) && r != '\n' && r != '\t'
	}) {
		in.refuse(field, what+" holds characters that are no text. Type it again.")
	} else if n := utf8.RuneCountInString(*v); n > most {
		in.refuse(field, fmt.Sprintf("%s has %d characters and may have %d.", what, n, most))
	}
}

func (in *input) day(field string, v *string) {
	if v == nil {
		return
	}
	if d, err := time.Parse(time.DateOnly, *v); err != nil || d.Year() < 1900 || d.Year() > 2200 {
		in.refuse(field, "The day must be written as YYYY-MM-DD, between 1900 and 2200.")
	}
}

func (in *input) moment(field string, v *time.Time) {
	if v != nil && (v.Year() < 1900 || v.Year() > 2200) {
		in.refuse(field, "The time must lie between 1900 and 2200.")
	}
}

func (d *Draft) check() error {
	var in input
	in.text("subject", "The subject", &d.Subject, 300)
	in.text("body", "The text", &d.Body, 20_000)
	in.text("outcome", "The outcome", &d.Outcome, 100)
	in.day("dueOn", d.DueOn)
	in.moment("happenedAt", d.HappenedAt)
	in.moment("remindAt", d.RemindAt)
	switch {
	case d.Kind == Task && d.Subject == "":
		in.refuse("subject", "Say what is to do.")
	case d.Kind == Note && d.Subject == "" && d.Body == "", d.Kind == Comment && d.Body == "":
		in.refuse("body", "There is nothing in it yet.")
	}
	if d.Kind != Task && (d.AssigneeID != nil || d.DueOn != nil || d.RemindAt != nil) {
		in.refuse("kind", "Only a task can be given to someone, fall due or remind.")
	}
	if d.Kind != Task && d.Kind != Comment && d.AccountID == nil {
		in.refuse("accountId", "Say which account it is about.")
	}
	if d.Direction != "" && d.Direction != "in" && d.Direction != "out" {
		in.refuse("direction", "The direction is in, out, or none.")
	}
	if d.Minutes != nil && (*d.Minutes < 0 || *d.Minutes > 1440) {
		in.refuse("minutes", "The minutes must lie between 0 and 1440.")
	}
	return in.failed()
}

// Create writes an activity, tells those whom it mentions or who are given the
// task, and notes a visit in its account. It returns a fault NotFound for an
// account that the actor does not see and Invalid with the field that is wrong.
func (s *Service) Create(ctx context.Context, d Draft) (Activity, error) {
	if d.Kind == Comment {
		return Activity{}, fault.New(fault.Invalid, "A comment belongs to an entry of a timeline.").WithField("kind", "Comment on the entry instead.")
	}
	return s.create(ctx, d, nil)
}

// Comment says something to an activity.
func (s *Service) Comment(ctx context.Context, activity int64, body string) (Activity, error) {
	return s.create(ctx, Draft{Kind: Comment, Body: body}, &activity)
}

func (s *Service) create(ctx context.Context, d Draft, parent *int64) (made Activity, err error) {
	actor, _ := postgres.ActorFrom(ctx)
	err = s.db.Tx(ctx, func(tx pgx.Tx) error {
		var to *Activity
		if parent != nil {
			above, err := load(ctx, tx, *parent)
			if err != nil {
				return err
			}
			if above.ParentID != nil {
				return fault.New(fault.Invalid, "Comments belong to entries, not to comments.")
			}
			to, d.AccountID = &above, above.AccountID
		}
		if err := d.check(); err != nil {
			return err
		}
		if d.AccountID != nil {
			if err := seesAccount(ctx, tx, *d.AccountID); err != nil {
				return err
			}
		}
		if d.Kind == Task && d.AssigneeID == nil && actor.UserID != 0 {
			d.AssigneeID = &actor.UserID
		}
		if err := references(ctx, tx, d.AccountID, d.ContactID, d.AssigneeID); err != nil {
			return err
		}
		var id int64
		err := tx.QueryRow(ctx, `
			insert into activities (org_id, account_id, parent_id, kind, subject, body, outcome, direction, minutes, contact_id,
			  author_id, happened_at, assignee_id, due_on, remind_at)
			values (current_org(), $1, $2, $3, $4, $5, $6, $7, $8, $9, current_actor(), coalesce($10, now()), $11, $12::text::date, $13)
			returning id`,
			d.AccountID, parent, d.Kind, d.Subject, d.Body, d.Outcome, d.Direction, d.Minutes, d.ContactID,
			d.HappenedAt, d.AssigneeID, d.DueOn, d.RemindAt).Scan(&id)
		if err != nil {
			return fmt.Errorf("write an activity: %w", err)
		}
		if d.Kind == Visit {
			if err := noteVisit(ctx, tx, id); err != nil {
				return err
			}
		}
		if made, err = load(ctx, tx, id); err != nil {
			return err
		}
		told, err := s.tellMentioned(ctx, tx, made)
		if err != nil {
			return err
		}
		if to != nil {
			if err := tellOf(ctx, tx, made, "comment", told, to.AuthorID, to.AssigneeID); err != nil {
				return err
			}
		}
		if err := tellOf(ctx, tx, made, "assigned", told, made.AssigneeID); err != nil {
			return err
		}
		if err := s.remind(ctx, tx, made); err != nil {
			return err
		}
		return changed(ctx, tx, made)
	})
	return made, err
}

// mayEdit refuses changes of what another wrote: one may change one's own, a task
// that was given to one, and, as who may plan for others, everything.
func mayEdit(ctx context.Context, a Activity) error {
	actor, _ := postgres.ActorFrom(ctx)
	own := func(id *int64) bool { return id != nil && *id == actor.UserID }
	if own(a.AuthorID) || a.Kind == Task && own(a.AssigneeID) || actor.UserID == 0 ||
		identity.ActorMay(ctx, identity.Role(actor.Role), identity.AccountsAssign) {
		return nil
	}
	return errNotAuthor
}

// Update changes an activity. With an old version it fails with [fault.Conflict]
// that carries the activity as it is.
func (s *Service) Update(ctx context.Context, id int64, c Edit) (Activity, error) {
	return s.change(ctx, id, c.Version, func(tx pgx.Tx, a Activity) (Activity, error) {
		next := Draft{
			AccountID: a.AccountID, Kind: a.Kind, Subject: or(c.Subject, a.Subject), Body: or(c.Body, a.Body),
			Outcome: or(c.Outcome, a.Outcome), Direction: or(c.Direction, a.Direction), Minutes: or(c.Minutes, a.Minutes),
			ContactID: or(c.ContactID, a.ContactID), AssigneeID: or(c.AssigneeID, a.AssigneeID),
			DueOn: or(c.DueOn, a.DueOn), RemindAt: or(c.RemindAt, a.RemindAt),
		}
		happened := or(c.HappenedAt, a.HappenedAt)
		next.HappenedAt = &happened
		if err := next.check(); err != nil {
			return a, err
		}
		if err := references(ctx, tx, a.AccountID, next.ContactID, next.AssigneeID); err != nil {
			return a, err
		}
		_, err := tx.Exec(ctx, `
			update activities set subject = $2, body = $3, outcome = $4, direction = $5, minutes = $6, contact_id = $7,
			  happened_at = $8, assignee_id = $9, due_on = $10::text::date,
			  reminded_at = case when remind_at is distinct from $11 then null else reminded_at end, remind_at = $11,
			  edited_by = current_actor()
			where org_id = current_org() and id = $1`,
			id, next.Subject, next.Body, next.Outcome, next.Direction, next.Minutes, next.ContactID,
			next.HappenedAt, next.AssigneeID, next.DueOn, next.RemindAt)
		if err != nil {
			return a, fmt.Errorf("change activity %d: %w", id, err)
		}
		now, err := load(ctx, tx, id)
		if err != nil {
			return a, err
		}
		told, err := s.tellMentioned(ctx, tx, now)
		if err != nil {
			return a, err
		}
		if c.AssigneeID != nil && (a.AssigneeID == nil || now.AssigneeID != nil && *a.AssigneeID != *now.AssigneeID) {
			if err := tellOf(ctx, tx, now, "assigned", told, now.AssigneeID); err != nil {
				return a, err
			}
		}
		if c.RemindAt != nil {
			if err := s.remind(ctx, tx, now); err != nil {
				return a, err
			}
		}
		return now, nil
	})
}

// or is the new value, or the one that is there.
func or[T any](next *T, now T) T {
	if next != nil {
		return *next
	}
	return now
}

// change locks an activity of the version (0 for whatever it is), checks that the
// actor may change it, runs fn and tells browsers.
func (s *Service) change(ctx context.Context, id int64, version int, fn func(pgx.Tx, Activity) (Activity, error)) (now Activity, err error) {
	err = s.db.Tx(ctx, func(tx pgx.Tx) error {
		tag, err := tx.Exec(ctx, `
			update activities set version = version + 1, updated_at = now()
			where org_id = current_org() and id = $1 and deleted_at is null and ($2 = 0 or version = $2)`, id, version)
		if err != nil {
			return fmt.Errorf("change activity %d: %w", id, err)
		}
		a, err := load(ctx, tx, id)
		if err != nil {
			return err
		}
		if tag.RowsAffected() == 0 {
			return errStale.WithCurrent(a)
		}
		if err := mayEdit(ctx, a); err != nil {
			return err
		}
		if now, err = fn(tx, a); err != nil {
			return err
		}
		return changed(ctx, tx, now)
	})
	return now, err
}

// Delete takes an activity out of the timeline; [Service.Restore] brings it back.
func (s *Service) Delete(ctx context.Context, id int64) error {
	_, err := s.change(ctx, id, 0, func(tx pgx.Tx, a Activity) (Activity, error) {
		if a.Kind == Visit {
			if err := forgetVisit(ctx, tx, id); err != nil {
				return a, err
			}
		}
		if _, err := tx.Exec(ctx, `update activities set deleted_at = now() where org_id = current_org() and id = $1`, id); err != nil {
			return a, fmt.Errorf("delete activity %d: %w", id, err)
		}
		if _, err := tx.Exec(ctx, `delete from inbox_items where org_id = current_org() and activity_id = $1 and read_at is null`, id); err != nil {
			return a, fmt.Errorf("delete activity %d: %w", id, err)
		}
		return a, events.Notify(ctx, tx, "inbox", map[string]any{})
	})
	return err
}

// Restore undoes [Service.Delete].
func (s *Service) Restore(ctx context.Context, id int64) (now Activity, err error) {
	err = s.db.Tx(ctx, func(tx pgx.Tx) error {
		tag, err := tx.Exec(ctx, `
			update activities set deleted_at = null, version = version + 1, updated_at = now()
			where org_id = current_org() and id = $1 and deleted_at is not null`, id)
		if err != nil {
			return fmt.Errorf("restore activity %d: %w", id, err)
		}
		if now, err = load(ctx, tx, id); err != nil {
			return err
		}
		if err := mayEdit(ctx, now); err != nil {
			return err
		}
		if now.Kind == Visit && tag.RowsAffected() > 0 {
			if err := noteVisit(ctx, tx, id); err != nil {
				return err
			}
		}
		return changed(ctx, tx, now)
	})
	return now, err
}

// changed tells browsers of an activity that has changed.
func changed(ctx context.Context, tx pgx.Tx, a Activity) error {
	return events.Notify(ctx, tx, "timeline", map[string]any{"id": a.ID, "accountId": a.AccountID, "task": a.Kind == Task})
}

// noteVisit makes the day of a visit the last of its account, if it is later, and
// remembers what was there.
func noteVisit(ctx context.Context, tx pgx.Tx, id int64) error {
	_, err := tx.Exec(ctx, `
		with visit as (
		  select x.org_id, x.id, x.account_id, a.last_visit_on, (x.happened_at at time zone o.time_zone)::date as day
		  from activities x join organisations o on o.org_id = x.org_id
		  join accounts a on a.org_id = x.org_id and a.id = x.account_id
		  where x.org_id = current_org() and x.id = $1
		    and x.happened_at <= now()
		    and (a.last_visit_on is null or a.last_visit_on < (x.happened_at at time zone o.time_zone)::date)
		), remember as (
		  update activities x set visit_before = coalesce(v.last_visit_on, date '-infinity') from visit v where x.org_id = v.org_id and x.id = v.id
		)
		update accounts a set last_visit_on = v.day, version = a.version + 1, updated_at = now()
		from visit v where a.org_id = v.org_id and a.id = v.account_id`, id)
	if err != nil {
		return fmt.Errorf("note the visit %d in its account: %w", id, err)
	}
	return nil
}

// forgetVisit takes a visit out of its account again, unless a later one stands
// there by now.
func forgetVisit(ctx context.Context, tx pgx.Tx, id int64) error {
	_, err := tx.Exec(ctx, `
		with visit as (
		  select x.org_id, x.account_id, x.visit_before, (x.happened_at at time zone o.time_zone)::date as day
		  from activities x join organisations o on o.org_id = x.org_id
		  where x.org_id = current_org() and x.id = $1 and x.visit_before is not null
		)
		update accounts a set last_visit_on = greatest(nullif(v.visit_before, date '-infinity'), (
		    select max((y.happened_at at time zone o.time_zone)::date) from activities y join organisations o on o.org_id = y.org_id
		    where y.org_id = v.org_id and y.account_id = v.account_id and y.kind = 'visit' and y.deleted_at is null and y.id <> $1)),
		  version = a.version + 1, updated_at = now()
		from visit v where a.org_id = v.org_id and a.id = v.account_id and a.last_visit_on = v.day`, id)
	if err != nil {
		return fmt.Errorf("take the visit %d out of its account: %w", id, err)
	}
	return nil
}

// references refuses a contact of another account and someone who is not active.
func references(ctx context.Context, tx pgx.Tx, account, contact, assignee *int64) error {
	var contactThere, assigneeThere bool
	err := tx.QueryRow(ctx, `
		select $1::bigint is null or exists (select from contacts where org_id = current_org() and id = $1 and account_id = $2),
		       $3::bigint is null or exists (select from users where org_id = current_org() and id = $3 and active)`,
		contact, account, assignee).Scan(&contactThere, &assigneeThere)
	switch {
	case err != nil:
		return fmt.Errorf("look for a contact and a user: %w", err)
	case !contactThere:
		return errNoContact
	case !assigneeThere:
		return errNoAssignee
	}
	return nil
}

func seesAccount(ctx context.Context, tx pgx.Tx, id int64) error {
	var one int
	err := tx.QueryRow(ctx, `select 1 from accounts where org_id = current_org() and id = $1`, id).Scan(&one)
	if errors.Is(err, pgx.ErrNoRows) {
		return fault.New(fault.NotFound, "There is no such account, or it is not your organisation's.")
	}
	if err != nil {
		return fmt.Errorf("look for account %d: %w", id, err)
	}
	return nil
}

// load reads an activity that is not deleted.
func load(ctx context.Context, tx pgx.Tx, id int64) (Activity, error) {
	rows, err := tx.Query(ctx, `select `+columns+` from activities x `+joins+`
		where x.org_id = current_org() and x.id = $1 and x.deleted_at is null
		  and (x.account_id is not null or x.kind = 'comment' or x.assignee_id = current_actor() or x.author_id = current_actor() or $2)`,
		id, seesAllTasks(ctx))
	if err != nil {
		return Activity{}, fmt.Errorf("read activity %d: %w", id, err)
	}
	a, err := pgx.CollectExactlyOneRow(rows, pgx.RowToStructByName[Activity])
	if errors.Is(err, pgx.ErrNoRows) {
		return a, errNoActivity
	}
	if err != nil {
		return a, fmt.Errorf("read activity %d: %w", id, err)
	}
	return a, nil
}

// seesAllTasks reports whether the actor sees the tasks of others that belong to
// no account.
func seesAllTasks(ctx context.Context) bool {
	actor, _ := postgres.ActorFrom(ctx)
	return actor.UserID == 0 || identity.ActorMay(ctx, identity.Role(actor.Role), identity.PlansTeam)
}
