package planner

// lane is a route of the local search, which may break windows and capacity at
// a price.
type lane struct {
	nodes      []int32   // node n at both ends
	pre, suf   []segment // by position: from the start up to it, from it to the end
	cum        []int32   // load up to and with a position
	cost       int64
	load, warp int32
	price      int64 // of the excess
	changed    int   // number of the last move that changed it
}

// local is a local search over lanes: moves of one to three visits, exchanges,
// reversals and exchanged tails between near visits, the first that saves is
// made. What a move leaves behind is joined from the segments before and after,
// and most moves are turned down by their ways alone, since they cannot save
// more than the price of the excess that the lanes have (Vidal, "Hybrid genetic
// search for the CVRP", 2022).
type local struct {
	y         *yard
	lanes     []lane
	where, at []int32 // by visit: lane and position
	tested    []int   // by visit: number of moves when its moves were last tried
	moves     int
	warpPrice int64 // of a second
	loadPrice int64
	random    *random
	order     []int32
	one, two  []int32           // scratch
	moved     func(saved int64) // told of each move, where a test wants to know
}

func newLocal(y *yard, r *random) *local {
	l := &local{y: y, lanes: make([]lane, y.lanes), where: make([]int32, y.n), at: make([]int32, y.n),
		tested: make([]int, y.n), random: r, order: make([]int32, y.n)}
	for i := range l.order {
		l.order[i] = int32(i)
	}
	for i := range l.lanes {
		l.set(int32(i), nil)
	}
	return l
}

func (l *local) priceOf(load, warp int32) int64 {
	return int64(max(0, load-l.y.capacity))*l.loadPrice + int64(warp)*l.warpPrice
}

// set replaces a lane's visits.
func (l *local) set(k int32, visits []int32) {
	x := &l.lanes[k]
	x.nodes = append(append(append(x.nodes[:0], l.y.n), visits...), l.y.n)
	l.update(k)
}

// update recomputes a lane from its nodes.
func (l *local) update(k int32) {
	x, y := &l.lanes[k], l.y
	n := len(x.nodes)
	if cap(x.pre) < n {
		x.pre, x.suf, x.cum = make([]segment, n, 2*n), make([]segment, n, 2*n), make([]int32, n, 2*n)
	}
	x.pre, x.suf, x.cum = x.pre[:n], x.suf[:n], x.cum[:n]
	x.pre[0], x.cum[0] = y.nodes[y.n], 0
	x.cost = 0
	if n > 2 {
		x.cost = y.fixed
		for i := 1; i < n; i++ {
			v := x.nodes[i]
			e := y.edge(x.nodes[i-1], v)
			x.cost += int64(e.cost)
			x.pre[i] = x.pre[i-1].join(y.nodes[v], e.way)
			x.cum[i] = x.cum[i-1] + y.loads[v]
			if v < y.n {
				l.where[v], l.at[v] = k, int32(i)
			}
		}
	} else {
		x.pre[1], x.cum[1] = y.nodes[y.n], 0
	}
	x.suf[n-1] = y.nodes[y.n]
	for i := n - 2; i >= 0; i-- {
		v := x.nodes[i]
		x.suf[i] = y.nodes[v].join(x.suf[i+1], y.edge(v, x.nodes[i+1]).way)
	}
	if n == 2 {
		x.suf[0] = y.nodes[y.n]
	}
	x.load, x.warp = x.cum[n-1], x.pre[n-1].warp
	x.price = l.priceOf(x.load, x.warp)
	x.changed = l.moves
}

// begin makes all lanes count as changed.
func (l *local) begin() {
	l.moves = 1
	for i := range l.lanes {
		l.lanes[i].changed = 1
	}
}

// improve makes moves that save until there is none. Lanes with changed at 0
// are known to leave none among themselves, as long as they break no rule.
func (l *local) improve() {
	for i := range l.lanes {
		a := &l.lanes[i]
		if a.price = l.priceOf(a.load, a.warp); a.price > 0 {
			a.changed = 1
		}
	}
	l.moves = 1
	clear(l.tested)
	l.random.shuffle(l.order)
	for again, first := true, true; again; first = false {
		again = false
		for _, u := range l.order {
			last := l.tested[u]
			l.tested[u] = l.moves
			for _, v := range l.y.near[u] {
				ku, kv := l.where[u], l.where[v]
				if max(l.lanes[ku].changed, l.lanes[kv].changed) <= last {
					continue
				}
				for l.pair(u, v) {
					again = true
				}
			}
			if !first || l.lanes[l.where[u]].price > 0 {
				if l.lanes[l.where[u]].changed > last && l.alone(u) {
					again = true
				}
			}
		}
		if first {
			again = true
		}
	}
}

// pair tries moves that bring u beside v.
func (l *local) pair(u, v int32) bool {
	y := l.y
	ku, kv := l.where[u], l.where[v]
	if ku == kv {
		return l.within(u, v, ku)
	}
	a, b := &l.lanes[ku], &l.lanes[kv]
	i, j := int(l.at[u]), int(l.at[v])
	an, bn := a.nodes, b.nodes
	slack := a.price + b.price
	p, x := an[i-1], an[i+1]
	q, z := bn[j-1], bn[j+1]
	ru, rv, rp, rq := y.row(u), y.row(v), y.row(p), y.row(q)
	pu, ux, vz, qv := int64(rp[u].cost), int64(ru[x].cost), int64(rv[z].cost), int64(rq[v].cost)
	vu, uv := int64(rv[u].cost), int64(ru[v].cost)
	// u out of its lane
	out := int64(rp[x].cost) - pu - ux
	if len(an) == 3 {
		out = -pu - ux - y.fixed
	}
	// after v, before v
	if d := out + vu + int64(ru[z].cost) - vz; d < slack && l.swap(ku, i, 1, kv, j+1, 0, false, d) {
		return true
	}
	if d := out + uv + int64(rq[u].cost) - qv; d < slack && l.swap(ku, i, 1, kv, j, 0, false, d) {
		return true
	}
	// swap u and v
	if u < v {
		if d := int64(rp[v].cost) + int64(rv[x].cost) + int64(rq[u].cost) + int64(ru[z].cost) - pu - ux - qv - vz; d < slack &&
			l.swap(ku, i, 1, kv, j, 1, false, d) {
			return true
		}
	}
	// tails: v→u and p→z
	if d := vu + int64(rp[z].cost) - pu - vz; d < slack+y.fixed && l.tails(ku, i, kv, j+1, d) {
		return true
	}
	// tails: u→v and q→x
	if d := uv + int64(rq[x].cost) - qv - ux; d < slack+y.fixed && l.tails(ku, i+1, kv, j, d) {
		return true
	}
	if x == y.n {
		return false
	}
	// u and x
	rx := y.row(x)
	xx := an[i+2]
	xxx := int64(rx[xx].cost)
	out = int64(rp[xx].cost) - pu - ux - xxx
	if len(an) == 4 {
		out = -pu - ux - xxx - y.fixed
	}
	// v u x z
	if d := out + vu + ux + int64(rx[z].cost) - vz; d < slack && l.swap(ku, i, 2, kv, j+1, 0, false, d) {
		return true
	}
	// v x u z; q x u v
	if d := out + int64(rv[x].cost) + int64(rx[u].cost) + int64(ru[z].cost) - vz; d < slack && l.swap(ku, i, 2, kv, j+1, 0, true, d) {
		return true
	}
	if d := out + int64(rq[x].cost) + int64(rx[u].cost) + uv - qv; d < slack && l.swap(ku, i, 2, kv, j, 0, true, d) {
		return true
	}
	// u x against v
	if d := int64(rp[v].cost) + int64(rv[xx].cost) + int64(rq[u].cost) + int64(rx[z].cost) - pu - xxx - qv - vz; d < slack &&
		l.swap(ku, i, 2, kv, j, 1, false, d) {
		return true
	}
	// u x against v z
	if z != y.n && u < v {
		rz := y.row(z)
		zz := bn[j+2]
		if d := int64(rp[v].cost) + int64(rz[xx].cost) + int64(rq[u].cost) + int64(rx[zz].cost) - pu - xxx - qv - int64(rz[zz].cost); d < slack &&
			l.swap(ku, i, 2, kv, j, 2, false, d) {
			return true
		}
	}
	if xx == y.n {
		return false
	}
	// u x xx behind v
	w := an[i+3]
	rxx := y.row(xx)
	out = int64(rp[w].cost) - pu - int64(rxx[w].cost)
	if len(an) == 5 {
		out = -pu - int64(rxx[w].cost) - y.fixed
		// The way inside moves with the visits.
	}
	if d := out + vu + int64(rxx[z].cost) - vz; d < slack && l.swap(ku, i, 3, kv, j+1, 0, false, d) {
		return true
	}
	return false
}

// alone tries moves of u into an unused lane.
func (l *local) alone(u int32) bool {
	y := l.y
	empty := int32(-1)
	for k := range l.lanes {
		if len(l.lanes[k].nodes) == 2 {
			empty = int32(k)
			break
		}
	}
	ku := l.where[u]
	a := &l.lanes[ku]
	if empty < 0 || len(a.nodes) == 3 {
		return false
	}
	i := int(l.at[u])
	p, x := a.nodes[i-1], a.nodes[i+1]
	n := y.n
	d := int64(y.edge(p, x).cost) - int64(y.edge(p, u).cost) - int64(y.edge(u, x).cost) + int64(y.edge(n, u).cost) + int64(y.edge(u, n).cost)
	if d < a.price && l.swap(ku, i, 1, empty, 1, 0, false, d) {
		return true
	}
	if p != n {
		d = int64(y.edge(p, n).cost) + int64(y.edge(n, u).cost) - int64(y.edge(p, u).cost)
		if d < a.price && l.tails(ku, i, empty, 1, d) {
			return true
		}
	}
	return false
}
