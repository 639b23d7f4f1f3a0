package planner

// within tries moves inside a lane.
func (l *local) within(u, v, k int32) bool {
	y := l.y
	a := &l.lanes[k]
	n := a.nodes
	i, j := int(l.at[u]), int(l.at[v])
	slack := a.price
	cost := func(p, q int32) int64 { return int64(y.edge(p, q).cost) }
	for size := 1; size <= 3 && i+size < len(n); size++ {
		if j >= i && j < i+size {
			break
		}
		p, first, last, x := n[i-1], n[i], n[i+size-1], n[i+size]
		out := cost(p, x) - cost(p, first) - cost(last, x)
		if j != i-1 {
			z := n[j+1]
			if d := out + cost(v, first) + cost(last, z) - cost(v, z); d < slack && l.move(k, i, size, j+1, false, d) {
				return true
			}
			if size == 2 {
				if d := out + cost(v, last) + cost(last, first) - cost(first, last) + cost(first, z) - cost(v, z); d < slack && l.move(k, i, size, j+1, true, d) {
					return true
				}
			}
		}
		if j != i+size {
			q := n[j-1]
			if d := out + cost(q, first) + cost(last, v) - cost(q, v); d < slack && l.move(k, i, size, j, false, d) {
				return true
			}
		}
	}
	// swap
	if i < j {
		p, x, q, z := n[i-1], n[i+1], n[j-1], n[j+1]
		var d int64
		if i+1 == j {
			d = cost(p, v) + cost(v, u) + cost(u, z) - cost(p, u) - cost(u, v) - cost(v, z)
		} else {
			d = cost(p, v) + cost(v, x) + cost(q, u) + cost(u, z) - cost(p, u) - cost(u, x) - cost(q, v) - cost(v, z)
		}
		if d < slack && l.exchange(k, i, j, d) {
			return true
		}
		// turn x…v around: u→v, x→z
		d = cost(u, v) + cost(x, z) - cost(u, x) - cost(v, z)
		for h := i + 1; h < j; h++ {
			d += cost(n[h+1], n[h]) - cost(n[h], n[h+1])
		}
		if d < slack && l.turn(k, i+1, j, d) {
			return true
		}
	}
	return false
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
