package planner

import (
	"cmp"
	"slices"
)

// How many neighbours of a visit the search looks at.
const (
	adjacentMost = 160 // when removing strings: by distance
	nearMost     = 60  // when inserting: by distance, waiting and lateness
)

// neighbour is a visit and how near it is.
type neighbour struct {
	visit int32
	score int64
}

// nearest keeps the k lowest of the list, in order, ties by index.
func nearest(list []neighbour, k int) []int32 {
	order := func(a, b neighbour) int { return cmp.Or(cmp.Compare(a.score, b.score), cmp.Compare(a.visit, b.visit)) }
	if len(list) > 4*k {
		partition(list, k, order)
		list = list[:k]
	}
	slices.SortFunc(list, order)
	out := make([]int32, min(k, len(list)))
	for i := range out {
		out[i] = list[i].visit
	}
	return out
}

// partition moves the k lowest to the front (Hoare's selection).
func partition(list []neighbour, k int, order func(a, b neighbour) int) {
	lo, hi := 0, len(list)-1
	for lo < hi {
		pivot := list[(lo+hi)/2]
		i, j := lo, hi
		for i <= j {
			for order(list[i], pivot) < 0 {
				i++
			}
			for order(pivot, list[j]) < 0 {
				j--
			}
			if i <= j {
				list[i], list[j] = list[j], list[i]
				i++
				j--
			}
		}
		switch {
		case k <= j:
			hi = j
		case k >= i:
			lo = i
		default:
			return
		}
	}
}

// buildNear ranks every visit's neighbours. Nearness adds a fifth of the
// waiting and all of the lateness between two visits to the way, in the better
// direction (Vidal, Crainic, Gendreau and Prins, 2013).
func (m *model) buildNear() {
	n := len(m.visits)
	m.near = make([][]int32, n)
	m.adjacent = make([][]int32, n)
	open, shut := make([]int64, n), make([]int64, n)
	for i := range m.p.Visits {
		v := &m.p.Visits[i]
		open[i], shut[i] = 0, int64(never)
		for k, w := range v.Windows {
			if k == 0 || int64(w.Open) < open[i] {
				open[i] = int64(w.Open)
			}
			if late := int64(w.Close + w.Grace); k == 0 || late > shut[i] {
				shut[i] = late
			}
		}
	}
	if len(m.legs) == 0 {
		return
	}
	gap := func(a, b int, drive int64) int64 {
		length := int64(m.visits[a].length) + drive
		return drive + max(0, open[b]-length-shut[a])/5 + max(0, open[a]+length-shut[b])
	}
	far, list := make([]neighbour, 0, n), make([]neighbour, 0, n)
	for a := range n {
		row := m.legs[0].row(m.visits[a].place)
		far, list = far[:0], list[:0]
		for b := range n {
			if b == a {
				continue
			}
			h := row[m.visits[b].place]
			far = append(far, neighbour{int32(b), int64(h.to) + int64(h.from)})
			list = append(list, neighbour{int32(b), min(gap(a, b, int64(h.to)), gap(b, a, int64(h.from)))})
		}
		m.adjacent[a] = nearest(far, adjacentMost)
		m.near[a] = nearest(list, nearMost)
	}
}
