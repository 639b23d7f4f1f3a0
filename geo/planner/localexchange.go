package planner

// exchange swaps the nodes at i and j.
func (l *local) exchange(k int32, i, j int, d int64) bool {
	n := l.lanes[k].nodes
	room := l.room(k, d)
	s, last, ok := l.walk(l.lanes[k].pre[i-1], n[i-1], n[j:j+1], room)
	if !ok {
		return false
	}
	if s, last, ok = l.walk(s, last, n[i+1:j], room); !ok {
		return false
	}
	if s, last, ok = l.walk(s, last, n[i:i+1], room); !ok {
		return false
	}
	by, ok := l.saves(k, s, last, j+1, room)
	if !ok {
		return false
	}
	l.one = append(l.one[:0], n...)
	l.one[i], l.one[j] = n[j], n[i]
	l.commit(k, -1)
	l.told(by)
	return true
}
