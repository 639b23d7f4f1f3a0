package imports

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/riverqueue/river"

	"github.com/waymark-crm/waymark/internal/fault"
	"github.com/waymark-crm/waymark/internal/jobs/attempt"
	"github.com/waymark-crm/waymark/internal/postgres"
)

// Job works on one import: it checks, runs or undoes, as the import's state says.
type Job struct {
	OrgID     int64  `json:"orgId"`
	ImportID  int64  `json:"importId"`
	Run       int    `json:"run"`
	UserID    int64  `json:"userId"`
	TeamID    int64  `json:"teamId"`
	Role      string `json:"role"`
	RequestID string `json:"requestId"`
}

// Kind is the name of the job in the queue.
func (Job) Kind() string { return "import" }

// InsertOpts: a job that loses its server is begun again where it was.
func (Job) InsertOpts() river.InsertOpts { return river.InsertOpts{MaxAttempts: 10, Priority: 3} }

// Worker works on imports.
type Worker struct {
	river.WorkerDefaults[Job]
	Imports *Service
}

// Timeout is how long one attempt may take: a file of a million rows on a slow
// machine.
func (*Worker) Timeout(*river.Job[Job]) time.Duration { return 6 * time.Hour }

// NextRetry tries again soon: somebody is waiting.
func (*Worker) NextRetry(job *river.Job[Job]) time.Time {
	return time.Now().Add(time.Duration(job.Attempt) * 3 * time.Second)
}

// Work does what the import waits for. What is wrong with the file fails the
// import with its text; other errors are tried again.
func (w *Worker) Work(ctx context.Context, job *river.Job[Job]) error {
	ctx = job.Args.context(ctx)
	err := w.Imports.work(ctx, job.Args.ImportID, job.Args.Run)
	if errors.Is(err, errNotWanted) {
		return nil
	}
	return attempt.Ended(ctx, job.JobRow, err, func(ctx context.Context, why string) error {
		return w.Imports.fail(ctx, job.Args.ImportID, why)
	})
}

func (j Job) context(ctx context.Context) context.Context {
	return postgres.WithActor(ctx, postgres.Actor{OrgID: j.OrgID, UserID: j.UserID, TeamID: j.TeamID, Role: j.Role, RequestID: j.RequestID})
}

// Abandon fails the import of a job that will not be tried again, since the
// server was killed in every attempt.
func (s *Service) Abandon(ctx context.Context, args []byte) error {
	var job Job
	if err := json.Unmarshal(args, &job); err != nil {
		return fmt.Errorf("imports: arguments of a job: %w", err)
	}
	return s.fail(job.context(ctx), job.ImportID, "The import was interrupted several times. What it had written is there and can be undone.")
}

// errNotWanted says that an import was cancelled or deleted meanwhile.
var errNotWanted = errors.New("imports: the import is not wanted any more")

// work does what the state of the import asks for, and goes on when the database
// was away for a while: each step begins where the last transaction ended.
func (s *Service) work(ctx context.Context, id int64, run int) error {
	a, err := actorOf(ctx)
	if err != nil {
		return err
	}
	const patience = 10 * time.Minute
	wait, lost := 200*time.Millisecond, time.Time{}
	at := int64(-1)
	for {
		im, err := s.Get(ctx, id)
		if err == nil && im.run != run {
			return errNotWanted
		}
		if err == nil {
			if moved := im.staged + im.cursor + im.undoCursor; moved != at {
				at, lost, wait = moved, time.Time{}, 200*time.Millisecond
			}
			switch im.State {
			case Checking:
				err = s.check(ctx, a, im)
			case Running:
				err = s.run(ctx, a, im)
			case Undoing:
				err = s.undo(ctx, a, im)
			default:
				return errNotWanted
			}
		}
		if err == nil || !passing(err) {
			return err
		}
		if lost.IsZero() {
			lost = time.Now()
		}
		if time.Since(lost) > patience {
			return err
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(wait):
			wait = min(2*wait, 5*time.Second)
		}
	}
}

// passing reports whether an error comes from a database that is away, restarts
// or had to choose between two transactions: the same again may go well.
func passing(err error) bool {
	if errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) {
		return false
	}
	var pg *pgconn.PgError
	if errors.As(err, &pg) {
		return strings.HasPrefix(pg.Code, "57P") || strings.HasPrefix(pg.Code, "08") || strings.HasPrefix(pg.Code, "53") ||
			pg.Code == "40001" || pg.Code == "40P01"
	}
	var network net.Error
	var connect *pgconn.ConnectError
	return fault.CodeOf(err) == fault.Unavailable || errors.As(err, &network) || errors.As(err, &connect) ||
		errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, io.EOF) || errors.Is(err, net.ErrClosed) || pgconn.SafeToRetry(err) ||
		strings.Contains(err.Error(), "conn closed")
}

// fail takes an import to failed with a text for people. What it has written
// stays and can be undone.
func (s *Service) fail(ctx context.Context, id int64, text string) error {
	_, err := s.change(ctx, id, 0, func(tx pgx.Tx, a postgres.Actor, im *Import) error {
		_, err := tx.Exec(ctx, `update imports set state = 'failed', error = $3, finished_at = now() where org_id = $1 and id = $2`, a.OrgID, id, text)
		return err
	}, Checking, Running, Undoing)
	if fault.CodeOf(err) == fault.Conflict { // it is over already
		return nil
	}
	return err
}

// Check has every row read and checked. An import that was checked before is
// checked anew; corrections stay.
func (s *Service) Check(ctx context.Context, id int64, version int, plan Plan) (*Import, error) {
	return s.change(ctx, id, version, func(tx pgx.Tx, a postgres.Actor, im *Import) error {
		fields, err := readFields(ctx, tx, a.OrgID)
		if err != nil {
			return err
		}
		if err := plan.verify(fields, len(im.Columns)); err != nil {
			return err
		}
		for _, table := range []string{"import_rows", "import_findings"} {
			if _, err := tx.Exec(ctx, `delete from `+table+` where org_id = $1 and import_id = $2`, a.OrgID, id); err != nil {
				return fmt.Errorf("imports: begin the check: %w", err)
			}
		}
		_, err = tx.Exec(ctx, `update imports set state = 'checking', stage = 'reading', progress = 0, error = '', plan = $3, counts = '{}',
			staged = 0, last_row = 0, cursor = 0, run_no = run_no + 1, started_at = now(), finished_at = null where org_id = $1 and id = $2`, a.OrgID, id, toJSON(plan))
		if err != nil {
			return fmt.Errorf("imports: begin the check: %w", err)
		}
		_, err = tx.Exec(ctx, `insert into import_mappings (org_id, fingerprint, plan) values ($1, $2, $3)
			on conflict (org_id, fingerprint) do update set plan = excluded.plan, used_at = now()`, a.OrgID, im.fingerprint, toJSON(plan))
		if err != nil {
			return fmt.Errorf("imports: remember the mapping: %w", err)
		}
		return s.Enqueue(ctx, tx, jobFor(a, id, im.run+1))
	}, Mapping, Checked)
}

func jobFor(a postgres.Actor, id int64, run int) Job {
	return Job{OrgID: a.OrgID, ImportID: id, Run: run, UserID: a.UserID, TeamID: a.TeamID, Role: a.Role, RequestID: a.RequestID}
}

// verify checks a plan against the fields and the columns of the file.
func (p *Plan) verify(fields fieldSet, width int) error {
	if len(p.Mapping) != width {
		return fault.Errorf(fault.Invalid, "The file has %d columns; say for each which field it fills.", width).WithField("plan.mapping", "One entry a column.")
	}
	seen := map[string]int{}
	for i, key := range p.Mapping {
		if key == "" {
			continue
		}
		if fields.byKey[key] == nil {
			return fault.Errorf(fault.Invalid, "There is no field %q.", shorten(key, 100)).WithField(fmt.Sprintf("plan.mapping[%d]", i), "Choose one of the fields.")
		}
		if before, double := seen[key]; double {
			return fault.Errorf(fault.Invalid, "The columns %d and %d both fill %s. Let one of them go.", before+1, i+1, key).WithField(fmt.Sprintf("plan.mapping[%d]", i), "Another column fills this field.")
		}
		seen[key] = i
	}
	if _, ok := seen[fieldName]; !ok {
		if _, byNumber := seen[fieldExternalID]; !byNumber {
			if _, own := seen[fieldID]; !own {
				return fault.New(fault.Invalid, "Say which column holds the name of the account.").WithField("plan.mapping", "No column fills the name.")
			}
		}
	}
	switch p.Duplicates {
	case "skip", "update", "create":
	case "":
		p.Duplicates = "skip"
	default:
		return fault.New(fault.Invalid, "Duplicates are one of skip, update and create.").WithField("plan.duplicates", "Choose one of these.")
	}
	return nil
}

// check reads the file on, compares its rows with each other and with the record,
// looks for places and sums up.
func (s *Service) check(ctx context.Context, a postgres.Actor, im *Import) error {
	if im.lastRow == 0 {
		if err := s.stage(ctx, a, im); err != nil {
			return err
		}
	}
	if err := s.DB.Tx(ctx, func(tx pgx.Tx) error {
		if err := s.at(ctx, tx, a, im, Checking, "matching", 0.8); err != nil {
			return err
		}
		return match(ctx, tx, a.OrgID, im, 0, im.lastRow)
	}); err != nil {
		return err
	}
	if im.Plan.Locate {
		if err := s.locateSome(ctx, a, im); err != nil {
			return err
		}
	}
	return s.DB.Tx(ctx, func(tx pgx.Tx) error {
		counts, err := count(ctx, tx, a.OrgID, im.ID, im.Plan)
		if err != nil {
			return err
		}
		tag, err := tx.Exec(ctx, `update imports set state = 'checked', stage = '', progress = 1, counts = $3, version = version + 1
			where org_id = $1 and id = $2 and state = 'checking' and run_no = $4`, a.OrgID, im.ID, toJSON(counts), im.run)
		if err != nil {
			return fmt.Errorf("imports: finish the check: %w", err)
		}
		if tag.RowsAffected() == 0 {
			return errNotWanted
		}
		return notify(ctx, tx, im.ID, Checked, "", 1)
	})
}

// at says how far the job is, and fails with errNotWanted when it is not wanted.
func (s *Service) at(ctx context.Context, tx pgx.Tx, a postgres.Actor, im *Import, state State, stage string, progress float64) error {
	tag, err := tx.Exec(ctx, `update imports set stage = $4, progress = $5 where org_id = $1 and id = $2 and state = $3 and run_no = $6`,
		a.OrgID, im.ID, state, stage, progress, im.run)
	if err != nil {
		return fmt.Errorf("imports: progress: %w", err)
	}
	if tag.RowsAffected() == 0 {
		return errNotWanted
	}
	return notify(ctx, tx, im.ID, state, stage, progress)
}

// Cancel stops the job of an import. What it has written stays, and can be undone.
func (s *Service) Cancel(ctx context.Context, id int64) (*Import, error) {
	return s.change(ctx, id, 0, func(tx pgx.Tx, a postgres.Actor, im *Import) error {
		state := Cancelled
		if im.State == Checking {
			state = Mapping // nothing was written
		}
		_, err := tx.Exec(ctx, `update imports set state = $3, stage = '', finished_at = now() where org_id = $1 and id = $2`, a.OrgID, id, state)
		return err
	}, Checking, Running)
}
