package postgres

import (
	"context"
	"database/sql/driver"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"math"
	"reflect"
	"sync/atomic"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgtype"
	"github.com/paulmach/orb"
	"github.com/paulmach/orb/encoding/ewkb"
)

// SRID is the reference system of every geometry that is written: longitude and
// latitude in degrees on WGS 84.
const SRID = 4326

// geometryTypes knows the object ids of PostGIS's types in this database. They
// are looked up once, since they change only when the extension is made anew.
type geometryTypes struct {
	oids atomic.Pointer[[4]uint32] // geometry, its array, geography, its array
}

// register teaches a connection to read and write geometry in binary. A database
// without PostGIS is fine: the migrations have yet to run.
func (g *geometryTypes) register(ctx context.Context, conn *pgx.Conn) error {
	oids := g.oids.Load()
	if oids == nil {
		var found [4]*uint32
		err := conn.QueryRow(ctx, `select to_regtype('geometry')::oid, to_regtype('geometry[]')::oid,
			to_regtype('geography')::oid, to_regtype('geography[]')::oid`).
			Scan(&found[0], &found[1], &found[2], &found[3])
		if err != nil {
			return fmt.Errorf("postgres: look up the geometry types: %w", err)
		}
		for _, oid := range found {
			if oid == nil {
				return nil
			}
		}
		oids = &[4]uint32{*found[0], *found[1], *found[2], *found[3]}
		g.oids.Store(oids)
	}
	types := conn.TypeMap()
	for i, name := range [2]string{"geometry", "geography"} {
		element := &pgtype.Type{Name: name, OID: oids[2*i], Codec: geometryCodec{}}
		types.RegisterType(element)
		types.RegisterType(&pgtype.Type{
			Name: "_" + name, OID: oids[2*i+1],
			Codec: &pgtype.ArrayCodec{ElementType: element},
		})
	}
	for _, shape := range []orb.Geometry{
		orb.Point{}, orb.MultiPoint{}, orb.LineString{}, orb.MultiLineString{},
		orb.Polygon{}, orb.MultiPolygon{}, orb.Ring{}, orb.Collection{}, orb.Bound{},
	} {
		types.RegisterDefaultPgType(shape, "geometry")
	}
	return nil
}

// geometryCodec carries orb's shapes to and from PostGIS as EWKB. A point, by
// far the most frequent shape, takes a path of its own.
type geometryCodec struct{}

func (geometryCodec) FormatSupported(format int16) bool {
	return format == pgtype.BinaryFormatCode || format == pgtype.TextFormatCode
}

func (geometryCodec) PreferredFormat() int16 { return pgtype.BinaryFormatCode }

func (geometryCodec) PlanEncode(_ *pgtype.Map, _ uint32, format int16, value any) pgtype.EncodePlan {
	// A pointer to a shape is an orb.Geometry too, and orb's encoder panics on
	// it; left alone, pgx follows it, and nil becomes null.
	if _, ok := value.(orb.Geometry); !ok || reflect.TypeOf(value).Kind() == reflect.Pointer {
		return nil
	}
	if format == pgtype.TextFormatCode {
		return encodeHex{}
	}
	return encodeBinary{}
}

type encodeBinary struct{}

func (encodeBinary) Encode(value any, buf []byte) ([]byte, error) {
	if p, ok := value.(orb.Point); ok {
		return appendPoint(buf, p)
	}
	geometry := value.(orb.Geometry)
	if err := finite(geometry); err != nil {
		return nil, err
	}
	data, err := ewkb.Marshal(geometry, SRID, binary.LittleEndian)
	if err != nil {
		return nil, fmt.Errorf("postgres: encode %s: %w", geometry.GeoJSONType(), err)
	}
	if data == nil {
		return nil, nil // a nil geometry is null
	}
	return append(buf, data...), nil
}

type encodeHex struct{}

func (encodeHex) Encode(value any, buf []byte) ([]byte, error) {
	data, err := encodeBinary{}.Encode(value, nil)
	if data == nil || err != nil {
		return nil, err
	}
	return hex.AppendEncode(buf, data), nil
}

const (
	ewkbPoint = 1
	ewkbSRID  = 0x20000000
	ewkbZ     = 0x80000000
	ewkbM     = 0x40000000
)

var errNotFinite = errors.New("postgres: a coordinate is not a number")

func appendPoint(buf []byte, p orb.Point) ([]byte, error) {
	if notFinite(p) {
		return nil, errNotFinite
	}
	buf = append(buf, 1) // little endian
	buf = binary.LittleEndian.AppendUint32(buf, ewkbPoint|ewkbSRID)
	buf = binary.LittleEndian.AppendUint32(buf, SRID)
	buf = binary.LittleEndian.AppendUint64(buf, math.Float64bits(p[0]))
	return binary.LittleEndian.AppendUint64(buf, math.Float64bits(p[1])), nil
}

func notFinite(p orb.Point) bool {
	// The difference of a finite number with itself is 0, and NaN for the rest.
	return p[0]-p[0] != 0 || p[1]-p[1] != 0
}

// finite refuses shapes with a coordinate that is infinite or not a number:
// PostGIS would store them, and every index on them would be wrong.
func finite(geometry orb.Geometry) error {
	bad := false
	check := func(points []orb.Point) {
		for _, p := range points {
			bad = bad || notFinite(p)
		}
	}
	switch g := geometry.(type) {
	case orb.Point:
		check([]orb.Point{g})
	case orb.MultiPoint:
		check(g)
	case orb.LineString:
		check(g)
	case orb.Ring:
		check(g)
	case orb.MultiLineString:
		for _, line := range g {
			check(line)
		}
	case orb.Polygon:
		for _, ring := range g {
			check(ring)
		}
	case orb.MultiPolygon:
		for _, polygon := range g {
			for _, ring := range polygon {
				check(ring)
			}
		}
	case orb.Bound:
		check([]orb.Point{g.Min, g.Max})
	case orb.Collection:
		for _, member := range g {
			if err := finite(member); err != nil {
				return err
			}
		}
	}
	if bad {
		return errNotFinite
	}
	return nil
}

func (geometryCodec) PlanScan(_ *pgtype.Map, _ uint32, format int16, target any) pgtype.ScanPlan {
	switch target.(type) {
	case *orb.Point, *orb.Geometry, *orb.MultiPoint, *orb.LineString, *orb.MultiLineString,
		*orb.Polygon, *orb.MultiPolygon, *orb.Collection:
	default:
		return nil
	}
	if format == pgtype.TextFormatCode {
		return scanHex{}
	}
	return scanBinary{}
}

type scanBinary struct{}

func (scanBinary) Scan(src []byte, target any) error {
	if src == nil {
		if g, ok := target.(*orb.Geometry); ok {
			*g = nil
			return nil
		}
		return fmt.Errorf("cannot scan null into %T; use a pointer to it", target)
	}
	if p, ok := target.(*orb.Point); ok {
		return readPoint(src, p)
	}
	geometry, _, err := ewkb.Unmarshal(src)
	if err != nil {
		return fmt.Errorf("cannot read a geometry: %w", err)
	}
	ok := false
	switch t := target.(type) {
	case *orb.Geometry:
		*t, ok = geometry, true
	case *orb.MultiPoint:
		*t, ok = geometry.(orb.MultiPoint)
	case *orb.LineString:
		*t, ok = geometry.(orb.LineString)
	case *orb.MultiLineString:
		*t, ok = geometry.(orb.MultiLineString)
	case *orb.Polygon:
		*t, ok = geometry.(orb.Polygon)
	case *orb.MultiPolygon:
		// A column of multi-polygons may hold what one polygon was cast from.
		if polygon, single := geometry.(orb.Polygon); single {
			*t, ok = orb.MultiPolygon{polygon}, true
		} else {
			*t, ok = geometry.(orb.MultiPolygon)
		}
	case *orb.Collection:
		*t, ok = geometry.(orb.Collection)
	}
	if !ok {
		return fmt.Errorf("cannot scan a %s into %T", geometry.GeoJSONType(), target)
	}
	return nil
}

type scanHex struct{}

func (scanHex) Scan(src []byte, target any) error {
	if src == nil {
		return scanBinary{}.Scan(nil, target)
	}
	data, err := hex.AppendDecode(nil, src)
	if err != nil {
		return fmt.Errorf("cannot read a geometry: %w", err)
	}
	return scanBinary{}.Scan(data, target)
}

// readPoint reads a point with or without a reference system, in either byte
// order; further dimensions are dropped.
func readPoint(src []byte, p *orb.Point) error {
	if len(src) < 1+4+8+8 {
		return fmt.Errorf("cannot read a point: %d bytes are too few", len(src))
	}
	var order binary.ByteOrder = binary.LittleEndian
	if src[0] == 0 {
		order = binary.BigEndian
	}
	kind := order.Uint32(src[1:])
	if kind&^(ewkbSRID|ewkbZ|ewkbM) != ewkbPoint {
		return fmt.Errorf("cannot scan a geometry of type %d into a point", kind&^(ewkbSRID|ewkbZ|ewkbM))
	}
	at := 5
	if kind&ewkbSRID != 0 {
		at += 4
	}
	if len(src) < at+16 {
		return fmt.Errorf("cannot read a point: %d bytes are too few", len(src))
	}
	q := orb.Point{
		math.Float64frombits(order.Uint64(src[at:])),
		math.Float64frombits(order.Uint64(src[at+8:])),
	}
	if notFinite(q) {
		return errors.New("cannot scan an empty point")
	}
	*p = q
	return nil
}

func (geometryCodec) DecodeDatabaseSQLValue(_ *pgtype.Map, _ uint32, format int16, src []byte) (driver.Value, error) {
	if src == nil || format == pgtype.BinaryFormatCode {
		return src, nil
	}
	return hex.AppendDecode(nil, src)
}

func (geometryCodec) DecodeValue(_ *pgtype.Map, _ uint32, format int16, src []byte) (any, error) {
	if src == nil {
		return nil, nil
	}
	var geometry orb.Geometry
	if format == pgtype.TextFormatCode {
		err := scanHex{}.Scan(src, &geometry)
		return geometry, err
	}
	err := scanBinary{}.Scan(src, &geometry)
	return geometry, err
}
