// Package events tells browsers of what has changed, through PostgreSQL's LISTEN
// and NOTIFY, so that it works across several processes on one database.
//
// A domain notifies in the transaction that makes the change; the news goes out
// when that commits, and not at all when it rolls back:
//
//	err := db.Tx(ctx, func(tx pgx.Tx) error {
//		…
//		return events.Notify(ctx, tx, "plan", map[string]any{"id": 1, "state": "running", "progress": 0.4})
//	})
//
// A [Hub] in each process listens once and hands the news to the streams of that
// organisation. News are hints to read again, never the data itself: whoever
// connects, or connects again, reads what it shows anew.
package events

import (
	"context"
	"encoding/json"
	"fmt"
	"regexp"

	"github.com/jackc/pgx/v5"

	"github.com/waymark-crm/waymark/internal/postgres"
)

// Channel is the channel of LISTEN and NOTIFY.
const Channel = "waymark_events"

// maxPayload is the most that PostgreSQL takes in one notification.
const maxPayload = 7999

var topicPattern = regexp.MustCompile(`^[a-z][a-z_]{0,39}$`)

// Event is one piece of news. Data is JSON on one line.
type Event struct {
	OrgID int64           `json:"org"` // 0: for every organisation
	Topic string          `json:"topic"`
	Data  json.RawMessage `json:"data"`
}

// Notify tells the organisation of the context's actor, when tx commits. data
// becomes JSON and may take about 7,900 bytes; send an id and what changed, not
// the thing. Without an actor it returns [postgres.ErrNoActor].
func Notify(ctx context.Context, tx pgx.Tx, topic string, data any) error {
	actor, ok := postgres.ActorFrom(ctx)
	if !ok || actor.OrgID == 0 {
		return postgres.ErrNoActor
	}
	return notify(ctx, tx, actor.OrgID, topic, data)
}

// NotifyAll tells every organisation, of what belongs to the whole instance such
// as a new extract.
func NotifyAll(ctx context.Context, tx pgx.Tx, topic string, data any) error {
	return notify(ctx, tx, 0, topic, data)
}

func notify(ctx context.Context, tx pgx.Tx, org int64, topic string, data any) error {
	if !topicPattern.MatchString(topic) {
		return fmt.Errorf("events: %q cannot be a topic: lower-case letters only", topic)
	}
	raw, err := json.Marshal(data)
	if err != nil {
		return fmt.Errorf("events: %s: %w", topic, err)
	}
	payload, err := json.Marshal(Event{OrgID: org, Topic: topic, Data: raw})
	if err != nil {
		return fmt.Errorf("events: %s: %w", topic, err)
	}
	if len(payload) > maxPayload {
		return fmt.Errorf("events: %s: %d bytes are more than a notification can carry (%d)", topic, len(payload), maxPayload)
	}
	if _, err := tx.Exec(ctx, `select pg_notify($1, $2)`, Channel, string(payload)); err != nil {
		return fmt.Errorf("events: %s: %w", topic, err)
	}
	return nil
}
