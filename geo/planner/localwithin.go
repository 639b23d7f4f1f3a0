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

// walk joins nodes from..to-1 of a lane to s.
func (l *local) walk(s segment, last int32, nodes []int32) (segment, int32) {
	y := l.y
	for _, v := range nodes {
		s, last = s.join(y.nodes[v], y.edge(last, v).way), v
	}
	return s, last
}

// move takes size nodes at i out and puts them before position j.
func (l *local) move(k int32, i, size, j int, flip bool, d int64) bool {
	a := &l.lanes[k]
	n := a.nodes
	l.one = l.one[:0]
	from, to := min(i, j), max(i+size, j)
	l.one = append(l.one, n[:from]...)
	put := func() {
		if flip {
			for h := i + size - 1; h >= i; h-- {
				l.one = append(l.one, n[h])
			}
		} else {
			l.one = append(l.one, n[i:i+size]...)
		}
	}
	if j <= i {
		put()
		l.one = append(l.one, n[j:i]...)
	} else {
		l.one = append(l.one, n[i+size:j]...)
		put()
	}
	s, last := l.walk(a.pre[from-1], n[from-1], l.one[from:])
	return l.finish(k, s, last, to, d)
}

// finish puts the scratch list into a lane if that saves: s is what comes before
// position to of the lane, which stays as it is from there on.
func (l *local) finish(k int32, s segment, last int32, to int, d int64) bool {
	a := &l.lanes[k]
	warp := s.warpWith(a.suf[to], l.y.edge(last, a.nodes[to]).way)
	if d += l.priceOf(a.load, warp); d >= a.price {
		return false
	}
	slack := a.price
	l.one = append(l.one, a.nodes[to:]...)
	l.commit(k, -1)
	l.told(d - slack)
	return true
}

// exchange swaps the nodes at i and j.
func (l *local) exchange(k int32, i, j int, d int64) bool {
	a := &l.lanes[k]
	n := a.nodes
	l.one = append(l.one[:0], n[:j+1]...)
	l.one[i], l.one[j] = n[j], n[i]
	s, last := l.walk(a.pre[i-1], n[i-1], l.one[i:])
	return l.finish(k, s, last, j+1, d)
}

// turn reverses the nodes from i to j.
func (l *local) turn(k int32, i, j int, d int64) bool {
	a := &l.lanes[k]
	n := a.nodes
	l.one = append(l.one[:0], n[:i]...)
	for h := j; h >= i; h-- {
		l.one = append(l.one, n[h])
	}
	s, last := l.walk(a.pre[i-1], n[i-1], l.one[i:])
	return l.finish(k, s, last, j+1, d)
}
