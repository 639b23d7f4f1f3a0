package roads

import (
	"math"

	"github.com/paulmach/orb"
)

// grid is an index of road segments: the box of the network is cut into equal
// cells, and each cell lists the segments whose box touches it.
type grid struct {
	head  gridHead
	first []uint32 // by cell, row by row from the south-west
	items []segment
}

// gridHead is kept in the file as it is. Units are those of place.
type gridHead struct {
	minLon, minLat   int32
	cellLon, cellLat int32
	columns, rows    int32
	_, _             int32
}

// segment is one straight piece of an edge's shape: between points i and i+1
// of its chain. The edge is that along the shape, or against it when there is
// no other.
type segment struct {
	edge uint32
	i    uint32
}

// cellMetres is the side of a cell where roads are as dense as in a town; a
// sparse network gets larger ones.
const cellMetres = 200

func buildGrid(n *Network) grid {
	b := n.info.Bounds
	lo, hi := toPlace(b.Min), toPlace(b.Max)
	cos := math.Cos((b.Min[1] + b.Max[1]) / 2 * math.Pi / 180)
	width := float64(hi.lon) - float64(lo.lon) + 1
	height := float64(hi.lat) - float64(lo.lat) + 1
	side := cellMetres / (earth * math.Pi / 180 / 1e7)
	segments := len(n.points)
	for width*cos/side*height/side > float64(4*segments+1024) {
		side *= 1.5
	}
	g := grid{head: gridHead{
		minLon: lo.lon, minLat: lo.lat,
		cellLon: int32(side / max(cos, 0.01)), cellLat: int32(side),
	}}
	g.head.columns = int32(width/float64(g.head.cellLon)) + 1
	g.head.rows = int32(height/float64(g.head.cellLat)) + 1
	cells := int(g.head.columns) * int(g.head.rows)
	g.first = make([]uint32, cells+1)
	g.eachItem(n, func(cell int, _ segment) { g.first[cell+1]++ })
	for i := range cells {
		g.first[i+1] += g.first[i]
	}
	g.items = make([]segment, g.first[cells])
	next := append([]uint32(nil), g.first[:cells]...)
	g.eachItem(n, func(cell int, s segment) {
		g.items[next[cell]] = s
		next[cell]++
	})
	return g
}

// eachItem lists every segment that routes may begin or end on, with each cell
// that its box touches.
func (g *grid) eachItem(n *Network, each func(cell int, s segment)) {
	for i := range n.edges {
		e := &n.edges[i]
		if e.flags&edgeNoStart != 0 || e.flags&edgeReversed != 0 && e.mate >= 0 {
			continue
		}
		for j := range e.count - 1 {
			a, b := n.points[e.shape+j], n.points[e.shape+j+1]
			c0, r0 := g.cell(min(a.lon, b.lon), min(a.lat, b.lat))
			c1, r1 := g.cell(max(a.lon, b.lon), max(a.lat, b.lat))
			for r := r0; r <= r1; r++ {
				for c := c0; c <= c1; c++ {
					each(int(r)*int(g.head.columns)+int(c), segment{uint32(i), j})
				}
			}
		}
	}
}

// cell returns the column and row of a coordinate; they may lie outside.
func (g *grid) cell(lon, lat int32) (column, row int32) {
	return int32(math.Floor((float64(lon) - float64(g.head.minLon)) / float64(g.head.cellLon))),
		int32(math.Floor((float64(lat) - float64(g.head.minLat)) / float64(g.head.cellLat)))
}

// near calls each for the segments of every cell that may hold something
// closer to p than reach() metres, ring by ring outwards. reach may shrink
// while it goes on. A segment may come several times.
func (g *grid) near(p orb.Point, reach func() float64, each func(segment)) {
	const metre = 1e7 * 180 / (math.Pi * earth) // in latitude units
	at := toPlace(p)
	col, row := g.cell(at.lon, at.lat)
	cos := max(math.Cos(p[1]*math.Pi/180), 0.01)
	cellWidth := float64(g.head.cellLon) / metre * cos
	cellHeight := float64(g.head.cellLat) / metre
	last := max(col, g.head.columns-1-col, row, g.head.rows-1-row)
	// A point outside begins with the ring that touches the grid.
	ring := max(0, -col, col-g.head.columns+1, -row, row-g.head.rows+1)
	for ; ring <= last; ring++ {
		if float64(ring-1)*min(cellWidth, cellHeight) > reach() {
			return
		}
		for r := max(row-ring, 0); r <= min(row+ring, g.head.rows-1); r++ {
			step := int32(1)
			if r != row-ring && r != row+ring {
				step = max(2*ring, 1)
			}
			for c := col - ring; c <= col+ring; c += step {
				if c < 0 || c >= g.head.columns {
					continue
				}
				k := int(r)*int(g.head.columns) + int(c)
				for _, s := range g.items[g.first[k]:g.first[k+1]] {
					each(s)
				}
			}
		}
	}
}
