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
	"cmp"
	"context"
	"fmt"
	"math"
	"slices"

	"github.com/jackc/pgx/v5"
	"github.com/paulmach/orb"

	"github.com/waymark-crm/waymark/geo/hexgrid"
	"github.com/waymark-crm/waymark/geo/travel"
	"github.com/waymark-crm/waymark/internal/accounts"
	"github.com/waymark-crm/waymark/internal/fault"
	"github.com/waymark-crm/waymark/internal/postgres"
)

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
	From       string  `json:"from" format:"date" doc:"The first day of the visits."`
	To         string  `json:"to" format:"date" doc:"The last."`
	Since      *string `json:"since" format:"date" doc:"The day of the snapshot that change is against: the last one up to the day that was asked for. Null when no change was."`
}

// Detail says how fine the cells are. The zero value chooses by the size of the
// box.
type Detail struct {
	Resolution *int    // 0 to [MaxResolution]
	Zoom       float64 // of a web map, above 0; chooses the resolution that looks best
	Wanted
}

// Bounds of a view.
const (
	MaxResolution = 10      // finer than that, sites are shown
	MaxCells      = 20_000  // with anybody in them, that are answered
	MaxTouched    = 120_000 // by the box, whether or not anybody is in them
)

// Service answers from one database. It is safe for concurrent use.
type Service struct {
	db    *postgres.DB
	book  *accounts.Service
	times func() travel.Provider
}

// Option of [New].
type Option func(*Service)

// WithTravel lets analyses ask for drive times; without it they are estimates from
// straight lines, and say so.
func WithTravel(times func() travel.Provider) Option { return func(s *Service) { s.times = times } }

// New returns the service, which counts the accounts of book.
func New(db *postgres.DB, book *accounts.Service, options ...Option) *Service {
	s := &Service{db: db, book: book}
	for _, o := range options {
		o(s)
	}
	return s
}

// View returns the figures of the filter's box, which it requires. It fails with
// [fault.Invalid] for a resolution at which the box touches more than [MaxTouched]
// cells or more than [MaxCells] have anybody in them; a resolution that it chooses
// itself is coarse enough for both.
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
	err = s.ask(ctx, f, d.Wanted, func(a *asking) error {
		out.From, out.To = a.wanted.From, a.wanted.To
		whole := *a
		whole.filter.Box, whole.places.Box = nil, nil
		if out.Cells, err = whole.byCell(hexgrid.Ranges(cells), res); err != nil {
			return err
		}
		if len(out.Cells) > MaxCells {
			return tooFine(res, f.Box)
		}
		if out.Totals, err = a.totals(); err != nil {
			return err
		}
		if a.wanted.Since == "" {
			return nil
		}
		out.Since, err = whole.changes(hexgrid.Ranges(cells), res, &out.Cells)
		if err == nil {
			out.Totals.Change, _, err = a.change()
		}
		return err
	})
	return out, err
}

// ask runs fn within a transaction, with the filter bound and the period filled
// in.
func (s *Service) ask(ctx context.Context, f accounts.Filter, w Wanted, fn func(*asking) error) error {
	if err := f.Check(); err != nil {
		return err
	}
	return s.db.Read(ctx, func(tx pgx.Tx) error {
		actor, _ := postgres.ActorFrom(ctx)
		today, err := accounts.Today(ctx, tx, actor.OrgID)
		if err != nil {
			return err
		}
		if err := w.settle(today); err != nil {
			return err
		}
		if f, err = s.book.Bind(ctx, tx, actor, today, f); err != nil {
			return err
		}
		places, err := placesOf(ctx, tx, actor.OrgID, f)
		if err != nil {
			return err
		}
		a := &asking{ctx: ctx, tx: tx, org: actor.OrgID, today: today, filter: f, places: places, wanted: w}
		if err := tx.QueryRow(ctx, `select coalesce(current_setting('app.sees_territories', true), '') <> ''`).Scan(&a.byTerritory); err != nil {
			return fmt.Errorf("read what the actor sees: %w", err)
		}
		return fn(a)
	})
}

func (d Detail) resolution(box *accounts.Shape) (int, error) {
	if d.Resolution != nil {
		res := *d.Resolution
		if res < 0 || res > MaxResolution {
			return 0, fault.Errorf(fault.Invalid, "The resolution must lie between 0 and %d.", MaxResolution).
				WithField("query.resolution", "Leave it out to get the one that suits.")
		}
		if res > finest(box, MaxTouched) {
			return 0, tooFine(res, box)
		}
		return res, nil
	}
	if d.Zoom > 0 {
		return min(hexgrid.ResolutionForZoom(d.Zoom), finest(box, MaxCells)), nil
	}
	return finest(box, 1_500), nil
}

// tooFine refuses a resolution, and names one that the box bears in any case.
func tooFine(res int, box *accounts.Shape) error {
	return fault.Errorf(fault.Invalid, "Resolution %d has too many cells for this box. Zoom in, or ask for %d.", res, finest(box, MaxCells)).
		WithField("query.resolution", "Leave it out to get the one that suits.")
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
func (a *asking) byCell(ranges []hexgrid.Range, res int) ([]Cell, error) {
	found := []Cell{}
	index := map[hexgrid.Cell]int{}
	at := func(c hexgrid.Cell) *Figures {
		i, known := index[c]
		if !known {
			i = len(found)
			index[c] = i
			found = append(found, Cell{Cell: c, Figures: a.empty()})
		}
		return &found[i].Figures
	}
	and, or := hexgrid.ParentMasks(res)

	var c hexgrid.Cell
	q := a.statement()
	if a.worthWanted() {
		from := "(" + a.filter.PlacedRowsInCells(q, ranges, res, "status", "due_on", "revenue_key", "potential_key") + ") placed"
		if err := a.worth(q, from, true, at); err != nil {
			return nil, err
		}
	} else {
		rows, err := a.tx.Query(a.ctx, `
			select region, accounts, customers, prospects from (`+a.filter.FiguresInCells(q, ranges, res)+`) figures`, q.Args()...)
		if err != nil {
			return nil, fmt.Errorf("count accounts by cell: %w", err)
		}
		var all, customers, prospects int
		if _, err := pgx.ForEachRow(rows, []any{&c, &all, &customers, &prospects}, func() error {
			f := at(c)
			f.Accounts, f.Customers, f.Prospects = all, customers, prospects
			return nil
		}); err != nil {
			return nil, fmt.Errorf("count accounts by cell: %w", err)
		}
	}

	q = a.statement()
	rows, err := a.tx.Query(a.ctx, `
		select (p.cell & `+q.Arg(and)+`::bigint) | `+q.Arg(or)+`::bigint, count(*)
		from `+a.places.OpenProspectsOf().ProspectsInCells(q, ranges, "p.cell")+`
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
	err = a.visits(func(q *accounts.Statement, f accounts.Filter) string {
		return "(" + f.PlacedRowsInCells(q, ranges, res, "account_id") + ") placed"
	}, true, at)
	if err != nil {
		return nil, err
	}
	slices.SortFunc(found, func(x, y Cell) int { return cmp.Compare(x.Cell, y.Cell) })
	for i := range found {
		found[i].finish()
	}
	return found, nil
}

// empty returns figures with the groups that are wanted, all 0.
func (a *asking) empty() Figures {
	var f Figures
	if a.wanted.has(GroupMoney) {
		f.Revenue, f.Potential, f.WhiteSpace = new(float64), new(float64), new(float64)
	}
	if a.wanted.has(GroupCoverage) {
		f.Coverage = &Coverage{}
	}
	if a.wanted.has(GroupVisits) {
		f.Visits = new(int)
	}
	return f
}

// totals returns the figures of the filter as a whole.
func (a *asking) totals() (Figures, error) {
	n := a.empty()
	at := func(hexgrid.Cell) *Figures { return &n }
	q := a.statement()
	if a.worthWanted() {
		if err := a.worth(q, a.filter.Accounts(q, "status", "due_on", "revenue_key", "potential_key"), false, at); err != nil {
			return n, err
		}
	} else {
		of, err := a.filter.Figures(a.ctx, a.tx, a.statement)
		if err != nil {
			return n, err
		}
		n.Accounts, n.Customers, n.Prospects = of.Accounts, of.Customers, of.Prospects
	}
	q = a.statement()
	err := a.tx.QueryRow(a.ctx, `select count(*) from `+a.places.OpenProspectsOf().Prospects(q, "p.id"), q.Args()...).Scan(&n.OpenProspects)
	if err != nil {
		return n, fmt.Errorf("count open prospects: %w", err)
	}
	err = a.visits(func(q *accounts.Statement, f accounts.Filter) string { return f.Accounts(q) }, false, at)
	if err != nil {
		return n, err
	}
	n.finish()
	return n, nil
}
