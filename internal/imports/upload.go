package imports

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"unicode/utf8"

	"github.com/jackc/pgx/v5"

	"github.com/waymark-crm/waymark/internal/fault"
	"github.com/waymark-crm/waymark/internal/postgres"
)

const (
	maxOpen = 20 // imports of an organisation that are neither done nor given up
	maxPart = 4 << 20
)

// Create announces a file of so many bytes. [Service.Receive] takes it in.
func (s *Service) Create(ctx context.Context, fileName string, size int64) (im *Import, err error) {
	a, err := actorOf(ctx)
	if err != nil {
		return nil, err
	}
	fileName = strings.TrimSpace(fileName[strings.LastIndexAny(fileName, `/\`)+1:])
	switch {
	case fileName == "" || utf8.RuneCountInString(fileName) > 300 || !utf8.ValidString(fileName) || strings.ContainsRune(fileName, 0):
		return nil, fault.New(fault.Invalid, "The file needs a name of at most 300 characters.").WithField("fileName", "Give it a shorter name.")
	case size <= 0:
		return nil, fault.New(fault.Invalid, "The file is empty. Choose one that has rows.").WithField("bytes", "Must be more than 0.")
	case size > MaxBytes:
		return nil, fault.Errorf(fault.Invalid, "The file has %d MB and may have %d. Split it, or leave out columns that are not needed.", size>>20, MaxBytes>>20).
			WithField("bytes", "Too large.")
	}
	err = s.DB.Tx(ctx, func(tx pgx.Tx) error {
		var open int
		if err := tx.QueryRow(ctx, `select count(*) from imports where org_id = $1 and state in ('uploading', 'mapping', 'checking', 'checked')`, a.OrgID).Scan(&open); err != nil {
			return fmt.Errorf("imports: count: %w", err)
		}
		if open >= maxOpen {
			return fault.Errorf(fault.TooMany, "There are %d imports that nobody has finished. Run or delete some of them first.", open)
		}
		var id int64
		err := tx.QueryRow(ctx, `insert into imports (org_id, file_name, bytes, created_by) values ($1, $2, $3, nullif($4::bigint, 0)) returning id`,
			a.OrgID, fileName, size, a.UserID).Scan(&id)
		if err != nil {
			return fmt.Errorf("imports: create: %w", err)
		}
		im, err = load(ctx, tx, a.OrgID, id, false)
		return err
	})
	return im, err
}

// Receive writes a part of the file that begins at offset, which must be where
// the last one ended: an upload that broke off goes on at [Import.Received]. With
// the last part the file is read for its columns.
func (s *Service) Receive(ctx context.Context, id, offset int64, part []byte) (*Import, error) {
	im, err := s.change(ctx, id, 0, func(tx pgx.Tx, a postgres.Actor, im *Import) error {
		switch {
		case offset != im.Received:
			return fault.Errorf(fault.Conflict, "The next byte that is missing is number %d.", im.Received).WithCurrent(im)
		case len(part) == 0:
			return fault.New(fault.Invalid, "The part of the file is empty.")
		case len(part) > maxPart:
			return fault.Errorf(fault.Invalid, "A part of the file may have %d bytes.", maxPart)
		case offset+int64(len(part)) > im.Bytes:
			return fault.Errorf(fault.Invalid, "The file was announced with %d bytes and has more.", im.Bytes)
		}
		path := s.path(a.OrgID, id)
		if err := writeAt(path, offset, part); err != nil {
			return fmt.Errorf("imports: write %s: %w", path, err)
		}
		_, err := tx.Exec(ctx, `update imports set received = $3 where org_id = $1 and id = $2`, a.OrgID, id, offset+int64(len(part)))
		return err
	}, Uploading)
	if err != nil || im.Received < im.Bytes {
		return im, err
	}
	return s.Read(ctx, id, nil)
}

func writeAt(path string, offset int64, part []byte) (err error) {
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return err
	}
	file, err := os.OpenFile(path, os.O_CREATE|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, file.Close()) }()
	_, err = file.WriteAt(part, offset)
	return err
}

// Read looks at a file for its columns. With a reading, it is read in that way
// instead of the one that seems right; its Format, Sheets and Skip are ignored.
func (s *Service) Read(ctx context.Context, id int64, wanted *Reading) (*Import, error) {
	a, err := actorOf(ctx)
	if err != nil {
		return nil, err
	}
	path := s.path(a.OrgID, id)
	im, err := s.Get(ctx, id)
	if err != nil {
		return nil, err
	}
	if im.Received < im.Bytes {
		return nil, fault.New(fault.Conflict, "The file is not complete yet.").WithCurrent(im)
	}
	// Reading takes a moment and holds no lock.
	reading, sample, err := look(path, wanted)
	if err != nil {
		if fault.CodeOf(err) == fault.Invalid && wanted == nil {
			return s.refuse(ctx, id, err)
		}
		return nil, err
	}
	return s.change(ctx, id, 0, func(tx pgx.Tx, a postgres.Actor, im *Import) error {
		fields, err := readFields(ctx, tx, a.OrgID)
		if err != nil {
			return err
		}
		first, below := []string(nil), sample
		if reading.Headings {
			first, below = sample[0], sample[1:]
		}
		width := 0
		for _, cells := range sample {
			width = max(width, len(cells))
		}
		heads := headings(first, reading.Headings, width)
		columns := guessColumns(heads, below, fields)
		plan := Plan{Mapping: make([]string, width), Duplicates: "skip", Locate: true}
		for i, c := range columns {
			plan.Mapping[i] = c.Guess
		}
		print := fingerprint(heads)
		if err := remembered(ctx, tx, a.OrgID, print, fields, &plan); err != nil {
			return err
		}
		_, err = tx.Exec(ctx, `update imports set state = 'mapping', reading = $3, columns = $4, plan = $5, fingerprint = $6, error = ''
			where org_id = $1 and id = $2`, a.OrgID, id, toJSON(reading), toJSON(columns), toJSON(plan), print)
		return err
	}, Uploading, Mapping, Checked, Failed)
}

// refuse marks a file that cannot be read at all, with the reason.
func (s *Service) refuse(ctx context.Context, id int64, why error) (*Import, error) {
	_, err := s.change(ctx, id, 0, func(tx pgx.Tx, a postgres.Actor, _ *Import) error {
		_, err := tx.Exec(ctx, `update imports set state = 'failed', error = $3, finished_at = now() where org_id = $1 and id = $2`, a.OrgID, id, fault.Message(why))
		return err
	}, Uploading)
	return nil, errors.Join(why, err)
}

// remembered puts the mapping of the last file with these headings into the plan.
func remembered(ctx context.Context, tx pgx.Tx, orgID int64, print string, fields fieldSet, plan *Plan) error {
	var raw []byte
	err := tx.QueryRow(ctx, `select plan from import_mappings where org_id = $1 and fingerprint = $2`, orgID, print).Scan(&raw)
	if errors.Is(err, pgx.ErrNoRows) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("imports: read the last mapping: %w", err)
	}
	var last Plan
	if err := json.Unmarshal(raw, &last); err != nil {
		return fmt.Errorf("imports: the last mapping as it is stored: %w", err)
	}
	if len(last.Mapping) != len(plan.Mapping) {
		return nil
	}
	for i, key := range last.Mapping {
		if key != "" && fields.byKey[key] == nil { // a custom field that is gone
			last.Mapping[i] = ""
		}
	}
	*plan = last
	return nil
}

// look finds out how a file is read, and returns its first rows.
func look(path string, wanted *Reading) (Reading, [][]string, error) {
	var r Reading
	var err error
	if r.Format, err = formatOf(path); err != nil {
		return r, nil, err
	}
	r.Sheets = []string{}
	if r.Format == "xlsx" {
		if r.Sheets, err = sheetsOf(path); err != nil {
			return r, nil, err
		}
		r.Sheet = r.Sheets[0]
		if wanted != nil && wanted.Sheet != "" {
			r.Sheet = wanted.Sheet
		}
	} else {
		if r.Encoding, err = detectEncoding(path); err != nil {
			return r, nil, err
		}
		if wanted != nil && wanted.Encoding != "" {
			r.Encoding = wanted.Encoding
		}
		if err := r.findSeparator(path, wanted); err != nil {
			return r, nil, err
		}
	}
	sample, err := firstRows(path, r)
	if err != nil {
		return r, nil, err
	}
	r.Headings = hasHeadings(sample[0], sample[1:])
	if wanted != nil {
		r.Headings = wanted.Headings
	}
	return r, sample, nil
}

func (r *Reading) findSeparator(path string, wanted *Reading) (err error) {
	file, err := os.Open(path)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, file.Close()) }()
	in, err := decoded(file, r.Encoding)
	if err != nil {
		return err
	}
	head := make([]byte, 256<<10)
	n, err := io.ReadFull(in, head)
	if err != nil && !errors.Is(err, io.ErrUnexpectedEOF) && !errors.Is(err, io.EOF) {
		return fmt.Errorf("imports: read the beginning of %s: %w", path, err)
	}
	separator, skip := detectSeparator(head[:n])
	r.Separator, r.Skip = string(separator), skip
	if wanted != nil && wanted.Separator != "" {
		if len(wanted.Separator) != 1 || strings.ContainsAny(wanted.Separator, "\"\r\n") {
			return fault.New(fault.Invalid, "The separator must be one character, such as a comma or a semicolon.").WithField("separator", "One character.")
		}
		r.Separator = wanted.Separator
	}
	return nil
}

// open begins to read a file.
func open(path string, r Reading) (rows, error) {
	if r.Format == "xlsx" {
		return newSheetReader(path, r.Sheet)
	}
	file, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	in, err := decoded(file, r.Encoding)
	if err == nil && r.Skip > 0 {
		_, err = io.CopyN(io.Discard, in, int64(r.Skip))
	}
	if err != nil {
		return nil, errors.Join(err, file.Close())
	}
	return &fileRows{newCSVReader(in, r.Separator[0]), file}, nil
}

// fileRows is a CSV reader that closes its file.
type fileRows struct {
	*csvReader
	file *os.File
}

func (f *fileRows) close() error { return f.file.Close() }

// firstRows returns copies of the first rows of a file; it fails when there are none.
func firstRows(path string, r Reading) (_ [][]string, err error) {
	in, err := open(path, r)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, in.close()) }()
	var sample [][]string
	for len(sample) <= sampleRows {
		rec, err := in.next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, err
		}
		if len(sample) == 0 && blank(rec.cells) {
			continue // empty rows in front
		}
		cells := make([]string, len(rec.cells))
		for i, c := range rec.cells {
			cells[i] = strings.Clone(shorten(c, 1000))
		}
		sample = append(sample, cells)
	}
	if len(sample) == 0 {
		return nil, fault.New(fault.Invalid, "The file has no rows.")
	}
	return sample, nil
}

func blank(cells []string) bool {
	for _, c := range cells {
		if strings.TrimSpace(c) != "" {
			return false
		}
	}
	return true
}

func toJSON(v any) []byte {
	raw, err := json.Marshal(v)
	if err != nil {
		panic(fmt.Sprintf("imports: %T cannot be written as JSON: %v", v, err)) // our own types can
	}
	return raw
}
