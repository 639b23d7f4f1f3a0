package planner

// move takes size nodes at i out and puts them before position j.
func (l *local) move(k int32, i, size, j int, flip bool, d int64) bool {
	n := l.lanes[k].nodes
	nodes := n[i : i+size]
	if flip {
		l.two = append(l.two[:0], n[i+1], n[i])
		nodes = l.two
	}
	from, to, one, two := j, i+size, nodes, n[min(i, j):i]
	if j > i {
		from, to, one, two = i, j, n[i+size:j], nodes
	}
	room := l.room(k, d)
	s, last, ok := l.walk(l.lanes[k].pre[from-1], n[from-1], one, room)
	if !ok {
		return false
	}
	if s, last, ok = l.walk(s, last, two, room); !ok {
		return false
	}
	by, ok := l.saves(k, s, last, to, room)
	if !ok {
		return false
	}
	l.one = append(append(append(append(l.one[:0], n[:from]...), one...), two...), n[to:]...)
	l.commit(k, -1)
	l.told(by)
	return true
}
