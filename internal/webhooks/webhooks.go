// Package webhooks tells programs of what changes: an organisation names an
// address and the events that it wants, and each event is sent there as JSON,
// signed, and again with growing pauses until it is taken.
//
//	hooks := webhooks.New(db, webhooks.Options{Enqueue: …})
//	made, secret, err := hooks.Create(ctx, webhooks.Draft{URL: "https://erp.example/waymark", Events: []string{"account.*"}})
//	go hooks.Run(ctx)     // turns lines of the audit trail into deliveries
//
// The receiver checks the header Waymark-Signature, "t=1700000000,v1=…": v1 is the
// hexadecimal HMAC-SHA256, under the secret, of the time, a full stop and the body;
// a time that is minutes away is an old request sent again.
//
// Addresses of private networks are refused when the connection is made, whatever
// a name resolves to by then, unless the one who runs the server allows them.
package webhooks

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/jackc/pgx/v5"

	"github.com/waymark-crm/waymark/internal/fault"
	"github.com/waymark-crm/waymark/internal/postgres"
)

// Events lists what can be asked for, besides "account.*" and the like for all
// of a kind and "*" for everything.
func Events() []string {
	return []string{
		"account.created", "account.updated", "account.archived", "account.restored", "account.deleted",
		"site.created", "site.updated", "site.deleted", "contact.created", "contact.updated", "contact.deleted",
		"activity.created", "activity.updated", "activity.deleted", "task.completed", "task.reopened",
		"relation.created", "relation.updated", "relation.deleted", "file.created", "file.updated", "file.deleted",
	}
}

// maxWebhooks is how many an organisation may have.
const maxWebhooks = 20

// Webhook is an address that is told of events.
type Webhook struct {
	ID          int64     `json:"id" db:"id"`
	URL         string    `json:"url" db:"url"`
	Description string    `json:"description" db:"description"`
	Events      []string  `json:"events" db:"events" example:"account.updated"`
	Active      bool      `json:"active" db:"active"`
	CreatedAt   time.Time `json:"createdAt" db:"created_at"`
	Waiting     int       `json:"waiting" db:"waiting" doc:"Deliveries that are still tried."`
	Failed      int       `json:"failed" db:"failed" doc:"Deliveries that were given up, of the last 30 days."`
}

// Delivery is one event on its way to one address.
type Delivery struct {
	ID          int64      `json:"id" db:"id"`
	Event       string     `json:"event" db:"event"`
	Payload     string     `json:"payload" db:"payload" doc:"The body that is sent."`
	State       string     `json:"state" enum:"waiting,delivered,failed" db:"state"`
	Attempts    int        `json:"attempts" db:"attempts"`
	Status      *int       `json:"status" db:"status" doc:"Of the last answer; null: there was none."`
	Answer      string     `json:"answer" db:"answer" doc:"How the last answer begins, or why there was none."`
	CreatedAt   time.Time  `json:"createdAt" db:"created_at"`
	AttemptedAt *time.Time `json:"attemptedAt" db:"attempted_at"`
}

// Draft is a webhook to make.
type Draft struct {
	URL         string
	Description string
	Events      []string
}

// Change of a webhook; nil fields stay as they are.
type Change struct {
	URL         *string
	Description *string
	Events      *[]string
	Active      *bool
}

// Options of [New].
type Options struct {
	// Enqueue puts a job beside the rows that cause it, in the same transaction.
	Enqueue func(ctx context.Context, tx pgx.Tx, job DeliveryJob) error
	// AllowPrivate lets webhooks lead to loopback and private networks.
	AllowPrivate bool
	Log          *slog.Logger // nil logs nothing
}

// Service is the use cases of this package over one database. It is safe for
// concurrent use.
type Service struct {
	db      *postgres.DB
	options Options
	client  *http.Client
}

// New returns the service.
func New(db *postgres.DB, options Options) *Service {
	if options.Log == nil {
		options.Log = slog.New(slog.DiscardHandler)
	}
	return &Service{db: db, options: options, client: newClient(options.AllowPrivate)}
}

var errNoWebhook = fault.New(fault.NotFound, "There is no such webhook.")

func (s *Service) check(address, description *string, events *[]string) error {
	if address != nil {
		*address = strings.TrimSpace(*address)
		u, err := url.Parse(*address)
		if err != nil || u.Scheme != "https" && u.Scheme != "http" || u.Hostname() == "" || u.User != nil || len(*address) > 2000 {
			return fault.New(fault.Invalid, "The address of a webhook begins with https:// and holds no password.").WithField("url", "Such as https://erp.example.com/waymark.")
		}
		if err := s.refused(u.Hostname()); err != nil {
			return err
		}
	}
	if description != nil && (utf8.RuneCountInString(*description) > 200 || !utf8.ValidString(*description) || strings.ContainsRune(*description, 0)) {
		return fault.New(fault.Invalid, "The description may have 200 characters.").WithField("description", "At most 200 characters.")
	}
	if events != nil {
		slices.Sort(*events)
		*events = slices.Compact(*events)
		if len(*events) == 0 {
			return fault.New(fault.Invalid, "Choose at least one event.").WithField("events", "At least one.")
		}
		for _, e := range *events {
			if !slices.ContainsFunc(Events(), func(known string) bool { return matches([]string{e}, known) }) {
				return fault.Errorf(fault.Invalid, "There is no event %q.", e).WithField("events", "One of "+strings.Join(Events(), ", ")+", or account.* and the like.")
			}
		}
	}
	return nil
}

// matches reports whether an event is among those that are wanted.
func matches(wanted []string, event string) bool {
	kind, _, _ := strings.Cut(event, ".")
	return slices.Contains(wanted, event) || slices.Contains(wanted, kind+".*") || slices.Contains(wanted, "*")
}

const columns = `w.id, w.url, w.description, w.events, w.active, w.created_at,
	(select count(*) from webhook_deliveries d where d.org_id = w.org_id and d.webhook_id = w.id and d.state = 'waiting') as waiting,
	(select count(*) from webhook_deliveries d where d.org_id = w.org_id and d.webhook_id = w.id and d.state = 'failed') as failed`

// List returns the webhooks of the organisation.
func (s *Service) List(ctx context.Context) (all []Webhook, err error) {
	err = s.db.Read(ctx, func(tx pgx.Tx) error {
		rows, err := tx.Query(ctx, `select `+columns+` from webhooks w where w.org_id = current_org() order by w.id`)
		if err != nil {
			return err
		}
		all, err = pgx.CollectRows(rows, pgx.RowToStructByName[Webhook])
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("list webhooks: %w", err)
	}
	return all, nil
}

func load(ctx context.Context, tx pgx.Tx, id int64) (Webhook, error) {
	rows, err := tx.Query(ctx, `select `+columns+` from webhooks w where w.org_id = current_org() and w.id = $1`, id)
	if err != nil {
		return Webhook{}, fmt.Errorf("read webhook %d: %w", id, err)
	}
	w, err := pgx.CollectExactlyOneRow(rows, pgx.RowToStructByName[Webhook])
	if errors.Is(err, pgx.ErrNoRows) {
		return w, errNoWebhook
	}
	if err != nil {
		return w, fmt.Errorf("read webhook %d: %w", id, err)
	}
	return w, nil
}

// Create makes a webhook, which is told of what changes from now on, and returns
// the secret with which its deliveries are signed.
func (s *Service) Create(ctx context.Context, d Draft) (made Webhook, secret string, err error) {
	if err := s.check(&d.URL, &d.Description, &d.Events); err != nil {
		return made, "", err
	}
	if d.Events == nil {
		return made, "", fault.New(fault.Invalid, "Choose at least one event.").WithField("events", "At least one.")
	}
	secret = "whsec_" + rand.Text() + rand.Text()
	err = s.db.Tx(ctx, func(tx pgx.Tx) error {
		var id int64
		err := tx.QueryRow(ctx, `
			insert into webhooks (org_id, url, description, events, secret, position_txid, created_by)
			select current_org(), $1, $2, $3, $4, pg_snapshot_xmin(pg_current_snapshot()), current_actor()
			where (select count(*) from webhooks where org_id = current_org()) < $5
			returning id`, d.URL, d.Description, d.Events, secret, maxWebhooks).Scan(&id)
		if errors.Is(err, pgx.ErrNoRows) {
			return fault.Errorf(fault.Conflict, "An organisation may have %d webhooks. Remove one that is not needed.", maxWebhooks)
		}
		if err != nil {
			return fmt.Errorf("make a webhook: %w", err)
		}
		made, err = load(ctx, tx, id)
		return err
	})
	return made, secret, err
}

// Update changes a webhook. One that is switched on again is told of what changes
// from then on.
func (s *Service) Update(ctx context.Context, id int64, c Change) (now Webhook, err error) {
	if err := s.check(c.URL, c.Description, c.Events); err != nil {
		return now, err
	}
	err = s.db.Tx(ctx, func(tx pgx.Tx) error {
		_, err := tx.Exec(ctx, `
			update webhooks set url = coalesce($2, url), description = coalesce($3, description), events = coalesce($4, events),
			  position_txid = case when $5 and not active then pg_snapshot_xmin(pg_current_snapshot()) else position_txid end,
			  position_id = case when $5 and not active then 0 else position_id end,
			  active = coalesce($5, active)
			where org_id = current_org() and id = $1`, id, c.URL, c.Description, c.Events, c.Active)
		if err != nil {
			return fmt.Errorf("change webhook %d: %w", id, err)
		}
		now, err = load(ctx, tx, id)
		return err
	})
	return now, err
}

// Delete removes a webhook and its log.
func (s *Service) Delete(ctx context.Context, id int64) error {
	return s.db.Tx(ctx, func(tx pgx.Tx) error {
		tag, err := tx.Exec(ctx, `delete from webhooks where org_id = current_org() and id = $1`, id)
		if err != nil {
			return fmt.Errorf("remove webhook %d: %w", id, err)
		}
		if tag.RowsAffected() == 0 {
			return errNoWebhook
		}
		return nil
	})
}

const deliveryColumns = `d.id, d.event, d.payload, d.state, d.attempts, d.status, d.answer, d.created_at, d.attempted_at`

// Deliveries returns the log of a webhook, the newest first: at most limit of
// those before the one with the id before, 0 for the newest.
func (s *Service) Deliveries(ctx context.Context, webhook, before int64, limit int) (all []Delivery, err error) {
	if before == 0 {
		before = 1<<63 - 1
	}
	err = s.db.Read(ctx, func(tx pgx.Tx) error {
		if _, err := load(ctx, tx, webhook); err != nil {
			return err
		}
		rows, err := tx.Query(ctx, `select `+deliveryColumns+` from webhook_deliveries d
			where d.org_id = current_org() and d.webhook_id = $1 and d.id < $2 order by d.id desc limit $3`, webhook, before, limit)
		if err != nil {
			return fmt.Errorf("read the log of webhook %d: %w", webhook, err)
		}
		if all, err = pgx.CollectRows(rows, pgx.RowToStructByName[Delivery]); err != nil {
			return fmt.Errorf("read the log of webhook %d: %w", webhook, err)
		}
		return nil
	})
	return all, err
}

// Resend sends a delivery again, whatever became of it.
func (s *Service) Resend(ctx context.Context, webhook, delivery int64) (d Delivery, err error) {
	err = s.db.Tx(ctx, func(tx pgx.Tx) error {
		rows, err := tx.Query(ctx, `update webhook_deliveries d set state = 'waiting', attempts = 0
			where d.org_id = current_org() and d.webhook_id = $1 and d.id = $2 returning `+deliveryColumns, webhook, delivery)
		if err != nil {
			return fmt.Errorf("send delivery %d again: %w", delivery, err)
		}
		d, err = pgx.CollectExactlyOneRow(rows, pgx.RowToStructByName[Delivery])
		if errors.Is(err, pgx.ErrNoRows) {
			return fault.New(fault.NotFound, "There is no such delivery.")
		}
		if err != nil {
			return fmt.Errorf("send delivery %d again: %w", delivery, err)
		}
		return s.enqueue(ctx, tx, delivery)
	})
	return d, err
}

// Ping sends an event "ping", to try an address.
func (s *Service) Ping(ctx context.Context, webhook int64) (d Delivery, err error) {
	err = s.db.Tx(ctx, func(tx pgx.Tx) error {
		if _, err := load(ctx, tx, webhook); err != nil {
			return err
		}
		rows, err := tx.Query(ctx, `insert into webhook_deliveries as d (org_id, webhook_id, event, payload)
			values (current_org(), $1, 'ping', json_build_object('event', 'ping', 'at', now())::text) returning `+deliveryColumns, webhook)
		if err != nil {
			return fmt.Errorf("ping webhook %d: %w", webhook, err)
		}
		if d, err = pgx.CollectExactlyOneRow(rows, pgx.RowToStructByName[Delivery]); err != nil {
			return fmt.Errorf("ping webhook %d: %w", webhook, err)
		}
		return s.enqueue(ctx, tx, d.ID)
	})
	return d, err
}

func (s *Service) enqueue(ctx context.Context, tx pgx.Tx, delivery int64) error {
	actor, _ := postgres.ActorFrom(ctx)
	if s.options.Enqueue == nil {
		return fault.New(fault.Unavailable, "This server sends no webhooks.")
	}
	return s.options.Enqueue(ctx, tx, DeliveryJob{OrgID: actor.OrgID, DeliveryID: delivery})
}
