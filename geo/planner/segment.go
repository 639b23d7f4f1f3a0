package planner

// segment is a row of stops joined into one: how long it takes with the least
// waiting, by how much time would have to be turned back to be everywhere
// before closing, and from when to when it can begin so that neither grows
// (Vidal, Crainic, Gendreau and Prins, "A hybrid genetic algorithm with
// adaptive diversity management for a large class of vehicle routing problems
// with time-windows", 2013).
type segment struct {
	length, warp, early, late int32
}

// join is a, then a way of so many seconds, then b.
func (a segment) join(b segment, way int32) segment {
	delta := a.length - a.warp + way
	wait := max(b.early-delta-a.late, 0)
	warp := max(a.early+delta-b.late, 0)
	return segment{a.length + b.length + way + wait, a.warp + b.warp + warp,
		max(b.early-delta, a.early) - wait, min(b.late-delta, a.late) + warp}
}

// warpWith is the time warp of a joined to b.
func (a segment) warpWith(b segment, way int32) int32 {
	return a.warp + b.warp + max(a.early+a.length-a.warp+way-b.late, 0)
}
