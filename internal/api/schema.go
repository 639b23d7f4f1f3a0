package api

import (
	"reflect"
	"slices"
	"strings"

	"github.com/danielgtaylor/huma/v2"
)

// finishSchemas says of every schema what Go's types say and huma does not: that
// a pointer to a struct or an array may be null, and that null is then among the values of an
// enumeration. It runs once, when every operation is registered.
func finishSchemas(registry huma.Registry) {
	for name, schema := range registry.Map() {
		if t := registry.TypeFromRef("#/components/schemas/" + name); t != nil {
			nullPointers(schema, t)
		}
		nullEnums(schema)
	}
}

// nullPointers makes the properties of a struct that are pointers to structs or
// arrays nullable, unless they are left out when nil.
func nullPointers(schema *huma.Schema, t reflect.Type) {
	if t.Kind() != reflect.Struct {
		return
	}
	for i := range t.NumField() {
		field := t.Field(i)
		if field.Anonymous && field.Type.Kind() == reflect.Struct {
			nullPointers(schema, field.Type)
			continue
		}
		name, options, _ := strings.Cut(field.Tag.Get("json"), ",")
		property := schema.Properties[name]
		if property == nil || field.Type.Kind() != reflect.Pointer ||
			strings.Contains(options, "omitempty") || strings.Contains(options, "omitzero") {
			continue
		}
		switch {
		case property.Ref != "":
			schema.Properties[name] = &huma.Schema{
				Description: property.Description,
				AnyOf:       []*huma.Schema{{Ref: property.Ref}, {Type: "null"}},
			}
		case property.Type == huma.TypeArray:
			property.Nullable = true
		}
	}
}

func nullEnums(schema *huma.Schema) {
	if schema == nil {
		return
	}
	if schema.Nullable && len(schema.Enum) > 0 && !slices.Contains(schema.Enum, nil) {
		schema.Enum = append(slices.Clone(schema.Enum), nil)
	}
	for _, property := range schema.Properties {
		nullEnums(property)
	}
	nullEnums(schema.Items)
}
