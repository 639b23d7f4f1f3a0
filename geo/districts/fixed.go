package districts

// fix returns the cells that each district begins with: its locked cells and
// the shortest paths that join them. Where only cells locked elsewhere do, the
// district stays apart and a reason says so.
func (g *graph) fix(locked []int, k int) ([][]int32, []Reason) {
	fixed := make([][]int32, k)
	if locked == nil {
		return fixed, nil
	}
	taken := make([]int32, g.n)
	for v, d := range locked {
		taken[v] = int32(d)
		if d != None {
			fixed[d] = append(fixed[d], int32(v))
		}
	}
	var reasons []Reason
	for d := range fixed {
		if len(fixed[d]) > 1 {
			if !g.joinFixed(taken, fixed, d) {
				reasons = append(reasons, Reason{LockedApart, d, None, None, 0})
			}
		}
	}
	return fixed, reasons
}

// joinFixed adds to a district's fixed cells what joins them, by the fewest
// cells from the first one on; false when some can't be joined.
func (g *graph) joinFixed(taken []int32, fixed [][]int32, d int) bool {
	joined := map[int32]bool{fixed[d][0]: true}
	wanted := map[int32]bool{}
	for _, v := range fixed[d][1:] {
		wanted[v] = true
	}
	for len(wanted) > 0 {
		before := map[int32]int32{}
		var queue []int32
		for _, v := range fixed[d] {
			if joined[v] {
				before[v] = v
				queue = append(queue, v)
			}
		}
		met := int32(-1)
		for i := 0; i < len(queue) && met < 0; i++ {
			for _, w := range g.neighbours(queue[i]) {
				if _, seen := before[w]; seen || taken[w] >= 0 && taken[w] != int32(d) {
					continue
				}
				before[w] = queue[i]
				queue = append(queue, w)
				if wanted[w] {
					met = w
					break
				}
			}
		}
		if met < 0 {
			return false
		}
		for v := met; !joined[v]; v = before[v] {
			joined[v] = true
			delete(wanted, v)
			if taken[v] < 0 {
				taken[v] = int32(d)
				fixed[d] = append(fixed[d], v)
			}
		}
	}
	return true
}

// adopt makes connected districts of the given ones with few changes: each
// keeps its fixed cells, or else its largest piece, and what is left over goes
// to the district that reaches it first. A district without a cell gets the
// fullest district's cell that is free to go.
func (s *search) adopt() []int32 {
	g, p := s.g, s.p
	of := make([]int32, g.n)
	for v, d := range p.Given {
		of[v] = int32(d)
	}
	for d, cells := range s.fixed {
		for _, v := range cells {
			of[v] = int32(d)
		}
	}
	var queue []int32
	for _, piece := range g.pieces(of, s.fixed, p.K) {
		queue = append(queue, piece...)
	}
	kept := make([]bool, g.n)
	for _, v := range queue {
		kept[v] = true
	}
	for i := 0; i < len(queue); i++ {
		for _, w := range g.neighbours(queue[i]) {
			if !kept[w] {
				kept[w] = true
				of[w] = of[queue[i]]
				queue = append(queue, w)
			}
		}
	}
	for v := range of { // nothing was given at all
		if !kept[v] {
			of[v] = 0
		}
	}
	t := newState(p, g, 0)
	t.set(of)
	for d := range t.count {
		if t.count[d] > 0 {
			continue
		}
		// Take the cell farthest from its own district's middle, of the one with
		// the most cells.
		most := int32(0)
		for e := range t.count {
			if t.count[e] > t.count[most] {
				most = int32(e)
			}
		}
		far, chosen := -1.0, int32(-1)
		for v := range int32(g.n) {
			if t.of[v] != most || !t.free(v) {
				continue
			}
			n := float64(t.count[most])
			dx, dy := g.x[v]-t.sx[most]/n, g.y[v]-t.sy[most]/n
			if at := dx*dx + dy*dy; at > far {
				far, chosen = at, v
			}
		}
		if chosen >= 0 {
			t.move(chosen, int32(d))
		}
	}
	return t.of
}

// pieces returns for each district the connected piece that it keeps: those
// with fixed cells, else the one with the most cells.
func (g *graph) pieces(of []int32, fixed [][]int32, k int) [][]int32 {
	kept := make([][]int32, k)
	seen := make([]bool, g.n)
	flood := func(v int32) []int32 {
		seen[v] = true
		piece := []int32{v}
		for i := 0; i < len(piece); i++ {
			for _, w := range g.neighbours(piece[i]) {
				if of[w] == of[v] && !seen[w] {
					seen[w] = true
					piece = append(piece, w)
				}
			}
		}
		return piece
	}
	for d, cells := range fixed {
		for _, v := range cells {
			if !seen[v] {
				kept[d] = append(kept[d], flood(v)...)
			}
		}
	}
	for v := range int32(g.n) {
		if d := of[v]; d >= 0 && !seen[v] {
			piece := flood(v)
			if len(fixed[d]) == 0 && len(piece) > len(kept[d]) {
				kept[d] = piece
			}
		}
	}
	return kept
}
