package roads

import (
	"sync"
)

// label is what a search knows of a node.
type label struct {
	cost   cost
	length int32
	arc    int32  // by which it was reached: an index, or one of the marks below
	from   uint32 // the node before
	round  uint32
}

const (
	arcNone = -1 // the search began here
	arcTurn = -2 // by a turn from the edge on which the route begins, see aroundAgain
)

// side is the search from one end, upwards in the hierarchy.
type side struct {
	labels []label
	round  uint32
	queue  heap
}

func (s *side) reset() {
	s.queue = s.queue[:0]
	s.round++
	if s.round == 0 { // after four billion searches
		clear(s.labels)
		s.round = 1
	}
}

// reach offers a node a label and reports whether it was better.
func (s *side) reach(node uint32, c cost, length int32, from uint32, arc int32) {
	l := &s.labels[node]
	if l.round == s.round && l.cost <= c {
		return
	}
	*l = label{c, length, arc, from, s.round}
	s.queue.push(c, node)
}

// settle pops the next node with its label; ok is false when none is left.
func (s *side) settle() (node uint32, l label, ok bool) {
	for len(s.queue) > 0 {
		it := s.queue.pop()
		if l := s.labels[it.node]; l.cost == it.cost {
			return it.node, l, true
		}
	}
	return 0, label{}, false
}

// stalled reports that a node was reached on a detour: one of its higher
// neighbours knows a shorter way to it, so nothing beyond it matters
// (Geisberger et al., stall-on-demand).
func (s *side) stalled(against []arc, c cost) bool {
	for i := range against {
		a := &against[i]
		if l := &s.labels[a.node]; l.round == s.round && l.cost+a.cost < c {
			return true
		}
	}
	return false
}

func (s *side) expand(arcs []arc, first uint32, node uint32, l label) {
	for i := range arcs {
		a := &arcs[i]
		s.reach(a.node, l.cost+a.cost, l.length+a.length, node, int32(first)+int32(i))
	}
}

// query is the scratch of one search from end to end.
type query struct {
	n        *Network
	fwd, bwd side
	slack    cost // the most that a backward seed takes off
	work     []int32
}

// scratch keeps queries for the next one who needs them.
type scratch struct {
	queries sync.Pool
	tables  sync.Pool
	floods  sync.Pool
}

func (n *Network) query() *query {
	if q, ok := n.scratch.queries.Get().(*query); ok {
		return q
	}
	return &query{n: n,
		fwd: side{labels: make([]label, len(n.nodeEdge))},
		bwd: side{labels: make([]label, len(n.nodeEdge))},
	}
}

func (n *Network) release(q *query) { n.scratch.queries.Put(q) }

// found is the answer of a query.
type found struct {
	cost   cost // noCost: there is no way
	length int32
	meet   uint32
}

// seedForward starts the search from the ends of a source. A label holds the
// cost up to the end of its edge.
func (s *side) seedForward(n *Network, from []end) {
	s.reset()
	for _, f := range from {
		e := &n.edges[f.edge]
		if e.node < 0 {
			continue
		}
		c, length := e.left(f.along)
		s.reach(uint32(e.node), c, length, uint32(e.node), arcNone)
	}
}

// seedBackward starts the search from the ends of a target. Forward labels
// count the whole last edge, so what lies behind the target is taken off here;
// shift keeps the difference positive.
// It returns the most that was taken off.
func (s *side) seedBackward(n *Network, to []end) (most cost) {
	s.reset()
	for _, t := range to {
		c, length := n.edges[t.edge].left(t.along)
		most = max(most, c)
		n.nodesOf(t.edge, func(node, _ uint32) {
			s.reach(node, shift-c, -length, node, arcNone)
		})
	}
	return most
}

// route seeks the best way between two places, and leaves the labels from
// which it can be taken apart.
func (q *query) route(from, to []end) found {
	best := q.straight(from, to)
	sought := false
	for _, f := range from {
		for _, t := range to {
			if f.edge != t.edge || t.along >= f.along || !q.aroundMayWin(f, t, best) {
				continue
			}
			// Behind us on the same edge: around the block, perhaps.
			sought = true
			if again := q.around(f, t); again.cost < best.cost {
				return q.routeWithAround(from, to)
			}
		}
	}
	if sought { // the labels are those of the ring
		return q.straight(from, to)
	}
	return best
}

func (q *query) straight(from, to []end) found {
	q.fwd.seedForward(q.n, from)
	q.slack = q.bwd.seedBackward(q.n, to)
	return q.run()
}

// aroundMayWin reports whether a ring that comes back to a place behind us on
// the same edge could be shorter than best: it drives the rest of the edge and
// what lies before the place.
func (q *query) aroundMayWin(f, t end, best found) bool {
	e := &q.n.edges[f.edge]
	left, _ := e.left(f.along)
	passed, _ := e.passed(t.along)
	return e.node >= 0 && best.cost > left+passed
}

// around is the best way that leaves an edge and comes back to a place on it
// that was already passed. The hierarchy alone does not hold such rings, since
// they begin and end at one node.
func (q *query) around(f, t end) found {
	q.seedAround(f)
	q.slack = q.bwd.seedBackward(q.n, []end{t})
	return q.run()
}

// seedAround starts the forward search behind the turns at the end of an edge.
func (q *query) seedAround(f end) {
	q.fwd.reset()
	q.addAround(f)
}

func (q *query) addAround(f end) {
	e := &q.n.edges[f.edge]
	if e.node < 0 {
		return
	}
	left, length := e.left(f.along)
	node := uint32(e.node)
	for _, a := range q.n.turns[q.n.turnFirst[e.start]:q.n.turnFirst[e.start+1]] {
		q.fwd.reach(q.n.turnNode[a.node], left+a.cost, length+a.length, node, arcTurn)
	}
}

// routeWithAround seeks again with all starts moved behind the first turn; it
// is called when the best way is known to be such a ring.
func (q *query) routeWithAround(from, to []end) found {
	q.fwd.reset()
	for _, f := range from {
		q.addAround(f)
	}
	q.slack = q.bwd.seedBackward(q.n, to)
	return q.run()
}

// run alternates between the two searches until neither can improve on the
// best meeting.
func (q *query) run() found {
	best := found{cost: noCost}
	n := q.n
	forward, backward := true, true
	for forward || backward {
		if forward {
			node, l, ok := q.fwd.settle()
			if forward = ok && l.cost < best.cost+q.slack; forward {
				q.meet(node, l, &q.bwd, &best)
				lo, hi := n.downFirst[node], n.downFirst[node+1]
				if !q.fwd.stalled(n.down[lo:hi], l.cost) {
					lo, hi = n.upFirst[node], n.upFirst[node+1]
					q.fwd.expand(n.up[lo:hi], lo, node, l)
				}
			}
		}
		if backward {
			node, l, ok := q.bwd.settle()
			if backward = ok && l.cost < best.cost+shift; backward {
				q.meet(node, l, &q.fwd, &best)
				lo, hi := n.upFirst[node], n.upFirst[node+1]
				if !q.bwd.stalled(n.up[lo:hi], l.cost) {
					lo, hi = n.downFirst[node], n.downFirst[node+1]
					q.bwd.expand(n.down[lo:hi], lo, node, l)
				}
			}
		}
	}
	return best
}

// meet tries a node that both searches have seen. A sum below shift would be a
// target behind the source on one edge; it wraps around to a huge cost.
func (q *query) meet(node uint32, l label, other *side, best *found) {
	o := &other.labels[node]
	if o.round != other.round {
		return
	}
	if c := l.cost + o.cost - shift; c < best.cost {
		*best = found{c, l.length + o.length, node}
	}
}

// nodes lists the nodes of the way that was found, in order, into list.
func (q *query) nodes(f found, list []uint32) []uint32 {
	// Forward: collect the arcs from the meeting down to the start.
	q.work = q.work[:0]
	node := f.meet
	for {
		l := &q.fwd.labels[node]
		if l.arc == arcNone {
			list = append(list, node)
			break
		}
		if l.arc == arcTurn {
			list = append(list, l.from, node)
			break
		}
		q.work = append(q.work, l.arc)
		node = l.from
	}
	for i := len(q.work) - 1; i >= 0; i-- {
		list = q.n.unpackUp(q.work[i], list)
	}
	for node = f.meet; ; {
		l := &q.bwd.labels[node]
		if l.arc == arcNone {
			return list
		}
		list = q.n.unpackDown(l.arc, list)
		node = l.from
	}
}

// unpackUp and unpackDown append the nodes that an arc leads over, without the
// one where it begins.
func (n *Network) unpackUp(i int32, list []uint32) []uint32 {
	p := n.upParts[i]
	if p.first < 0 {
		return append(list, uint32(p.second))
	}
	return n.unpackUp(p.second, n.unpackDown(p.first, list))
}

func (n *Network) unpackDown(i int32, list []uint32) []uint32 {
	p := n.downParts[i]
	if p.first < 0 {
		return append(list, uint32(p.second))
	}
	return n.unpackUp(p.second, n.unpackDown(p.first, list))
}
