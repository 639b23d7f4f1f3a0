package webhooks

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/waymark-crm/waymark/internal/audit"
	"github.com/waymark-crm/waymark/internal/postgres"
)

const (
	pause   = 2 * time.Second // between two looks at the trail
	batch   = 200             // lines that are handed out at once
	keepFor = 30 * 24 * time.Hour
	maxIDs  = 1000 // of the records of one event
)

// Run turns lines of the trail into deliveries until ctx ends. Several servers
// may do so at once: each webhook is served by one at a time.
func (s *Service) Run(ctx context.Context) {
	tick := time.NewTicker(pause)
	defer tick.Stop()
	var cleaned time.Time
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		if err := s.Dispatch(ctx); err != nil && ctx.Err() == nil {
			s.options.Log.Warn("webhooks: events could not be handed out; trying again", "error", err)
		}
		if time.Since(cleaned) > time.Hour {
			cleaned = time.Now()
			if err := s.clean(ctx); err != nil && ctx.Err() == nil {
				s.options.Log.Warn("webhooks: the log could not be cleaned", "error", err)
			}
		}
	}
}

func (s *Service) organisations(ctx context.Context) (ids []int64, err error) {
	err = s.db.Anonymous(ctx, func(tx pgx.Tx) error {
		rows, err := tx.Query(ctx, `select org_id from webhook_organisations() order by 1`)
		if err != nil {
			return err
		}
		ids, err = pgx.CollectRows(rows, pgx.RowTo[int64])
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("list organisations with webhooks: %w", err)
	}
	return ids, nil
}

// clean forgets deliveries that are a month old.
func (s *Service) clean(ctx context.Context) error {
	ids, err := s.organisations(ctx)
	if err != nil {
		return err
	}
	for _, org := range ids {
		ctx := postgres.WithActor(ctx, postgres.Actor{OrgID: org, RequestID: "webhooks"})
		err := s.db.Tx(ctx, func(tx pgx.Tx) error {
			_, err := tx.Exec(ctx, `delete from webhook_deliveries where org_id = current_org() and created_at < now() - $1::interval`, keepFor)
			return err
		})
		if err != nil {
			return fmt.Errorf("forget old deliveries: %w", err)
		}
	}
	return nil
}

// Dispatch makes the deliveries of every line that stands in the trail for good.
func (s *Service) Dispatch(ctx context.Context) error {
	ids, err := s.organisations(ctx)
	if err != nil {
		return err
	}
	for _, org := range ids {
		ctx := postgres.WithActor(ctx, postgres.Actor{OrgID: org, RequestID: "webhooks"})
		for more := true; more; {
			err := s.db.Tx(ctx, func(tx pgx.Tx) (err error) {
				more, err = s.dispatch(ctx, tx)
				return err
			})
			if err != nil {
				return fmt.Errorf("hand out events of organisation %d: %w", org, err)
			}
		}
	}
	return nil
}

type line struct {
	audit.Entry
	txid string
	ids  []int64
}

func (s *Service) dispatch(ctx context.Context, tx pgx.Tx) (more bool, err error) {
	rows, err := tx.Query(ctx, `select id, events, position_txid::text, position_id from webhooks
		where org_id = current_org() and active order by id for update skip locked`)
	if err != nil {
		return false, err
	}
	type hook struct {
		ID     int64
		Events []string
		Txid   string
		Line   int64
	}
	hooks, err := pgx.CollectRows(rows, pgx.RowToStructByPos[hook])
	if err != nil {
		return false, err
	}
	for _, h := range hooks {
		// A line of a transaction that is older than all that still run can be
		// followed by none that stands before it.
		rows, err := tx.Query(ctx, `select `+audit.Columns+`, e.txid::text, e.record_ids[1:`+fmt.Sprint(maxIDs)+`] from audit_entries e `+audit.Joins+`
			where e.org_id = current_org() and (e.txid, e.id) > ($1::text::xid8, $2) and e.txid < pg_snapshot_xmin(pg_current_snapshot())
			order by e.txid, e.id limit $3`, h.Txid, h.Line, batch)
		if err != nil {
			return false, err
		}
		lines, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (l line, err error) {
			l.Entry, err = audit.ScanWith(row, &l.txid, &l.ids)
			return l, err
		})
		if err != nil {
			return false, err
		}
		if len(lines) == 0 {
			continue
		}
		more = more || len(lines) == batch
		for _, l := range lines {
			event := eventOf(l.Entry)
			if event == "" || !matches(h.Events, event) {
				continue
			}
			payload, err := payloadOf(ctx, event, l)
			if err != nil {
				return false, err
			}
			var id int64
			if err := tx.QueryRow(ctx, `insert into webhook_deliveries (org_id, webhook_id, event, payload)
				values (current_org(), $1, $2, $3) returning id`, h.ID, event, payload).Scan(&id); err != nil {
				return false, err
			}
			if err := s.enqueue(ctx, tx, id); err != nil {
				return false, err
			}
		}
		last := lines[len(lines)-1]
		if _, err := tx.Exec(ctx, `update webhooks set position_txid = $2::text::xid8, position_id = $3 where org_id = current_org() and id = $1`,
			h.ID, last.txid, last.ID); err != nil {
			return false, err
		}
	}
	return more, nil
}

var kinds = map[string]string{
	"accounts": "account", "sites": "site", "contacts": "contact", "activities": "activity",
	"account_relations": "relation", "files": "file",
}

// eventOf names what a line tells; empty for what is nobody's business outside.
func eventOf(e audit.Entry) string {
	kind, known := kinds[e.Record]
	if !known {
		return ""
	}
	for _, f := range e.Fields {
		if e.Action != "update" {
			break
		}
		switch f.Name {
		case "archivedAt":
			if f.Before == nil {
				return kind + ".archived"
			}
			return kind + ".restored"
		case "deletedAt":
			if f.Before == nil {
				return kind + ".deleted"
			}
			return kind + ".created"
		case "doneAt":
			if f.Before == nil {
				return "task.completed"
			}
			return "task.reopened"
		}
	}
	return kind + "." + map[string]string{"create": "created", "update": "updated", "delete": "deleted"}[e.Action]
}

// payload is the body of a delivery.
type payload struct {
	Event          string        `json:"event"`
	At             time.Time     `json:"at"`
	OrganisationID int64         `json:"organisationId"`
	RecordID       int64         `json:"recordId"`
	Records        int           `json:"records"`
	RecordIDs      []int64       `json:"recordIds,omitempty"` // of several, the first thousand
	AccountID      *int64        `json:"accountId"`
	Changes        []audit.Field `json:"changes"`
	UserID         *int64        `json:"userId"`
	Cause          string        `json:"cause,omitempty"`
}

func payloadOf(ctx context.Context, event string, l line) (string, error) {
	actor, _ := postgres.ActorFrom(ctx)
	p := payload{
		Event: event, At: l.At, OrganisationID: actor.OrgID, RecordID: l.RecordID, Records: l.Records, RecordIDs: l.ids,
		AccountID: l.AccountID, Changes: l.Fields, UserID: l.UserID, Cause: l.Cause,
	}
	raw, err := json.Marshal(p)
	if err == nil && len([]rune(string(raw))) > 250_000 { // read the record for the rest
		p.Changes = []audit.Field{}
		raw, err = json.Marshal(p)
	}
	return string(raw), err
}
