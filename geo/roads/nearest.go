package roads

import (
	"cmp"
	"context"
	"slices"
)

// Near is one of many places, and what it takes to get there.
type Near struct {
	Index  int // in the list that was given
	Time   Millis
	Length Decimetres
}

// Nearest returns the k of many places that are reached first, the nearest
// first, ties by index; fewer when fewer can be reached within the limit (a
// zero limit means that there is none). It spreads from the start until it has
// them, so that it is quick when they are near, however many there are. Places
// are compared as routes are. Zero Snaps are passed over.
//
// To learn which of many places are within a time, ask [Network.Reach] once
// and [Reach.Place] for each.
func (n *Network) Nearest(ctx context.Context, from Snap, places []Snap, k int, limit Limit) ([]Near, error) {
	if k <= 0 || len(places) == 0 {
		return nil, ctx.Err()
	}
	if limit.Time < 0 || limit.Length < 0 || limit.Time > 0 && limit.Length > 0 {
		return nil, ErrLimit
	}
	bound := limit
	if bound == (Limit{}) {
		bound.Time = 1<<31 - 1
	}
	goals := n.goalsOf(places)
	best := &nearList{k: k, cost: map[int]cost{}, length: map[int]int32{}}
	most := bound.most()
	offer := func(i int, c cost, length int32) {
		if bound.of(c, length) <= most {
			best.offer(i, c, length, bound.Length > 0)
		}
	}
	arrive := func(edge uint32, c cost, length int32) { // to the edge's end
		goals.on(edge, func(g endOf) {
			left, rest := n.edges[edge].left(g.along)
			offer(int(g.target), c-left, length-rest)
		})
	}
	ends := n.ends(from, nil)
	for _, s := range ends {
		e := &n.edges[s.edge]
		passed, gone := e.passed(s.along)
		goals.on(s.edge, func(g endOf) {
			if g.along >= s.along {
				c, length := e.passed(g.along)
				offer(int(g.target), c-passed, length-gone)
			}
		})
		if e.start >= 0 {
			c, length := e.left(s.along)
			for _, a := range n.turns[n.turnFirst[e.start]:n.turnFirst[e.start+1]] {
				arrive(n.nodeEdge[n.turnNode[a.node]], c+a.cost, length+a.length)
			}
		}
	}
	f := n.flood()
	defer n.scratch.floods.Put(f)
	err := f.run(ctx, ends, bound, func(node uint32, l label) bool {
		// What is not known yet lies behind this node or a later one.
		if best.full(l.key(bound.Length > 0)) {
			return true
		}
		for _, a := range n.turns[n.turnFirst[node]:n.turnFirst[node+1]] {
			arrive(n.nodeEdge[n.turnNode[a.node]], l.cost+a.cost, l.length+a.length)
		}
		return false
	})
	if err != nil {
		return nil, err
	}
	return best.list(), nil
}

// goals are places by edge.
type goals []endOf

func (n *Network) goalsOf(places []Snap) goals {
	var g goals
	var two [2]end
	for j := range places {
		for _, e := range n.ends(places[j], two[:0]) {
			g = append(g, endOf{e, uint32(j)})
		}
	}
	slices.SortFunc(g, func(x, y endOf) int {
		return cmp.Or(cmp.Compare(x.edge, y.edge), cmp.Compare(x.target, y.target))
	})
	return g
}

func (g goals) on(edge uint32, each func(endOf)) {
	i, _ := slices.BinarySearchFunc(g, edge, func(p endOf, edge uint32) int { return cmp.Compare(p.edge, edge) })
	for ; i < len(g) && g[i].edge == edge; i++ {
		each(g[i])
	}
}

// nearList keeps the best offers for every place and the k best places.
type nearList struct {
	k      int
	cost   map[int]cost
	length map[int]int32
	best   []nearItem // at most k, ascending
}

type nearItem struct {
	key   cost
	index int
}

func (l *nearList) offer(i int, c cost, length int32, byLength bool) {
	key := c
	if byLength {
		key = cost(length)
	}
	at := slices.IndexFunc(l.best, func(b nearItem) bool { return b.index == i })
	if at >= 0 {
		if l.best[at].key <= key {
			return
		}
		l.best = slices.Delete(l.best, at, at+1)
	}
	item := nearItem{key, i}
	where, _ := slices.BinarySearchFunc(l.best, item, func(a, b nearItem) int {
		return cmp.Or(cmp.Compare(a.key, b.key), cmp.Compare(a.index, b.index))
	})
	if where >= l.k {
		return
	}
	l.best = slices.Insert(l.best, where, item)
	if len(l.best) > l.k {
		delete(l.cost, l.best[l.k].index)
		l.best = l.best[:l.k]
	}
	l.cost[i], l.length[i] = c, length
}

// full reports that k places are known and none that is farther than key can
// be better.
func (l *nearList) full(key cost) bool { return len(l.best) == l.k && l.best[l.k-1].key < key }

func (l *nearList) list() []Near {
	out := make([]Near, len(l.best))
	for i, b := range l.best {
		out[i] = Near{b.index, Millis(l.cost[b.index].time()), Decimetres(l.length[b.index])}
	}
	return out
}
