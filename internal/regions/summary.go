package regions

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/waymark-crm/waymark/geo/hexgrid"
	"github.com/waymark-crm/waymark/internal/accounts"
	"github.com/waymark-crm/waymark/internal/fault"
)

// Summary is the figures of a filter as a whole.
type Summary struct {
	Figures
	From  string  `json:"from" format:"date" doc:"The first day of the visits."`
	To    string  `json:"to" format:"date" doc:"The last."`
	Since *string `json:"since" format:"date" doc:"The day of the snapshot that change is against; null when no change was asked for."`
}

// Summary returns the figures of the accounts that the filter means, exact at the
// edges of its shapes: as many accounts as the list has. Change alone is of whole
// cells of the snapshot, those whose middle lies in the shapes.
func (s *Service) Summary(ctx context.Context, f accounts.Filter, w Wanted) (Summary, error) {
	var out Summary
	err := s.ask(ctx, f, w, func(a *asking) (err error) {
		out.From, out.To = a.wanted.From, a.wanted.To
		if out.Figures, err = a.totals(); err != nil || a.wanted.Since == "" {
			return err
		}
		var then keptDay
		if out.Change, then, err = a.change(); err == nil {
			out.Since = &then.day
		}
		return err
	})
	return out, err
}

// Figure is one that is kept day by day or analysed.
type Figure string

// The figures.
const (
	FigureAccounts      Figure = "accounts"
	FigureCustomers     Figure = "customers"
	FigureProspects     Figure = "prospects"
	FigureOpenProspects Figure = "openProspects"
	FigureRevenue       Figure = "revenue"
	FigurePotential     Figure = "potential"
	FigureWhiteSpace    Figure = "whiteSpace"
	FigureVisits        Figure = "visits"
	FigureOverdue       Figure = "overdue"
	FigureNever         Figure = "never"
	FigurePenetration   Figure = "penetration"
)

// History is a figure day by day.
type History struct {
	Figure     Figure `json:"figure"`
	Resolution int    `json:"resolution" doc:"Of the cells that are kept; those whose middle lies in the filter's shapes are added up."`
	MadeUp     bool   `json:"madeUp" doc:"Some of the days are the demo's invention."`
	// Whoever sees by territory is told so.
	ByTerritory bool    `json:"byTerritory" doc:"You see the accounts of your territories: each day counts what belonged to them on that day or was yours, and days on which territories were not kept are left out."`
	Points      []Point `json:"points" doc:"Ascending; at most 400, evenly thinned out."`
}

// Point is a figure on a day.
type Point struct {
	Day   string  `json:"day" format:"date"`
	Value float64 `json:"value"`
}

// maxPoints is how many days a history shows.
const maxPoints = 400

// historyColumns are the SQL of figures of snapshots k.
var historyColumns = map[Figure]string{
	FigureAccounts: "sum(k.accounts)", FigureCustomers: "sum(k.accounts) filter (where k.status = 'customer')",
	FigureProspects: "sum(k.accounts) filter (where k.status = 'prospect')",
	FigureRevenue:   "sum(k.revenue) / 100.0", FigurePotential: "sum(k.potential) / 100.0", FigureWhiteSpace: "sum(k.white_space) / 100.0",
	FigureVisits: "sum(k.visits)", FigureOverdue: "sum(k.overdue)", FigureNever: "sum(k.never)",
	FigurePenetration: `sum(k.accounts) filter (where k.status = 'customer')::float8
		/ nullif(coalesce(sum(k.accounts) filter (where k.status in ('customer', 'prospect')), 0), 0)`,
}

// HistoryQuery says which days and what of them.
type HistoryQuery struct {
	Figure   Figure
	From, To string // empty: a year back, today
}

// History returns a figure day by day, from the snapshots. Accounts count at their
// primary site. It fails with [fault.Invalid] for a filter that asks for more than
// snapshots keep.
func (s *Service) History(ctx context.Context, f accounts.Filter, query HistoryQuery) (History, error) {
	out := History{Figure: query.Figure, Resolution: SnapshotResolution, Points: []Point{}}
	column, known := historyColumns[query.Figure]
	if !known {
		return out, fault.New(fault.Invalid, "This figure is not kept day by day.").WithField("query.figure",
			"One of accounts, customers, prospects, revenue, potential, whiteSpace, visits, overdue, never, penetration.")
	}
	w := Wanted{From: query.From, To: query.To}
	err := s.ask(ctx, f, w, func(a *asking) error {
		if _, err := kept(a.statement(), a.filter); err != nil {
			return err
		}
		out.ByTerritory = a.byTerritory
		if query.From == "" {
			to, err := time.Parse(time.DateOnly, a.wanted.To)
			if err != nil {
				return fmt.Errorf("read a day: %w", err)
			}
			a.wanted.From = to.AddDate(-1, 0, 0).Format(time.DateOnly)
		}
		rows, err := a.tx.Query(a.ctx, `
			select to_char(day, 'YYYY-MM-DD'), resolution, made_up from region_days
			where org_id = $1 and day between $2::date and $3::date and `+a.readable()+` order by day`, a.org, a.wanted.From, a.wanted.To)
		if err != nil {
			return fmt.Errorf("list snapshots: %w", err)
		}
		days, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (d keptDay, err error) {
			return d, row.Scan(&d.day, &d.resolution, &d.madeUp)
		})
		if err != nil {
			return fmt.Errorf("list snapshots: %w", err)
		}
		days = thinned(days, maxPoints)
		out.Resolution = hexgrid.StorageResolution
		for _, d := range days {
			out.Resolution = min(out.Resolution, d.resolution)
			out.MadeUp = out.MadeUp || d.madeUp
		}
		if len(days) == 0 {
			out.Resolution = SnapshotResolution
			return nil
		}
		return a.history(days, column, &out)
	})
	return out, err
}

func (a *asking) history(days []keptDay, column string, out *History) error {
	ranges, err := a.ground(out.Resolution)
	if err != nil {
		return err
	}
	q := a.statement()
	condition, err := kept(q, a.filter)
	if err != nil {
		return err
	}
	names := make([]string, len(days))
	for i, d := range days {
		names[i] = d.day
	}
	from := `select k.* from region_snapshots k where ` + condition + ` and k.day = d.day`
	if ranges != nil {
		lo, hi := hexgrid.Bounds(ranges)
		from = `select k.* from unnest(` + q.Arg(lo) + `::bigint[], ` + q.Arg(hi) + `::bigint[]) as r(lo, hi)
			cross join lateral (select k.* from region_snapshots k where ` + condition + ` and k.day = d.day and k.cell between r.lo and r.hi offset 0) k`
	}
	rows, err := a.tx.Query(a.ctx, `
		select to_char(d.day, 'YYYY-MM-DD'), coalesce(n.value, 0)::float8
		from unnest(`+q.Arg(names)+`::text[]::date[]) d (day)
		cross join lateral (select `+column+` as value from (`+from+` offset 0) k) n
		order by d.day`, q.Args()...)
	if err != nil {
		return fmt.Errorf("read snapshots: %w", err)
	}
	if out.Points, err = pgx.AppendRows(out.Points, rows, pgx.RowToStructByPos[Point]); err != nil {
		return fmt.Errorf("read snapshots: %w", err)
	}
	return nil
}

// thinned returns at most so many of the days, evenly, the last among them.
func thinned(days []keptDay, most int) []keptDay {
	if len(days) <= most {
		return days
	}
	out := make([]keptDay, 0, most)
	for i := range most {
		out = append(out, days[(i+1)*len(days)/most-1])
	}
	return out
}

// value returns a figure of a cell; the group that it belongs to has been asked
// for.
func (f Figures) value(figure Figure) float64 {
	switch figure {
	case FigureCustomers:
		return float64(f.Customers)
	case FigureProspects:
		return float64(f.Prospects)
	case FigureOpenProspects:
		return float64(f.OpenProspects)
	case FigureRevenue:
		return *f.Revenue
	case FigurePotential:
		return *f.Potential
	case FigureWhiteSpace:
		return *f.WhiteSpace
	case FigureVisits:
		return float64(*f.Visits)
	case FigureOverdue:
		return float64(f.Coverage.Overdue)
	case FigureNever:
		return float64(f.Coverage.Never)
	case FigurePenetration:
		if f.Penetration == nil {
			return 0
		}
		return *f.Penetration
	}
	return float64(f.Accounts)
}

// group returns the group of figures that a figure is in; "" for those that are
// always there. It fails with [fault.Invalid] for one that does not exist.
func (f Figure) group() (Group, error) {
	switch f {
	case FigureAccounts, FigureCustomers, FigureProspects, FigureOpenProspects, FigurePenetration:
		return "", nil
	case FigureRevenue, FigurePotential, FigureWhiteSpace:
		return GroupMoney, nil
	case FigureVisits:
		return GroupVisits, nil
	case FigureOverdue, FigureNever:
		return GroupCoverage, nil
	}
	return "", fault.New(fault.Invalid, "There is no such figure.").
		WithField("query.figure", "One of accounts, customers, prospects, openProspects, revenue, potential, whiteSpace, visits, overdue, never, penetration.")
}

// errStudy is said of a question about cells that would be too many.
var errStudy = fault.New(fault.Invalid, "At this resolution there are too many cells.").WithField("query.resolution", "Ask for a coarser one, or a smaller box.")

// everywhere is the range of all cells: their mode, which is 1, comes first.
var everywhere = []hexgrid.Range{{Lo: 1 << 59, Hi: 1<<60 - 1}}

// study returns the cells of a resolution that hold an account or an open prospect
// and lie in the filter's box or shapes, with the filter's figures, in ascending
// order. A cell where the filter means no account has figures of 0.
func (a *asking) study(res int) ([]Cell, error) {
	ranges := everywhere
	whole := *a
	if a.filter.Box != nil {
		if res > finest(a.filter.Box, MaxTouched) {
			return nil, errStudy
		}
		cells, err := hexgrid.Cover(a.filter.Box.Geometry(), res)
		if errors.Is(err, hexgrid.ErrTooManyCells) {
			return nil, errStudy
		}
		if err != nil {
			return nil, fmt.Errorf("cover the box: %w", err)
		}
		ranges = hexgrid.Ranges(cells)
		whole.filter.Box, whole.places.Box = nil, nil
	}
	found, err := whole.byCell(ranges, res)
	if err != nil {
		return nil, err
	}
	// The ground is what anybody is on, whatever else the filter says.
	ground := whole
	ground.filter = whole.places
	ground.wanted.Groups = nil
	all, err := ground.byCell(ranges, res)
	if err != nil {
		return nil, err
	}
	if len(all) > MaxCells {
		return nil, errStudy
	}
	known := make(map[hexgrid.Cell]bool, len(found))
	for _, c := range found {
		known[c.Cell] = true
	}
	for _, c := range all {
		if !known[c.Cell] {
			found = append(found, Cell{Cell: c.Cell, Figures: a.empty()})
		}
	}
	slices.SortFunc(found, func(x, y Cell) int {
		if x.Cell < y.Cell {
			return -1
		}
		return 1
	})
	return found, nil
}

// resolutionOf checks the resolution of an analysis.
func resolutionOf(res *int, otherwise int) (int, error) {
	if res == nil {
		return otherwise, nil
	}
	if *res < 0 || *res > MaxResolution {
		return 0, fault.Errorf(fault.Invalid, "The resolution must lie between 0 and %d.", MaxResolution).WithField("query.resolution", "Leave it out to get the one that suits.")
	}
	return *res, nil
}
