package osm

import (
	"fmt"
	"math"
)

// block is a decoded block. Lists of all elements lie flat behind each other;
// an element names its part by where it ends.
type block struct {
	nodes     []blockNode
	ways      []blockWay
	relations []blockRelation
	tags      []Tag
	refs      []int64
	members   []Member
}

type blockNode struct {
	id               int64
	at               place
	tagStart, tagEnd int
}

type blockWay struct {
	id                       int64
	tagStart, tagEnd, refEnd int
}

type blockRelation struct {
	id                          int64
	tagStart, tagEnd, memberEnd int
}

// blockDecoder holds what the elements of one block share.
type blockDecoder struct {
	out         block
	strings     []string
	granularity int64 // nanodegrees
	latOffset   int64
	lonOffset   int64
	invalid     error
}

// decodeBlock decodes a PrimitiveBlock of the PBF format
// (https://wiki.openstreetmap.org/wiki/PBF_Format). Memory stays within a
// small multiple of the data's length.
func decodeBlock(data []byte) (*block, error) {
	d := &blockDecoder{granularity: 100}
	var groups [][]byte
	ok := fields(data, func(number int, v uint64, b []byte) {
		switch number {
		case 1:
			d.readStrings(b)
		case 2:
			groups = append(groups, b)
		case 17:
			d.granularity = int64(int32(v))
		case 19:
			d.latOffset = int64(v)
		case 20:
			d.lonOffset = int64(v)
		}
	})
	if !ok {
		return nil, fmt.Errorf("%w (a block's fields)", ErrDamaged)
	}
	for _, g := range groups {
		if !fields(g, d.readElement) {
			return nil, fmt.Errorf("%w (a group's fields)", ErrDamaged)
		}
	}
	if d.invalid != nil {
		return nil, d.invalid
	}
	return &d.out, nil
}

func (d *blockDecoder) damage(what string) {
	if d.invalid == nil {
		d.invalid = fmt.Errorf("%w (%s)", ErrDamaged, what)
	}
}

func (d *blockDecoder) readStrings(data []byte) {
	if !fields(data, func(number int, _ uint64, b []byte) {
		if number == 1 {
			d.strings = append(d.strings, string(b))
		}
	}) {
		d.damage("its strings")
	}
}

func (d *blockDecoder) text(i uint64) string {
	if i >= uint64(len(d.strings)) {
		d.damage("a string's number")
		return ""
	}
	return d.strings[i]
}

func (d *blockDecoder) readElement(number int, _ uint64, b []byte) {
	switch number {
	case 1:
		d.readNode(b)
	case 2:
		d.readDense(b)
	case 3:
		d.readWay(b)
	case 4:
		d.readRelation(b)
	}
}

// place turns the format's units into 1e-7 degrees, rounding to the nearest.
func (d *blockDecoder) place(lon, lat int64) place {
	const limit = math.MaxInt64 / 4
	if d.granularity < 1 || lon > limit/d.granularity || lon < -limit/d.granularity ||
		lat > limit/d.granularity || lat < -limit/d.granularity {
		d.damage("a coordinate")
		return place{}
	}
	lon, lat = nano(d.lonOffset+d.granularity*lon), nano(d.latOffset+d.granularity*lat)
	if lon < -180e7 || lon > 180e7 || lat < -90e7 || lat > 90e7 {
		d.damage("a coordinate")
		return place{}
	}
	return place{int32(lon), int32(lat)}
}

func nano(v int64) int64 {
	if v < 0 {
		return -((-v + 50) / 100)
	}
	return (v + 50) / 100
}

// readTags takes two packed lists of numbers of strings and returns where the
// tags begin in the flat list.
func (d *blockDecoder) readTags(keys, values []byte) (start int) {
	start = len(d.out.tags)
	k, v := wire{data: keys}, wire{data: values}
	for k.more() && v.more() {
		key, value := k.varint(), v.varint()
		d.out.tags = append(d.out.tags, Tag{d.text(key), d.text(value)})
	}
	if k.bad || v.bad || len(k.data) != len(v.data) {
		d.damage("tags")
	}
	return start
}

func (d *blockDecoder) readNode(data []byte) {
	var id, lat, lon int64
	var keys, values []byte
	if !fields(data, func(number int, v uint64, b []byte) {
		switch number {
		case 1:
			id = unzigzag(v)
		case 2:
			keys = b
		case 3:
			values = b
		case 8:
			lat = unzigzag(v)
		case 9:
			lon = unzigzag(v)
		}
	}) {
		d.damage("a node")
	}
	start := d.readTags(keys, values)
	d.out.nodes = append(d.out.nodes, blockNode{id, d.place(lon, lat), start, len(d.out.tags)})
}

func (d *blockDecoder) readDense(data []byte) {
	var ids, lats, lons, tags wire
	if !fields(data, func(number int, _ uint64, b []byte) {
		switch number {
		case 1:
			ids.data = b
		case 8:
			lats.data = b
		case 9:
			lons.data = b
		case 10:
			tags.data = b
		}
	}) {
		d.damage("nodes")
		return
	}
	var id, lat, lon int64
	tagged := len(tags.data) > 0
	for ids.more() {
		id += ids.zigzag()
		lat += lats.zigzag()
		lon += lons.zigzag()
		start := len(d.out.tags)
		for tagged {
			key := tags.varint()
			if key == 0 {
				break
			}
			value := tags.varint()
			if tags.bad {
				break
			}
			d.out.tags = append(d.out.tags, Tag{d.text(key), d.text(value)})
		}
		if ids.bad || lats.bad || lons.bad || tags.bad {
			break
		}
		d.out.nodes = append(d.out.nodes, blockNode{id, d.place(lon, lat), start, len(d.out.tags)})
	}
	if ids.bad || lats.bad || lons.bad || tags.bad || len(lats.data)+len(lons.data)+len(tags.data) > 0 {
		d.damage("nodes")
	}
}

func (d *blockDecoder) readWay(data []byte) {
	var id int64
	var keys, values []byte
	var refs wire
	if !fields(data, func(number int, v uint64, b []byte) {
		switch number {
		case 1:
			id = int64(v)
		case 2:
			keys = b
		case 3:
			values = b
		case 8:
			refs.data = b
		}
	}) {
		d.damage("a way")
	}
	start := d.readTags(keys, values)
	var ref int64
	for refs.more() {
		ref += refs.zigzag()
		if !refs.bad {
			d.out.refs = append(d.out.refs, ref)
		}
	}
	if refs.bad {
		d.damage("a way's nodes")
	}
	d.out.ways = append(d.out.ways, blockWay{id, start, len(d.out.tags), len(d.out.refs)})
}

func (d *blockDecoder) readRelation(data []byte) {
	var id int64
	var keys, values []byte
	var roles, refs, kinds wire
	if !fields(data, func(number int, v uint64, b []byte) {
		switch number {
		case 1:
			id = int64(v)
		case 2:
			keys = b
		case 3:
			values = b
		case 8:
			roles.data = b
		case 9:
			refs.data = b
		case 10:
			kinds.data = b
		}
	}) {
		d.damage("a relation")
	}
	start := d.readTags(keys, values)
	var ref int64
	for refs.more() {
		ref += refs.zigzag()
		role, kind := roles.varint(), kinds.varint()
		if refs.bad || roles.bad || kinds.bad || kind > uint64(KindRelation) {
			refs.fail()
			break
		}
		d.out.members = append(d.out.members, Member{Kind(kind), ref, d.text(role)})
	}
	if refs.bad || len(roles.data)+len(kinds.data) > 0 {
		d.damage("a relation's members")
	}
	d.out.relations = append(d.out.relations, blockRelation{id, start, len(d.out.tags), len(d.out.members)})
}
