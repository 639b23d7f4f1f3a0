package districts

import "math"

// plane finds the nearest of the cells added to it, by squares of the plane.
type plane struct {
	g     *graph
	size  float64
	boxes map[[2]int32][]int32
	count int
}

func newPlane(g *graph) *plane {
	minX, maxX, minY, maxY := math.Inf(1), math.Inf(-1), math.Inf(1), math.Inf(-1)
	for v := range g.n {
		minX, maxX = min(minX, g.x[v]), max(maxX, g.x[v])
		minY, maxY = min(minY, g.y[v]), max(maxY, g.y[v])
	}
	return &plane{g: g, size: max(1, max(maxX-minX, maxY-minY)/max(1, math.Sqrt(float64(g.n)))), boxes: map[[2]int32][]int32{}}
}

func (p *plane) box(v int32) [2]int32 {
	return [2]int32{int32(math.Floor(p.g.x[v] / p.size)), int32(math.Floor(p.g.y[v] / p.size))}
}

func (p *plane) add(cells []int32) {
	for _, v := range cells {
		b := p.box(v)
		p.boxes[b] = append(p.boxes[b], v)
		p.count++
	}
}

// nearest returns the nearest added cell and its distance; a distance of limit
// or more when none is nearer than that.
func (p *plane) nearest(v int32, limit float64) (int32, float64) {
	best, at := limit, int32(-1)
	middle := p.box(v)
	seen := 0
	for k := int32(0); seen < p.count && float64(k-1)*p.size < best; k++ {
		for dx := -k; dx <= k; dx++ {
			for dy := -k; dy <= k; dy++ {
				if max(dx, -dx) != k && max(dy, -dy) != k {
					continue
				}
				for _, w := range p.boxes[[2]int32{middle[0] + dx, middle[1] + dy}] {
					seen++
					if d := p.g.between(v, w); d < best || d == best && w < at {
						best, at = d, w
					}
				}
			}
		}
	}
	return at, best
}
