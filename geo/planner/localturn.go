package planner

import "slices"

// turn reverses the nodes from i to j.
func (l *local) turn(k int32, i, j int, d int64) bool {
	n := l.lanes[k].nodes
	room := l.room(k, d)
	s, last, ok := l.lanes[k].pre[i-1], n[i-1], true
	for h := j; h >= i; h-- {
		if s, last, ok = l.walk(s, last, n[h:h+1], room); !ok {
			return false
		}
	}
	by, ok := l.saves(k, s, last, j+1, room)
	if !ok {
		return false
	}
	l.one = append(l.one[:0], n...)
	slices.Reverse(l.one[i : j+1])
	l.commit(k, -1)
	l.told(by)
	return true
}
