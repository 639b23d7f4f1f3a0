package api

import (
	"encoding/json"
	"reflect"

	"github.com/danielgtaylor/huma/v2"
)

// field is a field of a PATCH that may be left out (no change), null (none) or a
// value. Declare it with omitzero, or it is required:
//
//	OwnerID field[int64] `json:"ownerId,omitzero"`
type field[T any] struct {
	Sent  bool
	Value *T // nil for null
}

// UnmarshalJSON is called only when the field was sent.
func (f *field[T]) UnmarshalJSON(data []byte) error {
	f.Sent, f.Value = true, nil
	if string(data) == "null" {
		return nil
	}
	f.Value = new(T)
	return json.Unmarshal(data, f.Value)
}

// Schema is that of T, or null.
func (field[T]) Schema(r huma.Registry) *huma.Schema {
	s := *r.Schema(reflect.TypeFor[T](), false, "")
	s.Nullable = true
	return &s
}

// change is the field as domains take it: nil for no change, a pointer to nil
// for none.
func (f field[T]) change() **T {
	if !f.Sent {
		return nil
	}
	return &f.Value
}
