// Package imports takes accounts over from files: CSV in any usual encoding and
// XLSX, up to a million rows.
//
//	service := &imports.Service{DB: db, Folder: folder, Enqueue: enqueue}
//	im, err := service.Create(ctx, "customers.csv", size)
//	im, err = service.Receive(ctx, im.ID, 0, part)        // until all of it is there
//	im, err = service.Check(ctx, im.ID, im.Version, plan) // a job reads and checks every row
//	page, err := service.Findings(ctx, im.ID, imports.FindingFilter{})
//	im, err = service.Correct(ctx, im.ID, 12, map[int]string{3: "info@example.com"}, nil)
//	im, err = service.Run(ctx, im.ID, im.Version)         // a job writes the record
//	im, err = service.Undo(ctx, im.ID, im.Version)        // a job takes all of it back
//
// The rows of a file are staged in the types of the record (import_rows), with
// what is wrong with them (import_findings). Nothing of the record changes before
// [Service.Run]. Then batches of rows become accounts, each batch in a transaction
// of its own that also moves the import's cursor: a job that was cut off goes on
// behind the last batch. What accounts were before is kept, for [Service.Undo].
//
// Every method acts for the actor of its context. Errors for people are faults.
package imports

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"path/filepath"
	"strconv"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/waymark-crm/waymark/internal/events"
	"github.com/waymark-crm/waymark/internal/fault"
	"github.com/waymark-crm/waymark/internal/geocoding"
	"github.com/waymark-crm/waymark/internal/postgres"
)

// MaxBytes is the largest file.
const MaxBytes = 512 << 20

// Service is the use cases of this package. All fields are required. It is safe
// for concurrent use.
type Service struct {
	DB      *postgres.DB
	Places  *geocoding.Service
	Folder  string // where the files are kept
	Enqueue func(ctx context.Context, tx pgx.Tx, job Job) error

	batch int // rows a transaction; tests make it smaller
}

// State of an import.
type State string

// The states. Checking, running and undoing have a job under way.
const (
	Uploading State = "uploading"
	Mapping   State = "mapping"
	Checking  State = "checking"
	Checked   State = "checked"
	Running   State = "running"
	Done      State = "done"
	Failed    State = "failed"
	Cancelled State = "cancelled"
	Undoing   State = "undoing"
	Undone    State = "undone"
)

// Reading is how a file is read.
type Reading struct {
	Format    string   `json:"format" enum:"csv,xlsx,"`
	Encoding  string   `json:"encoding" doc:"Of a CSV file." enum:"utf-8,utf-16le,utf-16be,windows-1252,"`
	Separator string   `json:"separator" doc:"Of a CSV file, one character." maxLength:"1"`
	Sheet     string   `json:"sheet" doc:"Of a workbook." maxLength:"200"`
	Sheets    []string `json:"sheets" doc:"That the workbook has."`
	Headings  bool     `json:"headings" doc:"Whether the first row names the columns."`
	Skip      int      `json:"skip" doc:"Bytes in front of the first row that are none of it."`
}

// Plan is what is to be done with the rows.
type Plan struct {
	Mapping []string `json:"mapping" doc:"The field of each column in their order; empty for none." maxItems:"1000" nullable:"false"`
	// Rows that resemble an account, or an earlier row of the file.
	Duplicates string `json:"duplicates" enum:"skip,update,create," doc:"What becomes of rows that resemble an account: leave them out, update that account, or make another."`
	Lenient    bool   `json:"lenient" doc:"Leaves wrong values out instead of their rows."`
	Locate     bool   `json:"locate" doc:"Looks for the places of rows without coordinates by their address."`
}

// Counts of an import.
type Counts struct {
	Rows       int            `json:"rows"`
	Errors     int            `json:"errors" doc:"Rows that are left out unless they are corrected."`
	Warnings   int            `json:"warnings" doc:"Rows with warnings and no error."`
	New        int            `json:"new"`
	Updates    int            `json:"updates"`
	Joined     int            `json:"joined" doc:"Further rows of an account: each brings a site or a contact."`
	Duplicates int            `json:"duplicates" doc:"Rows that resemble an account."`
	Located    int            `json:"located" doc:"Rows whose place was found by their address."`
	Unlocated  int            `json:"unlocated" doc:"Rows with an address whose place is not known yet."`
	NoPlace    int            `json:"noPlace" doc:"Rows without any place."`
	ByCode     map[string]int `json:"byCode" doc:"Findings by their code."`
	Created    int            `json:"created" doc:"Accounts made."`
	Updated    int            `json:"updated" doc:"Accounts changed."`
	Same       int            `json:"same" doc:"Rows whose account had all of it already."`
	Skipped    int            `json:"skipped" doc:"Rows left out."`
	Doubtful   int            `json:"doubtful" doc:"Places to look at in the repair queue."`
	Removed    int            `json:"removed" doc:"By undoing: accounts removed."`
	Restored   int            `json:"restored" doc:"By undoing: accounts as they were before."`
	Kept       int            `json:"kept" doc:"By undoing: accounts left alone, since somebody has changed them since."`
}

// Import is one file on its way into the record.
type Import struct {
	ID         int64      `json:"id"`
	FileName   string     `json:"fileName"`
	Bytes      int64      `json:"bytes"`
	Received   int64      `json:"received"`
	State      State      `json:"state" enum:"uploading,mapping,checking,checked,running,done,failed,cancelled,undoing,undone"`
	Stage      string     `json:"stage" doc:"What the job is at." enum:",reading,matching,locating,writing,placing,undoing"`
	Progress   float64    `json:"progress" minimum:"0" maximum:"1"`
	Error      string     `json:"error"`
	Reading    Reading    `json:"reading"`
	Columns    []Column   `json:"columns"`
	Plan       Plan       `json:"plan"`
	Remembered bool       `json:"remembered" doc:"Whether the mapping is that of the last file with these headings."`
	Counts     Counts     `json:"counts"`
	Version    int        `json:"version"`
	CreatedBy  string     `json:"createdBy" doc:"The name of who uploaded it."`
	CreatedAt  time.Time  `json:"createdAt"`
	FinishedAt *time.Time `json:"finishedAt"`

	lastRow, staged, cursor, undoCursor int64
	run                                 int
	fingerprint                         string
}

var errNone = fault.New(fault.NotFound, "There is no such import.")

func actorOf(ctx context.Context) (postgres.Actor, error) {
	a, ok := postgres.ActorFrom(ctx)
	if !ok {
		return a, postgres.ErrNoActor
	}
	return a, nil
}

const columnsOfImport = `i.id, i.file_name, i.bytes, i.received, i.state, i.stage, i.progress, i.error, i.reading, i.columns, i.plan,
	i.counts, i.version, coalesce(u.name, ''), i.created_at, i.finished_at, i.last_row, i.staged, i.cursor, i.undo_cursor, i.run_no, i.fingerprint,
	exists (select from import_mappings m where m.org_id = i.org_id and m.fingerprint = i.fingerprint and m.plan = i.plan)`

func scan(row pgx.CollectableRow) (*Import, error) {
	var im Import
	var progress float32
	var reading, columns, plan, counts []byte
	err := row.Scan(&im.ID, &im.FileName, &im.Bytes, &im.Received, &im.State, &im.Stage, &progress, &im.Error, &reading, &columns, &plan,
		&counts, &im.Version, &im.CreatedBy, &im.CreatedAt, &im.FinishedAt, &im.lastRow, &im.staged, &im.cursor, &im.undoCursor, &im.run, &im.fingerprint, &im.Remembered)
	if err != nil {
		return nil, err
	}
	im.Progress = float64(progress)
	for _, part := range []struct {
		raw  []byte
		into any
	}{{reading, &im.Reading}, {columns, &im.Columns}, {plan, &im.Plan}, {counts, &im.Counts}} {
		if err := json.Unmarshal(part.raw, part.into); err != nil {
			return nil, fmt.Errorf("imports: import %d as it is stored: %w", im.ID, err)
		}
	}
	if im.Columns == nil {
		im.Columns = []Column{}
	}
	if im.Plan.Mapping == nil {
		im.Plan.Mapping = []string{}
	}
	if im.Reading.Sheets == nil {
		im.Reading.Sheets = []string{}
	}
	if im.Counts.ByCode == nil {
		im.Counts.ByCode = map[string]int{}
	}
	return &im, nil
}

func load(ctx context.Context, tx pgx.Tx, orgID, id int64, lock bool) (*Import, error) {
	sql := `select ` + columnsOfImport + ` from imports i left join users u on u.org_id = i.org_id and u.id = i.created_by
		where i.org_id = $1 and i.id = $2`
	if lock {
		sql += ` for update of i`
	}
	rows, err := tx.Query(ctx, sql, orgID, id)
	if err != nil {
		return nil, fmt.Errorf("imports: read import %d: %w", id, err)
	}
	im, err := pgx.CollectExactlyOneRow(rows, scan)
	if errors.Is(err, pgx.ErrNoRows) {
		return nil, errNone
	}
	if err != nil {
		return nil, fmt.Errorf("imports: read import %d: %w", id, err)
	}
	return im, nil
}

// Get returns an import.
func (s *Service) Get(ctx context.Context, id int64) (im *Import, err error) {
	a, err := actorOf(ctx)
	if err != nil {
		return nil, err
	}
	err = s.DB.Read(ctx, func(tx pgx.Tx) error {
		im, err = load(ctx, tx, a.OrgID, id, false)
		return err
	})
	return im, err
}

// List returns the imports of the organisation, the newest first, without their
// columns.
func (s *Service) List(ctx context.Context, limit int) (all []*Import, err error) {
	a, err := actorOf(ctx)
	if err != nil {
		return nil, err
	}
	err = s.DB.Read(ctx, func(tx pgx.Tx) error {
		rows, err := tx.Query(ctx, `select `+columnsOfImport+` from imports i left join users u on u.org_id = i.org_id and u.id = i.created_by
			where i.org_id = $1 order by i.id desc limit $2`, a.OrgID, limit)
		if err != nil {
			return fmt.Errorf("imports: list: %w", err)
		}
		all, err = pgx.CollectRows(rows, scan)
		return err
	})
	for _, im := range all {
		im.Columns = []Column{}
	}
	return all, err
}

// Fields lists what a column can fill.
func (s *Service) Fields(ctx context.Context) (fields []Field, err error) {
	a, err := actorOf(ctx)
	if err != nil {
		return nil, err
	}
	err = s.DB.Read(ctx, func(tx pgx.Tx) error {
		set, err := readFields(ctx, tx, a.OrgID)
		fields = set.all
		return err
	})
	return fields, err
}

// path is where the file of an import lies.
func (s *Service) path(orgID, id int64) string {
	return filepath.Join(s.Folder, strconv.FormatInt(orgID, 10), strconv.FormatInt(id, 10)+".data")
}

// change runs fn on an import that is locked, whose version is the given one (0
// for whatever it is) and whose state is one of those given; then it raises the
// version and tells browsers.
func (s *Service) change(ctx context.Context, id int64, version int, fn func(tx pgx.Tx, a postgres.Actor, im *Import) error, states ...State) (im *Import, err error) {
	a, err := actorOf(ctx)
	if err != nil {
		return nil, err
	}
	err = s.DB.Tx(ctx, func(tx pgx.Tx) error {
		if im, err = load(ctx, tx, a.OrgID, id, true); err != nil {
			return err
		}
		if version != 0 && im.Version != version {
			return fault.New(fault.Conflict, "This import has changed in the meantime. Look at it again.").WithCurrent(im)
		}
		if !im.in(states) {
			return fault.Errorf(fault.Conflict, "This cannot be done while the import is %s.", im.State).WithCurrent(im)
		}
		if err := fn(tx, a, im); err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, `update imports set version = version + 1 where org_id = $1 and id = $2`, a.OrgID, id); err != nil {
			return fmt.Errorf("imports: change import %d: %w", id, err)
		}
		if im, err = load(ctx, tx, a.OrgID, id, false); err != nil {
			return err
		}
		return notify(ctx, tx, im.ID, im.State, im.Stage, im.Progress)
	})
	return im, err
}

func (im *Import) in(states []State) bool {
	for _, s := range states {
		if im.State == s {
			return true
		}
	}
	return len(states) == 0
}

func notify(ctx context.Context, tx pgx.Tx, id int64, state State, stage string, progress float64) error {
	return events.Notify(ctx, tx, "import", map[string]any{"id": id, "state": state, "stage": stage, "progress": progress})
}
