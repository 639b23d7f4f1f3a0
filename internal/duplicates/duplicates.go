// Package duplicates finds accounts that are in the record twice, and makes one
// of them.
//
//	service := &duplicates.Service{DB: db, Enqueue: enqueue}
//	scan, err := service.Look(ctx)                  // a job compares all accounts, set by set
//	page, err := service.Pairs(ctx, duplicates.PairFilter{Limit: 50})
//	merge, err := service.Merge(ctx, duplicates.Request{WinnerID: 7, LoserID: 9, …})
//	err = service.Undo(ctx, merge.ID)
//
// Candidates share a key: the name without legal forms, a phone number, a mail
// address, a web host, or the beginning of the name within the same hexagon. A
// key that many accounts have says nothing and is passed over. Each pair has a
// score and the reasons for it.
//
// A merge moves everything that refers to the one account to the other. What
// refers to accounts is read from the catalogue, so that a table made later is not
// forgotten.
package duplicates

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/paulmach/orb"
	"github.com/riverqueue/river"

	"github.com/waymark-crm/waymark/geo/hexgrid"
	"github.com/waymark-crm/waymark/internal/events"
	"github.com/waymark-crm/waymark/internal/fault"
	"github.com/waymark-crm/waymark/internal/postgres"
)

// Service is the use cases of this package. All fields are required.
type Service struct {
	DB      *postgres.DB
	Enqueue func(ctx context.Context, tx pgx.Tx, job Job) error
}

// Reason is one thing that speaks for or against two accounts being one.
type Reason struct {
	Code   string `json:"code" enum:"same_name,similar_name,same_phone,same_email,same_website,same_place,near,far,different_number"`
	Detail string `json:"detail" doc:"The likeness of the names in percent, or the distance in metres."`
}

// Scan is the last look for duplicates in all accounts.
type Scan struct {
	State      string     `json:"state" enum:"never,running,done,failed"`
	StartedAt  *time.Time `json:"startedAt"`
	FinishedAt *time.Time `json:"finishedAt"`
	Open       int        `json:"open" doc:"Pairs that nobody has decided on."`
}

// Job looks for duplicates in the accounts of one organisation.
type Job struct {
	OrgID  int64  `json:"orgId"`
	UserID int64  `json:"userId"`
	Role   string `json:"role"`
}

// Kind is the name of the job in the queue.
func (Job) Kind() string { return "find_duplicates" }

// InsertOpts limit the attempts.
func (Job) InsertOpts() river.InsertOpts { return river.InsertOpts{MaxAttempts: 3, Priority: 4} }

// Worker looks for duplicates.
type Worker struct {
	river.WorkerDefaults[Job]
	Duplicates *Service
}

// Timeout is how long one attempt may take.
func (*Worker) Timeout(*river.Job[Job]) time.Duration { return time.Hour }

// Work compares all accounts.
func (w *Worker) Work(ctx context.Context, job *river.Job[Job]) error {
	ctx = postgres.WithActor(ctx, postgres.Actor{OrgID: job.Args.OrgID}) // all accounts, whoever asked
	err := w.Duplicates.find(ctx)
	if err != nil && job.Attempt >= job.MaxAttempts {
		return errors.Join(err, w.Duplicates.failed(context.WithoutCancel(ctx)))
	}
	return err
}

// Abandon marks a look as failed whose server was killed in every attempt.
func (s *Service) Abandon(ctx context.Context, args []byte) error {
	var job Job
	if err := json.Unmarshal(args, &job); err != nil {
		return fmt.Errorf("duplicates: arguments of a job: %w", err)
	}
	return s.failed(postgres.WithActor(ctx, postgres.Actor{OrgID: job.OrgID}))
}

func (s *Service) failed(ctx context.Context) error {
	a, _ := postgres.ActorFrom(ctx)
	return s.DB.Tx(ctx, func(tx pgx.Tx) error {
		if _, err := tx.Exec(ctx, `update duplicate_scans set state = 'failed', finished_at = now() where org_id = $1 and state = 'running'`, a.OrgID); err != nil {
			return fmt.Errorf("duplicates: mark a look as failed: %w", err)
		}
		return events.Notify(ctx, tx, "duplicates", map[string]any{"state": "failed"})
	})
}

// Look has all accounts compared, unless that is under way.
func (s *Service) Look(ctx context.Context) (scan Scan, err error) {
	a, ok := postgres.ActorFrom(ctx)
	if !ok {
		return scan, postgres.ErrNoActor
	}
	err = s.DB.Tx(ctx, func(tx pgx.Tx) error {
		tag, err := tx.Exec(ctx, `insert into duplicate_scans (org_id, state) values ($1, 'running')
			on conflict (org_id) do update set state = 'running', started_at = now(), finished_at = null
			where duplicate_scans.state <> 'running' or duplicate_scans.started_at < now() - interval '2 hours'`, a.OrgID)
		if err != nil {
			return fmt.Errorf("duplicates: begin to look: %w", err)
		}
		if tag.RowsAffected() > 0 {
			if err := s.Enqueue(ctx, tx, Job{OrgID: a.OrgID, UserID: a.UserID, Role: a.Role}); err != nil {
				return err
			}
		}
		scan, err = readScan(ctx, tx, a.OrgID)
		return err
	})
	return scan, err
}

// Scan returns the last look.
func (s *Service) Scan(ctx context.Context) (scan Scan, err error) {
	a, ok := postgres.ActorFrom(ctx)
	if !ok {
		return scan, postgres.ErrNoActor
	}
	err = s.DB.Read(ctx, func(tx pgx.Tx) error {
		scan, err = readScan(ctx, tx, a.OrgID)
		return err
	})
	return scan, err
}

func readScan(ctx context.Context, tx pgx.Tx, orgID int64) (Scan, error) {
	scan := Scan{State: "never"}
	err := tx.QueryRow(ctx, `select state, started_at, finished_at from duplicate_scans where org_id = $1`, orgID).Scan(&scan.State, &scan.StartedAt, &scan.FinishedAt)
	if err != nil && !errors.Is(err, pgx.ErrNoRows) {
		return scan, fmt.Errorf("duplicates: read the last look: %w", err)
	}
	err = tx.QueryRow(ctx, `select count(*) from duplicate_pairs where org_id = $1 and state = 'open'`, orgID).Scan(&scan.Open)
	if err != nil {
		return scan, fmt.Errorf("duplicates: count pairs: %w", err)
	}
	return scan, nil
}

// find compares all accounts and keeps the pairs that may be one. Decisions stay.
func (s *Service) find(ctx context.Context) error {
	a, ok := postgres.ActorFrom(ctx)
	if !ok {
		return postgres.ErrNoActor
	}
	return s.DB.Tx(ctx, func(tx pgx.Tx) error {
		if _, err := tx.Exec(ctx, `select set_config('jit', 'off', true), set_config('work_mem', '64MB', true)`); err != nil {
			return fmt.Errorf("duplicates: prepare: %w", err)
		}
		if _, err := tx.Exec(ctx, `delete from duplicate_pairs where org_id = $1 and state = 'open'`, a.OrgID); err != nil {
			return fmt.Errorf("duplicates: forget the last pairs: %w", err)
		}
		tag, err := tx.Exec(ctx, findPairs, a.OrgID, leastScore)
		if err != nil {
			return fmt.Errorf("duplicates: compare accounts: %w", err)
		}
		if _, err := tx.Exec(ctx, `update duplicate_scans set state = 'done', finished_at = clock_timestamp(), pairs = $2 where org_id = $1`, a.OrgID, tag.RowsAffected()); err != nil {
			return fmt.Errorf("duplicates: finish: %w", err)
		}
		return events.Notify(ctx, tx, "duplicates", map[string]any{"state": "done"})
	})
}

// Similar is an account that one in the making resembles.
type Similar struct {
	ID      int64    `json:"id"`
	Name    string   `json:"name"`
	Address string   `json:"address"`
	Score   float64  `json:"score"`
	Reasons []Reason `json:"reasons"`
}

// Draft is what is known of an account in the making.
type Draft struct {
	Name, Phone, Email, Website string
	Point                       *orb.Point
}

// Like lists the accounts that a new one resembles, the likest first, at most 5.
func (s *Service) Like(ctx context.Context, d Draft) (found []Similar, err error) {
	a, ok := postgres.ActorFrom(ctx)
	if !ok {
		return nil, postgres.ErrNoActor
	}
	var lo, hi []int64
	if d.Point != nil {
		cell, err := hexgrid.CellOf(*d.Point)
		if err != nil {
			return nil, fault.Wrap(err, fault.Invalid, "The place is not on the globe.").WithField("point", "Longitude, latitude.")
		}
		disk, err := hexgrid.Disk(cell.Parent(nearResolution), 1)
		if err != nil {
			return nil, fmt.Errorf("duplicates: cells around a point: %w", err)
		}
		lo, hi = hexgrid.Bounds(hexgrid.Ranges(disk))
	}
	err = s.DB.Read(ctx, func(tx pgx.Tx) error {
		rows, err := tx.Query(ctx, likeDraft, a.OrgID, d.Name, d.Phone, d.Email, d.Website, d.Point, lo, hi, leastScore)
		if err != nil {
			return err
		}
		found, err = pgx.CollectRows(rows, func(row pgx.CollectableRow) (s Similar, err error) {
			var reasons []byte
			if err := row.Scan(&s.ID, &s.Name, &s.Address, &s.Score, &reasons); err != nil {
				return s, err
			}
			return s, json.Unmarshal(reasons, &s.Reasons)
		})
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("duplicates: look for similar accounts: %w", err)
	}
	return found, nil
}
