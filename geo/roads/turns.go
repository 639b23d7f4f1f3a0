package roads

import (
	"encoding/binary"
	"math"
	"slices"
)

// cost packs what routes are compared by, the preference weight in
// milliseconds, into the high 32 bits, and the travel time in milliseconds
// into the low ones. Costs add up like numbers, and comparing them breaks ties
// of weight by time.
type cost uint64

const (
	// noCost is more than any route costs, and less than a difference that
	// wrapped around below zero.
	noCost cost = 1 << 62
	// shift is added to backward labels so that they stay positive in both
	// halves when the unused end of the last edge is subtracted: 74 hours.
	shift cost = 1<<28<<32 | 1<<28
	// maxPart bounds what one edge with its turn may cost.
	maxPart = 1 << 27
)

func pack(weight, time int64) cost {
	return cost(min(weight, maxPart)<<32 | min(time, maxPart))
}

func (c cost) weight() int64 { return int64(c >> 32) }
func (c cost) time() int64   { return int64(uint32(c)) }

// turnGraph is the network that routes are sought in: its nodes are the
// directed edges of the road graph, its arcs the turns between them. Where a
// restriction spans several edges, the edges in between have copies, one for
// each set of restrictions that are under way.
type turnGraph struct {
	edge  []int32 // of every node; the first len(edges) are the edges themselves
	first []int32
	arcs  []turnArc
}

// turnArc leads from an edge's end over a turn to the end of the next edge.
type turnArc struct {
	head int32
	turn cost
}

// active is one restriction that the path so far may be running into: path up
// to and including at has been driven.
type active struct{ ban, at int32 }

type turnBuilder struct {
	g       *roadGraph
	bans    []ban
	startOf map[int32][]active // by edge: the restrictions that begin with it
	copies  map[string]int32
	under   [][]active // by node, for copies: what they add to startOf
	out     turnGraph
}

// expand builds the turn graph.
func (g *roadGraph) expand(bans []ban) *turnGraph {
	b := &turnBuilder{g: g, bans: bans, startOf: map[int32][]active{}, copies: map[string]int32{}}
	for i, r := range bans {
		b.startOf[r.path[0]] = append(b.startOf[r.path[0]], active{int32(i), 0})
	}
	b.out.edge = make([]int32, len(g.edges))
	b.under = make([][]active, len(g.edges))
	for e := range g.edges {
		b.out.edge[e] = int32(e)
	}
	out := newBearings(g)
	for u := 0; u < len(b.out.edge); u++ { // grows as copies are made
		b.out.first = append(b.out.first, int32(len(b.out.arcs)))
		b.turnsFrom(u, out)
	}
	b.out.first = append(b.out.first, int32(len(b.out.arcs)))
	return &b.out
}

func (b *turnBuilder) turnsFrom(u int, angles *bearings) {
	e := b.out.edge[u]
	n := b.g.edges[e].to
	running := b.startOf[e]
	if len(b.under[u]) > 0 {
		running = append(slices.Clone(running), b.under[u]...)
	}
	exits := b.g.leaving(n)
	allowed := 0
	for _, f := range exits {
		if !b.banned(running, f) {
			allowed++
		}
	}
	for _, f := range exits {
		if b.banned(running, f) || !b.g.turnAllowed(e, f, allowed) || angles.againstRoundabout(e, f) {
			continue
		}
		head := f
		if next := b.carried(running, f); len(next) > 0 {
			head = b.copyOf(f, next)
		}
		b.out.arcs = append(b.out.arcs, turnArc{head, b.g.turnCost(e, f, angles)})
	}
}

// banned reports whether a restriction that ends at this junction forbids to
// go on over f.
func (b *turnBuilder) banned(running []active, f int32) bool {
	for _, a := range running {
		r := &b.bans[a.ban]
		if int(a.at) == len(r.path)-1 && slices.Contains(r.to, f) != r.only {
			return true
		}
	}
	return false
}

// carried lists the restrictions that are still under way after f.
func (b *turnBuilder) carried(running []active, f int32) []active {
	var next []active
	for _, a := range running {
		if path := b.bans[a.ban].path; int(a.at)+1 < len(path) && path[a.at+1] == f {
			next = append(next, active{a.ban, a.at + 1})
		}
	}
	slices.SortFunc(next, func(x, y active) int {
		if x.ban != y.ban {
			return int(x.ban - y.ban)
		}
		return int(x.at - y.at)
	})
	return next
}

func (b *turnBuilder) copyOf(f int32, under []active) int32 {
	key := binary.LittleEndian.AppendUint32(nil, uint32(f))
	for _, a := range under {
		key = binary.LittleEndian.AppendUint32(key, uint32(a.ban))
		key = binary.LittleEndian.AppendUint32(key, uint32(a.at))
	}
	if n, ok := b.copies[string(key)]; ok {
		return n
	}
	n := int32(len(b.out.edge))
	b.out.edge = append(b.out.edge, f)
	b.under = append(b.under, under)
	b.copies[string(key)] = n
	return n
}

// turnAllowed applies the rules that need no restriction. allowed is how many
// exits the restrictions leave open. One turns back at barriers, turning
// circles and dead ends, and where there is nothing else to do.
func (g *roadGraph) turnAllowed(e, f int32, allowed int) bool {
	n := g.edges[e].to
	if g.edges[e].mate != f {
		return !g.marks[n].barrier
	}
	if g.marks[n].barrier || g.marks[n].turning || g.profile.UturnEverywhere || g.arms[n] == 1 || allowed == 1 {
		return true
	}
	both := 0
	for _, x := range g.leaving(n) {
		if g.edges[x].mate >= 0 {
			both++
		}
	}
	return both <= 1
}

// turnCost is the delay of going from edge e to edge f: what stands at the
// junction, the turn's angle by a sigmoid that reaches turn_seconds at a
// right-about turn (the form of OSRM's car profile), and the return.
func (g *roadGraph) turnCost(e, f int32, angles *bearings) cost {
	p, n := g.profile, g.edges[e].to
	m := g.marks[n]
	seconds := float64(m.any)
	if g.edges[e].reversed != g.chains[g.edges[e].chain].reversed {
		seconds += float64(m.backward)
	} else {
		seconds += float64(m.forward)
	}
	back := g.edges[e].mate == f
	ferry := (g.kindOf(e).flags^g.kindOf(f).flags)&kindFerry != 0
	if p.TurnSeconds > 0 && (g.arms[n] > 2 || back || ferry) {
		angle := angles.turn(e, f)
		bias := p.TurnBias
		if p.LeftHandTraffic {
			bias = 1 / bias
		}
		if angle >= 0 { // to the right
			seconds += p.TurnSeconds / (1 + math.Exp(-(13/bias*angle/180 - 6.5*bias)))
		} else {
			seconds += p.TurnSeconds / (1 + math.Exp(-(13*bias*-angle/180 - 6.5/bias)))
		}
	}
	if back {
		seconds += p.UturnSeconds
	}
	ms := int64(math.Round(seconds * 1000))
	weight := ms
	if !g.edges[e].lane.restricted && g.edges[f].lane.restricted {
		weight += int64(p.DestinationOnlySeconds * 1000)
	}
	return pack(weight, ms)
}

// bearings holds the directions in which edges leave and arrive, looked at
// from some metres away so that the last bend does not count as the turn.
type bearings struct {
	g             *roadGraph
	leave, arrive []float32
	ringIn        map[int32]int32 // by node: an edge that arrives along a roundabout
}

// lookAlong is how far along an edge its direction is taken.
const lookAlong = 15.0

func newBearings(g *roadGraph) *bearings {
	b := &bearings{g: g, leave: make([]float32, len(g.edges)), arrive: make([]float32, len(g.edges)), ringIn: map[int32]int32{}}
	for e := range g.edges {
		if g.kindOf(int32(e)).flags&kindRoundabout != 0 {
			b.ringIn[g.edges[e].to] = int32(e)
		}
		at := g.at[g.edges[e].from]
		b.leave[e] = float32(bearing(at, g.pointAlong(int32(e), lookAlong)))
		end := g.at[g.edges[e].to]
		before := g.pointAlong(int32(e), max(0, g.chains[g.edges[e].chain].length-lookAlong))
		b.arrive[e] = float32(bearing(before, end))
	}
	return b
}

// turn is the angle from e to f in degrees, 0 straight on, positive to the
// right, within -180 and 180. Turning back is 180.
func (b *bearings) turn(e, f int32) float64 {
	if b.g.edges[e].mate == f {
		return 180
	}
	return angleBetween(float64(b.arrive[e]), float64(b.leave[f]))
}

// angleBetween is the change of direction in degrees, positive to the right.
func angleBetween(from, to float64) float64 {
	a := math.Mod(to-from+540, 360) - 180
	if a == -180 {
		return 180
	}
	return a
}

// againstRoundabout reports a turn that would cross a roundabout against its
// direction: both edges meet it at one node, and f lies on the side from which
// the traffic of the roundabout comes.
func (b *bearings) againstRoundabout(e, f int32) bool {
	g := b.g
	n := g.edges[e].to
	if g.kindOf(e).flags&kindRoundabout != 0 || g.kindOf(f).flags&kindRoundabout != 0 || g.edges[e].mate == f {
		return false
	}
	in, ok := b.ringIn[n]
	out := int32(-1)
	for _, x := range g.leaving(n) {
		if g.kindOf(x).flags&kindRoundabout != 0 {
			out = x
		}
	}
	if !ok || out < 0 {
		return false
	}
	// Angles clockwise, seen from the node, from the roundabout's incoming arm.
	base := float64(b.arrive[in]) + 180
	clock := func(bearing float64) float64 { return math.Mod(bearing-base+720, 360) }
	ring := clock(float64(b.leave[out]))
	from := clock(float64(b.arrive[e]) + 180)
	to := clock(float64(b.leave[f]))
	return from < ring && to < from || from > ring && to > from
}
