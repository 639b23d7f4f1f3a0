package roads

// heap is a 4-ary heap of nodes by cost, then by node, so that ties break the
// same way everywhere. A node may be in it several times; whoever pops it
// passes over the stale ones.
type heap []heapItem

type heapItem struct {
	cost cost
	node uint32
}

func (a heapItem) before(b heapItem) bool {
	return a.cost < b.cost || a.cost == b.cost && a.node < b.node
}

func (h *heap) push(c cost, node uint32) {
	s := append(*h, heapItem{})
	it := heapItem{c, node}
	i := len(s) - 1
	for i > 0 {
		up := (i - 1) / 4
		if !it.before(s[up]) {
			break
		}
		s[i] = s[up]
		i = up
	}
	s[i] = it
	*h = s
}

func (h *heap) pop() heapItem {
	s := *h
	top := s[0]
	last := len(s) - 1
	it := s[last]
	s = s[:last]
	*h = s
	if last == 0 {
		return top
	}
	i := 0
	for {
		child := 4*i + 1
		if child >= last {
			break
		}
		least := child
		for c := child + 1; c < min(child+4, last); c++ {
			if s[c].before(s[least]) {
				least = c
			}
		}
		if !s[least].before(it) {
			break
		}
		s[i] = s[least]
		i = least
	}
	s[i] = it
	return top
}
