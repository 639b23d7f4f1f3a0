package accounts

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/riverqueue/river"

	"github.com/waymark-crm/waymark/internal/postgres"
)

// dictionaryFrom is how many accounts make it worth to keep a dictionary of the
// words in them: with fewer, a misspelled word is compared with every account.
const dictionaryFrom = 20_000

// DictionaryJob keeps the dictionaries by which search forgives typing errors.
type DictionaryJob struct{}

// Kind is the name of the job in the queue.
func (DictionaryJob) Kind() string { return "search_dictionaries" }

// InsertOpts: the next run does what this one could not.
func (DictionaryJob) InsertOpts() river.InsertOpts {
	return river.InsertOpts{MaxAttempts: 2, Priority: 4}
}

// DictionaryEvery is the job as a queue takes it.
func DictionaryEvery() *river.PeriodicJob {
	return river.NewPeriodicJob(river.PeriodicInterval(20*time.Minute),
		func() (river.JobArgs, *river.InsertOpts) { return DictionaryJob{}, nil }, &river.PeriodicJobOpts{RunOnStart: true})
}

// DictionaryWorker keeps the dictionaries.
type DictionaryWorker struct {
	river.WorkerDefaults[DictionaryJob]
	Accounts *Service
}

// Timeout is how long one run may take.
func (*DictionaryWorker) Timeout(*river.Job[DictionaryJob]) time.Duration { return 30 * time.Minute }

// Work brings every organisation's dictionary up to date.
func (w *DictionaryWorker) Work(ctx context.Context, _ *river.Job[DictionaryJob]) error {
	return w.Accounts.KeepDictionaries(ctx, dictionaryFrom)
}

// KeepDictionaries brings the dictionary of every organisation with at least so
// many accounts up to date: the words of the accounts that have changed since.
func (s *Service) KeepDictionaries(ctx context.Context, from int) error {
	var orgs []int64
	err := s.db.Owner(ctx, func(tx pgx.Tx) error {
		rows, err := tx.Query(ctx, `
			select o.org_id from organisations o
			where (select count(*) from (select from accounts a where a.org_id = o.org_id limit $1::int) counted) >= $1::int order by 1`, from)
		if err != nil {
			return err
		}
		orgs, err = pgx.CollectRows(rows, pgx.RowTo[int64])
		return err
	})
	if err != nil {
		return fmt.Errorf("keep dictionaries: %w", err)
	}
	var failed error
	for _, org := range orgs {
		acting := postgres.WithActor(ctx, postgres.Actor{OrgID: org, RequestID: DictionaryJob{}.Kind()})
		if err := s.keepDictionary(acting); err != nil {
			failed = errors.Join(failed, fmt.Errorf("dictionary of organisation %d: %w", org, err))
		}
	}
	return failed
}

func (s *Service) keepDictionary(ctx context.Context) error {
	return s.write(ctx, func(tx pgx.Tx, actor postgres.Actor) error {
		// An hour back, for transactions that were under way at the last run.
		_, err := tx.Exec(ctx, `
			insert into search_words (org_id, word)
			select distinct $1::bigint, w from (
			  select regexp_split_to_table(a.search, '[^[:alnum:]]+') as w from accounts a
			  where a.org_id = $1 and a.updated_at >= coalesce(
			    (select made_at - interval '1 hour' from search_dictionaries where org_id = $1), '-infinity'::timestamptz)
			) words
			where length(w) between 3 and 100 and w ~ '[^0-9]'
			on conflict do nothing`, actor.OrgID)
		if err != nil {
			return err
		}
		_, err = tx.Exec(ctx, `
			insert into search_dictionaries (org_id, made_at) values ($1, now()) on conflict (org_id) do update set made_at = excluded.made_at`, actor.OrgID)
		return err
	})
}
