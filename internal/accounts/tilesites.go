package accounts

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/jackc/pgx/v5"
	"github.com/paulmach/orb"

	"github.com/waymark-crm/waymark/geo/hexgrid"
	"github.com/waymark-crm/waymark/geo/tiles"
)

// tileSite is one site as a tile shows it.
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
