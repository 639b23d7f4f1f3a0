package api

import (
	"context"
	"slices"
	"strconv"

	"github.com/paulmach/orb"
	"github.com/paulmach/orb/clip"

	"github.com/waymark-crm/waymark/geo/cql2"
	"github.com/waymark-crm/waymark/internal/accounts"
	"github.com/waymark-crm/waymark/internal/fault"
	"github.com/waymark-crm/waymark/internal/territories"
)

var territoryFields = []accounts.Field{
	{Key: "name", Label: "Name", Type: accounts.FieldText},
	{Key: "level", Label: "Level", Type: accounts.FieldText, Choices: []accounts.Choice{{Value: "area"}, {Value: "region"}, {Value: "territory"}}},
	{Key: "parentId", Label: "Within", Type: accounts.FieldNumber},
	{Key: "ownerId", Label: "Owner", Type: accounts.FieldNumber},
	{Key: "owner", Label: "Owner's name", Type: accounts.FieldText},
	{Key: "alignment", Label: "Alignment", Type: accounts.FieldText},
}

// liveTerritories returns the features of the live territories that have ground.
func (s *Server) liveTerritories(ctx context.Context) ([]ogcFeature, error) {
	live, err := s.territories.Live(ctx)
	if err != nil || live.AlignmentID == nil {
		return nil, err
	}
	outlines, err := s.territories.Outlines(ctx, *live.AlignmentID)
	if err != nil {
		return nil, err
	}
	out := []ogcFeature{}
	for _, o := range outlines {
		i := slices.IndexFunc(live.Items, func(t territories.LiveTerritory) bool { return t.ID == o.Territory.ID })
		if i < 0 {
			continue // another alignment has become live in between
		}
		t := live.Items[i]
		out = append(out, feature(t.ID, o.Geometry, map[string]any{
			"name": t.Name, "level": t.Level, "parentId": number(t.ParentID), "ownerId": number(t.OwnerID), "owner": t.OwnerName, "colour": t.Colour, "alignment": live.Name,
		}))
	}
	return out, nil
}

// ogcTerritories filters in memory: there are few. The cursor is how many came
// before.
func (s *Server) ogcTerritories(ctx context.Context, q ogcQuery) (ogcPage, error) {
	var box *orb.Bound
	if q.box != "" {
		shape, err := accounts.ParseBox(q.box)
		if err != nil {
			return ogcPage{}, err
		}
		bound := shape.Geometry().Bound()
		box = &bound
	}
	from := 0
	if q.paging.Cursor != "" {
		var err error
		if from, err = strconv.Atoi(q.paging.Cursor); err != nil || from < 0 {
			return ogcPage{}, fault.New(fault.Invalid, "The cursor is of another list.").WithField("query.cursor", "Begin with the first page.")
		}
	}
	if q.filter != nil {
		if err := checkTerritoryFilter(q.filter); err != nil {
			return ogcPage{}, err
		}
	}
	all, err := s.liveTerritories(ctx)
	if err != nil {
		return ogcPage{}, err
	}
	meets := func(g orb.MultiPolygon, b orb.Bound) bool { return len(clip.MultiPolygon(b, g.Clone())) > 0 }
	all = slices.DeleteFunc(all, func(f ogcFeature) bool {
		shape, _ := f.Geometry.Coordinates.(orb.MultiPolygon)
		if box != nil && !meets(shape, *box) {
			return true
		}
		return q.filter != nil && !cql2.Holds(q.filter, func(name string) any { return f.Properties[name] }, func(e *cql2.Intersects) bool {
			return meets(shape, e.Geometry.Bound())
		})
	})
	page := ogcPage{total: len(all)}
	page.features = all[min(from, len(all)):min(from+q.paging.Limit, len(all))]
	if next := from + q.paging.Limit; next < len(all) {
		text := strconv.Itoa(next)
		page.next = &text
	}
	return page, nil
}

// checkTerritoryFilter refuses what territories do not have, and areas that are
// no boxes.
func checkTerritoryFilter(e cql2.Expr) error {
	var wrong error
	cql2.Walk(e, func(part cql2.Expr) {
		name := cql2.PropertyOf(part)
		place, isPlace := part.(*cql2.Intersects)
		switch {
		case name == "" || wrong != nil:
		case isPlace && name == "geometry":
			if area, ok := place.Geometry.(orb.Polygon); !ok || !area.Equal(area.Bound().ToPolygon()) {
				wrong = wrongFilter("Territories are found by a BBOX.")
			}
		case isPlace || !slices.ContainsFunc(territoryFields, func(f accounts.Field) bool { return f.Key == name }):
			wrong = wrongFilter("There is no property %q; the queryables of the collection list those there are.", name)
		}
	})
	return wrong
}

// number is an id as a filter compares it; nil for none.
func number(id *int64) any {
	if id == nil {
		return nil
	}
	return float64(*id)
}

func (s *Server) ogcTerritory(ctx context.Context, id int64) (ogcFeature, error) {
	all, err := s.liveTerritories(ctx)
	if err != nil {
		return ogcFeature{}, err
	}
	i := slices.IndexFunc(all, func(f ogcFeature) bool { return f.ID == id })
	if i < 0 {
		return ogcFeature{}, fault.New(fault.NotFound, "There is no such territory, or it has no ground.")
	}
	return all[i], nil
}
