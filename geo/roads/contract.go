package roads

import (
	"context"
	"slices"
)

// Contraction hierarchies (Geisberger, Sanders, Schultes and Delling, 2008):
// nodes are removed one by one, the least important first, and wherever the
// only shortest way between two neighbours led over the removed node, a
// shortcut takes its place. A query then climbs from both ends and meets at
// the top.

// hierarchy is the result: every arc that was there when its lower end was
// removed.
type hierarchy struct {
	order []uint32  // nodes, the first removed first
	arcs  []treeArc // originals first, then shortcuts
	// up and down hold, by node, the arcs to and from nodes removed later.
	up, down [][]halfArc
}

// treeArc is an arc of the hierarchy; a shortcut is made of two others, an
// original has a = -1.
type treeArc struct {
	tail, head uint32
	cost       cost
	length     int32 // decimetres
	a, b       int32
}

type halfArc struct {
	cost cost
	node uint32
	arc  int32
}

// witnessLimit bounds the search for a way around the removed node. A search
// that ends early costs a needless shortcut, never a wrong answer.
const (
	witnessLimitSimulate = 25
	witnessLimitContract = 100
)

type contractor struct {
	hierarchy
	level []int32
	dirty []bool

	dist  []cost
	stamp []uint32
	round uint32
	queue heap
	goal  []uint32 // stamped with round for the targets of the search

	found []shortcut
}

type shortcut struct {
	in, out halfArc
}

// contract builds the hierarchy over n nodes. arcs must hold no loops. given is
// an order to follow, or nil to find one, which is most of the work. progress
// may be nil.
func contract(ctx context.Context, n int, arcs []treeArc, given []uint32, progress func(done, total int)) (*hierarchy, error) {
	c := &contractor{
		level: make([]int32, n), dirty: make([]bool, n),
		dist: make([]cost, n), stamp: make([]uint32, n), goal: make([]uint32, n),
	}
	c.arcs = arcs
	c.up, c.down = make([][]halfArc, n), make([][]halfArc, n)
	for i, a := range arcs {
		c.connect(a.tail, a.head, a.cost, int32(i))
	}
	c.order = make([]uint32, 0, n)
	var err error
	if given != nil {
		for _, v := range given {
			if err = c.take(ctx, v, progress); err != nil {
				break
			}
		}
	} else {
		err = c.inOwnOrder(ctx, progress)
	}
	if err != nil {
		return nil, err
	}
	if progress != nil {
		progress(n, n)
	}
	return &c.hierarchy, nil
}

// inOwnOrder removes whatever is the least important by then.
func (c *contractor) inOwnOrder(ctx context.Context, progress func(done, total int)) error {
	order := make(priorityQueue, 0, len(c.level))
	for v := range c.level {
		c.simulate(uint32(v), witnessLimitSimulate)
		order = append(order, priorityItem{c.priority(uint32(v)), uint32(v)})
		if v%4096 == 0 && ctx.Err() != nil {
			return ctx.Err()
		}
	}
	order.heapify()
	for len(order) > 0 {
		v := order[0].node
		if c.dirty[v] {
			c.simulate(v, witnessLimitSimulate)
			c.dirty[v] = false
			if p := c.priority(v); p > order[0].priority {
				order[0].priority = p
				order.down(0)
				continue
			}
		}
		order.popTop()
		if err := c.take(ctx, v, progress); err != nil {
			return err
		}
	}
	return nil
}

// take removes one node.
func (c *contractor) take(ctx context.Context, v uint32, progress func(done, total int)) error {
	c.simulate(v, witnessLimitContract)
	c.remove(v)
	if len(c.order)%1024 == 0 {
		if progress != nil {
			progress(len(c.order), len(c.level))
		}
		return ctx.Err()
	}
	return nil
}

// connect adds an arc unless a better one between the two nodes is there.
func (c *contractor) connect(tail, head uint32, w cost, id int32) {
	for i := range c.up[tail] {
		h := &c.up[tail][i]
		if h.node != head {
			continue
		}
		if w >= h.cost {
			return
		}
		h.cost, h.arc = w, id
		for j := range c.down[head] {
			if d := &c.down[head][j]; d.node == tail {
				d.cost, d.arc = w, id
				break
			}
		}
		return
	}
	c.up[tail] = append(c.up[tail], halfArc{w, head, id})
	c.down[head] = append(c.down[head], halfArc{w, tail, id})
}

// simulate finds the shortcuts that removing v needs, into c.found.
func (c *contractor) simulate(v uint32, limit int) {
	c.found = c.found[:0]
	ins, outs := c.down[v], c.up[v]
	if len(ins) == 0 || len(outs) == 0 {
		return
	}
	for _, in := range ins {
		u := in.node
		var farthest cost
		goals := 0
		for _, out := range outs {
			if out.node != u {
				farthest = max(farthest, out.cost)
				goals++
			}
		}
		if goals == 0 {
			continue
		}
		c.search(u, v, in.cost+farthest, outs, goals, limit)
		for _, out := range outs {
			if out.node == u {
				continue
			}
			if c.stamp[out.node] != c.round || c.dist[out.node] > in.cost+out.cost {
				c.found = append(c.found, shortcut{in, out})
			}
		}
	}
}

// search is Dijkstra's from u, not through v, until all goals are settled,
// bound is passed or limit nodes are settled.
func (c *contractor) search(u, v uint32, bound cost, outs []halfArc, goals, limit int) {
	c.round++
	for _, o := range outs {
		c.goal[o.node] = c.round
	}
	c.goal[u] = 0
	c.queue = c.queue[:0]
	c.dist[u], c.stamp[u] = 0, c.round
	c.queue.push(0, u)
	for len(c.queue) > 0 {
		it := c.queue.pop()
		if it.cost > c.dist[it.node] {
			continue
		}
		if it.cost > bound {
			return
		}
		if c.goal[it.node] == c.round {
			if goals--; goals == 0 {
				return
			}
		}
		if limit--; limit < 0 {
			return
		}
		for _, a := range c.up[it.node] {
			if a.node == v {
				continue
			}
			d := it.cost + a.cost
			if d > bound || c.stamp[a.node] == c.round && c.dist[a.node] <= d {
				continue
			}
			c.stamp[a.node], c.dist[a.node] = c.round, d
			c.queue.push(d, a.node)
		}
	}
}

// priority weighs what removing a node costs: its height in the hierarchy, and
// the arcs that it adds for each that it takes away. Height counts for much: on
// Delaware it makes preparing a third dearer than an order by arcs alone, and
// large tables, which scan the tops of all searches, half as dear.
func (c *contractor) priority(v uint32) int64 {
	added, removed := len(c.found), len(c.up[v])+len(c.down[v])
	return int64(1000*c.level[v]) + int64(2000*added/max(removed, 1))
}

func (c *contractor) remove(v uint32) {
	for _, s := range c.found {
		id := int32(len(c.arcs))
		a, b := &c.arcs[s.in.arc], &c.arcs[s.out.arc]
		c.arcs = append(c.arcs, treeArc{
			tail: s.in.node, head: s.out.node, cost: s.in.cost + s.out.cost,
			length: a.length + b.length, a: s.in.arc, b: s.out.arc,
		})
		c.connect(s.in.node, s.out.node, s.in.cost+s.out.cost, id)
	}
	for _, h := range c.up[v] {
		c.forget(&c.down[h.node], v, h.node, v)
	}
	for _, h := range c.down[v] {
		c.forget(&c.up[h.node], v, h.node, v)
	}
	c.order = append(c.order, v)
}

// forget drops the removed node from a neighbour's list; what is left keeps
// its order.
func (c *contractor) forget(list *[]halfArc, gone, neighbour, v uint32) {
	*list = slices.DeleteFunc(*list, func(h halfArc) bool { return h.node == gone })
	c.level[neighbour] = max(c.level[neighbour], c.level[v]+1)
	c.dirty[neighbour] = true
}

// priorityQueue is a binary heap by priority, then node.
type priorityQueue []priorityItem

type priorityItem struct {
	priority int64
	node     uint32
}

func (q priorityQueue) less(i, j int) bool {
	return q[i].priority < q[j].priority || q[i].priority == q[j].priority && q[i].node < q[j].node
}

func (q priorityQueue) heapify() {
	for i := len(q)/2 - 1; i >= 0; i-- {
		q.down(i)
	}
}

func (q priorityQueue) down(i int) {
	for {
		least := i
		for c := 2*i + 1; c <= 2*i+2 && c < len(q); c++ {
			if q.less(c, least) {
				least = c
			}
		}
		if least == i {
			return
		}
		q[i], q[least] = q[least], q[i]
		i = least
	}
}

func (q *priorityQueue) popTop() {
	s := *q
	s[0] = s[len(s)-1]
	*q = s[:len(s)-1]
	q.down(0)
}
