package roads

// mainPart finds the largest strongly connected part of the turn graph: that
// from everywhere of which everywhere else can be reached. It returns the part
// number of every node, the main part's number, and how many parts there are
// (Tarjan, 1972, without recursion).
func (t *turnGraph) mainPart() (part []int32, main int32, parts int) {
	n := len(t.edge)
	part = make([]int32, n)
	order := make([]int32, n) // 0: not seen yet
	low := make([]int32, n)
	next := make([]int32, n) // the arc to look at next
	for i := range part {
		part[i] = -1
		next[i] = t.first[i]
	}
	var stack, path []int32
	var sizes []int
	seen := int32(0)
	for root := range n {
		if order[root] != 0 {
			continue
		}
		path = append(path[:0], int32(root))
		for len(path) > 0 {
			u := path[len(path)-1]
			if order[u] == 0 {
				seen++
				order[u], low[u] = seen, seen
				stack = append(stack, u)
			}
			deeper := false
			for next[u] < t.first[u+1] {
				v := t.arcs[next[u]].head
				if order[v] == 0 {
					path = append(path, v)
					deeper = true
					break
				}
				if part[v] < 0 {
					low[u] = min(low[u], low[v])
				}
				next[u]++
			}
			if deeper {
				continue
			}
			if low[u] == order[u] {
				number, size := int32(len(sizes)), 0
				for {
					v := stack[len(stack)-1]
					stack = stack[:len(stack)-1]
					part[v] = number
					size++
					if v == u {
						break
					}
				}
				sizes = append(sizes, size)
			}
			path = path[:len(path)-1]
		}
	}
	for i, s := range sizes {
		if s > sizes[main] {
			main = int32(i)
		}
	}
	return part, main, len(sizes)
}
