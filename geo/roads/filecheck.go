package roads

import "fmt"

// check makes sure that no number of the file points outside its array, so
// that a file with right checksums but wrong content can't make a query panic.
func (n *Network) check() error {
	nodes, edges := uint32(len(n.nodeEdge)), uint32(len(n.edges))
	bad := func(what string) error { return fmt.Errorf("%w (%s)", ErrNetworkDamaged, what) }
	if nodes == 0 || edges == 0 {
		return bad("it is empty")
	}
	if !starts(n.upFirst, nodes, len(n.up)) || !starts(n.downFirst, nodes, len(n.down)) ||
		!starts(n.turnFirst, nodes, len(n.turns)) {
		return bad("its lists")
	}
	if len(n.turnNode) != len(n.nodeEdge) || len(n.upParts) != len(n.up) || len(n.downParts) != len(n.down) || len(n.ways) != len(n.edges) {
		return bad("the lengths of its lists")
	}
	for v := range nodes {
		for _, a := range n.up[n.upFirst[v]:n.upFirst[v+1]] {
			if a.node >= v {
				return bad("its hierarchy")
			}
		}
		for _, a := range n.down[n.downFirst[v]:n.downFirst[v+1]] {
			if a.node >= v {
				return bad("its hierarchy")
			}
		}
	}
	for _, a := range n.turns {
		if a.node >= nodes {
			return bad("its turns")
		}
	}
	for _, v := range n.turnNode {
		if v >= nodes {
			return bad("its turns")
		}
	}
	if !n.partsBelow() {
		return bad("its shortcuts")
	}
	for _, e := range n.nodeEdge {
		if e >= edges {
			return bad("its nodes")
		}
	}
	for _, c := range n.copies {
		if c.edge >= edges || c.node >= nodes || c.start >= nodes {
			return bad("its nodes")
		}
	}
	texts := uint32(len(n.textFirst)) - 1
	if len(n.textFirst) == 0 || !starts(n.textFirst, texts, len(n.textBytes)) {
		return bad("its texts")
	}
	for i := range n.edges {
		e := &n.edges[i]
		if e.count < 2 || uint64(e.shape)+uint64(e.count) > uint64(len(n.points)) ||
			e.node >= int32(nodes) || e.start >= int32(nodes) || (e.start < 0) != (e.node < 0) || e.mate >= int32(edges) || e.name >= texts || e.ref >= texts ||
			e.weight < 0 || e.time < 0 || e.weight > maxPart || e.time > maxPart {
			return bad("its edges")
		}
	}
	return n.checkGrid(bad)
}

func (n *Network) checkGrid(bad func(string) error) error {
	h := n.grid.head
	if h.columns < 1 || h.rows < 1 || h.cellLon < 1 || h.cellLat < 1 ||
		int64(h.columns)*int64(h.rows) > int64(len(n.grid.first))-1 ||
		!starts(n.grid.first, uint32(len(n.grid.first)-1), len(n.grid.items)) {
		return bad("its index")
	}
	for _, s := range n.grid.items {
		if s.edge >= uint32(len(n.edges)) || s.i+1 >= n.edges[s.edge].count {
			return bad("its index")
		}
	}
	return nil
}

// starts reports whether first holds count+1 ascending numbers up to total.
func starts(first []uint32, count uint32, total int) bool {
	if len(first) != int(count)+1 || first[0] != 0 || int(first[count]) != total {
		return false
	}
	for i := range count {
		if first[i] > first[i+1] {
			return false
		}
	}
	return true
}

// partsBelow makes sure that every shortcut is made of arcs of one node below
// both of its ends, so that taking it apart comes to an end.
func (n *Network) partsBelow() bool {
	owner := func(first []uint32, total int) []uint32 {
		list := make([]uint32, total)
		for v := range len(first) - 1 {
			for i := first[v]; i < first[v+1]; i++ {
				list[i] = uint32(v)
			}
		}
		return list
	}
	upOwner, downOwner := owner(n.upFirst, len(n.up)), owner(n.downFirst, len(n.down))
	ok := func(list []parts, owners []uint32) bool {
		for i, p := range list {
			if p.first < 0 {
				if p.second < 0 || int(p.second) >= len(n.nodeEdge) {
					return false
				}
				continue
			}
			if int(p.first) >= len(downOwner) || p.second < 0 || int(p.second) >= len(upOwner) ||
				downOwner[p.first] != upOwner[p.second] || downOwner[p.first] <= owners[i] {
				return false
			}
		}
		return true
	}
	return ok(n.upParts, upOwner) && ok(n.downParts, downOwner)
}
