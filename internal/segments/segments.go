// Package segments keeps sets of accounts under a name: saved views of a list,
// and segments, which other parts (campaigns, reports) use.
//
//	sets := segments.New(db, accounts.New(db))
//	tree, err := accounts.ParseTree([]byte(`{"field": "status", "op": "in", "value": ["customer"]}`))
//	segment, err := sets.Create(ctx, segments.Draft{Name: "Customers", Kind: segments.Dynamic, Filter: tree})
//	members, err := sets.Members(ctx, segment.ID, accounts.Page{})
//
// A dynamic segment is a filter, answered anew whenever it is asked; a static
// one is a list that people put together. Both are counted once a day and when
// somebody looks, and what was counted is kept ([Service.History]).
//
// Everything acts for the actor of its context. What is not shared with the
// actor does not exist for them ([fault.NotFound]).
package segments

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/jackc/pgx/v5"

	"github.com/waymark-crm/waymark/internal/accounts"
	"github.com/waymark-crm/waymark/internal/events"
	"github.com/waymark-crm/waymark/internal/fault"
	"github.com/waymark-crm/waymark/internal/postgres"
)

// Sharing says who sees a view or a segment.
type Sharing string

// The ways to share: with nobody, with the owner's team, with everyone.
const (
	Own  Sharing = "own"
	Team Sharing = "team"
	All  Sharing = "all"
)

// Kind says how the members of a segment are found.
type Kind string

// The kinds.
const (
	Static  Kind = "static"
	Dynamic Kind = "dynamic"
)

// Bounds.
const (
	maxName        = 100
	maxDescription = 2_000
	maxSegments    = 1_000 // of an organisation
	// MaxChange is how many accounts can be put into a static segment, or taken
	// out, in one go.
	MaxChange = 100_000
)

// Segment is a named set of accounts. The counts are the organisation's at
// CountedAt; [Service.Get] counts anew what the actor sees.
type Segment struct {
	ID          int64
	Name        string
	Description string
	Kind        Kind
	Filter      *accounts.Tree // of a dynamic segment; nil means every account
	OwnerID     int64
	OwnerName   string
	Shared      Sharing
	accounts.Tally
	CountedAt *time.Time
	Version   int
	RemovalID *int64 // of a change that took accounts out: see [Service.PutBack]
}

// Members says which accounts: those of a filter, or some by id.
type Members struct {
	Filter *accounts.Tree
	IDs    []int64
}

// Draft is a segment to create.
type Draft struct {
	Name        string
	Description string
	Kind        Kind
	Filter      *accounts.Tree
	Shared      Sharing
	Members     *Members // of a static segment
}

// Changes of a segment; nil fields stay as they are.
type Changes struct {
	Version     int
	Name        *string
	Description *string
	Filter      **accounts.Tree
	Shared      *Sharing
	// MayManage tells that the actor may change what others own.
	MayManage bool
}

// Service is the use cases of this package. It is safe for concurrent use.
type Service struct {
	db   *postgres.DB
	book *accounts.Service
}

// New returns the service, which asks book for accounts.
func New(db *postgres.DB, book *accounts.Service) *Service { return &Service{db: db, book: book} }

var (
	errNoSegment = fault.New(fault.NotFound, "There is no such segment, or it is not shared with you.")
	errNotYours  = fault.New(fault.Forbidden, "Only the owner, or who runs the organisation, may change this.")
)

const segmentColumns = `s.id, s.name, s.description, s.kind, s.filter, s.owner_id, coalesce(u.name, ''), s.shared,
	s.total, s.without_place, s.do_not_contact, s.counted_at, s.version`

const fromSegments = ` from segments s left join users u on u.org_id = s.org_id and u.id = s.owner_id where s.org_id = $1`

func scanSegment(row pgx.CollectableRow) (s Segment, err error) {
	var filter []byte
	err = row.Scan(&s.ID, &s.Name, &s.Description, &s.Kind, &filter, &s.OwnerID, &s.OwnerName, &s.Shared,
		&s.Total, &s.WithoutPlace, &s.DoNotContact, &s.CountedAt, &s.Version)
	if err == nil {
		s.Filter, err = accounts.ParseTree(filter)
	}
	return s, err
}

func (s *Service) read(ctx context.Context, fn func(tx pgx.Tx, actor postgres.Actor) error) error {
	return s.db.Read(ctx, func(tx pgx.Tx) error {
		actor, _ := postgres.ActorFrom(ctx)
		return fn(tx, actor)
	})
}

func (s *Service) write(ctx context.Context, fn func(tx pgx.Tx, actor postgres.Actor) error) error {
	return s.db.Tx(ctx, func(tx pgx.Tx) error {
		actor, _ := postgres.ActorFrom(ctx)
		return fn(tx, actor)
	})
}

// List returns the segments that the actor sees, by name, with what was counted
// last.
func (s *Service) List(ctx context.Context) ([]Segment, error) {
	out := []Segment{}
	err := s.read(ctx, func(tx pgx.Tx, actor postgres.Actor) error {
		rows, err := tx.Query(ctx, `select `+segmentColumns+fromSegments+` and $2 >= 0`+accounts.VisibleSQL("s")+
			` order by lower(s.name) collate "und-x-icu", s.id`, actor.OrgID, 0, actor.UserID, actor.TeamID)
		if err != nil {
			return fmt.Errorf("list segments: %w", err)
		}
		if out, err = pgx.AppendRows(out, rows, scanSegment); err != nil {
			return fmt.Errorf("list segments: %w", err)
		}
		return nil
	})
	return out, err
}

func load(ctx context.Context, tx pgx.Tx, actor postgres.Actor, id int64, lock string) (Segment, error) {
	rows, err := tx.Query(ctx, `select `+segmentColumns+fromSegments+` and s.id = $2`+accounts.VisibleSQL("s")+lock, actor.OrgID, id, actor.UserID, actor.TeamID)
	if err != nil {
		return Segment{}, fmt.Errorf("read segment %d: %w", id, err)
	}
	segment, err := pgx.CollectExactlyOneRow(rows, scanSegment)
	if errors.Is(err, pgx.ErrNoRows) {
		return segment, errNoSegment
	}
	if err != nil {
		return segment, fmt.Errorf("read segment %d: %w", id, err)
	}
	return segment, nil
}

// Of returns the filter of a segment's members.
func Of(id int64) *accounts.Tree {
	tree, err := accounts.ParseTree(fmt.Appendf(nil, `{"field":"segment","op":"in","value":[%d]}`, id))
	if err != nil {
		panic(err) // a whole number from 1 on is an id
	}
	return tree
}

// Get returns a segment, counted now: what the actor sees of it.
func (s *Service) Get(ctx context.Context, id int64) (Segment, error) {
	var out Segment
	err := s.read(ctx, func(tx pgx.Tx, actor postgres.Actor) (err error) {
		out, err = load(ctx, tx, actor, id, "")
		return err
	})
	if err != nil {
		return out, err
	}
	if out.Tally, err = s.book.Tally(ctx, accounts.Filter{Tree: Of(id)}); err != nil {
		return out, err
	}
	now := time.Now().UTC().Truncate(time.Millisecond)
	out.CountedAt = &now
	return out, nil
}

// Members returns a page of the accounts in a segment.
func (s *Service) Members(ctx context.Context, id int64, p accounts.Page) (accounts.Listing[accounts.Row], error) {
	err := s.read(ctx, func(tx pgx.Tx, actor postgres.Actor) error {
		_, err := load(ctx, tx, actor, id, "")
		return err
	})
	if err != nil {
		return accounts.Listing[accounts.Row]{}, err
	}
	return s.book.List(ctx, accounts.Filter{Tree: Of(id)}, p)
}

// Create makes a segment that belongs to the actor.
func (s *Service) Create(ctx context.Context, d Draft) (Segment, error) {
	if d.Shared == "" {
		d.Shared = Own
	}
	if err := checkWords(&d.Name, &d.Description, d.Shared); err != nil {
		return Segment{}, err
	}
	switch d.Kind {
	case Dynamic:
		if d.Members != nil {
			return Segment{}, fault.New(fault.Invalid, "A dynamic segment finds its members by its filter.").WithField("members", "Leave it out.")
		}
		if _, err := s.book.Count(ctx, accounts.Filter{Tree: d.Filter}); err != nil {
			return Segment{}, err
		}
	case Static:
		if d.Filter != nil {
			return Segment{}, fault.New(fault.Invalid, "A static segment has no filter. Give members instead.").WithField("filter", "Leave it out.")
		}
	default:
		return Segment{}, fault.New(fault.Invalid, "A segment is static or dynamic.").WithField("kind", "static or dynamic")
	}
	add, err := s.resolve(ctx, d.Members, "members")
	if err != nil {
		return Segment{}, err
	}
	var id int64
	err = s.write(ctx, func(tx pgx.Tx, actor postgres.Actor) error {
		if actor.UserID == 0 {
			return fault.New(fault.Forbidden, "A segment belongs to a person.")
		}
		err := tx.QueryRow(ctx, `
			insert into segments (org_id, name, description, kind, filter, shared, owner_id)
			select $1, $2, $3, $4, $5::jsonb, $6, $7 where (select count(*) from segments where org_id = $1) < $8
			returning id`, actor.OrgID, d.Name, d.Description, d.Kind, jsonOf(d.Filter), d.Shared, actor.UserID, maxSegments).Scan(&id)
		if errors.Is(err, pgx.ErrNoRows) {
			return fault.Errorf(fault.Invalid, "An organisation may have %d segments.", maxSegments)
		}
		if err != nil {
			return fmt.Errorf("create a segment: %w", err)
		}
		if len(add) > 0 {
			if _, err := putIn(ctx, tx, actor, id, add); err != nil {
				return err
			}
		}
		return notify(ctx, tx, id)
	})
	if err != nil {
		return Segment{}, err
	}
	return s.counted(ctx, id)
}

// Update changes a segment. An old version fails with [fault.Conflict] that
// carries the segment as it is.
func (s *Service) Update(ctx context.Context, id int64, c Changes) (Segment, error) {
	if c.Filter != nil {
		if _, err := s.book.Count(ctx, accounts.Filter{Tree: *c.Filter}); err != nil {
			return Segment{}, err
		}
	}
	err := s.write(ctx, func(tx pgx.Tx, actor postgres.Actor) error {
		now, err := load(ctx, tx, actor, id, " for update of s")
		if err != nil {
			return err
		}
		if now.OwnerID != actor.UserID && !c.MayManage {
			return errNotYours
		}
		if now.Version != c.Version {
			return fault.New(fault.Conflict, "Someone else has changed this segment in the meantime. Look at it and make your change again.").WithCurrent(now)
		}
		if c.Name != nil {
			now.Name = *c.Name
		}
		if c.Description != nil {
			now.Description = *c.Description
		}
		if c.Shared != nil {
			now.Shared = *c.Shared
		}
		if err := checkWords(&now.Name, &now.Description, now.Shared); err != nil {
			return err
		}
		if c.Filter != nil {
			if now.Kind == Static {
				return fault.New(fault.Invalid, "A static segment has no filter. Change its members instead.").WithField("filter", "Leave it out.")
			}
			if slices.Contains((*c.Filter).Segments(), id) {
				return fault.New(fault.Invalid, "A segment cannot ask for itself.").WithField("filter", "Take the condition on this segment out.")
			}
			now.Filter = *c.Filter
		}
		_, err = tx.Exec(ctx, `
			update segments set name = $3, description = $4, shared = $5, filter = $6::jsonb, version = version + 1, updated_at = now()
			where org_id = $1 and id = $2`, actor.OrgID, id, now.Name, now.Description, now.Shared, jsonOf(now.Filter))
		if err != nil {
			return fmt.Errorf("change segment %d: %w", id, err)
		}
		// Segments that ask for each other show only now.
		if err := s.book.Understand(ctx, tx, Of(id)); err != nil {
			return err
		}
		return notify(ctx, tx, id)
	})
	if err != nil {
		return Segment{}, err
	}
	return s.counted(ctx, id)
}

// Delete removes a segment with its history. Filters that ask for it are wrong
// from then on, and say so.
func (s *Service) Delete(ctx context.Context, id int64, mayManage bool) error {
	return s.write(ctx, func(tx pgx.Tx, actor postgres.Actor) error {
		now, err := load(ctx, tx, actor, id, " for update of s")
		if err != nil {
			return err
		}
		if now.OwnerID != actor.UserID && !mayManage {
			return errNotYours
		}
		if _, err := tx.Exec(ctx, `delete from segments where org_id = $1 and id = $2`, actor.OrgID, id); err != nil {
			return fmt.Errorf("delete segment %d: %w", id, err)
		}
		return notify(ctx, tx, id)
	})
}

func notify(ctx context.Context, tx pgx.Tx, id int64) error {
	return events.Notify(ctx, tx, "segment", map[string]any{"id": id})
}

// jsonOf is a tree as a column takes it.
func jsonOf(t *accounts.Tree) *string {
	if t == nil {
		return nil
	}
	text := t.String()
	return &text
}

func checkWords(name, description *string, shared Sharing) error {
	*name, *description = strings.TrimSpace(*name), strings.TrimSpace(*description)
	for _, text := range []string{*name, *description} {
		if !utf8.ValidString(text) || strings.ContainsFunc(text, func(r rune) bool { return unicode.IsControl(r) && r != '\n' && r != '\r' && r != '\t' }) {
			return fault.New(fault.Invalid, "The name or description holds characters that are no text.").WithField("name", "Type it again.")
		}
	}
	switch {
	case *name == "":
		return fault.New(fault.Invalid, "The name is missing.").WithField("name", "Give it a name.")
	case utf8.RuneCountInString(*name) > maxName:
		return fault.Errorf(fault.Invalid, "The name has more than %d characters.", maxName).WithField("name", "Shorten it.")
	case utf8.RuneCountInString(*description) > maxDescription:
		return fault.Errorf(fault.Invalid, "The description has more than %d characters.", maxDescription).WithField("description", "Shorten it.")
	case !slices.Contains([]Sharing{Own, Team, All}, shared):
		return fault.New(fault.Invalid, "It is shared with nobody (own), the team or all.").WithField("shared", "own, team or all")
	}
	return nil
}

// rawJSON checks settings that only the browser understands.
func rawJSON(field string, raw json.RawMessage, most int) (*string, error) {
	if len(raw) == 0 || string(raw) == "null" {
		return nil, nil
	}
	var object map[string]any
	if len(raw) > most || json.Unmarshal(raw, &object) != nil || strings.Contains(string(raw), `\u0000`) {
		return nil, fault.Errorf(fault.Invalid, "The settings are no object of at most %d bytes.", most).WithField(field, "An object.")
	}
	text := string(raw)
	return &text, nil
}
