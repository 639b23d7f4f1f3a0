package demo

import (
	"context"
	"fmt"
	"math"
	"slices"

	"github.com/jackc/pgx/v5"

	"github.com/waymark-crm/waymark/geo/hexgrid"
	"github.com/waymark-crm/waymark/internal/accounts"
	"github.com/waymark-crm/waymark/internal/postgres"
	"github.com/waymark-crm/waymark/internal/territories"
)

// divide makes the live alignment of the demo, a territory for every rep around
// their town, and a draft in which the border lies otherwise.
func divide(ctx context.Context, db *postgres.DB, reps []int64, towns []town) error {
	plan := &territories.Service{DB: db, Accounts: accounts.New(db)}
	cells, err := groundOf(ctx, db, territories.DefaultResolution)
	if err != nil {
		return err
	}
	live, err := plan.Create(ctx, territories.NewAlignment{Name: "Field sales"})
	if err != nil {
		return fmt.Errorf("demo: territories: %w", err)
	}
	version, ids := live.Version, make([]int64, len(reps))
	for i, rep := range reps {
		members := []territories.Member{{UserID: rep, Role: territories.Owner}}
		if len(reps) > 1 {
			members = append(members, territories.Member{UserID: reps[(i+1)%len(reps)], Role: territories.Cover})
		}
		added, err := plan.AddTerritory(ctx, live.ID, version, territories.NewTerritory{Name: towns[i%len(towns)].Name, Members: members})
		if err != nil {
			// Two reps may share a town.
			added, err = plan.AddTerritory(ctx, live.ID, version, territories.NewTerritory{Name: fmt.Sprintf("%s %d", towns[i%len(towns)].Name, i+1), Members: members})
			if err != nil {
				return fmt.Errorf("demo: territories: %w", err)
			}
		}
		version, ids[i] = added.Version, added.Territories[len(added.Territories)-1].ID
	}
	near, border, err := byTown(cells, towns[:min(len(towns), len(reps))])
	if err != nil {
		return err
	}
	if version, err = paint(ctx, plan, live.ID, version, near, ids); err != nil {
		return err
	}
	if _, err := plan.Submit(ctx, live.ID, version, ""); err != nil {
		return fmt.Errorf("demo: territories: %w", err)
	}
	if _, err := plan.Approve(ctx, live.ID, version+1, "The towns as they have always been."); err != nil {
		return fmt.Errorf("demo: territories: %w", err)
	}
	published, err := plan.Publish(ctx, live.ID, version+2, nil)
	if err != nil {
		return fmt.Errorf("demo: territories: %w", err)
	}
	draft, err := plan.Create(ctx, territories.NewAlignment{Name: "Next year: less work in the largest", CopyOf: &published.ID})
	if err != nil {
		return fmt.Errorf("demo: territories: %w", err)
	}
	// From the territory with the most work to that with the least.
	most, least := 0, 0
	for i, t := range published.Territories {
		if t.Figures.Workload > published.Territories[most].Figures.Workload {
			most = i
		}
		if t.Figures.Workload < published.Territories[least].Figures.Workload {
			least = i
		}
	}
	moves := make([][]hexgrid.Cell, len(ids))
	for _, b := range border {
		if b.first == most && b.second == least {
			moves[least] = append(moves[least], b.cell)
		}
	}
	if _, err := paint(ctx, plan, draft.ID, draft.Version, moves, ids); err != nil {
		return err
	}
	_, err = plan.AddComment(ctx, draft.ID, "A first try. Drive times look better; see which key accounts should stay with whom they know.")
	if err != nil {
		return fmt.Errorf("demo: territories: %w", err)
	}
	return nil
}

// paint gives cells to territories, as many at a time as an edit may have.
func paint(ctx context.Context, plan *territories.Service, id int64, version int, cells [][]hexgrid.Cell, ids []int64) (int, error) {
	for i := range cells {
		for some := range slices.Chunk(cells[i], territories.MaxEditCells) {
			edited, err := plan.Edit(ctx, id, version, []territories.Edit{{Cells: some, Territory: &ids[i]}}, "")
			if err != nil {
				return version, fmt.Errorf("demo: territories: %w", err)
			}
			version = edited.Version
		}
	}
	return version, nil
}

// between is a cell that is nearly as near to a second town as to the first.
type between struct {
	cell          hexgrid.Cell
	first, second int
}

// byTown says which town each cell is nearest to, and which cells lie between two.
func byTown(cells []hexgrid.Cell, towns []town) (near [][]hexgrid.Cell, border []between, err error) {
	near = make([][]hexgrid.Cell, len(towns))
	for _, c := range cells {
		at, err := hexgrid.Centre(c)
		if err != nil {
			return nil, nil, fmt.Errorf("demo: territories: %w", err)
		}
		first, second := -1, -1
		distance := func(i int) float64 {
			return math.Hypot((at[0]-towns[i].Point[0])*math.Cos(at[1]*math.Pi/180), at[1]-towns[i].Point[1])
		}
		for i := range towns {
			switch {
			case first < 0 || distance(i) < distance(first):
				first, second = i, first
			case second < 0 || distance(i) < distance(second):
				second = i
			}
		}
		near[first] = append(near[first], c)
		if second >= 0 && distance(second) < 1.5*distance(first) {
			border = append(border, between{c, first, second})
		}
	}
	return near, border, nil
}

// groundOf are the cells in which the extract has streets, houses or places to
// sell to, and the lakes and woods that they surround.
func groundOf(ctx context.Context, db *postgres.DB, resolution int) ([]hexgrid.Cell, error) {
	and, or := hexgrid.ParentMasks(resolution)
	there := map[hexgrid.Cell]bool{}
	var cells []hexgrid.Cell
	err := db.Anonymous(ctx, func(tx pgx.Tx) error {
		rows, err := tx.Query(ctx, `
			select distinct (cell & $1::bigint) | $2::bigint from (
			  select cell from streets union all select cell from addresses union all select cell from open_prospects where not gone
			  union all select cell from places) p order by 1`, and, or)
		if err != nil {
			return err
		}
		cells, err = pgx.CollectRows(rows, pgx.RowTo[hexgrid.Cell])
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("demo: territories: %w", err)
	}
	for _, c := range cells {
		there[c] = true
	}
	touching := map[hexgrid.Cell]int{}
	for _, c := range cells {
		around, err := hexgrid.Neighbours(c)
		if err != nil {
			return nil, fmt.Errorf("demo: territories: %w", err)
		}
		for _, n := range around {
			touching[n]++
		}
	}
	for c, n := range touching {
		if n >= 4 && !there[c] {
			cells = append(cells, c)
		}
	}
	slices.Sort(cells)
	return cells, nil
}
