package api

import (
	"context"
	"strconv"
	"strings"

	"github.com/jackc/pgx/v5"

	"github.com/waymark-crm/waymark/geo/hexgrid"
	"github.com/waymark-crm/waymark/internal/accounts"
	"github.com/waymark-crm/waymark/internal/extract"
	"github.com/waymark-crm/waymark/internal/fault"
)

// maxCellsParameter is how many cells a filter may name: what fits a request line
// beside the other parameters.
const maxCellsParameter = 2_000

// areaShapes reads the parameters circle, cells and place of a filter. What is
// empty gives no shape.
func (s *Server) areaShapes(ctx context.Context, circle, cells string, place int64) ([]*accounts.Shape, error) {
	var out []*accounts.Shape
	add := func(shape *accounts.Shape, err error) error {
		if shape != nil {
			out = append(out, shape)
		}
		return err
	}
	if circle != "" {
		if err := add(parseCircle(circle)); err != nil {
			return nil, err
		}
	}
	if cells != "" {
		list, err := parseCells(cells, maxCellsParameter)
		if err != nil {
			return nil, err
		}
		out = append(out, accounts.CellsOf(list))
	}
	if place != 0 {
		if err := add(s.placeShape(ctx, place)); err != nil {
			return nil, err
		}
	}
	return out, nil
}

func parseCircle(text string) (*accounts.Shape, error) {
	wrong := fault.New(fault.Invalid, "The circle is not longitude, latitude and metres.").
		WithField("query.circle", "longitude,latitude,metres with 1 to 200,000 metres, for example -75.52,39.16,5000")
	cut := strings.LastIndexByte(text, ',')
	if cut < 0 {
		return nil, wrong
	}
	middle, err := nearOf(text[:cut])
	metres, metresErr := strconv.ParseFloat(strings.TrimSpace(text[cut+1:]), 64)
	if err != nil || middle == nil || metresErr != nil || !(metres >= 1 && metres <= 200_000) {
		return nil, wrong
	}
	return accounts.CircleOf(*middle, metres)
}

// parseCells reads H3 cells, separated by commas.
func parseCells(text string, most int) ([]hexgrid.Cell, error) {
	if n := strings.Count(text, ",") + 1; n > most {
		return nil, fault.Errorf(fault.Invalid, "The filter names %d cells and may name %d.", n, most).
			WithField("query.cells", "Choose fewer cells, or coarser ones, or draw a shape round them.")
	}
	var out []hexgrid.Cell
	for part := range strings.SplitSeq(text, ",") {
		cell, err := hexgrid.Parse(strings.TrimSpace(part))
		if err != nil || cell.Resolution() > hexgrid.StorageResolution {
			return nil, fault.Errorf(fault.Invalid, "Cell %d is no H3 cell of a resolution up to %d.", len(out)+1, hexgrid.StorageResolution).
				WithField("query.cells", "Fifteen hexadecimal digits each, separated by commas, for example 872a84b53ffffff")
		}
		out = append(out, cell)
	}
	return out, nil
}

// placeKey names the area of a boundary as one load of an extract has it.
type placeKey struct{ id, extract int64 }

// placeShape returns the shape of a named area.
func (s *Server) placeShape(ctx context.Context, id int64) (*accounts.Shape, error) {
	key := placeKey{id: id}
	err := s.deps.DB.Read(ctx, func(tx pgx.Tx) (err error) {
		key.extract, err = extract.BoundaryLoad(ctx, tx, id)
		return err
	})
	if fault.Is(err, fault.NotFound) {
		return nil, fault.Wrap(err, fault.Invalid, "There is no such place. The extract may have been loaded anew without it.").
			WithField("query.place", "The id of one of listBoundaries.")
	}
	if err != nil {
		return nil, err
	}
	return s.placeShapes.get(ctx, key, func(ctx context.Context) (*accounts.Shape, error) {
		var shape *accounts.Shape
		err := s.deps.DB.Read(ctx, func(tx pgx.Tx) error {
			_, area, err := extract.BoundaryArea(ctx, tx, id)
			if err != nil {
				return err
			}
			shape, err = accounts.AreaOf(area)
			return err
		})
		return shape, err
	})
}
