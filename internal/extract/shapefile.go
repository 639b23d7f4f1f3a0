package extract

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"math"
	"os"

	"github.com/paulmach/orb"
)

// writeShapefile writes polygons as an ESRI shapefile: path.shp, path.shx and
// path.dbf, the only format in which tilemaker 2.2 takes shapes from elsewhere.
// The layout is that of the ESRI Shapefile Technical Description, July 1998.
func writeShapefile(path string, polygons orb.MultiPolygon) error {
	var shapes, index bytes.Buffer
	for i, polygon := range polygons {
		record := shapeRecord(polygon)
		offset := uint32((100 + shapes.Len()) / 2)
		words := uint32(len(record) / 2)
		for _, n := range []uint32{uint32(i + 1), words} {
			shapes.Write(binary.BigEndian.AppendUint32(nil, n))
		}
		shapes.Write(record)
		index.Write(binary.BigEndian.AppendUint32(binary.BigEndian.AppendUint32(nil, offset), words))
	}
	var box orb.Bound
	if len(polygons) > 0 {
		box = polygons.Bound()
	}
	for name, data := range map[string][]byte{
		path + ".shp": append(shapeHeader(box, shapes.Len()), shapes.Bytes()...),
		path + ".shx": append(shapeHeader(box, index.Len()), index.Bytes()...),
		path + ".dbf": attributeTable(len(polygons)),
	} {
		if err := os.WriteFile(name, data, 0o644); err != nil {
			return fmt.Errorf("write the sea's shapes: %w", err)
		}
	}
	return nil
}

const shapePolygon = 5

func shapeHeader(box orb.Bound, size int) []byte {
	h := make([]byte, 100)
	binary.BigEndian.PutUint32(h[0:], 9994)
	binary.BigEndian.PutUint32(h[24:], uint32((100+size)/2))
	binary.LittleEndian.PutUint32(h[28:], 1000)
	binary.LittleEndian.PutUint32(h[32:], shapePolygon)
	copy(h[36:], boxBytes(box))
	return h
}

func boxBytes(box orb.Bound) []byte {
	var b []byte
	for _, v := range []float64{box.Min[0], box.Min[1], box.Max[0], box.Max[1]} {
		b = binary.LittleEndian.AppendUint64(b, math.Float64bits(v))
	}
	return b
}

// shapeRecord writes a polygon with its outline clockwise and its holes
// anticlockwise, as the format has them.
func shapeRecord(polygon orb.Polygon) []byte {
	points := 0
	for _, ring := range polygon {
		points += len(ring)
	}
	b := binary.LittleEndian.AppendUint32(nil, shapePolygon)
	b = append(b, boxBytes(polygon.Bound())...)
	b = binary.LittleEndian.AppendUint32(b, uint32(len(polygon)))
	b = binary.LittleEndian.AppendUint32(b, uint32(points))
	first := 0
	for _, ring := range polygon {
		b = binary.LittleEndian.AppendUint32(b, uint32(first))
		first += len(ring)
	}
	for i, ring := range polygon {
		if clockwise := ring.Orientation() == orb.CW; clockwise != (i == 0) {
			ring = ring.Clone()
			ring.Reverse()
		}
		for _, p := range ring {
			b = binary.LittleEndian.AppendUint64(b, math.Float64bits(p[0]))
			b = binary.LittleEndian.AppendUint64(b, math.Float64bits(p[1]))
		}
	}
	return b
}

// attributeTable writes a dBASE III table of rows that all say "ocean".
func attributeTable(rows int) []byte {
	const width = 5
	b := make([]byte, 65)
	b[0], b[1], b[2], b[3] = 3, 100, 1, 1
	binary.LittleEndian.PutUint32(b[4:], uint32(rows))
	binary.LittleEndian.PutUint16(b[8:], 65)
	binary.LittleEndian.PutUint16(b[10:], 1+width)
	copy(b[32:], "class")
	b[43], b[48], b[64] = 'C', width, '\r'
	for range rows {
		b = append(b, " ocean"...)
	}
	return append(b, 0x1a)
}
