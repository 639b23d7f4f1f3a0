package planner

// tails exchanges what follows: lane a keeps its nodes before i and goes on with
// those of b from j on, and the other way round.
func (l *local) tails(ka int32, i int, kb int32, j int, d int64) bool {
	y := l.y
	a, b := &l.lanes[ka], &l.lanes[kb]
	slack := a.price + b.price
	if i == 1 && j == len(b.nodes)-1 || j == 1 && i == len(a.nodes)-1 {
		d -= y.fixed // one lane gets all
	}
	if len(b.nodes) == 2 {
		d += y.fixed
	}
	if d >= slack {
		return false
	}
	la := a.cum[i-1] + b.load - b.cum[j-1]
	lb := b.cum[j-1] + a.load - a.cum[i-1]
	over := int64(max(0, la-y.capacity) + max(0, lb-y.capacity))
	d += over * l.loadPrice
	if d >= slack {
		return false
	}
	warp := int64(a.pre[i-1].warpWith(b.suf[j], y.edge(a.nodes[i-1], b.nodes[j]).way)) +
		int64(b.pre[j-1].warpWith(a.suf[i], y.edge(b.nodes[j-1], a.nodes[i]).way))
	d += warp * l.warpPrice
	if d >= slack {
		return false
	}
	l.one = append(append(l.one[:0], a.nodes[:i]...), b.nodes[j:]...)
	l.two = append(append(l.two[:0], b.nodes[:j]...), a.nodes[i:]...)
	l.commit(ka, kb)
	l.told(d - slack)
	return true
}
