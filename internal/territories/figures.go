package territories

import (
	"context"
	"fmt"
	"math"
	"slices"
	"strings"
	"sync"

	"github.com/jackc/pgx/v5"

	"github.com/waymark-crm/waymark/geo/hexgrid"
	"github.com/waymark-crm/waymark/internal/postgres"
)

// add adds another's figures. The workload is what the hours come to.
func (f *Figures) add(o Figures) { f.plus(o, 1) }

func (f *Figures) plus(o Figures, sign float64) {
	f.Accounts += sign * o.Accounts
	f.Customers += sign * o.Customers
	f.Prospects += sign * o.Prospects
	f.OpenProspects += sign * o.OpenProspects
	f.Revenue += sign * o.Revenue
	f.Potential += sign * o.Potential
	f.VisitHours += sign * o.VisitHours
	f.DriveHours += sign * o.DriveHours
	f.Workload = f.VisitHours + f.DriveHours
}

// divided returns the figures of one of n equal parts.
func (f Figures) divided(n int) Figures {
	if n == 0 {
		return Figures{}
	}
	d := float64(n)
	return Figures{f.Accounts / d, f.Customers / d, f.Prospects / d, f.OpenProspects / d, f.Revenue / d, f.Potential / d, f.VisitHours / d, f.DriveHours / d, f.Workload / d}
}

// deviation tells how far the figures lie from the mean, as a share of it.
func (f Figures) deviation(mean Figures) Share {
	of := func(v, m float64) *float64 {
		if m <= 0 {
			return nil
		}
		d := v/m - 1
		return &d
	}
	return Share{
		Accounts: of(f.Accounts, mean.Accounts), Customers: of(f.Customers, mean.Customers), Prospects: of(f.Prospects, mean.Prospects),
		Revenue: of(f.Revenue, mean.Revenue), Potential: of(f.Potential, mean.Potential), VisitHours: of(f.VisitHours, mean.VisitHours),
		Workload: of(f.Workload, mean.Workload),
	}
}

// worst keeps the larger of each deviation, without its sign.
func (s *Share) worst(o Share) {
	keep := func(a **float64, b *float64) {
		if b == nil {
			return
		}
		v := math.Abs(*b)
		if *a == nil || v > **a {
			*a = &v
		}
	}
	keep(&s.Accounts, o.Accounts)
	keep(&s.Customers, o.Customers)
	keep(&s.Prospects, o.Prospects)
	keep(&s.Revenue, o.Revenue)
	keep(&s.Potential, o.Potential)
	keep(&s.VisitHours, o.VisitHours)
	keep(&s.Workload, o.Workload)
}

// of is a figure by its name; false for a name that there is not.
func (f Figures) of(name string) (float64, bool) {
	switch name {
	case "accounts":
		return f.Accounts, true
	case "customers":
		return f.Customers, true
	case "prospects":
		return f.Prospects, true
	case "openProspects":
		return f.OpenProspects, true
	case "revenue":
		return f.Revenue, true
	case "potential":
		return f.Potential, true
	case "visitHours":
		return f.VisitHours, true
	case "driveHours":
		return f.DriveHours, true
	case "workload":
		return f.Workload, true
	}
	return 0, false
}

// potential is SQL of what an account a could be worth a year.
const potential = `a.potential`

// visitsOf is SQL of how many visits a year an account a asks for: former
// customers none.
const visitsOf = `(case when a.status = 'former' then 0 else 365.0 / a.visit_interval_days end)`

// ground is what the cells of a resolution hold, as one actor sees it. It is only
// read once made.
type ground struct {
	cells    map[hexgrid.Cell]Figures
	legs     map[hexgrid.Cell]float64 // hours from stop to stop
	unplaced int
}

// memory keeps grounds for as long as the accounts are the same.
type memory struct {
	mu     sync.Mutex
	kept   []keptGround
	roads  map[roadsKey]*roadCells
	making map[roadsKey]chan struct{}
}

type keptGround struct {
	key    groundKey
	ground *ground
}

type groundKey struct {
	org        int64
	resolution int
	version    string
	access     string
}

// maxGrounds bounds the memory: of a million accounts one takes about ten
// megabytes.
const maxGrounds = 8

// ground returns what the cells hold. tx must be one for reading.
func (s *Service) ground(ctx context.Context, tx pgx.Tx, a postgres.Actor, resolution int) (*ground, error) {
	var version string
	err := tx.QueryRow(ctx, `
		select concat_ws('-', (select coalesce(sum(changes), 0) from account_changes where org_id = $1),
		  (select coalesce(max(id), 0) from extracts where state = 'current'))`, a.OrgID).Scan(&version)
	if err != nil {
		return nil, fmt.Errorf("territories: version of the accounts: %w", err)
	}
	// A transaction that changes accounts itself counts them anew.
	key := groundKey{a.OrgID, resolution, version, strings.Join(a.Access, ",")}
	if a.Access == nil {
		key.access = fmt.Sprint("user ", a.UserID)
	}
	if g := s.memory.ground(key); g != nil {
		return g, nil
	}
	g, err := countCells(ctx, tx, a.OrgID, resolution)
	if err != nil {
		return nil, err
	}
	s.memory.keep(key, g)
	return g, nil
}

func (m *memory) ground(key groundKey) *ground {
	m.mu.Lock()
	defer m.mu.Unlock()
	for i, k := range m.kept {
		if k.key == key {
			m.kept = append(slices.Delete(m.kept, i, i+1), k)
			return k.ground
		}
	}
	return nil
}

func (m *memory) keep(key groundKey, g *ground) {
	m.mu.Lock()
	defer m.mu.Unlock()
	// What was counted before the accounts changed is of no use.
	m.kept = slices.DeleteFunc(m.kept, func(k keptGround) bool {
		return k.key.org == key.org && k.key.resolution == key.resolution && k.key.access == key.access
	})
	if len(m.kept) >= maxGrounds {
		m.kept = slices.Delete(m.kept, 0, len(m.kept)-maxGrounds+1)
	}
	m.kept = append(m.kept, keptGround{key, g})
}

func countCells(ctx context.Context, tx pgx.Tx, org int64, resolution int) (*ground, error) {
	g := &ground{cells: map[hexgrid.Cell]Figures{}}
	and, or := hexgrid.ParentMasks(resolution)
	rows, err := tx.Query(ctx, `
		select (s.cell & $2::bigint) | $3::bigint, count(*), count(*) filter (where a.status = 'customer'), count(*) filter (where a.status = 'prospect'),
		  sum(a.revenue)::float8, sum(`+potential+`)::float8, sum(`+visitsOf+` * a.visit_minutes / 60)::float8, sum(`+visitsOf+`)::float8
		from accounts a join sites s on s.org_id = a.org_id and s.account_id = a.id and s.is_primary
		where a.org_id = $1 and a.archived_at is null
		group by 1`, org, and, or)
	if err != nil {
		return nil, fmt.Errorf("territories: count accounts by cell: %w", err)
	}
	visits := map[hexgrid.Cell]float64{}
	var c hexgrid.Cell
	var f Figures
	var v float64
	if _, err := pgx.ForEachRow(rows, []any{&c, &f.Accounts, &f.Customers, &f.Prospects, &f.Revenue, &f.Potential, &f.VisitHours, &v}, func() error {
		f.Workload = f.VisitHours
		g.cells[c], visits[c] = f, v
		return nil
	}); err != nil {
		return nil, fmt.Errorf("territories: count accounts by cell: %w", err)
	}
	rows, err = tx.Query(ctx, `
		select (p.cell & $2::bigint) | $3::bigint, count(*) from open_prospects p
		where not p.gone and not exists (select from accounts a where a.org_id = $1 and a.open_prospect_id = p.id)
		group by 1`, org, and, or)
	if err != nil {
		return nil, fmt.Errorf("territories: count open prospects by cell: %w", err)
	}
	var open float64
	if _, err := pgx.ForEachRow(rows, []any{&c, &open}, func() error {
		f := g.cells[c]
		f.OpenProspects = open
		g.cells[c] = f
		return nil
	}); err != nil {
		return nil, fmt.Errorf("territories: count open prospects by cell: %w", err)
	}
	err = tx.QueryRow(ctx, `
		select count(*) from accounts a where a.org_id = $1 and a.archived_at is null
		  and not exists (select from sites s where s.org_id = a.org_id and s.account_id = a.id and s.is_primary)`, org).Scan(&g.unplaced)
	if err != nil {
		return nil, fmt.Errorf("territories: count accounts without a place: %w", err)
	}
	return g, g.drive(visits)
}

// The drive from one stop to the next.
const (
	tourLength = 0.7124 // times the root of the area of a stop: the shortest tour through many random points
	detour     = 1.4    // of roads against straight lines, as geo/travel estimates it
	driveSpeed = 50 / 3.6
	shortLeg   = 3 * 60 // seconds: parking and walking to the door
)

// drive estimates the hours of driving from stop to stop. Between neighbours of
// many random points a shortest tour drives 0.7124·√(area of a point)
// (Beardwood, Halton and Hammersley, "The shortest path through many points",
// Mathematical Proceedings of the Cambridge Philosophical Society 55, 1959; the
// constant of Johnson and McGeoch, 1996). The area of a point is that of the cell
// and its neighbours, shared among their accounts: a tour does not end at the
// border of a cell.
func (g *ground) drive(visits map[hexgrid.Cell]float64) error {
	g.legs = make(map[hexgrid.Cell]float64, len(visits))
	for c, times := range visits {
		near, err := hexgrid.Disk(c, 1)
		if err != nil {
			return fmt.Errorf("territories: neighbours of a cell: %w", err)
		}
		count, area := 0.0, 0.0
		size, err := hexgrid.Area(c)
		if err != nil {
			return fmt.Errorf("territories: area of a cell: %w", err)
		}
		for _, n := range near {
			count += g.cells[n].Accounts
			area += size
		}
		leg := max(shortLeg, detour*tourLength*math.Sqrt(area/count)/driveSpeed) / 3600
		g.legs[c] = leg
		f := g.cells[c]
		f.DriveHours = times * leg
		f.Workload = f.VisitHours + f.DriveHours
		g.cells[c] = f
	}
	return nil
}
