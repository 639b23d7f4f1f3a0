package hexgrid

import "sync/atomic"

// kin are the children of a cell with their sizes and rectangles: the same for
// every shape, and most of what a descent costs.
type kin struct {
	parent  Cell
	cells   []Cell
	sizes   [7]float64 // as size returns them
	reaches [7]box
}

// keptKin is for how many cells the kin is kept: 6 MB, all of a country's cells
// down to those that are 10 km wide, or what is looked at of finer ones.
const (
	kinBits = 14
	keptKin = 1 << kinBits
)

// keptKins holds each cell's kin at one place, where the next one drives it out.
var keptKins [keptKin]atomic.Pointer[kin]

// kinOf returns the kin of a cell whose size is as the descent to it reckons it.
func kinOf(parent Cell, parentSize float64) *kin {
	place := &keptKins[uint64(parent)*0x9E3779B97F4A7C15>>(64-kinBits)] // Knuth's multiplicative hashing
	if k := place.Load(); k != nil && k.parent == parent {
		return k
	}
	k := &kin{parent: parent, cells: parent.Children()}
	for i, c := range k.cells {
		mid := centre(c)
		k.sizes[i] = size(c, mid, parentSize)
		k.reaches[i] = reach(mid, k.sizes[i])
	}
	place.Store(k)
	return k
}
