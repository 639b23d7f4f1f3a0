// Package regions answers what is in a region: accounts, customers, prospects
// and open prospects by H3 cell, for a viewport, and as vector tiles.
//
//	figures := regions.New(db, accounts.New(db))
//	filter.Box, err = accounts.ParseBox("-75.8,38.4,-75.0,39.9")
//	view, err := figures.View(ctx, filter, regions.Detail{Zoom: 9})
//	for _, c := range view.Cells { … } // the hexagons that touch the box
//
// It asks by the same [accounts.Filter] as the lists, so its totals are the
// list's.
package regions

import (
	"context"
	"fmt"
	"math"

	"github.com/jackc/pgx/v5"
	"github.com/paulmach/orb"

	"github.com/waymark-crm/waymark/geo/hexgrid"
	"github.com/waymark-crm/waymark/internal/accounts"
	"github.com/waymark-crm/waymark/internal/fault"
	"github.com/waymark-crm/waymark/internal/postgres"
)

// Figures are counts of one place. An account with several sites there counts
// once.
type Figures struct {
	Accounts      int `json:"accounts"`
	Customers     int `json:"customers"`
	Prospects     int `json:"prospects"`
	OpenProspects int `json:"openProspects" doc:"Of the extract, taken over by nobody; the filter's shapes hold for them, nothing else."`
}

// Cell is the figures of one whole H3 cell.
type Cell struct {
	Cell hexgrid.Cell `json:"cell"`
	Figures
}

// View is the figures of a viewport.
type View struct {
	Resolution int     `json:"resolution"`
	Cells      []Cell  `json:"cells" doc:"Whole cells that touch the box, those with nothing in them left out. An account with sites in two cells is in both."`
	Totals     Figures `json:"totals" doc:"Of the box itself, as the list of accounts counts it."`
}

// Detail says how fine the cells are. The zero value chooses by the size of the
// box.
type Detail struct {
	Resolution *int    // 0 to [MaxResolution]
	Zoom       float64 // of a web map, above 0; chooses the resolution that looks best
}

// Bounds of a view.
const (
	MaxResolution = 10     // finer than that, sites are shown
	MaxCells      = 20_000 // touched by the box
)

// Service answers from one database. It is safe for concurrent use.
type Service struct {
	db   *postgres.DB
	book *accounts.Service
}

// New returns the service, which counts the accounts of book.
func New(db *postgres.DB, book *accounts.Service) *Service { return &Service{db: db, book: book} }

// View returns the figures of the filter's box, which it requires. It fails with
// [fault.Invalid] for a resolution whose cells would be more than [MaxCells]; a
// resolution that it chooses itself is coarse enough.
func (s *Service) View(ctx context.Context, f accounts.Filter, d Detail) (View, error) {
	var out View
	if err := f.Check(); err != nil {
		return out, err
	}
	if f.Box == nil {
		return out, fault.New(fault.Invalid, "The figures of regions need a box.").WithField("query.bbox", "Give west,south,east,north in degrees.")
	}
	res, err := d.resolution(f.Box)
	if err != nil {
		return out, err
	}
	out.Resolution = res
	cells, err := hexgrid.Cover(f.Box.Geometry(), res)
	if err != nil {
		return out, fmt.Errorf("cover the box: %w", err)
	}
	err = s.db.Read(ctx, func(tx pgx.Tx) error {
		actor, _ := postgres.ActorFrom(ctx)
		today, err := accounts.Today(ctx, tx, actor.OrgID)
		if err != nil {
			return err
		}
		if f, err = s.book.Bind(ctx, tx, actor, today, f); err != nil {
			return err
		}
		statement := func() *accounts.Statement { return accounts.NewStatement(actor.OrgID, today) }
		whole := f
		whole.Box = nil
		if out.Cells, err = byCell(ctx, tx, statement, whole, hexgrid.Ranges(cells), res); err != nil {
			return err
		}
		out.Totals, err = totals(ctx, tx, statement, f)
		return err
	})
	return out, err
}

func (d Detail) resolution(box *accounts.Shape) (int, error) {
	if d.Resolution != nil {
		res := *d.Resolution
		if res < 0 || res > MaxResolution {
			return 0, fault.Errorf(fault.Invalid, "The resolution must lie between 0 and %d.", MaxResolution).
				WithField("query.resolution", "Leave it out to get the one that suits.")
		}
		if most := finest(box, MaxCells); res > most {
			return 0, fault.Errorf(fault.Invalid, "Resolution %d has too many cells for this box. Zoom in, or ask for %d at most.", res, most).
				WithField("query.resolution", "Leave it out to get the one that suits.")
		}
		return res, nil
	}
	if d.Zoom > 0 {
		return min(hexgrid.ResolutionForZoom(d.Zoom), finest(box, MaxCells)), nil
	}
	return finest(box, 1_500), nil
}

// finest returns the finest resolution at which the box has at most so many
// cells, by area, with as many again for those at its edge.
func finest(box *accounts.Shape, most float64) int {
	share := 0.0 // of the sphere
	for _, p := range box.Geometry() {
		b := p.Bound()
		height := math.Sin(b.Max[1]*math.Pi/180) - math.Sin(b.Min[1]*math.Pi/180)
		share += height / 2 * (b.Max[0] - b.Min[0]) / 360
	}
	for res := MaxResolution; res > 0; res-- {
		cells := share * (2 + 120*math.Pow(7, float64(res)))
		// A box has at least the cells along its longer side.
		side := longest(box) / (1.5 * hexgrid.EdgeLength(res))
		if cells+2*side <= most {
			return res
		}
	}
	return 0
}

// longest is the length of a box's longer side in metres, at its widest.
func longest(box *accounts.Shape) float64 {
	metres := 0.0
	const degree = math.Pi / 180 * orb.EarthRadius
	for _, p := range box.Geometry() {
		b := p.Bound()
		near := 0.0 // the latitude nearest to the equator
		if b.Min[1] > 0 || b.Max[1] < 0 {
			near = min(math.Abs(b.Min[1]), math.Abs(b.Max[1]))
		}
		metres = max(metres, (b.Max[1]-b.Min[1])*degree, (b.Max[0]-b.Min[0])*degree*math.Cos(near*math.Pi/180))
	}
	return metres
}

// byCell returns the figures of the cells within ranges, in ascending order.
func byCell(ctx context.Context, tx pgx.Tx, statement func() *accounts.Statement, f accounts.Filter, ranges []hexgrid.Range, res int) ([]Cell, error) {
	found := []Cell{}
	index := map[hexgrid.Cell]int{}
	at := func(c hexgrid.Cell) *Cell {
		i, known := index[c]
		if !known {
			i = len(found)
			index[c] = i
			found = append(found, Cell{Cell: c})
		}
		return &found[i]
	}
	and, or := hexgrid.ParentMasks(res)

	q := statement()
	rows, err := tx.Query(ctx, `
		with placed as not materialized (`+f.PlacedInCells(q, ranges, res)+`)
		select region, count(*), count(*) filter (where status = 'customer'), count(*) filter (where status = 'prospect')
		from placed group by 1 order by 1`, q.Args()...)
	if err != nil {
		return nil, fmt.Errorf("count accounts by cell: %w", err)
	}
	var c hexgrid.Cell
	var n Figures
	if _, err := pgx.ForEachRow(rows, []any{&c, &n.Accounts, &n.Customers, &n.Prospects}, func() error {
		at(c).Figures = n
		return nil
	}); err != nil {
		return nil, fmt.Errorf("count accounts by cell: %w", err)
	}

	q = statement()
	rows, err = tx.Query(ctx, `
		select (p.cell & `+q.Arg(and)+`::bigint) | `+q.Arg(or)+`::bigint, count(*)
		from `+f.OpenProspectsOf().ProspectsInCells(q, ranges, "p.cell")+`
		group by 1 order by 1`, q.Args()...)
	if err != nil {
		return nil, fmt.Errorf("count open prospects by cell: %w", err)
	}
	var open int
	if _, err := pgx.ForEachRow(rows, []any{&c, &open}, func() error {
		at(c).OpenProspects = open
		return nil
	}); err != nil {
		return nil, fmt.Errorf("count open prospects by cell: %w", err)
	}
	return found, nil
}

// totals returns the figures of a filter with a shape.
func totals(ctx context.Context, tx pgx.Tx, statement func() *accounts.Statement, f accounts.Filter) (Figures, error) {
	var n Figures
	q := statement()
	err := tx.QueryRow(ctx, `
		select count(*), count(*) filter (where status = 'customer'), count(*) filter (where status = 'prospect')
		from (select s.account_id, s.status from `+f.Sites(q, "s.account_id, s.status")+` group by 1, 2) hit`, q.Args()...).
		Scan(&n.Accounts, &n.Customers, &n.Prospects)
	if err != nil {
		return n, fmt.Errorf("count accounts: %w", err)
	}
	q = statement()
	err = tx.QueryRow(ctx, `select count(*) from `+f.OpenProspectsOf().Prospects(q, "p.id"), q.Args()...).Scan(&n.OpenProspects)
	if err != nil {
		return n, fmt.Errorf("count open prospects: %w", err)
	}
	return n, nil
}
