package territories

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math"

	"github.com/jackc/pgx/v5"
	"github.com/paulmach/orb"
	"github.com/paulmach/orb/geojson"

	"github.com/waymark-crm/waymark/geo/hexgrid"
	"github.com/waymark-crm/waymark/internal/extract"
	"github.com/waymark-crm/waymark/internal/fault"
	"github.com/waymark-crm/waymark/internal/postgres"
)

// Bounds of what people bring along.
const (
	maxCorners  = 500_000 // of all shapes of a file together
	maxFeatures = MaxTerritories
)

// areaOf reads a GeoJSON geometry that has an area: a Polygon or MultiPolygon, or
// a Feature of one. A ring may cross itself: what an odd number of turns goes
// round is inside. Of what is wrong it says what, with the name of the field.
func areaOf(raw json.RawMessage, field string) (orb.MultiPolygon, error) {
	wrong := func(text string) (orb.MultiPolygon, error) {
		return nil, fault.New(fault.Invalid, text).WithField(field, "A GeoJSON Polygon or MultiPolygon, in longitude and latitude.")
	}
	if len(raw) == 0 || string(raw) == "null" {
		return wrong("There is no shape.")
	}
	var kind struct {
		Type        string          `json:"type"`
		Geometry    json.RawMessage `json:"geometry"`
		Coordinates json.RawMessage `json:"coordinates"`
	}
	if err := json.Unmarshal(raw, &kind); err != nil {
		return wrong("The shape is not GeoJSON.")
	}
	if kind.Type == "Feature" {
		if kind.Geometry == nil {
			return wrong("The feature has no shape.")
		}
		return areaOf(kind.Geometry, field)
	}
	if kind.Type != "Polygon" && kind.Type != "MultiPolygon" {
		return wrong("Only polygons have an area; points and lines have none.")
	}
	g, err := geojson.UnmarshalGeometry(raw)
	if err != nil || g.Coordinates == nil {
		return wrong("The shape is not GeoJSON.")
	}
	var area orb.MultiPolygon
	switch shape := g.Coordinates.(type) {
	case orb.Polygon:
		area = orb.MultiPolygon{shape}
	case orb.MultiPolygon:
		area = shape
	default:
		return wrong("The shape is not GeoJSON.")
	}
	count := 0
	for _, polygon := range area {
		if len(polygon) == 0 {
			return wrong("A polygon of the shape is empty.")
		}
		for _, ring := range polygon {
			if len(ring) < 4 || ring[0] != ring[len(ring)-1] {
				return wrong("A ring of the shape has fewer than four corners or is not closed.")
			}
			if b := ring.Bound(); b.Min[0] == b.Max[0] || b.Min[1] == b.Max[1] {
				return wrong("A ring of the shape has no area.")
			}
			if count += len(ring); count > maxCorners {
				return wrong(fmt.Sprintf("The shape has more than %d corners. Simplify it first.", maxCorners))
			}
			for _, p := range ring {
				if math.Abs(p[0]) > 180 && math.Abs(p[1]) <= 180 || math.Abs(p[1]) > 90 {
					return wrong("The shape has a corner that is not on the globe. Coordinates have to be degrees of longitude and latitude, in this order (EPSG:4326).")
				}
			}
		}
	}
	if len(area) == 0 {
		return wrong("The shape is empty.")
	}
	return area, nil
}

// cellsOf are the cells whose middle lies in an area, or the one with its middle
// when it is smaller than a cell.
func cellsOf(area orb.MultiPolygon, resolution int, field string) ([]hexgrid.Cell, error) {
	cells, err := hexgrid.Fill(area, resolution)
	if errors.Is(err, hexgrid.ErrTooManyCells) || err == nil && len(cells) > MaxCells {
		return nil, fault.Errorf(fault.Invalid, "The shape has more cells than an alignment may have (%d).", MaxCells).WithField(field, "A smaller shape.")
	}
	if errors.Is(err, hexgrid.ErrShape) {
		return nil, fault.New(fault.Invalid, "The shape cannot be filled with cells: it has no area, or reaches round the globe.").WithField(field, "Another shape.")
	}
	if err != nil {
		return nil, fmt.Errorf("territories: fill a shape: %w", err)
	}
	return cells, nil
}

// Fill gives a territory of a draft the cells of a shape: of a GeoJSON polygon, or
// of a boundary of the extract. Cells that other territories have are taken only
// with over; those of locked ones never.
func (s *Service) Fill(ctx context.Context, id int64, version int, territory int64, shape json.RawMessage, boundary *int64, over bool) (*Edited, error) {
	if (len(shape) == 0) == (boundary == nil) {
		return nil, fault.New(fault.Invalid, "Give a shape or a place.").WithField("body.shape", "One of shape and place.")
	}
	return s.editDraft(ctx, id, version, func(ctx context.Context, tx pgx.Tx, _ postgres.Actor, p *plan) (stepped, error) {
		if err := p.takesCells(territory, "body.territory"); err != nil {
			return stepped{}, err
		}
		detail := map[string]any{"territory": territory, "name": p.territories[p.index[territory]].Name}
		var area orb.MultiPolygon
		var err error
		field := "body.shape"
		if boundary != nil {
			field = "body.place"
			b, shape, err := extract.BoundaryArea(ctx, tx, *boundary)
			if err != nil {
				return stepped{}, err
			}
			area, detail["place"] = shape, b.Name
		} else if area, err = areaOf(shape, field); err != nil {
			return stepped{}, err
		}
		cells, err := cellsOf(area, p.Resolution, field)
		if err != nil {
			return stepped{}, err
		}
		if len(cells) == 0 {
			return stepped{}, fault.New(fault.Invalid, "No cell has its middle in this shape: it is smaller than a cell. Choose the cell by hand.").WithField(field, "A larger shape.")
		}
		want := make(map[hexgrid.Cell]int64, len(cells))
		for _, c := range cells {
			has, taken := p.cells[c]
			if p.locked[c] || taken && (!over || p.territories[p.index[has]].Locked) {
				continue
			}
			want[c] = territory
		}
		step, err := p.changed(want)
		step.what, step.detail = "filled", detail
		return step, err
	})
}

// Import makes a draft of a GeoJSON FeatureCollection: a territory for every name
// that the property holds, of the cells whose middle lies in its shapes. Where
// shapes overlap, the first one counts.
func (s *Service) Import(ctx context.Context, called string, resolution int, property string, raw json.RawMessage) (*Full, error) {
	if property == "" {
		property = "name"
	}
	named, err := features(raw, property)
	if err != nil {
		return nil, err
	}
	if resolution == 0 {
		resolution = DefaultResolution
	}
	if resolution < MinResolution || resolution > MaxResolution {
		return nil, fault.Errorf(fault.Invalid, "The resolution must lie between %d and %d.", MinResolution, MaxResolution).WithField("body.resolution", "6, 7 or 8.")
	}
	step := stepped{what: "imported", territories: &change{Before: []kept{}, After: []kept{}}}
	taken, overlapping := map[hexgrid.Cell]bool{}, 0
	of := make([][]hexgrid.Cell, len(named))
	for i, f := range named {
		for _, area := range f.areas {
			cells, err := cellsOf(area, resolution, f.field)
			if err != nil {
				return nil, err
			}
			for _, c := range cells {
				if taken[c] {
					overlapping++
					continue
				}
				taken[c] = true
				of[i] = append(of[i], c)
			}
		}
		if len(taken) > MaxCells {
			return nil, fault.Errorf(fault.Invalid, "The shapes have more cells than an alignment may have (%d).", MaxCells).WithField("body.resolution", "A coarser resolution.")
		}
	}
	var id int64
	err = s.write(ctx, func(tx pgx.Tx, actor postgres.Actor) error {
		if id, err = create(ctx, tx, actor, called, resolution, nil); err != nil {
			return err
		}
		if err := tell(ctx, tx, actor, id, "imported", "", map[string]any{"territories": len(named), "overlapping": overlapping}); err != nil {
			return err
		}
		for i, f := range named {
			number, err := newTerritoryID(ctx, tx)
			if err != nil {
				return err
			}
			step.territories.After = append(step.territories.After, kept{ID: number, Level: levelTerritory, Name: f.name, Colour: i, Position: i, Members: []Member{}})
			for _, c := range of[i] {
				step.cells, step.before, step.after = append(step.cells, c), append(step.before, 0), append(step.after, number)
			}
		}
		h, err := loadHead(ctx, tx, actor, id, true)
		if err != nil {
			return err
		}
		return step.do(ctx, tx, actor, &h)
	})
	if err != nil {
		return nil, err
	}
	return s.Get(ctx, id)
}

// feature is the shapes of one name.
type feature struct {
	name, field string
	areas       []orb.MultiPolygon
}

// features reads a FeatureCollection.
func features(raw json.RawMessage, property string) ([]feature, error) {
	var collection struct {
		Type     string            `json:"type"`
		Features []json.RawMessage `json:"features"`
	}
	if err := json.Unmarshal(raw, &collection); err != nil || collection.Type != "FeatureCollection" {
		return nil, fault.New(fault.Invalid, "This is no GeoJSON FeatureCollection.").WithField("body.geojson", "A FeatureCollection of polygons.")
	}
	if len(collection.Features) == 0 {
		return nil, fault.New(fault.Invalid, "The file has no features.").WithField("body.geojson.features", "At least one polygon.")
	}
	if len(collection.Features) > maxFeatures {
		return nil, fault.Errorf(fault.Invalid, "The file has %d features and may have %d.", len(collection.Features), maxFeatures).WithField("body.geojson.features", "Fewer features.")
	}
	var out []feature
	index := map[string]int{}
	corners := 0
	for i, one := range collection.Features {
		field := fmt.Sprintf("body.geojson.features[%d]", i)
		var f struct {
			Type       string                     `json:"type"`
			Properties map[string]json.RawMessage `json:"properties"`
			Geometry   json.RawMessage            `json:"geometry"`
		}
		if err := json.Unmarshal(one, &f); err != nil || f.Type != "Feature" {
			return nil, fault.New(fault.Invalid, "One of the features cannot be read.").WithField(field, "A GeoJSON Feature.")
		}
		called, err := named(f.Properties[property])
		if err != nil {
			return nil, fault.Errorf(fault.Invalid, "One of the features has no name in the property %q.", property).WithField(field+".properties", "A text or a number there, of at most 120 characters.")
		}
		area, err := areaOf(f.Geometry, field+".geometry")
		if err != nil {
			return nil, err
		}
		for _, polygon := range area {
			for _, ring := range polygon {
				corners += len(ring)
			}
		}
		if corners > maxCorners {
			return nil, fault.Errorf(fault.Invalid, "The file has more than %d corners. Simplify it first.", maxCorners).WithField("body.geojson", "Simpler shapes.")
		}
		k, known := index[called]
		if !known {
			k = len(out)
			index[called] = k
			out = append(out, feature{name: called, field: field + ".geometry"})
		}
		out[k].areas = append(out[k].areas, area)
	}
	return out, nil
}

// named reads a name out of a property.
func named(raw json.RawMessage) (string, error) {
	var text string
	if json.Unmarshal(raw, &text) != nil {
		var number json.Number
		if err := json.Unmarshal(raw, &number); err != nil {
			return "", fmt.Errorf("territories: a name: %w", err)
		}
		text = number.String()
	}
	return name(text, "", 120)
}
