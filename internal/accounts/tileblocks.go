package accounts

import (
	"github.com/paulmach/orb"

	"github.com/waymark-crm/waymark/geo/hexgrid"
	"github.com/waymark-crm/waymark/geo/tiles"
)

// mostOfBlocks is up to how many sites of blocks a tile is made from.
const mostOfBlocks = 100_000

// byBlocks writes the sites of the tile, or groups of them where there are too
// many, from blocks. It does nothing when the filter asks for what they do not know
// or when there are more than are to be read, which crowd tells.
func (b *tileBuilder) byBlocks(l *tiles.Layer, f Filter) (done, crowd bool, err error) {
	filter, ok := f.ofBlocks(b.today)
	if !ok {
		return false, false, nil
	}
	ranges, err := b.ranges(blockResolution, 0)
	if err != nil {
		return false, false, err
	}
	in := blockMemory.Get().(*blockSites)
	defer blockMemory.Put(in)
	done, err = filter.readBlocks(b.ctx, b.tx, b.statement(), ranges, b.names, mostOfBlocks, in, insideOf(b.tile))
	switch {
	case err != nil:
		return false, true, err
	case !done:
		return false, true, nil
	case len(in.sites) > b.most:
		return true, true, b.writeCrowd(l, filter.today, in)
	}
	return true, false, b.writeSites(l, filter.today, in, in.sites, b.names && len(in.sites) <= namedSites(b.tile.Z))
}

// insideOf returns a test whether a point belongs to a tile, as [tiles.At] has it.
// Most points are settled by the tile's rectangle.
func insideOf(t tiles.Tile) func(orb.Point) bool {
	const close = 1e-9 // degrees
	bound := t.Bound()
	outer, inner := bound.Pad(close), bound.Pad(-close)
	return func(p orb.Point) bool {
		if inner.Contains(p) {
			return true
		}
		// The first and the last tile also have what is beyond the square world.
		edge := t.Y == 0 || t.Y == 1<<t.Z-1 || t.X == 0 || t.X == 1<<t.Z-1
		return (edge || outer.Contains(p)) && tiles.At(p, int(t.Z)) == t
	}
}

// writeSites writes some sites of blocks as everySite does.
func (b *tileBuilder) writeSites(l *tiles.Layer, today int32, of *blockSites, sites []blockSite, named bool) error {
	w := newSiteWriter(l, b.fields)
	if len(b.fields) == 0 {
		for i := range sites {
			w.write(of.shown(&sites[i], today), named)
		}
		return nil
	}
	shown := make([]tileSite, len(sites))
	for i := range sites {
		shown[i] = of.shown(&sites[i], today)
	}
	if err := b.carry(shown); err != nil {
		return err
	}
	for _, s := range shown {
		w.write(s, named)
	}
	return nil
}

// shown is the site as tiles show it.
func (b *blockSites) shown(s *blockSite, today int32) tileSite {
	return tileSite{
		id: s.id, account: s.account, point: s.point, cell: s.cell, owner: b.blocks[s.block].owner,
		status: statusOf[s.status], class: classOf[s.class], coverage: s.coverage(today), name: string(b.names[s.name:s.end]),
	}
}

// By their letters in blocks.
var (
	statusOf = [256]Status{'p': Prospect, 'c': Customer, 'f': Former}
	classOf  = [256]Class{'A': ClassA, 'B': ClassB, 'C': ClassC}
)

// writeCrowd groups the sites of a tile by cell, about as many groups to a screen
// as on the zooms before. A group is of the sites in the tile, so that a neighbour
// that shows every site shows no site twice.
func (b *tileBuilder) writeCrowd(l *tiles.Layer, today int32, in *blockSites) error {
	for res := groupResolution(b.tile.Z); ; res-- {
		groups, first := crowdsOf(in.sites, res)
		if len(groups) > b.most && res > 0 {
			continue
		}
		var alone []blockSite
		for i, g := range groups[:min(len(groups), b.most)] {
			if g.count == 1 {
				alone = append(alone, *first[i])
			}
		}
		if err := b.writeSites(l, today, in, alone, false); err != nil {
			return err
		}
		writeCounts(l, groups[:min(len(groups), b.most)])
		return nil
	}
}

// crowdsOf returns the groups of sites by cell of a resolution, and the first site
// of each. An account counts once in a group: at its primary site, or else at the
// first of its others. A group lies in the middle of its accounts.
func crowdsOf(sites []blockSite, res int) (groups []tileGroup, first []*blockSite) {
	type membership struct {
		region  hexgrid.Cell
		account int64
	}
	at := make(map[hexgrid.Cell]int, len(sites)/4)
	add := func(s *blockSite) {
		region := s.cell.Parent(res)
		i, known := at[region]
		if !known {
			i = len(groups)
			at[region] = i
			groups, first = append(groups, tileGroup{cell: region}), append(first, s)
		}
		g := &groups[i]
		g.count++
		g.lon, g.lat = g.lon+s.point[0], g.lat+s.point[1]
		switch statusOf[s.status] {
		case Customer:
			g.customers++
		case Prospect:
			g.prospects++
		}
	}
	counted := map[membership]bool{} // of the accounts with further sites
	for i := range sites {
		if s := &sites[i]; !s.primary {
			counted[membership{account: s.account}] = true
		}
	}
	for i := range sites {
		if s := &sites[i]; s.primary {
			add(s)
			if len(counted) > 0 && counted[membership{account: s.account}] {
				counted[membership{s.cell.Parent(res), s.account}] = true
			}
		}
	}
	for i := range sites {
		if s := &sites[i]; !s.primary && !counted[membership{s.cell.Parent(res), s.account}] {
			counted[membership{s.cell.Parent(res), s.account}] = true
			add(s)
		}
	}
	for i := range groups {
		g := &groups[i]
		g.point = orb.Point{g.lon / float64(g.count), g.lat / float64(g.count)}
	}
	return groups, first
}
