package accounts

import (
	"strings"

	"github.com/paulmach/orb"

	"github.com/waymark-crm/waymark/geo/cql2"
	"github.com/waymark-crm/waymark/internal/fault"
)

// ProspectTexts are the properties of open prospects by which a [ProspectTest] may
// ask, all texts, and their columns.
var ProspectTexts = map[string]string{
	"name": "p.name", "category": "p.category", "kind": "p.kind", "housenumber": "p.housenumber", "street": "p.street",
	"city": "p.city", "postcode": "p.postcode", "phone": "p.phone", "website": "p.website",
}

// ProspectTest is a condition on open prospects in CQL2. Case does not matter, a
// comparison does not hold for what is not known, and NOT is the complement.
type ProspectTest struct {
	text   string
	expr   cql2.Expr
	shapes map[*cql2.Intersects][]*Shape
}

// NewProspectTest returns the condition of an expression, with the text that it was
// read from. It fails with [fault.Invalid] for what open prospects do not have and
// for places that are no areas without holes.
func NewProspectTest(text string, e cql2.Expr) (*ProspectTest, error) {
	t := &ProspectTest{text: text, expr: e, shapes: map[*cql2.Intersects][]*Shape{}}
	var wrong error
	refuse := func(what string) {
		if wrong == nil {
			wrong = fault.New(fault.Invalid, "Open prospects cannot be filtered by this.").WithField("query.filter", what)
		}
	}
	isText := func(name string, values ...cql2.Value) {
		if _, known := ProspectTexts[name]; !known {
			refuse("There is no property " + name + "; the queryables of the collection list those there are.")
		}
		for _, v := range values {
			if v.Kind != cql2.Text || strings.ContainsRune(v.Text, 0) {
				refuse(name + " is compared with a text in single quotes.")
			}
		}
	}
	cql2.Walk(e, func(part cql2.Expr) {
		switch part := part.(type) {
		case *cql2.Compare:
			isText(part.Property, part.Value)
		case *cql2.Like:
			isText(part.Property, cql2.Value{Kind: cql2.Text, Text: part.Pattern})
		case *cql2.Between:
			isText(part.Property, part.From, part.To)
		case *cql2.In:
			isText(part.Property, part.Values...)
		case *cql2.IsNull:
			isText(part.Property)
		case *cql2.Intersects:
			shapes, err := areasOf(part)
			if err != nil {
				refuse(fault.Message(err))
			}
			t.shapes[part] = shapes
		}
	})
	return t, wrong
}

func areasOf(e *cql2.Intersects) ([]*Shape, error) {
	var polygons orb.MultiPolygon
	switch g := e.Geometry.(type) {
	case orb.Polygon:
		polygons = orb.MultiPolygon{g}
	case orb.MultiPolygon:
		polygons = g
	}
	if e.Property != "geometry" || len(polygons) == 0 {
		return nil, fault.New(fault.Invalid, "Open prospects are points: give geometry and an area (POLYGON, MULTIPOLYGON, BBOX).")
	}
	shapes := []*Shape{}
	for _, polygon := range polygons {
		if len(polygon) != 1 {
			return nil, fault.New(fault.Invalid, "Give an area without holes.")
		}
		shape, err := RingOf(polygon[0])
		if err != nil {
			return nil, err
		}
		shapes = append(shapes, shape)
	}
	return shapes, nil
}

// condition is the test on open prospects p, never null.
func (t *ProspectTest) condition(q *Statement) string { return t.sql(q, t.expr) }

func (t *ProspectTest) sql(q *Statement, e cql2.Expr) string {
	lowered := func(v cql2.Value) string { return "lower(" + q.Arg(v.Text) + "::text)" }
	given := func(name, test string) string {
		return "(" + ProspectTexts[name] + " <> '' and lower(" + ProspectTexts[name] + ") " + test + ")"
	}
	switch e := e.(type) {
	case *cql2.Group:
		parts := make([]string, len(e.Of))
		for i, part := range e.Of {
			parts[i] = t.sql(q, part)
		}
		if e.Any {
			return "(" + strings.Join(parts, " or ") + ")"
		}
		return "(" + strings.Join(parts, " and ") + ")"
	case *cql2.Not:
		return "(not " + t.sql(q, e.Of) + ")"
	case cql2.Constant:
		if e {
			return "true"
		}
		return "false"
	case *cql2.Compare:
		return given(e.Property, e.Op+" "+lowered(e.Value)) // one of six operators, which SQL writes alike
	case *cql2.Like:
		return given(e.Property, "like lower("+q.Arg(e.Pattern)+"::text)")
	case *cql2.Between:
		return given(e.Property, "between "+lowered(e.From)+" and "+lowered(e.To))
	case *cql2.In:
		parts := make([]string, len(e.Values))
		for i, v := range e.Values {
			parts[i] = lowered(v)
		}
		return given(e.Property, "in ("+strings.Join(parts, ", ")+")")
	case *cql2.IsNull:
		return "(" + ProspectTexts[e.Property] + " = '')"
	case *cql2.Intersects:
		parts := make([]string, len(t.shapes[e]))
		for i, shape := range t.shapes[e] {
			parts[i] = shape.covers(q, "p.point")
		}
		return "(" + strings.Join(parts, " or ") + ")"
	}
	return "false"
}
