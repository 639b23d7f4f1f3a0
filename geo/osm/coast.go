package osm

import (
	"cmp"
	"math"
	"slices"

	"github.com/paulmach/orb"
	"github.com/paulmach/orb/planar"
)

// coast collects coastline ways, which have the land on their left and the
// water on their right, and makes the sea of them:
//
//  1. Ways are joined end to end by their nodes into chains.
//  2. Chains that close are islands (anticlockwise) or enclosed seas
//     (clockwise).
//  3. The others are cut at the box of the extract. An extract is seldom cut
//     along its box, so chains may also end within it: an end that has the
//     beginning of a chain nearer than the box is tied to it, as across a
//     river; any other runs on in its direction until the box.
//  4. From where a chain leaves the box, its sea goes on along the box,
//     clockwise, to where the next chain enters.
//  5. Islands become holes of the sea that they lie in.
type coast struct {
	lines []coastLine
}

type coastLine struct {
	from, to int64 // nodes
	line     orb.LineString
}

func (c *coast) add(w *Way) {
	line, _ := w.Line()
	if len(line) > 1 {
		c.lines = append(c.lines, coastLine{w.Refs[0], w.Refs[len(w.Refs)-1], line})
	}
}

// sea returns the water within a box.
func (c *coast) sea(box orb.Bound) orb.MultiPolygon {
	closed, open := c.chains()
	var islands []orb.Ring
	var sea orb.MultiPolygon
	for _, ring := range closed {
		if ring.Orientation() == orb.CCW {
			islands = append(islands, ring)
		} else if ring.Orientation() == orb.CW {
			sea = append(sea, orb.Polygon{ring})
		}
	}
	pieces := clipChains(open, box)
	if len(pieces) == 0 && len(islands) > 0 && len(sea) == 0 && len(open) == 0 {
		// Islands only: the sea is all round them.
		ring := box.ToRing()
		ring.Reverse()
		sea = append(sea, orb.Polygon{ring})
	}
	for _, ring := range closeAlongBox(closeGaps(pieces, box), box) {
		sea = append(sea, orb.Polygon{ring})
	}
	for _, island := range islands {
		for i := range sea {
			if planar.RingContains(sea[i][0], island[0]) {
				sea[i] = append(sea[i], island)
				break
			}
		}
	}
	return sea
}

// chains joins the lines. Where the data forks, the first line by order of the
// file is taken.
func (c *coast) chains() (closed []orb.Ring, open []orb.LineString) {
	starts := map[int64][]int{}
	arrive := map[int64]int{}
	for i, l := range c.lines {
		starts[l.from] = append(starts[l.from], i)
		arrive[l.to]++
	}
	used := make([]bool, len(c.lines))
	follow := func(i int) {
		first := c.lines[i].from
		var chain orb.LineString
		for {
			used[i] = true
			l := c.lines[i]
			if chain == nil {
				chain = append(chain, l.line...)
			} else {
				chain = append(chain, l.line[1:]...)
			}
			next := -1
			for _, j := range starts[l.to] {
				if !used[j] {
					next = j
					break
				}
			}
			if l.to == first || next < 0 {
				if l.to == first && len(chain) > 3 {
					closed = append(closed, orb.Ring(chain))
				} else if l.to != first {
					open = append(open, chain)
				}
				return
			}
			i = next
		}
	}
	for i, l := range c.lines {
		if !used[i] && arrive[l.from] == 0 {
			follow(i)
		}
	}
	for i := range c.lines {
		if !used[i] {
			follow(i)
		}
	}
	return closed, open
}

// piece is the part of a chain within the box. Its ends are on the box, or
// loose within it.
type piece struct {
	line                 orb.LineString
	looseStart, looseEnd bool
}

// clipChains cuts chains at the box.
func clipChains(chains []orb.LineString, box orb.Bound) []piece {
	var out []piece
	for _, chain := range chains {
		var current *piece
		for i := 1; i < len(chain); i++ {
			a, b := chain[i-1], chain[i]
			from, to, ok := clipSegment(a, b, box)
			if !ok {
				if current != nil {
					out = append(out, *current)
					current = nil
				}
				continue
			}
			if current == nil {
				current = &piece{line: orb.LineString{from}, looseStart: i == 1 && from == a && !onBox(from, box)}
			}
			if to != current.line[len(current.line)-1] {
				current.line = append(current.line, to)
			}
			if to != b {
				out = append(out, *current)
				current = nil
			}
		}
		if current != nil {
			current.looseEnd = !onBox(current.line[len(current.line)-1], box)
			out = append(out, *current)
		}
	}
	return slices.DeleteFunc(out, func(p piece) bool { return len(p.line) < 2 })
}

// clipSegment returns the part of a segment within the box (Liang and Barsky).
func clipSegment(a, b orb.Point, box orb.Bound) (from, to orb.Point, ok bool) {
	t0, t1 := 0.0, 1.0
	dx, dy := b[0]-a[0], b[1]-a[1]
	var side0, side1 int
	for side, pq := range [4][2]float64{{-dx, a[0] - box.Min[0]}, {dx, box.Max[0] - a[0]}, {-dy, a[1] - box.Min[1]}, {dy, box.Max[1] - a[1]}} {
		p, q := pq[0], pq[1]
		switch {
		case p == 0 && q < 0:
			return from, to, false
		case p < 0 && q/p > t0:
			t0, side0 = q/p, side+1
		case p > 0 && q/p < t1:
			t1, side1 = q/p, side+1
		}
	}
	if t0 >= t1 {
		return from, to, false
	}
	at := func(t float64, side int) orb.Point {
		p := orb.Point{a[0] + t*dx, a[1] + t*dy}
		switch side { // exactly on the side that cuts
		case 1:
			p[0] = box.Min[0]
		case 2:
			p[0] = box.Max[0]
		case 3:
			p[1] = box.Min[1]
		case 4:
			p[1] = box.Max[1]
		}
		return p
	}
	from, to = a, b
	if t0 > 0 {
		from = at(t0, side0)
	}
	if t1 < 1 {
		to = at(t1, side1)
	}
	return from, to, true
}

func onBox(p orb.Point, box orb.Bound) bool {
	return p[0] == box.Min[0] || p[0] == box.Max[0] || p[1] == box.Min[1] || p[1] == box.Max[1]
}

// closeGaps gives every loose end a continuation, so that all pieces run from
// box to box, or close.
func closeGaps(pieces []piece, box orb.Bound) []piece {
	pieces = slices.Clone(pieces)
	for {
		i, j, upTo, ok := nearestGap(pieces, box)
		if !ok {
			break
		}
		pieces[i].line = pieces[i].line[:upTo:upTo]
		if i == j { // the piece closes
			pieces[i].line = append(pieces[i].line, pieces[i].line[0])
			pieces[i].looseStart, pieces[i].looseEnd = false, false
			continue
		}
		pieces[i].line = append(pieces[i].line, pieces[j].line...)
		pieces[i].looseEnd = pieces[j].looseEnd
		pieces = slices.Delete(pieces, j, j+1)
	}
	for i := range pieces {
		if pieces[i].looseEnd {
			pieces[i].line = append(pieces[i].line, runOn(pieces[i].line, box, pieces, true))
			pieces[i].looseEnd = false
		}
		if pieces[i].looseStart {
			back := slices.Clone(pieces[i].line)
			back.Reverse()
			pieces[i].line = slices.Insert(pieces[i].line, 0, runOn(back, box, pieces, false))
			pieces[i].looseStart = false
		}
	}
	return pieces
}

// retreat is how far back, in metres, from its end a coast may be given up so
// that it can be tied to another: banks of one river seldom end side by side.
const retreat = 10_000

// nearestGap returns the loose end and the loose beginning that are nearest to
// each other, and nearer than both are to the box. upTo is how many points of
// the ending piece are kept: where a coast is in the way from its very end, the
// way begins a little before.
func nearestGap(pieces []piece, box orb.Bound) (end, start, upTo int, ok bool) {
	best := math.Inf(1)
	for i := range pieces {
		if !pieces[i].looseEnd {
			continue
		}
		line := pieces[i].line
		last := line[len(line)-1]
		for j := range pieces {
			if !pieces[j].looseStart {
				continue
			}
			to := pieces[j].line[0]
			if d := metresBetween(last, to); d >= metresToBox(last, box) || d >= metresToBox(to, box) {
				continue
			}
			for k := len(line) - 1; k > 0 && metresBetween(line[k], last) < retreat; k-- {
				if d := metresBetween(line[k], to); d < best && !blocked(line[k], to, pieces) {
					best, end, start, upTo, ok = d, i, j, k+1, true
					break
				}
			}
		}
	}
	return end, start, upTo, ok
}

func metresToBox(p orb.Point, box orb.Bound) float64 {
	wide := math.Cos(p[1] * (math.Pi / 180))
	return metresPerDegree * min((p[0]-box.Min[0])*wide, (box.Max[0]-p[0])*wide, p[1]-box.Min[1], box.Max[1]-p[1])
}

// trend is how far back, in metres, the direction of a coast is taken.
const trend = 15_000

// runOn returns where a line meets the box when it goes on as it ran before.
// Where another coast is in the way, or ends and beginnings would no longer
// take turns along the box, it is the nearest side where neither is so.
func runOn(line orb.LineString, box orb.Bound, pieces []piece, isEnd bool) orb.Point {
	end := line[len(line)-1]
	back := end
	for i := len(line) - 1; i >= 0 && metresBetween(end, back) < trend; i-- {
		back = line[i]
	}
	var candidates []orb.Point
	if dx, dy := end[0]-back[0], end[1]-back[1]; dx != 0 || dy != 0 {
		far := 4 * (box.Max[0] - box.Min[0] + box.Max[1] - box.Min[1]) / math.Hypot(dx, dy)
		if _, hit, ok := clipSegment(end, orb.Point{end[0] + far*dx, end[1] + far*dy}, box); ok {
			candidates = append(candidates, hit)
		}
	}
	sides := []orb.Point{{box.Min[0], end[1]}, {box.Max[0], end[1]}, {end[0], box.Min[1]}, {end[0], box.Max[1]}}
	slices.SortStableFunc(sides, func(a, b orb.Point) int { return cmp.Compare(metresBetween(end, a), metresBetween(end, b)) })
	candidates = append(candidates, sides...)
	for _, c := range candidates {
		if !blocked(end, c, pieces) && takesTurns(c, box, pieces, isEnd) {
			return c
		}
	}
	return candidates[0]
}

// takesTurns tells whether an end at a place of the box would have beginnings
// as its neighbours along the box on both sides; or a beginning ends.
func takesTurns(at orb.Point, box orb.Bound, pieces []piece, isEnd bool) bool {
	next, previous := math.Inf(1), math.Inf(1)
	goodNext, goodPrevious := true, true
	look := func(p orb.Point, good bool) {
		d := ahead(clockwise(at, box), clockwise(p, box))
		if d < next {
			next, goodNext = d, good
		}
		if 4-d < previous {
			previous, goodPrevious = 4-d, good
		}
	}
	for _, p := range pieces {
		if !p.looseStart {
			look(p.line[0], isEnd)
		}
		if !p.looseEnd {
			look(p.line[len(p.line)-1], !isEnd)
		}
	}
	return goodNext && goodPrevious
}

// blocked tells whether the straight line between two places meets a coast
// other than at those places.
func blocked(a, b orb.Point, pieces []piece) bool {
	for _, p := range pieces {
		for i := 1; i < len(p.line); i++ {
			c, d := p.line[i-1], p.line[i]
			if c != a && d != a && c != b && d != b && meet(a, b, c, d) {
				return true
			}
		}
	}
	return false
}

// meet tells whether two segments have a point in common.
func meet(a, b, c, d orb.Point) bool {
	if !(orb.LineString{a, b}).Bound().Intersects(orb.LineString{c, d}.Bound()) {
		return false
	}
	side := func(p, q, r orb.Point) float64 { return (q[0]-p[0])*(r[1]-p[1]) - (q[1]-p[1])*(r[0]-p[0]) }
	return side(a, b, c)*side(a, b, d) <= 0 && side(c, d, a)*side(c, d, b) <= 0
}

// closeAlongBox makes rings of pieces by going clockwise along the box from
// the end of one to the beginning of the next.
func closeAlongBox(pieces []piece, box orb.Bound) []orb.Ring {
	var rings []orb.Ring
	var run []orb.LineString
	for _, p := range pieces {
		if p.line[0] == p.line[len(p.line)-1] {
			if len(p.line) > 3 {
				rings = append(rings, orb.Ring(p.line))
			}
			continue
		}
		run = append(run, p.line)
	}
	corners := [4]orb.Point{box.Min, {box.Min[0], box.Max[1]}, box.Max, {box.Max[0], box.Min[1]}} // clockwise
	used := make([]bool, len(run))
	for i := range run {
		if used[i] {
			continue
		}
		var ring orb.Ring
		for at := i; !used[at]; {
			used[at] = true
			ring = append(ring, run[at]...)
			leave := clockwise(ring[len(ring)-1], box)
			// The next beginning, clockwise.
			next, way := i, math.Inf(1)
			for j := range run {
				if used[j] && j != i {
					continue
				}
				if d := ahead(leave, clockwise(run[j][0], box)); d < way {
					next, way = j, d
				}
			}
			for c := 0; c < 8; c++ {
				k := float64(c)
				if from := math.Ceil(leave); k >= from && k < leave+way {
					ring = append(ring, corners[c%4])
				}
			}
			at = next
		}
		ring = append(ring, ring[0])
		if len(ring) > 3 {
			rings = append(rings, ring)
		}
	}
	return rings
}

// clockwise measures a place on the box from its southwest corner: 0 to 1 along
// the west side, to 2 along the north, to 3 along the east, to 4 along the south.
func clockwise(p orb.Point, box orb.Bound) float64 {
	w, h := box.Max[0]-box.Min[0], box.Max[1]-box.Min[1]
	switch {
	case p[0] == box.Min[0]:
		return (p[1] - box.Min[1]) / h
	case p[1] == box.Max[1]:
		return 1 + (p[0]-box.Min[0])/w
	case p[0] == box.Max[0]:
		return 2 + (box.Max[1]-p[1])/h
	}
	return math.Mod(3+(box.Max[0]-p[0])/w, 4)
}

// ahead returns how far to is ahead of from, going clockwise.
func ahead(from, to float64) float64 {
	d := math.Mod(to-from, 4)
	if d < 0 {
		d += 4
	}
	return d
}
