package territories

import (
	"context"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"

	"github.com/waymark-crm/waymark/geo/hexgrid"
	"github.com/waymark-crm/waymark/internal/postgres"
)

// Side is what a territory, or somebody, has in one of two alignments.
type Side struct {
	OwnerID     *int64   `json:"ownerId"`
	OwnerName   string   `json:"ownerName"`
	Figures     Figures  `json:"figures"`
	Deviation   Share    `json:"deviation"`
	Compactness *float64 `json:"compactness"`
	Cells       int      `json:"cells"`
}

// Moved is what changes hands.
type Moved struct {
	Accounts  int     `json:"accounts"`
	Customers int     `json:"customers"`
	Revenue   float64 `json:"revenue"`
	Potential float64 `json:"potential"`
}

func (m *Moved) add(o Moved) {
	m.Accounts += o.Accounts
	m.Customers += o.Customers
	m.Revenue += o.Revenue
	m.Potential += o.Potential
}

// TerritoryComparison is a territory in two alignments.
type TerritoryComparison struct {
	ID       int64  `json:"id"`
	Name     string `json:"name" doc:"In the alignment, or in the other where it has gone."`
	Colour   int    `json:"colour"`
	Before   *Side  `json:"before" doc:"In the other alignment; null when it is new."`
	After    *Side  `json:"after" doc:"In the alignment; null when it has gone."`
	Gained   Moved  `json:"gained" doc:"Accounts that come into it."`
	Lost     Moved  `json:"lost" doc:"Accounts that leave it."`
	CellsIn  int    `json:"cellsIn"`
	CellsOut int    `json:"cellsOut"`
}

// RepComparison is what somebody owns by two alignments.
type RepComparison struct {
	UserID int64   `json:"userId"`
	Name   string  `json:"name"`
	Before Figures `json:"before" doc:"Of the territories that they own."`
	After  Figures `json:"after"`
	Gained Moved   `json:"gained" doc:"Accounts of territories that are others' in the other alignment."`
	Lost   Moved   `json:"lost"`
}

// Comparison sets an alignment beside another.
type Comparison struct {
	Before            *Alignment            `json:"before" doc:"The other; null when none is live."`
	After             Alignment             `json:"after" doc:"The alignment."`
	Territories       []TerritoryComparison `json:"territories"`
	Reps              []RepComparison       `json:"reps" doc:"Everyone who owns a territory in one of the two."`
	WorstBefore       Share                 `json:"worstBefore"`
	WorstAfter        Share                 `json:"worstAfter"`
	CompactnessBefore *float64              `json:"compactnessBefore"`
	CompactnessAfter  *float64              `json:"compactnessAfter"`
	DriveHoursBefore  float64               `json:"driveHoursBefore"`
	DriveHoursAfter   float64               `json:"driveHoursAfter"`
	ChangeTerritory   Moved                 `json:"changeTerritory" doc:"Accounts that belong to another territory."`
	ChangeHands       Moved                 `json:"changeHands" doc:"Accounts of territories with another owner."`
	CellsMoved        int                   `json:"cellsMoved"`
}

// other is the alignment to compare with: one by its id, or the live one with 0.
// nil when none is live.
func (s *Service) other(ctx context.Context, tx pgx.Tx, actor postgres.Actor, with int64) (*head, error) {
	if with == 0 {
		err := tx.QueryRow(ctx, `select id from alignments where org_id = $1 and state in ('live', 'publishing')`, actor.OrgID).Scan(&with)
		if errors.Is(err, pgx.ErrNoRows) {
			return nil, nil
		}
		if err != nil {
			return nil, fmt.Errorf("territories: look up the live alignment: %w", err)
		}
	}
	h, err := loadHead(ctx, tx, actor, with, false)
	if err != nil {
		return nil, err
	}
	return &h, nil
}

// Compare sets an alignment beside another, or with 0 beside the live one.
func (s *Service) Compare(ctx context.Context, id, with int64) (*Comparison, error) {
	out := &Comparison{Territories: []TerritoryComparison{}, Reps: []RepComparison{}}
	err := s.read(ctx, func(tx pgx.Tx, actor postgres.Actor) error {
		h, err := loadHead(ctx, tx, actor, id, false)
		if err != nil {
			return err
		}
		before, err := s.other(ctx, tx, actor, with)
		if err != nil {
			return err
		}
		after, err := s.load(ctx, tx, actor, h)
		if err != nil {
			return err
		}
		var earlier *plan
		if before != nil {
			if earlier, err = s.load(ctx, tx, actor, *before); err != nil {
				return err
			}
		} else {
			earlier = &plan{head: head{Alignment: Alignment{Resolution: h.Resolution}}, ground: after.ground}
		}
		flows, err := readFlows(ctx, tx, actor.OrgID, earlier, after)
		if err != nil {
			return err
		}
		if before != nil {
			out.Before = &before.Alignment
		}
		return out.fill(earlier, after, flows)
	})
	if err != nil {
		return nil, err
	}
	return out, nil
}

// flow is what goes from one territory to another; 0 for none.
type flow struct {
	from, to int64
	moved    Moved
}

// belongs is SQL of the territory of account a, whose primary site is s, in an
// alignment: joins with the aliases x and c followed by a letter, and the
// territory.
func belongs(letter, alignment, and, or string) (joins, territory string) {
	return `
		left join alignment_exceptions x` + letter + ` on x` + letter + `.org_id = a.org_id and x` + letter + `.alignment_id = ` + alignment + ` and x` + letter + `.account_id = a.id
		left join territory_cells c` + letter + ` on c` + letter + `.org_id = a.org_id and c` + letter + `.alignment_id = ` + alignment + ` and c` + letter + `.cell = ((s.cell & ` + and + `) | ` + or + `)`,
		`coalesce(x` + letter + `.territory_id, c` + letter + `.territory_id)`
}

const placed = `from accounts a left join sites s on s.org_id = a.org_id and s.account_id = a.id and s.is_primary`

func readFlows(ctx context.Context, tx pgx.Tx, org int64, before, after *plan) ([]flow, error) {
	and, orBefore := hexgrid.ParentMasks(before.Resolution)
	_, orAfter := hexgrid.ParentMasks(after.Resolution)
	joinsB, b := belongs("b", "$2::bigint", "$4::bigint", "$5::bigint")
	joinsA, a := belongs("a", "$3::bigint", "$4::bigint", "$6::bigint")
	rows, err := tx.Query(ctx, `
		select coalesce(`+b+`, 0), coalesce(`+a+`, 0), count(*), count(*) filter (where a.status = 'customer'), sum(a.revenue)::float8, sum(`+potential+`)::float8
		`+placed+joinsB+joinsA+`
		where a.org_id = $1 and a.archived_at is null
		group by 1, 2 order by 1, 2`, org, before.ID, after.ID, and, orBefore, orAfter)
	if err != nil {
		return nil, fmt.Errorf("territories: what changes hands: %w", err)
	}
	out, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (f flow, err error) {
		return f, row.Scan(&f.from, &f.to, &f.moved.Accounts, &f.moved.Customers, &f.moved.Revenue, &f.moved.Potential)
	})
	if err != nil {
		return nil, fmt.Errorf("territories: what changes hands: %w", err)
	}
	return out, nil
}

// owner is who owns a territory of the plan today; 0 for nobody.
func (p *plan) owner(territory int64) int64 {
	if i, known := p.index[territory]; known && p.territories[i].OwnerID != nil {
		return *p.territories[i].OwnerID
	}
	return 0
}

func (c *Comparison) fill(before, after *plan, flows []flow) error {
	mb, err := before.measure()
	if err != nil {
		return err
	}
	ma, err := after.measure()
	if err != nil {
		return err
	}
	c.After = after.Alignment
	c.WorstBefore, c.WorstAfter, c.CompactnessBefore, c.CompactnessAfter = mb.worst, ma.worst, mb.compactness, ma.compactness
	c.DriveHoursBefore, c.DriveHoursAfter = mb.totals.DriveHours, ma.totals.DriveHours
	at := map[int64]int{}
	add := func(t Territory, after bool) {
		if t.Level != levelTerritory {
			return
		}
		i, known := at[t.ID]
		if !known {
			i = len(c.Territories)
			at[t.ID] = i
			c.Territories = append(c.Territories, TerritoryComparison{ID: t.ID, Name: t.Name, Colour: t.Colour})
		}
		side := &Side{t.OwnerID, t.OwnerName, t.Figures, t.Deviation, t.Compactness, t.Cells}
		if after {
			c.Territories[i].After = side
		} else {
			c.Territories[i].Before = side
		}
	}
	for _, t := range after.territories {
		add(t, true)
	}
	for _, t := range before.territories {
		add(t, false)
	}
	reps := map[int64]int{}
	rep := func(id int64, name string) *RepComparison {
		i, known := reps[id]
		if !known {
			i = len(c.Reps)
			reps[id] = i
			c.Reps = append(c.Reps, RepComparison{UserID: id, Name: name})
		}
		return &c.Reps[i]
	}
	for _, t := range c.Territories {
		if t.After != nil && t.After.OwnerID != nil {
			rep(*t.After.OwnerID, t.After.OwnerName).After.add(t.After.Figures)
		}
		if t.Before != nil && t.Before.OwnerID != nil {
			rep(*t.Before.OwnerID, t.Before.OwnerName).Before.add(t.Before.Figures)
		}
	}
	for _, f := range flows {
		if f.from != f.to {
			c.ChangeTerritory.add(f.moved)
			if i, known := at[f.from]; known {
				c.Territories[i].Lost.add(f.moved)
			}
			if i, known := at[f.to]; known {
				c.Territories[i].Gained.add(f.moved)
			}
		}
		from, to := before.owner(f.from), after.owner(f.to)
		if to == 0 || from == to {
			continue // without an owner they stay with whom they have
		}
		c.ChangeHands.add(f.moved)
		rep(to, "").Gained.add(f.moved)
		if from != 0 {
			rep(from, "").Lost.add(f.moved)
		}
	}
	if before.Resolution == after.Resolution {
		c.countCells(before, after, at)
	}
	return nil
}

func (c *Comparison) countCells(before, after *plan, at map[int64]int) {
	moved := func(from, to int64) {
		c.CellsMoved++
		if i, known := at[from]; known {
			c.Territories[i].CellsOut++
		}
		if i, known := at[to]; known {
			c.Territories[i].CellsIn++
		}
	}
	for cell, t := range after.cells {
		if was := before.cells[cell]; was != t {
			moved(was, t)
		}
	}
	for cell, t := range before.cells {
		if _, still := after.cells[cell]; !still {
			moved(t, 0)
		}
	}
}
