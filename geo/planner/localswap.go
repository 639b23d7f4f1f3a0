package planner

// swap exchanges na nodes of lane ka from position i on with nb nodes of lane kb
// from position j on, if that saves; flip turns the first ones around. d is
// what ways change.
func (l *local) swap(ka int32, i, na int, kb int32, j, nb int, flip bool, d int64) bool {
	y := l.y
	a, b := &l.lanes[ka], &l.lanes[kb]
	slack := a.price + b.price
	if len(b.nodes) == 2 {
		d += y.fixed
	}
	la, lb := a.cum[i+na-1]-a.cum[i-1], b.cum[j+nb-1]-b.cum[j-1]
	over := int64(max(0, a.load-la+lb-y.capacity) + max(0, b.load-lb+la-y.capacity))
	d += over * l.loadPrice
	if d >= slack {
		return false
	}
	// lane b first: it gets more
	s, last := b.pre[j-1], b.nodes[j-1]
	if flip {
		for k := i + na - 1; k >= i; k-- {
			v := a.nodes[k]
			s, last = s.join(y.nodes[v], y.edge(last, v).way), v
		}
	} else {
		for k := i; k < i+na; k++ {
			v := a.nodes[k]
			s, last = s.join(y.nodes[v], y.edge(last, v).way), v
		}
	}
	warp := int64(s.warpWith(b.suf[j+nb], y.edge(last, b.nodes[j+nb]).way))
	d += warp * l.warpPrice
	if d >= slack {
		return false
	}
	s, last = a.pre[i-1], a.nodes[i-1]
	for k := j; k < j+nb; k++ {
		v := b.nodes[k]
		s, last = s.join(y.nodes[v], y.edge(last, v).way), v
	}
	if len(a.nodes) > na+2 || nb > 0 {
		warp = int64(s.warpWith(a.suf[i+na], y.edge(last, a.nodes[i+na]).way))
		d += warp * l.warpPrice
	}
	if d >= slack {
		return false
	}
	l.one = append(l.one[:0], a.nodes[:i]...)
	l.one = append(l.one, b.nodes[j:j+nb]...)
	l.one = append(l.one, a.nodes[i+na:]...)
	l.two = append(l.two[:0], b.nodes[:j]...)
	if flip {
		for k := i + na - 1; k >= i; k-- {
			l.two = append(l.two, a.nodes[k])
		}
	} else {
		l.two = append(l.two, a.nodes[i:i+na]...)
	}
	l.two = append(l.two, b.nodes[j+nb:]...)
	l.commit(ka, kb)
	l.told(d - slack)
	return true
}
