package roads

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"math"
	"slices"

	"github.com/paulmach/orb"

	"github.com/waymark-crm/waymark/geo/osm"
)

// ErrNoRoads means that an extract holds no roads that the profile may use.
var ErrNoRoads = errors.New("the extract holds no roads for this profile")

// A Stage is a part of the preparation.
type Stage string

// The stages, in their order.
const (
	StageRead     Stage = "read"     // bytes of the extract
	StageConnect  Stage = "connect"  // junctions, turns, restrictions
	StageContract Stage = "contract" // nodes of the hierarchy
	StageAssemble Stage = "assemble" // layout and index
)

// Progress hears how far a stage has come. It may be nil.
type Progress func(stage Stage, done, total int64)

func (p Progress) tell(stage Stage, done, total int64) {
	if p != nil {
		p(stage, done, total)
	}
}

// Build reads an extract and prepares its network for a profile.
//
// The errors are those of [osm.Read], ErrNoRoads and ctx.Err().
func Build(ctx context.Context, extract string, p *Profile, progress Progress) (*Network, error) {
	c := NewCollector(p)
	header, err := osm.Read(ctx, extract, func(done, total int64) { progress.tell(StageRead, done, total) }, c)
	if err != nil {
		return nil, err
	}
	return Prepare(ctx, c, header, progress)
}

// Prepare makes a network of what a collector took from an extract. The same
// extract and profile give the same network, to the byte.
func Prepare(ctx context.Context, c *Collector, header osm.Header, progress Progress) (*Network, error) {
	return PrepareLike(ctx, c, header, nil, progress)
}

// PrepareLike is [Prepare] for the same roads at other speeds, such as another
// time of day ([Profile.At]): it takes the order of the hierarchy from a
// network that is ready, which is most of the work, and makes its own where
// the two differ in more than speeds.
func PrepareLike(ctx context.Context, c *Collector, header osm.Header, like *Network, progress Progress) (*Network, error) {
	progress.tell(StageConnect, 0, 1)
	g := buildGraph(c)
	bans, dropped := g.bans(c.restrictions)
	t := g.expand(bans)
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	notes := c.notes
	notes.RestrictionsDropped += dropped
	m := selectMain(g, t)
	if len(m.nodes) == 0 {
		return nil, fmt.Errorf("%w (%s)", ErrNoRoads, c.profile.Name)
	}
	notes.Islands, notes.IslandMetres = m.islands, m.islandMetres
	progress.tell(StageConnect, 1, 1)

	h, err := contract(ctx, len(m.nodes), m.arcs, like.orderFor(m), func(done, total int) {
		progress.tell(StageContract, int64(done), int64(total))
	})
	if err != nil {
		return nil, err
	}
	progress.tell(StageAssemble, 0, 1)
	n := assemble(g, t, m, h, c.texts)
	n.info.Profile, n.info.ProfileAbout, n.info.TimeOfDay = c.profile.Name, c.profile.About, c.profile.timeOfDay
	n.info.DataTimestamp, n.info.ExtractSize = header.Timestamp, header.Size
	n.info.Notes = notes
	progress.tell(StageAssemble, 1, 1)
	return n, nil
}

// orderFor returns the order in which the network's nodes were removed, or nil
// when m is another graph.
func (n *Network) orderFor(m *mainNetwork) []uint32 {
	if n == nil || len(n.turnNode) != len(m.nodes) || len(n.turns) != len(m.arcs) {
		return nil
	}
	for i, a := range m.arcs {
		if n.turns[i].node != a.head || uint32(i) < n.turnFirst[a.tail] || uint32(i) >= n.turnFirst[a.tail+1] {
			return nil
		}
	}
	order := make([]uint32, len(n.turnNode))
	for v, rank := range n.turnNode {
		order[len(order)-1-int(rank)] = uint32(v)
	}
	return order
}

// mainNetwork is the largest strongly connected part of a turn graph, with its
// own numbers.
type mainNetwork struct {
	nodes        []int32 // in the turn graph
	arcs         []treeArc
	islands      int
	islandMetres int
}

func selectMain(g *roadGraph, t *turnGraph) *mainNetwork {
	m := &mainNetwork{}
	if len(t.edge) == 0 {
		return m
	}
	part, main, parts := t.mainPart()
	m.islands = parts - 1
	number := make([]int32, len(part))
	chainIn := make([]bool, len(g.chains))
	for u, p := range part {
		if p == main {
			number[u] = int32(len(m.nodes))
			m.nodes = append(m.nodes, int32(u))
			chainIn[g.edges[t.edge[u]].chain] = true
		}
	}
	metres := 0.0
	for i, in := range chainIn {
		if !in {
			metres += g.chains[i].length
		}
	}
	m.islandMetres = int(math.Round(metres))
	for _, u := range m.nodes {
		for _, a := range t.arcs[t.first[u]:t.first[u+1]] {
			if part[a.head] != main || a.head == u {
				continue
			}
			e := &g.edges[t.edge[a.head]]
			m.arcs = append(m.arcs, treeArc{
				tail: uint32(number[u]), head: uint32(number[a.head]),
				cost: a.turn + pack(e.weight, e.time), length: g.decimetres(e), a: -1, b: -1,
			})
		}
	}
	return m
}

func (g *roadGraph) decimetres(e *edge) int32 {
	return int32(max(1, math.Round(10*g.chains[e.chain].length)))
}

// assemble lays a network out for queries: nodes are numbered from the top of
// the hierarchy down, so that what every search visits lies together.
func assemble(g *roadGraph, t *turnGraph, m *mainNetwork, h *hierarchy, texts []string) *Network {
	n := &Network{}
	count := len(m.nodes)
	rank := make([]uint32, count) // old number → new
	for i, v := range h.order {
		rank[v] = uint32(count - 1 - i)
	}
	n.layHierarchy(h, rank)
	n.layTurns(m, rank)
	edgeNumber := n.layEdges(g, t, m, rank)
	n.nodeEdge = make([]uint32, count)
	for i, u := range m.nodes {
		n.nodeEdge[rank[i]] = uint32(edgeNumber[t.edge[u]])
	}
	n.layTexts(texts)
	n.grid = buildGrid(n)
	n.info.Edges, n.info.Nodes, n.info.Turns = len(n.edges), count, len(n.turns)
	n.info.Shortcuts = len(h.arcs) - len(m.arcs)
	return n
}

func (n *Network) layHierarchy(h *hierarchy, rank []uint32) {
	count := len(rank)
	n.upFirst, n.downFirst = make([]uint32, count+1), make([]uint32, count+1)
	old := make([]uint32, count)
	for v, r := range rank {
		old[r] = uint32(v)
	}
	// Where an arc ends up: in up when its tail was removed before its head.
	where := make([]int32, len(h.arcs))
	lay := func(lists [][]halfArc, first []uint32) []arc {
		var out []arc
		for r := range count {
			list := lists[old[r]]
			slices.SortFunc(list, func(a, b halfArc) int { return cmp.Compare(rank[a.node], rank[b.node]) })
			for _, a := range list {
				where[a.arc] = int32(len(out))
				out = append(out, arc{a.cost, h.arcs[a.arc].length, rank[a.node]})
			}
			first[r+1] = uint32(len(out))
		}
		return out
	}
	n.up, n.down = lay(h.up, n.upFirst), lay(h.down, n.downFirst)
	n.upParts, n.downParts = make([]parts, len(n.up)), make([]parts, len(n.down))
	split := func(lists [][]halfArc, first []uint32, out []parts) {
		for r := range count {
			for i, a := range lists[old[r]] {
				p := parts{-1, int32(rank[h.arcs[a.arc].head])}
				if s := h.arcs[a.arc]; s.a >= 0 {
					p = parts{where[s.a], where[s.b]}
				}
				out[int(first[r])+i] = p
			}
		}
	}
	split(h.up, n.upFirst, n.upParts)
	split(h.down, n.downFirst, n.downParts)
}

func (n *Network) layTurns(m *mainNetwork, rank []uint32) {
	n.turnNode = rank
	n.turnFirst = make([]uint32, len(rank)+1)
	n.turns = make([]arc, len(m.arcs))
	for i, a := range m.arcs { // in the order of their tails
		n.turns[i] = arc{a.cost, a.length, a.head}
		n.turnFirst[a.tail+1] = uint32(i + 1)
	}
	for i := 1; i < len(n.turnFirst); i++ {
		n.turnFirst[i] = max(n.turnFirst[i], n.turnFirst[i-1])
	}
}

// layEdges keeps the edges that have a node in the main part, and the shapes
// of their chains. It returns the new numbers of the edges, -1 for the others.
func (n *Network) layEdges(g *roadGraph, t *turnGraph, m *mainNetwork, rank []uint32) []int32 {
	number := make([]int32, len(g.edges))
	for i := range number {
		number[i] = -1
	}
	for _, u := range m.nodes {
		number[t.edge[u]] = 0
	}
	bound := orb.Bound{Min: orb.Point{181, 91}, Max: orb.Point{-181, -91}}
	shapeOf := make(map[int32]uint32)
	metres := 0.0
	for i := range g.edges {
		if number[i] < 0 {
			continue
		}
		e := &g.edges[i]
		ch := &g.chains[e.chain]
		start, ok := shapeOf[e.chain]
		if !ok {
			start = uint32(len(n.points))
			shapeOf[e.chain] = start
			n.points = append(n.points, g.shapes[ch.shape:ch.shapeEnd]...)
			for _, p := range g.shapes[ch.shape:ch.shapeEnd] {
				bound = bound.Extend(p.point())
			}
			metres += ch.length
		}
		k := g.kinds[ch.kind]
		number[i] = int32(len(n.edges))
		n.edges = append(n.edges, edgeInfo{
			shape: start, count: uint32(ch.shapeEnd - ch.shape),
			weight: int32(min(e.weight, maxPart)), time: int32(min(e.time, maxPart)), length: g.decimetres(e),
			node: -1, start: -1, mate: -1, name: k.name, ref: k.ref, class: k.class, flags: flagsOf(e, k.flags),
		})
		n.ways = append(n.ways, g.firstWay(int32(i)))
	}
	for i := range g.edges {
		if mate := g.edges[i].mate; number[i] >= 0 && mate >= 0 {
			n.edges[number[i]].mate = number[mate]
		}
	}
	for i, u := range m.nodes {
		e := t.edge[u]
		if int(u) < len(g.edges) {
			n.edges[number[e]].node, n.edges[number[e]].start = int32(rank[i]), int32(i)
		} else {
			n.copies = append(n.copies, edgeCopy{uint32(number[e]), rank[i], uint32(i)})
		}
	}
	slices.SortFunc(n.copies, func(a, b edgeCopy) int {
		return cmp.Or(cmp.Compare(a.edge, b.edge), cmp.Compare(a.node, b.node))
	})
	n.info.Bounds, n.info.KilometresOpen = bound, int(math.Round(metres/1000))
	return number
}

func flagsOf(e *edge, k kindFlags) edgeFlags {
	var f edgeFlags
	for _, pair := range []struct {
		on   bool
		flag edgeFlags
	}{
		{e.reversed, edgeReversed}, {e.lane.restricted, edgeRestricted},
		{k&kindRoundabout != 0, edgeRoundabout}, {k&kindFerry != 0, edgeFerry}, {k&kindNoStart != 0, edgeNoStart},
		{k&kindTunnel != 0, edgeTunnel}, {k&kindBridge != 0, edgeBridge}, {k&kindToll != 0, edgeToll},
	} {
		if pair.on {
			f |= pair.flag
		}
	}
	return f
}

// layTexts keeps the names that the edges use.
func (n *Network) layTexts(texts []string) {
	number := map[uint32]uint32{}
	n.textFirst = []uint32{0}
	keep := func(i uint32) uint32 {
		j, ok := number[i]
		if !ok {
			j = uint32(len(n.textFirst) - 1)
			number[i] = j
			n.textBytes = append(n.textBytes, texts[i]...)
			n.textFirst = append(n.textFirst, uint32(len(n.textBytes)))
		}
		return j
	}
	keep(0)
	for i := range n.edges {
		e := &n.edges[i]
		e.name, e.ref = keep(e.name), keep(e.ref)
	}
	n.readTexts()
}
