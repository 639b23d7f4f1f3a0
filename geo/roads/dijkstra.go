package roads

// plainTree is Dijkstra's algorithm on the turns as they are, without the
// hierarchy: the labels of every node of turns from one place. It is what the
// faster searches are held against, and the unit in which they are measured.
func (q *query) plainTree(from []end) *side {
	n, s := q.n, &q.fwd
	s.reset()
	for _, f := range from {
		e := &n.edges[f.edge]
		if e.start < 0 {
			continue
		}
		// Behind the first turn: the edge itself may then be reached again.
		left, length := e.left(f.along)
		for _, a := range n.turns[n.turnFirst[e.start]:n.turnFirst[e.start+1]] {
			s.reach(a.node, left+a.cost, length+a.length, uint32(e.start), arcTurn)
		}
	}
	for {
		node, l, ok := s.settle()
		if !ok {
			return s
		}
		lo, hi := n.turnFirst[node], n.turnFirst[node+1]
		s.expand(n.turns[lo:hi], lo, node, l)
	}
}

// plainRoute reads one answer from a tree.
func (n *Network) plainRoute(tree *side, from, to []end) found {
	best := found{cost: noCost}
	offer := func(c cost, length int32) {
		if c < best.cost {
			best = found{cost: c, length: length}
		}
	}
	for _, t := range to {
		e := &n.edges[t.edge]
		for _, f := range from {
			if f.edge == t.edge && t.along >= f.along && e.node >= 0 {
				c0, l0 := e.passed(f.along)
				c1, l1 := e.passed(t.along)
				offer(c1-c0, l1-l0)
			}
		}
		c, length := e.left(t.along)
		n.nodesOf(t.edge, func(_, start uint32) {
			if l := &tree.labels[start]; l.round == tree.round {
				offer(l.cost-c, l.length-length)
			}
		})
	}
	return best
}
