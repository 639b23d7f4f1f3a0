package osm

import "fmt"

// Ref is the identity of an element in OpenStreetMap. It stays the same from
// one extract to the next.
type Ref struct {
	Kind Kind
	ID   int64
}

// Letter returns "n", "w" or "r".
func (k Kind) Letter() string { return [...]string{"n", "w", "r"}[min(k, KindRelation)] }

// String writes the reference as OpenStreetMap's tools do: "n123".
func (r Ref) String() string { return fmt.Sprintf("%s%d", r.Kind.Letter(), r.ID) }
