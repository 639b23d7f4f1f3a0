package segments

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"regexp"

	"github.com/jackc/pgx/v5"

	"github.com/waymark-crm/waymark/internal/accounts"
	"github.com/waymark-crm/waymark/internal/events"
	"github.com/waymark-crm/waymark/internal/fault"
	"github.com/waymark-crm/waymark/internal/postgres"
)

const (
	maxViews   = 2_000 // of an organisation
	maxColumns = 100
	maxMap     = 16_000 // bytes
)

// View is a list as somebody has set it up.
type View struct {
	ID        int64
	Name      string
	Object    string // "accounts"
	Shared    Sharing
	OwnerID   int64
	OwnerName string
	Filter    *accounts.Tree
	Sort      string   // a sort of the list; empty for its own
	Columns   []string // keys of fields, in order
	Widths    map[string]int
	Map       json.RawMessage // what the map shows, as the browser has it
	Version   int
}

// ViewChanges of a view; nil fields stay as they are.
type ViewChanges struct {
	Version   int
	Name      *string
	Shared    *Sharing
	Filter    **accounts.Tree
	Sort      *string
	Columns   *[]string
	Widths    *map[string]int
	Map       *json.RawMessage
	MayManage bool
}

var (
	errNoView = fault.New(fault.NotFound, "There is no such view, or it is not shared with you.")
	columnKey = regexp.MustCompile(`^[A-Za-z][A-Za-z0-9_.]{0,59}$`)
	sortKey   = regexp.MustCompile(`^-?[A-Za-z][A-Za-z0-9_.]{0,59}$`)
)

const viewColumns = `s.id, s.name, s.object, s.shared, s.owner_id, coalesce(u.name, ''), s.filter, s.sort, s.columns, s.widths, s.map, s.version`

const fromViews = ` from views s left join users u on u.org_id = s.org_id and u.id = s.owner_id where s.org_id = $1`

func scanView(row pgx.CollectableRow) (v View, err error) {
	var filter, settings []byte
	err = row.Scan(&v.ID, &v.Name, &v.Object, &v.Shared, &v.OwnerID, &v.OwnerName, &filter, &v.Sort, &v.Columns, &v.Widths, &settings, &v.Version)
	if err == nil {
		v.Map = settings
		v.Filter, err = accounts.ParseTree(filter)
	}
	return v, err
}

func (v *View) check() error {
	none := ""
	if err := checkWords(&v.Name, &none, v.Shared); err != nil {
		return err
	}
	if v.Object != "accounts" {
		return fault.New(fault.Invalid, "Views show accounts.").WithField("object", "accounts")
	}
	if v.Sort != "" && !sortKey.MatchString(v.Sort) {
		return fault.New(fault.Invalid, "The list cannot be sorted by this.").WithField("sort", "The key of a field, with - in front for descending.")
	}
	if len(v.Columns) > maxColumns {
		return fault.Errorf(fault.Invalid, "A view may have %d columns.", maxColumns).WithField("columns", "Choose fewer.")
	}
	for _, c := range v.Columns {
		if !columnKey.MatchString(c) {
			return fault.New(fault.Invalid, "A column is the key of a field.").WithField("columns", "Keys of fields.")
		}
	}
	if len(v.Widths) > maxColumns {
		return fault.New(fault.Invalid, "There are too many widths.").WithField("widths", "One a column.")
	}
	for key, width := range v.Widths {
		if !columnKey.MatchString(key) || width < 1 || width > 10_000 {
			return fault.New(fault.Invalid, "A width is 1 to 10,000 pixels of a column.").WithField("widths", "Keys of fields and pixels.")
		}
	}
	if v.Columns == nil {
		v.Columns = []string{}
	}
	if v.Widths == nil {
		v.Widths = map[string]int{}
	}
	return nil
}

// Views lists the views that the actor sees, by name.
func (s *Service) Views(ctx context.Context) ([]View, error) {
	out := []View{}
	err := s.read(ctx, func(tx pgx.Tx, actor postgres.Actor) error {
		rows, err := tx.Query(ctx, `select `+viewColumns+fromViews+` and $2 >= 0`+accounts.VisibleSQL("s")+
			` order by lower(s.name) collate "und-x-icu", s.id`, actor.OrgID, 0, actor.UserID, actor.TeamID)
		if err != nil {
			return fmt.Errorf("list views: %w", err)
		}
		if out, err = pgx.AppendRows(out, rows, scanView); err != nil {
			return fmt.Errorf("list views: %w", err)
		}
		return nil
	})
	return out, err
}

func loadView(ctx context.Context, tx pgx.Tx, actor postgres.Actor, id int64, lock string) (View, error) {
	rows, err := tx.Query(ctx, `select `+viewColumns+fromViews+` and s.id = $2`+accounts.VisibleSQL("s")+lock, actor.OrgID, id, actor.UserID, actor.TeamID)
	if err != nil {
		return View{}, fmt.Errorf("read view %d: %w", id, err)
	}
	v, err := pgx.CollectExactlyOneRow(rows, scanView)
	if errors.Is(err, pgx.ErrNoRows) {
		return v, errNoView
	}
	if err != nil {
		return v, fmt.Errorf("read view %d: %w", id, err)
	}
	return v, nil
}

// CreateView keeps a view that belongs to the actor.
func (s *Service) CreateView(ctx context.Context, v View) (View, error) {
	if v.Object == "" {
		v.Object = "accounts"
	}
	if v.Shared == "" {
		v.Shared = Own
	}
	if err := v.check(); err != nil {
		return View{}, err
	}
	settings, err := rawJSON("map", v.Map, maxMap)
	if err != nil {
		return View{}, err
	}
	if err := s.checkFilter(ctx, v.Filter); err != nil {
		return View{}, err
	}
	err = s.write(ctx, func(tx pgx.Tx, actor postgres.Actor) error {
		if actor.UserID == 0 {
			return fault.New(fault.Forbidden, "A view belongs to a person.")
		}
		var id int64
		err := tx.QueryRow(ctx, `
			insert into views (org_id, name, object, shared, owner_id, filter, sort, columns, widths, map)
			select $1, $2, $3, $4, $5, $6::jsonb, $7, $8, $9, $10::jsonb
			where (select count(*) from views where org_id = $1) < $11 returning id`,
			actor.OrgID, v.Name, v.Object, v.Shared, actor.UserID, jsonOf(v.Filter), v.Sort, v.Columns, v.Widths, settings, maxViews).Scan(&id)
		if errors.Is(err, pgx.ErrNoRows) {
			return fault.Errorf(fault.Invalid, "An organisation may have %d views.", maxViews)
		}
		if err != nil {
			return fmt.Errorf("create a view: %w", err)
		}
		if v, err = loadView(ctx, tx, actor, id, ""); err != nil {
			return err
		}
		return events.Notify(ctx, tx, "view", map[string]any{"id": id})
	})
	return v, err
}

// checkFilter says what is wrong with a filter that needs the database to be
// understood.
func (s *Service) checkFilter(ctx context.Context, t *accounts.Tree) error {
	if t == nil {
		return nil
	}
	return s.read(ctx, func(tx pgx.Tx, _ postgres.Actor) error { return s.book.Understand(ctx, tx, t) })
}

// UpdateView changes a view. An old version fails with [fault.Conflict] that
// carries the view as it is.
func (s *Service) UpdateView(ctx context.Context, id int64, c ViewChanges) (View, error) {
	if c.Filter != nil {
		if err := s.checkFilter(ctx, *c.Filter); err != nil {
			return View{}, err
		}
	}
	var v View
	err := s.write(ctx, func(tx pgx.Tx, actor postgres.Actor) error {
		now, err := loadView(ctx, tx, actor, id, " for update of s")
		if err != nil {
			return err
		}
		if now.OwnerID != actor.UserID && !c.MayManage {
			return errNotYours
		}
		if now.Version != c.Version {
			return fault.New(fault.Conflict, "Someone else has changed this view in the meantime. Look at it and make your change again.").WithCurrent(now)
		}
		if c.Name != nil {
			now.Name = *c.Name
		}
		if c.Shared != nil {
			now.Shared = *c.Shared
		}
		if c.Filter != nil {
			now.Filter = *c.Filter
		}
		if c.Sort != nil {
			now.Sort = *c.Sort
		}
		if c.Columns != nil {
			now.Columns = *c.Columns
		}
		if c.Widths != nil {
			now.Widths = *c.Widths
		}
		if c.Map != nil {
			now.Map = *c.Map
		}
		if err := now.check(); err != nil {
			return err
		}
		settings, err := rawJSON("map", now.Map, maxMap)
		if err != nil {
			return err
		}
		_, err = tx.Exec(ctx, `
			update views set name = $3, shared = $4, filter = $5::jsonb, sort = $6, columns = $7, widths = $8, map = $9::jsonb,
			  version = version + 1, updated_at = now()
			where org_id = $1 and id = $2`, actor.OrgID, id, now.Name, now.Shared, jsonOf(now.Filter), now.Sort, now.Columns, now.Widths, settings)
		if err != nil {
			return fmt.Errorf("change view %d: %w", id, err)
		}
		if v, err = loadView(ctx, tx, actor, id, ""); err != nil {
			return err
		}
		return events.Notify(ctx, tx, "view", map[string]any{"id": id})
	})
	return v, err
}

// DeleteView removes a view.
func (s *Service) DeleteView(ctx context.Context, id int64, mayManage bool) error {
	return s.write(ctx, func(tx pgx.Tx, actor postgres.Actor) error {
		now, err := loadView(ctx, tx, actor, id, " for update of s")
		if err != nil {
			return err
		}
		if now.OwnerID != actor.UserID && !mayManage {
			return errNotYours
		}
		if _, err := tx.Exec(ctx, `delete from views where org_id = $1 and id = $2`, actor.OrgID, id); err != nil {
			return fmt.Errorf("delete view %d: %w", id, err)
		}
		return events.Notify(ctx, tx, "view", map[string]any{"id": id})
	})
}
