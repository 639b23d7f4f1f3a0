package accounts

import (
	"cmp"
	"context"
	"fmt"
	"math"
	"slices"
	"sync"

	"github.com/jackc/pgx/v5"
	"github.com/paulmach/orb"

	"github.com/waymark-crm/waymark/geo/hexgrid"
	"github.com/waymark-crm/waymark/geo/tiles"
	"github.com/waymark-crm/waymark/internal/postgres"
)

// What a tile may hold, so that a phone draws it without stopping.
const (
	MaxFeatures  = 5_000   // a layer
	MaxTileBytes = 150_000 // compressed
)

// Zooms at which the tiles of points change.
const (
	everyFrom     = 12 // every site by itself
	prospectsFrom = 11 // open prospects
	prospectNames = 13
	namesFrom     = 13 // zoom at which names come along, unless there are too many
)

// namedSites is with how many sites a tile of a zoom holds their names: no more
// than a screen has room for, and deep down, where all are wanted, what is mostly
// below MaxTileBytes.
func namedSites(z uint8) int {
	if z <= 14 {
		return 1_000
	}
	return 3_500
}

// TileLayers says what a tile of points holds.
type TileLayers struct {
	Accounts, OpenProspects bool
	// Fields are custom fields that the points of accounts carry, custom.<key>.
	Fields []string
}

// Tile returns the tile of the filter's accounts and of the open prospects as a
// gzip-compressed vector tile, empty when there is nothing.
//
// Layer accounts: from zoom 12 on every site is a point with the site's id and
// the properties account, site, status, class, owner (unless nobody's), coverage
// and, from zoom 13 on and where there is room for them, name. Below, sites that would lie on one another become one point with
// count, customers and prospects, where most of them are; one alone is as above
// without its name. An account with two sites in one group counts once. A layer
// that would exceed [MaxFeatures] is grouped more coarsely. Points of one account
// also have the values of layers.Fields, under these names.
//
// Layer open_prospects, from zoom 11 on: points with the open prospect's id and
// the properties id, category and, from zoom 13 on, name; thinned to
// [MaxFeatures].
//
// Every feature is in exactly one tile of a zoom.
func (s *Service) Tile(ctx context.Context, f Filter, t tiles.Tile, layers TileLayers) ([]byte, error) {
	if err := f.Check(); err != nil {
		return nil, err
	}
	if err := CheckTileFields(layers.Fields); err != nil {
		return nil, err
	}
	var out []byte
	err := s.read(ctx, func(tx pgx.Tx, actor postgres.Actor) error {
		today, err := Today(ctx, tx, actor.OrgID)
		if err != nil {
			return err
		}
		fields, err := tileFields(ctx, tx, actor.OrgID, layers.Fields)
		if err != nil {
			return err
		}
		if f, err = s.Bind(ctx, tx, actor, today, f); err != nil {
			return err
		}
		f.few = t.Z >= everyFrom
		// Names make tiles large, so they go first when one is too large.
		names := t.Z >= namesFrom
		for most := MaxFeatures; ; most /= 2 {
			b := tileBuilder{ctx: ctx, tx: tx, orgID: actor.OrgID, today: today, tile: t, most: most, names: names, fields: fields}
			w := tiles.NewWriter(t)
			if layers.Accounts {
				if err := b.accounts(w.Layer("accounts"), f); err != nil {
					return fmt.Errorf("tile %s: %w", t, err)
				}
			}
			if layers.OpenProspects && t.Z >= prospectsFrom {
				if err := b.openProspects(w.Layer("open_prospects"), f.OpenProspectsOf()); err != nil {
					return fmt.Errorf("tile %s: %w", t, err)
				}
			}
			body := w.Bytes()
			if len(body) == 0 {
				return nil
			}
			if out, err = tiles.Gzip(body); err != nil {
				return err
			}
			if len(out) <= MaxTileBytes || most == 1 {
				return nil
			}
			if names {
				names, most = false, most*2
			}
		}
	})
	return out, err
}

// tileBuilder fills the layers of one tile.
type tileBuilder struct {
	ctx   context.Context
	tx    pgx.Tx
	orgID int64
	today string
	tile  tiles.Tile
	most  int // features a layer
	names bool
	// fields are the custom fields that points carry.
	fields []CustomField
}

func (b *tileBuilder) statement() *Statement { return NewStatement(b.orgID, b.today) }

// ranges covers the tile, grown by a share of its width, with whole cells of a
// resolution or coarser ones, in ascending order. Callers do not change them.
func (b *tileBuilder) ranges(res int, margin float64) ([]hexgrid.Range, error) {
	return coverOf(tileCover{b.tile, max(res, 1), margin})
}

// tileCover says what of a tile is covered, and by which cells.
type tileCover struct {
	tile   tiles.Tile
	res    int
	margin float64
}

// covers are covers of tiles, which depend on nothing else: finding one takes as
// long as a small tile. A few MB at most.
var covers = struct {
	sync.Mutex
	known map[tileCover][]hexgrid.Range
}{known: map[tileCover][]hexgrid.Range{}}

const mostCovers = 2_000

func coverOf(of tileCover) ([]hexgrid.Range, error) {
	covers.Lock()
	ranges, known := covers.known[of]
	covers.Unlock()
	if known {
		return ranges, nil
	}
	cover, err := hexgrid.CoverRanges(of.tile.BoundWith(of.margin), hexgrid.CoverOptions{MaxCells: coverCells, MaxResolution: of.res})
	if err != nil {
		return nil, fmt.Errorf("cover: %w", err)
	}
	ranges = append(slices.Clone(cover.Inside), cover.Edge...)
	slices.SortFunc(ranges, func(a, b hexgrid.Range) int { return cmp.Compare(a.Lo, b.Lo) })
	covers.Lock()
	defer covers.Unlock()
	if len(covers.known) >= mostCovers {
		clear(covers.known)
	}
	covers.known[of] = ranges
	return ranges, nil
}

// groupResolution is the resolution whose cells make the groups of a zoom.
func groupResolution(z uint8) int {
	return min(hexgrid.ResolutionForGroups(float64(z)), hexgrid.StorageResolution)
}

// marginOf is how far beyond the tile, as a share of its width, a cell may reach
// that has its middle in the tile.
func (b *tileBuilder) marginOf(res int) float64 {
	bound := b.tile.Bound()
	lat := min(max(math.Abs(bound.Min[1]), math.Abs(bound.Max[1])), 80)
	width := 2 * math.Pi * orb.EarthRadius / math.Exp2(float64(b.tile.Z)) * math.Cos(lat*math.Pi/180)
	return min(1, 2.5*hexgrid.EdgeLength(res)/width)
}

func (b *tileBuilder) accounts(l *tiles.Layer, f Filter) error {
	res := groupResolution(b.tile.Z)
	if b.tile.Z >= everyFrom {
		done, crowd, err := b.byBlocks(l, f)
		if !done && !crowd && err == nil {
			done, err = b.everySite(l, f)
		}
		if done || err != nil {
			return err
		}
	}
	for ; ; res-- {
		groups, err := b.groups(f, res)
		if err != nil {
			return err
		}
		if len(groups) <= b.most || res == 0 {
			return b.writeGroups(l, f, groups[:min(len(groups), b.most)], res)
		}
	}
}

// site is one site as a tile shows it.
type tileSite struct {
	id, account int64
	point       orb.Point
	cell        hexgrid.Cell
	status      Status
	class       Class
	owner       *int64
	coverage    Coverage
	name        string
	custom      []tileValue // of the tile's fields; nil for none
}

const tileColumns = "s.id, s.account_id, s.point, s.cell, s.status, s.class, s.owner_id, s.due_on"

// columns are those of sites that the tile shows; an index has them all.
func (b *tileBuilder) columns() string {
	if b.names {
		return tileColumns + ", s.account_name"
	}
	return tileColumns
}

// everySite writes every site in the tile; false when there are too many.
func (b *tileBuilder) everySite(l *tiles.Layer, f Filter) (bool, error) {
	ranges, err := b.ranges(hexgrid.StorageResolution, 0)
	if err != nil {
		return false, err
	}
	// Most tiles that are too full are so by far, and the index alone knows.
	var n int
	q := b.statement()
	err = q.queryRow(b.ctx, b.tx, `select count(*) from (select from `+f.SitesInCells(q, ranges, "s.account_id")+` limit `+q.Arg(2*b.most+1)+`::bigint) s`).Scan(&n)
	if err != nil {
		return false, fmt.Errorf("count sites: %w", err)
	}
	if n > 2*b.most {
		return false, nil
	}
	// So many names would not fit.
	b.names = b.names && n <= namedSites(b.tile.Z)
	sites, err := b.sites(func(q *Statement) string { return f.SitesInCells(q, ranges, b.columns()) }, 2*b.most+1)
	if err != nil {
		return false, err
	}
	in := sites[:0]
	for _, s := range sites {
		if tiles.At(s.point, int(b.tile.Z)) == b.tile {
			in = append(in, s)
		}
	}
	if len(in) > b.most || len(sites) > 2*b.most {
		return false, nil
	}
	if err := b.carry(in); err != nil {
		return false, err
	}
	w := newSiteWriter(l, b.fields)
	for _, s := range in {
		w.write(s, b.names)
	}
	return true, nil
}

// sites reads sites, at most so many, by id.
func (b *tileBuilder) sites(from func(q *Statement) string, most int) ([]tileSite, error) {
	q := b.statement()
	name := "''"
	if b.names {
		name = "s.account_name"
	}
	// Two numbers are a tenth of the work that PostGIS has with writing a point.
	rows, err := q.query(b.ctx, b.tx, `
		select s.id, s.account_id, st_x(s.point), st_y(s.point), s.cell, s.status, s.class, s.owner_id, `+CoverageSQL("s.due_on", q.Day())+`, `+name+`
		from (select * from `+from(q)+` limit `+q.Arg(most)+`::bigint) s`)
	if err != nil {
		return nil, fmt.Errorf("read sites: %w", err)
	}
	sites, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (s tileSite, err error) {
		return s, row.Scan(&s.id, &s.account, &s.point[0], &s.point[1], &s.cell, &s.status, &s.class, &s.owner, &s.coverage, &s.name)
	})
	if err != nil {
		return nil, fmt.Errorf("read sites: %w", err)
	}
	slices.SortFunc(sites, func(a, b tileSite) int { return cmp.Compare(a.id, b.id) })
	return sites, nil
}

// siteWriter writes sites into a layer.
type siteWriter struct {
	l                                                   *tiles.Layer
	account, site, name, status, class, owner, coverage tiles.Key
	custom                                              customWriter
}

func newSiteWriter(l *tiles.Layer, fields []CustomField) siteWriter {
	return siteWriter{l, l.Key("account"), l.Key("site"), l.Key("name"), l.Key("status"), l.Key("class"), l.Key("owner"), l.Key("coverage"),
		newCustomWriter(l, fields)}
}

func (w siteWriter) write(s tileSite, named bool) {
	if !w.l.Point(uint64(s.id), s.point) {
		return
	}
	w.l.Unique(w.account, s.account)
	w.l.Unique(w.site, s.id)
	if named {
		w.l.String(w.name, s.name)
	}
	w.l.String(w.status, string(s.status))
	w.l.String(w.class, string(s.class))
	if s.owner != nil {
		w.l.Int(w.owner, *s.owner)
	}
	w.l.String(w.coverage, string(s.coverage))
	w.custom.write(s.custom)
}

// tileGroup is the accounts of one cell.
type tileGroup struct {
	cell                 hexgrid.Cell
	count                int
	customers, prospects int
	only                 hexgrid.Range // with count 1: where its site is stored
	lon, lat             float64       // sums of distances from the cell's centre, weighted
	point                orb.Point     // where it is drawn
}

// finer is how many resolutions below a group its middle is reckoned.
const finer = 2

// groups returns the groups of a resolution that are drawn in this tile, by
// cell. Each account of a group counts at one of its sites.
func (b *tileBuilder) groups(f Filter, res int) ([]tileGroup, error) {
	ranges, err := b.ranges(res, b.marginOf(res))
	if err != nil {
		return nil, err
	}
	if res <= finestCounted && f.bySums() {
		return b.groupsBySums(f, ranges, res)
	}
	q := b.statement()
	fineAnd, fineOr := hexgrid.ParentMasks(min(res+finer, hexgrid.StorageResolution))
	// The index alone answers this, unless the filter has a shape.
	rows, err := q.query(b.ctx, b.tx, `
		with placed as not materialized (`+f.PlacedInCells(q, ranges, res)+`)
		select region, (cell & `+q.Arg(fineAnd)+`::bigint) | `+q.Arg(fineOr)+`::bigint as fine, count(*),
		  count(*) filter (where status = 'customer'), count(*) filter (where status = 'prospect'), min(cell)
		from placed group by 1, 2 order by 1, 2`)
	if err != nil {
		return nil, fmt.Errorf("group sites: %w", err)
	}
	var (
		out                    []tileGroup
		cell, fine, only       hexgrid.Cell
		n, customers, prospect int
		centre                 orb.Point
	)
	_, err = pgx.ForEachRow(rows, []any{&cell, &fine, &n, &customers, &prospect, &only}, func() error {
		if len(out) == 0 || out[len(out)-1].cell != cell {
			var err error
			if centre, err = hexgrid.Centre(cell); err != nil {
				return err
			}
			out = append(out, tileGroup{cell: cell, only: hexgrid.Range{Lo: int64(only), Hi: int64(only)}, point: centre})
		}
		at, err := hexgrid.Centre(fine)
		if err != nil {
			return err
		}
		g := &out[len(out)-1]
		g.count, g.customers, g.prospects = g.count+n, g.customers+customers, g.prospects+prospect
		g.lon += float64(n) * math.Remainder(at[0]-centre[0], 360)
		g.lat += float64(n) * (at[1] - centre[1])
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("group sites: %w", err)
	}
	in := out[:0]
	for _, g := range out {
		g.point = orb.Point{wrap(g.point[0] + g.lon/float64(g.count)), g.point[1] + g.lat/float64(g.count)}
		// A site alone is drawn where it is.
		if g.count == 1 || tiles.At(g.point, int(b.tile.Z)) == b.tile {
			in = append(in, g)
		}
	}
	return in, nil
}

// groupsBySums is groups from the sums that are kept. A group is drawn in the
// middle of all accounts of its cell, also of those that the filter leaves out.
func (b *tileBuilder) groupsBySums(f Filter, ranges []hexgrid.Range, res int) ([]tileGroup, error) {
	q := b.statement()
	andMask, orMask := hexgrid.ParentMasks(res)
	and, or := q.Arg(andMask)+"::bigint", q.Arg(orMask)+"::bigint"
	rows, err := q.query(b.ctx, b.tx, `
		select region, sum(n)::bigint, sum(customers)::bigint, sum(prospects)::bigint, sum(every)::bigint, sum(west)::bigint, sum(lon)::float8, sum(lat)::float8
		from (
		  select (cell & `+and+`) | `+or+` as region, n, customers, prospects, every, west, lon, lat from (`+f.sumsInCells(q, ranges, res)+`) summed
		  union all
		  select o.region, 1, case o.status when 'customer' then 1 else 0 end, case o.status when 'prospect' then 1 else 0 end, 0, 0, 0, 0
		  from (`+f.furtherInCells(q, ranges, res)+`) o
		) one group by 1 having sum(n) > 0 order by 1`)
	if err != nil {
		return nil, fmt.Errorf("group sites: %w", err)
	}
	groups, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (g tileGroup, err error) {
		var every, west int64
		if err := row.Scan(&g.cell, &g.count, &g.customers, &g.prospects, &every, &west, &g.lon, &g.lat); err != nil {
			return g, err
		}
		g.only.Lo, g.only.Hi = g.cell.Range()
		if g.point, err = hexgrid.Centre(g.cell); err != nil || every == 0 {
			return g, err
		}
		if math.Abs(g.point[0]) > 90 { // near the 180th meridian, where degrees jump
			g.lon += 360e6 * float64(west)
		}
		g.point = orb.Point{wrap(g.lon / 1e6 / float64(every)), g.lat / 1e6 / float64(every)}
		return g, nil
	})
	if err != nil {
		return nil, fmt.Errorf("group sites: %w", err)
	}
	return slices.DeleteFunc(groups, func(g tileGroup) bool {
		return g.count > 1 && tiles.At(g.point, int(b.tile.Z)) != b.tile
	}), nil
}

// writeGroups writes groups, and those of one account as that account's site.
func (b *tileBuilder) writeGroups(l *tiles.Layer, f Filter, groups []tileGroup, res int) error {
	var alone []hexgrid.Range
	for _, g := range groups {
		if g.count == 1 {
			alone = append(alone, g.only)
		}
	}
	if len(alone) > 0 {
		named := b.names
		b.names = false
		// Sites of one account may share a cell; the first one is drawn. A site
		// belongs to the tile that it lies in.
		sites, err := b.sites(func(q *Statement) string { return f.SitesInCells(q, alone, tileColumns) }, 1<<30)
		if err != nil {
			return err
		}
		b.names = named
		if err := b.carry(sites); err != nil {
			return err
		}
		drawn := make(map[hexgrid.Cell]bool, len(sites))
		w := newSiteWriter(l, b.fields)
		for _, s := range sites {
			cell := s.cell.Parent(res)
			if !drawn[cell] {
				drawn[cell] = true
				if tiles.At(s.point, int(b.tile.Z)) == b.tile {
					w.write(s, false)
				}
			}
		}
	}
	writeCounts(l, groups)
	return nil
}

// writeCounts writes groups of more than one account.
func writeCounts(l *tiles.Layer, groups []tileGroup) {
	count, customers, prospects := l.Key("count"), l.Key("customers"), l.Key("prospects")
	for _, g := range groups {
		if g.count > 1 && l.Point(0, g.point) {
			l.Int(count, int64(g.count))
			l.Int(customers, int64(g.customers))
			l.Int(prospects, int64(g.prospects))
		}
	}
}

func (b *tileBuilder) openProspects(l *tiles.Layer, f ProspectFilter) error {
	type prospect struct {
		id             int64
		point          orb.Point
		category, name string
	}
	ranges, err := b.ranges(hexgrid.StorageResolution, 0)
	if err != nil {
		return err
	}
	// The first try takes all. When there are too many, one a cell is left.
	for res := hexgrid.StorageResolution + 1; ; res-- {
		q := b.statement()
		pick := ""
		order := "p.id"
		if res <= hexgrid.StorageResolution {
			and, or := hexgrid.ParentMasks(res)
			parent := "(p.cell & " + q.Arg(and) + "::bigint) | " + q.Arg(or) + "::bigint"
			pick, order = "distinct on ("+parent+")", parent+", p.id"
		}
		rows, err := q.query(b.ctx, b.tx, `
			select `+pick+` p.id, p.point, p.category, p.name
			from `+f.ProspectsInCells(q, ranges, "p.id, p.point, p.category, p.name, p.cell")+`
			order by `+order+` limit `+q.Arg(4*b.most+1)+`::bigint`)
		if err != nil {
			return fmt.Errorf("read open prospects: %w", err)
		}
		found, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (p prospect, err error) {
			return p, row.Scan(&p.id, &p.point, &p.category, &p.name)
		})
		if err != nil {
			return fmt.Errorf("read open prospects: %w", err)
		}
		all := len(found)
		found = slices.DeleteFunc(found, func(p prospect) bool { return tiles.At(p.point, int(b.tile.Z)) != b.tile })
		if res > 0 && (all > 4*b.most || len(found) > b.most) {
			continue
		}
		id, category, name := l.Key("id"), l.Key("category"), l.Key("name")
		for _, p := range found[:min(len(found), b.most)] {
			if !l.Point(uint64(p.id), p.point) {
				continue
			}
			l.Int(id, p.id)
			l.String(category, p.category)
			if b.names && b.tile.Z >= prospectNames {
				l.String(name, p.name)
			}
		}
		return nil
	}
}
