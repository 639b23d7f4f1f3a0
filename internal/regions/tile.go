package regions

import (
	"context"
	"fmt"

	"github.com/waymark-crm/waymark/geo/hexgrid"
	"github.com/waymark-crm/waymark/geo/tiles"
	"github.com/waymark-crm/waymark/internal/accounts"
)

// TileLayer is the layer's name in the tiles.
const TileLayer = "regions"

// FeatureID returns the id of a cell's feature in tiles: its low 52 bits, which
// JavaScript can hold and which name the cell as long as all are of one
// resolution.
func FeatureID(c hexgrid.Cell) uint64 { return uint64(c) & (1<<52 - 1) }

// Tile returns the hexagons that touch a tile, at the resolution that suits its
// zoom, as a gzip-compressed vector tile; empty when there is nothing. Layer
// regions: polygons clipped to the tile, with the properties cell (hexadecimal),
// accounts, customers, prospects and openProspects of the whole hexagon.
func (s *Service) Tile(ctx context.Context, f accounts.Filter, t tiles.Tile) ([]byte, error) {
	if err := f.Check(); err != nil {
		return nil, err
	}
	res := hexgrid.ResolutionForZoom(float64(t.Z))
	cover, err := hexgrid.Cover(t.BoundWith(float64(tiles.Margin)/tiles.Extent), res)
	if err != nil {
		return nil, fmt.Errorf("cover tile %s: %w", t, err)
	}
	var cells []Cell
	err = s.ask(ctx, f, Wanted{}, func(a *asking) error {
		cells, err = a.byCell(hexgrid.Ranges(cover), res)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("tile %s: %w", t, err)
	}
	w := tiles.NewWriter(t)
	l := w.Layer(TileLayer)
	cell, count := l.Key("cell"), l.Key("accounts")
	customers, prospects, open := l.Key("customers"), l.Key("prospects"), l.Key("openProspects")
	for _, c := range cells {
		outline, err := hexgrid.Boundary(c.Cell)
		if err != nil {
			return nil, fmt.Errorf("tile %s: %w", t, err)
		}
		if !l.Polygon(FeatureID(c.Cell), outline) {
			continue
		}
		l.String(cell, c.Cell.String())
		l.Int(count, int64(c.Accounts))
		l.Int(customers, int64(c.Customers))
		l.Int(prospects, int64(c.Prospects))
		l.Int(open, int64(c.OpenProspects))
	}
	body := w.Bytes()
	if len(body) == 0 {
		return nil, nil
	}
	return tiles.Gzip(body)
}
