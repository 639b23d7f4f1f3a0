package tiles

import (
	"encoding/binary"
	"math"

	"github.com/paulmach/orb"
)

// Extent is the number of units across a tile.
const Extent = 4096

// Margin is how many units beyond its edges a tile holds what is drawn there.
const Margin = 64

// Writer makes one vector tile. It belongs to one goroutine.
type Writer struct {
	tile   Tile
	side   float64 // tiles across the world
	layers []*Layer
}

// NewWriter returns a writer of a tile.
func NewWriter(t Tile) *Writer { return &Writer{tile: t, side: math.Exp2(float64(t.Z))} }

// Layer adds a layer. Layers keep their order; empty ones are left out.
func (w *Writer) Layer(name string) *Layer {
	l := &Layer{w: w, name: name}
	w.layers = append(w.layers, l)
	return l
}

// Bytes returns the tile, not compressed. A tile without features is empty.
func (w *Writer) Bytes() []byte {
	var out []byte
	for _, l := range w.layers {
		l.finish()
		if l.count > 0 {
			out = l.appendTo(out)
		}
	}
	return out
}

// Field numbers and wire types of the specification's protocol buffer.
const (
	tagLayer          = 3<<3 | 2
	tagLayerName      = 1<<3 | 2
	tagLayerFeature   = 2<<3 | 2
	tagLayerKey       = 3<<3 | 2
	tagLayerValue     = 4<<3 | 2
	tagLayerExtent    = 5 << 3
	tagLayerVersion   = 15 << 3
	tagFeatureID      = 1 << 3
	tagFeatureTags    = 2<<3 | 2
	tagFeatureType    = 3 << 3
	tagFeatureShape   = 4<<3 | 2
	tagValueString    = 1<<3 | 2
	tagValueDouble    = 3<<3 | 1
	tagValueUnsigned  = 5 << 3
	tagValueSigned    = 6 << 3
	tagValueBool      = 7 << 3
	shapePoint        = 1
	shapeLine         = 2
	shapePolygon      = 3
	commandMove       = 1
	commandLine       = 2
	commandClosed     = 7 | 1<<3
	maxRingsOfPolygon = 1 << 20
)

// Key is an attribute's name in one layer.
type Key uint32

// Layer takes features one after the other: a shape, then its attributes, then
// the next shape. Attributes set while no feature is open are dropped, so that
// a shape that fell outside the tile needs no further care.
type Layer struct {
	w        *Writer
	name     string
	keys     []string
	values   []byte // encoded, with their tags
	valueN   uint32
	strings  map[string]uint32
	numbers  map[number]uint32
	features []byte
	count    int

	open  bool
	id    uint64
	kind  uint64
	tags  []byte
	shape []byte
	body  []byte // scratch
	line  []unit // scratch
}

// number is a value that is no text, as a map key.
type number struct {
	kind uint8
	bits uint64
}

// Key registers an attribute's name; asking again for the same name costs a
// search through the layer's few names and gives the same key.
func (l *Layer) Key(name string) Key {
	for i, k := range l.keys {
		if k == name {
			return Key(i)
		}
	}
	l.keys = append(l.keys, name)
	return Key(len(l.keys) - 1)
}

// Len returns how many features the layer has.
func (l *Layer) Len() int {
	if l.open {
		return l.count + 1
	}
	return l.count
}

// unit is a place in the tile in units of [Extent], y downwards.
type unit struct{ x, y int32 }

// Point begins a feature at a place and tells whether it lies in the tile or
// its margin; if not, no feature is begun. An id of 0 is left out.
func (l *Layer) Point(id uint64, p orb.Point) bool {
	l.finish()
	x, y := l.project(p)
	// Written so that not-a-number fails.
	if !(x >= -Margin && x < Extent+Margin && y >= -Margin && y < Extent+Margin) {
		return false
	}
	l.begin(id, shapePoint)
	l.shape = append(l.shape, commandMove|1<<3)
	l.shape = appendStep(l.shape, int32(math.Floor(x)), int32(math.Floor(y)))
	return true
}

// Line begins a feature of a line, clipped to the tile and its margin, and
// tells whether any of it is there. The line may have several parts.
func (l *Layer) Line(id uint64, lines ...orb.LineString) bool {
	l.finish()
	at := unit{}
	for _, line := range lines {
		for _, part := range l.clipLine(line) {
			if !l.open {
				l.begin(id, shapeLine)
			}
			at = l.appendPath(part, at)
		}
	}
	return l.open
}

// Polygon begins a feature of polygons, clipped to the tile and its margin, and
// tells whether any of them is there. Rings may wind either way: the first of a
// polygon is its outline and the others are holes. Longitudes may reach beyond
// ±180; the part beyond is drawn where it belongs.
func (l *Layer) Polygon(id uint64, polygons ...orb.Polygon) bool {
	l.finish()
	at := unit{}
	for _, polygon := range polygons {
		if len(polygon) == 0 || len(polygon) > maxRingsOfPolygon {
			continue
		}
		for _, turn := range l.turns(polygon[0]) {
			for i, ring := range polygon {
				units := l.clipRing(ring, turn)
				if units == nil {
					if i == 0 {
						break // no outline, so no holes
					}
					continue
				}
				if !l.open {
					l.begin(id, shapePolygon)
				}
				wind(units, i == 0)
				at = l.appendPath(units, at)
				l.shape = append(l.shape, commandClosed)
			}
		}
	}
	return l.open
}

func (l *Layer) project(p orb.Point) (x, y float64) {
	x, y = mercator(p)
	return (x*l.w.side - float64(l.w.tile.X)) * Extent, (y*l.w.side - float64(l.w.tile.Y)) * Extent
}

func (l *Layer) begin(id, kind uint64) {
	l.open, l.id, l.kind = true, id, kind
	l.tags, l.shape = l.tags[:0], l.shape[:0]
}

// appendPath writes a move to the first place and lines to the others.
func (l *Layer) appendPath(path []unit, at unit) unit {
	l.shape = append(l.shape, commandMove|1<<3)
	for i, p := range path {
		if i == 1 {
			l.shape = binary.AppendUvarint(l.shape, uint64(commandLine|(len(path)-1)<<3))
		}
		l.shape = appendStep(l.shape, p.x-at.x, p.y-at.y)
		at = p
	}
	return at
}

func appendStep(b []byte, dx, dy int32) []byte {
	b = binary.AppendUvarint(b, uint64(uint32(dx<<1)^uint32(dx>>31)))
	return binary.AppendUvarint(b, uint64(uint32(dy<<1)^uint32(dy>>31)))
}

// finish writes the open feature out.
func (l *Layer) finish() {
	if !l.open {
		return
	}
	l.open = false
	l.count++
	b := l.body[:0]
	if l.id != 0 {
		b = binary.AppendUvarint(append(b, tagFeatureID), l.id)
	}
	if len(l.tags) > 0 {
		b = appendBytes(append(b, tagFeatureTags), l.tags)
	}
	b = append(b, tagFeatureType, byte(l.kind))
	b = appendBytes(append(b, tagFeatureShape), l.shape)
	l.body = b
	l.features = appendBytes(append(l.features, tagLayerFeature), b)
}

func (l *Layer) appendTo(out []byte) []byte {
	var head, tail []byte
	head = append(head, tagLayerVersion, 2)
	head = appendBytes(append(head, tagLayerName), l.name)
	for _, k := range l.keys {
		tail = appendBytes(append(tail, tagLayerKey), k)
	}
	tail = append(tail, l.values...)
	tail = binary.AppendUvarint(append(tail, tagLayerExtent), Extent)
	out = binary.AppendUvarint(append(out, tagLayer), uint64(len(head)+len(l.features)+len(tail)))
	out = append(out, head...)
	out = append(out, l.features...)
	return append(out, tail...)
}

func appendBytes[T string | []byte](b []byte, s T) []byte {
	return append(binary.AppendUvarint(b, uint64(len(s))), s...)
}
