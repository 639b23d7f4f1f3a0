package osm

import (
	"time"

	"github.com/paulmach/orb"
)

// Tag is one key and value of an element.
type Tag struct{ Key, Value string }

// Tags are the tags of one element, in the order of the file.
type Tags []Tag

// Get returns the value of a key, or the empty string.
func (t Tags) Get(key string) string {
	for i := range t {
		if t[i].Key == key {
			return t[i].Value
		}
	}
	return ""
}

// Has reports whether the key is there, with any value but the empty one.
func (t Tags) Has(key string) bool { return t.Get(key) != "" }

// Map returns a copy of the tags as a map.
func (t Tags) Map() map[string]string {
	m := make(map[string]string, len(t))
	for _, tag := range t {
		m[tag.Key] = tag.Value
	}
	return m
}

// Node is a point of the extract.
type Node struct {
	ID    int64
	Point orb.Point // degrees, longitude first, to seven decimals
	Tags  Tags
}

// Way is a line or the outline of an area.
type Way struct {
	ID   int64
	Refs []int64 // ids of its nodes
	Tags Tags

	places *placeStore
}

// Point returns the coordinate of the way's i-th node. It is false when the
// extract was cut so that the node is not in it.
func (w *Way) Point(i int) (orb.Point, bool) { return w.places.find(w.Refs[i]) }

// Line returns a new line through those nodes of the way that the extract
// holds, and how many it lacks.
func (w *Way) Line() (line orb.LineString, missing int) {
	line = make(orb.LineString, 0, len(w.Refs))
	for _, ref := range w.Refs {
		p, ok := w.places.find(ref)
		if !ok {
			missing++
			continue
		}
		line = append(line, p)
	}
	return line, missing
}

// Closed reports whether the way ends at the node where it begins.
func (w *Way) Closed() bool {
	return len(w.Refs) > 3 && w.Refs[0] == w.Refs[len(w.Refs)-1]
}

// Kind says what a relation's member is.
type Kind uint8

// The kinds of members, with the numbers that the format gives them.
const (
	KindNode Kind = iota
	KindWay
	KindRelation
)

// Member is one member of a relation.
type Member struct {
	Kind Kind
	Ref  int64
	Role string
}

// Relation ties elements together: a turn restriction, a multipolygon.
type Relation struct {
	ID      int64
	Members []Member
	Tags    Tags
}

// A Collector takes from an extract what it needs. The element and its slices
// belong to the reader and change after the call returns; strings may be kept.
// An error stops the reading and comes back from [Read], wrapped.
type Collector interface {
	Node(*Node) error
	Way(*Way) error
	Relation(*Relation) error
}

// Ignore is embedded by collectors that need only some kinds of elements.
type Ignore struct{}

// Node does nothing.
func (Ignore) Node(*Node) error { return nil }

// Way does nothing.
func (Ignore) Way(*Way) error { return nil }

// Relation does nothing.
func (Ignore) Relation(*Relation) error { return nil }

// Header is what an extract says of itself, and what was counted on the way.
type Header struct {
	Bounds    orb.Bound // the header's box, or that of all nodes when it has none
	Timestamp time.Time // state of the data, UTC; zero when the extract does not say
	Program   string    // what wrote the extract
	Source    string
	Size      int64 // bytes of the file

	Nodes, Ways, Relations int64
}
