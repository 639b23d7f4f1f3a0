package planner

// within tries moves inside a lane.
func (l *local) within(u, v, k int32) bool {
	y := l.y
	a := &l.lanes[k]
	n := a.nodes
	i, j := int(l.at[u]), int(l.at[v])
	slack := a.price
	q, p, z := n[j-1], n[i-1], n[j+1]
	ru, rv, rp, rq := y.row(u), y.row(v), y.row(p), y.row(q)
	pu, qu, vu, vz, qv := int64(rp[u].cost), int64(rq[u].cost), int64(rv[u].cost), int64(rv[z].cost), int64(rq[v].cost)
	last, rl := u, ru
	for size := 1; size <= 3 && i+size < len(n); size++ {
		if size > 1 {
			last = n[i+size-1]
			rl = y.row(last)
		}
		if j >= i && j < i+size {
			break
		}
		x := n[i+size]
		out := int64(rp[x].cost) - pu - int64(rl[x].cost)
		if j != i-1 {
			if d := out + vu + int64(rl[z].cost) - vz; d < slack && l.move(k, i, size, j+1, false, d) {
				return true
			}
			if size == 2 {
				if d := out + int64(rv[last].cost) + int64(rl[u].cost) - int64(ru[last].cost) + int64(ru[z].cost) - vz; d < slack && l.move(k, i, size, j+1, true, d) {
					return true
				}
			}
		}
		if j != i+size {
			if d := out + qu + int64(rl[v].cost) - qv; d < slack && l.move(k, i, size, j, false, d) {
				return true
			}
		}
	}
	if i > j {
		return false
	}
	// swap
	x := n[i+1]
	pv, ux, uz := int64(rp[v].cost), int64(ru[x].cost), int64(ru[z].cost)
	var d int64
	if i+1 == j {
		d = pv + vu + uz - pu - ux - vz
	} else {
		d = pv + int64(rv[x].cost) + qu + uz - pu - ux - qv - vz
	}
	if d < slack && l.exchange(k, i, j, d) {
		return true
	}
	// turn x…v around: u→v, x→z
	d = int64(ru[v].cost) + int64(y.edge(x, z).cost) - ux - vz
	if y.skew {
		for h := i + 1; h < j; h++ {
			d += int64(y.edge(n[h+1], n[h]).cost) - int64(y.edge(n[h], n[h+1]).cost)
		}
	}
	return d < slack && l.turn(k, i+1, j, d)
}

// room is how much the windows broken in a lane may cost for a change to save
// whose ways cost d more.
func (l *local) room(k int32, d int64) int64 {
	a := &l.lanes[k]
	return a.price - d - int64(max(0, a.load-l.y.capacity))*l.loadPrice
}

// walk joins nodes to s that ends with last; ok is false when that breaks windows
// for more than there is room for.
func (l *local) walk(s segment, last int32, nodes []int32, room int64) (_ segment, _ int32, ok bool) {
	y := l.y
	for _, v := range nodes {
		s, last = s.join(y.nodes[v], y.edge(last, v).way), v
		if int64(s.warp)*l.warpPrice >= room {
			return s, last, false
		}
	}
	return s, last, true
}

// saves says whether a change saves that leaves a lane as it is from position to
// on, s being what comes before it and ends with last.
func (l *local) saves(k int32, s segment, last int32, to int, room int64) (by int64, ok bool) {
	a := &l.lanes[k]
	by = int64(s.warpWith(a.suf[to], l.y.edge(last, a.nodes[to]).way))*l.warpPrice - room
	return by, by < 0
}

// told reports a move.
func (l *local) told(saved int64) {
	if l.moved != nil {
		l.moved(saved)
	}
}

// commit puts the two scratch lists into lanes.
func (l *local) commit(ka, kb int32) {
	l.moves++
	a := &l.lanes[ka]
	a.nodes, l.one = l.one, a.nodes
	l.update(ka)
	if kb >= 0 {
		b := &l.lanes[kb]
		b.nodes, l.two = l.two, b.nodes
		l.update(kb)
	}
}
