// Package osmtest makes small extracts by hand, for tests. A map is written as
// text and becomes a PBF file as real ones are:
//
//	m := osmtest.Parse(`
//		# a crossing, in metres east and north of 0°, 0°
//		n 1 0 0
//		n 2 0 100 highway=traffic_signals
//		n 3 100 100
//		w 10 1,2 highway=residential name=First_Street
//		w 11 2,3 highway=residential oneway=yes
//		r 20 from:w10 via:n2 to:w11 type=restriction restriction=no_right_turn
//	`)
//	path := m.WriteFile(t)
//
// An underscore in a value stands for a space, two for one underscore; keys are
// as they are.
package osmtest

import (
	"encoding/binary"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/paulmach/orb"

	"github.com/waymark-crm/waymark/geo/osm"
)

// Map is a small extract.
type Map struct {
	Nodes     []osm.Node
	Ways      []osm.Way
	Relations []osm.Relation
}

// metre is one metre in degrees, at the equator, on the sphere of the mean
// radius.
const metre = 180 / (math.Pi * 6371008.8)

// At returns the point that many metres east and north of 0°, 0°.
func At(east, north float64) orb.Point { return orb.Point{east * metre, north * metre} }

// Parse reads a map. It panics when the text is wrong, since the text is part
// of the test.
func Parse(text string) *Map {
	m := &Map{}
	for number, line := range strings.Split(text, "\n") {
		fields := strings.Fields(line)
		if len(fields) == 0 || strings.HasPrefix(fields[0], "#") {
			continue
		}
		if err := m.add(fields); err != nil {
			panic(fmt.Sprintf("osmtest: line %d, %q: %v", number+1, strings.TrimSpace(line), err))
		}
	}
	return m
}

func (m *Map) add(f []string) error {
	if len(f) < 3 {
		return fmt.Errorf("too few words")
	}
	id, err := strconv.ParseInt(f[1], 10, 64)
	if err != nil {
		return err
	}
	switch f[0] {
	case "n":
		if len(f) < 4 {
			return fmt.Errorf("a node needs east and north")
		}
		x, err := strconv.ParseFloat(f[2], 64)
		if err != nil {
			return err
		}
		y, err := strconv.ParseFloat(f[3], 64)
		if err != nil {
			return err
		}
		tags, err := parseTags(f[4:])
		m.Nodes = append(m.Nodes, osm.Node{ID: id, Point: At(x, y), Tags: tags})
		return err
	case "w":
		var refs []int64
		for _, s := range strings.Split(f[2], ",") {
			ref, err := strconv.ParseInt(s, 10, 64)
			if err != nil {
				return err
			}
			refs = append(refs, ref)
		}
		tags, err := parseTags(f[3:])
		m.Ways = append(m.Ways, osm.Way{ID: id, Refs: refs, Tags: tags})
		return err
	case "r":
		r := osm.Relation{ID: id}
		i := 2
		for ; i < len(f) && !strings.Contains(f[i], "="); i++ {
			role, member, ok := strings.Cut(f[i], ":")
			kind := strings.Index("nwr", member[:min(1, len(member))])
			if !ok || len(member) < 2 || kind < 0 {
				return fmt.Errorf("%q is no role:n1", f[i])
			}
			ref, err := strconv.ParseInt(member[1:], 10, 64)
			if err != nil {
				return err
			}
			r.Members = append(r.Members, osm.Member{Kind: osm.Kind(kind), Ref: ref, Role: role})
		}
		r.Tags, err = parseTags(f[i:])
		m.Relations = append(m.Relations, r)
		return err
	}
	return fmt.Errorf("it begins with none of n, w and r")
}

func parseTags(words []string) (osm.Tags, error) {
	var tags osm.Tags
	for _, w := range words {
		key, value, ok := strings.Cut(w, "=")
		if !ok {
			return nil, fmt.Errorf("%q is no tag", w)
		}
		value = strings.ReplaceAll(strings.ReplaceAll(strings.ReplaceAll(value, "__", "\x00"), "_", " "), "\x00", "_")
		tags = append(tags, osm.Tag{Key: key, Value: value})
	}
	return tags, nil
}

// tester is what this package needs of testing.TB.
type tester interface {
	Helper()
	TempDir() string
	Fatal(args ...any)
}

// WriteFile writes the map to a file that goes away with the test.
func (m *Map) WriteFile(t tester) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "map.osm.pbf")
	if err := os.WriteFile(path, m.PBF(), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// PBF returns the map in the PBF format, uncompressed, in three blocks.
func (m *Map) PBF() []byte {
	header := appendBytes(nil, 4, []byte("OsmSchema-V0.6"))
	header = appendBytes(header, 4, []byte("DenseNodes"))
	header = appendBytes(header, 16, []byte("osmtest"))
	out := blob(nil, "OSMHeader", header)
	out = blob(out, "OSMData", m.block(func(b *block) []byte { return appendBytes(nil, 2, b.dense(m.Nodes)) }))
	out = blob(out, "OSMData", m.block(func(b *block) []byte {
		var group []byte
		for i := range m.Ways {
			group = appendBytes(group, 3, b.way(&m.Ways[i]))
		}
		return group
	}))
	return blob(out, "OSMData", m.block(func(b *block) []byte {
		var group []byte
		for i := range m.Relations {
			group = appendBytes(group, 4, b.relation(&m.Relations[i]))
		}
		return group
	}))
}

func appendKey(out []byte, field, kind int) []byte {
	return binary.AppendUvarint(out, uint64(field<<3|kind))
}

func appendBytes(out []byte, field int, b []byte) []byte {
	out = binary.AppendUvarint(appendKey(out, field, 2), uint64(len(b)))
	return append(out, b...)
}

func appendNumber(out []byte, field int, v uint64) []byte {
	return binary.AppendUvarint(appendKey(out, field, 0), v)
}

func blob(out []byte, kind string, content []byte) []byte {
	body := appendBytes(nil, 1, content)
	head := appendNumber(appendBytes(nil, 1, []byte(kind)), 3, uint64(len(body)))
	out = binary.BigEndian.AppendUint32(out, uint32(len(head)))
	return append(append(out, head...), body...)
}

// block collects the strings of one block.
type block struct {
	index map[string]uint64
	table []byte
}

func (m *Map) block(fill func(*block) []byte) []byte {
	b := &block{index: map[string]uint64{}}
	b.text("")
	group := fill(b)
	return appendBytes(appendBytes(nil, 1, b.table), 2, group)
}

func (b *block) text(s string) uint64 {
	if i, ok := b.index[s]; ok {
		return i
	}
	i := uint64(len(b.index))
	b.index[s] = i
	b.table = appendBytes(b.table, 1, []byte(s))
	return i
}

func (b *block) dense(nodes []osm.Node) []byte {
	var ids, lats, lons, tags []byte
	var id, lat, lon int64
	for _, n := range nodes {
		nextLat, nextLon := int64(math.Round(n.Point[1]*1e7)), int64(math.Round(n.Point[0]*1e7))
		ids = binary.AppendVarint(ids, n.ID-id)
		lats = binary.AppendVarint(lats, nextLat-lat)
		lons = binary.AppendVarint(lons, nextLon-lon)
		id, lat, lon = n.ID, nextLat, nextLon
		for _, t := range n.Tags {
			tags = binary.AppendUvarint(binary.AppendUvarint(tags, b.text(t.Key)), b.text(t.Value))
		}
		tags = append(tags, 0)
	}
	out := appendBytes(appendBytes(nil, 1, ids), 8, lats)
	return appendBytes(appendBytes(out, 9, lons), 10, tags)
}

func (b *block) tags(out []byte, tags osm.Tags) []byte {
	var keys, values []byte
	for _, t := range tags {
		keys = binary.AppendUvarint(keys, b.text(t.Key))
		values = binary.AppendUvarint(values, b.text(t.Value))
	}
	return appendBytes(appendBytes(out, 2, keys), 3, values)
}

func (b *block) way(w *osm.Way) []byte {
	out := b.tags(appendNumber(nil, 1, uint64(w.ID)), w.Tags)
	var refs []byte
	last := int64(0)
	for _, r := range w.Refs {
		refs = binary.AppendVarint(refs, r-last)
		last = r
	}
	return appendBytes(out, 8, refs)
}

func (b *block) relation(r *osm.Relation) []byte {
	out := b.tags(appendNumber(nil, 1, uint64(r.ID)), r.Tags)
	var roles, refs, kinds []byte
	last := int64(0)
	for _, m := range r.Members {
		roles = binary.AppendUvarint(roles, b.text(m.Role))
		refs = binary.AppendVarint(refs, m.Ref-last)
		kinds = binary.AppendUvarint(kinds, uint64(m.Kind))
		last = m.Ref
	}
	return appendBytes(appendBytes(appendBytes(out, 8, roles), 9, refs), 10, kinds)
}
