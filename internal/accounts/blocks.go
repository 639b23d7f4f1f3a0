package accounts

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"math"
	"slices"
	"sync"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgtype"
	"github.com/paulmach/orb"

	"github.com/waymark-crm/waymark/geo/hexgrid"
)

// The current sites of a cell that have the same owner, team and territory lie
// together in a row of site_blocks (migration 00225), under the policies of sites.
// The block of a cell that has changed since is not read but put together from
// sites by the statement itself, so that what is read is always what sites hold.

// blockResolution is that of the cells of blocks.
const blockResolution = 8

// placeBytes is how long a site is in a block: see site_place.
const placeBytes = 41

// blockSites are sites that were read from blocks. Sites hold no pointers, since
// there are thousands for a tile, and the memory is used again.
type blockSites struct {
	sites  []blockSite
	blocks []blockOf
	names  []byte
}

var blockMemory = sync.Pool{New: func() any { return new(blockSites) }}

// blockSite is a site as a block has it.
type blockSite struct {
	id, account int64
	point       orb.Point
	cell        hexgrid.Cell
	block       int32
	due         int32 // days since 2000-01-01, noDue for none
	name, end   int32 // in names; the same for none
	status      byte  // first letter
	class       byte
	primary     bool
}

// blockOf is what the sites of a block have in common.
type blockOf struct {
	cell        hexgrid.Cell // the first stored one
	owner, team *int64
}

const noDue = math.MinInt32

var dayZero = time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC)

// coverage is what CoverageSQL says.
func (s blockSite) coverage(today int32) Coverage {
	switch {
	case s.due == noDue:
		return CoverageNever
	case s.due < today:
		return CoverageOverdue
	case s.due <= today+dueWithinDays:
		return CoverageDue
	}
	return CoverageOnTrack
}

// blockFilter is a filter that can be asked of blocks.
type blockFilter struct {
	status, class []byte // empty for any
	owners        []int64
	team          int64
	coverage      []Coverage
	hits          []int64 // ascending; nil for any
	today         int32
}

// ofBlocks returns the filter for blocks; false when blocks do not know what it
// asks for.
func (f Filter) ofBlocks(today string) (blockFilter, bool) {
	day, err := time.Parse(time.DateOnly, today)
	if err != nil || f.IDs != nil || f.Archived || f.scope != currentOnly || len(f.shapes()) > 0 {
		return blockFilter{}, false
	}
	b := blockFilter{today: int32(day.Sub(dayZero) / (24 * time.Hour))}
	if f.hits != nil { // what meets all else
		b.hits = f.hits
		return b, true
	}
	if f.Tree != nil || len(f.Tags) > 0 || f.searching() || f.Territory != 0 {
		return b, false
	}
	for _, s := range f.Status {
		b.status = append(b.status, s[0])
	}
	for _, c := range f.Class {
		b.class = append(b.class, c[0])
	}
	b.owners, b.team, b.coverage = f.OwnerIDs, f.TeamID, f.Coverage
	return b, true
}

// meansBlock reports whether it can mean sites of a block.
func (f *blockFilter) meansBlock(of blockOf) bool {
	if f.team != 0 && (of.team == nil || *of.team != f.team) {
		return false
	}
	if len(f.owners) == 0 {
		return true
	}
	owner := int64(0)
	if of.owner != nil {
		owner = *of.owner
	}
	return slices.Contains(f.owners, owner)
}

func (f *blockFilter) means(s *blockSite) bool {
	if len(f.status) > 0 && !slices.Contains(f.status, s.status) || len(f.class) > 0 && !slices.Contains(f.class, s.class) {
		return false
	}
	if len(f.coverage) > 0 && !slices.Contains(f.coverage, s.coverage(f.today)) {
		return false
	}
	if f.hits != nil {
		_, found := slices.BinarySearch(f.hits, s.account)
		return found
	}
	return true
}

// errBlock is a block that is not as migration 00225 writes it.
var errBlock = errors.New("a block of sites is damaged: call rebuild_site_blocks() writes all of them anew")

// eachPlace adds the sites of a block that lie inside and that the filter means.
func (f *blockFilter) eachPlace(to *blockSites, of blockOf, places, names []byte, inside func(orb.Point) bool) error {
	if len(places)%placeBytes != 0 {
		return errBlock
	}
	block := int32(len(to.blocks))
	to.blocks = append(to.blocks, of)
	number := func(b []byte) float64 { return math.Float64frombits(binary.BigEndian.Uint64(b)) }
	for p := places; len(p) > 0; p = p[placeBytes:] {
		var name []byte
		if names != nil {
			if len(names) < 2 {
				return errBlock
			}
			end := 2 + int(binary.BigEndian.Uint16(names))
			if len(names) < end {
				return errBlock
			}
			name, names = names[2:end], names[end:]
		}
		point := orb.Point{number(p[16:]), number(p[24:])}
		if !inside(point) {
			continue
		}
		s := blockSite{
			id:      int64(binary.BigEndian.Uint64(p)),
			account: int64(binary.BigEndian.Uint64(p[8:])),
			point:   point,
			cell:    of.cell | hexgrid.Cell(binary.BigEndian.Uint16(p[32:]))<<9,
			block:   block,
			due:     int32(binary.BigEndian.Uint32(p[34:])),
			status:  p[38], class: p[39], primary: p[40] == 't',
			name: int32(len(to.names)),
		}
		if !f.means(&s) {
			continue
		}
		to.names = append(to.names, name...)
		s.end = int32(len(to.names))
		to.sites = append(to.sites, s)
	}
	return nil
}

// readBlocks reads the sites in ranges of whole cells of blockResolution, or coarser
// ones, that lie inside and that the filter means, always in the same order. It
// returns false and reads nothing when the blocks hold more than most sites.
func (f *blockFilter) readBlocks(ctx context.Context, tx pgx.Tx, q *Statement, ranges []hexgrid.Range, named bool, most int, to *blockSites, inside func(orb.Point) bool) (bool, error) {
	to.sites, to.blocks, to.names = to.sites[:0], to.blocks[:0], to.names[:0]
	lo, hi := hexgrid.Bounds(ranges)
	names := "null::bytea"
	labels := names
	if named {
		names, labels = "b.names", "string_agg(site_label(s.account_name), ''::bytea order by s.id)"
	}
	bounds := "unnest(" + q.Arg(lo) + "::bigint[], " + q.Arg(hi) + "::bigint[]) as r(lo, hi)"
	limit := q.Arg(most) + "::bigint"
	// "offset 0" is for the reason that Filter.Sites has it for. The last cell of a
	// marked one is reckoned outside of it: policies come before a reckoning that is
	// not known to keep secrets, and then no index is used.
	rows, err := q.query(ctx, tx, `
		with marked as materialized (
		  select distinct c.cell, c.cell | (4095::bigint << 9) as last from `+bounds+` cross join lateral (
		    select c.cell from site_block_changes c where c.org_id = `+q.Org()+` and c.cell between r.lo and r.hi offset 0) c
		), blocks as (
		  select b.cell, b.owner_id, b.team_id, b.territory_id, b.n, b.places, `+names+` as names
		  from `+bounds+` cross join lateral (
		    select b.* from site_blocks b where b.org_id = `+q.Org()+` and b.cell between r.lo and r.hi offset 0) b
		  where b.cell not in (select m.cell from marked m)
		  union all
		  select m.cell, s.owner_id, s.team_id, s.territory_id, count(*),
		    string_agg(site_place(s.id, s.account_id, s.point, s.cell, s.due_on, s.status, s.class, s.is_primary), ''::bytea order by s.id), `+labels+`
		  from marked m cross join lateral (
		    select s.id, s.account_id, s.point, s.cell, s.due_on, s.status, s.class, s.is_primary, s.account_name, s.owner_id, s.team_id, s.territory_id
		    from sites s where s.org_id = `+q.Org()+` and not s.archived and s.cell between m.cell and m.last offset 0) s
		  group by 1, 2, 3, 4
		), bounded as (
		  select b.*, sum(b.n) over () <= `+limit+` as fits, row_number() over () = 1 as first from blocks b
		)
		select b.fits, b.cell, b.owner_id, b.team_id, case when b.fits then b.places end, case when b.fits then b.names end
		from bounded b where b.fits or b.first order by b.cell, b.owner_id, b.team_id, b.territory_id`)
	if err != nil {
		return false, fmt.Errorf("read blocks of sites: %w", err)
	}
	defer rows.Close()
	for rows.Next() {
		var (
			of            blockOf
			fits          bool
			places, names pgtype.DriverBytes
		)
		if err := rows.Scan(&fits, &of.cell, &of.owner, &of.team, &places, &names); err != nil {
			return false, fmt.Errorf("read blocks of sites: %w", err)
		}
		if !fits {
			return false, nil
		}
		if f.meansBlock(of) {
			if err := f.eachPlace(to, of, places, names, inside); err != nil {
				return false, err
			}
		}
	}
	if err := rows.Err(); err != nil {
		return false, fmt.Errorf("read blocks of sites: %w", err)
	}
	return true, nil
}

// foldedCells is how many cells are written anew in one transaction.
const foldedCells = 200

// FoldBlocks writes the blocks of cells that have changed anew, for every
// organisation. What tiles show stays the same; it is found more quickly.
func (s *Service) FoldBlocks(ctx context.Context) error {
	return s.foldAll(ctx, changesOf{"blocks", "site_block_changes", func(ctx context.Context, tx pgx.Tx) (bool, error) {
		var folded int64
		err := tx.QueryRow(ctx, `select fold_site_blocks($1)`, foldedCells).Scan(&folded)
		return folded >= foldedCells, err
	}})
}
