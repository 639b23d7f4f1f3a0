package api

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/paulmach/orb"

	"github.com/waymark-crm/waymark/geo/cql2"
	"github.com/waymark-crm/waymark/internal/accounts"
	"github.com/waymark-crm/waymark/internal/fault"
)

// ogcSchemaOf is the JSON schema of a field's values.
func ogcSchemaOf(t accounts.FieldType) map[string]any {
	switch t {
	case accounts.FieldNumber, accounts.FieldMoney:
		return map[string]any{"type": "number"}
	case accounts.FieldDate:
		return map[string]any{"type": "string", "format": "date"}
	case accounts.FieldBoolean:
		return map[string]any{"type": "boolean"}
	}
	return map[string]any{"type": "string"}
}

// treeNode is a node of a filter tree as its JSON.
type treeNode = map[string]any

func condition(field, op string, value any) treeNode {
	return treeNode{"field": field, "op": op, "value": value}
}

func all(nodes ...treeNode) treeNode { return treeNode{"all": append([]treeNode{}, nodes...)} }
func not(node treeNode) treeNode     { return treeNode{"not": node} }

// ogcAccountFilter makes the filter of accounts: CQL2 becomes a tree, which is
// checked and compiled like everybody's.
func (s *Server) ogcAccountFilter(ctx context.Context, q ogcQuery) (accounts.Filter, error) {
	var f accounts.Filter
	var err error
	if q.box != "" {
		if f.Box, err = accounts.ParseBox(q.box); err != nil {
			return f, err
		}
	}
	nodes := []treeNode{}
	if q.from != "" {
		nodes = append(nodes, not(condition("updatedAt", "before", q.from)))
	}
	if q.to != "" {
		nodes = append(nodes, not(condition("updatedAt", "after", q.to)))
	}
	if q.filter != nil {
		fields, err := s.accounts.Fields(ctx)
		if err != nil {
			return f, err
		}
		node, err := translation{fields}.node(q.filter)
		if err != nil {
			return f, err
		}
		nodes = append(nodes, node)
	}
	if len(nodes) == 0 {
		return f, nil
	}
	text, err := json.Marshal(all(nodes...))
	if err != nil {
		return f, err
	}
	f.Tree, err = accounts.ParseTree(text)
	return f, err
}

// translation makes a filter tree of CQL2. Texts are compared without regard to
// case, and NOT is the complement: it holds for what has no value.
type translation struct{ fields []accounts.Field }

func wrongFilter(format string, args ...any) error {
	return fault.New(fault.Invalid, "The filter cannot be understood.").WithField("query.filter", fmt.Sprintf(format, args...))
}

func (t translation) node(e cql2.Expr) (treeNode, error) {
	switch e := e.(type) {
	case *cql2.Group:
		parts := make([]treeNode, len(e.Of))
		for i, part := range e.Of {
			var err error
			if parts[i], err = t.node(part); err != nil {
				return nil, err
			}
		}
		if e.Any {
			return treeNode{"any": parts}, nil
		}
		return all(parts...), nil
	case *cql2.Not:
		n, err := t.node(e.Of)
		return not(n), err
	case cql2.Constant:
		if e {
			return all(), nil
		}
		return treeNode{"any": []treeNode{}}, nil
	case *cql2.Intersects:
		return placeNode(e)
	case *cql2.IsNull:
		return t.test(e.Property, "is_empty")
	case *cql2.Like:
		return t.like(e)
	case *cql2.In:
		parts := make([]treeNode, len(e.Values))
		for i, v := range e.Values {
			var err error
			if parts[i], err = t.compare(e.Property, "=", v); err != nil {
				return nil, err
			}
		}
		return treeNode{"any": parts}, nil
	case *cql2.Between:
		from, err := t.compare(e.Property, ">=", e.From)
		if err != nil {
			return nil, err
		}
		to, err := t.compare(e.Property, "<=", e.To)
		return all(from, to), err
	case *cql2.Compare:
		return t.compare(e.Property, e.Op, e.Value)
	}
	return nil, wrongFilter("%T is not known.", e)
}

func (t translation) field(name string) (accounts.Field, error) {
	i := slices.IndexFunc(t.fields, func(f accounts.Field) bool { return f.Key == name })
	if i < 0 {
		return accounts.Field{}, wrongFilter("There is no property %q; the queryables of the collection list those there are.", name)
	}
	return t.fields[i], nil
}

// test is a condition without a value.
func (t translation) test(name, op string) (treeNode, error) {
	f, err := t.field(name)
	if err != nil {
		return nil, err
	}
	if !slices.Contains(f.Ops, op) {
		return nil, wrongFilter("%s cannot be asked for that.", name)
	}
	return treeNode{"field": name, "op": op}, nil
}

func (t translation) like(e *cql2.Like) (treeNode, error) {
	f, err := t.field(e.Property)
	if err != nil {
		return nil, err
	}
	text := strings.Trim(e.Pattern, "%")
	if !slices.Contains(f.Ops, "contains") || strings.ContainsAny(text, `%_\`) {
		return nil, wrongFilter("LIKE is for texts, with patterns of the form 'abc', 'abc%%' and '%%abc%%'.")
	}
	before, after := strings.HasPrefix(e.Pattern, "%"), strings.HasSuffix(e.Pattern, "%")
	switch {
	case text == "" && before:
		return all(), nil
	case before && after:
		return condition(f.Key, "contains", text), nil
	case after:
		return condition(f.Key, "starts_with", text), nil
	case before:
		return nil, wrongFilter("LIKE is for texts, with patterns of the form 'abc', 'abc%%' and '%%abc%%'.")
	}
	return condition(f.Key, "is", text), nil
}

// compare makes the condition of a comparison, which does not hold for what has
// no value.
func (t translation) compare(name, op string, v cql2.Value) (treeNode, error) {
	f, err := t.field(name)
	if err != nil {
		return nil, err
	}
	var value any = v.Text
	switch v.Kind {
	case cql2.Number:
		value = v.Number
	case cql2.Boolean:
		value = v.Boolean
	}
	given := treeNode{"field": name, "op": "not_empty"}
	equal := condition(name, "", value)
	switch f.Type {
	case accounts.FieldText, accounts.FieldLink:
		equal["op"] = "is"
	case accounts.FieldBoolean:
		equal["op"] = "is"
		given = all()
	case accounts.FieldChoice:
		equal["op"] = "in"
		if v.Kind == cql2.Number { // an owner or a team, whose ids are numbers
			value = int64(v.Number)
		}
		equal["value"] = []any{value}
	case accounts.FieldChoices:
		equal["op"], equal["value"] = "has_any", []any{value}
	case accounts.FieldNumber, accounts.FieldMoney:
		named := map[string]string{"=": "eq", "<": "lt", "<=": "lte", ">": "gt", ">=": "gte"}[op]
		if op != "<>" {
			return condition(name, named, value), nil
		}
		equal["op"] = "eq"
	case accounts.FieldDate:
		switch op {
		case "<":
			return condition(name, "before", value), nil
		case ">":
			return condition(name, "after", value), nil
		case "<=":
			return all(given, not(condition(name, "after", value))), nil
		case ">=":
			return all(given, not(condition(name, "before", value))), nil
		}
		equal["op"] = "on"
	default:
		return nil, wrongFilter("%s cannot be compared.", name)
	}
	switch op {
	case "=":
		return equal, nil
	case "<>":
		return all(given, not(equal)), nil
	}
	return nil, wrongFilter("%s can be compared by = and <> only.", name)
}

// placeNode is that one of the account's sites lies in an area.
func placeNode(e *cql2.Intersects) (treeNode, error) {
	polygons := []orb.Polygon{}
	switch g := e.Geometry.(type) {
	case orb.Polygon:
		polygons = append(polygons, g)
	case orb.MultiPolygon:
		polygons = g
	}
	parts := []treeNode{}
	for _, polygon := range polygons {
		ring, err := ogcRing(&cql2.Intersects{Property: e.Property, Geometry: polygon})
		if err != nil {
			return nil, err
		}
		parts = append(parts, condition("place", "within", treeNode{"polygon": ring}))
	}
	if len(parts) == 0 {
		return nil, wrongFilter("Accounts are points: give an area (POLYGON, MULTIPOLYGON, BBOX).")
	}
	return treeNode{"any": parts}, nil
}

// ogcRing returns the outline of an area without holes.
func ogcRing(e *cql2.Intersects) (orb.Ring, error) {
	polygon, ok := e.Geometry.(orb.Polygon)
	switch {
	case e.Property != "geometry":
		return nil, wrongFilter("The place of a feature is its geometry.")
	case !ok || len(polygon) != 1:
		return nil, wrongFilter("Give an area without holes.")
	}
	return polygon[0], nil
}
