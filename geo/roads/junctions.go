package roads

import (
	"cmp"
	"math"
	"slices"
)

// roadGraph is the network as it is drawn: junctions, and between them chains
// of road with their shape. Everything of the same kind between two junctions
// is one chain; a directed edge is a chain in one of the directions in which
// it is open.
type roadGraph struct {
	profile *Profile
	kinds   []kind

	nodeID []int64 // of every node of the ways, ascending
	at     []place
	marks  []mark // by node; nil when there are none

	chains []chain
	shapes []place

	edges    []edge
	outFirst []int32 // by node, into out: edges that leave it
	out      []int32
	arms     []int16 // by node: how many chain ends meet there
}

type chain struct {
	from, to          int32 // nodes
	kind              uint32
	reversed          bool // the kind's ahead is this chain's back
	shape, shapeEnd   int32
	length            float64 // metres
	firstWay, lastWay int64
}

type edge struct {
	chain    int32
	from, to int32
	mate     int32 // the other direction, or -1
	reversed bool  // runs against the chain
	lane     lane
	time     int64 // milliseconds
	weight   int64 // milliseconds of preference
}

// link is one straight piece of a way.
type link struct {
	a, b int32 // nodes
	kind uint32
	way  int32
}

// node returns the number of a node's id, or -1.
func (g *roadGraph) node(id int64) int32 { return indexOf(g.nodeID, id) }

// buildGraph merges the collected ways into chains.
func buildGraph(c *Collector) *roadGraph {
	g := &roadGraph{profile: c.profile, kinds: c.kinds}
	links := g.number(c)
	first, arms := adjacency(len(g.nodeID), links)
	keep := g.junctions(c, links, first, arms)
	g.merge(c, links, first, arms, keep)
	g.sortChains()
	g.direct()
	return g
}

// number gives the nodes numbers in the order of their ids and returns the
// pieces between them.
func (g *roadGraph) number(c *Collector) []link {
	g.nodeID = slices.Clone(c.refs)
	slices.Sort(g.nodeID)
	g.nodeID = slices.Clip(slices.Compact(g.nodeID))
	g.at = make([]place, len(g.nodeID))
	links := make([]link, 0, len(c.refs))
	i := 0
	for w, way := range c.ways {
		prev := int32(-1)
		for ; i < way.end; i++ {
			n := g.node(c.refs[i])
			g.at[n] = c.places[i]
			if prev >= 0 && prev != n {
				links = append(links, link{prev, n, way.kind, int32(w)})
			}
			prev = n
		}
	}
	g.marks = make([]mark, len(g.nodeID))
	for id, m := range c.marks {
		if n := g.node(id); n >= 0 {
			g.marks[n] = m
		}
	}
	return links
}

// adjacency lists, for every node, the links that touch it: twice the link's
// number, plus one at its b end.
func adjacency(n int, links []link) (first, arms []int32) {
	first = make([]int32, n+1)
	for _, l := range links {
		first[l.a+1]++
		first[l.b+1]++
	}
	for i := range n {
		first[i+1] += first[i]
	}
	arms = make([]int32, 2*len(links))
	next := slices.Clone(first[:n])
	for i, l := range links {
		arms[next[l.a]] = int32(2 * i)
		next[l.a]++
		arms[next[l.b]] = int32(2*i + 1)
		next[l.b]++
	}
	return first, arms
}

// junctions marks the nodes where chains end: where not exactly two pieces of
// the same kind meet, where something stands on the road, and where a turn
// restriction needs a name for the place.
func (g *roadGraph) junctions(c *Collector, links []link, first, arms []int32) []bool {
	keep := make([]bool, len(g.nodeID))
	for n := range keep {
		a := arms[first[n]:first[n+1]]
		keep[n] = len(a) != 2 || g.marks[n] != mark{} || !c.continues(links, a[0], a[1])
	}
	restricted := map[int64]bool{}
	for _, r := range c.restrictions {
		if n := g.node(r.node); r.node != 0 && n >= 0 {
			keep[n] = true
		}
		if len(r.via) > 0 {
			for _, list := range [][]int64{r.from, r.via, r.to} {
				for _, id := range list {
					restricted[id] = true
				}
			}
		}
	}
	start := 0
	for _, w := range c.ways {
		if restricted[w.id] {
			keep[g.node(c.refs[start])] = true
			keep[g.node(c.refs[w.end-1])] = true
		}
		start = w.end
	}
	return keep
}

// continues reports whether the road goes on unchanged from one link's end to
// the other's.
func (c *Collector) continues(links []link, a, b int32) bool {
	la, lb := links[a/2], links[b/2]
	ka, kb := c.kinds[la.kind], c.kinds[lb.kind]
	if a&1 == 0 { // arriving over a means running it from b to a
		ka = ka.reversed()
	}
	if b&1 == 1 {
		kb = kb.reversed()
	}
	return ka == kb
}

// merge walks from junction to junction.
func (g *roadGraph) merge(c *Collector, links []link, first, arms []int32, keep []bool) {
	done := make([]bool, len(links))
	walk := func(n, arm int32) {
		ch := chain{from: n, shape: int32(len(g.shapes))}
		l := links[arm/2]
		ch.kind, ch.reversed = l.kind, arm&1 == 1
		ch.firstWay = c.ways[l.way].id
		g.shapes = append(g.shapes, g.at[n])
		for {
			l = links[arm/2]
			done[arm/2] = true
			next := l.b
			if arm&1 == 1 {
				next = l.a
			}
			ch.length += metresBetween(g.at[n], g.at[next])
			g.shapes = append(g.shapes, g.at[next])
			n = next
			ch.lastWay = c.ways[l.way].id
			if keep[n] {
				break
			}
			a := arms[first[n]:first[n+1]]
			if arm = a[0]; done[arm/2] {
				arm = a[1]
			}
			if done[arm/2] {
				break // a ring without a junction
			}
		}
		ch.to, ch.shapeEnd = n, int32(len(g.shapes))
		g.chains = append(g.chains, ch)
	}
	for n := range keep {
		if !keep[n] {
			continue
		}
		for _, arm := range arms[first[n]:first[n+1]] {
			if !done[arm/2] {
				walk(int32(n), arm)
			}
		}
	}
	for i, l := range links {
		if !done[i] {
			walk(l.a, int32(2*i))
		}
	}
}

// sortChains puts chains that lie close together close in memory, along a
// Hilbert curve, so that searches that spread over the map stay in the cache.
func (g *roadGraph) sortChains() {
	keys := make([]uint64, len(g.chains))
	for i, ch := range g.chains {
		p := g.shapes[(ch.shape+ch.shapeEnd)/2]
		keys[i] = hilbert(uint32(int64(p.lon)+1<<31), uint32(int64(p.lat)+1<<31))
	}
	order := make([]int32, len(g.chains))
	for i := range order {
		order[i] = int32(i)
	}
	slices.SortFunc(order, func(a, b int32) int { return cmp.Or(cmp.Compare(keys[a], keys[b]), cmp.Compare(a, b)) })
	sorted := make([]chain, len(order))
	for i, o := range order {
		sorted[i] = g.chains[o]
	}
	g.chains = sorted
}

// hilbert is the place of a cell on the Hilbert curve through a square of 2³²
// by 2³² cells.
func hilbert(x, y uint32) uint64 {
	var d uint64
	for s := uint32(1 << 31); s > 0; s >>= 1 {
		var rx, ry uint32
		if x&s != 0 {
			rx = 1
		}
		if y&s != 0 {
			ry = 1
		}
		d = d<<2 | uint64(3*rx^ry)
		if ry == 0 {
			if rx == 1 {
				x, y = ^x, ^y
			}
			x, y = y, x
		}
	}
	return d
}

// direct makes the directed edges.
func (g *roadGraph) direct() {
	g.arms = make([]int16, len(g.nodeID))
	g.outFirst = make([]int32, len(g.nodeID)+1)
	for i, ch := range g.chains {
		g.arms[ch.from]++
		g.arms[ch.to]++
		k := g.kinds[ch.kind]
		if ch.reversed {
			k = k.reversed()
		}
		ahead := int32(len(g.edges))
		if k.ahead.kmh > 0 {
			g.edges = append(g.edges, newEdge(int32(i), ch.from, ch.to, false, k.ahead, ch.length))
		}
		if k.back.kmh > 0 {
			g.edges = append(g.edges, newEdge(int32(i), ch.to, ch.from, true, k.back, ch.length))
		}
		if int(ahead)+2 == len(g.edges) {
			g.edges[ahead].mate, g.edges[ahead+1].mate = ahead+1, ahead
		}
	}
	for _, e := range g.edges {
		g.outFirst[e.from+1]++
	}
	for n := range g.nodeID {
		g.outFirst[n+1] += g.outFirst[n]
	}
	g.out = make([]int32, len(g.edges))
	next := slices.Clone(g.outFirst)
	for i, e := range g.edges {
		g.out[next[e.from]] = int32(i)
		next[e.from]++
	}
}

func newEdge(chain, from, to int32, reversed bool, l lane, metres float64) edge {
	ms := max(1, math.Round(metres/float64(l.kmh)*3600))
	return edge{
		chain: chain, from: from, to: to, mate: -1, reversed: reversed, lane: l,
		time: int64(ms), weight: int64(math.Round(ms / float64(l.preference))),
	}
}

// leaving lists the edges that leave a node.
func (g *roadGraph) leaving(n int32) []int32 { return g.out[g.outFirst[n]:g.outFirst[n+1]] }

// firstWay and lastWay are the ways at the ends of a directed edge.
func (g *roadGraph) firstWay(e int32) int64 {
	if g.edges[e].reversed {
		return g.chains[g.edges[e].chain].lastWay
	}
	return g.chains[g.edges[e].chain].firstWay
}

func (g *roadGraph) lastWay(e int32) int64 {
	if g.edges[e].reversed {
		return g.chains[g.edges[e].chain].firstWay
	}
	return g.chains[g.edges[e].chain].lastWay
}

func (g *roadGraph) kindOf(e int32) kind { return g.kinds[g.chains[g.edges[e].chain].kind] }

// pointAlong returns the point at that many metres from the start of an edge,
// at most its end.
func (g *roadGraph) pointAlong(e int32, metres float64) place {
	ch := g.chains[g.edges[e].chain]
	shape := g.shapes[ch.shape:ch.shapeEnd]
	at := func(i int) place {
		if g.edges[e].reversed {
			return shape[len(shape)-1-i]
		}
		return shape[i]
	}
	for i := 1; i < len(shape); i++ {
		a, b := at(i-1), at(i)
		d := metresBetween(a, b)
		if d >= metres && d > 0 {
			f := metres / d
			return place{a.lon + int32(f*(float64(b.lon)-float64(a.lon))), a.lat + int32(f*(float64(b.lat)-float64(a.lat)))}
		}
		metres -= d
	}
	return at(len(shape) - 1)
}

// bearing is the direction from a to b in degrees clockwise from north.
func bearing(a, b place) float64 {
	const rad = math.Pi / 180 / 1e7
	x := (float64(b.lon) - float64(a.lon)) * math.Cos((float64(a.lat)+float64(b.lat))/2*rad)
	y := float64(b.lat) - float64(a.lat)
	return math.Mod(math.Atan2(x, y)*180/math.Pi+360, 360)
}
