package districts

import "math/bits"

// part is a few districts of a division as a state of their own: district i is
// the i-th of the few, cell i is cells[i] of the whole. Loads stay multiples of
// the mean over all districts of the whole.
type part struct {
	*state
	cells []int32
}

func (t *state) part(few []int32) *part {
	f, k := t.figures, len(few)
	number := make([]int32, t.k)
	for d := range number {
		number[d] = -1
	}
	u := &part{state: &state{
		k: k, figures: f, edge: t.edge, slack: t.slack, base: make([]float64, k*f), load: make([]float64, k*f),
		count: make([]int32, k), sx: make([]float64, k), sy: make([]float64, k), sq: make([]float64, k),
	}}
	for i, d := range few {
		number[d] = int32(i)
		copy(u.base[i*f:(i+1)*f], t.base[int(d)*f:])
	}
	index := make([]int32, t.g.n)
	for v, d := range t.of {
		index[v] = -1
		if number[d] >= 0 {
			index[v] = int32(len(u.cells))
			u.cells = append(u.cells, int32(v))
		}
	}
	n := len(u.cells)
	u.g = t.g.part(u.cells, index)
	u.of, u.at, u.foreign, u.seen = make([]int32, n), make([]int32, n), make([]int32, n), make([]int32, n)
	u.value = make([]float64, n*f)
	for i, v := range u.cells {
		u.of[i] = number[t.of[v]]
		copy(u.value[i*f:(i+1)*f], t.value[int(v)*f:])
	}
	if t.locked != nil {
		u.locked = make([]int, n)
		for i, v := range u.cells {
			u.locked[i] = None
			if d := t.locked[v]; d != None {
				u.locked[i] = int(number[d])
			}
		}
	}
	return u
}

// part is the graph of some cells and the edges between them; index says where
// among the cells each cell of the whole is, -1 for those that are not.
func (g *graph) part(cells, index []int32) *graph {
	n := len(cells)
	out := &graph{n: n, x: make([]float64, n), y: make([]float64, n), first: make([]int32, n+1), area: g.area}
	for i, v := range cells {
		out.x[i], out.y[i] = g.x[v], g.y[v]
		first := int(g.first[v])
		near := g.neighbours(v)
		kept := uint64(0) // of the first maxDegree neighbours
		for k, w := range near {
			if index[w] < 0 {
				continue
			}
			if k < maxDegree {
				kept |= 1 << k
			}
			out.to = append(out.to, index[w])
			out.length = append(out.length, g.length[first+k])
			out.ring = append(out.ring, 0)
		}
		out.first[i+1] = int32(len(out.to))
		if len(near) > maxDegree {
			continue
		}
		at := out.ring[out.first[i]:]
		nth := 0
		for m := kept; m != 0; m &= m - 1 {
			at[nth] = gather(g.ring[first+bits.TrailingZeros64(m)], kept)
			nth++
		}
	}
	return out
}

// gather closes up the bits of m that are set in kept.
func gather(m, kept uint64) uint64 {
	out, nth := uint64(0), 0
	for ; kept != 0; kept &= kept - 1 {
		out |= m >> bits.TrailingZeros64(kept) & 1 << nth
		nth++
	}
	return out
}
