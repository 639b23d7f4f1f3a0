package roads

import (
	"cmp"
	"context"
	"slices"
)

// What makes a way an alternative (after Abraham, Delling, Goldberg and
// Werneck, "Alternative routes in road networks", 2010): it is not much
// longer, it is different enough, and it is no detour from itself.
const (
	alternativeStretch = 1.25 // at most so many times the best weight
	alternativeShare   = 0.75 // at most so much of the best way's time on the same roads
	alternativeLocal   = 0.2  // a stretch of this much of it, around its middle, is itself a best way
	alternativeTries   = 60
)

// Alternatives returns the best way between two places and up to count more
// that differ from it and from each other, by their weight. There may be none.
// The errors are those of [Network.Route].
func (n *Network) Alternatives(ctx context.Context, from, to Snap, count int) ([]*Route, error) {
	first, err := n.Route(ctx, from, to)
	if err != nil || count <= 0 {
		return []*Route{first}, err
	}
	routes := []*Route{first}
	q, check := n.query(), n.query()
	defer n.release(q)
	defer n.release(check)
	f, t := n.ends(from, nil), n.ends(to, nil)
	used := []map[uint32]bool{edgesOf(first)}
	for tries, via := range q.meetings(f, t) {
		if tries == alternativeTries || len(routes) > count {
			break
		}
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		nodes := q.nodes(via, nil)
		if n.repeats(nodes) {
			continue
		}
		r := n.trace(nodes, f, t, via)
		if slices.ContainsFunc(used, func(u map[uint32]bool) bool { return shared(r, u) > alternativeShare }) {
			continue
		}
		if !check.locallyBest(r, via.meet) {
			continue
		}
		routes = append(routes, r)
		used = append(used, edgesOf(r))
	}
	return routes, nil
}

// meetings lists the nodes over which both searches know a way that is not too
// long, the best first. The searches stay as they are, so that the ways can be
// taken apart.
func (q *query) meetings(from, to []end) []found {
	q.fwd.seedForward(q.n, from)
	q.slack = q.bwd.seedBackward(q.n, to)
	n := q.n
	var reachedNodes []uint32
	for {
		node, l, ok := q.fwd.settle()
		if !ok {
			break
		}
		reachedNodes = append(reachedNodes, node)
		lo, hi := n.upFirst[node], n.upFirst[node+1]
		q.fwd.expand(n.up[lo:hi], lo, node, l)
	}
	for {
		node, l, ok := q.bwd.settle()
		if !ok {
			break
		}
		lo, hi := n.downFirst[node], n.downFirst[node+1]
		q.bwd.expand(n.down[lo:hi], lo, node, l)
	}
	var list []found
	best := noCost
	for _, node := range reachedNodes {
		f := found{cost: noCost}
		q.meet(node, q.fwd.labels[node], &q.bwd, &f)
		if f.cost < noCost {
			list = append(list, f)
			best = min(best, f.cost)
		}
	}
	list = slices.DeleteFunc(list, func(f found) bool {
		return float64(f.cost.weight()) > alternativeStretch*float64(best.weight())
	})
	slices.SortFunc(list, func(a, b found) int {
		return cmp.Or(cmp.Compare(a.cost, b.cost), cmp.Compare(a.meet, b.meet))
	})
	// Many nodes lie on one and the same way.
	return slices.CompactFunc(list, func(a, b found) bool { return a.cost == b.cost && a.length == b.length })
}

// repeats reports a way that uses a road twice, in either direction.
func (n *Network) repeats(nodes []uint32) bool {
	seen := make(map[int32]bool, len(nodes))
	for _, v := range nodes {
		e := int32(n.nodeEdge[v])
		if mate := n.edges[e].mate; mate >= 0 {
			e = min(e, mate)
		}
		if seen[e] {
			return true
		}
		seen[e] = true
	}
	return false
}

func edgesOf(r *Route) map[uint32]bool {
	m := make(map[uint32]bool, len(r.Pieces))
	for _, p := range r.Pieces {
		m[p.edge] = true
	}
	return m
}

// shared is the part of a route's time on some edges.
func shared(r *Route, edges map[uint32]bool) float64 {
	var on Millis
	for _, p := range r.Pieces {
		if edges[p.edge] {
			on += p.Time
		}
	}
	return float64(on) / float64(max(r.Time, 1))
}

// locallyBest tests the stretch around the node where the searches met.
func (q *query) locallyBest(r *Route, meet uint32) bool {
	at := slices.IndexFunc(r.Pieces, func(p Piece) bool { return p.node == meet })
	if at < 0 {
		return false
	}
	reach := Millis(alternativeLocal * float64(r.Time) / 2)
	lo, hi := at, at
	var before, after Millis
	for lo > 0 && before < reach {
		before += r.Pieces[lo].Time
		lo--
	}
	for hi < len(r.Pieces)-1 && after < reach {
		hi++
		after += r.Pieces[hi].Time
	}
	if lo == hi {
		return true
	}
	var own cost
	for i := lo + 1; i <= hi; i++ {
		own += q.n.turnCost(r.Pieces[i-1].node, r.Pieces[i].node)
	}
	// From the end of one edge to the end of another, as labels count.
	best := q.route([]end{{r.Pieces[lo].edge, 1}}, []end{{r.Pieces[hi].edge, 1}})
	return best.cost >= own
}
