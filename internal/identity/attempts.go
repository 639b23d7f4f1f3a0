package identity

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/waymark-crm/waymark/internal/fault"
)

// How many failures within attemptWindow are too many. An office behind one
// address has many people who mistype; one e-mail address has one.
const (
	perEmail      = 10
	perAddress    = 100
	attemptWindow = 15 * time.Minute
)

type attemptSubject struct {
	key  string
	most int
}

// countAttempt counts an attempt as failed until [forgiveAttempt] says that it
// was not, and returns a fault TooMany when there were too many already. Those
// that are refused do not count, so the window ends whatever the attacker does.
func (s *Service) countAttempt(ctx context.Context, subjects []attemptSubject) error {
	var wait time.Duration
	err := s.db.Anonymous(ctx, func(tx pgx.Tx) error {
		for _, subject := range subjects {
			var failures int
			var left time.Duration
			err := tx.QueryRow(ctx, `
				insert into sign_in_attempts as a (subject, failures) values ($1, 1)
				on conflict (subject) do update set
					failures = case when a.window_start < now() - $2::interval then 1 else least(a.failures, $3::integer) + 1 end,
					window_start = case when a.window_start < now() - $2::interval then now() else a.window_start end
				returning failures, window_start + $2::interval - now()`,
				subject.key, attemptWindow, subject.most).Scan(&failures, &left)
			if err != nil {
				return err
			}
			if failures > subject.most {
				wait = max(wait, left, time.Second)
			}
		}
		if wait > 0 {
			return errRefused // roll back: the others keep their counts
		}
		_, err := tx.Exec(ctx, `delete from sign_in_attempts where subject in (
			select subject from sign_in_attempts where window_start < now() - 2 * $1::interval limit 20 for update skip locked)`, attemptWindow)
		return err
	})
	if wait > 0 {
		return fault.New(fault.TooMany, "Too many failed attempts. Wait a quarter of an hour, or ask an administrator for a new password.").
			WithCause(RetryAfter(wait))
	}
	if err != nil {
		return fmt.Errorf("count sign-in attempt: %w", err)
	}
	return nil
}

var errRefused = fault.New(fault.TooMany, "refused")

// forgiveAttempt takes the attempt back that succeeded, and the failures of the
// e-mail address before it; those of the place it came from stay, since whoever
// has one account there may be guessing at others.
func forgiveAttempt(ctx context.Context, tx pgx.Tx, subjects []attemptSubject) error {
	for _, subject := range subjects {
		if subject.most == perEmail {
			if _, err := tx.Exec(ctx, `delete from sign_in_attempts where subject = $1`, subject.key); err != nil {
				return err
			}
			continue
		}
		if _, err := tx.Exec(ctx, `delete from sign_in_attempts where subject = $1 and failures = 1`, subject.key); err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, `update sign_in_attempts set failures = failures - 1 where subject = $1 and failures > 1`, subject.key); err != nil {
			return err
		}
	}
	return nil
}
