package districts

import (
	"fmt"
	"math"
	"slices"

	"github.com/paulmach/orb"
)

// graph holds the cells' neighbours, in one array: those of cell v are
// to[first[v]:first[v+1]], in rising order.
type graph struct {
	n      int
	x, y   []float64 // metres from a common origin
	first  []int32
	to     []int32
	length []float64 // metres between the centres, beside to
	// ring[i], beside to, has bit k set when the neighbours i and k of a cell are
	// neighbours themselves.
	ring    []uint64
	bridges [][2]int
	area    float64 // of a cell, square metres
}

// maxDegree is the most neighbours of a cell for which ring is kept.
const maxDegree = 64

func newGraph(points []orb.Point, edges [][2]int) *graph {
	g := &graph{n: len(points), x: make([]float64, len(points)), y: make([]float64, len(points))}
	g.project(points)
	g.join(edges)
	g.area = g.cellArea(edges)
	return g
}

// newConnectedGraph adds what [graph.connect] finds to the edges.
func newConnectedGraph(points []orb.Point, edges [][2]int) (*graph, error) {
	g := newGraph(points, edges)
	extra, err := g.connect()
	if err != nil {
		return nil, err
	}
	if len(extra) > 0 {
		g.bridges = extra
		g.join(append(slices.Clone(edges), extra...))
	}
	g.rings()
	return g, nil
}

// project puts the points on a plane that is true to scale along the mean
// latitude, metres.
func (g *graph) project(points []orb.Point) {
	const metresPerDegree = 6371008.8 * math.Pi / 180
	lat := 0.0
	for _, p := range points {
		lat += p[1]
	}
	scale := math.Cos(lat / float64(len(points)) * math.Pi / 180)
	for i, p := range points {
		g.x[i], g.y[i] = (p[0]-points[0][0])*scale*metresPerDegree, (p[1]-points[0][1])*metresPerDegree
	}
}

func (g *graph) between(a, b int32) float64 { return math.Hypot(g.x[a]-g.x[b], g.y[a]-g.y[b]) }

func (g *graph) join(edges [][2]int) {
	both := make([][2]int32, 0, 2*len(edges))
	for _, e := range edges {
		both = append(both, [2]int32{int32(e[0]), int32(e[1])}, [2]int32{int32(e[1]), int32(e[0])})
	}
	slices.SortFunc(both, func(a, b [2]int32) int {
		if a[0] != b[0] {
			return int(a[0] - b[0])
		}
		return int(a[1] - b[1])
	})
	both = slices.Compact(both)
	g.first, g.to, g.length = make([]int32, g.n+1), make([]int32, len(both)), make([]float64, len(both))
	for i, e := range both {
		g.first[e[0]+1]++
		g.to[i], g.length[i] = e[1], max(1, g.between(e[0], e[1]))
	}
	for v := range g.n {
		g.first[v+1] += g.first[v]
	}
}

func (g *graph) neighbours(v int32) []int32 { return g.to[g.first[v]:g.first[v+1]] }

// parts numbers the connected parts; the number of each cell's, and how many.
func (g *graph) parts() ([]int32, int) {
	part := make([]int32, g.n)
	for v := range part {
		part[v] = -1
	}
	count := 0
	var queue []int32
	for v := range int32(g.n) {
		if part[v] >= 0 {
			continue
		}
		part[v] = int32(count)
		queue = append(queue[:0], v)
		for len(queue) > 0 {
			at := queue[len(queue)-1]
			queue = queue[:len(queue)-1]
			for _, w := range g.neighbours(at) {
				if part[w] < 0 {
					part[w] = int32(count)
					queue = append(queue, w)
				}
			}
		}
		count++
	}
	return part, count
}

// connect returns the edges that join all parts: an island hangs on where it is
// nearest to what is joined already, beginning with the largest part.
func (g *graph) connect() ([][2]int, error) {
	part, count := g.parts()
	if count == 1 {
		return nil, nil
	}
	if count > MaxParts {
		return nil, &ProblemError{"edges", -1, fmt.Sprintf("leave the cells in %d parts; there may be %d", count, MaxParts)}
	}
	cells := make([][]int32, count)
	for v, c := range part {
		cells[c] = append(cells[c], int32(v))
	}
	order := make([]int, count)
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int { return len(cells[b]) - len(cells[a]) })
	joined := newPlane(g)
	joined.add(cells[order[0]])
	rest := order[1:]
	var out [][2]int
	for len(rest) > 0 {
		best, bestPair, bestAt := math.Inf(1), [2]int{}, 0
		for i, c := range rest {
			for _, v := range cells[c] {
				if w, d := joined.nearest(v, best); d < best {
					best, bestPair, bestAt = d, [2]int{int(v), int(w)}, i
				}
			}
		}
		out = append(out, bestPair)
		joined.add(cells[rest[bestAt]])
		rest = slices.Delete(rest, bestAt, bestAt+1)
	}
	return out, nil
}

// rings fills graph.ring.
func (g *graph) rings() {
	g.ring = make([]uint64, len(g.to))
	for v := range int32(g.n) {
		near := g.neighbours(v)
		if len(near) > maxDegree {
			continue
		}
		for i, a := range near {
			mask := uint64(0)
			for k, b := range near {
				if _, found := slices.BinarySearch(g.neighbours(a), b); found {
					mask |= 1 << k
				}
			}
			g.ring[int(g.first[v])+i] = mask
		}
	}
}

// cellArea takes cells for hexagons, whose centres lie as far apart as half of
// the edges are long at most.
func (g *graph) cellArea(edges [][2]int) float64 {
	if len(edges) == 0 {
		return 1
	}
	lengths := make([]float64, len(edges))
	for i, e := range edges {
		lengths[i] = g.between(int32(e[0]), int32(e[1]))
	}
	slices.Sort(lengths)
	middle := lengths[len(lengths)/2]
	return max(1, math.Sqrt(3)/2*middle*middle)
}
