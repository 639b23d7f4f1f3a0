package osm

import (
	"context"
	"fmt"

	"github.com/paulmach/orb"
	"github.com/paulmach/orb/planar"
)

// Contents is what an extract holds beside its roads.
type Contents struct {
	Header     Header
	Places     []NamedPlace
	Streets    []Street
	Addresses  []Address
	Interests  []Interest
	Boundaries []Boundary       // those of which the extract holds the whole outline
	Sea        orb.MultiPolygon // within Header.Bounds; empty without a coast
}

// Collect reads an extract and returns its places, streets, addresses, points
// of interest, boundaries and sea. Further collectors, such as the one for roads, are
// served by the same pass. progress and errors are those of [Read].
//
// Areas that are relations of several ways need a second, shorter pass, which
// is made when there are any.
//
// The slices are ordered by kind and id (streets by name), so the same extract
// gives the same contents.
func Collect(ctx context.Context, path string, progress func(done, total int64), others ...Collector) (*Contents, error) {
	c := &collector{}
	header, err := Read(ctx, path, progress, append([]Collector{c}, others...)...)
	if err != nil {
		return nil, err
	}
	if err := c.readAreas(ctx, path); err != nil {
		return nil, err
	}
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	out := &Contents{Header: header, Places: c.places, Addresses: c.addresses}
	out.Places = uniquePlaces(out.Places)
	out.Interests = uniqueInterests(c.interests)
	out.Boundaries = uniqueBoundaries(c.boundaries)
	out.Streets = joinStreets(c.streets)
	out.Sea = c.coast.sea(header.Bounds)
	complete(out)
	return out, nil
}

// collector gathers everything that is not a road network.
type collector struct {
	places     []NamedPlace
	addresses  []Address
	interests  []Interest
	boundaries []Boundary
	streets    []streetWay
	coast      coast
	areas      []area
}

// area is a relation that is of use once its outline is known.
type area struct {
	ref   Ref
	tags  Tags
	ways  []int64
	inner []int64 // holes
}

func (c *collector) Node(n *Node) error {
	if len(n.Tags) > 0 {
		c.add(Ref{KindNode, n.ID}, n.Tags, n.Point)
	}
	return nil
}

func (c *collector) Way(w *Way) error {
	if len(w.Tags) == 0 {
		return nil
	}
	if w.Tags.Get("natural") == "coastline" {
		c.coast.add(w)
	}
	if s, ok := streetFrom(w); ok {
		c.streets = append(c.streets, s)
		return nil
	}
	boundary, bounds := boundaryFrom(Ref{KindWay, w.ID}, w.Tags)
	if !bounds && !useful(w.Tags) {
		return nil
	}
	line, missing := w.Line()
	if bounds && missing == 0 {
		if ring, ok := ringOf(line); ok {
			boundary.Area = orb.MultiPolygon{{ring}}
			c.boundaries = append(c.boundaries, boundary)
		}
	}
	if len(line) > 0 && useful(w.Tags) {
		c.add(Ref{KindWay, w.ID}, w.Tags, middle(line))
	}
	return nil
}

func (c *collector) Relation(r *Relation) error {
	kind := r.Tags.Get("type")
	if kind != "multipolygon" && kind != "boundary" && kind != "site" {
		return nil
	}
	_, bounds := boundaryFrom(Ref{KindRelation, r.ID}, r.Tags)
	if !bounds && !useful(r.Tags) {
		return nil
	}
	a := area{ref: Ref{KindRelation, r.ID}, tags: append(Tags(nil), r.Tags...)}
	for _, m := range r.Members {
		switch {
		case m.Kind != KindWay:
		case m.Role == "inner":
			a.inner = append(a.inner, m.Ref)
		default:
			a.ways = append(a.ways, m.Ref)
		}
	}
	if len(a.ways) > 0 {
		c.areas = append(c.areas, a)
	}
	return nil
}

// useful tells whether tags may be of a place, an address or a point of
// interest, so that the others cost no more.
func useful(tags Tags) bool {
	if tags.Has("addr:housenumber") || tags.Has("place") {
		return true
	}
	_, _, ok := Categorise(tags)
	return ok
}

func (c *collector) add(ref Ref, tags Tags, at orb.Point) {
	if p, ok := placeFrom(ref, tags, at); ok {
		c.places = append(c.places, p)
	}
	if a, ok := addressFrom(ref, tags, at); ok {
		c.addresses = append(c.addresses, a)
	}
	if i, ok := interestFrom(ref, tags, at); ok {
		c.interests = append(c.interests, i)
	}
}

// middle returns the centroid of a closed line, or the middle place of an open
// one.
func middle(line orb.LineString) orb.Point {
	if len(line) > 3 && line[0] == line[len(line)-1] {
		if at, size := planar.CentroidArea(orb.Ring(line)); size != 0 {
			return at
		}
	}
	return line[len(line)/2]
}

// readAreas finds where the relations are. A relation of which the extract
// holds no way is left out.
func (c *collector) readAreas(ctx context.Context, path string) error {
	if len(c.areas) == 0 {
		return nil
	}
	m := memberWays{lines: map[int64]orb.LineString{}, cut: map[int64]bool{}}
	for _, a := range c.areas {
		for _, ids := range [][]int64{a.ways, a.inner} {
			for _, id := range ids {
				m.lines[id] = nil
			}
		}
	}
	if _, err := Read(ctx, path, nil, &m); err != nil {
		return fmt.Errorf("outlines of areas: %w", err)
	}
	for _, a := range c.areas {
		if at, ok := m.middle(a.ways); ok && useful(a.tags) {
			c.add(a.ref, a.tags, at)
		}
		boundary, bounds := boundaryFrom(a.ref, a.tags)
		if !bounds || !m.whole(a.ways) || !m.whole(a.inner) {
			continue
		}
		if area, ok := polygonsOf(joinLines(a.ways, m.lines), joinLines(a.inner, m.lines)); ok {
			boundary.Area = area
			c.boundaries = append(c.boundaries, boundary)
		}
	}
	return nil
}

// memberWays keeps the lines of the ways that relations need.
type memberWays struct {
	Ignore
	lines map[int64]orb.LineString
	cut   map[int64]bool // those that the extract holds in part
}

func (m *memberWays) Way(w *Way) error {
	if _, wanted := m.lines[w.ID]; wanted {
		line, missing := w.Line()
		m.lines[w.ID] = line
		if missing > 0 {
			m.cut[w.ID] = true
		}
	}
	return nil
}

// whole tells whether the extract holds all of the ways with all of their nodes.
func (m *memberWays) whole(ways []int64) bool {
	for _, id := range ways {
		if len(m.lines[id]) < 2 || m.cut[id] {
			return false
		}
	}
	return true
}

// middle returns the centroid of the largest ring that the ways make, or the
// middle of their box when they make none.
func (m *memberWays) middle(ways []int64) (orb.Point, bool) {
	var best orb.Point
	bestArea, any := 0.0, false
	var box orb.Bound
	for _, ring := range joinLines(ways, m.lines) {
		if len(ring) == 0 {
			continue
		}
		if !any {
			box, any = ring.Bound(), true
		}
		box = box.Union(ring.Bound())
		if len(ring) > 3 && ring[0] == ring[len(ring)-1] {
			if at, size := planar.CentroidArea(orb.Ring(ring)); max(size, -size) > bestArea {
				best, bestArea = at, max(size, -size)
			}
		}
	}
	if bestArea > 0 {
		return best, true
	}
	return box.Center(), any
}

// joinLines joins lines end to end, turning them round where needed.
func joinLines(ids []int64, lines map[int64]orb.LineString) []orb.LineString {
	var open []orb.LineString
	for _, id := range ids {
		if l := lines[id]; len(l) > 1 {
			open = append(open, append(orb.LineString(nil), l...))
		}
	}
	ends := map[orb.Point][]int{}
	for i, l := range open {
		ends[l[0]] = append(ends[l[0]], i)
		ends[l[len(l)-1]] = append(ends[l[len(l)-1]], i)
	}
	used := make([]bool, len(open))
	var out []orb.LineString
	for i := range open {
		if used[i] {
			continue
		}
		used[i] = true
		chain := open[i]
		for chain[0] != chain[len(chain)-1] {
			next := -1
			for _, j := range ends[chain[len(chain)-1]] {
				if !used[j] {
					next = j
					break
				}
			}
			if next < 0 {
				break
			}
			used[next] = true
			l := open[next]
			if l[0] != chain[len(chain)-1] {
				l.Reverse()
			}
			chain = append(chain, l[1:]...)
		}
		out = append(out, chain)
	}
	return out
}
