// Package audit reads the trail of changes: which record, by whom, from where,
// before and after. Triggers of the database write it, in the transaction of the
// change; no code of ours can change or remove a line, see the migration
// 00081_audit.sql.
//
//	trail := audit.New(db)
//	page, err := trail.OfAccount(ctx, 7, audit.Page{Limit: 50})
//
// Whoever changes many rows for one reason says it once in the transaction, and
// every line of it carries the reason:
//
//	err := audit.Because(ctx, tx, "import:12")
package audit

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"net/netip"
	"slices"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/waymark-crm/waymark/internal/fault"
	"github.com/waymark-crm/waymark/internal/postgres"
)

// Entry is one line of the trail.
type Entry struct {
	ID        int64     `json:"id"`
	At        time.Time `json:"at"`
	Record    string    `json:"record" example:"accounts" doc:"What kind of record: accounts, sites, contacts, activities …"`
	RecordID  int64     `json:"recordId" doc:"Of several, the smallest."`
	Records   int       `json:"records" doc:"How many records were changed in the same way."`
	Action    string    `json:"action" enum:"create,update,delete"`
	AccountID *int64    `json:"accountId"`
	Fields    []Field   `json:"fields" doc:"What changed; empty for many records created or removed at once."`
	UserID    *int64    `json:"userId" doc:"null: no person, the program itself."`
	UserName  string    `json:"userName"`
	KeyName   string    `json:"keyName" doc:"Of the API key, if a program did it."`
	Address   string    `json:"address" doc:"Where the request came from."`
	RequestID string    `json:"requestId"`
	Cause     string    `json:"cause" example:"import:12" doc:"What it was part of, if anything."`
}

// Field is one field before and after.
type Field struct {
	Name   string `json:"name" example:"ownerId"`
	Before any    `json:"before"`
	After  any    `json:"after"`
}

// Page asks for one page, the newest lines first.
type Page struct {
	Cursor string // of the page before
	Limit  int    // 1 to 200; 0 means 50
}

// Listing is one page.
type Listing struct {
	Items      []Entry
	NextCursor *string // nil on the last page
}

// Position is where a page ended.
type Position struct {
	At time.Time `json:"t"`
	ID int64     `json:"i"`
}

var errCursor = fault.New(fault.Invalid, "The cursor does not belong to this list. Read the list from its beginning.").
	WithField("query.cursor", "Pass nextCursor of the page before.")

func (p Position) String() string {
	text, err := json.Marshal(p)
	if err != nil {
		panic(err) // a time and a number always can be written
	}
	return base64.RawURLEncoding.EncodeToString(text)
}

func parsePosition(text string) (Position, error) {
	if text == "" {
		return Position{At: time.Now().AddDate(1, 0, 0), ID: 1<<63 - 1}, nil
	}
	raw, err := base64.RawURLEncoding.DecodeString(text)
	if err != nil {
		return Position{}, errCursor.WithCause(err)
	}
	var p Position
	if err := json.Unmarshal(raw, &p); err != nil || p.At.IsZero() || p.At.Year() > 9000 || p.At.Year() < 1900 {
		return Position{}, errCursor
	}
	return p, nil
}

func (p Page) limit() (int, error) {
	if p.Limit == 0 {
		return 50, nil
	}
	if p.Limit < 0 || p.Limit > 200 {
		return 0, fault.New(fault.Invalid, "A page has 1 to 200 lines.").WithField("query.limit", "Between 1 and 200.")
	}
	return p.Limit, nil
}

// Service reads the trail of one database. It is safe for concurrent use.
type Service struct{ db *postgres.DB }

// New returns the service.
func New(db *postgres.DB) *Service { return &Service{db: db} }

// Because gives every line that the transaction writes from now on a reason, such
// as "import:12", of at most 100 characters.
func Because(ctx context.Context, tx pgx.Tx, cause string) error {
	if _, err := tx.Exec(ctx, `select set_config('app.cause', $1, true)`, cause); err != nil {
		return fmt.Errorf("audit: say the cause: %w", err)
	}
	return nil
}

// Filter narrows the trail of the organisation. The zero value means all of it.
type Filter struct {
	UserID int64  // 0 for any
	Record string // "" for any
	From   string // the first day of the organisation, YYYY-MM-DD; "" for any
	To     string // the last
}

// All returns a page of the organisation's whole trail.
func (s *Service) All(ctx context.Context, f Filter, p Page) (Listing, error) {
	for name, day := range map[string]string{"from": f.From, "to": f.To} {
		if _, err := time.Parse("2006-01-02", day); day != "" && err != nil {
			return Listing{}, fault.Wrap(err, fault.Invalid, "The day cannot be read.").WithField("query."+name, "Like 2026-11-23.")
		}
	}
	return s.page(ctx, p, func(tx pgx.Tx, from Position, limit int) (pgx.Rows, error) {
		return tx.Query(ctx, `select `+Columns+` from audit_entries e join organisations z on z.org_id = e.org_id `+Joins+`
			where e.org_id = current_org() and (e.at, e.id) < ($1, $2)
			  and ($3 = 0 or e.user_id = $3) and ($4 = '' or e.record = $4)
			  and ($6 = '' or e.at >= (nullif($6, '')::timestamp at time zone z.time_zone))
			  and ($7 = '' or e.at < (nullif($7, '')::timestamp + interval '1 day') at time zone z.time_zone)
			order by e.at desc, e.id desc limit $5`, from.At, from.ID, f.UserID, f.Record, limit, f.From, f.To)
	})
}

var errNoAccount = fault.New(fault.NotFound, "There is no such account, or it is not your organisation's.")

// OfAccount returns a page of the trail of an account and of what hangs on it.
// It returns a fault NotFound for an account that the actor does not see.
func (s *Service) OfAccount(ctx context.Context, account int64, p Page) (Listing, error) {
	return s.page(ctx, p, func(tx pgx.Tx, from Position, limit int) (pgx.Rows, error) {
		if err := SeesAccount(ctx, tx, account); err != nil {
			return nil, err
		}
		return tx.Query(ctx, `select `+Columns+` from (`+OfAccountSQL("$1", "$2", "$3", "$4")+`) e `+Joins+`
			order by e.at desc, e.id desc limit $4`, account, from.At, from.ID, limit)
	})
}

// SeesAccount returns a fault NotFound for an account that the actor does not see.
func SeesAccount(ctx context.Context, tx pgx.Tx, account int64) error {
	var one int
	err := tx.QueryRow(ctx, `select 1 from accounts where org_id = current_org() and id = $1`, account).Scan(&one)
	if errors.Is(err, pgx.ErrNoRows) {
		return errNoAccount
	}
	if err != nil {
		return fmt.Errorf("look for account %d: %w", account, err)
	}
	return nil
}

// OfAccountSQL selects the newest lines about an account that stand before a
// position, as a query of rows of audit_entries. Its arguments are placeholders.
// The lines of one account come from one index; those that it shares with many
// others from another.
func OfAccountSQL(account, at, id, limit string) string {
	return `(select e.* from audit_entries e
	    where e.org_id = current_org() and e.account_id = ` + account + `::bigint and (e.at, e.id) < (` + at + `, ` + id + `::bigint)
	    order by e.at desc, e.id desc limit ` + limit + `)
	  union all
	  (select e.* from audit_entries e
	    where e.org_id = current_org() and e.record = 'accounts' and e.last_id >= ` + account + `::bigint and e.record_id <= ` + account + `::bigint
	      and ` + account + `::bigint = any(e.record_ids) and (e.at, e.id) < (` + at + `, ` + id + `::bigint)
	    order by e.at desc, e.id desc limit ` + limit + `)`
}

// Columns and Joins read an [Entry] from audit_entries e, with [Scan].
const (
	Columns = `e.id, e.at, e.record, e.record_id, e.records, e.action, e.account_id, e.changes, e.user_id,
		coalesce(u.name, ''), coalesce(k.name, ''), e.address, e.request_id, e.cause`
	Joins = `left join users u on u.org_id = e.org_id and u.id = e.user_id
		left join api_keys k on k.org_id = e.org_id and k.id = e.key_id`
)

// Scan reads a row of [Columns].
func Scan(row pgx.CollectableRow) (Entry, error) { return ScanWith(row) }

// ScanWith reads a row of [Columns] and of further columns behind them.
func ScanWith(row pgx.CollectableRow, more ...any) (Entry, error) {
	var e Entry
	var changes map[string][2]json.RawMessage
	var address *netip.Prefix
	err := row.Scan(append([]any{&e.ID, &e.At, &e.Record, &e.RecordID, &e.Records, &e.Action, &e.AccountID, &changes, &e.UserID,
		&e.UserName, &e.KeyName, &address, &e.RequestID, &e.Cause}, more...)...)
	if err != nil {
		return e, err
	}
	if address != nil {
		e.Address = address.Addr().String()
	}
	e.Fields, err = fieldsOf(changes)
	return e, err
}

// fieldsOf names the fields as the API does, in the order of their names. A
// column that holds several values by key becomes a field a key.
func fieldsOf(changes map[string][2]json.RawMessage) ([]Field, error) {
	fields := make([]Field, 0, len(changes))
	for column, pair := range changes {
		if column == "custom" {
			var before, after map[string]json.RawMessage
			for i, into := range []*map[string]json.RawMessage{&before, &after} {
				if err := json.Unmarshal(pair[i], into); err != nil {
					return nil, fmt.Errorf("read a line of the trail: %w", err)
				}
			}
			keys := map[string]bool{}
			for key := range before {
				keys[key] = true
			}
			for key := range after {
				keys[key] = true
			}
			for key := range keys {
				if !bytes.Equal(before[key], after[key]) {
					fields = append(fields, Field{Name: "custom." + key, Before: rawOrNull(before[key]), After: rawOrNull(after[key])})
				}
			}
			continue
		}
		fields = append(fields, Field{Name: camel(column), Before: rawOrNull(pair[0]), After: rawOrNull(pair[1])})
	}
	slices.SortFunc(fields, func(a, b Field) int { return strings.Compare(a.Name, b.Name) })
	return fields, nil
}

func rawOrNull(raw json.RawMessage) any {
	if len(raw) == 0 || string(raw) == "null" {
		return nil
	}
	return raw
}

func camel(column string) string {
	words := strings.Split(column, "_")
	for i, w := range words[1:] {
		if w != "" {
			words[i+1] = strings.ToUpper(w[:1]) + w[1:]
		}
	}
	return strings.Join(words, "")
}

func (s *Service) page(ctx context.Context, p Page, query func(pgx.Tx, Position, int) (pgx.Rows, error)) (l Listing, err error) {
	limit, err := p.limit()
	if err != nil {
		return l, err
	}
	from, err := parsePosition(p.Cursor)
	if err != nil {
		return l, err
	}
	err = s.db.Read(ctx, func(tx pgx.Tx) error {
		rows, err := query(tx, from, limit+1)
		if err != nil {
			return err
		}
		l.Items, err = pgx.CollectRows(rows, Scan)
		return err
	})
	if err != nil {
		if fault.Of(err) == nil {
			err = fmt.Errorf("read the trail: %w", err)
		}
		return l, err
	}
	if len(l.Items) > limit {
		l.Items = l.Items[:limit]
		last := l.Items[limit-1]
		next := Position{At: last.At, ID: last.ID}.String()
		l.NextCursor = &next
	}
	return l, nil
}
