// Package files keeps the files and photos of accounts: in the database, so that
// one backup holds them, with their checksum and, for photos, a small picture made
// anew.
//
//	store := files.New(db)
//	file, err := store.Add(ctx, account, "contract.pdf", content)
//	file, content, err = store.Content(ctx, file.ID)
//
// What a file is is found in its content, never believed; no more of a picture is
// decoded than its pixels allow. Every method acts for the actor of its context.
package files

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"net/http"
	"path"
	"strings"
	"time"
	"unicode"

	"github.com/jackc/pgx/v5"

	"github.com/waymark-crm/waymark/internal/events"
	"github.com/waymark-crm/waymark/internal/fault"
	"github.com/waymark-crm/waymark/internal/postgres"
)

const (
	// MaxSize is how large a file may be.
	MaxSize  = 25 << 20
	maxFiles = 1000 // of an account
)

// File is what is known of a file.
type File struct {
	ID            int64     `json:"id" db:"id"`
	AccountID     int64     `json:"accountId" db:"account_id"`
	Name          string    `json:"name" db:"name"`
	MediaType     string    `json:"mediaType" db:"media_type" doc:"As found in the content." example:"application/pdf"`
	Size          int64     `json:"size" db:"size" doc:"Bytes."`
	SHA256        string    `json:"sha256" db:"sha256"`
	Width         *int      `json:"width" db:"width" doc:"Pixels of a photo that has a small picture; null for everything else."`
	Height        *int      `json:"height" db:"height"`
	CreatedByName string    `json:"createdByName" db:"created_by_name"`
	CreatedAt     time.Time `json:"createdAt" db:"created_at"`
}

const columns = `f.id, f.account_id, f.name, f.media_type, f.size, encode(f.sha256, 'hex') as sha256, f.width, f.height,
	coalesce(u.name, '') as created_by_name, f.created_at`
const joins = `left join users u on u.org_id = f.org_id and u.id = f.created_by`

// Service is the use cases of this package over one database. It is safe for
// concurrent use.
type Service struct{ db *postgres.DB }

// New returns the service.
func New(db *postgres.DB) *Service { return &Service{db: db} }

var (
	errNoAccount = fault.New(fault.NotFound, "There is no such account, or it is not your organisation's.")
	errNoFile    = fault.New(fault.NotFound, "There is no such file.")
)

// cleanName makes a name that is safe to show and to offer for saving.
func cleanName(name string) string {
	name = path.Base(strings.ReplaceAll(strings.ToValidUTF8(name, ""), `\`, "/"))
	name = strings.TrimSpace(strings.Map(func(r rune) rune {
		// Marks of direction can make gpj.exe look like exe.jpg.
		if unicode.IsControl(r) || unicode.Is(unicode.Cf, r) && r != '\u200d' && r != '\u200c' || strings.ContainsRune(`<>:"|?*`, r) {
			return -1
		}
		return r
	}, name))
	if r := []rune(name); len(r) > 200 {
		name = string(r[:150]) + string(r[len(r)-50:])
	}
	if strings.Trim(name, ". /") == "" {
		return "file"
	}
	return name
}

// Add keeps a file for an account. It returns a fault NotFound for an account that
// the actor does not see and Invalid for a file that is empty or too large.
func (s *Service) Add(ctx context.Context, account int64, name string, content []byte) (file File, err error) {
	switch {
	case len(content) == 0:
		return file, fault.New(fault.Invalid, "The file is empty.").WithField("body", "Choose a file with something in it.")
	case len(content) > MaxSize:
		return file, fault.Errorf(fault.Invalid, "The file has %d MB and may have %d.", len(content)>>20, MaxSize>>20).WithField("body", "Choose a smaller file.")
	}
	kind := http.DetectContentType(content)
	sum := sha256.Sum256(content)
	var width, height *int
	small, w, h := thumbnail(kind, content)
	if small != nil {
		width, height = &w, &h
	}
	err = s.db.Tx(ctx, func(tx pgx.Tx) error {
		var one, count int
		err := tx.QueryRow(ctx, `select 1, (select count(*) from files where org_id = current_org() and account_id = $1 and deleted_at is null)
			from accounts where org_id = current_org() and id = $1`, account).Scan(&one, &count)
		if errors.Is(err, pgx.ErrNoRows) {
			return errNoAccount
		}
		if err != nil {
			return fmt.Errorf("look for account %d: %w", account, err)
		}
		if count >= maxFiles {
			return fault.Errorf(fault.Invalid, "An account may have %d files.", maxFiles)
		}
		var id int64
		err = tx.QueryRow(ctx, `insert into files (org_id, account_id, name, media_type, size, sha256, width, height, thumbnail, created_by)
			values (current_org(), $1, $2, $3, $4, $5, $6, $7, $8, current_actor()) returning id`,
			account, cleanName(name), kind, len(content), sum[:], width, height, small).Scan(&id)
		if err != nil {
			return fmt.Errorf("keep a file of account %d: %w", account, err)
		}
		if _, err := tx.Exec(ctx, `insert into file_contents (org_id, file_id, content) values (current_org(), $1, $2)`, id, content); err != nil {
			return fmt.Errorf("keep a file of account %d: %w", account, err)
		}
		if file, err = load(ctx, tx, id); err != nil {
			return err
		}
		return tell(ctx, tx, account)
	})
	return file, err
}

func tell(ctx context.Context, tx pgx.Tx, account int64) error {
	return events.Notify(ctx, tx, "timeline", map[string]any{"id": account, "accountId": account})
}

func load(ctx context.Context, tx pgx.Tx, id int64) (File, error) {
	rows, err := tx.Query(ctx, `select `+columns+` from files f `+joins+` where f.org_id = current_org() and f.id = $1 and f.deleted_at is null`, id)
	if err != nil {
		return File{}, fmt.Errorf("read file %d: %w", id, err)
	}
	f, err := pgx.CollectExactlyOneRow(rows, pgx.RowToStructByName[File])
	if errors.Is(err, pgx.ErrNoRows) {
		return f, errNoFile
	}
	if err != nil {
		return f, fmt.Errorf("read file %d: %w", id, err)
	}
	return f, nil
}

// OfAccount returns the files of an account, the newest first.
func (s *Service) OfAccount(ctx context.Context, account int64) (all []File, err error) {
	err = s.db.Read(ctx, func(tx pgx.Tx) error {
		var one int
		err := tx.QueryRow(ctx, `select 1 from accounts where org_id = current_org() and id = $1`, account).Scan(&one)
		if errors.Is(err, pgx.ErrNoRows) {
			return errNoAccount
		}
		if err != nil {
			return err
		}
		rows, err := tx.Query(ctx, `select `+columns+` from files f `+joins+`
			where f.org_id = current_org() and f.account_id = $1 and f.deleted_at is null order by f.id desc limit $2`, account, maxFiles)
		if err != nil {
			return err
		}
		all, err = pgx.CollectRows(rows, pgx.RowToStructByName[File])
		return err
	})
	if err != nil && fault.Of(err) == nil {
		err = fmt.Errorf("list the files of account %d: %w", account, err)
	}
	return all, err
}

// Content returns a file with its content.
func (s *Service) Content(ctx context.Context, id int64) (f File, content []byte, err error) {
	err = s.db.Read(ctx, func(tx pgx.Tx) error {
		if f, err = load(ctx, tx, id); err != nil {
			return err
		}
		if err := tx.QueryRow(ctx, `select content from file_contents where org_id = current_org() and file_id = $1`, id).Scan(&content); err != nil {
			return fmt.Errorf("read the content of file %d: %w", id, err)
		}
		return nil
	})
	return f, content, err
}

// Thumbnail returns the small picture of a photo, a JPEG. It returns a fault
// NotFound when the file has none.
func (s *Service) Thumbnail(ctx context.Context, id int64) (picture []byte, err error) {
	err = s.db.Read(ctx, func(tx pgx.Tx) error {
		err := tx.QueryRow(ctx, `select thumbnail from files where org_id = current_org() and id = $1 and deleted_at is null and thumbnail is not null`, id).Scan(&picture)
		if errors.Is(err, pgx.ErrNoRows) {
			return errNoFile
		}
		return err
	})
	if err != nil && fault.Of(err) == nil {
		err = fmt.Errorf("read the small picture of file %d: %w", id, err)
	}
	return picture, err
}

// Delete takes a file away; [Service.Restore] brings it back.
func (s *Service) Delete(ctx context.Context, id int64) error {
	return s.mark(ctx, id, `deleted_at = now()`, `deleted_at is null`)
}

// Restore undoes [Service.Delete].
func (s *Service) Restore(ctx context.Context, id int64) (f File, err error) {
	if err := s.mark(ctx, id, `deleted_at = null`, `deleted_at is not null`); err != nil {
		return f, err
	}
	err = s.db.Read(ctx, func(tx pgx.Tx) error {
		f, err = load(ctx, tx, id)
		return err
	})
	return f, err
}

func (s *Service) mark(ctx context.Context, id int64, set, when string) error {
	return s.db.Tx(ctx, func(tx pgx.Tx) error {
		var account int64
		err := tx.QueryRow(ctx, `update files set `+set+` where org_id = current_org() and id = $1 and `+when+` returning account_id`, id).Scan(&account)
		if errors.Is(err, pgx.ErrNoRows) {
			return errNoFile
		}
		if err != nil {
			return fmt.Errorf("change file %d: %w", id, err)
		}
		return tell(ctx, tx, account)
	})
}
