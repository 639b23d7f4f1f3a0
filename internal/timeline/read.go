package timeline

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/waymark-crm/waymark/internal/audit"
	"github.com/waymark-crm/waymark/internal/fault"
)

// Query narrows a timeline. The zero value means all of it.
type Query struct {
	Kinds    []string // any of the kinds of activities, [Changed] and [Imported]; none: all
	PersonID int64    // who wrote, did or changed it; 0 for anyone
	Cursor   string   // of the page before
	Limit    int      // 1 to 100; 0 means 30
}

// position is where a page ended: lines are sorted by time, then activities
// behind changes, then by id, the newest first.
type position struct {
	At     time.Time `json:"t"`
	Source string    `json:"s"` // a or c
	ID     int64     `json:"i"`
}

var errCursor = fault.New(fault.Invalid, "The cursor does not belong to this list. Read the list from its beginning.").
	WithField("query.cursor", "Pass nextCursor of the page before, with the same filter.")

func encode(v any) *string {
	raw, err := json.Marshal(v)
	if err != nil {
		panic(err) // times, texts and numbers always can be written
	}
	text := base64.RawURLEncoding.EncodeToString(raw)
	return &text
}

func decode(text string, into any) error {
	raw, err := base64.RawURLEncoding.DecodeString(text)
	if err == nil {
		err = json.Unmarshal(raw, into)
	}
	if err != nil {
		return errCursor.WithCause(err)
	}
	return nil
}

func parsePosition(text string) (position, error) {
	if text == "" {
		return position{At: time.Now().AddDate(300, 0, 0), Source: "z", ID: 1}, nil
	}
	var p position
	if err := decode(text, &p); err != nil {
		return p, err
	}
	if p.Source != "a" && p.Source != "c" || p.ID <= 0 || p.At.Year() < 1800 || p.At.Year() > 9000 {
		return p, errCursor
	}
	return p, nil
}

// before returns the time and id before which rows of a source stand.
func (p position) before(source string) (time.Time, int64) {
	switch strings.Compare(source, p.Source) {
	case 0:
		return p.At, p.ID
	case -1:
		return p.At, 1<<63 - 1
	}
	return p.At, 0
}

func pageLimit(n, usual, most int) (int, error) {
	if n == 0 {
		return usual, nil
	}
	if n < 0 || n > most {
		return 0, fault.Errorf(fault.Invalid, "A page has 1 to %d lines.", most).WithField("query.limit", fmt.Sprintf("Between 1 and %d.", most))
	}
	return n, nil
}

var activityKinds = []string{string(Note), string(Call), string(Mail), string(Meeting), string(Task), string(Visit)}

// OfAccount returns a page of an account's timeline, the newest first, each
// activity with its comments. It returns a fault NotFound for an account that the
// actor does not see.
func (s *Service) OfAccount(ctx context.Context, account int64, q Query) (l Listing[Item], err error) {
	limit, err := pageLimit(q.Limit, 30, 100)
	if err != nil {
		return l, err
	}
	from, err := parsePosition(q.Cursor)
	if err != nil {
		return l, err
	}
	wanted := slices.Clone(q.Kinds)
	if len(wanted) == 0 {
		wanted = append(slices.Clone(activityKinds), Changed, Imported)
	}
	kinds := []string{}
	for _, k := range wanted {
		if slices.Contains(activityKinds, k) {
			kinds = append(kinds, k)
		} else if k != Changed && k != Imported {
			return l, fault.New(fault.Invalid, "A timeline has no such kind.").WithField("query.kind", "One of note, call, mail, meeting, task, visit, change, import.")
		}
	}
	l.Items = []Item{}
	err = s.db.Read(ctx, func(tx pgx.Tx) error {
		if err := seesAccount(ctx, tx, account); err != nil {
			return err
		}
		if len(kinds) > 0 {
			if err := activities(ctx, tx, &l, account, kinds, q.PersonID, from, limit+1); err != nil {
				return err
			}
		}
		changes, imports := slices.Contains(wanted, Changed), slices.Contains(wanted, Imported)
		if changes || imports {
			if err := entries(ctx, tx, &l, account, changes, imports, q.PersonID, from, limit+1); err != nil {
				return err
			}
		}
		slices.SortFunc(l.Items, func(a, b Item) int {
			if c := b.At.Compare(a.At); c != 0 {
				return c
			}
			if c := strings.Compare(b.Key[:1], a.Key[:1]); c != 0 {
				return c
			}
			return int(min(1, max(-1, b.id()-a.id())))
		})
		if len(l.Items) > limit {
			l.Items = l.Items[:limit]
			last := l.Items[limit-1]
			l.NextCursor = encode(position{At: last.At, Source: last.Key[:1], ID: last.id()})
		}
		return comments(ctx, tx, l.Items)
	})
	return l, err
}

func (i Item) id() int64 {
	if i.Activity != nil {
		return i.Activity.ID
	}
	return i.Change.ID
}

func activities(ctx context.Context, tx pgx.Tx, l *Listing[Item], account int64, kinds []string, person int64, from position, limit int) error {
	at, id := from.before("a")
	rows, err := tx.Query(ctx, `select `+columns+` from activities x `+joins+`
		where x.org_id = current_org() and x.account_id = $1 and x.parent_id is null and x.deleted_at is null
		  and x.kind = any($2) and ($3 = 0 or x.author_id = $3 or x.assignee_id = $3) and (x.happened_at, x.id) < ($4, $5)
		order by x.happened_at desc, x.id desc limit $6`, account, kinds, person, at, id, limit)
	if err != nil {
		return fmt.Errorf("read the timeline of account %d: %w", account, err)
	}
	found, err := pgx.CollectRows(rows, pgx.RowToStructByName[Activity])
	if err != nil {
		return fmt.Errorf("read the timeline of account %d: %w", account, err)
	}
	for i := range found {
		a := &found[i]
		l.Items = append(l.Items, Item{Key: "a" + strconv.FormatInt(a.ID, 10), Kind: string(a.Kind), At: a.HappenedAt, Activity: a})
	}
	return nil
}

func entries(ctx context.Context, tx pgx.Tx, l *Listing[Item], account int64, changes, imports bool, person int64, from position, limit int) error {
	at, id := from.before("c")
	// What was written stands here itself; its creation and changes are in the
	// account's history.
	rows, err := tx.Query(ctx, `select `+audit.Columns+` from (
		    (select e.* from audit_entries e
		      where e.org_id = current_org() and e.account_id = $1::bigint and (e.at, e.id) < ($2, $3::bigint)
		        and e.record <> 'activities' and ($5 = 0 or e.user_id = $5)
		        and (case when e.cause like 'import%' then $7::boolean else $6::boolean end)
		      order by e.at desc, e.id desc limit $4)
		    union all
		    (select e.* from audit_entries e
		      where e.org_id = current_org() and e.record = 'accounts' and e.last_id >= $1::bigint and e.record_id <= $1::bigint
		        and $1::bigint = any(e.record_ids) and (e.at, e.id) < ($2, $3::bigint) and ($5 = 0 or e.user_id = $5)
		        and (case when e.cause like 'import%' then $7::boolean else $6::boolean end)
		      order by e.at desc, e.id desc limit $4)) e `+audit.Joins+`
		order by e.at desc, e.id desc limit $4`, account, at, id, limit, person, changes, imports)
	if err != nil {
		return fmt.Errorf("read the changes of account %d: %w", account, err)
	}
	found, err := pgx.CollectRows(rows, audit.Scan)
	if err != nil {
		return fmt.Errorf("read the changes of account %d: %w", account, err)
	}
	for i := range found {
		e := &found[i]
		kind := Changed
		if strings.HasPrefix(e.Cause, "import") {
			kind = Imported
		}
		l.Items = append(l.Items, Item{Key: "c" + strconv.FormatInt(e.ID, 10), Kind: kind, At: e.At, Change: e})
	}
	return nil
}

// comments adds to activities what was said to them.
func comments(ctx context.Context, tx pgx.Tx, items []Item) error {
	byID := map[int64]*Activity{}
	ids := []int64{}
	for _, item := range items {
		if item.Activity != nil {
			byID[item.Activity.ID] = item.Activity
			ids = append(ids, item.Activity.ID)
		}
	}
	if len(ids) == 0 {
		return nil
	}
	rows, err := tx.Query(ctx, `select `+columns+` from activities x `+joins+`
		where x.org_id = current_org() and x.parent_id = any($1) and x.deleted_at is null order by x.id limit 2000`, ids)
	if err != nil {
		return fmt.Errorf("read the comments: %w", err)
	}
	said, err := pgx.CollectRows(rows, pgx.RowToStructByName[Activity])
	if err != nil {
		return fmt.Errorf("read the comments: %w", err)
	}
	for _, c := range said {
		to := byID[*c.ParentID]
		to.Comments = append(to.Comments, c)
	}
	return nil
}

// Get returns an activity with its comments.
func (s *Service) Get(ctx context.Context, id int64) (a Activity, err error) {
	err = s.db.Read(ctx, func(tx pgx.Tx) error {
		if a, err = load(ctx, tx, id); err != nil {
			return err
		}
		return comments(ctx, tx, []Item{{Activity: &a}})
	})
	return a, err
}
