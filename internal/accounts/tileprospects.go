package accounts

import (
	"fmt"
	"slices"

	"github.com/jackc/pgx/v5"
	"github.com/paulmach/orb"

	"github.com/waymark-crm/waymark/geo/hexgrid"
	"github.com/waymark-crm/waymark/geo/tiles"
)

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
