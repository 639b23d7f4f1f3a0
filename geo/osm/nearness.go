package osm

import (
	"math"

	"github.com/paulmach/orb"
)

// metres per degree of latitude.
const metresPerDegree = 111_195

// metresBetween returns the distance of two places that are near each other.
func metresBetween(a, b orb.Point) float64 {
	dx := (b[0] - a[0]) * math.Cos((a[1]+b[1])*(math.Pi/360))
	return math.Hypot(dx, b[1]-a[1]) * metresPerDegree
}

// metresToLine returns how far a place is from a line.
func metresToLine(p orb.Point, line orb.LineString) float64 {
	scale := math.Cos(p[1] * (math.Pi / 180))
	best := math.Inf(1)
	for i := 1; i < len(line); i++ {
		ax, ay := (line[i-1][0]-p[0])*scale, line[i-1][1]-p[1]
		dx, dy := (line[i][0]-line[i-1][0])*scale, line[i][1]-line[i-1][1]
		along := 0.0
		if d := dx*dx + dy*dy; d > 0 {
			along = min(max(-(ax*dx+ay*dy)/d, 0), 1)
		}
		best = min(best, math.Hypot(ax+along*dx, ay+along*dy))
	}
	return best * metresPerDegree
}

// gridSide is the side of a square of the grid in degrees, about a kilometre.
const gridSide = 0.01

// grid finds things by the squares that they touch.
type grid map[[2]int32][]int32

func square(p orb.Point) [2]int32 {
	return [2]int32{int32(math.Floor(p[0] / gridSide)), int32(math.Floor(p[1] / gridSide))}
}

// put enters a thing into every square that a box touches.
func (g grid) put(id int32, b orb.Bound) {
	low, high := square(b.Min), square(b.Max)
	for x := low[0]; x <= high[0]; x++ {
		for y := low[1]; y <= high[1]; y++ {
			k := [2]int32{x, y}
			if s := g[k]; len(s) == 0 || s[len(s)-1] != id {
				g[k] = append(s, id)
			}
		}
	}
}

// within yields the things in the squares up to a distance in metres from a
// place; some may be farther, and one may come several times.
func (g grid) within(p orb.Point, metres float64) func(yield func(int32) bool) {
	dy := metres / metresPerDegree
	dx := dy / max(0.05, math.Cos(p[1]*(math.Pi/180)))
	low, high := square(orb.Point{p[0] - dx, p[1] - dy}), square(orb.Point{p[0] + dx, p[1] + dy})
	return func(yield func(int32) bool) {
		for x := low[0]; x <= high[0]; x++ {
			for y := low[1]; y <= high[1]; y++ {
				for _, id := range g[[2]int32{x, y}] {
					if !yield(id) {
						return
					}
				}
			}
		}
	}
}
