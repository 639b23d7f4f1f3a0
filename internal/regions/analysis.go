package regions

import (
	"context"
	"fmt"
	"math"
	"slices"

	"github.com/jackc/pgx/v5"

	"github.com/waymark-crm/waymark/geo/hexgrid"
	"github.com/waymark-crm/waymark/geo/spatialstats"
	"github.com/waymark-crm/waymark/internal/accounts"
	"github.com/waymark-crm/waymark/internal/fault"
)

// analysisResolution is the resolution of an analysis that does not say one: cells
// of some 5 km².
const analysisResolution = 7

// HotSpots is where a figure is high or low beyond chance.
type HotSpots struct {
	Figure     Figure    `json:"figure"`
	Resolution int       `json:"resolution"`
	Rings      int       `json:"rings"`
	Cells      []HotSpot `json:"cells" doc:"All cells of the ground: those with an account or an open prospect."`
	Hot        int       `json:"hot" doc:"Cells of a level of 90 or above."`
	Cold       int       `json:"cold"`
	Correction string    `json:"correction" enum:"false_discovery_rate" doc:"Levels are corrected for asking about every cell (Benjamini and Hochberg): of the cells called hot or cold at 95, 5 % are expected to be so by chance. z and p are those of the cell alone."`
}

// HotSpot is a cell's Gi*.
type HotSpot struct {
	Cell  hexgrid.Cell `json:"cell"`
	Value float64      `json:"value" doc:"Of the cell alone."`
	Z     float64      `json:"z" doc:"Standard deviations by which the cell and its neighbours differ from what chance gives."`
	P     float64      `json:"p" doc:"Probability of such a difference by chance, both ways."`
	Level string       `json:"level" enum:"hot99,hot95,hot90,none,cold90,cold95,cold99"`
}

// HotSpotQuery says of what hot spots are wanted.
type HotSpotQuery struct {
	Figure     Figure
	Resolution *int // nil: 7
	Rings      int  // how far neighbours reach, 1 to 5; 0 means 1
	Wanted
}

// maxRings is how far neighbours reach at most.
const maxRings = 5

// HotSpots returns the Getis-Ord statistic Gi* of a figure on the cells of the
// ground; see [spatialstats.HotSpots]. Neighbours are the cells within so many
// rings that belong to the ground.
func (s *Service) HotSpots(ctx context.Context, f accounts.Filter, query HotSpotQuery) (HotSpots, error) {
	out := HotSpots{Figure: query.Figure, Rings: max(query.Rings, 1), Correction: "false_discovery_rate", Cells: []HotSpot{}}
	if out.Rings > maxRings {
		return out, fault.New(fault.Invalid, "Neighbours reach too far.").WithField("query.rings", "1 to 5 rings.")
	}
	cells, res, err := s.study(ctx, f, query.Figure, query.Resolution, query.Wanted)
	if err != nil {
		return out, err
	}
	out.Resolution = res
	index := make(map[hexgrid.Cell]int, len(cells))
	for i, c := range cells {
		index[c.Cell] = i
	}
	values, neighbours := make([]float64, len(cells)), make([][]int, len(cells))
	for i, c := range cells {
		values[i] = c.value(query.Figure)
		disk, err := hexgrid.Disk(c.Cell, out.Rings)
		if err != nil {
			return out, fmt.Errorf("neighbours of %s: %w", c.Cell, err)
		}
		for _, d := range disk {
			if j, there := index[d]; there && j != i {
				neighbours[i] = append(neighbours[i], j)
			}
		}
	}
	scores, err := spatialstats.HotSpots(values, neighbours)
	if err != nil {
		return out, fmt.Errorf("hot spots: %w", err)
	}
	for i, sc := range scores {
		spot := HotSpot{Cell: cells[i].Cell, Value: values[i], Z: sc.Z, P: sc.P, Level: "none"}
		switch {
		case sc.Level > 0:
			spot.Level = fmt.Sprintf("hot%d", sc.Level)
			out.Hot++
		case sc.Level < 0:
			spot.Level = fmt.Sprintf("cold%d", -sc.Level)
			out.Cold++
		}
		out.Cells = append(out.Cells, spot)
	}
	return out, nil
}

// study returns the cells of the ground with the figures that a figure needs.
func (s *Service) study(ctx context.Context, f accounts.Filter, figure Figure, resolution *int, w Wanted) ([]Cell, int, error) {
	group, err := figure.group()
	if err != nil {
		return nil, 0, err
	}
	res, err := resolutionOf(resolution, analysisResolution)
	if err != nil {
		return nil, 0, err
	}
	if group != "" {
		w.Groups = []Group{group}
	}
	var cells []Cell
	err = s.ask(ctx, f, w, func(a *asking) error {
		cells, err = a.study(res)
		return err
	})
	return cells, res, err
}

// Feature is one of those by which cells are compared.
type Feature struct {
	Key   string `json:"key"`
	Label string `json:"label" doc:"In English; programs translate it by its key."`
}

// features are what cells are compared by. Counts and money enter as ln(1 + x),
// so that one large cell does not make all others alike; shares as they are.
var features = []struct {
	Feature
	of func(f Figures) float64
	ln bool
}{
	{Feature{"customers", "Customers"}, func(f Figures) float64 { return float64(f.Customers) }, true},
	{Feature{"prospects", "Prospects"}, func(f Figures) float64 { return float64(f.Prospects) }, true},
	{Feature{"openProspects", "Open prospects"}, func(f Figures) float64 { return float64(f.OpenProspects) }, true},
	{Feature{"penetration", "Penetration"}, func(f Figures) float64 { return f.value(FigurePenetration) }, false},
	{Feature{"revenuePerAccount", "Revenue per account"}, func(f Figures) float64 { return *f.Revenue / float64(max(1, f.Accounts)) }, true},
	{Feature{"potentialPerAccount", "Potential per account"}, func(f Figures) float64 { return *f.Potential / float64(max(1, f.Accounts)) }, true},
	{Feature{"neverVisited", "Share never visited"}, func(f Figures) float64 { return float64(f.Coverage.Never) / float64(max(1, f.Accounts)) }, false},
	{Feature{"visitsPerAccount", "Visits per account"}, func(f Figures) float64 { return float64(*f.Visits) / float64(max(1, f.Accounts)) }, true},
}

// LookAlikes are the cells that resemble one.
type LookAlikes struct {
	Cell       hexgrid.Cell `json:"cell"`
	Resolution int          `json:"resolution"`
	Features   []Feature    `json:"features"`
	Items      []LookAlike  `json:"items" doc:"The most similar first."`
}

// LookAlike is a cell that resembles another.
type LookAlike struct {
	Cell     hexgrid.Cell          `json:"cell"`
	Distance float64               `json:"distance" doc:"0 for the same; 1 when the features differ by one standard deviation on the whole."`
	Why      map[string][2]float64 `json:"why" doc:"By feature: the value of the cell that was asked about, then of this one."`
}

// LookAlikes returns the cells of the ground that resemble one, of its resolution,
// at most limit; see [spatialstats.Nearest] and the features in docs/analysis.md.
// It fails with [fault.Invalid] for a cell where nobody is.
func (s *Service) LookAlikes(ctx context.Context, f accounts.Filter, cell hexgrid.Cell, limit int, w Wanted) (LookAlikes, error) {
	out := LookAlikes{Cell: cell, Resolution: cell.Resolution(), Items: []LookAlike{}}
	if !cell.Valid() || out.Resolution > MaxResolution {
		return out, fault.Errorf(fault.Invalid, "This is no H3 cell of a resolution up to %d.", MaxResolution).WithField("query.cell", "A cell of listRegions.")
	}
	w.Groups = []Group{GroupMoney, GroupCoverage, GroupVisits}
	var cells []Cell
	err := s.ask(ctx, f, w, func(a *asking) (err error) {
		cells, err = a.study(out.Resolution)
		return err
	})
	if err != nil {
		return out, err
	}
	own, found := slices.BinarySearchFunc(cells, cell, func(c Cell, to hexgrid.Cell) int {
		switch {
		case c.Cell < to:
			return -1
		case c.Cell > to:
			return 1
		}
		return 0
	})
	if !found {
		return out, fault.New(fault.Invalid, "There is no account and no open prospect in this cell, so nothing can be said of what resembles it.").
			WithField("query.cell", "A cell of listRegions, within the box if there is one.")
	}
	rows := make([][]float64, len(cells))
	for i, c := range cells {
		rows[i] = make([]float64, len(features))
		for k, feature := range features {
			if rows[i][k] = feature.of(c.Figures); feature.ln {
				rows[i][k] = math.Log1p(rows[i][k])
			}
		}
	}
	similar, err := spatialstats.Nearest(rows, nil, own, limit)
	if err != nil {
		return out, fmt.Errorf("look-alikes: %w", err)
	}
	for _, feature := range features {
		out.Features = append(out.Features, feature.Feature)
	}
	for _, sim := range similar {
		item := LookAlike{Cell: cells[sim.Place].Cell, Distance: sim.Distance, Why: map[string][2]float64{}}
		for _, feature := range features {
			item.Why[feature.Key] = [2]float64{feature.of(cells[own].Figures), feature.of(cells[sim.Place].Figures)}
		}
		out.Items = append(out.Items, item)
	}
	return out, nil
}

// Concentration is how unevenly a figure is spread.
type Concentration struct {
	Figure Figure       `json:"figure"`
	By     string       `json:"by" enum:"account,cell,owner"`
	N      int          `json:"n" doc:"How many accounts, cells or owners; those with 0 count."`
	Total  float64      `json:"total"`
	Gini   float64      `json:"gini" doc:"0 when all have the same, near 1 when one has all."`
	HHI    float64      `json:"hhi" doc:"Sum of squared shares, 1/n to 1; times 10,000 it is the usual index."`
	Lorenz [][2]float64 `json:"lorenz" doc:"The share of the total that the smallest have together, by share of their number; at most 101 points."`
	Top    []TopShare   `json:"top"`
}

// TopShare is what the largest have together.
type TopShare struct {
	Of    float64 `json:"of" doc:"Share of their number, rounded up to whole ones."`
	Share float64 `json:"share" doc:"Of the total."`
}

// ConcentrationQuery says of what.
type ConcentrationQuery struct {
	Figure     Figure
	By         string // account, cell or owner
	Resolution *int   // of cells
	Wanted
}

// Concentration measures how unevenly a figure is spread over accounts, cells or
// owners; see [spatialstats.Concentration]. By account and owner the figure is
// accounts, customers, prospects, revenue, potential or white space.
func (s *Service) Concentration(ctx context.Context, f accounts.Filter, query ConcentrationQuery) (Concentration, error) {
	out := Concentration{Figure: query.Figure, By: query.By, Lorenz: [][2]float64{}, Top: []TopShare{}}
	var values []float64
	var err error
	switch query.By {
	case "cell":
		var cells []Cell
		cells, _, err = s.study(ctx, f, query.Figure, query.Resolution, query.Wanted)
		for _, c := range cells {
			values = append(values, c.value(query.Figure))
		}
	case "account", "owner":
		err = s.ask(ctx, f, query.Wanted, func(a *asking) error {
			values, err = a.each(query.Figure, query.By == "owner")
			return err
		})
	default:
		err = fault.New(fault.Invalid, "A figure is spread over accounts, cells or owners.").WithField("query.by", "One of account, cell, owner.")
	}
	if err != nil {
		return out, err
	}
	spread, err := spatialstats.Concentration(values, 100)
	if err != nil {
		return out, fmt.Errorf("concentration: %w", err)
	}
	out.N, out.Total, out.Gini, out.HHI, out.Lorenz = spread.N, spread.Total, spread.Gini, spread.HHI, spread.Lorenz
	for _, of := range []float64{0.01, 0.05, 0.1, 0.2, 0.5} {
		out.Top = append(out.Top, TopShare{of, spatialstats.TopShare(values, of)})
	}
	return out, nil
}

// each returns a figure of every account, or every owner, nobody among them.
func (a *asking) each(figure Figure, byOwner bool) ([]float64, error) {
	column, known := map[Figure]string{
		FigureAccounts: "1", FigureCustomers: "(status = 'customer')::int", FigureProspects: "(status = 'prospect')::int",
		FigureRevenue: "revenue_key / 100.0", FigurePotential: "potential_key / 100.0", FigureWhiteSpace: "greatest(potential_key - revenue_key, 0) / 100.0",
	}[figure]
	if !known {
		return nil, fault.New(fault.Invalid, "This figure is one of cells, not of accounts.").WithField("query.figure", "By account or owner: accounts, customers, prospects, revenue, potential, whiteSpace.")
	}
	q := a.statement()
	text := `select (` + column + `)::float8 from ` + a.filter.Accounts(q, "status", "revenue_key", "potential_key")
	if byOwner {
		text = `select sum(` + column + `)::float8 from ` + a.filter.Accounts(q, "status", "owner_id", "revenue_key", "potential_key") + ` group by owner_id order by owner_id`
	}
	rows, err := a.tx.Query(a.ctx, text, q.Args()...)
	if err != nil {
		return nil, fmt.Errorf("read a figure of accounts: %w", err)
	}
	values, err := pgx.CollectRows(rows, pgx.RowTo[float64])
	if err != nil {
		return nil, fmt.Errorf("read a figure of accounts: %w", err)
	}
	return values, nil
}
