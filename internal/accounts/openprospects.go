package accounts

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/paulmach/orb"

	"github.com/waymark-crm/waymark/geo/hexgrid"
	"github.com/waymark-crm/waymark/internal/fault"
	"github.com/waymark-crm/waymark/internal/postgres"
)

// OpenProspect is a named business or institution of the extract that a company
// could sell to. Open prospects belong to the whole instance; an organisation
// does not see those that it has taken over, archived accounts among them.
type OpenProspect struct {
	ID           int64        `json:"id"`
	Name         string       `json:"name"`
	Category     string       `json:"category"`
	Kind         string       `json:"kind"`
	Housenumber  string       `json:"housenumber"`
	Street       string       `json:"street"`
	City         string       `json:"city"`
	Postcode     string       `json:"postcode"`
	Phone        string       `json:"phone"`
	Website      string       `json:"website"`
	OpeningHours string       `json:"openingHours" doc:"In the syntax of OpenStreetMap."`
	Point        orb.Point    `json:"point"`
	Cell         hexgrid.Cell `json:"cell"`
}

const openProspectColumns = `p.id, p.name, p.category, p.kind, p.housenumber, p.street, p.city, p.postcode,
	p.phone, p.website, p.opening_hours, p.point, p.cell`

// ProspectFilter says which open prospects are meant; the zero value means all.
type ProspectFilter struct {
	Query    string // search text
	Category string // exactly; empty for any
	Box      *Shape
	Within   *Shape
	Reach    *Shape
	Areas    []*Shape
	Test     *ProspectTest // nil for none
}

// OpenProspectsOf returns the filter of open prospects in the same places.
// Everything else of a filter of accounts says nothing about them.
func (f Filter) OpenProspectsOf() ProspectFilter {
	return ProspectFilter{Box: f.Box, Within: f.Within, Reach: f.Reach, Areas: f.Areas}
}

func (f ProspectFilter) check() error {
	if err := (Filter{Query: f.Query}).Check(); err != nil {
		return err
	}
	if len(f.Category) > maxCategory || strings.ContainsRune(f.Category, 0) {
		return fault.New(fault.Invalid, "There is no such category.").WithField("query.category", "Choose a category that is in use.")
	}
	return nil
}

func (f ProspectFilter) fingerprint() string {
	places := f.places()
	places.Query, places.Tags = f.Query, []string{f.Category}
	if f.Test != nil {
		places.Tags = append(places.Tags, f.Test.text)
	}
	return places.Fingerprint()
}

// places is the filter of accounts with the same shapes and nothing else.
func (f ProspectFilter) places() Filter {
	return Filter{Box: f.Box, Within: f.Within, Reach: f.Reach, Areas: f.Areas}
}

// conditions are those on open prospects p but the shape that finds them. The
// table is no tenant's, so its indexes serve every operator.
func (f ProspectFilter) conditions(q *Statement) string {
	c := `not p.gone and not exists (
		select 1 from accounts taken where taken.org_id = ` + q.Org() + ` and taken.open_prospect_id = p.id)`
	if f.Category != "" {
		c += ` and p.category = ` + q.Arg(f.Category) + `::text`
	}
	if f.Test != nil {
		c += ` and ` + f.Test.condition(q)
	}
	search := Filter{Query: f.Query}
	if search.searching() {
		words := search.words()
		if len(words) == 0 {
			return c + ` and false`
		}
		for _, w := range words {
			c += ` and ` + q.Arg(w) + `::text <% lower(p.name)`
		}
	}
	return c
}

// ProspectsInCells returns a from item, with alias p, of the open prospects of a
// filter in whole cells. columns are columns of open_prospects p.
func (f ProspectFilter) ProspectsInCells(q *Statement, ranges []hexgrid.Range, columns string) string {
	where := f.conditions(q)
	for _, shape := range f.places().shapes() {
		where += " and " + shape.covers(q, "p.point")
	}
	return prospectsIn(q, ranges, columns, where)
}

func prospectsIn(q *Statement, ranges []hexgrid.Range, columns, where string) string {
	lo, hi := hexgrid.Bounds(ranges)
	return `(select p.* from unnest(` + q.Arg(lo) + `::bigint[], ` + q.Arg(hi) + `::bigint[]) as r(lo, hi)
		cross join lateral (
		  select ` + columns + ` from open_prospects p
		  where p.cell between r.lo and r.hi and ` + where + ` offset 0) p) p`
}

// Prospects returns a from item, with alias p, of the open prospects that the
// filter means. columns are columns of open_prospects p.
func (f ProspectFilter) Prospects(q *Statement, columns string) string {
	driving, others := f.places().shape()
	where := f.conditions(q)
	for _, other := range others {
		where += " and " + other.covers(q, "p.point")
	}
	if driving == nil {
		return `(select ` + columns + ` from open_prospects p where ` + where + `) p`
	}
	return `(select p.* from ` + prospectsIn(q, driving.cover.Inside, columns, where) + ` union all
		select p.* from ` + prospectsIn(q, driving.cover.Edge, columns, where+` and `+driving.covers(q, "p.point")) + `) p`
}

// count returns how many open prospects the filter means.
func (f ProspectFilter) count(ctx context.Context, tx pgx.Tx, q *Statement) (int, error) {
	var n int
	if err := q.queryRow(ctx, tx, `select count(*) from `+f.Prospects(q, "p.id")).Scan(&n); err != nil {
		return 0, fmt.Errorf("count open prospects: %w", err)
	}
	return n, nil
}

// OpenProspects returns a page of open prospects: by name, or best match first
// with a search text. Sort must be empty.
func (s *Service) OpenProspects(ctx context.Context, f ProspectFilter, p Page) (Listing[OpenProspect], error) {
	var out Listing[OpenProspect]
	if err := f.check(); err != nil {
		return out, err
	}
	limit, err := p.limit()
	if err != nil {
		return out, err
	}
	list := "prospects" + f.fingerprint()
	from, err := parseCursor(p.Cursor, list)
	if err != nil {
		return out, err
	}
	err = s.read(ctx, func(tx pgx.Tx, actor postgres.Actor) error {
		// How alike a word must be for <%; the default misses one wrong letter in
		// a short word.
		if _, err := tx.Exec(ctx, `set local pg_trgm.word_similarity_threshold = 0.4`); err != nil {
			return fmt.Errorf("list open prospects: %w", err)
		}
		if from != nil {
			out.Total = from.Total
		} else if out.Total, err = f.count(ctx, tx, NewStatement(actor.OrgID, "")); err != nil {
			return err
		}
		q := NewStatement(actor.OrgID, "")
		order := sorting{key: `(lower(a.name) collate "und-x-icu")`, cast: "text"}
		if words := (Filter{Query: f.Query}).words(); len(words) > 0 {
			order = sorting{key: `a.score`, cast: "real", descending: true}
			w := q.Arg(words) + `::text[]`
			text := `select ` + strings.ReplaceAll(openProspectColumns, "p.", "a.") + `, a.score::text
				from (select p.*, (select avg(word_similarity(w, lower(p.name)) + case when strpos(lower(p.name), w) > 0 then 1 else 0 end)
				        from unnest(` + w + `) w)::real as score
				      from ` + f.Prospects(q, openProspectColumns) + `) a
				where true` + order.after(q, from) + ` order by ` + order.orderBy() + ` limit ` + q.Arg(limit+1) + `::bigint`
			out.Items, out.NextCursor, err = prospectPage(ctx, tx, q, text, list, limit, out.Total)
			return err
		}
		text := `select ` + strings.ReplaceAll(openProspectColumns, "p.", "a.") + `, ` + order.key + `::text
			from ` + strings.TrimSuffix(f.Prospects(q, openProspectColumns), " p") + ` a
			where true` + order.after(q, from) + ` order by ` + order.orderBy() + ` limit ` + q.Arg(limit+1) + `::bigint`
		out.Items, out.NextCursor, err = prospectPage(ctx, tx, q, text, list, limit, out.Total)
		return err
	})
	return out, err
}

func prospectPage(ctx context.Context, tx pgx.Tx, q *Statement, text, list string, limit, total int) ([]OpenProspect, *string, error) {
	rows, err := q.query(ctx, tx, text)
	if err != nil {
		return nil, nil, fmt.Errorf("list open prospects: %w", err)
	}
	items := make([]OpenProspect, 0, limit)
	var keys []string
	for rows.Next() {
		var o OpenProspect
		var key string
		if err := rows.Scan(append(o.targets(), &key)...); err != nil {
			rows.Close()
			return nil, nil, fmt.Errorf("list open prospects: %w", err)
		}
		items, keys = append(items, o), append(keys, key)
	}
	if err := rows.Err(); err != nil {
		return nil, nil, fmt.Errorf("list open prospects: %w", err)
	}
	if len(items) <= limit {
		return items, nil, nil
	}
	next := cursor{List: list, Key: keys[limit-1], ID: items[limit-1].ID, Total: total}.String()
	return items[:limit], &next, nil
}

func (o *OpenProspect) targets() []any {
	return []any{&o.ID, &o.Name, &o.Category, &o.Kind, &o.Housenumber, &o.Street, &o.City, &o.Postcode,
		&o.Phone, &o.Website, &o.OpeningHours, &o.Point, &o.Cell}
}

var errNoProspect = fault.New(fault.NotFound, "There is no such open prospect any more.")

// OpenProspect returns one open prospect. Those that the organisation has taken
// over are NotFound.
func (s *Service) OpenProspect(ctx context.Context, id int64) (OpenProspect, error) {
	var o OpenProspect
	err := s.read(ctx, func(tx pgx.Tx, actor postgres.Actor) error {
		q := NewStatement(actor.OrgID, "")
		err := q.queryRow(ctx, tx, `select `+openProspectColumns+` from open_prospects p
			where p.id = `+q.Arg(id)+`::bigint and `+ProspectFilter{}.conditions(q)).Scan(o.targets()...)
		if err != nil {
			return missing(err, errNoProspect, "read open prospect %d", id)
		}
		return nil
	})
	return o, err
}

// TakeOver says how an open prospect becomes an account.
type TakeOver struct {
	Class     Class  // empty for C
	OwnerID   *int64 // nil: the actor if they are a rep, else nobody
	MayAssign bool   // see [NewAccount]
}

// TakeOver makes an account with a site of an open prospect, in one transaction.
// When the organisation has done so before, an archived account included, it
// fails with [fault.Conflict] that carries the account, also when two people do
// it at the same moment.
func (s *Service) TakeOver(ctx context.Context, id int64, t TakeOver) (Account, error) {
	var a Account
	err := s.write(ctx, func(tx pgx.Tx, actor postgres.Actor) error {
		var o OpenProspect
		err := tx.QueryRow(ctx, `select `+openProspectColumns+` from open_prospects p where p.id = $1 and not p.gone`, id).Scan(o.targets()...)
		if err != nil {
			return missing(err, errNoProspect, "read open prospect %d", id)
		}
		point := o.Point
		n := NewAccount{
			Name: fit(o.Name, maxName), Status: Prospect, Class: t.Class, Category: fit(o.Category, maxCategory),
			OwnerID: t.OwnerID, MayAssign: t.MayAssign,
			Phone: fit(o.Phone, maxPhone), Website: fit(o.Website, maxWebsite),
			Site: &NewSite{
				Housenumber: fit(o.Housenumber, maxHousenumber), Street: fit(o.Street, maxStreet),
				City: fit(o.City, maxCity), Postcode: fit(o.Postcode, maxPostcode),
				OpeningHours: fit(o.OpeningHours, maxOpeningHours), Point: &point,
			},
			openProspectID: &id, source: "extract",
		}
		if !isWebsite(n.Website) {
			n.Website = ""
		}
		account, err := create(ctx, tx, actor, n)
		if err != nil {
			return err
		}
		a, err = changed(ctx, tx, actor, account)
		return err
	})
	var pg *pgconn.PgError
	if !errors.As(err, &pg) || pg.ConstraintName != "accounts_open_prospect" {
		return a, err
	}
	// The failed transaction can read no more; the account that was first is there.
	if readErr := s.read(ctx, func(tx pgx.Tx, actor postgres.Actor) error {
		var first int64
		readErr := tx.QueryRow(ctx, `select id from accounts where org_id = $1 and open_prospect_id = $2`, actor.OrgID, id).Scan(&first)
		if readErr != nil {
			return fmt.Errorf("read the account of open prospect %d: %w", id, readErr)
		}
		a, readErr = load(ctx, tx, actor.OrgID, first)
		return readErr
	}); readErr != nil {
		return Account{}, readErr
	}
	return Account{}, fault.Wrap(err, fault.Conflict, "Your organisation has taken this prospect over already.").WithCurrent(a)
}
