// Package export gives accounts away as files: CSV and XLSX, which an import
// takes back, GeoJSON and KML for maps. A file of any size goes through as a
// stream; never more than a batch of accounts is held.
//
//	service := export.New(db, book)
//	job, err := service.Begin(ctx, export.Request{Format: export.CSV, Filter: filter})
//	// job.FileName, job.MediaType
//	n, err := job.Write(ctx, w)
//
// A CSV or XLSX file has a row for an account, with its first site and contact;
// each further row of the same account brings another site or another contact,
// and repeats only the account's numbers and name, by which an import joins them.
// In GeoJSON and KML every site is a feature.
//
// [Service.Begin] writes down who takes which accounts before the first of them
// goes, and [Job.Write] how many went.
package export

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/waymark-crm/waymark/internal/accounts"
	"github.com/waymark-crm/waymark/internal/fault"
	"github.com/waymark-crm/waymark/internal/postgres"
)

// Format of a file.
type Format string

// The formats.
const (
	CSV     Format = "csv" // UTF-8 with a byte order mark, comma
	XLSX    Format = "xlsx"
	GeoJSON Format = "geojson"
	KML     Format = "kml"
)

// MediaTypes are those of the formats.
var MediaTypes = map[Format]string{
	CSV:     "text/csv; charset=utf-8",
	XLSX:    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
	GeoJSON: "application/geo+json",
	KML:     "application/vnd.google-earth.kml+xml",
}

// Request is what is wanted.
type Request struct {
	Format  Format
	Filter  accounts.Filter
	Asked   map[string]any // the filter as people can read it later
	Columns []string       // keys, in their order; empty for all
	Sort    string         // as of [accounts.Service.Walk]
}

// Service is the use cases of this package. It is safe for concurrent use.
type Service struct {
	db   *postgres.DB
	book *accounts.Service
}

// New returns the service.
func New(db *postgres.DB, book *accounts.Service) *Service { return &Service{db, book} }

// Job is an export that has been written down and is to be written.
type Job struct {
	ID        int64
	Accounts  int // that the filter means
	FileName  string
	MediaType string

	service *Service
	request Request
	columns []column
}

// Begin checks the request and writes it down. It fails with [fault.Invalid] for
// a format, column, sort or filter that is wrong.
func (s *Service) Begin(ctx context.Context, r Request) (*Job, error) {
	media, known := MediaTypes[r.Format]
	if !known {
		return nil, fault.New(fault.Invalid, "Accounts cannot be written in this format.").WithField("format", "One of csv, xlsx, geojson, kml.")
	}
	if err := accounts.CheckSort(r.Sort); err != nil {
		return nil, err
	}
	job := &Job{service: s, request: r, MediaType: media}
	custom, err := s.book.CustomFields(ctx)
	if err != nil {
		return nil, err
	}
	asked := []byte("{}")
	if r.Asked != nil {
		if asked, err = json.Marshal(r.Asked); err != nil {
			return nil, fmt.Errorf("export: the filter as it was asked for: %w", err)
		}
	}
	// A filter that cannot be understood fails here, before anything is sent.
	if job.Accounts, err = s.book.Count(ctx, r.Filter); err != nil {
		return nil, err
	}
	err = s.db.Tx(ctx, func(tx pgx.Tx) error {
		actor, _ := postgres.ActorFrom(ctx) // Tx has failed without one
		var slug, language, day string
		err := tx.QueryRow(ctx, `select slug, language, to_char(now() at time zone time_zone, 'YYYY-MM-DD') from organisations where org_id = $1`, actor.OrgID).
			Scan(&slug, &language, &day)
		if err != nil {
			return fmt.Errorf("export: read the organisation: %w", err)
		}
		if job.columns, err = columnsOf(r.Columns, custom, language); err != nil {
			return err
		}
		job.FileName = fmt.Sprintf("%s-accounts-%s.%s", slug, day, r.Format)
		keys := make([]string, len(job.columns))
		for i, c := range job.columns {
			keys[i] = c.key
		}
		err = tx.QueryRow(ctx, `insert into exports (org_id, format, filter, columns, accounts, created_by)
			values ($1, $2, $3, $4, $5, nullif($6::bigint, 0)) returning id`, actor.OrgID, r.Format, asked, keys, job.Accounts, actor.UserID).Scan(&job.ID)
		if err != nil {
			return fmt.Errorf("export: write down what is exported: %w", err)
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	return job, nil
}

// Write writes the file and returns how many accounts are in it. When ctx ends or
// w fails the file is not whole, and the error says so.
func (j *Job) Write(ctx context.Context, w io.Writer) (int, error) {
	out := j.writer(w)
	sent := 0
	if err := out.begin(j.columns); err != nil {
		return 0, err
	}
	err := j.service.book.Walk(ctx, j.request.Filter, j.request.Sort, func(batch []accounts.Record) error {
		for i := range batch {
			if err := out.account(&batch[i]); err != nil {
				return err
			}
		}
		sent += len(batch)
		return out.flush()
	})
	if err == nil {
		err = out.end()
	}
	if err != nil {
		return sent, fmt.Errorf("export %d: %w", j.ID, err)
	}
	// The file is out; that the line says so must not fail with the connection.
	done, cancel := context.WithTimeout(context.WithoutCancel(ctx), 10*time.Second)
	defer cancel()
	err = j.service.db.Tx(done, func(tx pgx.Tx) error {
		actor, _ := postgres.ActorFrom(ctx)
		_, err := tx.Exec(done, `update exports set sent = $3 where org_id = $1 and id = $2`, actor.OrgID, j.ID, sent)
		return err
	})
	if err != nil {
		return sent, fmt.Errorf("export %d: note how many accounts were sent: %w", j.ID, err)
	}
	return sent, nil
}

// writer writes one format.
type writer interface {
	begin(columns []column) error
	account(r *accounts.Record) error
	flush() error // at the end of a batch
	end() error
}

func (j *Job) writer(w io.Writer) writer {
	switch j.request.Format {
	case XLSX:
		return &xlsxWriter{to: w}
	case GeoJSON:
		return &geoJSONWriter{to: w}
	case KML:
		return &kmlWriter{to: w, title: j.FileName}
	}
	return &csvWriter{to: w}
}
