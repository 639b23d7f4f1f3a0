package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/riverqueue/river"
	"github.com/riverqueue/river/rivertype"

	"github.com/waymark-crm/waymark/internal/fault"
	"github.com/waymark-crm/waymark/internal/geocoding"
	"github.com/waymark-crm/waymark/internal/identity"
	"github.com/waymark-crm/waymark/internal/imports"
)

// ImportCmd takes accounts over from a file, as the page "Data" does.
type ImportCmd struct {
	File       string            `arg:"" help:"CSV or XLSX file."`
	Org        string            `required:"" placeholder:"SLUG" help:"The organisation."`
	Mapping    map[string]string `placeholder:"HEADING=FIELD" help:"What columns fill, such as 'Firma=name;Ort=city'; HEADING= leaves one out. The others are guessed, as they were the last time."`
	Duplicates string            `enum:"skip,update,create" default:"skip" help:"What becomes of rows that resemble an account: skip, update or create."`
	Lenient    bool              `help:"Leave wrong values out instead of their rows."`
	NoLocate   bool              `help:"Do not look for the places of addresses."`
	DryRun     bool              `help:"Check the file and write nothing."`
	Findings   string            `placeholder:"FILE" help:"Write the rows with findings to this CSV file."`
}

// Run uploads, checks and writes the file in this process, and shows what came of
// it. Interrupted, it leaves what it has written, which can be undone on the page
// of the import.
func (c *ImportCmd) Run(ctx context.Context, env *Env) (err error) {
	store, err := env.OpenStore(ctx)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, store.Close()) }()
	organisation, err := identity.New(store.DB, identity.Options{}).OrganisationBySlug(ctx, c.Org)
	if err != nil {
		return err
	}
	var job *imports.Job
	s := &imports.Service{
		DB: store.DB, Places: &geocoding.Service{DB: store.DB}, Folder: filepath.Join(env.Config.Data, "imports"),
		Enqueue: func(_ context.Context, _ pgx.Tx, j imports.Job) error { job = &j; return nil },
	}
	ctx = actingFor(ctx, organisation)
	im, err := c.upload(ctx, s)
	if err != nil {
		return err
	}
	// work does the job that the last step has stored.
	work := func() error {
		err := (&imports.Worker{Imports: s}).Work(ctx, &river.Job[imports.Job]{JobRow: &rivertype.JobRow{Attempt: 1, MaxAttempts: 1}, Args: *job})
		if err != nil && ctx.Err() != nil {
			stop, end := context.WithTimeout(context.WithoutCancel(ctx), 10*time.Second)
			defer end()
			if _, cancelled := s.Cancel(stop, im.ID); cancelled != nil && !fault.Is(cancelled, fault.Conflict) {
				err = errors.Join(err, cancelled)
			}
		}
		if err != nil {
			return err
		}
		if im, err = s.Get(ctx, im.ID); err == nil && im.State == imports.Failed {
			err = fault.New(fault.Invalid, im.Error)
		}
		return err
	}
	plan, err := c.plan(im)
	if err != nil {
		return err
	}
	if im, err = s.Check(ctx, im.ID, im.Version, plan); err != nil {
		return err
	}
	if err := work(); err != nil {
		return err
	}
	if err := c.report(ctx, env, s, im); err != nil || c.DryRun {
		return err
	}
	if im, err = s.Run(ctx, im.ID, im.Version); err != nil {
		return err
	}
	if err := work(); err != nil {
		return err
	}
	n := im.Counts
	_, err = fmt.Fprintf(env.Out, "Import %d: %d accounts made, %d changed, %d as they were; %d further rows joined, %d rows left out; %d places to look at.\n",
		im.ID, n.Created, n.Updated, n.Same, n.Joined, n.Skipped, n.Doubtful)
	return err
}

// upload hands the file over in parts.
func (c *ImportCmd) upload(ctx context.Context, s *imports.Service) (im *imports.Import, err error) {
	file, err := os.Open(c.File)
	if err != nil {
		return nil, fault.Wrap(err, fault.Invalid, "The file cannot be read.")
	}
	defer func() { err = errors.Join(err, file.Close()) }()
	stat, err := file.Stat()
	if err != nil {
		return nil, fault.Wrap(err, fault.Invalid, "The file cannot be read.")
	}
	if im, err = s.Create(ctx, filepath.Base(c.File), stat.Size()); err != nil {
		return nil, err
	}
	part := make([]byte, 4<<20)
	for offset := int64(0); offset < stat.Size(); {
		n, err := io.ReadFull(file, part)
		if err != nil && !errors.Is(err, io.ErrUnexpectedEOF) {
			return nil, fmt.Errorf("read %s: %w", c.File, err)
		}
		if im, err = s.Receive(ctx, im.ID, offset, part[:n]); err != nil {
			return nil, err
		}
		offset += int64(n)
	}
	return im, nil
}

// plan is the guessed one with what the command line says.
func (c *ImportCmd) plan(im *imports.Import) (imports.Plan, error) {
	p := im.Plan
	p.Duplicates, p.Lenient, p.Locate = c.Duplicates, c.Lenient, !c.NoLocate
	p.Mapping = slices.Clone(p.Mapping)
	for heading, field := range c.Mapping {
		i := slices.IndexFunc(im.Columns, func(column imports.Column) bool { return strings.EqualFold(column.Heading, heading) })
		if i < 0 {
			known := make([]string, len(im.Columns))
			for i, column := range im.Columns {
				known[i] = column.Heading
			}
			return p, fault.Errorf(fault.Invalid, "The file has no column %q. It has: %s.", heading, strings.Join(known, ", "))
		}
		for other := range p.Mapping { // a guess gives way to what is said
			if field != "" && other != i && p.Mapping[other] == field {
				p.Mapping[other] = ""
			}
		}
		p.Mapping[i] = field
	}
	return p, nil
}

// report shows what the check has found.
func (c *ImportCmd) report(ctx context.Context, env *Env, s *imports.Service, im *imports.Import) (err error) {
	for i, column := range im.Columns {
		field := im.Plan.Mapping[i]
		if field == "" {
			field = "(left out)"
		}
		if _, err := fmt.Fprintf(env.Out, "%s → %s\n", column.Heading, field); err != nil {
			return err
		}
	}
	n := im.Counts
	if _, err := fmt.Fprintf(env.Out, "%d rows: %d new, %d updates, %d further rows of accounts, %d with errors, %d left out.\n", n.Rows, n.New, n.Updates, n.Joined, n.Errors, n.Skipped); err != nil {
		return err
	}
	for _, code := range slices.Sorted(maps.Keys(n.ByCode)) {
		if _, err := fmt.Fprintf(env.Out, "  %s: %d\n", code, n.ByCode[code]); err != nil {
			return err
		}
	}
	if c.Findings == "" {
		return nil
	}
	out, err := os.OpenFile(c.Findings, os.O_CREATE|os.O_WRONLY|os.O_TRUNC, 0o600)
	if err != nil {
		return fault.Wrap(err, fault.Invalid, "The findings cannot be written there.")
	}
	defer func() { err = errors.Join(err, out.Close()) }()
	return s.WriteFindings(ctx, im.ID, out)
}
