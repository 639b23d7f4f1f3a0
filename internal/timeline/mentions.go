package timeline

import (
	"context"
	"fmt"
	"regexp"
	"slices"
	"strconv"

	"github.com/jackc/pgx/v5"

	"github.com/waymark-crm/waymark/internal/events"
	"github.com/waymark-crm/waymark/internal/postgres"
)

// maxMentions is how many people one text may call.
const maxMentions = 50

var mentionPattern = regexp.MustCompile(`@\[[^\]\n]{1,200}\]\(user:([1-9][0-9]{0,17})\)`)

// mentioned returns the people whom a text mentions, each once.
func mentioned(text string) []int64 {
	ids := []int64{}
	for _, m := range mentionPattern.FindAllStringSubmatch(text, -1) {
		id, err := strconv.ParseInt(m[1], 10, 64)
		if err == nil && !slices.Contains(ids, id) && len(ids) < maxMentions {
			ids = append(ids, id)
		}
	}
	return ids
}

// tellMentioned puts an activity into the inbox of those whom it mentions and who
// were not told before, and returns everyone whom it mentions. Who does not exist
// in the organisation or is not active is nobody.
func (s *Service) tellMentioned(ctx context.Context, tx pgx.Tx, a Activity) ([]int64, error) {
	ids := mentioned(a.Body)
	rows, err := tx.Query(ctx, `
		insert into mentions (org_id, activity_id, user_id)
		select u.org_id, $1, u.id from users u where u.org_id = current_org() and u.id = any($2) and u.active
		on conflict do nothing returning user_id`, a.ID, ids)
	if err != nil {
		return nil, fmt.Errorf("note the mentions of activity %d: %w", a.ID, err)
	}
	fresh, err := pgx.CollectRows(rows, pgx.RowTo[int64])
	if err != nil {
		return nil, fmt.Errorf("note the mentions of activity %d: %w", a.ID, err)
	}
	for _, id := range fresh {
		if err := tellOf(ctx, tx, a, "mention", nil, &id); err != nil {
			return nil, err
		}
	}
	return ids, nil
}

// tellOf puts an activity into the inbox of people, but of who acts and of those
// who were told already. What they may not see, the inbox does not show.
func tellOf(ctx context.Context, tx pgx.Tx, a Activity, kind string, told []int64, people ...*int64) error {
	actor, _ := postgres.ActorFrom(ctx)
	done := slices.Clone(told)
	for _, id := range people {
		if id == nil || slices.Contains(done, *id) || *id == actor.UserID && kind != "reminder" {
			continue
		}
		done = append(done, *id)
		_, err := tx.Exec(ctx, `
			insert into inbox_items (org_id, user_id, kind, activity_id, account_id, actor_id)
			values (current_org(), $1, $2, $3, $4, current_actor())`, *id, kind, a.ID, a.AccountID)
		if err != nil {
			return fmt.Errorf("tell %d of activity %d: %w", *id, a.ID, err)
		}
		if err := events.Notify(ctx, tx, "inbox", map[string]any{"userId": *id}); err != nil {
			return err
		}
	}
	return nil
}
